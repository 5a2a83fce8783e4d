from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import server

#: Settings of control that are counted, and the least that makes sense.
COUNTED = ("finance_approval_days", "finance_delegation_days", "finance_audit_checkpoint_minutes")


class ResConfigSettings(models.TransientModel):
    """How long people have to decide, and how often the audit trail is signed."""

    _inherit = "res.config.settings"

    finance_approval_days = fields.Integer(
        config_parameter="finance_connector_base.approval_days", default=7, string="To be answered within"
    )
    finance_delegation_days = fields.Integer(
        config_parameter="finance_connector_base.delegation_days", default=60, string="Longest delegation"
    )
    finance_audit_checkpoint_minutes = fields.Integer(
        config_parameter="finance_connector_base.audit_checkpoint_minutes", default=60, string="Signed every"
    )
    finance_audit_anchor_connector_id = fields.Many2one(
        "finance.connector",
        config_parameter="finance_connector_base.audit_anchor_connector_id",
        string="Copies of checkpoints go to",
    )
    finance_audit_anchor_folder = fields.Char(compute="_compute_finance_audit", string="Copied to the folder")
    finance_audit_last = fields.Datetime(compute="_compute_finance_audit", string="Last signed")

    @api.depends("company_id")
    def _compute_finance_audit(self):
        last = self.env["finance.audit.checkpoint"].sudo().search([], limit=1)
        for settings in self:
            folder = server.audit_anchors()
            settings.finance_audit_anchor_folder = str(folder) if folder else False
            settings.finance_audit_last = last.taken_on

    @api.constrains(*COUNTED)
    def _check_counted(self):
        for settings in self:
            for name in COUNTED:
                if settings[name] < 1:
                    label = self._fields[name]._description_string(self.env)
                    raise ValidationError(self.env._("“%s” must be at least 1.", label))
