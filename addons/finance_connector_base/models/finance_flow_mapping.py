from odoo import api, fields, models

from ..mapping.kinds import KINDS


class FinanceFlowMapping(models.Model):
    """A kind of mapping that must be approved before a flow goes live."""

    _name = "finance.flow.mapping"
    _description = "Mapping a flow needs"
    _order = "flow_id, id"
    _rec_name = "kind"

    flow_id = fields.Many2one("finance.flow", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="flow_id.company_id", store=True, index=True)
    kind = fields.Selection(
        selection=lambda self: KINDS.names(self.env.registry._init_modules), required=True, string="Mapping"
    )
    approved = fields.Boolean(compute="_compute_approved", string="In force")

    _once = models.UniqueIndex("(flow_id, kind)", "The flow names this kind already.")

    @api.depends("kind", "flow_id.connector_id")
    def _compute_approved(self):
        mappings = self.env["finance.mapping"]
        for need in self:
            connector = need.flow_id.connector_id
            need.approved = bool(need.kind) and mappings._approved_for(need.kind, connector.company_id, connector)

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.constrains("kind", "flow_id")
    def _check_settled(self):
        self.flow_id._check_settled()
