from collections import deque

from odoo import api, fields, models

from ..casework.fingerprint import fingerprint


class FinanceCaseRouter(models.AbstractModel):
    """Gives new cases to people: by the first rule that fits, with a due time in working hours."""

    _name = "finance.case.router"
    _description = "Routing of cases"

    @api.model
    def _route(self, values_list):
        """Put rule, team, owner, priority, due time and escalation into the values of new cases."""
        desk = self.sudo()
        desk._add_partners(values_list)
        rules, moments, turns = desk.env["finance.case.rule"]._rules(), {}, {}
        now = fields.Datetime.now()
        for values in values_list:
            values["cause"] = fingerprint(
                values["code"], values.get("connector_id"), values.get("place"), values["text"]
            )
            if values.get("state", "open") == "open":
                desk._route_one(values, rules, now, moments, turns)
        desk.env["finance.exception"]._gather(values_list)

    def _route_one(self, values, rules, now, moments, turns):
        rule = self.env["finance.case.rule"]
        rule = rule._first(rules, rule._facts(values)) if rules else rule
        company = self.env["res.company"].browse(values["company_id"])
        flow = self.env["finance.flow"].browse(values.get("flow_id"))
        given = self.env["finance.team"].browse(values.get("team_id"))
        team = (given or rule.team_id).filtered(lambda one: one.company_id in (company, one.company_id.browse()))
        owner = rule.owner_id.filtered("active")
        if team and not owner:
            partner = self.env["res.partner"].browse(values.get("partner_id"))
            owner = self._from_team(team, company, partner, turns)
        if owner or (team and team.spread == "none"):
            values["owner_id"] = owner.id
        priority = "1" if flow.criticality in ("high", "critical") else "0"
        values.setdefault("priority", rule.priority or priority)
        values |= {"rule_id": rule.id, "team_id": team.id}
        if not values.get("due_on"):
            values["due_on"] = self._due(rule, team, flow, company, now, moments)
        following = team and team._next_level(False, values["due_on"], company)
        values["escalate_on"] = following[2] if following else False

    def _due(self, rule, team, flow, company, start, moments):
        hours = rule.target_hours or flow.target_hours or company._finance_setting("case_hours", 8)
        always = (rule.clock or flow.target_clock) == "always"
        calendar = self.env["resource.calendar"] if always else team._calendar(company)
        key = calendar.id, hours
        if key not in moments:
            moments[key] = calendar._finance_after(start, hours)
        return moments[key]

    def _from_team(self, team, company, partner, turns):
        """The next member; ``turns`` remembers within a batch who came last."""
        if team.spread == "none":
            return self.env["res.users"]
        key = team.id, company.id
        if key not in turns:
            workers = team._workers(company)
            counts = {}
            if team.spread == "load":
                counts = dict(
                    self.env["finance.exception"]._read_group(
                        [("owner_id", "in", workers.ids), ("state", "=", "open")], ["owner_id"], ["__count"]
                    )
                )
            turns[key] = deque(workers), {user: counts.get(user, 0) for user in workers}
        queue, load = turns[key]
        if not queue:
            return team.lead_id.filtered("active")
        if team.spread == "partner" and partner.user_id in queue:
            return partner.user_id
        chosen = min(load, key=lambda user: (load[user], user.id)) if team.spread == "load" else queue[0]
        load[chosen] += 1
        queue.remove(chosen)
        queue.append(chosen)
        return chosen

    def _add_partners(self, values_list):
        """The partner of each record a case is about."""
        ids = {}
        for values in values_list:
            if values.get("res_id") and not values.get("partner_id"):
                ids.setdefault(values["res_model"], set()).add(values["res_id"])
        partners = {}
        for model, wanted in ids.items():
            field = self.env[model]._fields.get("partner_id")
            if field and field.comodel_name == "res.partner":
                records = self.env[model].browse(wanted).exists()
                partners |= {(model, record.id): record.partner_id.id for record in records}
        for values in values_list:
            found = partners.get((values.get("res_model"), values.get("res_id")))
            if found:
                values["partner_id"] = found
