from odoo import api, fields, models
from odoo.exceptions import AccessError

from .. import server
from ..audit.seal import Signers


class FinanceAuditCheckpoint(models.Model):
    """The heads of all chains at one moment, signed with a key outside the database."""

    _name = "finance.audit.checkpoint"
    _description = "Audit checkpoint"
    _order = "id desc"
    _rec_name = "root"
    _auto = False

    body = fields.Text(readonly=True, string="Signed text")
    signatures = fields.Json(readonly=True)
    reason = fields.Char(readonly=True, string="Why")
    root = fields.Char(readonly=True, string="Merkle root")
    events = fields.Integer(readonly=True, string="Sealed events")
    taken_on = fields.Datetime(readonly=True)
    signed_by = fields.Char(compute="_compute_signed_by", string="Signing keys")
    signing_key = fields.Char(
        compute="_compute_signing_key", help="Fingerprint of this server's signing key. Note it down outside the hub."
    )

    @api.depends("signatures")
    def _compute_signed_by(self):
        for checkpoint in self:
            checkpoint.signed_by = ", ".join(checkpoint.signatures or {})

    def _compute_signing_key(self):
        self.signing_key = Signers(server.audit_ring()).current

    @api.model
    def action_take(self):
        """Take a checkpoint now."""
        self._check_auditor()
        self.env["finance.audit.sealer"].sudo()._checkpoint(self.env._("Asked for by %s", self.env.user.login))
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def action_verify(self):
        """Examine the whole trail now, and tell the result."""
        self._check_auditor()
        report = self.env["finance.audit.sealer"].sudo()._verify()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Everything fits") if report.ok else self.env._("The trail was tampered with"),
                "message": report.words(),
                "type": "success" if report.ok else "danger",
                "sticky": True,
            },
        }

    def _check_auditor(self):
        if not self.env.user.has_groups("finance_connector_base.group_auditor,finance_connector_base.group_admin"):
            raise AccessError(self.env._("The audit trail is verified by auditors and administrators."))
