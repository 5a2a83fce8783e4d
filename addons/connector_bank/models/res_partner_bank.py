from odoo import fields, models


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    finance_account_kind = fields.Selection(
        [("CACC", "Current (checking)"), ("SVGS", "Savings")], default="CACC", required=True, string="Kind of account",
        help="Some payment files ask for it (ACH).",
    )  # fmt: skip
