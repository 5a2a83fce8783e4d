from psycopg2.extras import Json

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..core.difference import difference
from ..core.errors import FinanceError
from ..mapping.trial import TRIAL

#: Reasons of the protocol that mean: not without a second person.
SECOND = "two_persons"


class Undone(Exception):
    """Carries the result of a trial out of the savepoint that is rolled back."""


class FinanceDecision(models.Model):
    """What people decide about one message: the fate of an unknown outcome, or that it is processed anew.

    Where money moves a second person has to agree; both names stay on the row.
    """

    _name = "finance.decision"
    _inherit = ["finance.access", "finance.approval.mixin", "finance.chosen.mapping"]
    _description = "Finance decision"
    _order = "id desc"

    _approval_protected = ("kind", "message_id", "mapping_version", "reason", "differs")
    _decides = ("action_approve",)

    message_id = fields.Many2one("finance.message", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="message_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("arrived", "It arrived"),
            ("absent", "It never arrived: send it again"),
            ("given_up", "It never arrived: give it up"),
            ("replay", "Process it anew"),
            ("release", "Let it go on"),
        ],
        required=True,
        string="Decision",
    )
    reason = fields.Text(required=True, help="What was looked up, where, and by whom.")
    differs = fields.Text(readonly=True, string="What will differ")
    state = fields.Selection(
        [("draft", "Draft"), ("asked", "Waits for a second person"), ("done", "Done"), ("dropped", "Dropped")],
        default="draft",
        required=True,
        readonly=True,
    )
    requested_by_id = fields.Many2one("res.users", readonly=True)
    approved_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    replay_id = fields.Many2one("finance.message", readonly=True, string="Replayed as")

    _two_persons = models.Constraint(
        "CHECK (approved_by_id IS NULL OR approved_by_id <> requested_by_id)",
        "The second person must be another one.",
    )
    _one_asked_uniq = models.UniqueIndex("(message_id) WHERE state = 'asked'", "A decision about it waits already.")

    @api.constrains("kind", "message_id")
    def _check_kind(self):
        for decision in self:
            incoming = decision.message_id.direction == "in"
            if decision.kind != "release" and (decision.kind == "replay") != incoming:
                raise ValidationError(_("Incoming messages are processed anew; of outgoing ones the fate is decided."))

    def write(self, values):
        """What a second person is asked to agree with does not change; who decided is written by the actions alone."""
        if not self.env.su and any(decision.state != "draft" for decision in self):
            raise AccessError(_("A decision that was asked for is not changed; drop it and make another."))
        return super().write(values)

    def action_preview(self):
        """Process the message on trial, undo it, and keep what would differ from last time."""
        self.ensure_one()
        self._check_person()
        found = self._trial()
        lines = [
            self.env._("%(what)s: %(old)s → %(new)s", what=path or "result", old=old, new=new)
            for path, old, new in difference(self.message_id.result or {}, found)
        ]
        self.sudo().differs = "\n".join(lines) or _("Nothing differs.")

    def _trial(self):
        message = self.message_id.sudo().with_context(finance_trial=TRIAL)
        try:
            with self.env.cr.savepoint():
                message.options = self._options()
                part = message.with_context(finance_processing=message.id)
                raise Undone(message._processor().process(part) or {})
        except Undone as undone:
            return undone.args[0]
        except (FinanceError, UserError) as error:
            return {"error": str(error)}

    def _options(self):
        options = dict(self.message_id.options or {})
        if self.mapping_version:
            options["mapping_version"] = self.mapping_version
        return options

    def action_request(self):
        """Decide; where money moves, or a rule says so, the decision waits for others."""
        self.ensure_one()
        self._check_person()
        if self.state != "draft":
            raise UserError(_("This decision was made already."))
        self._check_mapping_version()
        if self.kind == "replay" and not self.differs:
            self.action_preview()
        if not self._decidable():
            self._refuse_moved_on()
        self.sudo().requested_by_id = self.env.user
        if self._request_approval():
            self.sudo().state = "asked"
        elif self._carry_out() == SECOND:
            raise UserError(_("A second person has to agree."))

    def action_approve(self):
        """The second person agrees; when all have, the decision is carried out."""
        self.ensure_one()
        self._check_person()
        if self.state != "asked":
            raise UserError(_("This decision does not wait for a second person."))
        return self.approval_id._vote("approve") or True

    def action_drop(self):
        self._check_person()
        for decision in self.filtered(lambda one: one.state in ("draft", "asked")):
            decision.sudo().approval_id.filtered("open")._void(_("Dropped by %s", self.env.user.name))
            decision.sudo().state = "dropped"

    def _check_person(self):
        """Decisions are made by people who are signed in, not by programs or in somebody's name."""
        self.check_access("read")
        self.env["finance.person"]._present()

    # what the approval engine asks and tells

    def _approval_kind(self):
        return self.kind if self.kind in ("replay", "release") else "outcome"

    def _approval_content(self):
        return {
            "message": self.message_id.id,
            "sha256": self.message_id.sha256,
            "decision": self.kind,
            "mapping_version": self.mapping_version,
            "reason": self.reason,
            "differs": self.differs or None,
        }

    def _approval_facts(self):
        message = self.message_id.sudo()
        verdict = dict(self._fields["kind"].selection)[self.kind]
        changes = [
            [_("Message"), "", message.name],
            [_("Connector"), "", message.connector_id.name],
            [_("Decision"), "", verdict],
        ]
        if self.mapping_version:
            changes.append([_("With mapping"), "", self.mapping_version_id.sudo().display_name or self.mapping_version])
        changes += [[self.env._("Will differ"), "", line] for line in (self.differs or "").splitlines()]
        facts = {} if message.direction == "in" else message._processor()._release_facts(message)
        return {
            **{key: facts[key] for key in ("parts", "accounts") if key in facts},
            "name": f"{verdict}: {message.name}",
            "changes": changes,
            "reason": self.reason,
            "floor": 1 if message.flow_id.moves_money else 0,
        }

    def _approved(self, approval):
        self.sudo().approved_by_id = approval.vote_ids[-1:].user_id
        if self._carry_out() == SECOND:
            raise UserError(_("The second person must be another one."))

    def _refused(self, approval):
        self.sudo().filtered(lambda one: one.state == "asked").state = "dropped"

    def _decidable(self):
        if self.kind == "release":
            return self.message_id.hold
        states = ("processed", "refused", "dead", "quarantined") if self.kind == "replay" else ("unknown",)
        return self.message_id.state in states

    def _refuse_moved_on(self):
        message = self.message_id.sudo()
        label = dict(message._fields["state"].selection)[message.state]
        raise UserError(_("The message has moved on: it is now “%s”.", label))

    def _carry_out(self):
        """Let the protocol judge; the reason is returned where a second person is missing."""
        persons = [user.id for user in (self.requested_by_id, self.approved_by_id) if user]
        standings, message = self.env["finance.standing"].sudo(), self.message_id.sudo()
        if self.kind == "replay":
            why = standings._replay(message, self.requested_by_id.id, self.approved_by_id.id, Json(self._options()))
        elif self.kind == "release":
            why = standings._release(message, self.requested_by_id.id, self.approved_by_id.id)
        else:
            why = standings._settle(message, self.kind, persons)
        if why == SECOND:
            return why
        values = {"state": "done", "decided_on": fields.Datetime.now()}
        if why == "copy":
            values["replay_id"] = self._replay_copy().id
        elif why:
            self._refuse_moved_on()
        self.sudo().write(values)
        return None

    def _replay_copy(self):
        """A done message stays as it is; the same bytes are processed anew as a message of their own."""
        message = self.message_id.sudo()
        replay = (
            self.env["finance.intake"]
            .sudo()
            ._insert(
                {
                    "name": _("%s (again)", message.name),
                    "company_id": message.company_id.id,
                    "connector_id": message.connector_id.id,
                    "flow_id": message.flow_id.id,
                    "direction": "in",
                    "kind": message.kind,
                    "state": "received",
                    "dedup_key": f"{message.dedup_key}#decision{self.id}",
                    "content_type": message.content_type,
                    "parent_id": message.id,
                    "options": self._options(),
                },
                message._raw(),
            )
        )
        replay._enqueue(new=True)
        return replay
