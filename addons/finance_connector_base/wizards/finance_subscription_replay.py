from odoo import api, fields, models
from odoo.exceptions import UserError


class FinanceSubscriptionReplay(models.TransientModel):
    """From when on a subscriber is told again, and why."""

    _name = "finance.subscription.replay"
    _description = "Tell events anew"

    subscription_id = fields.Many2one("finance.subscription", required=True, readonly=True, ondelete="cascade")
    since = fields.Datetime(required=True, default=fields.Datetime.now, string="Everything since")
    reason = fields.Char(required=True)
    count = fields.Integer(compute="_compute_count", string="Events to look at")

    @api.depends("since")
    def _compute_count(self):
        for wizard in self:
            wizard.count = self.env["finance.event"].sudo().search_count(wizard._events()) if wizard.since else 0

    def _events(self):
        return [("occurred_on", ">=", self.since), ("position", "!=", False)]

    def action_replay(self):
        self.ensure_one()
        self.subscription_id.check_access("write")
        first = self.env["finance.event"].sudo().search(self._events(), order="position", limit=1)
        if not first:
            raise UserError(self.env._("Nothing has happened since then, or it is not kept any more."))
        self.subscription_id._rewind(first.position - 1, self.reason)
        return {"type": "ir.actions.act_window_close"}
