import base64
import contextlib
import logging
import time
from dataclasses import dataclass, replace

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from .. import tracing
from ..core import machine
from ..core.canonical import sha256
from ..core.errors import AuthError, FinanceError
from ..core.identifier import uuid7
from ..mapping.errors import MappingError
from ..models.finance_message import INLINE_BYTES, UNOPENED
from .finance_standing import Row
from .finance_wire import keep

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Tried:
    """What processing a message came to; the message's own row does not tell it yet."""

    row: Row
    standing: machine.Standing
    before: dict  # its blocking cases, with how often each had been reported
    result: dict | None
    error: FinanceError | None
    milliseconds: int


class FinanceIntake(models.AbstractModel):
    """Messages in: store first, then acknowledge at the source, then process in a job."""

    _name = "finance.intake"
    _description = "Intake"

    @api.model
    def _insert(self, given, content):
        """One insert that the unique key decides; ``None`` where the key exists already."""
        values = {
            "correlation_id": str(uuid7(time.time_ns() // 1_000_000)),
            "sha256": sha256(content),
            "size": len(content),
            "attempt": 0,
            "tries": 0,
            "arrived": "no",
            "duplicates": 0,
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
            "create_date": fields.Datetime.now(),
            "write_date": fields.Datetime.now(),
            **{name: value for name, value in given.items() if value not in (None, False)},
        }
        begins = "receive" if values["direction"] == "in" else "submit"
        with tracing.work(begins, tracing.facts(self.env, values), root=not given.get("correlation_id")):
            return self._insert_row(values, content)

    def _insert_row(self, values, content):
        inline = len(content) <= INLINE_BYTES
        if inline:
            values["body"] = psycopg2.Binary(base64.b64encode(content))
        if isinstance(values.get("options"), dict):
            values["options"] = psycopg2.extras.Json(values["options"])
        self.env.cr.execute(
            SQL(
                "INSERT INTO finance_message (%s) VALUES (%s) "
                "ON CONFLICT (connector_id, direction, dedup_key) DO NOTHING RETURNING id",
                SQL(", ").join(SQL.identifier(name) for name in values),
                SQL(", ").join(SQL("%s", value) for value in values.values()),
            ),
            log_exceptions=False,  # a failed statement would be logged with the contents of the message
        )
        row = self.env.cr.fetchone()
        if row is None:
            return None
        message = self.env["finance.message"].browse(row[0])._seed(values)
        self.env["finance.audit"]._note(
            "message.created",
            facts={name: values.get(name) for name in ("direction", "kind", "state", "sha256", "size", "parent_id")},
            **{name: values.get(name) for name in ("company_id", "connector_id", "correlation_id")},
            res_model="finance.message",
            res_id=message.id,
        )
        if not inline:
            attachment = (
                self.env["ir.attachment"]
                .sudo()
                .create(
                    {
                        "name": values["name"],
                        "raw": content,
                        "res_model": message._name,
                        "res_id": message.id,
                        "res_field": "attachment_id",  # read by those only who may read this field
                    }
                )
            )
            message.sudo().attachment_id = attachment
        return message

    @api.model
    def _store(self, connector, kind, content, *, name, dedup_key=None, flow=None, **values):
        """Keep the bytes of an incoming message once.

        :param dedup_key: what makes it the same message; the hash of the bytes where None
        :return: ``(message, True)`` for a new one, ``(the stored one, False)`` for a copy
        """
        content_hash = sha256(content)
        flow = flow or connector._flow(kind, "in")
        values = {
            "name": name,
            "company_id": connector.company_id.id,
            "connector_id": connector.id,
            "flow_id": flow.id,
            "direction": "in",
            "kind": kind,
            "state": "received",
            "dedup_key": dedup_key or content_hash,
            **values,
        }
        message = self._insert(values, content)
        if message is not None:
            return message, True
        known = self._known(connector, values["dedup_key"])
        if known.sha256 == content_hash:
            self._count_copy(known)
            return known, False
        return self._quarantine(known, values, content, content_hash)

    def _count_copy(self, message):
        """Count a copy, unless the message is being worked on right now: whoever brings a copy never waits."""
        with contextlib.suppress(psycopg2.errors.SerializationFailure), self.env.cr.savepoint(flush=False):
            self.env.cr.execute(
                SQL(
                    "UPDATE finance_message SET duplicates = duplicates + 1 WHERE id = "
                    "(SELECT id FROM finance_message WHERE id = %s FOR UPDATE SKIP LOCKED)",
                    message.id,
                ),
                log_exceptions=False,
            )
        message.invalidate_recordset(["duplicates"], flush=False)

    def _known(self, connector, key):
        """The message of this key; only what tells a copy from a conflict is read."""
        return self.env["finance.message"].search_fetch(
            [("connector_id", "=", connector.id), ("direction", "=", "in"), ("dedup_key", "=", key)],
            ["sha256"],
            limit=1,
        )

    def _quarantine(self, known, values, content, content_hash):
        """Same key, other content: kept apart, for a person to compare."""
        key = f"{values['dedup_key']}#{content_hash[:16]}"
        message = self._insert({**values, "dedup_key": key, "state": "quarantined"}, content)
        if message is None:
            return self._known(known.connector_id, key), False
        message._open_case(
            "duplicate.content",
            self.env._(
                "%(key)s came before as “%(name)s”, with other content.", key=values["dedup_key"], name=known.name
            ),
            category="duplicate",
        )
        return message, True

    def _pull(self, flow):
        """Fetch over the network with no transaction open on business rows; each parcel commits alone."""
        taken, copies, headers = 0, 0, {}
        with self.env.registry.cursor() as cr:
            env = self.env(cr=cr)
            connector = flow.connector_id.with_env(env)
            if connector.state != "active":
                return self.env._("The connector is paused.")
            transport = flow.with_env(env)._pull_transport()
        try:
            for parcel in transport.pull():
                with self.env.registry.cursor() as cr:
                    new = self._take(self.env(cr=cr), flow, parcel)
                if parcel.trouble is None:  # what could not be opened stays at its source, too
                    transport.confirm(parcel.remote_id or parcel.name)
                taken, copies, headers = taken + new, copies + (not new), parcel.headers
        except FinanceError as error:
            flow._called(error)
            with self.env.registry.cursor() as cr:
                self._pull_failed(flow.with_env(self.env(cr=cr)), error)
            return str(error)
        flow._called(headers=headers)
        with self.env.registry.cursor() as cr:
            flow = flow.with_env(self.env(cr=cr))
            flow.sudo().last_success = fields.Datetime.now()
            cases = (
                self.env(cr=cr)["finance.exception"]
                .sudo()
                .search([("res_model", "=", "finance.flow"), ("res_id", "=", flow.id), ("state", "=", "open")])
            )
            cases._solve(self.env._("Solved by itself: fetching works again."))
        return self.env._("%(taken)s new, %(copies)s seen before", taken=taken, copies=copies)

    def _take(self, env, flow, parcel):
        flow = flow.with_env(env)
        options = {"format": flow.format_code} if flow.format_code else {}
        if parcel.trouble:
            options[UNOPENED] = True
        message, new = env["finance.intake"]._store(
            flow.connector_id,
            flow.kind,
            parcel.content,
            name=parcel.name,
            flow=flow,
            content_type=parcel.content_type,
            remote_id=parcel.remote_id,
            options=options or None,
            **({"state": "quarantined"} if parcel.trouble else {}),
        )
        if not new and not parcel.trouble:
            self._opened_now(message, parcel)
        if new and (parcel.wire or parcel.trouble):
            keep(message, parcel.wire or parcel)
        if new and parcel.trouble:
            error = parcel.trouble
            message._open_case(error.code, str(error), error.place, category=error.category)
        if new and message.state == "received":
            message._enqueue()
        return new

    def _opened_now(self, message, parcel):
        """The same bytes came again, and the steps take them now: the message need not wait for a person."""
        if message.state == "quarantined" and (message.options or {}).get(UNOPENED):
            keep(message, parcel.wire or parcel)
            message.env["finance.standing"]._decide(message, machine.retry)

    def _pull_failed(self, flow, error):
        flow.env["finance.exception"]._report(
            flow,
            error.code,
            str(error),
            error.place,
            category=error.category,
            connector_id=flow.connector_id.id,
            domain=flow.connector_id.domain,
            owner_id=(flow.owner_id or flow.connector_id.owner_id).id,
        )
        if isinstance(error, AuthError):
            flow.connector_id.sudo()._pause(str(error))

    def _process(self, message, now=False):
        """Process a received message once, inside a savepoint; whatever goes wrong ends in words.

        :param now: a person waits: all of it in this transaction; do not put the message back on the queue
        """
        standings = self.env["finance.standing"]
        message.flush_recordset()
        row = standings._read(message.id)
        if row is None:
            raise RetryableJobError("held by another worker", seconds=10, ignore_retry=True)
        with tracing.work("process", tracing.facts(self.env, row.values), attempt=row.standing.attempt + 1):
            intake = self.with_context(finance_at_once=True) if now else self
            return intake._process_row(message, row, now)

    def _process_row(self, message, row, now):
        standings = self.env["finance.standing"]
        begun = machine.begin(replace(row.standing, next_try_on=None) if now else row.standing, row.now)
        if machine.Call("process") not in begun.do:
            standings._apply(row, begun)
            return self._why(row, begun)
        message._seed(row.values)
        blocker = self._blocked_by(message, row)
        if blocker:
            return self.env._("waits for the case of %s", blocker.name)
        tried = self._try(message, row, begun.standing)
        if tried.error is not None:
            return self._put_off(tried, now)
        if tried.result.get("more"):
            return self._leave_rest(tried)
        step = machine.processed(tried.standing, self._waits(message, tried.before))
        attempt = standings._finished(row, tried.standing.attempt, tried.milliseconds, None)
        values = {"result": psycopg2.extras.Json(tried.result), "result_text": tried.result.get("text")}
        standings._apply(row, step, alongside=attempt, **values)
        return values["result_text"] or self.env._("processed")

    def _try(self, message, row, standing):
        """Process a message inside a savepoint; nothing of the message itself is written yet."""
        started_at = time.monotonic()
        processor = self.env[f"finance.process.{'envelope' if (row.options or {}).get(UNOPENED) else row.kind}"]
        before = processor._cases_before(message) if row.has_cases else {}
        result, error = self._shielded(message, lambda: self._work(message, processor, row))
        milliseconds = int((time.monotonic() - started_at) * 1000)
        return Tried(row, standing, before, result, error, milliseconds)

    def _leave_rest(self, tried):
        """Write that a part is done; the rest is for another job, or for a person who stopped it."""
        stop = tried.result.get("stop")
        standings = self.env["finance.standing"]
        attempt = standings._finished(tried.row, tried.standing.attempt, tried.milliseconds, None)
        values = {"hold_reason": stop} if stop else {}
        step = machine.part_processed(tried.standing, stopped=bool(stop))
        standings._apply(tried.row, step, alongside=attempt, result_text=tried.result["text"], **values)
        return tried.result["text"]

    def _put_off(self, tried, now=False):
        """Write that processing failed, with the case or the next try that follows."""
        row, error = tried.row, tried.error
        self._note_gaps(self.env["finance.message"].browse(row.id), error)
        step = machine.process_failed(tried.standing, row.policy, row.now, error.category, error.retry_after)
        if now:
            step = replace(step, do=tuple(command for command in step.do if not isinstance(command, machine.Wake)))
        standings = self.env["finance.standing"]
        attempt = standings._finished(row, tried.standing.attempt, tried.milliseconds, error)
        standings._apply(row, step, error, alongside=attempt, result_text=str(error))
        return str(error)

    def _work(self, message, processor, row):
        """Nothing is processed by a flow for which not everything is approved."""
        message.flow_id._require_settled()
        with tracing.work("post", tracing.facts(self.env, row.values)):
            return processor.process(message.with_context(finance_processing=message.id)) or {}

    def _note_gaps(self, message, error):
        """Values without mapping are counted, although all else that processing wrote is undone."""
        if isinstance(error, MappingError) and error.gaps:
            self.env["finance.mapping.gap"].sudo()._note(error.kind, error.gaps, message=message)

    @api.model
    def _process_one(self, message_id):
        """Process one message of a batch, on a cursor of its own, for the user who brought it."""
        message = self.env["finance.message"].browse(message_id)
        try:
            return self._process(message)
        except RetryableJobError as busy:
            return str(busy)

    def _shielded(self, message, work):
        """Do ``work`` inside a savepoint: ``(its result, None)``, or ``(None, error)`` with its writes undone."""
        try:
            with self.env.cr.savepoint():
                return work(), None
        except FinanceError as refused:
            return None, refused
        except UserError as refused:  # lock dates, rights, constraints
            error = FinanceError(str(refused), code="odoo.refused")
            error.category = "data"
            return None, error
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # another transaction was faster, or the database went away: all of it runs again
        except Exception as defect:  # whatever it is, the message must not be lost without a case
            _logger.exception("message %s: processing failed", message.id)
            return None, FinanceError(f"{type(defect).__name__}: {defect}", code="job.failed")

    def _waits(self, message, before):
        """Whether cases still hold the message; those not reported again have lost their cause."""
        self._settle_gone(before)
        return message.id in self._held(message.ids)

    def _settle_gone(self, before):
        """Close the cases that were not reported again."""
        settled = [case for case, times in before.items() if case.occurrences == times]
        self.env["finance.exception"].sudo().concat(*settled)._solve(self.env._("Solved by itself: the cause is gone."))

    def _held(self, message_ids):
        """Those of the messages that open cases hold."""
        self.env["finance.exception"].flush_model(["state", "blocking"])
        self.env.cr.execute(
            "SELECT DISTINCT message_id FROM finance_exception"
            " WHERE message_id = ANY(%s) AND state = 'open' AND blocking",
            [message_ids],
        )
        return {message_id for (message_id,) in self.env.cr.fetchall()}

    def _why(self, row, step):
        if step.why == "held":
            return self.env._("held: %s", row.hold_reason or "")
        if step.why == "early":
            return self.env._("not before %s", self.env["finance.gate"]._moment(int(row.standing.next_try_on)))
        return self.env._("nothing to do: %s", row.state)

    def _blocked_by(self, message, row):
        """The earlier message of the flow that a strict flow waits for."""
        if row.blocking != "flow":
            return self.env["finance.message"]
        return self.env["finance.message"].search(
            [
                ("flow_id", "=", row.flow_id),
                ("id", "<", message.id),
                ("state", "in", ("received", "refused", "dead", "quarantined")),
            ],
            limit=1,
        )
