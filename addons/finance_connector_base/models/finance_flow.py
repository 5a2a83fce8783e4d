from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..retention.classes import SENSITIVITIES, USUAL

SECONDS = {"minutes": 60, "hours": 3600, "days": 86400}


class FinanceFlow(models.Model):
    """One kind of message over a connector: how often, how strict, who owns it."""

    _name = "finance.flow"
    _inherit = ["mail.thread"]
    _description = "Finance flow"
    _order = "connector_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    domain = fields.Selection(related="connector_id.domain", store=True)
    kind = fields.Selection(selection="_selection_kind", required=True, string="Message kind")
    direction = fields.Selection([("in", "In"), ("out", "Out")], required=True, default="in")
    mode = fields.Selection(
        [("realtime", "Real time"), ("microbatch", "Micro-batch"), ("batch", "Batch"), ("event", "Event")],
        required=True,
        default="batch",
        tracking=True,
    )
    interval_number = fields.Integer(default=15, string="Every")
    interval_unit = fields.Selection(
        [("minutes", "Minutes"), ("hours", "Hours"), ("days", "Days")], default="minutes", required=True
    )
    cut_off = fields.Float(string="Cut-off", help="Time of day after which the other side works for the next day.")
    next_run = fields.Datetime(copy=False, index=True)
    last_run = fields.Datetime(copy=False, readonly=True)
    last_success = fields.Datetime(copy=False, readonly=True, help="Moves only when a run went through.")
    criticality = fields.Selection(
        [("low", "Low"), ("normal", "Normal"), ("high", "High"), ("critical", "Critical")],
        default="normal",
        required=True,
    )
    sensitivity = fields.Selection(
        SENSITIVITIES,
        default=USUAL,
        required=True,
        help="Who may see raw contents, and how long they are kept.",
    )
    owner_id = fields.Many2one("res.users", help="Who gets the cases; the connector's owner if empty.", tracking=True)
    target_hours = fields.Float(default=8.0, string="Service target (hours)", help="A case is due after this time.")
    target_clock = fields.Selection(
        [("working", "Working hours"), ("always", "Around the clock")],
        default="working",
        required=True,
        string="Hours are",
        help="Whether the service target counts while nobody is at work.",
    )
    blocking = fields.Selection(
        [("none", "Go on"), ("message", "Hold the message"), ("flow", "Hold the flow")],
        default="message",
        required=True,
        string="On a case",
        help="Whether a case stops only its message or all later ones of the flow.",
    )
    max_tries = fields.Integer(default=8, required=True)
    first_wait_seconds = fields.Integer(default=30, required=True)
    factor = fields.Float(default=2.0, required=True)
    longest_wait_seconds = fields.Integer(default=3600, required=True)
    quiet_seconds = fields.Integer(
        default=120,
        required=True,
        help="After an unanswered call: wait this long, the bank's longest processing time, before asking.",
    )
    needs_approval = fields.Boolean(help="Messages leave only when approved for exactly their content.")
    format_code = fields.Char(string="Format", help="Empty: recognised by content.")
    event_pattern = fields.Char(
        default="*", string="Events", help="Which webhook events this flow takes, e.g. payout.*, transfer.failed"
    )
    message_count = fields.Integer(compute="_compute_message_count")

    @api.model
    def _selection_kind(self):
        prefix = "finance.process."
        return sorted(
            (name.removeprefix(prefix), self.env[name]._description)
            for name in self.env.registry
            if name.startswith(prefix)
        )

    @api.constrains("max_tries", "first_wait_seconds", "factor", "longest_wait_seconds", "quiet_seconds")
    def _check_policy(self):
        for flow in self:
            if flow.max_tries < 1 or flow.first_wait_seconds < 1 or flow.factor < 1 or flow.quiet_seconds < 0:
                raise ValidationError(_("Tries and waiting times must be positive, the factor at least 1."))
            if flow.longest_wait_seconds < flow.first_wait_seconds:
                raise ValidationError(_("The longest wait cannot be shorter than the first."))

    def _compute_message_count(self):
        counts = dict(self.env["finance.message"]._read_group([("flow_id", "in", self.ids)], ["flow_id"], ["__count"]))
        for flow in self:
            flow.message_count = counts.get(flow, 0)

    def _interval(self):
        return timedelta(seconds=max(self.interval_number, 1) * SECONDS[self.interval_unit])

    @api.model
    def _cron_pull(self):
        """Wake the incoming flows that are due; the work is done by jobs.

        Where messages wait for too long already nothing more is fetched; what others bring is still taken.
        """
        now = fields.Datetime.now()
        due = self.search(
            [
                ("direction", "=", "in"),
                ("mode", "in", ("batch", "microbatch")),
                ("connector_id.state", "=", "active"),
                ("domain", "not in", list(self._late_domains())),
                "|",
                ("next_run", "=", False),
                ("next_run", "<=", now),
            ]
        )
        for flow in due:
            flow.write({"next_run": now + flow._interval(), "last_run": now})
        due._enqueue_pull()

    def _fetching(self):
        """Those that fetch. What an event brings is the event alone: fetched under its kind a statement would never
        be booked."""
        return self.filtered(lambda flow: flow.direction == "in" and flow.mode != "event")

    def _enqueue_pull(self, planned=True):
        for flow in self:
            flow.with_delay(
                identity_key=f"finance.flow.pull:{flow.id}",
                description=_("Fetch: %s", flow.name),
                max_retries=3,
                channel=flow._lane(),
            ).pull_job(planned)

    def pull_job(self, planned=True):
        """Fetch what waits at the other side, store it, and only then confirm it there.

        :param planned: by schedule; a person who asks may use up what is left of a budget
        """
        self.ensure_one()
        return self._put_off(planned) or self.env["finance.intake"]._pull(self)
