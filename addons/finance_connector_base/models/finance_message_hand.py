from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.canonical import sha256

OPERATOR = "finance_connector_base.group_operator"
OPEN = ("ready", "sending", "unknown")


class FinanceMessage(models.Model):
    """A file that a person takes to a bank's portal: released first, recorded when it leaves, confirmed afterwards.

    From the moment its bytes are handed out they may be at the bank, so the message is on its way from then on.
    """

    _inherit = "finance.message"

    hand_state = fields.Selection(
        [
            ("waiting", "Waits for its release"),
            ("ready", "To be taken to the portal"),
            ("taken", "Taken away, not confirmed yet"),
            ("confirmed", "Confirmed"),
        ],
        compute="_compute_hand_state",
        string="By hand",
    )

    @api.depends("state", "options", "approved_hash")
    def _compute_hand_state(self):
        for message in self:
            hand = message._hand()
            if not message._goes_by_hand():
                message.hand_state = False
            elif "confirmed_on" in hand:
                message.hand_state = "confirmed"
            elif "taken_on" in hand:
                message.hand_state = "taken"
            elif message.state in OPEN:
                message.hand_state = "ready" if message._is_released() else "waiting"
            else:
                message.hand_state = False

    def _goes_by_hand(self):
        return self.direction == "out" and self.sudo().connector_id.transport == "portal"

    def _hand(self):
        return (self.sudo().options or {}).get("hand") or {}

    def _is_released(self):
        message = self.sudo()
        return not message.flow_id.needs_approval or message.approved_hash == message.sha256

    def _part(self, part):
        """Whoever gets the bytes of a file that can still be uploaded has taken it away."""
        found = super()._part(part)
        if part == "content" and self._goes_by_hand() and self.state in OPEN:
            if sha256(found[1]) != self.sha256:
                raise UserError(self.env._("The bytes of %s are not those that were released.", self.name))
            self._take_away()
        return found

    def action_take_away(self):
        """Download the file for the portal."""
        self.ensure_one()
        self._check_free()
        return {"type": "ir.actions.act_url", "url": f"/finance/message/{self.id}/content", "target": "download"}

    def _check_free(self):
        """:raise UserError: the file may not leave now"""
        message = self.sudo()
        if not self.env.user.has_group(OPERATOR):
            raise AccessError(self.env._("Operators take files to the portal."))
        if not self._is_released():
            raise UserError(self.env._("%s was not released yet.", self.name))
        refusal = self.env["finance.permit"]._refusal(message.connector_id.environment)
        if message.hold or refusal:
            raise UserError(message.hold_reason or refusal)
        if message.connector_id.state != "active" or message.connector_id.id in self.env["finance.stop"]._stopped_ids():
            raise UserError(self.env._("%s is stopped or paused.", message.connector_id.name))

    def _take_away(self):
        self.lock_for_update()
        self._check_free()
        if "taken_on" in self._hand():
            self._tell(self.env._("Downloaded again. If it was uploaded before, the bank sees a duplicate."))
            return
        self.sudo().arrived = "maybe"  # only its settled outcome gives it free again
        self._keep_hand("message.taken_away", taken_on=fields.Datetime.now().isoformat(), taken_by=self.env.uid)
        self._tell(self.env._("Taken away for the portal"))

    def _keep_hand(self, event, **facts):
        message = self.sudo()
        hand = {**self._hand(), **facts}
        message.write({"options": {**(message.options or {}), "hand": hand}, "next_try_on": self.env.cr.now()})
        self.env["finance.audit"]._note(event, self, facts)
        self._enqueue()

    def action_confirm_hand(self):
        """Ask what the portal shows."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What the portal shows"),
            "res_model": "finance.hand.confirm",
            "view_mode": "form",
            "target": "new",
            "context": {"default_message_id": self.id},
        }

    def _confirm_hand(self, reference):
        """A person saw that the portal has the file."""
        self.lock_for_update()
        if self.hand_state != "taken" or self.state not in OPEN:
            raise UserError(self.env._("%s does not wait for a confirmation.", self.name))
        self._keep_hand(
            "message.hand_confirmed",
            confirmed_on=fields.Datetime.now().isoformat(), confirmed_by=self.env.uid, reference=reference or "",
        )  # fmt: skip
        self._tell(self.env._("The portal has it: %s", reference or self.env._("no reference given")))
