from odoo import fields, models


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    tax_connector_id = fields.Many2one(
        "finance.connector",
        string="Tax determined by",
        check_company=True,
        domain="[('domain', '=', 'tax')]",
        groups="finance_connector_base.group_user",
        help="Customer invoices under this fiscal position get their tax from this engine.",
    )
    tax_ship_from_id = fields.Many2one(
        "res.partner",
        string="Goods leave from",
        help="Address from which deliveries start. Empty: the address of the company.",
    )
    tax_fallback = fields.Selection(
        [("block", "Do not post"), ("odoo", "Use Odoo's own taxes and true up later")],
        string="If the engine cannot be reached",
        help="Empty: as the connector says.",
    )
    tax_fallback_position_id = fields.Many2one(
        "account.fiscal.position",
        string="Own taxes as under",
        domain="[('tax_connector_id', '=', False), ('company_id', '=', company_id)]",
        help="Fiscal position that maps the products' taxes while the engine cannot be reached.",
    )
