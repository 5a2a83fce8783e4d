from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..models.finance_message import STATE_LABELS

#: States of a message in which another try makes sense.
RETRYABLE = ("refused", "dead", "quarantined", "received", "ready")
#: What a case that leads others hands on to them.
FOLLOWED = ("owner_id", "team_id", "due_on", "priority")
#: Closed cases shown as similar.
SHOWN = 5


class FinanceException(models.Model):
    """Working on many cases at once: the same cause is one case, and what helped last time stands beside it."""

    _inherit = "finance.exception"

    child_ids = fields.One2many("finance.exception", "parent_id", string="Merged cases", readonly=True)
    child_count = fields.Integer(compute="_compute_child_count")
    gathers = fields.Boolean(readonly=True, help="New cases of the same cause are merged into this one.")
    same_cause_count = fields.Integer(compute="_compute_same_cause_count", string="Same cause")
    similar_ids = fields.Many2many("finance.exception", compute="_compute_similar", string="Similar solved cases")
    suggestion = fields.Text(compute="_compute_similar", string="What helped before")
    suggested_owner_id = fields.Many2one("res.users", compute="_compute_similar")

    _gathers_idx = models.Index("(cause) WHERE gathers AND state = 'open'")

    def _compute_child_count(self):
        counts = dict(self._read_group([("parent_id", "in", self.ids)], ["parent_id"], ["__count"]))
        for case in self:
            case.child_count = counts.get(case, 0)

    @api.depends("cause", "state")
    def _compute_same_cause_count(self):
        causes = [case.cause for case in self if case.cause]
        same = [("cause", "in", causes), ("state", "=", "open"), ("parent_id", "=", False)]
        counts = dict(self._read_group(same, ["cause"], ["__count"])) if causes else {}
        for case in self:
            itself = case.state == "open" and not case.parent_id
            case.same_cause_count = counts.get(case.cause, 0) - itself

    @api.depends("cause", "code", "partner_id")
    def _compute_similar(self):
        for case in self:
            found, why = case._similar()
            case.similar_ids = found
            case.suggested_owner_id, case.suggestion = case._suggested(found, why)

    def _similar(self):
        """Cases that people closed as solved, and what they share with this one; the closest first."""
        self.ensure_one()
        solved = [("state", "=", "solved"), ("closed_by_itself", "=", False), ("id", "!=", self._origin.id)]
        ways = (
            (self.cause, [("cause", "=", self.cause)], _("the same cause")),
            (
                self.partner_id,
                [("code", "=", self.code), ("partner_id", "=", self.partner_id.id)],
                _("the same code and partner"),
            ),
            (
                self.connector_id,
                [("code", "=", self.code), ("connector_id", "=", self.connector_id.id)],
                _("the same code and connector"),
            ),
        )
        for given, domain, why in ways:
            found = given and self.search([*solved, *domain], order="closed_on desc, id desc", limit=SHOWN)
            if found:
                return found, why
        return self.browse(), ""

    def _suggested(self, found, why):
        """Who solved most of them, and how; it is only shown, a person acts."""
        if not found:
            return self.env["res.users"], False
        by_person = found.grouped("closed_by_id")
        person = max(by_person, key=lambda user: (len(by_person[user]), user.id))
        latest = found[0]
        words = _(
            "%(count)s closed cases have %(why)s; %(who)s solved %(own)s of them. The latest: %(solution)s",
            count=len(found),
            why=why,
            who=person.name,
            own=len(by_person[person]),
            solution=latest.solution or latest.name,
        )
        able = person.active and person.has_group("finance_connector_base.group_operator")
        return person if able else person.browse(), words

    def write(self, vals):
        result = super().write(vals)
        followed = {name: vals[name] for name in FOLLOWED if name in vals}
        leading = self.filtered("gathers") if followed else self.browse()
        children = leading.sudo().child_ids.filtered(lambda case: case.state == "open")
        if children:
            children.write(followed)
        return result

    def _close(self, state, words, itself=False):
        """Whoever closes a leading case closes those merged into it; when it closes by itself another one leads."""
        leading = self.sudo().filtered(lambda case: case.gathers and case.state == "open")
        children = leading.child_ids.filtered(lambda case: case.state == "open") - self
        result = super()._close(state, words, itself)
        if not itself:
            super(FinanceException, children.with_env(self.env))._close(state, words, itself)
        else:
            for _parent, own in children.grouped("parent_id").items():
                own._lead()
        leading.gathers = False
        return result

    def _lead(self):
        """Let the oldest of these cases lead the others."""
        first = self.sorted("id")[0].sudo()
        first.write({"parent_id": False, "gathers": True})
        followers = (self - first).sudo()
        followers.gathers = False
        followers.write(
            {
                "parent_id": first.id,
                **{name: first[name] for name in ("due_on", "priority")},
                "owner_id": first.owner_id.id,
                "team_id": first.team_id.id,
            }
        )
        followers.child_ids.parent_id = first
        followers.activity_ids.unlink()
        return first

    @api.model
    def _gather(self, values_list):
        """Merge new cases into the open one that leads their cause."""
        causes = {values["cause"] for values in values_list if values.get("state", "open") == "open"}
        leading = self.sudo().search([("cause", "in", list(causes)), ("gathers", "=", True), ("state", "=", "open")])
        leaders = {(case.cause, case.company_id.id): case for case in leading}
        for values in values_list:
            leader = leaders.get((values["cause"], values["company_id"]))
            if leader and values.get("state", "open") == "open":
                values |= {
                    "parent_id": leader.id,
                    "owner_id": leader.owner_id.id,
                    "team_id": leader.team_id.id,
                    "due_on": leader.due_on,
                    "escalate_on": False,
                }

    def action_merge(self):
        """One case for each cause among these; the others follow it."""
        self.check_access("write")
        merged = self.browse()
        cases = self.filtered(lambda case: case.state == "open" and case.cause)
        for _key, own in cases.grouped(lambda case: (case.cause, case.company_id)).items():
            if len(own) > 1:
                first = own._lead()
                first.message_post(
                    body=_("%(who)s merged %(count)s cases of the same cause.", who=self.env.user.name, count=len(own))
                )
                merged |= first
        if not merged:
            raise UserError(_("No two of these cases have the same cause."))
        return merged._shown_leaders()

    def action_merge_cause(self):
        """Merge all open cases of this cause into one."""
        self.ensure_one()
        same = [("cause", "=", self.cause), ("state", "=", "open"), ("company_id", "=", self.company_id.id)]
        return self.search(same).action_merge()

    def _shown_leaders(self):
        if len(self) > 1:
            return None
        return self.get_formview_action()

    def action_split(self):
        """Each case stands alone again."""
        self.check_access("write")
        leaders = self.sudo().filtered("gathers")
        leaders.write({"gathers": False})
        (leaders.child_ids | self.sudo().filtered("parent_id")).write({"parent_id": False})

    def action_open_children(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Merged into %s", self.name),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("parent_id", "=", self.id)],
        }

    def action_bulk(self):
        """Ask what to do with these cases."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": _("%s cases", len(self)),
            "res_model": "finance.case.bulk",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_ids": self.ids},
        }

    def action_take_suggested(self):
        """Give the case to whoever solved most of the similar ones."""
        self.check_access("write")
        for case in self.filtered("suggested_owner_id"):
            case._assign(case.suggested_owner_id)

    def _assign(self, owner):
        """Give these cases to somebody, with one activity and not one for each."""
        cases = self.sudo()
        cases.activity_ids.unlink()
        cases.write({"owner_id": owner.id})
        if owner and owner != self.env.user and cases:
            cases[0]._notify_owner(_("%s cases for you", len(cases)) if len(cases) > 1 else None)

    def action_retry(self):
        """Ask for the messages to be processed again; with a leading case go those merged into it."""
        cases = self | self.child_ids.filtered(lambda case: case.state == "open")
        messages = cases.message_id
        if len(messages) < 2:
            return super().action_retry()
        ready = messages.filtered(lambda message: message.state in RETRYABLE)
        if not ready:
            states = ", ".join(sorted({STATE_LABELS[message.state] for message in messages}))
            raise UserError(_("None of these messages can be tried again: %s.", states))
        ready.action_retry()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": _("%(ready)s of %(all)s messages are tried again.", ready=len(ready), all=len(messages)),
                "type": "info",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
