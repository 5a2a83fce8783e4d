import base64
import logging
import os
import socket
from dataclasses import dataclass
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.canonical import sha256
from ..core.errors import DuplicateError, FinanceError
from ..core.protocol import after_send_error
from ..core.transport import Parcel, Receipt

_logger = logging.getLogger(__name__)
NODE = f"{socket.gethostname()}:{os.getpid()}"

#: Answers are kept as evidence, but never without end.
ANSWER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything one try needs, as plain values: nothing in here reaches the database."""

    message_id: int
    attempt: int
    attempt_id: int
    kind: str
    key: str
    name: str
    content: bytes
    content_type: str | None
    options: dict
    transport: object

    def parcel(self):
        return Parcel(self.name, self.content, content_type=self.content_type or "application/octet-stream")


class FinanceDeliver(models.AbstractModel):
    """Messages out: intent in the user's transaction, claim, send and confirm each in their own.

    No network call happens while a transaction holds business rows. The attempt number is the
    fence: only the worker whose number is still on the message may confirm.
    """

    _name = "finance.deliver"
    _description = "Delivery"

    @api.model
    def _submit(self, connector, kind, content, *, key, name, record=None, flow=None, **values):
        """The intent: message and wake-up job, in the caller's transaction.

        :param key: business key; the same key with the same bytes is the same message
        :raise DuplicateError: the key stands for other bytes already
        """
        flow = flow or connector._flow(kind, "out")
        message = self.env["finance.intake"]._insert(
            {
                "name": name,
                "company_id": connector.company_id.id,
                "connector_id": connector.id,
                "flow_id": flow.id,
                "direction": "out",
                "kind": kind,
                "state": "ready",
                "dedup_key": key,
                "res_model": record._name if record else None,
                "res_id": record.id if record else None,
                **values,
            },
            content,
        )
        if message is None:
            known = self.env["finance.message"].search(
                [("connector_id", "=", connector.id), ("direction", "=", "out"), ("dedup_key", "=", key)]
            )
            if known.sha256 != sha256(content):
                raise DuplicateError(
                    self.env._("%s was submitted before with other content.", key), code="duplicate.content"
                )
            return known
        message._enqueue()
        return message

    @api.model
    def _advance(self, message_id):
        """Do the next step of an outgoing message, each in transactions of its own."""
        with self.env.registry.cursor() as cr:
            message = self.env(cr=cr)["finance.message"].browse(message_id).exists()
            if not message:
                return self.env._("the message is gone")
            state, due = message.state, message.next_try_on
        if due and due > fields.Datetime.now():
            return self.env._("not before %s", due)
        steps = {"ready": self._send, "sending": self._expire, "unknown": self._ask, "sent": self._follow}
        return steps[state](message_id) if state in steps else self.env._("nothing to do: %s", state)

    # claim, send, confirm

    def _send(self, message_id):
        with self.env.registry.cursor() as cr:
            delivery = self.with_env(self.env(cr=cr))._claim(message_id)
        if isinstance(delivery, str):
            return delivery
        try:
            receipt = self._processor(delivery).send(delivery) or Receipt()
        except FinanceError as error:
            return self._fenced(delivery, "_failed", error)
        except Exception as defect:  # the request may be out: only asking can tell
            _logger.exception("message %s: sending failed", message_id)
            return self._fenced(delivery, "_failed", self._defect(defect))
        return self._fenced(delivery, "_confirm", receipt)

    def _processor(self, delivery):
        return self.env[f"finance.process.{delivery.kind}"]

    @staticmethod
    def _defect(error):
        return FinanceError(f"{type(error).__name__}: {error}", code="job.failed")

    def _claim(self, message_id):
        """Take the message for one try: ``ready → sending``, a new attempt number, a lease.

        :return: a ``Delivery``, or words that say why nothing is sent now
        """
        message = self.env["finance.message"].browse(message_id)
        refusal = self.env["finance.permit"]._refusal(message.connector_id.environment)
        if refusal:
            message.sudo().result_text = self.env._("Not sent: %s", refusal)
            return refusal
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE finance_message m
                   SET state = 'sending', attempt = m.attempt + 1, lease_until = %s, write_date = %s
                  FROM finance_connector c
                 WHERE m.id = %s AND c.id = m.connector_id AND c.state = 'active'
                   AND m.state = 'ready' AND m.hold IS NOT TRUE
                   AND (m.next_try_on IS NULL OR m.next_try_on <= %s)
                   AND (NOT %s OR m.approved_hash = m.sha256)
             RETURNING m.id
                """,
                now + timedelta(seconds=message.flow_id._policy().lease),
                now,
                message_id,
                now,
                bool(message.flow_id.needs_approval),
            )
        )
        if not rows:
            return self._why_not(message)
        message.invalidate_recordset()
        return self._delivery(message, "send")

    def _why_not(self, message):
        if message.connector_id.state != "active":
            return self.env._("the connector is not active")
        if message.hold:
            return self.env._("held: %s", message.hold_reason or "")
        if message.state == "ready" and message.flow_id.needs_approval and message.approved_hash != message.sha256:
            return self.env._("waits for approval")
        return self.env._("nothing to do: %s", message.state)

    def _delivery(self, message, step):
        """Open the attempt and gather what the call needs."""
        attempt = (
            self.env["finance.attempt"]
            .sudo()
            .create(
                {
                    "message_id": message.id,
                    "company_id": message.company_id.id,
                    "connector_id": message.connector_id.id,
                    "number": message.attempt,
                    "step": step,
                    "started_on": fields.Datetime.now(),
                    "node": NODE,
                }
            )
        )
        return Delivery(
            message_id=message.id,
            attempt=message.attempt,
            attempt_id=attempt.id,
            kind=message.kind,
            key=message.dedup_key,
            name=message.name,
            content=message._raw(),
            content_type=message.content_type,
            options=message.options or {},
            transport=message._processor()._transport(message),
        )

    def _fenced(self, delivery, then, value):
        """Run ``then`` in a transaction of its own, if this attempt still holds the message."""
        for last in (False, False, True):
            try:
                with self.env.registry.cursor() as cr:
                    return self.with_env(self.env(cr=cr))._if_mine(delivery, then, value)
            except psycopg2.OperationalError:  # another transaction was faster: look again
                if last:
                    raise

    def _if_mine(self, delivery, then, value):
        attempt = self.env["finance.attempt"].sudo().browse(delivery.attempt_id)
        held = self.env.execute_query(
            SQL(
                "SELECT id FROM finance_message WHERE id = %s AND attempt = %s "
                "AND state IN ('sending', 'unknown') FOR UPDATE",
                delivery.message_id,
                delivery.attempt,
            )
        )
        if not held:
            self._close(attempt, "superseded")
            _logger.warning("message %s: attempt %s was taken over", delivery.message_id, delivery.attempt)
            return self.env._("taken over by another worker")
        return getattr(self, then)(self.env["finance.message"].browse(delivery.message_id), attempt, value)

    def _close(self, attempt, outcome, **values):
        now = fields.Datetime.now()
        elapsed = int((now - attempt.started_on).total_seconds() * 1000)
        attempt.write({"outcome": outcome, "ended_on": now, "milliseconds": elapsed, **values})

    def _confirm(self, message, attempt, receipt):
        """The other side has it; its answer is kept with the attempt."""
        answer = receipt.content[:ANSWER_BYTES]
        self._close(
            attempt,
            "ok",
            status=receipt.status,
            answer=base64.b64encode(answer) if answer else False,
            answer_sha256=sha256(receipt.content) if answer else False,
        )
        message._move(
            "sent",
            remote_id=receipt.remote_id,
            lease_until=False,
            next_try_on=False,
            result_text=self.env._("Delivered"),
        )
        message._solve_cases()
        if message._processor()._follows:
            message._enqueue()
        else:
            message._move("processed")
        return self.env._("delivered")

    def _failed(self, message, attempt, error):
        """Let the protocol decide what becomes of the message."""
        tries = message.tries + 1
        outcome = after_send_error(error.category, tries, message.flow_id._policy(), error.retry_after)
        self._close(
            attempt,
            "unknown" if outcome.state == "unknown" else "failed",
            category=error.category,
            error_code=error.code,
            text=str(error),
        )
        values = {
            "tries": tries if outcome.counts else message.tries,
            "lease_until": False,
            "next_try_on": False,
            "result_text": str(error),
        }
        if outcome.wait is not None:
            values["next_try_on"] = fields.Datetime.now() + timedelta(seconds=outcome.wait)
        message._move(outcome.state, **values)
        if outcome.case:
            message._open_case(error.code, str(error), error.place, category=error.category)
        if outcome.pause:
            message.connector_id.sudo()._pause(str(error))
        if outcome.wait is not None:
            message._enqueue(eta=values["next_try_on"])
        return str(error)

    # unknown outcomes

    def _expire(self, message_id):
        """A lease that ran out means a worker died between send and confirm: the outcome is unknown."""
        with self.env.registry.cursor() as cr:
            message = self.with_env(self.env(cr=cr)).env["finance.message"].browse(message_id)
            if not message.try_lock_for_update() or message.state != "sending":
                return self.env._("another worker is at it")
            if message.lease_until and message.lease_until > fields.Datetime.now():
                message._enqueue(eta=message.lease_until + timedelta(seconds=1))
                return self.env._("under way until %s", message.lease_until)
            for attempt in message.sudo().attempt_ids.filtered(lambda a: a.outcome == "running"):
                self._close(attempt, "unknown", text=self.env._("The worker did not come back."))
            due = fields.Datetime.now() + timedelta(seconds=message.flow_id._policy().quiet)
            message._move(
                "unknown", lease_until=False, next_try_on=due, result_text=self.env._("Sent, but no answer came back")
            )
            message._enqueue(eta=due)
            return self.env._("outcome unknown; asked about at %s", due)

    def _ask(self, message_id):
        """Ask the other side by key; where that is not possible, two persons decide."""
        with self.env.registry.cursor() as cr:
            service = self.with_env(self.env(cr=cr))
            message = service.env["finance.message"].browse(message_id)
            refusal = service.env["finance.permit"]._refusal(message.connector_id.environment)
            if refusal or message.connector_id.state != "active":
                return refusal or self.env._("the connector is not active")
            if not message.try_lock_for_update() or message.state != "unknown":
                return self.env._("another worker is at it")
            message.sudo().attempt += 1
            delivery = service._delivery(message, "ask")
        try:
            receipt = self._processor(delivery).ask(delivery)
        except NotImplementedError:
            return self._fenced(delivery, "_cannot_ask", None)
        except FinanceError as error:
            return self._fenced(delivery, "_ask_failed", error)
        except Exception as defect:  # still unknown, and a person has to know
            _logger.exception("message %s: asking failed", message_id)
            return self._fenced(delivery, "_ask_failed", self._defect(defect))
        return self._fenced(delivery, "_confirm" if receipt is not None else "_absent", receipt)

    def _absent(self, message, attempt, _receipt):
        """The other side surely never got it: it may be sent again, with the same key and bytes."""
        self._close(attempt, "ok", text=self.env._("The other side does not know this message."))
        message._move("ready", next_try_on=False, result_text=self.env._("Not arrived; sent again with the same key"))
        message._enqueue()
        return self.env._("not arrived, ready again")

    def _cannot_ask(self, message, attempt, _nothing):
        self._close(attempt, "unknown", text=self.env._("The other side cannot be asked."))
        message.sudo().next_try_on = False
        message._open_case(
            "outcome.unknown",
            self.env._("“%s” was sent, no answer came back, and the other side cannot be asked.", message.name),
            category="outcome_unknown",
        )
        return self.env._("two persons have to decide")

    def _ask_failed(self, message, attempt, error):
        self._close(attempt, "failed", category=error.category, error_code=error.code, text=str(error))
        tries = message.tries + 1
        policy = message.flow_id._policy()
        due = fields.Datetime.now() + timedelta(seconds=error.retry_after or policy.wait(tries))
        message.sudo().write({"tries": tries, "next_try_on": due})
        if tries >= policy.max_tries or error.category != "transient":
            message._open_case("outcome.unknown", str(error), error.place, category="outcome_unknown")
        message._enqueue(eta=due)
        return str(error)

    # after delivery

    def _follow(self, message_id):
        """What follows in the ledger, in the job's own transaction; safe to run again."""
        message = self.env["finance.message"].browse(message_id)
        if not message.try_lock_for_update() or message.state != "sent":
            return self.env._("another worker is at it")
        attempt = message.sudo().attempt_ids.filtered(lambda a: a.outcome == "ok" and a.answer_sha256)[:1]
        answer = base64.b64decode(attempt.with_context(bin_size=False).answer or b"")
        try:
            with self.env.cr.savepoint():
                message._processor().delivered(message, answer)
                self.env.flush_all()
        except FinanceError as error:
            message.sudo().result_text = str(error)
            message._open_case(error.code, str(error), error.place, category=error.category)
            return str(error)
        message._solve_cases()
        message._move("processed")
        return self.env._("done")

    # sweeper

    @api.model
    def _cron_sweep(self):
        """Wake every message that waits without a live job: the queue may have lost its wake-up."""
        now = fields.Datetime.now()
        idle = now - timedelta(minutes=self.env.company._finance_setting("sweep_minutes", 5))
        waiting = self.env["finance.message"].search(
            [
                ("connector_id.state", "=", "active"),
                ("hold", "=", False),
                "|",
                "&",
                ("state", "in", ("ready", "sent", "received")),
                ("write_date", "<=", idle),
                "&",
                ("state", "in", ("sending", "unknown")),
                ("write_date", "<=", idle),
                "|",
                ("next_try_on", "=", False),
                ("next_try_on", "<=", now),
            ]
        )
        asked = (
            self.env["finance.exception"]
            .search([("message_id", "in", waiting.ids), ("code", "=", "outcome.unknown"), ("state", "=", "open")])
            .message_id
        )
        (waiting - asked)._enqueue()
