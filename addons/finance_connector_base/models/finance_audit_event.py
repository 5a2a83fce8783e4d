from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import file_open

from ..core.masking import accounts_masked

#: Messages of one record whose events are shown with it.
LONGEST_STORY = 5000


class FinanceAuditEvent(models.Model):
    """One thing that happened: who, what, to which record, when. Rows are only ever added, and sealed soon after."""

    _name = "finance.audit.event"
    _description = "Audit event"
    _order = "id desc"
    _rec_name = "kind"
    _auto = False

    version = fields.Integer(readonly=True)
    kind = fields.Char(readonly=True)
    origin = fields.Selection(
        [
            ("web", "On screen"),
            ("rpc", "Remote call"),
            ("outside", "From outside"),
            ("job", "Job"),
            ("cron", "Schedule"),
            ("program", "Program"),
        ],
        readonly=True,
        string="How",
    )
    user_id = fields.Many2one("res.users", readonly=True, string="Who")
    uid = fields.Many2one("res.users", readonly=True, string="Acting as")
    company_id = fields.Many2one("res.company", readonly=True)
    connector_id = fields.Many2one("finance.connector", readonly=True)
    correlation_id = fields.Char(readonly=True)
    res_model = fields.Char(readonly=True, string="Kind of record")
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True, string="Record number")
    facts = fields.Json(readonly=True)
    before_sha256 = fields.Char(readonly=True, string="Before (hash)")
    after_sha256 = fields.Char(readonly=True, string="After (hash)")
    detail_sha256 = fields.Char(readonly=True, string="Details (hash)")
    node = fields.Char(readonly=True, string="Server")
    occurred_on = fields.Datetime(readonly=True, string="When")
    chain = fields.Char(readonly=True)
    story = fields.Char(compute="_compute_story", string="What happened")
    subject = fields.Char(compute="_compute_story", string="To what")
    changes = fields.Text(compute="_compute_story", string="From → to")
    seal_number = fields.Integer(compute="_compute_seal", string="Number in its chain")
    link = fields.Char(compute="_compute_seal")
    sealed_on = fields.Datetime(compute="_compute_seal")

    def init(self):
        self.env.registry.post_init(self._install)
        return super().init()

    def _install(self):
        """Tables and guards, after those of the approvals, whose functions they use."""
        with file_open("finance_connector_base/data/audit.sql") as script:
            self.env.cr.execute(script.read())

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(self.env._("Audit events are noted by what happens, not made by hand."))

    def write(self, vals):
        raise UserError(self.env._("Audit events are not changed."))

    def unlink(self):  # pylint: disable=method-required-super
        raise UserError(self.env._("Audit events are not deleted."))  # pylint: disable=no-raise-unlink

    def _compute_seal(self):
        self.env.cr.execute(
            "SELECT id, seq, link, sealed_on FROM finance_audit_seal WHERE id = ANY(%s)", [list(self.ids)]
        )
        found = {event_id: rest for event_id, *rest in self.env.cr.fetchall()}
        for event in self:
            event.seal_number, event.link, event.sealed_on = found.get(event.id, (0, False, False))

    def _compute_story(self):
        self.env.cr.execute("SELECT id, content FROM finance_audit_detail WHERE id = ANY(%s)", [list(self.ids)])
        details = dict(self.env.cr.fetchall())
        words = self._audit_words()
        readable = {name: self._readable(name) for name in set(self.mapped("res_model"))}
        names = self._names_now()
        for event in self:
            detail = details.get(event.id) or {}
            if event.detail_sha256 and not detail:
                event.changes = self.env._("Erased")
            elif readable[event.res_model]:
                event.changes = event._shown_changes(detail.get("changes", [])) or event._shown_facts()
            else:
                event.changes = False
            event.story = words.get(event.kind) or event._plain_words()
            name = detail.get("name") if readable[event.res_model] else False
            name = name or names.get((event.res_model, event.res_id))
            model = self.env.get(event.res_model)
            label = model._description if model is not None else event.res_model or ""
            event.subject = f"{label}: {name}" if name else f"{label} {event.res_id or ''}".strip()

    def _names_now(self):
        """What the records are called today, of those that are still there and that the reader may see."""
        names = {}
        for model, events in self.filtered("res_id").grouped("res_model").items():
            if model in self.env:
                records = self.env[model].browse({event.res_id for event in events}).exists()._filtered_access("read")
                names |= {(model, record.id): accounts_masked(record.display_name or "") for record in records}
        return names

    def _readable(self, model):
        """Whether the reader may see such records at all; their values in the trail follow the same right."""
        if self.env.user.has_group("finance_connector_base.group_auditor"):
            return True
        records = self.env.get(model)
        return records is None or records.has_access("read")

    def _shown_changes(self, changes):
        model = self.env.get(self.res_model)
        lines = []
        for name, before, after in changes:
            field = model._fields.get(name) if model is not None else None
            label = field._description_string(self.env) if field else name
            before, after = self._option(field, before), self._option(field, after)
            lines.append(f"{label}: {before} → {after or '–'}" if before else f"{label}: {after}")
        return " · ".join(lines)

    def _option(self, field, value):
        if field and field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return value

    def _shown_facts(self):
        facts = self.facts or {}
        if facts.get("from") or facts.get("to"):
            model = self.env.get(self.res_model)
            field = model._fields.get("state") if model is not None else None
            before, after = self._option(field, facts.get("from")), self._option(field, facts.get("to"))
            return f"{before or '–'} → {after or '–'}"
        shown = {name: f"{value[:12]}…" if isinstance(value, str) and len(value) == 64 else value
                 for name, value in sorted(facts.items())}  # fmt: skip
        return " · ".join(f"{name}: {value}" for name, value in shown.items() if value not in (None, "", False))

    def _plain_words(self):
        """The last part of the kind, for kinds that have no words of their own: what the record then is."""
        _noun, _dot, what = (self.kind or "").partition(".")
        verbs = {
            "created": self.env._("Made"),
            "changed": self.env._("Changed"),
            "deleted": self.env._("Deleted"),
            "exported": self.env._("Exported"),
        }
        if what in verbs:
            return verbs[what]
        model = self.env.get(self.res_model)
        field = model._fields.get("state") if model is not None else None
        return self._option(field, what) if field and field.type == "selection" else self.kind

    @api.model
    def _audit_words(self):
        """How people say what happened, by kind."""
        _ = self.env._
        return {
            "message.created": _("Stored"),
            "message.sending": _("Being sent"),
            "message.sent": _("Delivered"),
            "message.unknown": _("Sent, no answer"),
            "message.ready": _("Ready to send"),
            "message.received": _("To be processed"),
            "message.processed": _("Done"),
            "message.refused": _("Refused: a person decides"),
            "message.quarantined": _("Quarantined"),
            "message.dead": _("Given up"),
            "message.cancelled": _("Cancelled"),
            "message.held": _("Held"),
            "message.released": _("Let go on"),
            "message.approved": _("Released for sending"),
            "message.approval_void": _("Release taken back"),
            "message.taken_away": _("Taken to the portal"),
            "message.hand_confirmed": _("Upload confirmed"),
            "message.looked_at": _("Contents looked at"),
            "message.erased": _("Contents erased"),
            "retention.applied": _("Retention rule applied"),
            "approval.created": _("Approval asked for"),
            "vote.created": _("Voted"),
            "credential.created": _("Secret entered"),
            "credential.changed": _("Secret replaced or its dates changed"),
            "stop.created": _("Emergency stop"),
            "stop.released": _("Emergency stop released"),
            "statement.created": _("Bank statement imported"),
            "secret_key.rotated": _("Secrets wrapped with another key"),
            "group.changed": _("Rights changed"),
            "setting.changed": _("Setting changed"),
            "reconciliation.made": _("Reconciled"),
            "reconciliation.undone": _("Reconciliation undone"),
            "audit.exported": _("Audit trail exported"),
            "audit.erased": _("Personal data erased"),
        }

    # the story of a record

    @api.model
    def _timeline(self, record):
        """The action that shows everything that happened to a record, oldest first."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Everything that happened: %s", record.display_name),
            "res_model": self._name,
            "view_mode": "list,form",
            "views": [[self.env.ref("finance_connector_base.finance_audit_event_view_timeline").id, "list"],
                      [False, "form"]],
            "domain": self._about(record),
        }  # fmt: skip

    @api.model
    def _about(self, record):
        """Domain of the events of a record's story: its own, those of what belongs to it, of its messages."""
        parts = [
            fields.Domain("res_model", "=", model) & fields.Domain("res_id", "in", ids)
            for model, ids in record._audit_related().items()
            if ids
        ]
        correlations = record._audit_correlations()
        if correlations:
            parts.append(fields.Domain("correlation_id", "in", correlations[:LONGEST_STORY]))
        return list(fields.Domain.OR(parts))

    def action_open_subject(self):
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id).exists() if self.res_model in self.env else None
        if not record:
            raise UserError(self.env._("This record is not there any more."))
        return record.get_formview_action()
