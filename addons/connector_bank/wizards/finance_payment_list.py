import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..payments import read, shipped

MOST_BYTES = 5_000_000


class FinancePaymentList(models.TransientModel):
    """A table of payments, such as salaries, into a payment run; which column is what, a profile tells."""

    _name = "finance.payment.list"
    _description = "List of payments"

    run_id = fields.Many2one("finance.payment.run", required=True, ondelete="cascade")
    content = fields.Binary("File", required=True)
    file_name = fields.Char()
    profile = fields.Selection("_selection_profile", required=True, default="csv_payments")

    @api.model
    def _selection_profile(self):
        return [(code, one.label) for code, one in shipped().items() if one.format == "csv_table"]

    def action_read(self):
        """Rows become lines; a row whose account is unknown here stays without one, and cannot be paid."""
        self.ensure_one()
        self.run_id.check_access("write")
        self.run_id._check_open()
        content = base64.b64decode(self.content)
        if len(content) > MOST_BYTES:
            raise UserError(self.env._("The file is too large for a list of payments."))
        try:
            order = read(content, shipped()[self.profile])
        except FinanceError as error:
            raise UserError(f"{error.place}: {error}" if error.place else str(error)) from error
        payments = [(batch, payment) for batch in order.batches for payment in batch.payments]
        accounts = self._accounts({self._number(payment) for _batch, payment in payments})
        currencies = {one.name: one for one in self.env["res.currency"].search([])}
        rows = []
        for batch, payment in payments:
            if payment.currency not in currencies:
                raise UserError(self.env._("The currency %s is not active.", payment.currency))
            text = payment.remittance.text[0] if payment.remittance and payment.remittance.text else None
            rows.append(
                {"run_id": self.run_id.id, "partner_bank_id": accounts.get(self._number(payment)),
                 "payee": payment.party.name, "amount": float(payment.amount), "text": text or payment.end_to_end_id,
                 "reference": payment.end_to_end_id, "currency_id": currencies[payment.currency].id,
                 "day": batch.executed_on, "key": payment.end_to_end_id}
            )  # fmt: skip
        self.env["finance.run.proposal"]._add_rows(rows)
        return {"type": "ir.actions.act_window_close"}

    @staticmethod
    def _number(payment):
        account = payment.account
        return ((account and (account.iban or account.number)) or "").replace(" ", "").upper()

    def _accounts(self, numbers):
        found = self.env["res.partner.bank"].search(
            [("sanitized_acc_number", "in", list(numbers)), ("company_id", "in", (False, self.run_id.company_id.id))],
            order="allow_out_payment desc, id",
        )
        return {one.sanitized_acc_number: one.id for one in reversed(found)}
