from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.finance_connector_base.core.canonical import sha256

from ..snapshot.compare import compare
from ..snapshot.content import Header, freeze, thaw
from ..snapshot.rows import totals


class FinanceCloseSnapshot(models.Model):
    """The trial balance of a period as it stood when a milestone was taken; it never changes again."""

    _name = "finance.close.snapshot"
    _description = "Close snapshot"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    period_id = fields.Many2one("finance.close.period", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="period_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    milestone_id = fields.Many2one("finance.close.milestone", required=True, readonly=True, ondelete="restrict")
    revision = fields.Integer(required=True, readonly=True, default=1, help="Counts how often the milestone was taken.")
    state = fields.Selection(
        [("current", "Valid"), ("superseded", "Taken again since")], required=True, default="current", readonly=True
    )
    previous_id = fields.Many2one("finance.close.snapshot", readonly=True, help="The snapshot of the period before it.")
    taken_on = fields.Datetime(required=True, readonly=True)
    taken_by_id = fields.Many2one("res.users", required=True, readonly=True)
    sha256 = fields.Char(readonly=True, string="Content hash", help="SHA-256: equal books have equal hashes.")
    attachment_id = fields.Many2one("ir.attachment", readonly=True, string="Content", copy=False)
    row_count = fields.Integer(readonly=True, string="Accounts")
    item_count = fields.Integer(readonly=True, string="Journal items")
    total_debit = fields.Monetary(readonly=True)
    total_credit = fields.Monetary(readonly=True)
    company_ids = fields.Many2many(
        "res.company", readonly=True, string="Books included", help="The company and its branches."
    )
    fiscal_start = fields.Date(required=True, readonly=True)
    earnings_account_id = fields.Many2one(
        "account.account", required=True, readonly=True,
        help="Carries the results of earlier fiscal years.",
    )
    watermark = fields.Char(
        readonly=True, string="Database snapshot",
        help="Transactions PostgreSQL counted as done or under way when the ledger was read.",
    )
    line_ids = fields.One2many("finance.close.snapshot.line", "snapshot_id", readonly=True)
    delta_ids = fields.One2many("finance.close.delta", "snapshot_id", readonly=True)
    open_delta_count = fields.Integer(compute="_compute_open_delta_count", string="Late changes")
    message_count = fields.Integer(compute="_compute_message_count", string="Files")
    looked_on = fields.Datetime(readonly=True, string="Compared on", help="When late entries were last looked for.")

    _current_uniq = models.UniqueIndex("(period_id, milestone_id) WHERE state = 'current'")

    @api.depends("delta_ids.state")
    def _compute_open_delta_count(self):
        counts = dict(
            self.env["finance.close.delta"]._read_group(
                [("snapshot_id", "in", self.ids), ("state", "=", "open")], ["snapshot_id"], ["__count"]
            )
        )
        for snapshot in self:
            snapshot.open_delta_count = counts.get(snapshot, 0)

    def _compute_message_count(self):
        counts = dict(
            self.env["finance.message"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)], ["res_id"], ["__count"]
            )
        )
        for snapshot in self:
            snapshot.message_count = counts.get(snapshot.id, 0)

    # taking

    @api.model
    def _take(self, period, milestone, replaced=None):
        """Freeze the posted ledger of a period; ``replaced`` is the snapshot this one is taken again for."""
        company = period.company_id.sudo()
        previous = period._latest_snapshot()
        if previous:
            previous._look_for_late_entries()
        if replaced:
            replaced.sudo().state = "superseded"
            replaced.flush_recordset()
        revision = replaced.revision + 1 if replaced else 1
        snapshot = self.sudo().create(
            {
                "name": self._title(period, milestone, revision),
                "period_id": period.id,
                "milestone_id": milestone.id,
                "currency_id": company.currency_id.id,
                "revision": revision,
                "previous_id": previous.id,
                "taken_on": fields.Datetime.now(),
                "taken_by_id": self.env.uid,
                "company_ids": period._companies().ids,
                "fiscal_start": company.compute_fiscalyear_dates(period.date_from)["date_from"],
                "earnings_account_id": company.root_id.get_unaffected_earnings_account().id,
                "watermark": self.env.execute_query(SQL("SELECT pg_current_snapshot()::text"))[0][0],
            }
        )
        snapshot._freeze()
        previous.delta_ids._taken_in(snapshot)
        return snapshot

    def _title(self, period, milestone, revision):
        title = f"{period.name}, {milestone.name}"
        return _("%(title)s, taken %(number)s times", title=title, number=revision) if revision > 1 else title

    def _freeze(self):
        """Record what is posted, sum it up, keep the content and its hash."""
        ledger = self.env["finance.close.ledger"]
        ledger._record(self.company_ids, self.id)
        recorded = ledger._recorded(self)
        rows = ledger._rows(self, recorded)
        header = Header(
            self.company_id.name, self.currency_id.name, self.period_id.date_from, self.period_id.date_to
        )
        raw = freeze(header, rows.values())
        sums = totals(rows.values())
        self.env["finance.close.snapshot.line"]._write_down(self, rows)
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{self._file_name()}.canonical.json",
                "raw": raw,
                "mimetype": "application/json",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.write(
            {
                "sha256": sha256(raw),
                "attachment_id": attachment.id,
                "row_count": len(rows),
                "item_count": ledger._count(recorded),
                "total_debit": float(sums.debit),
                "total_credit": float(sums.credit),
                "looked_on": self.taken_on,
            }
        )

    def _labels(self, wanted):
        """``{(company id, account id): (company, code, name)}``: as frozen, else as they are now."""
        lines = self.sudo().line_ids
        frozen = {
            (line.branch_id.id, line.account_id.id): (line.branch_name, line.code, line.account_name) for line in lines
        }
        missing = wanted - frozen.keys()
        for company in self.env["res.company"].sudo().browse({pair[0] for pair in missing}):
            accounts = self.env["account.account"].sudo().with_company(company).with_context(lang=None)
            for account in accounts.browse(pair[1] for pair in missing if pair[0] == company.id):
                code = account.code or f"#{account.id}"
                frozen[company.id, account.id] = (company.name, code, account.name)
        return frozen

    # verifying

    def _recompute(self, source):
        """Hash of the trial balance that a source of journal items gives, under the header of this snapshot."""
        ledger = self.env["finance.close.ledger"].sudo()
        self.env.flush_all()
        header, _rows = thaw(self._content())
        return sha256(freeze(header, ledger._rows(self, source).values()))

    def _content(self):
        self.ensure_one()
        return self.sudo().attachment_id.raw or b""

    def _verify(self):
        """Read the same items again.

        :return: ``(content, ledger)``: whether the kept content and the record of its items still have
            the hash, and whether today's ledger, restricted to the same items, still gives it
        """
        ledger = self.env["finance.close.ledger"].sudo()
        content = (
            sha256(self._content()) == self.sha256 and self._recompute(ledger._recorded(self.sudo())) == self.sha256
        )
        return content, self._recompute(ledger._restricted(self.sudo())) == self.sha256

    def action_verify(self):
        """Say in words whether the snapshot still stands."""
        self.ensure_one()
        content, ledger = self._verify()
        self._look_for_late_entries()
        if not content:
            text, mood = _("The kept content no longer has the hash %s. Tell your auditor.", self.sha256), "danger"
        elif not ledger:
            text, mood = _("The content is intact, but entries in it were changed since: see Late changes."), "warning"
        else:
            text, mood = _("Unchanged: the same %s journal items give the same hash.", self.item_count), "success"
        return self._notify(text, mood)

    # late entries

    def _look_for_late_entries(self):
        """Compare with the ledger of now; one line for each account that reads otherwise."""
        ledger = self.env["finance.close.ledger"].sudo()
        for snapshot in self.sudo():
            now = ledger._now(snapshot)
            after = ledger._rows(snapshot, now)
            before = ledger._rows(snapshot, ledger._recorded(snapshot))
            changes = compare(before.values(), after.values())
            keys = {row.key: ids for ids, row in (before | after).items()}
            causes = ledger._causes(snapshot, now) if changes else {}
            new = snapshot.delta_ids._update(snapshot, changes, keys, causes)
            snapshot.looked_on = fields.Datetime.now()
            if new:
                snapshot.period_id._tell_late_entries(snapshot, new)

    def action_look_for_late_entries(self):
        self._look_for_late_entries()
        count = sum(self.mapped("open_delta_count"))
        if count:
            return self._notify(_("Accounts changed after the snapshot: %s.", count), "warning")
        return self._notify(_("Nothing came late: the books are as they were."), "success")

    def _notify(self, text, mood):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self[:1].name,
                "message": text,
                "type": mood,
                "sticky": mood == "danger",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # files

    def _file_name(self):
        period = self.period_id
        parts = ["trial-balance", str(self.company_id.id), str(period.date_from), str(period.date_to)]
        return "_".join([*parts, self.milestone_id.code, f"r{self.revision}"])

    def action_publish(self):
        """Hand the snapshot to the connected close systems; doing it twice sends it once."""
        messages = self.env["finance.process.close.snapshot"]._publish(self)
        self.invalidate_recordset(["message_count"])
        names = ", ".join(sorted(set(messages.connector_id.mapped("name"))))
        return self[:1]._notify(_("Handed to %s. Follow it under Files.", names), "success")

    def action_download(self):
        """The file for a spreadsheet, at once."""
        self.ensure_one()
        content, content_type = self.env["finance.process.close.snapshot"]._file(self, "csv")
        name = f"{self._file_name()}.csv"
        attachments = self.env["ir.attachment"].sudo()
        about = {"name": name, "res_model": self._name, "res_id": self.id}
        kept = attachments.search([(field, "=", value) for field, value in about.items()], limit=1)
        file = kept or attachments.create({**about, "raw": content, "mimetype": content_type})
        return {"type": "ir.actions.act_url", "url": f"/web/content/{file.id}?download=1", "target": "self"}

    def action_open_messages(self):
        return self._open("finance.message", _("Files"), [("res_model", "=", self._name), ("res_id", "in", self.ids)])

    def action_open_lines(self):
        return self._open("finance.close.snapshot.line", _("Trial balance"), [("snapshot_id", "in", self.ids)])

    def action_open_deltas(self):
        return self._open("finance.close.delta", _("Late changes"), [("snapshot_id", "in", self.ids)])

    def _open(self, model, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "list"], [False, "pivot" if model != "finance.message" else "form"]],
            "domain": domain,
        }

    @api.ondelete(at_uninstall=False)
    def _keep(self):
        raise UserError(_("Snapshots are evidence and are kept."))
