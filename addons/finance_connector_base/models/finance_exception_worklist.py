import pytz

from odoo import api, fields, models
from odoo.tools import SQL


class FinanceException(models.Model):
    """The numbers above the worklist, and those about how cases were worked on."""

    _inherit = "finance.exception"

    hours_to_close = fields.Float(readonly=True, aggregator="avg", string="Hours to close")
    in_time = fields.Float(readonly=True, aggregator="avg", string="In time (share)", help="1: closed before due.")
    next_step = fields.Char(compute="_compute_next_step", help="The first sentence of what to do.")
    due_today = fields.Boolean(compute="_compute_due_today", search="_search_due_today")
    days_open = fields.Integer(compute="_compute_days_open", string="Days open")

    _worklist_idx = models.Index("(priority DESC, due_on, id) WHERE state = 'open' AND parent_id IS NULL")
    _closed_idx = models.Index("(closed_on) WHERE state <> 'open'")

    @api.depends("advice")
    def _compute_next_step(self):
        for case in self:
            sentence, _stop, rest = (case.advice or "").partition("\n")[0].partition(". ")
            case.next_step = f"{sentence}." if rest else sentence

    @api.depends("create_date", "closed_on")
    def _compute_days_open(self):
        now = fields.Datetime.now()
        for case in self:
            begun = case.create_date or now
            case.days_open = ((case.closed_on or now) - begun).days

    def _close(self, state, words, itself=False):
        closing = self.sudo().filtered(lambda case: case.state == "open")
        result = super()._close(state, words, itself)
        for case in closing:
            case.write(
                {
                    "hours_to_close": (case.closed_on - case.create_date).total_seconds() / 3600,
                    "in_time": float(not case.due_on or case.closed_on <= case.due_on),
                }
            )
        return result

    @api.model
    def _day_end(self):
        """The end of the user's day, in UTC."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        local = pytz.utc.localize(fields.Datetime.now()).astimezone(zone)
        return local.replace(hour=23, minute=59, second=59, microsecond=0).astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def read_worklist(self):
        """The numbers above the worklist, in their order; each names the filter that shows what it counts."""
        self.check_access("read")
        teams = self.env["finance.team"].sudo().search([("member_ids", "=", self.env.uid)])
        now, day_end = fields.Datetime.now(), self._day_end()
        counted = {
            "open": (self.env._("Open"), SQL("TRUE"), False),
            "due_today": (self.env._("Due today"), SQL("due_on >= %s AND due_on <= %s", now, day_end), False),
            "overdue": (self.env._("Overdue"), SQL("due_on < %s", now), True),
            "mine": (self.env._("Mine"), SQL("owner_id = %s", self.env.uid), False),
            "my_team": (self.env._("My team's"), SQL("team_id IN %s", teams._ids or (0,)), False),
            "unowned": (self.env._("Without owner"), SQL("owner_id IS NULL"), True),
        }
        query = self._search([("state", "=", "open"), ("parent_id", "=", False)])
        counts = [SQL("count(*) FILTER (WHERE %s)", condition) for _label, condition, _bad in counted.values()]
        (row,) = self.env.execute_query(query.select(*counts))
        return [
            {"name": name, "label": label, "value": value, "bad": bad}
            for (name, (label, _condition, bad)), value in zip(counted.items(), row, strict=True)
        ]

    def _search_due_today(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = [("state", "=", "open"), ("due_on", ">=", "now"), ("due_on", "<=", self._day_end())]
        return found if True in value else ["!", "&", "&", *found]

    @api.depends("due_on", "state")
    def _compute_due_today(self):
        now, day_end = fields.Datetime.now(), self._day_end()
        for case in self:
            case.due_today = case.state == "open" and bool(case.due_on) and now <= case.due_on <= day_end
