from odoo import fields, models


class FinanceConnect(models.TransientModel):
    """What a tax engine needs besides its line."""

    _inherit = "finance.connect"

    tax_company_code = fields.Char(
        string="Company code at the engine", help="Under which the engine keeps our documents, e.g. DEFAULT."
    )
    tax_position_ids = fields.Many2many(
        "account.fiscal.position",
        domain="[('company_id', '=', company_id)]",
        string="Fiscal positions",
        help="Customer invoices under these get their tax from the engine. More can be added later.",
    )

    def _settle(self, connector):
        self.tax_position_ids.tax_connector_id = connector
        if connector.domain == "tax" and connector._tax_liability_account():
            connector.action_tax_create_taxes()
        return super()._settle(connector)
