from odoo import _, api, fields, models

from .. import server


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    finance_environment = fields.Char(compute="_compute_finance_host", string="This server is")
    finance_key_file = fields.Char(compute="_compute_finance_host", string="Secrets are opened with")
    finance_folder_root = fields.Char(compute="_compute_finance_host", string="Folders live below")
    finance_bound = fields.Boolean(compute="_compute_finance_host", string="Database bound to this server")
    finance_max_upload_megabytes = fields.Integer(
        config_parameter="finance_connector_base.max_upload_megabytes", default=64, string="Largest file (MB)"
    )
    finance_sweep_minutes = fields.Integer(
        config_parameter="finance_connector_base.sweep_minutes", default=5, string="Look for stuck messages every"
    )

    finance_backlog_minutes = fields.Integer(
        config_parameter="finance_connector_base.backlog_minutes", default=60, string="Fetch nothing more when"
    )

    @api.depends("company_id")
    def _compute_finance_host(self):
        permit = self.env["finance.permit"]
        for settings in self:
            settings.finance_environment = _("live") if server.environment() == "live" else _("a sandbox")
            settings.finance_key_file = str(server.key_file())
            settings.finance_folder_root = str(server.folder_root())
            settings.finance_bound = permit._bound()

    def action_finance_bind(self):
        """Say that this database belongs to this server, so that live connectors may send from it."""
        self.env["finance.permit"]._bind()
