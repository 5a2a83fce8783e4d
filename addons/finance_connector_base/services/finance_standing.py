import math
from dataclasses import dataclass
from dataclasses import fields as columns_of

from odoo import api, models
from odoo.tools import SQL

from .. import server
from ..core import machine
from ..core.breaker import Breaker
from ..core.machine import Standing
from ..core.masking import accounts_masked
from ..core.protocol import FINAL, Policy

#: What the protocol decides by, and what a call needs, in one query; times are seconds by the database's clock.
READ = """
    SELECT m.id, m.direction, m.state, m.attempt, m.tries, coalesce(m.arrived, 'no') AS arrived, m.hold IS TRUE AS hold,
           m.hold_reason, m.result_text,
           extract(epoch FROM m.lease_until AT TIME ZONE 'UTC')::float AS lease_until,
           extract(epoch FROM m.next_try_on AT TIME ZONE 'UTC')::float AS next_try_on,
           extract(epoch FROM m.create_date AT TIME ZONE 'UTC')::float AS born,
           f.needs_approval IS NOT TRUE OR m.approved_hash = m.sha256 AS approved,
           m.name, m.kind, m.dedup_key, m.content_type, m.options, m.body, m.attachment_id, m.sha256, m.size,
           m.correlation_id, m.company_id, m.flow_id, m.connector_id, m.create_uid,
           c.state AS connector_state, c.environment, c.transport, c.timeout_seconds,
           c.calls_at_once, c.rate_calls, c.rate_unit, c.rate_burst, c.breaker_failures, c.breaker_seconds,
           f.max_tries, f.first_wait_seconds, f.factor, f.longest_wait_seconds, f.quiet_seconds, f.lease_seconds,
           f.give_up_hours, f.can_ask, f.resend, f.moves_money, f.blocking, f.drain_messages,
           b.state AS breaker_state, b.failures, b.open_seconds,
           extract(epoch FROM b.until AT TIME ZONE 'UTC')::float AS breaker_until,
           extract(epoch FROM g.blocked_until AT TIME ZONE 'UTC')::float AS blocked_until,
           EXISTS (SELECT FROM finance_stop s WHERE s.state = 'active' AND CASE s.scope
                    WHEN 'connector' THEN s.connector_id = m.connector_id
                    WHEN 'company' THEN s.company_id = m.company_id ELSE TRUE END) AS stopped,
           EXISTS (SELECT FROM finance_exception e WHERE e.message_id = m.id AND e.state = 'open') AS has_cases,
           CASE WHEN f.keeps_order AND m.state = 'ready' THEN
                (SELECT max(CASE WHEN p.state IN ('dead', 'refused') THEN 'infinity'::float
                                 ELSE coalesce(extract(epoch FROM p.next_try_on AT TIME ZONE 'UTC'), 0)::float END)
                   FROM finance_message p
                  WHERE p.res_model = m.res_model AND p.res_id = m.res_id AND p.flow_id = m.flow_id AND p.id < m.id
                    AND p.state NOT IN ('sent', 'processed', 'cancelled')
                    AND (f.blocking <> 'none' OR p.state NOT IN ('dead', 'refused'))) END AS behind,
           extract(epoch FROM clock_timestamp())::float AS now
      FROM finance_message m
      JOIN finance_connector c ON c.id = m.connector_id
 LEFT JOIN finance_flow f ON f.id = m.flow_id
 LEFT JOIN finance_gate g ON g.connector_id = m.connector_id
 LEFT JOIN finance_breaker b ON b.connector_id = m.connector_id
       AND b.operation = CASE m.state WHEN 'unknown' THEN 'ask' ELSE 'send' END
     WHERE m.id = ANY(%s)
"""
#: Advisory lock that claims share, and that is taken alone to stop or pause connectors.
LINES = 0x46494E4C
STANDING = [column.name for column in columns_of(Standing)]
#: Columns of the standing that hold a time.
TIMES = ("lease_until", "next_try_on")


@dataclass(slots=True)
class Row:
    """One message as the protocol sees it, read under its lock."""

    values: dict
    standing: Standing
    policy: Policy

    def __getattr__(self, name):
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def breaker(self):
        if not self.breaker_state:
            return Breaker()
        return Breaker(self.breaker_state, self.failures, self.open_seconds, self.breaker_until)

    @property
    def operation(self):
        return "ask" if self.standing.state == "unknown" else "send"


