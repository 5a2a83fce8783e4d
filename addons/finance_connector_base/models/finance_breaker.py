from odoo import _, api, fields, models
from odoo.tools import SQL

from ..core import breaker as rules
from ..core.errors import FinanceError
from .finance_gate import NOW, UNITS


class FinanceBreaker(models.Model):
    """One line of a connector: after failures in a row it is left alone, then probed by a single call."""

    _name = "finance.breaker"
    _description = "Finance breaker"
    _rec_name = "operation"

    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    operation = fields.Char(required=True, readonly=True, help="What is called: send, ask, pull, or a provider's own.")
    state = fields.Selection(
        [("closed", "Working"), ("open", "Left alone"), ("half_open", "Being probed")],
        default="closed",
        required=True,
        readonly=True,
    )
    failures = fields.Integer(readonly=True, string="Failures in a row")
    open_seconds = fields.Integer(readonly=True, string="Left alone for (seconds)")
    until = fields.Datetime(readonly=True, string="Next probe")
    opened_on = fields.Datetime(readonly=True)
    text = fields.Char(readonly=True, string="Last failure")

    _line_uniq = models.UniqueIndex("(connector_id, operation)")

    @api.model
    def _probe(self, connector_id, operation, row):
        """Whether this worker is the one that may probe."""
        self.env.cr.execute(
            SQL(
                "UPDATE finance_breaker SET state = 'half_open', until = %(now)s + make_interval(secs => %(secs)s)"
                " WHERE connector_id = %(connector)s AND operation = %(operation)s AND state <> 'closed'"
                " AND (until IS NULL OR until <= %(now)s) RETURNING id",
                now=NOW,
                secs=self.env["finance.gate"]._limits(row).probe,
                connector=connector_id,
                operation=operation,
            )
        )
        return bool(self.env.cr.fetchone())

    @api.model
    def _hear(self, connector_id, operation, ok, limits, text):
        """Move the row by the rules, under its lock; tell the owner when it opens, and when all is well again."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "INSERT INTO finance_breaker (connector_id, company_id, operation, state, failures, open_seconds)"
                " SELECT id, company_id, %s, 'closed', 0, 0 FROM finance_connector WHERE id = %s"
                " ON CONFLICT (connector_id, operation) DO NOTHING",
                operation,
                connector_id,
            )
        )
        self.env.cr.execute(
            SQL(
                "SELECT id, state, failures, open_seconds, extract(epoch FROM until AT TIME ZONE 'UTC')::float,"
                " extract(epoch FROM clock_timestamp())::float"
                " FROM finance_breaker WHERE connector_id = %s AND operation = %s FOR UPDATE",
                connector_id,
                operation,
            )
        )
        record_id, state, failures, open_seconds, until, now = self.env.cr.fetchone()
        old = rules.Breaker(state, failures, open_seconds, until)
        new = rules.after(old, ok, now, limits)
        if new is old:
            return
        moment = self.env["finance.gate"]._moment
        values = {
            "state": new.state,
            "failures": new.failures,
            "open_seconds": new.open_seconds,
            "until": new.until and moment(int(new.until)),
            "text": False if ok else text,
        }
        if new.state == "open" and old.state == "closed":
            values["opened_on"] = moment(int(now))
        record = self.browse(record_id).sudo()
        record.invalidate_recordset(flush=False)
        record.write(values)
        if new.state == "open":
            record._report_open()
        elif old.state != "closed":
            record._report_closed()

    def _report_open(self):
        connector = self.connector_id
        self.env["finance.exception"]._report(
            connector,
            "line.down",
            _(
                "%(failures)s calls in a row (%(operation)s) failed, the last one with: %(text)s",
                failures=self.failures,
                operation=self.operation,
                text=self.text or "",
            ),
            self.operation,
            category="transient",
            connector_id=connector.id,
            domain=connector.domain,
            owner_id=connector.owner_id.id,
            blocking=False,
        )

    def _report_closed(self):
        self.env["finance.exception"].sudo().search(
            [
                ("res_model", "=", "finance.connector"),
                ("res_id", "=", self.connector_id.id),
                ("code", "=", "line.down"),
                ("place", "=", self.operation),
                ("state", "=", "open"),
            ]
        )._solve(_("Solved by itself: the line works again."))

    @api.model
    def _guard(self, connector, operation):
        """For calls that are no messages: claim the line, within a transaction of the caller's own.

        :return: seconds to wait, or ``None`` where the call may begin; then tell ``_guarded`` its result
        """
        row = self._guard_row(connector, operation)
        verdict = rules.admit(row.breaker, row.now)
        if row.blocked_until and row.blocked_until > row.now:
            return row.blocked_until - row.now
        if verdict not in ("pass", "probe"):
            return verdict
        if not self.env["finance.gate"]._take(row, at_once=False):
            return UNITS[row.rate_unit or "minute"] / (row.rate_calls or 1)
        if verdict == "probe" and not self._probe(connector.id, operation, row):
            return self.env["finance.gate"]._limits(row).probe
        return None

    @api.model
    def _guarded(self, connector, operation, error=None):
        """What became of a guarded call, on cursors of its own."""
        gate = self.env["finance.gate"]
        row = self._guard_row(connector, operation)
        category = error.category if isinstance(error, FinanceError) else None
        if category == "rate_limited":
            seconds = error.retry_after or 60
            self.env["finance.deliver"]._own("finance.gate", "_block", connector.id, seconds, str(error))
        elif category != "turn":
            ok = category not in ("transient", "outcome_unknown")
            gate._heard(connector.id, operation, ok, row.breaker, gate._limits(row), error and str(error))

    def _guard_row(self, connector, operation):
        """A connector's traffic, in the shape in which a message's row has it."""
        connector.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                SELECT c.id AS connector_id, c.timeout_seconds, c.calls_at_once, c.rate_calls, c.rate_unit,
                       c.rate_burst, c.breaker_failures, c.breaker_seconds, b.state AS breaker_state, b.failures,
                       b.open_seconds, extract(epoch FROM b.until AT TIME ZONE 'UTC')::float AS breaker_until,
                       extract(epoch FROM g.blocked_until AT TIME ZONE 'UTC')::float AS blocked_until,
                       extract(epoch FROM clock_timestamp())::float AS now
                  FROM finance_connector c
             LEFT JOIN finance_gate g ON g.connector_id = c.id
             LEFT JOIN finance_breaker b ON b.connector_id = c.id AND b.operation = %s
                 WHERE c.id = %s
                """,
                operation,
                connector.id,
            )
        )
        return self.env["finance.standing"]._row(self.env.cr.dictfetchone())

    def action_reset(self):
        """Try the line at once: the breaker closes, and what waited is woken."""
        self.connector_id._check_operator()
        self.sudo().write({"state": "closed", "failures": 0, "open_seconds": 0, "until": False, "text": False})
        for breaker in self.sudo():
            breaker._report_closed()
        self.connector_id._let_go()
