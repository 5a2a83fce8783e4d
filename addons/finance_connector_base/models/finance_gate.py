import random
from datetime import datetime, timezone

from odoo import _, api, fields, models
from odoo.tools import SQL

from ..core import breaker as rules
from ..core import machine

#: Length of a rate's unit in seconds.
UNITS = {"second": 1, "minute": 60, "hour": 3600}
NOW = SQL("(clock_timestamp() AT TIME ZONE 'UTC')")


class FinanceGate(models.Model):
    """What all workers share about one connector's traffic: calls left in the bucket, asked to wait until."""

    _name = "finance.gate"
    _description = "Finance traffic gate"
    _rec_name = "connector_id"

    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="connector_id.company_id")
    tokens = fields.Float(readonly=True, help="Calls that may begin at once.")
    refilled_on = fields.Datetime(readonly=True)
    blocked_until = fields.Datetime(readonly=True, help="The other side asked us to wait until then.")
    blocked_text = fields.Char(readonly=True)

    _connector_uniq = models.UniqueIndex("(connector_id)")

    @api.model
    def _moment(self, seconds):
        """A time by the database's clock as Odoo writes times."""
        return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)

    @api.model
    def _admit(self, row):
        """Let one call through, which spends a token, or say how many seconds to wait.

        Asked by ``core.machine`` within the claim, for the message's connector and operation.
        """
        row.values["closed_by"] = "blocked"
        if row.blocked_until and row.blocked_until > row.now:
            return self._spread(row.blocked_until - row.now)
        row.values["closed_by"] = "breaker"
        verdict = rules.admit(row.breaker, row.now)
        if verdict not in ("pass", "probe"):
            return self._spread(verdict)
        row.values["closed_by"] = "rate"
        if not self._take(row):
            return self._turn(row)
        row.values["closed_by"] = "breaker"
        if verdict == "probe" and not self.env["finance.breaker"]._probe(row.connector_id, row.operation, row):
            return self._spread(self._limits(row).probe)
        return None

    @api.model
    def _reason(self, row):
        """Why ``_admit`` let nothing through, for people."""
        return {
            "blocked": _("Waits: the other side asked us to slow down"),
            "breaker": _("Waits: the line failed several times and is being left alone"),
            "rate": _("Waits its turn: as many calls as allowed are made already"),
        }[row.closed_by]

    def _spread(self, seconds):
        """Those who wait for the same moment do not all come at once."""
        return seconds + random.uniform(0, min(max(seconds, 1) / 4, 30))  # noqa: S311 - no secret

    def _limits(self, row):
        return rules.Limits(
            threshold=row.breaker_failures or 5,
            first_open=row.breaker_seconds or 30,
            longest_open=max((row.breaker_seconds or 30) * 20, 600),
            probe=max((row.timeout_seconds or 30) * 2, 10),
        )

    def _take(self, row, at_once=True):
        """One token and one of the connector's places, by one statement that only one worker can win.

        A second worker that comes at the same moment gets a serialization failure and looks again.
        """
        limit = (row.calls_at_once or 0) if at_once else 0
        calls, seconds = row.rate_calls or 0, UNITS[row.rate_unit or "minute"]
        if not limit and not calls:
            return True
        burst = max(row.rate_burst or 1, 1)
        full = SQL(
            "least(%s, coalesce(g.tokens, %s) + extract(epoch FROM %s - coalesce(g.refilled_on, %s)) * %s)",
            burst,
            burst,
            NOW,
            NOW,
            calls / seconds,
        )
        places = SQL(
            "(%(limit)s = 0 OR %(limit)s > (SELECT count(*) FROM finance_message"
            " WHERE connector_id = %(connector)s AND state = 'sending' AND lease_until > %(now)s))",
            limit=limit,
            connector=row.connector_id,
            now=NOW,
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO finance_gate AS g (connector_id, tokens, refilled_on)
                SELECT %(connector)s, %(burst)s - 1, %(now)s WHERE %(places)s
                ON CONFLICT (connector_id) DO UPDATE SET tokens = %(full)s - 1, refilled_on = %(now)s
                 WHERE (%(calls)s = 0 OR %(full)s >= 1) AND %(places)s
             RETURNING id
                """,
                connector=row.connector_id,
                burst=burst,
                now=NOW,
                places=places,
                full=full,
                calls=calls,
            )
        )
        return bool(self.env.cr.fetchone())

    def _turn(self, row):
        """Seconds until the turn of one more message: behind those that wait already."""
        self.env.cr.execute(
            SQL(
                "SELECT count(*) FROM finance_message WHERE connector_id = %s AND state = 'ready' AND next_try_on > %s",
                row.connector_id,
                NOW,
            )
        )
        before = self.env.cr.fetchone()[0]
        if row.rate_calls:
            return (before + 1) * UNITS[row.rate_unit or "minute"] / row.rate_calls
        return 2 + before / 4  # its places are taken: about as fast as they become free

    @api.model
    def _heard(self, connector_id, operation, ok, known, limits, text=None):
        """Tell the breaker how a call did, on a cursor of its own and only where that changes something.

        :param known: the breaker as it was when the call began; the row decides
        """
        if ok and known == rules.Breaker():
            return
        self.env["finance.deliver"]._own("finance.breaker", "_hear", connector_id, operation, ok, limits, text)

    @api.model
    def _line(self, row, step, operation, error=None):
        """Carry out what a step says about the whole line, after its commit."""
        for command in step.do:
            match command:
                case machine.Note(ok=ok):
                    text = error and str(error)
                    self._heard(row.connector_id, operation, ok, row.breaker, self._limits(row), text)
                case machine.Block(seconds=seconds):
                    self.env["finance.deliver"]._own("finance.gate", "_block", row.connector_id, seconds, str(error))

    @api.model
    def _block(self, connector_id, seconds, text):
        """The other side asked for quiet: the whole connector waits, not only the message that was told."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO finance_gate AS g (connector_id, tokens, refilled_on, blocked_until, blocked_text)
                VALUES (%(connector)s, 0, %(now)s, %(now)s + make_interval(secs => %(seconds)s), %(text)s)
                ON CONFLICT (connector_id) DO UPDATE
                   SET tokens = least(g.tokens, 0), refilled_on = %(now)s, blocked_text = %(text)s,
                       blocked_until = greatest(g.blocked_until, %(now)s + make_interval(secs => %(seconds)s))
                """,
                connector=connector_id,
                now=NOW,
                seconds=seconds,
                text=text,
            )
        )
