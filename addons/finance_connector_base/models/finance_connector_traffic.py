from odoo import _, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_datetime


class FinanceConnectorTraffic(models.Model):
    """How much a connector may call, and what happens when its line fails."""

    _inherit = "finance.connector"

    calls_at_once = fields.Integer(
        default=2,
        string="Calls at once",
        help="A slow or dead system holds no more workers than this; 0: no limit. Keep it below the lane's capacity.",
    )
    rate_calls = fields.Integer(string="Calls allowed", help="At most so many calls in the time beside; 0: no limit.")
    rate_unit = fields.Selection(
        [("second", "a second"), ("minute", "a minute"), ("hour", "an hour")], default="minute", required=True
    )
    rate_burst = fields.Integer(default=1, string="Of these at once", help="Saved up while nothing was called.")
    breaker_failures = fields.Integer(
        default=5, string="Failures in a row", help="After so many the line is left alone for a while, then probed."
    )
    breaker_seconds = fields.Integer(
        default=30, string="Left alone for (seconds)", help="At first; twice as long after each failed probe."
    )
    breaker_ids = fields.One2many("finance.breaker", "connector_id", string="Lines", copy=False)
    gate_ids = fields.One2many("finance.gate", "connector_id", copy=False)
    quota_ids = fields.One2many("finance.quota", "connector_id", string="Call budgets", copy=True)
    notice = fields.Char(compute="_compute_notice", string="Traffic now")

    def _compute_notice(self):
        late = self.env["finance.flow"]._late_domains()
        now = fields.Datetime.now()

        def when(moment):
            return format_datetime(self.env, moment) if moment else ""

        for connector in self:
            gate = connector.sudo().gate_ids[:1]
            broken = connector.sudo().breaker_ids.filtered(lambda breaker: breaker.state != "closed")
            notes = [
                self.env._("%(what)s is left alone until %(when)s", what=breaker.operation, when=when(breaker.until))
                for breaker in broken
            ]
            if gate.blocked_until and gate.blocked_until > now:
                notes.append(_("the other side asked us to wait until %s", when(gate.blocked_until)))
            if connector.domain in late:
                notes.append(_("nothing is fetched: messages wait for %s minutes already", late[connector.domain]))
            connector.notice = "; ".join(notes)

    def _let_go(self):
        """Wake what the gate had put off."""
        waiting = self.env["finance.message"].search(
            [("connector_id", "in", self.ids), ("state", "=", "ready"), ("tries", "=", 0), ("next_try_on", "!=", False)]
        )
        waiting.sudo().write({"next_try_on": False})
        waiting._enqueue()

    def _check_operator(self):
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group("finance_connector_base.group_operator")):
            raise AccessError(_("Lines are tried by operators and administrators."))

    def action_reset_breakers(self):
        """Try the line at once, without waiting for the next probe."""
        self._check_operator()
        self.sudo().gate_ids.write({"blocked_until": False, "blocked_text": False})
        self.breaker_ids.action_reset()
        self._let_go()
