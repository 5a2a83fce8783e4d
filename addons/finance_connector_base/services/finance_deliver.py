import base64
import logging
import random
import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

import psycopg2

from odoo import api, models

from .. import tracing
from ..core import machine
from ..core.canonical import sha256
from ..core.errors import DuplicateError, FinanceError, SecurityError, TurnError
from ..core.transport import Parcel, Receipt
from ..wakeup import is_lost

_logger = logging.getLogger(__name__)

#: Answers are kept as evidence, but never without end, except those that work goes on with (``Receipt.whole``).
ANSWER_BYTES = 256 * 1024
#: How often a short transaction is run again when another one was faster. Of 1,900 claims by eight workers for the
#: tokens of one bucket, seven lost six times and none more than nine times.
ROUNDS = 14
#: Longest wait between two of them, in seconds: up to six in all, in which a database may have started again.
LONGEST_WAIT = 0.8


#: Header of a sending after one whose outcome was unknown (SWIFT: possible duplicate emission).
POSSIBLE_DUPLICATE = "X-Possible-Duplicate"


class Done(NamedTuple):
    """How one step of a message ended: words for people, and the machine's reason where nothing was done."""

    words: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything one try needs, as plain values: nothing in here reaches the database."""

    message_id: int
    step: str
    attempt: int
    attempt_id: int
    kind: str
    key: str
    name: str
    content: bytes
    content_type: str | None
    options: dict
    transport: object
    within: float  # seconds after the claim in which the call may begin
    facts: dict  # what log and traces know it by
    intact: bool = True  # the bytes are those that were submitted and released
    begun: float = 0.0  # on this process's steady clock, before the claim
    again: bool = False  # an earlier try may have arrived all the same

    def held_up(self):
        """Whether this worker was stopped for so long after its claim that another may have taken over."""
        return time.monotonic() - self.begun > self.within

    def parcel(self):
        """The same bytes under the same name as ever; a second sending says so beside them."""
        headers = {POSSIBLE_DUPLICATE: "true"} if self.again else {}
        return Parcel(
            self.name, self.content, content_type=self.content_type or "application/octet-stream", headers=headers
        )


class FinanceDeliver(models.AbstractModel):
    """Messages out: intent in the user's transaction, claim, send and confirm each in their own.

    ``core.machine`` decides every step; here it is read, written and carried out. No network call
    happens while a transaction holds business rows. The attempt number is the fence: only the worker
    whose number is still on the message may confirm.
    """

    _name = "finance.deliver"
    _description = "Delivery"

    @api.model
    def _submit(self, connector, kind, content, *, key, name, record=None, flow=None, **values):
        """The intent: message and wake-up job, in the caller's transaction.

        :param key: business key; the same key with the same bytes is the same message
        :raise DuplicateError: the key stands for other bytes already
        """
        self.env["finance.permit"]._adopt(connector)
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
        if not message._wait_for_release():
            message._enqueue(new=True)
        return message

    # transactions of their own

    @api.model
    def _own(self, model, method, *given):
        """Run a short method in a transaction of its own; again where another worker was faster."""
        for round_ in range(ROUNDS):
            try:
                with self.env.registry.cursor() as cr:
                    return getattr(self.env(cr=cr)[model], method)(*given)
            except psycopg2.Error as error:  # a serialization failure, or the connection broke: look again
                if round_ == ROUNDS - 1 or not (isinstance(error, psycopg2.OperationalError) or is_lost(error)):
                    raise
                time.sleep(random.uniform(0, min(0.01 * 2**round_, LONGEST_WAIT)))  # noqa: S311 - no secret

    @api.model
    def _advance(self, message_id):
        """Do the next step of an outgoing message, each in transactions of its own."""
        return self._next(message_id).words

    def _next(self, message_id):
        begun = time.monotonic()
        claimed = self._own(self._name, "_claim", message_id)
        if isinstance(claimed, Done):
            return self._own(self._name, "_follow", message_id) if claimed.why == "follow" else claimed
        delivery = replace(claimed, begun=begun)
        call = self._send if delivery.step == "send" else self._ask
        with tracing.work(delivery.step, delivery.facts, attempt=delivery.attempt):
            called = call(delivery)
        return Done(self._fenced(delivery, *called))

    # claim

    def _claim(self, message_id):
        """Begin the next step under the message's lock.

        :return: a ``Delivery`` for a call to be made after the commit, or ``Done`` saying why there is none
        """
        standings = self.env["finance.standing"]
        row = standings._read(message_id, line=True)
        if row is None:
            return Done(self.env._("gone, or another worker is at it"), "locked")
        with tracing.work("claim", tracing.facts(self.env, row.values)):
            return self._claim_row(row)

    def _claim_row(self, row):
        standings = self.env["finance.standing"]
        if row.state == "ready" and row.stopped:
            words = self.env._("Not sent: emergency stop")
            standings._write(row, row.standing, result_text=words)
            return Done(words, "stopped")
        if row.state in ("ready", "unknown"):
            refusal = self.env["finance.permit"]._refusal(row.environment)
            if refusal:
                words = self.env._("Not sent: %s", refusal)
                if row.result_text != words:
                    standings._write(row, row.standing, result_text=words)
                return Done(refusal, "permit")
            done = self._known_elsewhere(row) if row.state == "ready" and not row.hold else None
            if done:
                return done
        step = self._decided(row)
        if step is None:
            return Done(self.env._("nothing to do: %s", row.state), "state")
        if machine.Call("follow") in step.do:
            return Done("", "follow")
        standings._apply(row, step, **self._words(row, step))
        if step.standing.state == "unknown" and row.values["state"] == "sending":
            standings._close_orphans(row, self.env._("The worker did not come back."))
        call = next((command for command in step.do if isinstance(command, machine.Call)), None)
        if call and call.step == "ask":
            standings._close_orphans(row, self.env._("The worker did not come back."))
        return self._delivery(row, call.step) if call else Done(self._why(row, step), step.why)

    def _known_elsewhere(self, row):
        """What arrived by whatever way is not sent (again); where it is not sure, people look first."""
        message = self.env["finance.message"].browse(row.id)
        told = self.env[f"finance.process.{row.kind}"].sudo()._elsewhere(message)
        if not told:
            return None
        standings = self.env["finance.standing"]
        step = machine.proven(row.standing, row.policy) if told == "arrived" else machine.hold(row.standing)
        if step.why:  # spoken of, although it was never sent
            step, told = machine.hold(row.standing), self.env._("The other side speaks of it before it was sent.")
        words = self.env._("The other side speaks of it: it did arrive.") if told == "arrived" else told
        standings._apply(row, step, result_text=words, **({"hold_reason": words} if step.standing.hold else {}))
        return Done(words, "elsewhere")

    def _decided(self, row):
        """What the machine says about the state the message is in."""
        standing, policy, now = row.standing, row.policy, row.now
        line = {"active": row.connector_state == "active", "admit": lambda: self.env["finance.gate"]._admit(row)}
        match row.state:
            case "ready":
                return machine.claim(standing, policy, now, behind=row.behind, **line)
            case "sending":
                return machine.expire(standing, policy, now)
            case "unknown":
                return machine.ask(standing, policy, now, **line)
            case "sent":
                return machine.follow(standing, now)
        return None

    def _words(self, row, step):
        """What a person reads on the message; nothing where it stays as it is."""
        if step.why == "postponed":
            return {"result_text": self.env["finance.gate"]._reason(row)}
        if step.why == "behind":
            return {"result_text": self.env._("Waits for an earlier message about the same object")}
        if step.why == "again":
            return {"result_text": self.env._("No answer; sent again with the same key")}
        if step.standing.state == "unknown" and row.state == "sending":
            return {"result_text": self.env._("Sent, but no answer came back")}
        return {}

    def _why(self, row, step):
        until = step.standing.next_try_on or step.standing.lease_until
        moment = self.env["finance.gate"]._moment(int(until)) if until else ""
        words = {
            "held": self.env._("held: %s", row.hold_reason or ""),
            "inactive": self.env._("the connector is not active"),
            "unapproved": self.env._("waits for approval"),
            "early": self.env._("not before %s", moment),
            "postponed": self.env._("the line is not free; not before %s", moment),
            "behind": self.env._("waits for an earlier message about the same object"),
            "under_way": self.env._("under way until %s", moment),
            "people": self.env._("people have to decide"),
            "again": self.env._("sent again with the same key"),
            "too_late": self.env._("too late to be sent"),
        }
        if step.why is None:
            return self.env._("outcome unknown; asked about at %s", moment)
        return words.get(step.why) or self.env._("nothing to do: %s", row.state)

    def _delivery(self, row, step):
        """Open the attempt and gather what the call needs."""
        message = self.env["finance.message"].browse(row.id)
        content = base64.b64decode(row.body or b"") if not row.attachment_id else message._raw()
        return Delivery(
            message_id=row.id,
            step=step,
            attempt=row.standing.attempt,
            attempt_id=self.env["finance.standing"]._open_attempt(row, step),
            kind=row.kind,
            key=row.dedup_key,
            name=row.name,
            content=content,
            intact=sha256(content) == row.sha256,
            content_type=row.content_type,
            options=row.options or {},
            transport=self.env[f"finance.process.{row.kind}"]._transport(message),
            within=row.policy.call_within(),
            again=step == "send" and row.standing.attempt > 1 and message._was_doubtful(),
            facts=tracing.facts(self.env, row.values),
        )

    # the calls, with no transaction open

    def _send(self, delivery):
        """Hand the bytes over.

        :return: the event that follows, and what it is about
        """
        try:
            if not delivery.intact:
                raise SecurityError("the bytes are not those that were submitted", code="content.changed")
            if delivery.held_up():
                raise TurnError("held up between claim and call", code="turn.late")
            return "_confirm", self._processor(delivery).send(delivery) or Receipt()
        except FinanceError as error:
            return "_failed", error
        except Exception as defect:  # the request may be out: only asking can tell
            _logger.exception("message %s: sending failed", delivery.message_id)
            return "_failed", self._defect(defect)

    def _ask(self, delivery):
        """Ask the other side by key; where that is not possible, people decide."""
        try:
            receipt = self._processor(delivery).ask(delivery)
        except NotImplementedError as why:
            return "_cannot_ask", str(why)
        except FinanceError as error:
            return "_ask_failed", error
        except Exception as defect:  # still unknown, and a person has to know
            _logger.exception("message %s: asking failed", delivery.message_id)
            return "_ask_failed", self._defect(defect)
        return ("_absent", None) if receipt is None else ("_confirm", receipt)

    def _processor(self, delivery):
        return self.env[f"finance.process.{delivery.kind}"]

    @staticmethod
    def _defect(error):
        return FinanceError(f"{type(error).__name__}: {error}", code="job.failed")

    # what the call led to

    def _fenced(self, delivery, then, value):
        """Keep what a call led to, if its attempt still holds the message; then tell the line."""
        words, row, step = self._own(self._name, "_settled", delivery, then, value)
        error = value if isinstance(value, FinanceError) else None
        self.env["finance.gate"]._line(row, step, delivery.step, error)
        return words

    def _settled(self, delivery, then, value):
        standings = self.env["finance.standing"]
        row = standings._read(delivery.message_id, wait=True)
        step, words, attempt, values = getattr(self, then)(row, delivery, value)
        error = value if isinstance(value, FinanceError) else None
        if step.why == "superseded":
            _logger.warning("message %s: attempt %s was taken over", delivery.message_id, delivery.attempt)
            words, attempt, values, error = self.env._("taken over by another worker"), {}, {}, None
        standings._apply(row, step, error, delivery.attempt_id, attempt, **values)
        return words, row, step

    def _confirm(self, row, delivery, receipt):
        """The other side has it; its answer is kept with the attempt."""
        answer = receipt.content if receipt.whole else receipt.content[:ANSWER_BYTES]
        attempt = {"status": receipt.status}
        if answer:
            attempt |= {"answer": base64.b64encode(answer), "answer_sha256": sha256(receipt.content)}
        step = machine.confirmed(row.standing, delivery.attempt, row.policy)
        values = {"remote_id": receipt.remote_id, "result_text": self.env._("Delivered")}
        return step, self.env._("delivered"), attempt, values

    def _failed(self, row, delivery, error):
        """The protocol decides by the class of the error."""
        step = machine.failed(row.standing, delivery.attempt, row.policy, row.now, error.category, error.retry_after)
        return step, str(error), {}, {"result_text": str(error)}

    def _absent(self, row, delivery, _nothing):
        """The other side surely never got it: it may be sent again, with the same key and bytes."""
        step = machine.absent(row.standing, delivery.attempt, row.policy)
        attempt = {"text": self.env._("The other side does not know this message.")}
        again = step.why == "again"
        words = self.env._("not arrived, ready again") if again else self.env._("not arrived; people have to decide")
        return step, words, attempt, {"result_text": words}

    def _cannot_ask(self, row, delivery, why):
        step = machine.cannot_ask(row.standing, delivery.attempt, row.policy)
        attempt = {"text": why or self.env._("The other side cannot be asked.")}
        words = self.env._("sent again with the same key") if step.why == "again" else None
        return step, words or self.env._("two persons have to decide"), attempt, {}

    def _ask_failed(self, row, delivery, error):
        step = machine.ask_failed(
            row.standing, delivery.attempt, row.policy, row.now, error.category, error.retry_after
        )
        return step, str(error), {}, {}

    # after delivery

    def _follow(self, message_id):
        """What follows in the ledger, in one transaction; safe to run again."""
        standings = self.env["finance.standing"]
        row = standings._read(message_id)
        step = row and machine.follow(row.standing, row.now)
        if not step or not step.do:
            return Done(self.env._("another worker is at it"), "locked")
        message = self.env["finance.message"].browse(message_id)
        with tracing.work("post", tracing.facts(self.env, row.values)):
            _nothing, error = self.env["finance.intake"]._shielded(
                message, lambda: message._processor().delivered(message, message._answer())
            )
        if error is None:
            standings._apply(row, machine.followed(row.standing))
            return Done(self.env._("done"))
        step = machine.process_failed(row.standing, row.policy, row.now, error.category, error.retry_after)
        standings._apply(row, step, error, result_text=str(error))
        return Done(str(error), "failed")

    # sweeper

    @api.model
    def _cron_sweep(self):
        """Wake every message that waits without a live job: the queue may have lost its wake-up.

        The same rule as ``core.machine.due``, as a search, for what nobody has touched for some minutes.
        """
        now = self.env.cr.now()  # the database's clock, as everywhere in the protocol
        idle = now - timedelta(minutes=self.env.company._finance_setting("sweep_minutes", 2))
        refused = self.env["finance.permit"]._refused_environments()
        due = ["|", ("next_try_on", "=", False), ("next_try_on", "<=", now)]
        self.env["finance.message"].search(
            [
                ("connector_id.state", "=", "active"),
                "|",
                ("direction", "=", "in"),
                ("connector_id.environment", "not in", refused),
                ("hold", "=", False),
                ("write_date", "<=", idle),
                "|",
                ("state", "!=", "ready"),
                ("connector_id", "not in", self.env["finance.stop"]._stopped_ids()),
                "|",
                "|",
                *("&", ("state", "in", ("ready", "sent", "received")), *due),
                *("&", ("state", "=", "sending"), "|", ("lease_until", "=", False), ("lease_until", "<=", now)),
                *("&", ("state", "=", "unknown"), ("next_try_on", "<=", now)),
            ]
        )._enqueue()
