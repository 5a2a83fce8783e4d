import base64
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..core import machine
from ..core.protocol import FINAL, may_move

#: In the order in which a person meets them; the statusbar shows it.
STATE_LABELS = {
    "ready": "Ready to send",
    "sending": "Being sent",
    "unknown": "Outcome unknown",
    "sent": "Delivered",
    "received": "Received",
    "processed": "Done",
    "refused": "Needs a decision",
    "quarantined": "Quarantined",
    "dead": "Given up",
    "cancelled": "Cancelled",
}
STATES = list(STATE_LABELS.items())
#: Columns that the delivery's own statements hand on to the cache.
SEEDED = frozenset(
    ("name", "kind", "state", "direction", "company_id", "connector_id", "flow_id", "size", "dedup_key")
)

#: What a job fails with when the connection to the database breaks under it, and when it is tried again.
DATABASE_AWAY = frozenset(
    ("psycopg2.OperationalError", "psycopg2.InterfaceError", "psycopg2.errors.AdminShutdown",
     "psycopg2.errors.CrashShutdown", "psycopg2.errors.CannotConnectNow",
     "psycopg2.errors.IdleInTransactionSessionTimeout")
)
AWAY_SECONDS = 10
#: Of a message without a flow.
MOST_TRIES = 8

#: Larger contents are kept in the file store instead of the row.
INLINE_BYTES = 64 * 1024

#: Among the options of a message that a step could not open: it is opened before it is processed.
UNOPENED = "unopened"


