from odoo import fields, models


class ResPartner(models.Model):
    """Whom payment runs leave alone, and by which mandates a customer pays."""

    _inherit = "res.partner"

    finance_pay_block = fields.Boolean(
        "Blocked for payments", tracking=True, help="Payment runs hold everything that goes to this partner."
    )
    finance_pay_block_reason = fields.Char("Why blocked", tracking=True)
    finance_mandate_ids = fields.One2many("finance.mandate", "partner_id", groups="finance_connector_base.group_user")
