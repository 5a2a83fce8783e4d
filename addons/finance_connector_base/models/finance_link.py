from odoo import api, fields, models
from odoo.tools import SQL


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
    content_hash = fields.Char(help="SHA-256 of the canonical object as it was last taken over.")

    _canonical_uniq = models.UniqueIndex(
        "(company_id, kind, external_id) WHERE kind LIKE 'canonical.%'", "This object is linked already."
    )
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
    def _canonical(self, company, name, keys):
        """``{(source system, external id): (record id, content hash)}`` of the objects that are known already."""
        wanted = {f"{source}/{external}": (source, external) for source, external in keys}
        self.flush_model()
        found = {}
        if wanted:
            rows = self.env.execute_query(
                SQL(
                    "SELECT external_id, res_id, content_hash FROM finance_link "
                    "WHERE company_id = %s AND kind = %s AND external_id = ANY(%s)",
                    company.id,
                    f"canonical.{name}",
                    list(wanted),
                )
            )
            found = {wanted[external]: (record, content) for external, record, content in rows}
        return found

    @api.model
    def _add_canonical(self, message, name, model, rows):
        """Link objects to what was made of them, or note their new content.

        :param rows: ``(source system, external id, record id, content hash)`` each
        """
        self.env.cr.execute_values(
            "INSERT INTO finance_link (company_id, connector_id, message_id, kind, external_id, res_model, res_id, "
            "content_hash, create_uid, create_date) VALUES %s ON CONFLICT (company_id, kind, external_id) "
            "WHERE kind LIKE 'canonical.%%' DO UPDATE SET content_hash = excluded.content_hash, "
            "message_id = excluded.message_id WHERE finance_link.res_id = excluded.res_id",
            [
                (
                    message.company_id.id,
                    message.connector_id.id,
                    message.id,
                    f"canonical.{name}",
                    f"{source}/{external}",
                    model,
                    record,
                    content,
                    self.env.uid,
                    self.env.cr.now(),
                )
                for source, external, record, content in rows
            ],
            page_size=1000,
        )
        self.invalidate_model()

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
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
