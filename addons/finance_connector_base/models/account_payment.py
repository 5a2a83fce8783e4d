from odoo import _, fields, models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_post(self):
        """Bank details that are in force for a short time only get small payments, where the company says so."""
        now = fields.Datetime.now()
        for payment in self.filtered(lambda one: one.payment_type == "outbound"):
            until = payment.partner_bank_id.finance_cap_until
            cap = payment.company_id._bank_first_cap()
            if until and until > now and cap and abs(payment.amount_company_currency_signed) > cap:
                raise UserError(
                    _(
                        "The bank details of %(name)s are new: no more than %(cap)s until %(until)s.",
                        name=payment.partner_id.display_name,
                        cap=payment.company_id.currency_id.format(cap),
                        until=fields.Datetime.to_string(until),
                    )
                )
        return super().action_post()
