from odoo import api, fields, models

from odoo.addons.finance_connector_base import server
from odoo.addons.finance_connector_base.core.codec import content

from ..importing.batches import KINDS, keys
from ..importing.identity import fingerprint

#: So long a notice that no booking came for is kept.
NOTICE_DAYS = 400
GC_ROWS = 5000


class FinanceBatchNotice(models.Model):
    """What a bank tells of the transactions inside a collective booking (camt.054).

    It books nothing. Whichever comes first, notice or booking, the transactions end up with the statement line, where
    matching uses them one by one.
    """

    _name = "finance.batch.notice"
    _description = "Details of a collective booking"
    _order = "booked_on desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    journal_id = fields.Many2one(
        "account.journal", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    message_id = fields.Many2one("finance.message", readonly=True, index="btree_not_null", ondelete="set null")
    state = fields.Selection(
        [("waiting", "Waiting for the booking"), ("attached", "With the line"), ("differs", "Sum differs")],
        default="waiting",
        required=True,
        index=True,
        readonly=True,
    )
    booked_on = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    transactions = fields.Integer(readonly=True)
    bank_ref = fields.Char(readonly=True, index="btree_not_null", string="Bank reference")
    payment_info_id = fields.Char(readonly=True, index="btree_not_null", string="Our batch")
    file_id = fields.Char(readonly=True, index="btree_not_null", string="Our file")
    booking = fields.Json(readonly=True, help="What the bank says.")
    details_html = fields.Html(compute="_compute_details_html", string="What the bank says")
    mark = fields.Char(readonly=True, required=True, help="What makes it this one when the bank sends it again.")
    line_id = fields.Many2one(
        "account.bank.statement.line", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _mark_uniq = models.UniqueIndex("(journal_id, mark)", "This notice came before.")

    @api.depends("bank_ref", "payment_info_id", "file_id")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = notice.bank_ref or notice.payment_info_id or notice.file_id

    @api.depends_context("lang")
    @api.depends("booking")
    def _compute_details_html(self):
        for notice in self:
            notice.details_html = self.env["finance.evidence"]._as_table(notice.booking or {})

    @api.autovacuum
    def _gc_old(self):
        days = int(server.option("batch_notice_days", NOTICE_DAYS))
        before = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        self.sudo().search([("create_date", "<", before)], limit=GC_ROWS).unlink()

    @api.model
    def _keep(self, journal, entries, message):
        """Rows for those ``entries`` that tell of transactions and can be found again; each once."""
        values, numbers = {}, {}
        for entry in entries:
            booking = content(entry)
            found = keys(booking)
            if not found or not booking.get("details"):
                continue
            name = fingerprint(entry)
            numbers[name] = number = numbers.get(name, 0) + 1
            values[f"{name}/{number}"] = {
                "company_id": journal.company_id.id,
                "journal_id": journal.id,
                "message_id": message.id,
                "booked_on": entry.booked_on or entry.value_on,
                "amount": float(entry.amount),
                "currency_id": journal._finance_currency().id,
                "transactions": len(entry.details),
                "bank_ref": found.get("bank_ref"),
                "payment_info_id": found.get("payment_info_id"),
                "file_id": found.get("message_id"),
                "booking": booking,
                "mark": f"{name}/{number}",
            }
        known = self.search([("journal_id", "=", journal.id), ("mark", "in", list(values))])
        new = self.create([row for mark, row in values.items() if mark not in set(known.mapped("mark"))])
        return known | new

    def _named_like(self, journal, wanted):
        """The rows not yet with a line that share a reference with any of ``wanted``, the ``keys`` of bookings."""
        named = {kind: [] for kind in KINDS}
        for found in wanted:
            for kind, name in found.items():
                named[kind].append(name)
        domain = fields.Domain.OR(
            fields.Domain("file_id" if kind == "message_id" else kind, "in", names) for kind, names in named.items()
        )
        return self.search(
            fields.Domain("journal_id", "=", journal.id) & fields.Domain("state", "!=", "attached") & domain, order="id"
        )
