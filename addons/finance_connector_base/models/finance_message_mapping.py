from odoo import fields, models
from odoo.tools import SQL


class FinanceMessage(models.Model):
    """Which versions of mappings were used when it was processed."""

    _inherit = "finance.message"

    mapping_version_ids = fields.Many2many(
        "finance.mapping.version",
        "finance_message_mapping_version_rel",
        "message_id",
        "version_id",
        readonly=True,
        copy=False,
        string="Mappings used",
    )

    def _keep_mapping_versions(self, versions):
        """One statement, without touching the message's own row."""
        for version in sorted(versions):
            self.env.cr.execute(
                SQL(
                    "INSERT INTO finance_message_mapping_version_rel (message_id, version_id) VALUES (%s, %s) "
                    "ON CONFLICT DO NOTHING",
                    self.id,
                    version,
                )
            )
        self.invalidate_recordset(["mapping_version_ids"], flush=False)
