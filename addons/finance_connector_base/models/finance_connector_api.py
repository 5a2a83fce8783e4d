from odoo import fields, models


class FinanceConnector(models.Model):
    """A system that calls our canonical interface with keys of its own."""

    _inherit = "finance.connector"

    api_client = fields.Boolean(string="Calls our interface", help="Keys can be made for it.")
    api_key_ids = fields.One2many(
        "finance.api.key", "connector_id", copy=False, groups="finance_connector_base.group_admin"
    )
    api_url = fields.Char(compute="_compute_api_url", string="Address of the interface")

    def _compute_api_url(self):
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url", "").rstrip("/")
        for connector in self:
            connector.api_url = f"{base}/finance/api/v1"

    def action_open_items(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Objects"),
            "res_model": "finance.message.item",
            "view_mode": "list",
            "domain": [("connector_id", "in", self.ids)],
        }
