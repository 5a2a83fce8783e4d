from datetime import timedelta
from decimal import Decimal

from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, file_open

from ..approval.kinds import KINDS
from ..approval.policy import WINDOW_HOURS, Level, Part, Subject, required

#: So many people get an activity for one request; the rest find it in their list.
TOLD = 20


class FinanceApproval(models.Model):
    """What waits for other people: what it is about, exactly, who asks, who has to agree, who did.

    Row and votes are evidence: the database itself refuses to change what is asked, to count a vote that does
    not count, or to approve without enough of them (``data/approval_guard.sql``).
    """

    _name = "finance.approval"
    _inherit = ["mail.thread", "mail.activity.mixin", "finance.access"]
    _description = "Approval"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, string="What")
    kind = fields.Selection(selection="_selection_kind", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True, readonly=True, string="Record")
    content = fields.Json(required=True, readonly=True, help="What is decided, as it is hashed.")
    sha256 = fields.Char(required=True, readonly=True, string="SHA-256", help="Of what is put before people.")
    changes = fields.Json(readonly=True)
    changes_table = fields.Html(compute="_compute_changes_table", string="What changes", sanitize=False)
    warnings = fields.Text(readonly=True, string="Look at this")
    reason = fields.Text(readonly=True)
    maker_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="restrict", string="Asked by")
    maker_network = fields.Char(readonly=True)
    maker_mark = fields.Char(
        readonly=True,
        groups="finance_connector_base.group_auditor",
        help="Equal for calls from the same address; the address cannot be read from it.",
    )
    same_address = fields.Char(
        compute="_compute_same_address",
        search="_search_same_address",
        groups="finance_connector_base.group_auditor",
        string="From one address",
    )
    requested_on = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now, string="Asked on")
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    parts = fields.Json(readonly=True)
    account_ids = fields.Json(readonly=True)
    excluded = fields.Json(readonly=True)
    requirement = fields.Json(required=True, readonly=True)
    requirement_text = fields.Text(compute="_compute_requirement_text", string="Who has to agree")
    cool_off_hours = fields.Float(readonly=True, string="Rests for (hours)")
    expires_on = fields.Datetime(readonly=True, string="To be answered by")
    state = fields.Selection(
        [
            ("waiting", "Waits"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("void", "Void"),
            ("expired", "Expired"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    open = fields.Boolean(compute="_compute_open")
    approved_on = fields.Datetime(readonly=True)
    effective_on = fields.Datetime(readonly=True, string="Takes effect on")
    applied_on = fields.Datetime(readonly=True, string="Carried out on")
    closed_reason = fields.Char(readonly=True, string="Why")
    vote_ids = fields.One2many("finance.approval.vote", "approval_id", readonly=True, string="Votes")
    for_me = fields.Boolean(compute="_compute_for_me", search="_search_for_me", string="Waits for me")
    by_me = fields.Boolean(compute="_compute_for_me")
    why_not = fields.Char(compute="_compute_for_me", string="Why I cannot decide")

    _subject_uniq = models.UniqueIndex(
        "(kind, res_model, res_id) WHERE state = 'waiting'", "This waits for approval already."
    )
    _window_idx = models.Index("(kind, company_id, requested_on)")
    _due_idx = models.Index("(effective_on) WHERE state = 'approved' AND applied_on IS NULL")

    def init(self):
        self.env.registry.post_init(self._install_guard)
        return super().init()

    def _install_guard(self):
        """Triggers of the database, installed anew at each update, when all tables are there."""
        with file_open("finance_connector_base/data/approval_guard.sql") as script:
            self.env.cr.execute(script.read())

    @api.model
    def _selection_kind(self):
        return KINDS.names(self.env.registry._init_modules)

    @api.depends("changes")
    def _compute_changes_table(self):
        row = Markup("<tr><th class='fw-normal text-muted pe-4'>%s</th><td class='pe-4'>%s</td><td>%s</td></tr>")
        head = Markup("<table class='table table-sm'><tr><th></th><th>%s</th><th>%s</th></tr>%s</table>")
        for approval in self:
            rows = approval.changes or []
            if any(old for _label, old, _new in rows):
                lines = [
                    row
                    % (
                        label,
                        Markup("<s class='text-danger'>%s</s>") % old if old and old != new else old or "–",
                        Markup("<b class='text-success'>%s</b>") % new if old != new else new,
                    )
                    for label, old, new in rows
                ]
                approval.changes_table = head % (_("Now"), _("Then"), Markup().join(lines))
            else:
                lines = [row % (label, Markup("<b>%s</b>") % (new or "–"), "") for label, _old, new in rows]
                approval.changes_table = Markup("<table class='table table-sm'>%s</table>") % Markup().join(lines)

    @api.depends("requirement", "vote_ids")
    def _compute_requirement_text(self):
        for approval in self:
            lines = []
            for number, level in enumerate(approval.requirement or []):
                given = len(approval.vote_ids.filtered(lambda v, n=number: v.level == n and v.decision == "approve"))
                lines.append(
                    _(
                        "%(given)s of %(count)s: %(who)s",
                        given=given,
                        count=level["count"],
                        who=level["name"] or _("approver"),
                    )
                )
            approval.requirement_text = "\n".join(lines)

    @api.depends("state", "applied_on")
    def _compute_open(self):
        """Waits, or was approved and still counts for its record."""
        for approval in self:
            record = self.env.get(approval.res_model)
            stands = record is not None and getattr(record, "_approval_stands", False)
            approval.open = approval.state == "waiting" or (
                approval.state == "approved" and (stands or not approval.applied_on)
            )

    @api.depends("vote_ids")
    def _compute_same_address(self):
        """A hint for auditors: one person may sit behind two users. It blocks nothing; offices share addresses."""
        for approval in self:
            votes = approval.sudo().vote_ids.filtered("same_address")
            approval.same_address = bool(votes) and _(
                "%s voted from the same address as somebody else of this request.",
                ", ".join(votes.user_id.mapped("name")),
            )

    def _search_same_address(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = [("vote_ids.same_address", "=", True)]
        return found if True in value else ["!", *found]

    @api.depends("state", "vote_ids")
    @api.depends_context("uid")
    def _compute_for_me(self):
        for approval in self:
            why = self.env["finance.ballot"]._ballot(approval, self.env.user).why if approval.state == "waiting" else ""
            approval.for_me = why is None
            approval.by_me = approval.maker_id == self.env.user
            approval.why_not = self.env["finance.ballot"]._words(why) if why else False

    def _search_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = self.search([("state", "=", "waiting"), ("maker_id", "!=", self.env.uid)])
        mine = [("id", "in", waiting.filtered("for_me").ids)]
        return mine if True in value else ["!", *mine]

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(_("Approvals are evidence and stay."))

    def _names(self):
        """Who agreed."""
        return ", ".join(self.sudo().vote_ids.filtered(lambda vote: vote.decision == "approve").user_id.mapped("name"))

    def _subject(self):
        self.ensure_one()
        model = self.env.get(self.res_model)
        return model.sudo().browse(self.res_id).exists() if model is not None else None

    # asking

    @api.model
    def _ask(self, record):
        """Put what stands in ``record`` before the people whom the rules name; empty where nobody is needed."""
        kind, company, facts = record._approval_kind(), record._approval_company(), record._approval_facts()
        parts = tuple(facts.get("parts", ()))
        floor = facts.get("floor", KINDS.get(kind).floor)
        subject = Subject(kind, company.id, parts, self._earlier(kind, company, parts), floor)
        needs = required(subject, self.env["finance.approval.rule"]._in_force(kind, company), self._floor_level())
        if not needs.levels:
            return self.browse()
        excluded = facts.get("excluded", self.env["res.users"])
        if needs.exclude_editor:
            excluded |= record.sudo().create_uid | record.sudo().write_uid
        record.approval_id.sudo().filtered("open")._void(_("Asked anew."))
        currencies = self.env["res.currency"].with_context(active_test=False)
        currency = currencies.search([("name", "=", parts[0].currency)]) if parts else None
        one_currency = len({part.currency for part in parts}) == 1
        call = self.env["finance.person"]._call()
        days = self.env.company._finance_setting("approval_days", 7)
        approval = self.sudo().create(
            {
                "name": facts["name"],
                "kind": kind,
                "company_id": company.id,
                "res_model": record._name,
                "res_id": record.id,
                "content": record._approval_content(),
                "sha256": record._approval_hash(),
                "changes": facts.get("changes", []),
                "warnings": "\n".join(facts.get("warnings", ())) or False,
                "reason": facts.get("reason"),
                "maker_id": facts.get("maker", self.env.user).id,
                "maker_network": call and self.env["finance.person"]._masked(call.address),
                "maker_mark": call and call.address and self.env["finance.person"]._digest(call.address),
                "amount": sum(part.amount for part in parts) if one_currency else 0,
                "currency_id": currency.id if one_currency else company.currency_id.id,
                "parts": [[one.beneficiary, one.currency, str(one.amount), str(one.company_amount)] for one in parts],
                "account_ids": sorted(facts.get("accounts", self.env["res.partner.bank"]).ids),
                "excluded": sorted(excluded.ids),
                "requirement": [self._level_plain(level) for level in needs.levels],
                "cool_off_hours": max(needs.cool_off_hours, facts.get("cool_off_hours", 0)),
                "expires_on": fields.Datetime.now() + timedelta(days=days),
            }
        )
        record.sudo().approval_id = approval
        self.flush_model()
        approval._tell()
        return approval.with_env(self.env)

    def _floor_level(self):
        group = self.env.ref("finance_connector_base.group_approver")
        return Level(group.name, 1, group.id)

    def _level_plain(self, level):
        return {"name": level.name, "count": level.count, "group": level.group, "users": sorted(level.users)}

    def _earlier(self, kind, company, parts):
        """What went to the same beneficiaries within the window.

        Two requests for one beneficiary at the same moment collide on its row; the later one looks again.
        """
        keys = sorted({part.beneficiary for part in parts})
        if not keys:
            return ()
        self.env["finance.approval.beneficiary"]._touch(company, keys)
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.value ->> 0, p.value ->> 1, p.value ->> 2, p.value ->> 3
                  FROM finance_approval a, jsonb_array_elements(a.parts) p
                 WHERE a.kind = %s AND a.company_id = %s AND a.state IN ('waiting', 'approved')
                   AND a.requested_on > (clock_timestamp() AT TIME ZONE 'UTC') - make_interval(hours => %s)
                   AND p.value ->> 0 = ANY(%s)
                """,
                kind,
                company.id,
                WINDOW_HOURS,
                keys,
            )
        )
        return tuple(Part(key, currency, Decimal(amount), Decimal(own)) for key, currency, amount, own in rows)

    def _voters(self):
        """Active users who may vote, as far as can be told now."""
        users = self.env["res.users"].sudo()
        for level in self.requirement:
            users |= users.browse(level["users"])
            if level["group"]:
                users |= self.env["res.groups"].sudo().browse(level["group"]).all_user_ids
        ballots = self.env["finance.ballot"]
        return users.filtered(lambda user: ballots._ballot(self, user).why is None)

    def _tell(self):
        """An activity for those who may vote; Odoo mails it as they wish."""
        for user in self._voters()[:TOLD]:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=fields.Date.to_date(self.expires_on),
                summary=_("Approve or refuse: %s", self.name),
                user_id=user.id,
            )

    # deciding

    def action_approve(self):
        """Agree; several at once where their kind allows it."""
        if len(self) > 1 and not all(KINDS.get(approval.kind).bulk for approval in self):
            raise UserError(_("These are decided one by one: open each."))
        for approval in self:
            answer = approval._vote("approve")
            if answer:
                return answer
        return True

    def action_refuse(self):
        """Ask for the reason, without which nothing is refused."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Refuse"),
            "res_model": "finance.approval.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_approval_ids": self.ids},
        }

    def _vote(self, decision, reason=None):
        """Count the voice of the person who is signed in; ``None``, or what to show where it does not count."""
        self.ensure_one()
        self.check_access("read")
        persons = self.env["finance.person"]
        call = persons._required(self, (f"action_{decision}",))
        self.env.cr.execute("SELECT id FROM finance_approval WHERE id = %s FOR UPDATE", [self.id])
        self.invalidate_recordset()
        found = self.env["finance.ballot"]._ballot(self, self.env.user)
        if found.why == "stale":
            self._void(_("It was changed after it had been put before people."))
            return self._tell_void()
        if found.why:
            kind = UserError if found.why in ("state", "expired", "voted") else AccessError
            raise kind(self.env["finance.ballot"]._words(found.why))
        mark = persons._digest(call.address) if call.address else False
        shared = bool(mark) and mark in {self.sudo().maker_mark, *self.sudo().vote_ids.mapped("address_mark")}
        self.env["finance.approval.vote"].sudo().create(
            {
                "approval_id": self.id,
                "company_id": self.company_id.id,
                "user_id": self.env.uid,
                "authority_id": found.authority.person,
                "delegation_id": found.authority.delegation,
                "level": found.level,
                "decision": decision,
                "reason": reason,
                "sha256": self.sha256,
                "channel": call.channel,
                "session": call.session,
                "network": persons._masked(call.address),
                "address_mark": mark,
                "same_address": shared,
            }
        )
        if shared:
            self.env["finance.audit"]._note("approval.same_address", self, {"user": self.env.uid})
        self.sudo().activity_ids.filtered(lambda one: one.user_id == self.env.user).unlink()
        self._conclude(reason)
        return None

    def _tell_void(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": _("Not counted"),
                "message": _("“%s” was changed in the meantime. It has to be asked for anew.", self.name),
                "type": "warning",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _conclude(self, reason=None):
        """After a vote: refused, approved, or others are still missing."""
        self.invalidate_recordset()
        outcome = self.env["finance.ballot"]._verdict(self)
        if outcome == "refused":
            self._close("refused", reason or _("Refused by %s", self.env.user.name))
        elif outcome == "approved":
            self.sudo().state = "approved"
            self.flush_recordset()
            self.invalidate_recordset()
            self.sudo().activity_ids.unlink()
            if not self.cool_off_hours:
                self._carry_out()

    def _carry_out(self):
        """What follows from the approval, once, when its rest is over and nothing has changed."""
        approval = self.sudo()
        record = approval._subject()
        if not record or record._approval_hash() != approval.sha256:
            approval._void(_("It was changed after it had been put before people."))
            return
        record.with_env(self.env)._approved(approval)
        self.env.flush_all()
        approval.applied_on = fields.Datetime.now()
        self.flush_recordset()

    def _holds_for(self, record):
        """Whether ``record`` as it is now was approved and may be acted on."""
        return bool(
            self
            and self.state == "approved"
            and self.effective_on <= fields.Datetime.now()
            and (record._approval_stands or not self.applied_on)
            and self.sha256 == record._approval_hash()
        )

    # ending

    def _close(self, state, reason):
        for approval in self.sudo():
            approval.write({"state": state, "closed_reason": reason})
            approval.activity_ids.unlink()
            approval.flush_recordset()
            record = approval._subject()
            if record and record.approval_id == approval:
                record.with_env(self.env)._refused(approval)

    def _void(self, reason):
        self._close("void", reason)

    def action_withdraw(self):
        """Whoever asked takes it back; an approver may stop what still rests."""
        for approval in self:
            mine = approval.maker_id == self.env.user
            stopping = approval.state == "approved" and self.env.user.has_group("finance_connector_base.group_approver")
            if self.env.su or not (mine or stopping):
                raise AccessError(_("Only whoever asked takes it back; approvers stop what rests."))
            if not approval.open or approval.applied_on:
                raise UserError(_("This is settled already."))
            self.env.cr.execute("SELECT id FROM finance_approval WHERE id = %s FOR UPDATE", [approval.id])
            approval._void(_("Taken back by %s", self.env.user.name))
        return True

    def action_open_record(self):
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()

    @api.model
    def _cron_watch(self):
        """Carry out what has rested long enough; end what nobody answered."""
        now = fields.Datetime.now()
        for approval in self.search([("state", "=", "waiting"), ("expires_on", "<=", now)], limit=1000):
            approval._close("expired", _("Nobody decided in time."))
        due = [("state", "=", "approved"), ("applied_on", "=", False), ("effective_on", "<=", now)]
        for approval in self.search(due, limit=1000):
            try:
                with self.env.cr.savepoint():
                    approval._carry_out()
            except UserError as error:
                approval._close("void", str(error))
