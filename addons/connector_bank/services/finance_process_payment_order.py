from decimal import Decimal

from odoo import models

from odoo.addons.finance_connector_base.approval.policy import Part

SHOWN = 100


class FinanceProcessPaymentOrder(models.AbstractModel):
    """A payment file on its way to the bank; it leaves only after others agreed to these very bytes."""

    _name = "finance.process.payment_order"
    _inherit = "finance.process"
    _description = "Payment order"

    def _elsewhere(self, message):
        """An answer or a statement may prove that a file arrived, although its sending seemed to have failed."""
        order = self.env["finance.payment.order"].browse(message.res_id)
        if order.message_id != message or not order.payment_ids.filtered(
            lambda payment: payment.is_matched or payment.finance_answer_ids
        ):
            return None
        return "arrived" if order._is_spoken_of() else order._look_first()

    def _release_facts(self, message):
        """Who gets how much, to which account, and what is unusual about it."""
        order = self.env["finance.payment.order"].browse(message.res_id).sudo()
        payments = order.payment_ids.sorted("id")
        rows = [self._row(payment) for payment in payments[:SHOWN]]
        if len(payments) > SHOWN:
            rows.append([self.env._("and %s more", len(payments) - SHOWN), "", ""])
        outgoing = payments.filtered(lambda payment: payment.payment_type == "outbound")
        facts = {"name": order.name, "count": len(payments), "amount": order.currency_id.format(order.amount)}
        return {
            "name": self.env._("Pay %(name)s: %(count)s payments, %(amount)s", **facts) if outgoing
            else self.env._("Collect %(name)s: %(count)s direct debits, %(amount)s", **facts),
            "parts": [self._part(payment) for payment in outgoing],
            "accounts": outgoing.partner_bank_id,
            "excluded": order.maker_ids if not order.run_id else order.maker_ids.browse(),
            "changes": [
                [self.env._("From"), "", order.journal_id.display_name],
                [self.env._("To be carried out on"), "", str(order.executed_on)],
                [self.env._("Together"), "", order.currency_id.format(order.amount)],
                *rows,
            ],
            "warnings": order._warnings(),
        }  # fmt: skip

    def _row(self, payment):
        account = payment.finance_mandate_id.account_id or payment.partner_bank_id
        amount = payment.currency_id.format(payment.amount)
        words = f"{amount} → …{(account.sanitized_acc_number or '')[-4:]}  {payment.memo or ''}"
        return [payment.partner_id.display_name, "", words]

    def _part(self, payment):
        company = payment.company_id.currency_id
        own = abs(payment.amount_company_currency_signed)
        account = payment.partner_bank_id.sanitized_acc_number or f"partner {payment.partner_id.id}"
        return Part(
            self.env["finance.audit"]._mark(account),
            payment.currency_id.name,
            Decimal(f"{payment.amount:.{payment.currency_id.decimal_places}f}"),
            Decimal(f"{own:.{company.decimal_places}f}"),
        )
