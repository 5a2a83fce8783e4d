from odoo import fields, models


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    finance_edited_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict", string="Details last changed by"
    )
    finance_edited_on = fields.Datetime(readonly=True, copy=False, string="Details last changed on")
