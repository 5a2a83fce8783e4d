from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..core import quota as rules
from .finance_gate import NOW


class FinanceQuota(models.Model):
    """A budget of calls that the other side grants, say four a day for each account; spent by plan."""

    _name = "finance.quota"
    _description = "Finance call budget"
    _rec_name = "operation"
    _order = "connector_id, operation, scope"

    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    operation = fields.Char(required=True, default="pull", help="What is counted: pull, or a provider's own call.")
    scope = fields.Char(default="", help="What it is counted for, e.g. an account; empty for the whole connector.")
    period = fields.Selection(
        [("minute", "Minute"), ("hour", "Hour"), ("day", "Day"), ("month", "30 days")], required=True, default="day"
    )
    limit_calls = fields.Integer(required=True, default=4, string="Calls allowed")
    spread = fields.Boolean(
        default=True, string="Spend by plan", help="Scheduled calls are spread over the period, so that it lasts."
    )
    used = fields.Integer(readonly=True, string="Calls used")
    since = fields.Datetime(readonly=True, string="Period began")
    learned_on = fields.Datetime(readonly=True, help="When the other side last told how many calls are left.")

    _scope_uniq = models.UniqueIndex("(connector_id, operation, (coalesce(scope, '')), period)")

    @api.constrains("limit_calls")
    def _check_limit(self):
        if any(quota.limit_calls < 1 for quota in self):
            raise ValidationError(_("A budget allows at least one call."))

    @api.model
    def _reserve(self, connector, operation, scope="", calls=1, planned=True):
        """Spend calls of every budget that counts this operation, or none of them.

        :param planned: by schedule, so by plan; a person who asks may use up what is left
        :return: ``None``, or ``(seconds to wait, words)`` where a budget does not allow it now
        """
        found = self._locked(connector, operation, scope)
        for record, quota, now in found:
            wait = rules.wait(quota, now, planned)
            if wait is not None:
                return wait, record._words(quota, wait)
        for record, quota, now in found:
            record._keep(rules.spent(quota, now, calls))
        return None

    @api.model
    def _learn(self, connector, operation, headers, scope=""):
        """Take over what the other side says is left."""
        for record, quota, now in self._locked(connector, operation, scope):
            new = rules.learned(rules.current(quota, now), headers, now)
            if new != quota:
                record._keep(new)
                record.sudo().learned_on = self.env["finance.gate"]._moment(int(now))

    def _locked(self, connector, operation, scope):
        """The budgets for this call under their locks, with the time by the database's clock."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id, limit_calls, period, used, spread,
                       extract(epoch FROM coalesce(since, %(now)s) AT TIME ZONE 'UTC')::float,
                       extract(epoch FROM clock_timestamp())::float
                  FROM finance_quota
                 WHERE connector_id = %(connector)s AND operation = %(operation)s
                   AND coalesce(scope, '') IN ('', %(scope)s)
                 ORDER BY id FOR UPDATE
                """,
                now=NOW,
                connector=connector.id,
                operation=operation,
                scope=scope or "",
            )
        )
        return [
            (self.browse(row_id), rules.Quota(limit, rules.PERIODS[period], since, used or 0, spread is not False), now)
            for row_id, limit, period, used, spread, since, now in self.env.cr.fetchall()
        ]

    def _left(self):
        """Calls left in the period that runs now."""
        now = fields.Datetime.now()
        began = (self.since or now) - now
        quota = rules.Quota(self.limit_calls, rules.PERIODS[self.period], began.total_seconds(), self.used)
        return self.limit_calls - rules.current(quota, 0).used

    def _keep(self, quota):
        since = self.env["finance.gate"]._moment(int(quota.since))
        self.sudo().write({"used": quota.used, "since": since, "limit_calls": quota.limit})

    def _words(self, quota, wait):
        return _(
            "%(used)s of %(limit)s calls are used (%(operation)s %(scope)s); the next is planned in %(minutes)s min",
            used=quota.used,
            limit=quota.limit,
            operation=self.operation,
            scope=self.scope or "",
            minutes=int(wait // 60) + 1,
        )
