from odoo import fields, models


class FinanceAuditDetail(models.Model):
    """What people can read of an event. It can be erased; the event and its seal stay, and stay verifiable."""

    _name = "finance.audit.detail"
    _description = "Audit details"
    _auto = False

    salt = fields.Char(readonly=True)
    content = fields.Json(readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True, string="Whose data")