class FinanceStanding(models.AbstractModel):
    """Reads where a message stands and writes what ``core.machine`` decides; it decides nothing itself."""

    _name = "finance.standing"
    _description = "Standing of a message"

    @api.model
    def _read(self, message_id, wait=False, line=False):
        """The message under a lock; ``None`` where it is gone or another worker holds it.

        :param wait: wait for the lock instead of leaving the message to its holder
        :param line: share the connector's row too. Who stops or pauses it waits for this claim, and a claim
            that read it before finds it changed (a serialization failure) and looks again
        """
        lock = SQL("FOR NO KEY UPDATE OF m" if wait else "FOR NO KEY UPDATE OF m SKIP LOCKED")
        if line:
            lock = SQL("AND (SELECT pg_advisory_xact_lock_shared(%s)) IS NOT NULL %s FOR SHARE OF c", LINES, lock)
        rows = self._rows([message_id], lock)
        return rows[0] if rows else None

    @api.model
    def _rows(self, message_ids, lock):
        self.env.cr.execute(SQL("%s %s", SQL(READ, message_ids), lock))
        return [
            Row(values, Standing(**{name: values[name] for name in STANDING}), self._policy(values))
            for values in self.env.cr.dictfetchall()
        ]

    @api.model
    def _shut(self, connectors):
        """Keep claims off these connectors until this transaction ends; then they look again.

        Row locks that are shared without end would let who waits for the row starve; behind who waits
        for this lock everybody queues.
        """
        if connectors:
            self.env.cr.execute(SQL("SELECT pg_advisory_xact_lock(%s)", LINES))
            self.env.cr.execute(
                SQL("UPDATE finance_connector SET write_date = write_date WHERE id IN %s", tuple(connectors.ids))
            )

    @api.model
    def _row(self, values):
        """A row that is no message: what the gate needs to know of a connector."""
        return Row(values, None, None)

    def _policy(self, values):
        timeout = values["timeout_seconds"] or 30
        shared = {
            "deadline": timeout,
            "lease": max(values["lease_seconds"] or timeout * 2, 10),
            "follows": self.env[f"finance.process.{values['kind']}"]._follows_over(values["transport"]),
        }
        if not values["flow_id"]:
            return Policy(**shared)
        return Policy(
            max_tries=values["max_tries"],
            first_wait=values["first_wait_seconds"],
            factor=values["factor"],
            longest_wait=values["longest_wait_seconds"],
            quiet=values["quiet_seconds"],
            give_up=int((values["give_up_hours"] or 0) * 3600),
            can_ask=values["can_ask"] is not False,
            resend=values["resend"] or "absent",
            money=bool(values["moves_money"]),
            **shared,
        )

    @api.model
    def _write(self, row, standing, alongside=None, **values):
        """Write what is new in ``standing``, and other columns of the message, in one statement.

        :param alongside: a further statement to be run with it
        """
        old = row.standing
        for name in STANDING:
            new = getattr(standing, name)
            if new != getattr(old, name):
                values[name] = new
        if standing.state in FINAL and old.state not in FINAL:
            values["done_on"] = SQL("(statement_timestamp() AT TIME ZONE 'UTC')")
        sets = [SQL("%s = %s", SQL.identifier(name), self._value(name, value)) for name, value in values.items()]
        sets.append(SQL("write_date = (statement_timestamp() AT TIME ZONE 'UTC'), write_uid = %s", self.env.uid))
        update = SQL("UPDATE finance_message SET %s WHERE id = %s", SQL(", ").join(sets), row.id)
        self.env.cr.execute(SQL("WITH other AS (%s) %s", alongside, update) if alongside else update)
        self._note(old, standing, row)
        row.standing = standing
        self.env["finance.message"].browse(row.id).invalidate_recordset(flush=False)

    def _note(self, old, new, row):
        """The new state, or that it is held or let go, as an event of the audit trail."""
        if new.state == old.state and new.hold == old.hold:
            return
        what = new.state if new.state != old.state else "held" if new.hold else "released"
        self.env["finance.audit"]._note(
            f"message.{what}",
            facts={"from": old.state, "to": new.state, "attempt": new.attempt, "sha256": row.sha256},
            company_id=row.company_id,
            connector_id=row.connector_id,
            correlation_id=row.correlation_id,
            res_model="finance.message",
            res_id=row.id,
        )

    def _value(self, name, value):
        if name in TIMES and value is not None:
            return SQL("to_timestamp(%s) AT TIME ZONE 'UTC'", value)
        return value

    @api.model
    def _apply(self, row, step, error=None, attempt_id=None, attempt=None, alongside=None, **values):
        """Write a step and carry out its commands, but for the calls and what concerns the whole line.

        :param error: the ``FinanceError`` behind the step; a case tells it
        :param attempt: more columns of the attempt that ends
        """
        self._write(row, step.standing, alongside, **values)
        message = self.env["finance.message"].browse(row.id)
        for command in step.do:
            match command:
                case machine.Close(outcome=outcome):
                    self._close(attempt_id, outcome, error, **(attempt or {}))
                case machine.Wake(after=seconds):
                    message._enqueue(eta=self._eta(row, seconds))
                case machine.Case(code=code):
                    self._open_case(row, message, code, error)
                case machine.Solve():
                    if row.has_cases:
                        message._solve_cases()
                case machine.Pause():
                    message.connector_id.sudo()._pause(str(error))

    def _eta(self, row, seconds):
        """When to wake, as the queue understands it; a moment later than what the row says."""
        return self.env["finance.gate"]._moment(math.ceil(row.now + seconds)) if seconds > 0 else None

    def _open_case(self, row, message, code, error):
        words = {
            "outcome.unknown": self.env._(
                "“%s” was sent, no answer came back, and it is not known whether it was carried out.", row.name
            ),
            "outcome.absent": self.env._(
                "“%s” was sent, but the other side says it never came. Its flow sends nothing a second time by itself.",
                row.name,
            ),
            "message.too_late": self.env._("“%s” could not be sent in time.", row.name),
        }
        text = words.get(code) or str(error)
        if code and error is not None:
            text = f"{text}\n{error}"
        category = "outcome_unknown" if code else error.category
        message._open_case(code or error.code, text, error and error.place, category=category)

    @api.model
    def _open_attempt(self, row, step):
        """A row for the try that begins now; its number is the fence."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO finance_attempt
                       (message_id, company_id, connector_id, number, step, outcome, node, started_on, create_date)
                VALUES (%s, %s, %s, %s, %s, 'running', %s,
                        statement_timestamp() AT TIME ZONE 'UTC', statement_timestamp() AT TIME ZONE 'UTC')
                RETURNING id
                """,
                row.id,
                row.company_id,
                row.connector_id,
                row.standing.attempt,
                step,
                server.node(),
            )
        )
        return self.env.cr.fetchone()[0]

    def _close(self, attempt_id, outcome, error=None, **values):
        """End one attempt, or all that are still open where none is named (their worker is gone)."""
        if error is not None:
            text = accounts_masked(str(error))
            values = {"category": error.category, "error_code": error.code, "text": text, **values}
        sets = [SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()]
        which = SQL("id = %s", attempt_id) if attempt_id else SQL("FALSE")
        self.env.cr.execute(
            SQL(
                """
                UPDATE finance_attempt
                   SET outcome = %s, ended_on = statement_timestamp() AT TIME ZONE 'UTC',
                       milliseconds = extract(epoch FROM statement_timestamp() AT TIME ZONE 'UTC' - started_on) * 1000
                       %s
                 WHERE %s
                """,
                outcome,
                SQL(", %s", SQL(", ").join(sets)) if sets else SQL(),
                which,
            )
        )
        self.env["finance.attempt"].browse(attempt_id or []).invalidate_recordset(flush=False)

    @api.model
    def _finished(self, row, number, milliseconds, error):
        """The statement that keeps a finished try to process a message."""
        now = SQL("(statement_timestamp() AT TIME ZONE 'UTC')")
        return SQL(
            """
            INSERT INTO finance_attempt
                   (message_id, company_id, connector_id, number, step, outcome, category, error_code, text,
                    milliseconds, node, ended_on, started_on, create_date)
            VALUES (%(message)s, %(company)s, %(connector)s, %(number)s, 'process', %(outcome)s,
                    %(category)s, %(code)s, %(text)s, %(ms)s, %(node)s, %(now)s,
                    %(now)s - make_interval(secs => %(ms)s / 1000.0), %(now)s)
            """,
            message=row.id,
            company=row.company_id,
            connector=row.connector_id,
            number=number,
            outcome="failed" if error else "ok",
            category=error.category if error else None,
            code=error.code if error else None,
            text=accounts_masked(str(error)) if error else None,
            ms=milliseconds,
            node=server.node(),
            now=now,
        )

    @api.model
    def _close_orphans(self, row, text):
        """The attempts of a worker that did not come back."""
        self.env.cr.execute("SELECT id FROM finance_attempt WHERE message_id = %s AND outcome = 'running'", [row.id])
        for (attempt_id,) in self.env.cr.fetchall():
            self._close(attempt_id, "unknown", text=text)

    @api.model
    def _decide(self, message, event, *given, **values):
        """Apply an event that people cause; the reason is returned where the protocol refuses it.

        :param event: a function of ``core.machine`` that takes the standing first
        :param values: more columns of the message, written with it
        """
        message.flush_recordset()
        row = self._read(message.id, wait=True)
        step = event(row.standing, *(row.policy if one is Policy else one for one in given))
        if step.why:
            return step.why
        self._apply(row, step, **values)
        return None

    @api.model
    def _settle(self, message, verdict, persons):
        """People say what became of a message whose outcome is unknown."""
        return self._decide(message, machine.settle, verdict, persons, Policy)

    @api.model
    def _prove(self, message):
        """What the other side says elsewhere settles an unknown outcome: the message did arrive."""
        return self._decide(message, machine.proven, Policy)

    @api.model
    def _replay(self, message, requested_by, approved_by, options):
        """People have an incoming message processed anew, with other options."""
        return self._decide(message, machine.replay, requested_by, approved_by, Policy, options=options)

    @api.model
    def _release(self, message, requested_by=None, approved_by=None):
        """Let a held message go on; where money moves two different people are needed."""
        return self._decide(message, machine.release, requested_by, approved_by, Policy, hold_reason=None)
