import time

from odoo import api, models
from odoo.tools import SQL

from .. import server
from ..core.exposition import Family, text
from ..core.figure import FIGURES

#: Upper bounds of the durations of calls, in seconds.
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
#: One scrape may not hold the database for longer.
TIMEOUT_SECONDS = 5
#: What was answered last, by database: (moment, text).
_answers = {}

BY_CONNECTOR = ("connector", "company", "environment")
NAMED = """
    FROM (%(rows)s) r
    JOIN finance_connector c ON c.id = r.connector_id
    JOIN res_company o ON o.id = c.company_id
"""


class FinanceMetrics(models.AbstractModel):
    """Numbers for a monitoring system. Labels are names of our own set-up, never accounts or contents.

    Counters count since midnight (UTC) and then begin anew, which scrapers take for a restart.
    """

    _name = "finance.metrics"
    _description = "Finance metrics"

    @api.model
    def _text(self):
        """The answer to a scrape; the same one for some seconds, however many ask."""
        kept = _answers.get(self.env.cr.dbname)
        now = time.monotonic()
        if kept and now - kept[0] < server.metrics_seconds():
            return kept[1]
        answer = text(self.sudo()._families())
        _answers[self.env.cr.dbname] = now, answer
        return answer

    def _families(self):
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT set_config('statement_timeout', %s, true)", f"{TIMEOUT_SECONDS}s"))
        yield from self._messages()
        yield from self._attempts()
        yield from self._lines()
        yield from self._cases()
        yield from self._servers()
        yield from self._figures()

    def _by_connector(self, rows):
        """Rows of a query that gives ``connector_id`` and more: labels of the connector, and the row."""
        named = SQL(NAMED, rows=rows)
        query = SQL("SELECT r.*, c.code, o.name AS company, c.environment %s ORDER BY o.id, c.code", named)
        for row in self.env.execute_query_dict(query):
            yield {"connector": row["code"], "company": row["company"], "environment": row["environment"]}, row

    def _messages(self):
        number = Family("finance_messages", "gauge", "Messages that are not done, by state.")
        age = Family("finance_message_oldest_seconds", "gauge", "Age of the oldest message not done, by state.")
        rows = SQL(
            """
            SELECT connector_id, direction, state, count(*) AS messages,
                   extract(epoch FROM now() AT TIME ZONE 'UTC' - min(create_date))::float AS seconds
              FROM finance_message
             WHERE state IN ('ready', 'sending', 'sent', 'received', 'unknown', 'refused', 'quarantined', 'dead')
          GROUP BY connector_id, direction, state
            """
        )
        for labels, row in self._by_connector(rows):
            labels.update(direction=row["direction"], state=row["state"])
            number.add(labels, row["messages"])
            age.add(labels, row["seconds"])
        yield from (number, age)

    def _attempts(self):
        total = Family("finance_attempts_total", "counter", "Tries that ended today, by operation and outcome.")
        retries = Family("finance_retries_total", "counter", "Of them those that were not the first of their message.")
        took = Family("finance_attempt_seconds", "histogram", "How long the tries took that ended today.")
        counts = SQL(", ").join(
            SQL("count(*) FILTER (WHERE milliseconds <= %s)", int(bound * 1000)) for bound in BOUNDS
        )
        rows = SQL(
            """
            SELECT connector_id, step, outcome, count(*) AS tries, count(*) FILTER (WHERE number > 1) AS again,
                   coalesce(sum(milliseconds), 0) / 1000.0 AS seconds, ARRAY[%s] AS buckets
              FROM finance_attempt
             WHERE ended_on >= date_trunc('day', now() AT TIME ZONE 'UTC')
          GROUP BY connector_id, step, outcome
            """,
            counts,
        )
        for labels, row in self._by_connector(rows):
            labels.update(operation=row["step"], outcome=row["outcome"])
            total.add(labels, row["tries"])
            retries.add(labels, row["again"])
            took.add_histogram(labels, BOUNDS, row["buckets"], row["tries"], float(row["seconds"]))
        yield from (total, retries, took)

    def _lines(self):
        breakers = Family("finance_breaker_open", "gauge", "1 where a line is left alone after failures in a row.")
        for labels, row in self._by_connector(SQL("SELECT connector_id, operation, state FROM finance_breaker")):
            breakers.add({**labels, "operation": row["operation"]}, row["state"] != "closed")
        left = Family("finance_quota_left", "gauge", "Calls left in the running period; of several budgets the least.")
        least = {}
        for quota in self.env["finance.quota"].search([]):
            key = quota.connector_id, quota.operation
            least[key] = min(least.get(key, quota.limit_calls), max(quota._left(), 0))
        for (connector, operation), calls in least.items():
            labels = (connector.code, connector.company_id.name, connector.environment)
            left.add({**dict(zip(BY_CONNECTOR, labels, strict=True)), "operation": operation}, calls)
        ends = Family("finance_expiry_days", "gauge", "Days until the first certificate, key, token or consent ends.")
        rows = SQL(
            "SELECT connector_id, min(expires_on) - (now() AT TIME ZONE 'UTC')::date AS days"
            " FROM finance_expiry GROUP BY connector_id"
        )
        for labels, row in self._by_connector(rows):
            ends.add(labels, row["days"])
        refused = Family("finance_webhooks_refused_total", "counter", "Posts to our webhooks refused today.")
        rows = SQL(
            "SELECT connector_id, sum(times)::float AS times FROM finance_webhook_tally"
            " WHERE hour >= date_trunc('day', now() AT TIME ZONE 'UTC') GROUP BY connector_id"
        )
        for labels, row in self._by_connector(rows):
            refused.add(labels, row["times"])
        yield from (breakers, left, ends, refused)

    def _cases(self):
        number = Family("finance_cases_open", "gauge", "Cases that wait for a person, by area.")
        overdue = Family("finance_cases_overdue", "gauge", "Of them those past their service target.")
        rows = self.env.execute_query(
            SQL(
                "SELECT o.name, e.domain, count(*), count(*) FILTER (WHERE due_on < now() AT TIME ZONE 'UTC')"
                " FROM finance_exception e JOIN res_company o ON o.id = e.company_id"
                " WHERE e.state = 'open' GROUP BY o.id, e.domain ORDER BY o.id, e.domain"
            )
        )
        for company, area, cases, late in rows:
            labels = {"company": company, "area": area}
            number.add(labels, cases)
            overdue.add(labels, late)
        yield from (number, overdue)

    def _servers(self):
        heard = Family("finance_runner_silent_seconds", "gauge", "Since the job runner of a server was last heard of.")
        for name, seconds in self.env.execute_query(
            SQL(
                "SELECT name, extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - last_seen)::float"
                " FROM finance_node WHERE last_seen IS NOT NULL ORDER BY name"
            )
        ):
            heard.add({"node": name}, max(seconds, 0))
        jobs = Family("finance_jobs", "gauge", "Jobs that are not done, by lane.")
        for lane, state, number in self.env.execute_query(
            SQL(
                "SELECT channel, state, count(*) FROM queue_job WHERE state NOT IN ('done', 'cancelled')"
                " AND channel LIKE 'root.finance%%' GROUP BY channel, state ORDER BY channel, state"
            )
        ):
            jobs.add({"lane": lane, "state": state}, number)
        stops = Family("finance_stops_active", "gauge", "Emergency stops in force.")
        stops.add({}, self.env["finance.stop"].search_count([("state", "=", "active")]))
        yield from (heard, jobs, stops)

    def _figures(self):
        """Figures of the overview as last kept, except amounts of money."""
        kept = Family("finance_figure", "gauge", "Figures of the overview, as kept in the last hour.")
        figures = {code for code, _label in FIGURES.names() if FIGURES.get(code).unit != "amount"}
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (v.code, v.company_id) v.code, coalesce(o.name, ''), v.value"
                " FROM finance_figure_value v LEFT JOIN res_company o ON o.id = v.company_id"
                " WHERE v.at >= now() AT TIME ZONE 'UTC' - interval '2 hours'"
                " ORDER BY v.code, v.company_id, v.at DESC"
            )
        )
        for code, company, value in rows:
            if code in figures:
                kept.add({"figure": code, "company": company}, value)
        yield kept
