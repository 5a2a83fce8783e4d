from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.latency import BOUNDS

#: Rows of hours long past go; what is wanted for longer is in the figures over time.
KEEP_DAYS = 90
#: The first time so many hours are summed.
FIRST_HOURS = 24


class FinanceTraffic(models.Model):
    """What went over one flow in one hour, summed: messages, tries, failures, and how long messages took.

    Rows of the running hour and the one before are summed anew every few minutes; older ones stay.
    """

    _name = "finance.traffic"
    _description = "Traffic of an hour"
    _order = "hour desc, connector_id, flow_id"
    _rec_name = "hour"

    hour = fields.Datetime(required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    connector_id = fields.Many2one("finance.connector", required=True, readonly=True, index=True, ondelete="cascade")
    flow_id = fields.Many2one("finance.flow", readonly=True, index="btree_not_null", ondelete="cascade")
    arrived = fields.Integer(readonly=True, help="Messages stored.")
    done = fields.Integer(readonly=True, help="Messages processed or cancelled.")
    tries = fields.Integer(readonly=True, help="Tries that ended.")
    failures = fields.Integer(readonly=True, help="Tries that failed, or whose outcome is not known.")
    retries = fields.Integer(readonly=True, help="Tries that were not the first of their message.")
    waits = fields.Json(readonly=True, help="Messages done, by how long they took from stored to done.")
    summed_on = fields.Datetime(readonly=True)

    _hour_uniq = models.UniqueIndex("(hour, connector_id, (coalesce(flow_id, 0)))")

    @api.model
    def _cron_sum(self):
        """Sum what happened since the hour before the last one summed."""
        hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        last = self.search([], order="hour desc", limit=1).hour
        since = max(last - timedelta(hours=1), hour - timedelta(days=KEEP_DAYS)) if last else None
        self._sum(since or hour - timedelta(hours=FIRST_HOURS))

    @api.model
    def _sum(self, since):
        """Sum all hours from ``since`` on anew, in three passes over indexes of time."""
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM finance_traffic WHERE hour >= %s", since))
        classes = SQL(", ").join(
            SQL("count(*) FILTER (WHERE class = %s)", number) for number in range(len(BOUNDS) + 1)
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO finance_traffic (hour, company_id, connector_id, flow_id, arrived, done, tries, failures,
                                             retries, waits, summed_on)
                SELECT hour, company_id, connector_id, flow_id, sum(arrived), sum(done), sum(tries), sum(failures),
                       sum(retries), (array_agg(waits) FILTER (WHERE waits IS NOT NULL))[1], now() AT TIME ZONE 'UTC'
                  FROM (
                    SELECT date_trunc('hour', create_date) AS hour, company_id, connector_id, flow_id,
                           count(*) AS arrived, 0 AS done, 0 AS tries, 0 AS failures, 0 AS retries, NULL::jsonb AS waits
                      FROM finance_message WHERE create_date >= %(since)s GROUP BY 1, 2, 3, 4
                    UNION ALL
                    SELECT hour, company_id, connector_id, flow_id, 0, count(*), 0, 0, 0, to_jsonb(ARRAY[%(classes)s])
                      FROM (SELECT date_trunc('hour', done_on) AS hour, company_id, connector_id, flow_id,
                                   width_bucket(extract(epoch FROM done_on - create_date)::float - 0.000001,
                                                %(bounds)s::float[]) AS class
                              FROM finance_message
                             WHERE done_on >= %(since)s AND erased_on IS NULL AND done_on IS NOT NULL
                               AND company_id IN (SELECT id FROM res_company)) done_messages
                     GROUP BY 1, 2, 3, 4
                    UNION ALL
                    SELECT date_trunc('hour', a.ended_on), m.company_id, m.connector_id, m.flow_id, 0, 0, count(*),
                           count(*) FILTER (WHERE a.outcome IN ('failed', 'unknown')),
                           count(*) FILTER (WHERE a.number > 1), NULL
                      FROM finance_attempt a JOIN finance_message m ON m.id = a.message_id
                     WHERE a.ended_on >= %(since)s GROUP BY 1, 2, 3, 4) parts
                 GROUP BY hour, company_id, connector_id, flow_id
                """,
                since=since,
                bounds=list(BOUNDS),
                classes=classes,
            )
        )
        self.invalidate_model()

    @api.autovacuum
    def _gc_hours(self):
        """Hours long past go."""
        self.search([("hour", "<", fields.Datetime.now() - timedelta(days=KEEP_DAYS))], limit=10_000).unlink()
