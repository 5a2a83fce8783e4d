from odoo import api, fields, models


class FinanceLink(models.Model):
    """An outside identifier and the Odoo record it stands for."""

    _name = "finance.link"
    _description = "Finance link"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, index=True)
    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade")
    message_id = fields.Many2one("finance.message", index=True, ondelete="set null")
    kind = fields.Char(required=True, help="What the outside identifier names, e.g. statement or transaction.")
    external_id = fields.Char(required=True)
    res_model = fields.Char(required=True, string="Model")
    res_id = fields.Many2oneReference(model_field="res_model", required=True, string="Record")

    _external_uniq = models.UniqueIndex(
        "(connector_id, kind, external_id, res_model)", "This outside identifier is linked already."
    )
    _record_idx = models.Index("(res_model, res_id)")

    @api.depends("kind", "external_id")
    def _compute_display_name(self):
        for link in self:
            link.display_name = f"{link.kind} {link.external_id}"

    @api.model
    def _find(self, connector, kind, external_id, model):
        """The linked record, or an empty recordset of ``model``."""
        link = self.sudo().search(
            [
                ("connector_id", "=", connector.id),
                ("kind", "=", kind),
                ("external_id", "=", external_id),
                ("res_model", "=", model),
            ],
            limit=1,
        )
        return self.env[model].browse(link.res_id).exists()

    @api.model
    def _add(self, connector, kind, external_id, record, message=None):
        return self.sudo().create(
            {
                "company_id": connector.company_id.id,
                "connector_id": connector.id,
                "message_id": message.id if message else False,
                "kind": kind,
                "external_id": external_id,
                "res_model": record._name,
                "res_id": record.id,
            }
        )

    def action_open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
