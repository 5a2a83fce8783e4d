from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools import SQL

CODE = "match.none"
LINE = "account.bank.statement.line"


class FinanceUnmatched(models.AbstractModel):
    """One case for each statement line that stays without proposal, for as long as it does.

    A case that a person dropped stays dropped; one closed as solved comes back while its line is open.
    """

    _name = "finance.unmatched"
    _description = "Cases of unmatched lines"

    @api.model
    def _keep(self, lines, helped):
        """After a run of matching: open, renew or close the cases of ``lines``.

        :param helped: ids of the lines that are reconciled or have a proposal now
        """
        self._close_settled()
        known = self._cases([("res_id", "in", lines.ids)])
        known.filtered(lambda case: case.state == "open" and case.res_id in helped)._solve(
            _("Solved by itself: the line has a match.")
        )
        left = lines.filtered(lambda line: line.id not in helped and self._is_due(line))
        self._renew(known, {line.id: line for line in left})
        self._open(left - left.browse(known.mapped("res_id")))

    @api.model
    def _cron_keep(self):
        """Close what was reconciled elsewhere; open cases for lines that waited long enough meanwhile."""
        self._close_settled()
        for company in self.env["res.company"].search([("finance_unmatched_days", ">", 0)]):
            lines = self.env[LINE].search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "posted"),
                    ("finance_match_state", "=", "open"),
                    ("finance_why_not", "!=", False),
                ]
            )
            known = self._cases([("res_id", "in", lines.ids)])
            self._open((lines - lines.browse(known.mapped("res_id"))).filtered(self._is_due))

    def _cases(self, domain):
        """Cases of unmatched lines in any state; written without a chatter message for each."""
        cases = self.env["finance.exception"].sudo().with_context(tracking_disable=True)
        return cases.search([("code", "=", CODE), ("res_model", "=", LINE), *domain])

    def _close_settled(self):
        """Close the cases of lines that are reconciled by other ways, or gone."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT x.id FROM finance_exception x
             LEFT JOIN account_bank_statement_line l ON l.id = x.res_id
                 WHERE x.code = %s AND x.res_model = %s AND x.state = 'open' AND l.is_reconciled IS NOT FALSE
                """,
                CODE, LINE,
            )
        )
        self._cases([("id", "in", [row[0] for row in rows])])._solve(_("Solved by itself: the line is reconciled."))

    def _is_due(self, line):
        company, booked_on = line.company_id, line.finance_booked_on or line.date
        days = company.finance_unmatched_days
        return company.finance_unmatched_case and (
            not days or booked_on + timedelta(days=days) <= fields.Date.context_today(self)
        )

    def _renew(self, known, left):
        """Bring the words of the cases up to date; a solved case opens again while its line is open."""
        for case in known.filtered(lambda case: case.res_id in left and case.state != "dropped"):
            text = self._text(left[case.res_id])
            if case.state == "solved":
                case.action_reopen()
            if case.text != text:
                case.text = text

    def _open(self, lines):
        if lines:
            self.env["finance.exception"]._report_many(
                LINE, [self._values(line) for line in lines], _("Bank lines without match")
            )

    def _values(self, line):
        message = line.finance_message_id
        return {
            "res_id": line.id,
            "company_id": line.company_id.id,
            "connector_id": message.connector_id.id,
            "flow_id": message.flow_id.id,
            "domain": "bank",
            "code": CODE,
            "text": self._text(line),
            "place": line.name,
            "owner_id": message._owner().id,
            "amount": line.amount,
            "currency_id": line.currency_id.id,
            "blocking": False,
        }

    def _text(self, line):
        amount = line.currency_id.format(line.amount)
        title = _("No match for %(amount)s, %(who)s", amount=amount, who=line.partner_name or line.payment_ref)
        return f"{title}\n{line.finance_why_not}" if line.finance_why_not else title
