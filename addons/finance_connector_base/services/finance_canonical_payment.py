from odoo import models

from ..core.errors import BusinessError


class FinanceCanonicalPayment(models.AbstractModel):
    """Payments. What is received may be posted; what we pay stays a draft for this system's own approvals."""

    _name = "finance.canonical.payment"
    _inherit = "finance.canonical.account_move"
    _description = "Canonical payment"
    _records = "account.payment"
    _journal_types = ("bank", "cash")
    _led = "payment"

    def _prepare(self, run):
        self._journals(run, self._journal_types)
        self._look_up(run, "currency", {item.found.currency for item in run.waiting})
        self._look_up(run, "partner", {(item.source, item.found.partner) for item in run.waiting})

    def _values(self, run, item):
        found = item.found
        journal = self._journal(run, item)
        self._refuse_locked(run, found.paid_on, journal, False, "/paid_on")
        currency = journal.currency_id or run.company.currency_id
        if found.currency:
            currency = self._currency(run, found.currency, "/currency")
        amount = self._rounded(currency, found.amount, "/amount")
        if not amount:
            raise BusinessError(self.env._("The amount must be more than zero."), code="payment.zero", place="/amount")
        return {
            "payment_type": "inbound" if found.direction == "in" else "outbound",
            "partner_type": "customer" if found.direction == "in" else "supplier",
            "partner_id": self._found(run, "partner", (item.source, found.partner), "/partner"),
            "amount": amount,
            "currency_id": currency.id,
            "date": found.paid_on,
            "journal_id": journal.id,
            "memo": found.reference,
        }

    def _check(self, run, pairs, records):
        if run.post:
            records.filtered(lambda payment: payment.payment_type == "inbound").action_post()
