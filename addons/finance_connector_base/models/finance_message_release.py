from odoo import _, fields, models
from odoo.exceptions import UserError


class FinanceMessage(models.Model):
    """What leaves only after others agreed: the release is about exactly the bytes that will be sent."""

    _inherit = "finance.message"

    needs_approval = fields.Boolean(related="flow_id.needs_approval")

    def _approval_kind(self):
        return "payment"

    def _approval_content(self):
        return {"sha256": self.sha256, "connector": self.connector_id.id, "key": self.dedup_key, "name": self.name}

    def _approval_facts(self):
        message = self.sudo()
        facts = message._processor()._release_facts(message)
        changes = [
            [_("Message"), "", message.name],
            [_("To"), "", message.connector_id.name],
            [_("Business key"), "", message.dedup_key],
            [_("Content (SHA-256)"), "", message.sha256],
            *facts.pop("changes", []),
        ]
        return {"name": _("Send %s", message.name), "changes": changes, **facts}

    def _wait_for_release(self):
        """Ask for the release where the flow wants one."""
        self.ensure_one()
        return bool(self.sudo().flow_id.needs_approval and self._request_approval())

    def _approved(self, approval):
        self.sudo().write({"approved_hash": self.sha256, "result_text": _("Released: %s", approval._names())})
        self.flush_recordset()
        self._enqueue()

    def _refused(self, approval):
        self.sudo().write({"approved_hash": False, "result_text": _("Not released: %s", approval.closed_reason)})

    def action_ask_release(self):
        """Ask again, after a refusal or when the flow began to want releases later."""
        for message in self:
            message.check_access("write")
            if message.direction != "out" or message.state != "ready" or message.approved_hash == message.sha256:
                raise UserError(_("%s does not wait for a release.", message.name))
            message._request_approval()
