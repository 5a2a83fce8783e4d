import ast
import logging
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_datetime

from ..core import alerting
from ..core.figure import FIGURES

_logger = logging.getLogger(__name__)


class FinanceAlertRule(models.Model):
    """When somebody is to be told: a figure, or a number of records, that passes a limit for some time."""

    _name = "finance.alert.rule"
    _inherit = ["mail.thread"]
    _description = "Finance alert rule"
    _order = "priority desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True, tracking=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", index=True, help="Empty: watched for every company by itself.")
    source = fields.Selection(
        [("figure", "A figure of the overview"), ("records", "A number of records")],
        default="figure",
        required=True,
        string="Watches",
    )
    figure = fields.Selection(selection="_selection_figure")
    model_name = fields.Char(string="Model", help="Technical name of the records, e.g. finance.message")
    record_domain = fields.Char(
        string="Domain",
        default="[]",
        help="Which records; dates may be relative, e.g. [('expires_on', '<=', 'today +7d')]",
    )
    comparison = fields.Selection(
        [(">", "more than"), (">=", "at least"), ("<", "less than"), ("<=", "at most")],
        default=">",
        required=True,
        string="Fires at",
    )
    threshold = fields.Float(string="Limit", tracking=True)
    clear_at = fields.Float(
        string="Clears at", tracking=True, help="Clears when the value is no longer beyond this one; mostly the limit."
    )
    for_minutes = fields.Integer(
        string="For (minutes)", tracking=True, help="How long the limit is passed before it fires."
    )
    clear_minutes = fields.Integer(
        string="Calm for (minutes)", tracking=True, help="How long all must be well before it clears."
    )
    has_deadline = fields.Boolean(string="By a time of day", help="Only what is not there by then is late.")
    deadline = fields.Float(default=9.0, help="In the time zone of the company.")
    bank_days_only = fields.Boolean(
        default=True, help="Not on Saturdays, Sundays and the days off in the company's working calendar."
    )
    priority = fields.Selection(
        [("0", "Information"), ("1", "Ticket"), ("2", "At once")], default="1", required=True, tracking=True
    )
    owner_id = fields.Many2one(
        "res.users", tracking=True, help="Who is told first; an administrator of the finance connectors if empty."
    )
    team_id = fields.Many2one(
        "finance.team", ondelete="restrict", help="Its lead and head are told in their working hours, as of late cases."
    )
    step_ids = fields.One2many("finance.alert.step", "rule_id", string="Escalation", copy=True)
    tell_activity = fields.Boolean(default=True, string="Activity")
    tell_mail = fields.Boolean(string="Message", help="By e-mail or in the inbox, as the person has chosen.")
    channel_id = fields.Many2one("discuss.channel", help="Told there, too, when it fires and when it clears.")
    silenced_until = fields.Datetime(tracking=True, help="Until then it is recorded and nobody is told.")
    runbook = fields.Text(translate=True, string="What to do")
    error = fields.Char(readonly=True, string="Cannot be watched")
    alert_ids = fields.One2many("finance.alert", "rule_id")
    firing_count = fields.Integer(compute="_compute_firing_count", string="Firing")

    _known = models.Constraint(
        "CHECK (CASE source WHEN 'figure' THEN figure IS NOT NULL ELSE model_name IS NOT NULL END)",
        "Choose the figure or the records that are watched.",
    )
    _minutes = models.Constraint("CHECK (for_minutes >= 0 AND clear_minutes >= 0)", "Minutes cannot be negative.")

    @api.model
    def _selection_figure(self):
        return FIGURES.names(self.env["finance.connector"]._loaded_addons())

    def _compute_firing_count(self):
        counts = dict(
            self.env["finance.alert"]._read_group(
                [("rule_id", "in", self.ids), ("state", "=", "firing")], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.firing_count = counts.get(rule, 0)

    @api.constrains("comparison", "threshold", "clear_at")
    def _check_clear_at(self):
        for rule in self:
            higher = rule.comparison in (">", ">=")
            if rule.clear_at > rule.threshold if higher else rule.clear_at < rule.threshold:
                raise ValidationError(self.env._("An alert clears at its limit or on the good side of it."))

    @api.constrains("source", "model_name", "record_domain")
    def _check_records(self):
        for rule in self.filtered(lambda rule: rule.source == "records"):
            try:
                rule._count(self.env.company, limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._("%(name)s: these records cannot be counted: %(why)s", name=rule.name, why=error)
                ) from error

    @api.onchange("threshold")
    def _onchange_threshold(self):
        self.clear_at = self.threshold

    @api.model
    def _cron_watch(self):
        """Look at every rule. A transaction of its own: what goes wrong here holds up no posting."""
        for rule in self.sudo().search([]):
            rule._watch_safely(fields.Datetime.now())

    def _watch_safely(self, now):
        """A rule that cannot be watched says so on itself; the others go on."""
        error = False
        try:
            with self.env.cr.savepoint():
                self._watch(now)
        except Exception as problem:  # pylint: disable=broad-except
            _logger.exception("alert rule %s cannot be watched", self.id)
            error = str(problem)[:500] or type(problem).__name__
        if (self.error or False) != error:
            self.error = error

    def _watch(self, now):
        for company in self._watched_companies():
            value = self._value(company)
            self.env["finance.alert"]._follow(self, company if self._by_company() else company.browse(), value, now)

    def _by_company(self):
        if self.source == "records":
            return "company_id" in self.env[self.model_name]._fields
        return bool(FIGURES.get(self.figure).company_field)

    def _watched_companies(self):
        companies = self.company_id or self.env["res.company"].search([])
        return companies if self._by_company() else companies[:1]

    def _value(self, company):
        """What is watched, now; ``None`` where its deadline has not come yet."""
        if self.has_deadline and not self._is_due(company):
            return None
        if self.source == "records":
            return self._count(company)
        rule = self.with_company(company).with_context(allowed_company_ids=company.ids)
        return float(rule.env["finance.board"].value(self.figure, companies=company.with_env(rule.env)) or 0)

    def _count(self, company, limit=None):
        model = self.env[self.model_name].sudo().with_company(company)
        domain = ast.literal_eval(self.record_domain or "[]")
        if "company_id" in model._fields:
            domain = [*domain, ("company_id", "=", company.id)]
        return model.search_count(domain, limit=limit)

    def _is_due(self, company):
        now = fields.Datetime.now().replace(tzinfo=ZoneInfo("UTC"))
        local = now.astimezone(ZoneInfo(company.partner_id.tz or "UTC"))
        return alerting.is_due(local, self.deadline, self.bank_days_only, self._is_holiday(company, local))

    def _is_holiday(self, company, local):
        moment = local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        return bool(
            self.env["resource.calendar.leaves"].search_count(
                [
                    ("resource_id", "=", False),
                    ("company_id", "in", (company.id, False)),
                    ("calendar_id", "in", (company.resource_calendar_id.id, False)),
                    ("date_from", "<=", moment),
                    ("date_to", ">=", moment),
                ],
                limit=1,
            )
        )

    def _limits(self):
        return alerting.Limits(self.comparison, self.threshold, self.clear_at, self.for_minutes, self.clear_minutes)

    def _first_told(self, company):
        """The owner, else the team's lead, else an administrator of the connectors who works in this company."""
        if self.owner_id or self.team_id.lead_id:
            return self.owner_id or self.team_id.lead_id
        people = self.env.ref("finance_connector_base.group_admin").all_user_ids.filtered("active")
        return people.filtered(lambda user: not company or company in user.company_ids)[:1]

    def _is_silenced(self, now):
        return bool(self.silenced_until) and self.silenced_until > now

    def _words(self, value):
        """One sentence for people: what is watched, its value, its limit."""
        return self.env._(
            "%(name)s: %(value)g, the limit is %(comparison)s %(threshold)g.",
            name=self.name,
            value=value,
            comparison=dict(self._fields["comparison"]._description_selection(self.env))[self.comparison],
            threshold=self.threshold,
        )

    def action_silence(self):
        """Nobody is told for an hour; what happens is recorded."""
        self.silenced_until = fields.Datetime.add(fields.Datetime.now(), hours=1)
        self.message_post(
            body=self.env._("Silenced until %s.", format_datetime(self.env, self.silenced_until)),
        )

    def action_listen(self):
        self.silenced_until = False

    def action_open_alerts(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("finance_connector_base.finance_alert_action")
        return {**action, "domain": [("rule_id", "in", self.ids)], "context": {}}


class FinanceAlertStep(models.Model):
    """Who is told when nobody has acknowledged an alert for so long."""

    _name = "finance.alert.step"
    _description = "Step of an escalation"
    _order = "rule_id, minutes, id"

    rule_id = fields.Many2one("finance.alert.rule", required=True, index=True, ondelete="cascade")
    minutes = fields.Integer(required=True, default=15, string="After (minutes)")
    user_id = fields.Many2one("res.users", required=True, string="Tell")

    _minutes_positive = models.Constraint("CHECK (minutes > 0)", "An escalation comes after the owner was told.")
