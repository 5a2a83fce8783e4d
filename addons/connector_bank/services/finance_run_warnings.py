import base64

from odoo import api, fields, models
from odoo.tools import SQL

from ..runs.screening import SCREENINGS

#: What each line says of itself, of its payee's account and of what was paid before; one row a line.
_LOOK = """
    WITH line AS (
        SELECT l.*, p.finance_pay_block, m.payment_state, m.move_type, m.ref, m.amount_total, m.payment_state AS paid,
               coalesce(p.name, l.payee) AS name, p.commercial_partner_id AS payer_id
          FROM finance_payment_run_line l
          LEFT JOIN res_partner p ON p.id = l.partner_id
          LEFT JOIN account_move m ON m.id = l.move_id
         WHERE l.run_id = %(run)s AND l.payment_id IS NULL AND %(which)s
    ), before AS (
        SELECT p.id, p.partner_id, p.partner_bank_id, p.amount, p.currency_id, p.date, p.is_matched, p.finance_order_id,
               row_number() OVER (PARTITION BY p.partner_id ORDER BY p.date DESC, p.id DESC) AS latest
          FROM account_payment p
         WHERE p.company_id = %(company)s AND p.payment_type = 'outbound' AND p.state IN ('in_process', 'paid')
           AND coalesce(p.finance_told_state, '') NOT IN ('rejected', 'reversed')
           AND p.partner_id IN (SELECT partner_id FROM line)
    ), bill AS (
        SELECT m.id, m.commercial_partner_id, m.move_type, m.amount_total, m.currency_id,
               upper(regexp_replace(coalesce(m.ref, ''), '[^[:alnum:]]', '', 'g')) AS ref
          FROM account_move m
         WHERE m.company_id = %(company)s AND m.state = 'posted' AND m.move_type IN ('in_invoice', 'in_receipt')
           AND m.commercial_partner_id IN (SELECT partner_id FROM line)
    ), twice AS (
        SELECT commercial_partner_id, move_type, amount_total, currency_id, ref FROM bill WHERE ref <> ''
         GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1
    )
    SELECT line.id, line.name,
           concat_ws(' ',
               CASE WHEN %(out)s AND line.partner_bank_id IS NULL THEN 'no_account' END,
               CASE WHEN %(out)s AND b.active IS FALSE THEN 'account_closed' END,
               CASE WHEN %(out)s AND b.id IS NOT NULL AND b.allow_out_payment IS NOT TRUE THEN 'untrusted' END,
               CASE WHEN %(out)s AND owner.commercial_partner_id <> line.payer_id THEN 'foreign' END,
               CASE WHEN NOT %(out)s AND (d.id IS NULL OR d.state <> 'active' OR coalesce(d.last_used_on, d.signed_on)
                         <= %(today)s::date - make_interval(months => %(months)s) OR d.company_id <> line.company_id
                         OR debtor.commercial_partner_id <> line.payer_id) THEN 'no_mandate' END,
               CASE WHEN d.one_off AND (d.last_used_on IS NOT NULL
                         OR EXISTS (SELECT FROM account_payment used WHERE used.finance_mandate_id = d.id
                                       AND used.state NOT IN ('canceled', 'rejected')
                                       AND coalesce(used.finance_way, '') <> 'rejected')
                         OR EXISTS (SELECT FROM finance_payment_run_line twin WHERE twin.mandate_id = d.id
                                       AND twin.state = 'proposed' AND twin.id < line.id
                                       AND coalesce(twin.bundle, '') <> coalesce(line.bundle, '')))
                    THEN 'mandate_spent' END,
               CASE WHEN line.paid = 'blocked' THEN 'bill_blocked' END,
               CASE WHEN line.finance_pay_block THEN 'partner_blocked' END,
               CASE WHEN twice.ref IS NOT NULL THEN 'double_bill' END,
               CASE WHEN %(out)s AND equal.partner_id IS NOT NULL THEN 'double_payment' END,
               CASE WHEN %(out)s AND latest.partner_bank_id <> line.partner_bank_id THEN 'changed' END,
               CASE WHEN %(out)s AND b.finance_edited_on > now() AT TIME ZONE 'UTC' - make_interval(days => %(fresh)s)
                    THEN 'new_details' END,
               CASE WHEN %(out)s AND b.id IS NOT NULL AND paid_to.partner_bank_id IS NULL THEN 'first' END,
               CASE WHEN NOT %(out)s AND %(notice)s > 0
                     AND (line.notified_on IS NULL OR g.executed_on - line.notified_on < %(notice)s)
                    THEN 'not_announced' END)
      FROM line
      LEFT JOIN res_partner_bank b ON b.id = line.partner_bank_id
      LEFT JOIN res_partner owner ON owner.id = b.partner_id
      LEFT JOIN finance_mandate d ON d.id = line.mandate_id
      LEFT JOIN res_partner debtor ON debtor.id = d.partner_id
      LEFT JOIN finance_payment_run_group g ON g.id = line.group_id
      LEFT JOIN (SELECT DISTINCT partner_bank_id FROM account_payment
                  WHERE payment_type = 'outbound' AND state IN ('in_process', 'paid')
                    AND coalesce(finance_told_state, '') NOT IN ('rejected', 'reversed')) paid_to
             ON paid_to.partner_bank_id = line.partner_bank_id
      LEFT JOIN before latest ON latest.partner_id = line.partner_id AND latest.latest = 1
      LEFT JOIN twice ON twice.commercial_partner_id = line.partner_id AND twice.move_type = line.move_type
            AND twice.amount_total = line.amount_total AND twice.currency_id = line.currency_id
            AND twice.ref = upper(regexp_replace(coalesce(line.ref, ''), '[^[:alnum:]]', '', 'g'))
      LEFT JOIN (SELECT DISTINCT partner_id, amount, currency_id FROM before
                  WHERE date >= %(today)s::date - %(double)s) equal
             ON equal.partner_id = line.partner_id AND equal.amount = line.amount
            AND equal.currency_id = line.currency_id
"""


