from odoo import api, fields, models
from odoo.tools.misc import format_datetime

#: Cases a digest names; the rest is a number and a link.
NAMED = 10


class FinanceException(models.Model):
    """What happens to cases nobody closes in time: the chain is told, and each owner hears once a day."""

    _inherit = "finance.exception"

    @api.model
    def _cron_escalate(self):
        """Tell the next one in the chain of each case that is late; one activity a person, however many cases."""
        late = self.sudo().search(
            [("state", "=", "open"), ("escalate_on", "<=", fields.Datetime.now()), ("team_id", "!=", False)],
            limit=self.env.company._finance_setting("case_batch", 1000),
        )
        told = {}
        for (team, level, company), cases in late.grouped(
            lambda case: (case.team_id, case.escalation, case.company_id)
        ).items():
            following = team._next_level(level, fields.Datetime.now(), company)
            if not following:
                cases.escalate_on = False
                continue
            name, person, _moment = following
            cases._escalate(name, person)
            told[person] = told.get(person, self.browse()) | cases
        for person, cases in told.items():
            cases.with_context(lang=person.lang)._ask(person)

    def _escalate(self, level, person):
        now = fields.Datetime.now()
        words = self.env._("Late: %s was told.", person.name)
        self.write({"escalation": level, "escalated_on": now})
        self._plan_escalation()
        self._message_log_batch(bodies=dict.fromkeys(self.ids, words))

    def _ask(self, person):
        """One activity for a person about these cases, on the most urgent one."""
        first = self.sorted(lambda case: (case.priority != "1", case.due_on or fields.Datetime.now(), case.id))[0]
        summary = (
            self.env._("Late: %s", first.name)
            if len(self) == 1
            else self.env._("%(count)s late cases, first: %(name)s", count=len(self), name=first.name)
        )
        first.activity_schedule("mail.mail_activity_data_warning", summary=summary, user_id=person.id)

    @api.model
    def _cron_digest(self):
        """One notification for each owner with the cases that are due or new, instead of one for each case."""
        day_end = fields.Datetime.end_of(fields.Datetime.now(), "day")
        due = [("state", "=", "open"), ("owner_id", "!=", False), ("parent_id", "=", False), ("due_on", "<=", day_end)]
        for owner, count in self.sudo()._read_group(due, ["owner_id"], ["__count"]):
            if owner.active:
                mine = self.sudo().search([*due, ("owner_id", "=", owner.id)], limit=NAMED)
                mine.with_context(lang=owner.lang, tz=owner.tz)._send_digest(owner, count)

    def _send_digest(self, owner, count):
        body = self.env["ir.qweb"]._render(
            "finance_connector_base.case_digest",
            {
                "owner": owner,
                "cases": self,
                "count": count,
                "due": {case.id: format_datetime(self.env, case.due_on) for case in self},
                "link": f"{self[:1].get_base_url()}/odoo/finance-cases",
            },
        )
        self.env["mail.thread"].message_notify(
            partner_ids=owner.partner_id.ids,
            subject=self.env._("Finance cases: %s due", count),
            body=body,
            email_layout_xmlid="mail.mail_notification_light",
        )