class FinanceMessage(models.Model):
    """One envelope in or out: its bytes, where it stands, and every try to bring it across."""

    _name = "finance.message"
    _inherit = ["mail.thread", "finance.access", "finance.approval.mixin"]
    _description = "Finance message"
    _order = "id desc"

    _approval_protected = ("sha256",)
    _approval_stands = True

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    connector_id = fields.Many2one("finance.connector", required=True, readonly=True, ondelete="restrict")
    flow_id = fields.Many2one("finance.flow", index="btree_not_null", readonly=True, ondelete="restrict")
    domain = fields.Selection(related="connector_id.domain", string="Area")
    direction = fields.Selection([("in", "In"), ("out", "Out")], required=True, readonly=True)
    kind = fields.Char(required=True, readonly=True, index=True)
    state = fields.Selection(STATES, required=True, index=True, readonly=True)
    dedup_key = fields.Char(
        required=True,
        readonly=True,
        string="Business key",
        help="Same key, same message: the database accepts it only once for each connector.",
    )
    correlation_id = fields.Char(
        required=True, readonly=True, index=True, help="One identifier from the first intent to the ledger."
    )
    sha256 = fields.Char(required=True, readonly=True, string="SHA-256")
    size = fields.Integer(readonly=True, string="Bytes")
    content_type = fields.Char(readonly=True)
    remote_id = fields.Char(readonly=True, index="btree_not_null", help="How the other side calls it.")
    body = fields.Binary(attachment=False, readonly=True, prefetch=False, groups="finance_connector_base.group_auditor")
    attachment_id = fields.Many2one("ir.attachment", readonly=True, groups="finance_connector_base.group_auditor")
    event_kind = fields.Char(readonly=True, string="Event", help="What the other side calls this kind of event.")
    occurred_on = fields.Datetime(
        readonly=True, string="Happened on", help="By the other side's clock. Events may come late and in any order."
    )
    parent_id = fields.Many2one("finance.message", readonly=True, index="btree_not_null", ondelete="restrict")
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True, string="Record")
    options = fields.Json(readonly=True, help="What was chosen when the message was brought in.")
    attempt = fields.Integer(
        readonly=True, default=0, string="Latest attempt", help="Number of the latest try; only it may confirm."
    )
    tries = fields.Integer(readonly=True, default=0, help="Tries that count against the limit of the flow.")
    lease_until = fields.Datetime(readonly=True)
    arrived = fields.Selection(
        [("no", "No"), ("maybe", "Not known"), ("yes", "Yes")],
        default="no",
        readonly=True,
        string="At the other side",
        help="Whether the other side has it. Only what is surely not there may be sent.",
    )
    next_try_on = fields.Datetime(readonly=True)
    done_on = fields.Datetime(readonly=True)
    hold = fields.Boolean(readonly=True, index="btree_not_null", tracking=True)
    hold_reason = fields.Char(readonly=True)
    approved_hash = fields.Char(readonly=True, help="Content for which the approval was given.")
    duplicates = fields.Integer(readonly=True, help="How often the same content came again.")
    result = fields.Json(readonly=True, string="Result data")
    result_text = fields.Char(readonly=True, string="Result")
    attempt_ids = fields.One2many("finance.attempt", "message_id", readonly=True)
    exception_ids = fields.One2many("finance.exception", "message_id", string="Cases")
    open_case_count = fields.Integer(compute="_compute_open_case_count", string="Open cases")

    _dedup_uniq = models.UniqueIndex(
        "(connector_id, direction, dedup_key)", "This connector already has a message with this business key."
    )
    _stored_idx = models.Index("USING brin (create_date)")
    _traffic_idx = models.Index("(connector_id, flow_id, create_date)")
    _record_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")
    _open_idx = models.Index(
        "(company_id, state, connector_id, create_date) WHERE state IN"
        " ('ready', 'sending', 'sent', 'received', 'unknown', 'refused', 'quarantined', 'dead')"
    )
    _created_idx = models.Index("USING brin (create_date)")
    _waiting_idx = models.Index("(next_try_on, id) WHERE state IN ('ready', 'sending', 'unknown', 'sent', 'received')")

    @api.depends("exception_ids.state")
    def _compute_open_case_count(self):
        counts = dict(
            self.env["finance.exception"]._read_group(
                [("message_id", "in", self.ids), ("state", "=", "open")], ["message_id"], ["__count"]
            )
        )
        for message in self:
            message.open_case_count = counts.get(message, 0)

    def _raw(self):
        """The bytes of the message, wherever they are kept."""
        self.ensure_one()
        message = self.sudo().with_context(bin_size=False)
        if message.attachment_id:
            return message.attachment_id.raw or b""
        return base64.b64decode(message.body or b"")

    def _source(self):
        """Where a reader finds the bytes without our holding them: a path where they are a file, else the bytes."""
        self.ensure_one()
        attachment = self.sudo().attachment_id
        return attachment._full_path(attachment.store_fname) if attachment.store_fname else self._raw()

    def _processor(self):
        """The service for messages of this kind: ``finance.process.<kind>``."""
        self.ensure_one()
        if (self.options or {}).get(UNOPENED):
            return self.env["finance.process.envelope"]
        return self.env[f"finance.process.{self.kind}"]

    def _move(self, state, **values):
        """Change the state by the protocol's rules; anything else is a defect."""
        for message in self:
            if message.state != state and not may_move(message.state, state):
                raise ValueError(f"message {message.id}: no way from {message.state} to {state}")
        if state in FINAL:
            values.setdefault("done_on", fields.Datetime.now())
        self.sudo().write({"state": state, **values})

    def _owner(self):
        return self.flow_id.owner_id or self.connector_id.owner_id

    def _open_case(self, error_code, text, place=None, **values):
        """Open a case about this message, or add to the one open for the same code and place."""
        self.ensure_one()
        return self.env["finance.exception"]._report(self, error_code, text, place, message=self, **values)

    def _blocking_cases(self):
        return self.sudo().exception_ids.filtered(lambda case: case.state == "open" and case.blocking)

    def _solve_cases(self):
        """The message went through: what it waited for is settled. Warnings stay for a person."""
        self._blocking_cases()._solve(_("Solved by itself: the cause is gone."))

    def _enqueue(self, eta=None, new=False):
        """Wake a worker for these messages. The job is only a wake-up: truth is in the row.

        A later wake-up has another identity: it must not stand in for one that is wanted at once.

        :param new: no job can be waiting for these messages yet
        """
        for message in self:
            flow = message.sudo().flow_id
            if flow._drains():
                flow._wake_drain(eta)
                continue
            method = "send_job" if message.direction == "out" else "process_job"
            key = f"finance.message:{message.id}" + (":later" if eta else "")
            jobs = message.with_delay(
                identity_key=None if new else key,
                description=message.name,
                max_retries=0,
                eta=eta,
                channel=message._channel(),
            )
            getattr(jobs, method)()

    def _channel(self):
        """The lane: a narrow one for payments, else one for each area."""
        flow = self.sudo().flow_id
        return flow._lane() if flow else f"root.finance.{self.sudo().connector_id.domain or 'other'}"

    def _seed(self, values):
        """Put columns that SQL has just read or written into the cache, so that nobody asks for them again."""
        for name in SEEDED & values.keys():
            self._fields[name]._insert_cache(self, [values[name] or None])
        return self

    def _was_doubtful(self):
        """Whether it was not known of an earlier try if it arrived."""
        return bool(self.sudo().attempt_ids.filtered(lambda one: one.step == "send" and one.outcome == "unknown"))

    def _answer(self):
        """The bytes the other side gave back when it took the message."""
        attempts = self.sudo().attempt_ids.filtered(lambda attempt: attempt.outcome == "ok" and attempt.answer_sha256)
        return self._bytes(attempts[:1])

    def _bytes(self, attempt):
        return base64.b64decode(attempt.with_context(bin_size=False).answer or b"")

    @api.model
    def _wake(self, connectors):
        """Enqueue what waits on these connectors, after they are active again."""
        self.search(
            [("connector_id", "in", connectors.ids), ("state", "in", ("ready", "received", "unknown"))]
        )._enqueue()

    def send_job(self):
        """Send, ask or follow up, whatever this outgoing message needs now."""
        self.ensure_one()
        return self.env["finance.deliver"]._advance(self.id)

    def process_job(self):
        """Process an incoming message."""
        self.ensure_one()
        return self.env["finance.intake"]._process(self)

    def _on_job_failed(self, exc_name=None, exc_message=None, exc_info=None):
        """The queue calls this, in a transaction of its own, once a job is given up.

        A database that went away says nothing about the message: it is woken again. A message under which
        it goes away each time is given up after the tries of its flow.
        """
        for message in self.filtered(lambda m: m.state not in FINAL):
            if exc_name in DATABASE_AWAY and message.tries + 1 < (message.sudo().flow_id.max_tries or MOST_TRIES):
                if message.direction == "in":
                    message.sudo().tries += 1
                message._enqueue(eta=fields.Datetime.now() + timedelta(seconds=AWAY_SECONDS))
                continue
            message._open_case("job.failed", f"{exc_name}: {exc_message}", category="defect")
            if message.direction == "in":
                message._move("dead")

    def action_retry(self):
        """Ask for the message to be processed or sent again; success closes its open cases."""
        self.check_access("write")
        refused = {
            "final": _("%s is done already; there is nothing to retry."),
            "unknown": _("It is not known whether %s arrived. Use Ask again, or settle it with a second person."),
        }
        for message in self:
            why = self.env["finance.standing"]._decide(message, machine.retry)
            if why in refused:
                raise UserError(refused[why] % message.name)

    def action_process_now(self):
        """Process at once in this request, for a person who waits for the result."""
        self.check_access("write")
        incoming = self.filtered(lambda m: m.direction == "in")
        incoming.filtered(lambda m: m.state in ("refused", "dead"))._move("received", tries=0, next_try_on=False)
        for message in incoming.filtered(lambda m: m.state == "received"):
            self.env["finance.intake"]._process(message, now=True)

    def _work_off(self):
        """Process them here instead of by a worker, each step in a transaction of its own; until nothing moves on."""
        for message in self:
            before = None
            while message.state == "received" and not message.hold and message.attempt != before:
                before = message.attempt
                self.env.cr.commit()  # pylint: disable=invalid-commit
                self.env["finance.deliver"]._own("finance.intake", "_process_one", message.id)
                self.env.cr.commit()  # pylint: disable=invalid-commit  # begins anew, and sees what was done
                self.env.invalidate_all()

    def action_ask(self):
        self.check_access("write")
        unknown = self.filtered(lambda m: m.state == "unknown")
        unknown.sudo().write({"next_try_on": fields.Datetime.now(), "tries": 0})
        unknown._enqueue()

    def action_hold(self):
        """Stop what is not done yet, until somebody releases it."""
        self._hold()

    def action_release(self):
        """Let go on; where money moves that is asked for, and a second person agrees."""
        if len(self) == 1 and self.hold and self.sudo().flow_id.moves_money:
            return self._open_decision("release")
        self._release(_("Asked for by %s in the list of messages.", self.env.user.name))
        return None

    def _hold(self, reason=None):
        """Hold these messages.

        :return: those that are done already and cannot be held
        """
        self.check_access("write")
        done = self.browse()
        words = _("Held by %s", self.env.user.name)
        words = f"{words}: {reason}" if reason else words
        for message in self:
            if self.env["finance.standing"].sudo()._decide(message.sudo(), machine.hold, hold_reason=words):
                done |= message
            else:
                message._tell(words)
        return done

    def _release(self, reason):
        """Release those that are held, at once where no money moves.

        :return: the decisions that now wait for a second person
        """
        self.check_access("write")
        decisions = self.env["finance.decision"]
        for message in self.filtered("hold"):
            if message.sudo().flow_id.moves_money:
                decision = decisions.create({"message_id": message.id, "kind": "release", "reason": reason})
                decision.action_request()
                decisions |= decision
            elif not self.env["finance.standing"].sudo()._release(message.sudo()):
                message._tell(_("Released by %(name)s: %(reason)s", name=self.env.user.name, reason=reason))
        return decisions

    def _tell(self, words):
        """Keep in the chatter what a person did to the message."""
        self.sudo().message_post(body=words, author_id=self.env.user.partner_id.id)

    def action_cancel(self):
        """Give a message up for good, with its cases."""
        self.check_access("write")
        for message in self:
            why = self.env["finance.standing"]._decide(message, machine.cancel)
            if why == "on_its_way":
                raise UserError(_("%s may have reached the other side; say first what became of it.", message.name))
            if why:
                raise UserError(
                    _(
                        "%(name)s is %(state)s and cannot be cancelled.",
                        name=message.name,
                        state=STATE_LABELS[message.state].lower(),
                    )
                )
        self.sudo().exception_ids.filtered(lambda case: case.state == "open")._drop(_("The message was cancelled."))

    def action_download(self):
        """Raw contents, for those who may see them."""
        self._part("content")
        return {"type": "ir.actions.act_url", "url": f"/finance/message/{self.id}/content", "target": "self"}

    def action_decide(self):
        """Settle an unknown outcome, or have the message processed anew, with a reason and a second person."""
        return self._open_decision("replay" if self.direction == "in" else "arrived")

    def action_replay(self):
        """Have these messages processed anew, after a look at what will differ."""
        return self.env["finance.replay"]._start(self)._shown()

    def _open_decision(self, kind):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Decide"),
            "res_model": "finance.decision",
            "view_mode": "form",
            "context": {"default_message_id": self.id, "default_kind": kind},
        }

    def action_open_record(self):
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()

    def action_open_cases(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Cases"),
            "res_model": "finance.exception",
            "view_mode": "list,form",
            "domain": [("message_id", "in", self.ids)],
        }