class FinanceRunWarnings(models.AbstractModel):
    """What a person should look at in a run, and what stops a payment."""

    _name = "finance.run.warnings"
    _description = "Warnings of a payment run"

    @api.model
    def _mark(self, run, lines=None):
        """Look at lines of the run that are not paid yet, and keep what is found on them.

        :param lines: those that matter now; all without it
        """
        company = run.company_id
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                _LOOK, run=run.id, company=company.id, out=run.kind != "debit", fresh=company.finance_new_details_days,
                double=company.finance_double_days, months=company.finance_mandate_months,
                notice=company.finance_notice_days, today=fields.Date.context_today(run),
                which=SQL("TRUE") if lines is None else SQL("l.id = ANY(%s)", lines.ids),
            )
        )  # fmt: skip
        listed = self._listed(company, {name for _line, name, _flags in rows if name})
        values = [
            (line, " ".join(filter(None, (flags, "listed" if name in listed else ""))) or None, listed.get(name))
            for line, name, flags in rows
        ]
        if values:
            self.env.cr.execute_values(
                "UPDATE finance_payment_run_line l SET flags = v.flags, flag_note = v.note"
                " FROM (VALUES %s) v (id, flags, note) WHERE l.id = v.id"
                " AND (l.flags, l.flag_note) IS DISTINCT FROM (v.flags, v.note)",
                values, template="(%s, %s::varchar, %s::varchar)", page_size=1000,
            )  # fmt: skip
        looked_at = run.line_ids if lines is None else lines
        looked_at.invalidate_recordset(["flags", "flag_note", "warning_text", "stopped"])
        run.invalidate_recordset()
        run.group_ids.invalidate_recordset()

    @api.model
    def _listed(self, company, names):
        """``{name: words}`` of names that some check stops; every registered check is asked."""
        found = {}
        for code, label in SCREENINGS.names(self.env.registry._init_modules):
            check = self._screening(code, company)
            for name, hit in (check.hits(names) if check else {}).items():
                found.setdefault(name, f"{hit.entry} ({hit.source or label}, {hit.score})")
        return found

    def _screening(self, code, company):
        """The check as this company has set it up, or ``None`` where it has not. Further checks extend this."""
        if code == "list" and company.finance_screening_list:
            content = base64.b64decode(company.finance_screening_list)
            return SCREENINGS.get(code)(content, company.finance_screening_score)
        return None
