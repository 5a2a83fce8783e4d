from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cash_stale_hours = fields.Integer(related="company_id.cash_stale_hours", readonly=False)
    cash_rate_days = fields.Integer(related="company_id.cash_rate_days", readonly=False)
