from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..core.advice import advice, title
from ..core.errors import CATEGORIES
from ..core.masking import masked


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
        [("bank", "Bank"), ("tax", "Tax"), ("treasury", "Treasury"), ("close", "Close"), ("other", "Other")],
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
    owner_id = fields.Many2one("res.users", tracking=True, index="btree_not_null")
    due_on = fields.Datetime(tracking=True, string="Due")
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
    closed_on = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one("res.users", readonly=True)

    _open_message_uniq = models.UniqueIndex(
        "(message_id, code, (coalesce(place, ''))) WHERE state = 'open' AND message_id IS NOT NULL"
    )
    _open_idx = models.Index("(company_id, domain) WHERE state = 'open'")
    _record_idx = models.Index("(res_model, res_id) WHERE state = 'open'")

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

    @api.depends("code")
    def _compute_advice(self):
        for case in self:
            case.advice = advice(case.code or "")

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

    @api.model
    def _report(self, record, code, text, place=None, *, message=None, category="data", notify=True, **values):
        """Open a case about ``record``, or count one more for the case open on code and place."""
        text, place = masked(text), place and masked(place)
        message = message or self.env["finance.message"]
        domain = [("code", "=", code), ("place", "=", place or False), ("state", "=", "open")]
        if message:
            domain.append(("message_id", "=", message.id))
        else:
            domain += [("res_model", "=", record._name), ("res_id", "=", record.id)]
        found = self.sudo().search(domain, limit=1)
        if found:
            found.write({"occurrences": found.occurrences + 1, "last_seen_on": fields.Datetime.now(), "text": text})
            return found
        flow, connector = message.flow_id, message.connector_id
        company = message.company_id or ("company_id" in record._fields and record.company_id) or self.env.company
        hours = flow.target_hours or company._finance_setting("case_hours", 8)
        owner = values.pop("owner_id", None) or message._owner().id
        case = self.sudo().create(
            {
                "message_id": message.id,
                "connector_id": connector.id,
                "flow_id": flow.id,
                "company_id": company.id,
                "domain": values.pop("domain", None) or connector.domain or "other",
                "res_model": values.pop("res_model", None) or (record._name if record else False),
                "res_id": values.pop("res_id", None) or (record.id if record else False),
                "code": code,
                "category": category,
                "text": text,
                "place": place,
                "owner_id": owner,
                "due_on": fields.Datetime.now() + timedelta(hours=hours),
                "priority": "1" if flow.criticality in ("high", "critical") else "0",
                **values,
            }
        )
        if notify:
            case._notify_owner()
        return case

    @api.model
    def _report_many(self, model, reports, words):
        """Open cases about many records at once: one insert, and one activity for each owner and not each case.

        :param model: name of the records' model
        :param reports: values of the cases; each names its ``res_id``, ``company_id``, ``code`` and ``text``
        :param words: summary of the activity
        """
        now = fields.Datetime.now()
        hours = self.env.company._finance_setting("case_hours", 8)
        given = {"res_model": model, "last_seen_on": now, "due_on": now + timedelta(hours=hours)}
        silent = self.sudo().with_context(tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True)
        cases = silent.create([{**given, **report} for report in reports]).with_env(self.sudo().env)
        for owner, own in cases.grouped("owner_id").items():
            if owner and not self._is_told(owner, own[0].code):
                own[0]._notify_owner(words)
        return cases

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

    def _close(self, state, words):
        closing = self.filtered(lambda case: case.state == "open")
        closing.sudo().write(
            {
                "state": state,
                "solution": words,
                "closed_on": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
            }
        )
        closing.sudo().activity_ids.unlink()

    def _solve(self, words):
        self._close("solved", words)

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
        self._solve(_("Closed by %s.", self.env.user.name))

    def action_drop(self):
        self.check_access("write")
        self._drop(_("Dropped by %s.", self.env.user.name))

    def action_reopen(self):
        self.check_access("write")
        self.sudo().write({"state": "open", "solution": False, "closed_on": False, "closed_by_id": False})

    def action_take(self):
        self.check_access("write")
        self.sudo().write({"owner_id": self.env.uid})

    def action_open_record(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
