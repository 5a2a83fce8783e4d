from odoo import fields, models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def action_post(self):
        for payment in self.filtered(lambda one: one.payment_type == "outbound"):
            why = payment._finance_above_cap()
            if why:
                raise UserError(why)
        return super().action_post()

    def _finance_above_cap(self):
        """Bank details that are in force for a short time only get small payments, where the company says so.

        :return: words, or ``None`` where it may be paid
        """
        self.ensure_one()
        until, cap = self.partner_bank_id.finance_cap_until, self.company_id._bank_first_cap()
        if not until or until <= fields.Datetime.now() or not cap or abs(self.amount_company_currency_signed) <= cap:
            return None
        return self.env._(
            "The bank details of %(name)s are new: no more than %(cap)s until %(until)s.",
            name=self.partner_id.display_name,
            cap=self.company_id.currency_id.format(cap),
            until=fields.Datetime.to_string(until),
        )
