from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..casework.routing import filled
from ..core.advice import advice, title
from ..core.errors import CATEGORIES
from ..core.masking import masked

AREAS = [("bank", "Bank"), ("tax", "Tax"), ("treasury", "Treasury"), ("close", "Close"), ("other", "Other")]


class FinanceException(models.Model):
    """A case for a person: what was refused, at which place, who looks after it, what to do."""

    _name = "finance.exception"
    _inherit = ["mail.thread", "mail.activity.mixin", "finance.access"]
    _description = "Finance case"
    _order = "priority desc, due_on, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, string="Case")
    message_id = fields.Many2one("finance.message", index="btree_not_null", readonly=True, ondelete="cascade")
    message_state = fields.Selection(related="message_id.state", string="State of the message")
    connector_id = fields.Many2one("finance.connector", index="btree_not_null", readonly=True, ondelete="cascade")
    flow_id = fields.Many2one("finance.flow", readonly=True, ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    domain = fields.Selection(
        AREAS,
        required=True,
        default="other",
        readonly=True,
        string="Area",
    )
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True, string="Record")
    code = fields.Char(required=True, index=True, readonly=True)
    category = fields.Selection(list(CATEGORIES), required=True, default="data", readonly=True, string="Class")
    text = fields.Text(required=True, readonly=True, string="What happened")
    summary = fields.Char(compute="_compute_summary", string="In short")
    place = fields.Char(readonly=True, help="Line, record or path inside the message.")
    advice = fields.Text(compute="_compute_advice", string="What to do")
    parent_id = fields.Many2one(
        "finance.exception", readonly=True, index="btree_not_null", ondelete="set null", string="Merged into"
    )
    cause = fields.Char(readonly=True, index="btree_not_null", help="The same for cases with the same cause.")
    partner_id = fields.Many2one("res.partner", readonly=True, index="btree_not_null")
    rule_id = fields.Many2one("finance.case.rule", readonly=True, string="Given by rule", ondelete="set null")
    policy_id = fields.Many2one("finance.case.policy", readonly=True, string="Blocking policy", ondelete="set null")
    team_id = fields.Many2one("finance.team", tracking=True, check_company=True, ondelete="restrict")
    owner_id = fields.Many2one("res.users", tracking=True, index="btree_not_null")
    due_on = fields.Datetime(tracking=True, string="Due")
    escalation = fields.Selection(
        [("lead", "Lead was told"), ("head", "Head was told")], readonly=True, tracking=True, string="Escalated"
    )
    escalated_on = fields.Datetime(readonly=True)
    escalate_on = fields.Datetime(readonly=True, help="When the next one in the chain is told.")
    blocking = fields.Boolean(
        default=True, readonly=True, help="What it is about waits for the decision; a warning lets it go on."
    )
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")
    priority = fields.Selection([("0", "Normal"), ("1", "High")], default="0")
    occurrences = fields.Integer(default=1, readonly=True, help="How often the same thing was reported.")
    last_seen_on = fields.Datetime(default=fields.Datetime.now, readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("solved", "Solved"), ("dropped", "Dropped")],
        default="open",
        required=True,
        index=True,
        tracking=True,
        readonly=True,
    )
    solution = fields.Char(readonly=True)
    closed_by_itself = fields.Boolean(readonly=True)
    reopened = fields.Integer(readonly=True, help="How often it came back after it had been closed.")
    closed_on = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True)
    erased_on = fields.Datetime(readonly=True, help="When its words went, by a retention rule or a request.")

    _open_message_uniq = models.UniqueIndex(
        "(message_id, code, (coalesce(place, ''))) WHERE state = 'open' AND message_id IS NOT NULL"
    )
    _retention_idx = models.Index("(company_id, closed_on) WHERE closed_on IS NOT NULL AND erased_on IS NULL")
    _open_idx = models.Index("(company_id, domain) WHERE state = 'open'")
    _board_idx = models.Index("(company_id, connector_id, due_on, create_date) WHERE state = 'open'")
    _record_idx = models.Index("(res_model, res_id) WHERE state = 'open'")
    _returned_idx = models.Index("(res_model, res_id, code) WHERE closed_by_itself OR state = 'dropped'")
    _team_idx = models.Index("(team_id, owner_id, id) WHERE team_id IS NOT NULL")
    _escalate_idx = models.Index("(escalate_on) WHERE state = 'open' AND escalate_on IS NOT NULL")

    @api.model
    def _areas(self):
        return self._fields["domain"]._description_selection(self.env)

    @api.depends("code", "text", "place")
    def _compute_name(self):
        for case in self:
            first = (case.text or "").strip().partition("\n")[0]
            words = title(case.code or "")
            case.name = (": ".join(filter(None, (words, case.place))) if words else first or case.code or "")[:120]

    @api.depends("text")
    def _compute_summary(self):
        for case in self:
            case.summary = (case.text or "").partition("\n")[0]

    @api.depends("code", "rule_id")
    def _compute_advice(self):
        for case in self:
            general, own = advice(case.code or ""), case.sudo().rule_id.words
            case.advice = f"{filled(own, case._words())}\n{general}" if own else general

    def _words(self):
        """What the words of a rule may name."""
        return {
            "code": self.code,
            "place": self.place or "",
            "partner": self.partner_id.display_name or "",
            "amount": self.currency_id.format(self.amount) if self.currency_id else "",
            "connector": self.connector_id.display_name or "",
            "flow": self.flow_id.display_name or "",
        }

    @api.depends("due_on", "state")
    def _compute_overdue(self):
        now = fields.Datetime.now()
        for case in self:
            case.overdue = case.state == "open" and bool(case.due_on) and case.due_on < now

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [("state", "=", "open"), ("due_on", "<", "now")]
        return late if True in value else ["!", "&", *late]

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"due_on", "team_id"} and "escalate_on" not in vals:
            self.sudo()._plan_escalation()
        return result

    @api.model
    def _report(self, record, code, text, place=None, *, message=None, category="data", notify=True, **values):
        """Open a case about ``record``, or count one more for the case open on code and place.

        The blocking policy and the routing rules have their say. A case that had closed by itself opens again.

        :raise FinanceError: the policy keeps the whole message out, of which this is a part
        """
        message = message or self.env["finance.message"]
        values = self._values(record, message, code, masked(text), place and masked(place), category, values)
        inside = bool(message) and self.env.context.get("finance_processing") == message.id
        self.env["finance.case.policy"]._apply(values, inside)
        known = self._known(values)
        if known:
            known._seen_again(values, notify)
            return known
        self.env["finance.case.router"]._route([values])
        case = self.sudo().create(values)
        if notify and case.state == "open" and not case.parent_id:
            case._notify_once()
        return case

    def _values(self, record, message, code, text, place, category, values):
        flow, connector = message.flow_id, message.connector_id
        company = message.company_id or ("company_id" in record._fields and record.company_id) or self.env.company
        about = {
            "message_id": message.id,
            "connector_id": connector.id,
            "flow_id": flow.id,
            "company_id": company.id,
            "domain": connector.domain or "other",
            "res_model": record._name if record else False,
            "res_id": record.id if record else False,
            "owner_id": message._owner().id,
        }
        given = {name: value for name, value in values.items() if value or name not in about}
        return {**about, "code": code, "category": category, "text": text, "place": place, **given}

    @api.model
    def _known(self, values):
        """The case open on this code and place; else the one that closed by itself, or is only recorded."""
        about = [("code", "=", values["code"]), ("place", "=", values["place"] or False)]
        if values["message_id"]:
            about.append(("message_id", "=", values["message_id"]))
        else:
            about += [("res_model", "=", values["res_model"]), ("res_id", "=", values["res_id"])]
        cases = self.sudo()
        found = cases.search([*about, ("state", "=", "open")], limit=1)
        if found:
            return found
        if values.get("state") == "dropped":
            return cases.search([*about, ("state", "=", "dropped"), ("policy_id", "=", values["policy_id"])], limit=1)
        days = self.env.company._finance_setting("case_reopen_days", 30)
        since = fields.Datetime.now() - timedelta(days=days)
        return cases.search(
            [*about, ("closed_by_itself", "=", True), ("closed_on", ">=", since)], order="id desc", limit=1
        )

    def _seen_again(self, values, notify):
        """Count one more; what had closed opens again, what the policy says now counts."""
        given = ("text", "category", "blocking", "policy_id", "amount", "currency_id")
        changed = {name: values[name] for name in given if name in values}
        changed |= {"occurrences": self.occurrences + 1, "last_seen_on": fields.Datetime.now()}
        comes_back = self.state != "open" and values.get("state") != "dropped"
        if comes_back:
            self._reopen()
        elif self.state == "open" and values.get("state") == "dropped":
            self._drop(values["solution"])
        self.write(changed)
        if comes_back and notify:
            self._notify_once()

    def _reopen(self):
        """Open again what was closed, with a due time of its own."""
        for case in self.sudo().filtered(lambda one: one.state != "open"):
            values = {name: case[name] for name in ("code", "category", "domain", "text", "place", "amount")}
            values |= {name: case[name].id for name in ("company_id", "connector_id", "flow_id", "partner_id")}
            values |= {"currency_id": case.currency_id.id, "owner_id": case.owner_id.id, "priority": case.priority}
            self.env["finance.case.router"]._route([values])
            routed = {name: values[name] for name in ("due_on", "escalate_on", "team_id", "rule_id", "cause")}
            routed |= {"parent_id": values.get("parent_id", False), "gathers": False}
            case.write(
                {
                    **routed,
                    "owner_id": case.owner_id.id or values["owner_id"],
                    "state": "open",
                    "solution": False,
                    "closed_on": False,
                    "closed_by_id": False,
                    "closed_by_itself": False,
                    "escalation": False,
                    "reopened": case.reopened + 1,
                }
            )

    @api.model
    def _report_many(self, model, reports, words):
        """Open cases about many records at once: one insert, and one activity for each owner and not each case.

        :param model: name of the records' model
        :param reports: values of the cases; each names its ``res_id``, ``company_id``, ``code`` and ``text``
        :param words: summary of the activity
        """
        given = {"res_model": model, "last_seen_on": fields.Datetime.now(), "category": "data"}
        values_list = [{**given, **report} for report in reports]
        for values in values_list:
            self.env["finance.case.policy"]._apply(values)
        self.env["finance.case.router"]._route(values_list)
        silent = self.sudo().with_context(tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True)
        cases = silent.create(values_list).with_env(self.sudo().env)
        for owner, own in (
            cases.filtered(lambda case: case.state == "open" and not case.parent_id).grouped("owner_id").items()
        ):
            if owner and not self._is_told(owner, own[0].code):
                own[0]._notify_owner(words)
        return cases

    def _plan_escalation(self):
        """Work out anew when the next one in the chain is told."""
        for case in self:
            after = case.escalated_on if case.escalation else case.due_on
            following = case.team_id and after and case.team_id._next_level(case.escalation, after, case.company_id)
            case.escalate_on = following[2] if following else False

    def _notify_once(self):
        """Ask the owner to look, unless he was asked already about a case of the same cause."""
        for case in self.filtered("owner_id"):
            asked = [
                ("state", "=", "open"),
                ("cause", "=", case.cause),
                ("activity_ids.user_id", "=", case.owner_id.id),
            ]
            if not case.cause or not self.sudo().search_count(asked, limit=1):
                case._notify_owner()

    def _is_told(self, owner, code):
        """Whether an activity already asks the owner to look at open cases of this code."""
        return bool(
            self.sudo().search_count(
                [("state", "=", "open"), ("code", "=", code), ("activity_ids.user_id", "=", owner.id)], limit=1
            )
        )

    def _notify_owner(self, summary=None):
        for case in self.filtered("owner_id"):
            case.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=fields.Date.to_date(case.due_on),
                summary=summary or case.name,
                user_id=case.owner_id.id,
            )

    def _close(self, state, words, itself=False):
        closing = self.filtered(lambda case: case.state == "open")
        closing.sudo().write(
            {
                "state": state,
                "solution": words,
                "closed_on": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
                "closed_by_itself": itself,
            }
        )
        closing.sudo().activity_ids.unlink()

    def _solve(self, words):
        """Close because the cause is gone; when it comes back the case opens again."""
        self._close("solved", words, itself=True)

    def _drop(self, words):
        self._close("dropped", words)

    def action_retry(self):
        """Ask for the message to be processed again; success closes its open cases."""
        messages = self.message_id
        if not messages:
            raise UserError(_("This case is not about a message. Mend the cause and close the case."))
        messages.action_retry()

    def action_solve(self):
        self.check_access("write")
        self._close("solved", _("Closed by %s.", self.env.user.name))

    def action_drop(self):
        self.check_access("write")
        self._drop(_("Dropped by %s.", self.env.user.name))

    def action_reopen(self):
        self.check_access("write")
        self._reopen()

    def action_take(self):
        self.check_access("write")
        self.sudo().write({"owner_id": self.env.uid})

    def action_open_record(self):
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
