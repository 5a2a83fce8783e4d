import calendar
from datetime import date, timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

#: Days after the period's end by which a close should be done, until somebody enters another day.
DAYS_TO_CLOSE = 10

#: Late entries are looked for by themselves in periods that ended within this time; by button in any.
LOOK_BACK_DAYS = 400


class FinanceClosePeriod(models.Model):
    """A month or another span of days that a company closes, with its checks and milestones."""

    _name = "finance.close.period"
    _inherit = ["mail.thread", "mail.activity.mixin", "finance.close.protected"]
    _description = "Close period"
    _order = "date_to desc, company_id, id desc"

    name = fields.Char(compute="_compute_name", store=True, readonly=False, required=True, precompute=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company,
        help="With its branches: they are in the checks and in the trial balance.",
    )
    date_from = fields.Date(required=True, string="From", default=lambda self: self._next_month()[0])
    date_to = fields.Date(required=True, string="To", default=lambda self: self._next_month()[1])
    due_on = fields.Date(
        compute="_compute_due_on", store=True, readonly=False, precompute=True, string="Due", tracking=True
    )
    owner_id = fields.Many2one("res.users", default=lambda self: self.env.user, required=True, tracking=True)
    state = fields.Selection(
        [("open", "Open"), ("soft", "Soft-closed"), ("closed", "Closed"), ("reopened", "Reopened")],
        default="open", required=True, readonly=True, index=True, tracking=True, copy=False, group_expand=True,
        string="Status",
    )
    milestone_id = fields.Many2one(
        "finance.close.milestone", readonly=True, copy=False, tracking=True, string="Reached", ondelete="restrict"
    )
    next_milestone_id = fields.Many2one("finance.close.milestone", compute="_compute_next_milestone_id")
    result_ids = fields.One2many("finance.close.gate.result", "period_id", readonly=True)
    snapshot_ids = fields.One2many("finance.close.snapshot", "period_id", readonly=True)
    delta_ids = fields.One2many("finance.close.delta", "period_id")
    passed_count = fields.Integer(compute="_compute_progress")
    check_count = fields.Integer(compute="_compute_progress", string="Checks")
    failed_count = fields.Integer(compute="_compute_progress", string="Failed checks")
    progress = fields.Integer(compute="_compute_progress", help="Share of the checks that pass or are allowed.")
    late_count = fields.Integer(compute="_compute_late_count", string="Late changes")
    snapshot_count = fields.Integer(compute="_compute_snapshot_count", string="Snapshots")
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")
    next_step = fields.Char(compute="_compute_next_step")

    _protected = frozenset({"state", "milestone_id"})
    _dates_uniq = models.UniqueIndex(
        "(company_id, date_from, date_to)", "This company already has a period with these days."
    )
    _dates_order = models.Constraint("CHECK (date_from <= date_to)", "A period cannot end before it begins.")

    @api.model
    def _next_month(self):
        """First and last day of the month after the latest period; else of the month that ended last."""
        latest = self.search([("company_id", "=", self.env.company.id)], limit=1)
        today = fields.Date.context_today(self)
        first = latest.date_to + timedelta(days=1) if latest else (today.replace(day=1) - timedelta(days=1))
        first = date(first.year, first.month, 1)
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])

    @api.constrains("date_from", "date_to", "company_id")
    def _check_frozen(self):
        for period in self:
            if period.sudo().snapshot_ids:
                raise ValidationError(_("%s has a snapshot; its company and days stay as they are.", period.name))

    @api.depends("date_from", "date_to")
    def _compute_name(self):
        for period in self:
            if not (period.date_from and period.date_to):
                period.name = period.name or False
            elif (period.date_from.year, period.date_from.month) == (period.date_to.year, period.date_to.month):
                period.name = period.date_from.strftime("%Y-%m")
            else:
                period.name = f"{period.date_from} – {period.date_to}"

    @api.depends("date_to")
    def _compute_due_on(self):
        for period in self:
            period.due_on = period.date_to and period.date_to + timedelta(days=DAYS_TO_CLOSE)

    @api.depends("milestone_id", "company_id")
    def _compute_next_milestone_id(self):
        for period in self:
            period.next_milestone_id = period._next_milestone()

    @api.depends("result_ids.state", "result_ids.level")
    def _compute_progress(self):
        for period in self:
            states = [result.state for result in period.result_ids if result.state != "not_installed"]
            failed = period.result_ids.filtered(lambda r: r.state == "failed" and r.level == "blocking")
            period.check_count = len(states)
            period.passed_count = sum(state in ("passed", "waived") for state in states)
            period.failed_count = len(failed)
            period.progress = 100 * period.passed_count // len(states) if states else 0

    @api.depends("delta_ids.state", "snapshot_ids.state")
    def _compute_late_count(self):
        for period in self:
            period.late_count = period._latest_snapshot().open_delta_count

    @api.depends("snapshot_ids")
    def _compute_snapshot_count(self):
        for period in self:
            period.snapshot_count = len(period.snapshot_ids)

    @api.depends("due_on", "state")
    def _compute_overdue(self):
        today = fields.Date.context_today(self)
        for period in self:
            period.overdue = period.state != "closed" and bool(period.due_on) and period.due_on < today

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [("state", "!=", "closed"), ("due_on", "<", "today")]
        return late if True in value else ["!", "&", *late]

    @api.depends("next_milestone_id", "result_ids.state", "late_count", "state")
    def _compute_next_step(self):
        for period in self:
            period.next_step = period._step()

    def _step(self):
        """What to do next, in one sentence."""
        reached, ahead = self.milestone_id.name, self.next_milestone_id
        if self.state == "reopened":
            return _("Reopened: post what is missing, then take %s again.", reached)
        if self.late_count and self.state == "closed":
            return _("Accounts changed after %(milestone)s: %(number)s. Explain them, or have the period reopened.",
                     number=self.late_count, milestone=reached)
        if self.late_count:
            return _("Accounts changed after %(milestone)s: %(number)s. Explain them, or take it again.",
                     number=self.late_count, milestone=reached)
        if not ahead:
            return _("Closed. Nothing changed since %s.", reached) if reached else False
        blocking = self._results_before(ahead)._blocking()
        failed = blocking.filtered(lambda r: r.state == "failed")
        if failed:
            return _("In the way of %(milestone)s: %(checks)s.",
                     milestone=ahead.name, checks=", ".join(failed.gate_id.mapped("name")))
        if blocking:
            return _("Press Check now to see what stands in the way of %s.", ahead.name)
        return _("All checks pass: %s can be taken.", ahead.name)

    # overrides

    @api.model_create_multi
    def create(self, vals_list):
        periods = super().create(vals_list)
        periods._add_checks()
        return periods

    # helpers

    def _companies(self):
        """The company with its branches."""
        return self.env["res.company"].sudo().search([("id", "child_of", self.company_id.ids)], order="id")

    def _latest_snapshot(self):
        return self.sudo().snapshot_ids.filtered(lambda s: s.state == "current").sorted("id")[-1:].sudo(self.env.su)

    def _next_milestone(self):
        milestones = self.env["finance.close.milestone"]._of(self.company_id)
        if self.milestone_id:
            milestones = milestones.filtered(lambda m: m.sequence > self.milestone_id.sequence)
        return milestones[:1].sudo(self.env.su)

    def _add_checks(self):
        """One result for each check that applies."""
        results = self.env["finance.close.gate.result"].sudo()
        for period in self:
            missing = self.env["finance.close.gate"]._guarding(period.company_id) - period.sudo().result_ids.gate_id
            results.create([{"period_id": period.id, "gate_id": gate.id} for gate in missing])

    def _results_before(self, milestone):
        return self.result_ids.filtered(
            lambda r: r.gate_id.active and r.milestone_sequence <= milestone.sequence
        )

    def _log(self, text):
        """A line in the chatter, also from roles that may only read."""
        author = self.env.user.partner_id.id
        for period in self:
            period.sudo().message_post(body=text, author_id=author)

    # checks

    def action_check(self):
        """Look at all figures now."""
        self.check_access("write")
        self._check_now()

    def _check_now(self):
        self._add_checks()
        self.result_ids.filtered("gate_id.active")._look()

    # milestones

    def action_take(self):
        """Take the next milestone, or show what stands in the way."""
        self.ensure_one()
        self.check_access("write")
        milestone = self.next_milestone_id
        if not milestone:
            raise UserError(_("All milestones of %s are taken.", self.name))
        self._check_now()
        blocking = self._results_before(milestone)._blocking()
        if blocking:
            return self._show_blocking(milestone, blocking)
        return self._take(milestone)._notify(
            _("%s is taken: the trial balance is frozen.", milestone.name), "success"
        )

    def action_take_again(self):
        """Take the milestone reached last once more, with what came late."""
        self.ensure_one()
        self.check_access("write")
        if not self.milestone_id:
            raise UserError(_("No milestone of %s was taken yet.", self.name))
        self._check_now()
        blocking = self._results_before(self.milestone_id)._blocking()
        if blocking:
            return self._show_blocking(self.milestone_id, blocking)
        snapshot = self._take(self.milestone_id, again=True)
        return snapshot._notify(_("Late entries are taken in; the earlier snapshot is kept."), "success")

    def _take(self, milestone, again=False):
        """The snapshot of a milestone. Taking it twice gives the same snapshot, unless ``again``.

        :param again: replace the snapshot by one that takes in what came late
        :raise UserError: out of order, or a blocking check fails
        """
        self.ensure_one()
        self.check_access("write")
        known = self.snapshot_ids.filtered(lambda s: s.milestone_id == milestone and s.state == "current")
        if known and not again:
            known._look_for_late_entries()
            return known
        self._refuse_out_of_order(milestone, known)
        self._check_now()
        results = self._results_before(milestone)
        self._refuse_failed(milestone, results)
        snapshot = self.env["finance.close.snapshot"]._take(self, milestone, known)
        self.sudo().write({"milestone_id": milestone.id, "state": self._state_after(milestone)})
        self.sudo().activity_unlink(["mail.mail_activity_data_warning"])
        self._log(_("%(milestone)s taken: %(items)s journal items, hash %(hash)s.",
                    milestone=milestone.name, items=snapshot.item_count, hash=snapshot.sha256[:12]))
        return snapshot.sudo(self.env.su)

    def _state_after(self, milestone):
        return self.state if milestone.leads_to == "open" else milestone.leads_to

    def _refuse_out_of_order(self, milestone, known):
        if known:
            if self.state == "closed":
                raise UserError(_("%s is closed. An approver must reopen it first.", self.name))
            if milestone != self.milestone_id:
                raise UserError(_("Only the milestone reached last can be taken again."))
        elif milestone != self.next_milestone_id:
            raise UserError(_("Take %s first.", self.next_milestone_id.name or _("no further milestone")))

    def _refuse_failed(self, milestone, results):
        blocking = results._blocking()
        if blocking:
            found = [f"{r.gate_id.name}: {r.words}. {r.advice or ''}".strip() for r in blocking]
            raise UserError(
                _("%(milestone)s cannot be taken:\n%(found)s\nOpen the period and press Show beside each check.",
                  milestone=milestone.name, found="\n".join(f"- {line}" for line in found))
            )
        if self.env.user in results.filtered(lambda r: r.state == "waived").waived_by_id:
            raise UserError(
                _("You allowed a failed check of %s yourself; another person must take the milestone.", self.name)
            )

    def _show_blocking(self, milestone, blocking):
        """The failed checks in a dialog, each with the way to its records."""
        return {
            "type": "ir.actions.act_window",
            "name": _("%(milestone)s cannot be taken yet: checks that fail", milestone=milestone.name),
            "res_model": "finance.close.gate.result",
            "views": [[self.env.ref("connector_close.finance_close_gate_result_view_list_dialog").id, "list"]],
            "domain": [("id", "in", blocking.ids)],
            "target": "new",
        }

    # reopening and late entries

    def action_reopen(self):
        self.ensure_one()
        return self.env["finance.close.reason"]._ask("reopen", _("Reopen %s", self.name), period_id=self.id)

    def _reopen(self, reason):
        self.ensure_one()
        if self.env.su or not self.env.user.has_group("finance_connector_base.group_approver"):
            raise AccessError(_("Only an approver can reopen a closed period."))
        self.check_access("read")
        if self.state != "closed":
            raise UserError(_("%s is not closed.", self.name))
        self.sudo().state = "reopened"
        self._log(_("Reopened: %s", reason))

    def action_look_for_late_entries(self):
        self.check_access("write")
        snapshots = self.env["finance.close.snapshot"].union(*(period._latest_snapshot() for period in self))
        if not snapshots:
            raise UserError(_("Nothing is frozen yet: late entries are those after the first milestone."))
        return snapshots.action_look_for_late_entries()

    def _tell_late_entries(self, snapshot, deltas):
        """Tell the owner once; the activity stays until the milestone is taken again."""
        self.ensure_one()
        accounts = ", ".join(deltas.mapped("code")[:5]) + (" …" if len(deltas) > 5 else "")
        summary = _("Late entries after %s", snapshot.milestone_id.name)
        self._log(_("Late entries after %(milestone)s: accounts %(accounts)s.",
                    milestone=snapshot.milestone_id.name, accounts=accounts))
        if summary not in self.sudo().activity_ids.mapped("summary"):
            self.sudo().activity_schedule(
                "mail.mail_activity_data_warning", summary=summary, user_id=self.owner_id.id
            )

    def action_open_snapshots(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Snapshots"),
            "res_model": "finance.close.snapshot",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("period_id", "in", self.ids)],
        }

    def action_open_deltas(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Late changes"),
            "res_model": "finance.close.delta",
            "views": [[False, "list"], [False, "pivot"]],
            "domain": [("period_id", "in", self.ids)],
            "context": {"search_default_latest": 1},
        }

    @api.model
    def _cron_look(self):
        """Each day: the checks of periods not closed, late entries of those with a snapshot."""
        today = fields.Date.today()
        self.search([("state", "!=", "closed"), ("date_to", "<", today)])._check_now()
        recent = today - timedelta(days=LOOK_BACK_DAYS)
        for period in self.search([("milestone_id", "!=", False), ("date_to", ">=", recent)]):
            period._latest_snapshot()._look_for_late_entries()

    @api.ondelete(at_uninstall=False)
    def _keep_frozen(self):
        if self.sudo().snapshot_ids:
            raise UserError(_("A period with a snapshot is evidence and is kept."))
