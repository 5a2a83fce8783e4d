from odoo import api, fields, models


class FinanceFlow(models.Model):
    _inherit = "finance.flow"

    answer_hours = fields.Float(
        default=24.0,
        string="Answer within (hours)",
        help="A payment order is acknowledged within this time, or a case says that it is stuck. 0: this bank sends no "
        "acknowledgements.",
    )

    @api.depends("name", "connector_id.name")
    @api.depends_context("finance_with_connector")
    def _compute_display_name(self):
        """Flows of several banks have the same name: where one is chosen, its connector stands before it."""
        if not self.env.context.get("finance_with_connector"):
            return super()._compute_display_name()
        for flow in self:
            flow.display_name = f"{flow.connector_id.name}: {flow.name}"
        return None
