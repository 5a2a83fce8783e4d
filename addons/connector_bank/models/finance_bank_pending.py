from collections import defaultdict

from odoo import api, fields, models

from odoo.addons.finance_connector_base import server

from ..importing.identity import fingerprint
from ..importing.label import counterparty, label

#: So long it can be looked up that something was expected before it was booked.
PENDING_DAYS = 90
GC_ROWS = 5000


class FinanceBankPending(models.Model):
    """What a bank shows as pending: expected, never in the ledger until it is booked.

    Each report is the whole truth of its moment. What is no longer in it was booked, perhaps under another id and on
    another day, or has gone.
    """

    _name = "finance.bank.pending"
    _description = "Expected at the bank"
    _order = "expected_on desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    journal_id = fields.Many2one(
        "account.journal", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    connector_id = fields.Many2one("finance.connector", readonly=True, index=True, ondelete="cascade")
    message_id = fields.Many2one("finance.message", readonly=True, index="btree_not_null", ondelete="set null")
    state = fields.Selection(
        [("expected", "Expected"), ("booked", "Booked"), ("gone", "Gone")],
        default="expected",
        required=True,
        index=True,
        readonly=True,
    )
    expected_on = fields.Date(readonly=True, string="Expected on")
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    text = fields.Char(readonly=True)
    partner_name = fields.Char(readonly=True, string="Other side")
    account_number = fields.Char(readonly=True)
    end_to_end_id = fields.Char(readonly=True, string="End-to-end id")
    mark = fields.Char(readonly=True, index=True, help="What makes it this one in the next report.")
    seen_on = fields.Datetime(readonly=True, string="Last reported")
    line_id = fields.Many2one(
        "account.bank.statement.line", readonly=True, index="btree_not_null", ondelete="set null", string="Booked as"
    )

    @api.autovacuum
    def _gc_settled(self):
        """What was booked or has gone: the statement line says the rest."""
        days = int(server.option("pending_days", PENDING_DAYS))
        before = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        self.sudo().search([("state", "!=", "expected"), ("seen_on", "<", before)], limit=GC_ROWS).unlink()

    @api.model
    def _follow(self, journal, statement, message):
        """Make the rows of this account what the report says now."""
        waiting = self.search(
            [
                ("journal_id", "=", journal.id),
                ("connector_id", "=", message.connector_id.id),
                ("state", "=", "expected"),
            ],
            order="id",
        )
        by_mark = defaultdict(list)
        for row in waiting:
            by_mark[row.mark].append(row)
        kept, new = self.browse(), []
        for entry in statement.entries:
            if entry.status != "pending":
                continue
            mark = fingerprint(entry)
            if by_mark[mark]:
                kept |= by_mark[mark].pop(0)
            else:
                new.append(self._values(journal, message, entry, mark))
        (waiting - kept)._settled(journal)
        kept.seen_on = fields.Datetime.now()
        return self.create(new)

    def _values(self, journal, message, entry, mark):
        other = counterparty(entry)
        ends = [detail.end_to_end_id for detail in entry.details if detail.end_to_end_id]
        return {
            "company_id": journal.company_id.id,
            "journal_id": journal.id,
            "connector_id": message.connector_id.id,
            "message_id": message.id,
            "expected_on": entry.value_on or entry.booked_on,
            "amount": float(entry.amount),
            "currency_id": journal._finance_currency().id,
            "text": label(entry),
            "partner_name": other.name if other else False,
            "account_number": other.account if other else False,
            "end_to_end_id": ends[0] if len(ends) == 1 else False,
            "mark": mark,
            "seen_on": fields.Datetime.now(),
        }

    def _settled(self, journal):
        """These are no longer pending: booked as the line that fits best, or gone."""
        taken = set()
        for row in self:
            lines = self.env["account.bank.statement.line"].search(
                [
                    ("journal_id", "=", journal.id),
                    ("amount", "=", row.amount),
                    ("create_date", ">=", row.create_date),
                    ("id", "not in", list(taken)),
                ],
                order="id",
            )
            same = lines.filtered(row._fits)
            line = same[:1] or (lines if len(lines) == 1 else lines.browse())
            taken |= set(line.ids)
            row.write({"state": "booked" if line else "gone", "line_id": line.id})

    def _fits(self, line):
        """Whether the line has the end-to-end id, the account or the words of this one."""
        self.ensure_one()
        ends = [detail.get("end_to_end_id") for detail in (line.transaction_details or {}).get("details") or []]
        return bool(
            (self.end_to_end_id and self.end_to_end_id in ends)
            or (self.account_number and self.account_number == line.account_number)
            or (self.text and self.text != "/" and self.text == line.payment_ref)
        )
