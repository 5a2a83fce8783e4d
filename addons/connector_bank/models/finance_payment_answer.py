from odoo import api, fields, models

from ..answers.codes import CAUSES, STATUSES

NOTES = [
    ("new", "New"),
    ("repeated", "Told again"),
    ("late", "Came late"),
    ("contradiction", "Contradicts what was told"),
    ("unknown_status", "Unknown status"),
    ("mixed", "Says nothing about this one"),
    ("change", "To be changed from now on"),
]


class FinancePaymentAnswer(models.Model):
    """One thing that was answered about one payment: evidence, never changed."""

    _name = "finance.payment.answer"
    _description = "Answer to a payment"
    _inherit = ["finance.access"]
    _order = "id desc"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, index=True, ondelete="restrict")
    message_id = fields.Many2one("finance.message", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    place = fields.Char(required=True, readonly=True, help="Where in the message it stands.")
    order_ref = fields.Char(readonly=True, string="Order named", help="The message it answers, where it says so.")
    status = fields.Char(readonly=True, string="Status code")
    reasons = fields.Char(readonly=True, string="Reason codes")
    text = fields.Char(readonly=True, string="The bank's words")
    name = fields.Char(readonly=True, string="Payee as the bank knows him")
    bank_ref = fields.Char(readonly=True, string="Bank reference")
    amount = fields.Monetary(readonly=True, string="Amount told", help="As the bank tells it, where it does.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    note = fields.Selection(NOTES, required=True, readonly=True, string="Counts as")
    told_on = fields.Datetime(readonly=True, help="By the bank's clock; when it arrived where the bank does not say.")
    level = fields.Char(readonly=True, string="Answered by", help="Hub, treasury, bank or scheme.")
    words = fields.Char(compute="_compute_words", string="In words")

    _once_uniq = models.UniqueIndex(
        "(message_id, place, payment_id)", "This answer is kept already."
    )

    @api.depends("status", "reasons")
    def _compute_words(self):
        for answer in self:
            status = STATUSES.get(answer.status)
            words = [status.words] if status else []
            for code in (answer.reasons or "").split():
                cause = CAUSES.get(code)
                if cause:
                    words.append(cause.words)
            answer.words = " · ".join(words) or answer.text
