from decimal import Decimal

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    finance_tolerance_amount = fields.Float(
        default=0.50, string="Largest difference", help="In the currency of the line; both limits must be kept."
    )
    finance_tolerance_percent = fields.Float(default=1.0, string="Largest difference in percent")
    finance_tolerance_account_id = fields.Many2one(
        "account.account", check_company=True, string="Account for small differences",
        help="Without an account, a difference is never booked without a person.",
    )
    finance_fee_account_id = fields.Many2one(
        "account.account", check_company=True, string="Account for bank charges",
    )
    finance_discount_account_id = fields.Many2one(
        "account.account", check_company=True, string="Account for payment discounts",
    )
    finance_sure_partial = fields.Boolean(
        default=True, string="Book part payments",
        help="A part payment of an exactly named invoice of the known payer is booked without a person.",
    )
    finance_sure_payer = fields.Boolean(
        default=True, string="Book by payer and amount",
        help="A line without reference is booked if payer and amount fit exactly one open invoice.",
    )
    finance_unmatched_case = fields.Boolean(
        default=True, string="Open a case for lines without match",
        help="A line for which nothing can be proposed becomes a case, until it is reconciled or gets a proposal.",
    )
    finance_unmatched_days = fields.Integer(
        string="After days", help="Days from the booking at the bank until the case is opened; 0 is at once."
    )

    finance_quick_writing = fields.Boolean(
        default=True, string="Write lines and reconciliations quickly",
        help="Many lines are written at once after exemplars that Odoo writes itself, compared column by column. Where "
        "anything differs, or when this is off, Odoo writes them one by one.",
    )

    def _finance_write_off_account(self, kind):
        """The account for a difference of this kind (tolerance, bank_fee, discount), or an empty one."""
        self.ensure_one()
        return {
            "tolerance": self.finance_tolerance_account_id,
            "bank_fee": self.finance_fee_account_id,
            "discount": self.finance_discount_account_id,
        }[kind]

    def _finance_tolerance(self):
        """``(amount, percent)`` within which a difference may be booked; nothing without an account."""
        if not self.finance_tolerance_account_id:
            return Decimal(0), Decimal(0)
        return Decimal(str(self.finance_tolerance_amount)), Decimal(str(self.finance_tolerance_percent))
