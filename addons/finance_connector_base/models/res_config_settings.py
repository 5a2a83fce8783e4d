from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .. import server
from ..core.errors import FinanceError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    finance_environment = fields.Char(compute="_compute_finance_host", string="This server is")
    finance_key_source = fields.Char(compute="_compute_finance_host", string="Secrets are opened with")
    finance_key_counts = fields.Char(compute="_compute_finance_host", string="Secrets under each key")
    finance_folder_root = fields.Char(compute="_compute_finance_host", string="Folders live below")
    finance_bound = fields.Boolean(compute="_compute_finance_host", string="Database bound to this server")
    finance_refusal = fields.Char(compute="_compute_finance_host", string="Nothing is sent, because")
    finance_home_known = fields.Boolean(compute="_compute_finance_host")
    finance_max_upload_megabytes = fields.Integer(
        config_parameter="finance_connector_base.max_upload_megabytes", default=64, string="Largest file (MB)"
    )
    finance_sweep_minutes = fields.Integer(
        config_parameter="finance_connector_base.sweep_minutes", default=2, string="Stuck after"
    )

    finance_case_hours = fields.Integer(
        config_parameter="finance_connector_base.case_hours", default=8, string="A case is due after"
    )
    finance_case_reopen_days = fields.Integer(
        config_parameter="finance_connector_base.case_reopen_days", default=30, string="A case opens again within"
    )
    finance_case_batch = fields.Integer(
        config_parameter="finance_connector_base.case_batch", default=1000, string="Cases looked at in one go"
    )
    finance_tally_days = fields.Integer(
        config_parameter="finance_connector_base.tally_days", default=90, string="Refused posts are counted for"
    )
    finance_replay_limit = fields.Integer(
        config_parameter="finance_connector_base.replay_limit", default=1000, string="Processed anew together"
    )
    finance_duplicate_score = fields.Integer(
        config_parameter="finance_connector_base.duplicate_score", default=40, string="Shown from a score of"
    )
    finance_duplicate_like = fields.Integer(
        config_parameter="finance_connector_base.duplicate_like", default=85, string="Names alike from (percent)"
    )
    finance_duplicate_weak_block = fields.Integer(
        config_parameter="finance_connector_base.duplicate_weak_block", default=25, string="Shared by at most"
    )
    finance_duplicate_strong_block = fields.Integer(
        config_parameter="finance_connector_base.duplicate_strong_block", default=200, string="Same number or name"
    )
    finance_gap_messages = fields.Integer(
        config_parameter="finance_connector_base.gap_messages", default=1000, string="Messages woken by a mapping"
    )
    finance_checkpoint_days = fields.Integer(
        config_parameter="finance_connector_base.checkpoint_days", default=62, string="Checkpoints look back"
    )
    finance_checkpoint_keys = fields.Integer(
        config_parameter="finance_connector_base.checkpoint_keys", default=20, string="Differences listed"
    )
    finance_checkpoint_file_megabytes = fields.Integer(
        config_parameter="finance_connector_base.checkpoint_file_megabytes", default=1000, string="Megabytes read again"
    )
    finance_backlog_minutes = fields.Integer(
        config_parameter="finance_connector_base.backlog_minutes", default=60, string="Fetch nothing more when"
    )

    finance_retention_seconds = fields.Integer(
        config_parameter="finance_connector_base.retention_seconds", default=60, string="Erasing at one go"
    )

    finance_books_years = fields.Integer(related="company_id.finance_books_years", readonly=False)
    finance_expiry_days = fields.Char(related="company_id.finance_expiry_days", readonly=False)

    @api.depends("company_id")
    def _compute_finance_host(self):
        permit = self.env["finance.permit"]
        for settings in self:
            settings.finance_environment = _("live") if server.environment() == "live" else _("a sandbox")
            settings.finance_key_source, settings.finance_key_counts = self._key_words()
            settings.finance_folder_root = str(server.folder_root())
            found = permit._standing()
            settings.finance_bound, settings.finance_refusal = found["bound"], found["refusal"]
            settings.finance_home_known = bool(found["home"])

    def _key_words(self):
        """Where the keys come from and how many secrets each opens, or why that cannot be told."""
        try:
            report = self.env["finance.rotation"]._report()
        except FinanceError as error:
            return str(error), False
        current = self.env._("%s (current)", report["current"])
        names = {key: current if key == report["current"] else key for key in report["keys"]}
        counts = [f"{names[key]}: {count}" for key, count in report["keys"].items()]
        return report["source"], ", ".join(counts)

    def action_finance_rotate(self):
        """Give every secret the current key now; the daily job does the same."""
        try:
            report = self.env["finance.rotation"]._rotate()
        except FinanceError as error:
            raise UserError(str(error)) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": _("Secrets"),
                "message": self.env["finance.rotation"]._words(report),
                "type": "warning" if report["damaged"] else "success",
                "sticky": True,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_finance_bind(self):
        """Say that this database belongs to this server, so that live connectors may send from it.

        One that has a home already is moved with a reason, and with a code that only the host shows.
        """
        if self.env["finance.permit"]._standing()["home"]:
            raise UserError(_("This database has a home already. Use “Make this the home”."))
        self.env["finance.permit"]._bind()
