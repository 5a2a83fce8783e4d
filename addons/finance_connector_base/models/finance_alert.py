from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core import alerting

#: Who may say that somebody is on it.
MAY_ACKNOWLEDGE = "finance_connector_base.group_operator,finance_connector_base.group_approver"


class FinanceAlert(models.Model):
    """One time that an alert rule's limit was passed: since when, who was told, when it cleared."""

    _name = "finance.alert"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Finance alert"
    _order = "priority desc, id desc"
    _mail_post_access = "read"

    rule_id = fields.Many2one("finance.alert.rule", required=True, readonly=True, index=True, ondelete="cascade")
    name = fields.Char(related="rule_id.name")
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null", ondelete="cascade")
    state = fields.Selection(
        [("pending", "Not for long"), ("firing", "Firing"), ("cleared", "Cleared")],
        required=True,
        readonly=True,
        tracking=True,
    )
    priority = fields.Selection(related="rule_id.priority", store=True)
    runbook = fields.Text(related="rule_id.runbook")
    text = fields.Char(readonly=True, string="What")
    value = fields.Float(readonly=True, string="Value now")
    bad_since = fields.Datetime(readonly=True, string="Since")
    good_since = fields.Datetime(readonly=True)
    fired_on = fields.Datetime(readonly=True, string="Fired")
    told = fields.Boolean(readonly=True, string="Somebody was told")
    escalated_minutes = fields.Integer(readonly=True, help="The last step of the escalation that was taken.")
    escalation = fields.Char(readonly=True, help="The last level of the team that was told.")
    escalated_on = fields.Datetime(readonly=True)
    owner_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    acknowledged_by_id = fields.Many2one("res.users", readonly=True)
    acknowledged_on = fields.Datetime(readonly=True)
    cleared_on = fields.Datetime(readonly=True)

    _open_uniq = models.UniqueIndex("(rule_id, (coalesce(company_id, 0))) WHERE state <> 'cleared'")

    @api.model
    def _follow(self, rule, company, value, now):
        """Take in what was seen of a rule for a company, or for all where ``company`` is empty.

        :param value: ``None`` where there is nothing to judge yet
        """
        alert = self.search(
            [("rule_id", "=", rule.id), ("company_id", "=", company.id), ("state", "!=", "cleared")], limit=1
        )
        old = alerting.Alert(alert.state or "calm", alert.bad_since or None, alert.good_since or None)
        new = alerting.Alert() if value is None else alerting.after(old, rule._limits(), value, now)
        if new.state == "calm":
            alert._clear(now)
            return
        if not alert or alert.value != value or (old.state, old.good_since) != (new.state, new.good_since):
            values = {
                "state": new.state,
                "value": value,
                "text": rule._words(value),
                "bad_since": new.bad_since,
                "good_since": new.good_since or False,
                **({"fired_on": now} if new.state == "firing" and old.state != "firing" else {}),
            }
            alert = alert._keep(values) or self.create({"rule_id": rule.id, "company_id": company.id, **values})
        if alert.state == "firing" and not rule._is_silenced(now):
            alert._tell(now)

    def _keep(self, values):
        self.write(values)
        return self

    def _clear(self, now):
        """All is well again. What never fired leaves nothing behind."""
        for alert in self:
            if alert.state == "pending":
                alert.unlink()
                continue
            alert.write({"state": "cleared", "cleared_on": now})
            alert.activity_ids.unlink()
            if alert.told:
                alert._say(self.env._("Cleared: %s", alert.text))

    def _tell(self, now):
        """The owner at once; then, step by step, the others, until somebody acknowledges."""
        rule = self.rule_id
        if not self.told:
            self.owner_id = rule._first_told(self.company_id)
            self.told = True
            self._say(self.text)
            self._tell_person(self.owner_id)
        if self.acknowledged_by_id:
            return
        self._escalate_team(now)
        for step in rule.step_ids.sorted("minutes"):
            late = fields.Datetime.add(self.fired_on, minutes=step.minutes) <= now
            if late and step.minutes > self.escalated_minutes:
                self._tell_person(step.user_id)
                self.escalated_minutes = step.minutes

    def _escalate_team(self, now):
        """Lead and head of the team, by the chain that cases follow, too."""
        company = self.company_id or self.env.company
        team, after = self.rule_id.team_id, self.escalated_on or self.fired_on
        following = team and team._next_level(self.escalation, after, company)
        if following and following[2] <= now:
            self.escalation, self.escalated_on = following[0], now
            self._tell_person(following[1])

    def _say(self, words):
        self.message_post(body=words, subtype_xmlid="mail.mt_note")
        if self.rule_id.channel_id:
            self.rule_id.channel_id.message_post(body=words, message_type="comment", subtype_xmlid="mail.mt_comment")

    def _tell_person(self, user):
        if user and self.rule_id.tell_activity:
            self.activity_schedule("mail.mail_activity_data_todo", summary=self.text, user_id=user.id)
        if user and self.rule_id.tell_mail:
            self.message_notify(partner_ids=user.partner_id.ids, subject=self.name, body=self.text)

    def action_acknowledge(self):
        """Somebody is on it: nobody further is told."""
        self.check_access("read")
        if not self.env.user.has_groups(MAY_ACKNOWLEDGE):
            raise AccessError(self.env._("Alerts are acknowledged by operators and approvers."))
        for alert in self.sudo().filtered(lambda one: one.state == "firing" and not one.acknowledged_by_id):
            alert.write({"acknowledged_by_id": self.env.uid, "acknowledged_on": fields.Datetime.now()})
            alert.activity_ids.unlink()
            alert.message_post(body=self.env._("Acknowledged by %s.", self.env.user.name))

    def action_open_figure(self):
        """The records behind the alert."""
        rule = self.rule_id.sudo()
        if rule.source == "figure":
            companies = self.company_id or self.env.companies
            return self.env["finance.board"].with_context(allowed_company_ids=companies.ids).open_figure(rule.figure)
        return {
            "type": "ir.actions.act_window",
            "name": rule.name,
            "res_model": rule.model_name,
            "views": [[False, "list"], [False, "form"]],
            "domain": rule.record_domain,
        }
