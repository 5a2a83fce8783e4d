from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..core import native
from ..core.latency import added, quantile

#: Windows a person can choose, in hours.
WINDOWS = (1, 24, 168)
WAITING = ("ready", "sending", "sent", "received", "unknown")
#: Rows of one table; those with most in them first.
MOST_ROWS = 100
EXPIRY_DAYS = 30


class FinanceTechnical(models.AbstractModel):
    """The technical board: how fast, how much, what fails, what waits, what is left alone, what ends soon.

    Times, throughput and rates come from sums of hours (``finance.traffic``), what waits from the partial index of
    open messages: it opens as fast with a million messages as with none.
    """

    _name = "finance.technical"
    _description = "Technical board"

    @api.model
    def read_technical(self, hours=24):
        """All of the board for the last hours, for the reader's companies."""
        hours = hours if hours in WINDOWS else 24
        traffic = self._traffic(hours)
        waiting = self._waiting()
        flows = self._flows(traffic, waiting)
        last = self.env["finance.traffic"].search([], order="summed_on desc", limit=1)
        return {
            "hours": hours,
            "summed_on": fields.Datetime.to_string(last.summed_on) if last else False,
            "readers": self._readers(),
            "cards": self._cards(traffic, waiting, hours),
            "tables": [
                self._listed(
                    "flows",
                    self.env._("Flows"),
                    [
                        ("arrived", self.env._("Stored"), "count"),
                        ("done", self.env._("Done"), "count"),
                        ("p50", self.env._("Half done within"), "seconds"),
                        ("p95", self.env._("95 % within"), "seconds"),
                        ("failed", self.env._("Tries failed"), "percent"),
                        ("again", self.env._("Tried again"), "percent"),
                        ("waiting", self.env._("Waiting"), "count"),
                        ("oldest", self.env._("Oldest waits"), "seconds"),
                    ],
                    flows,
                ),
                self._listed(
                    "lanes",
                    self.env._("Lanes of the queue"),
                    [
                        ("pending", self.env._("Waiting"), "count"),
                        ("started", self.env._("Under way"), "count"),
                        ("failed", self.env._("Failed"), "count"),
                        ("oldest", self.env._("Oldest waits"), "seconds"),
                    ],
                    self._lanes(),
                ),
                self._listed(
                    "lines",
                    self.env._("Lines left alone"),
                    [
                        ("failures", self.env._("Failures in a row"), "count"),
                        ("since", self.env._("Since"), "seconds"),
                    ],
                    self._lines(),
                ),
                self._listed(
                    "expiries",
                    self.env._("Ends soon"),
                    [("days", self.env._("Days left"), "count")],
                    self._expiries(),
                ),
                self._listed(
                    "nodes",
                    self.env._("Servers"),
                    [
                        ("silent", self.env._("Last heard of"), "seconds"),
                        ("jobs", self.env._("Jobs at once"), "count"),
                    ],
                    self._nodes(),
                ),
            ],
        }

    def _readers(self):
        """In words, which form of what reads files runs in this process."""
        if not native.wanted():
            return self.env._(
                "Files are read by Python code, slower: %(switch)s=0 switches the compiled code off.",
                switch=native.SWITCH,
            )
        some, whole = native.counted()
        if not whole:
            return self.env._("Files are read by Python code, slower: nothing was compiled at setup.")
        if some < whole:
            return self.env._(
                "Of %(whole)s modules that read files, %(some)s run compiled; the others changed since setup and run "
                "as Python, slower: run setup again.",
                whole=whole,
                some=some,
            )
        return self.env._("Files are read by compiled code (%s modules).", whole)

    def _opens(self, code):
        """Whether the reader may see the records behind: jobs are for their managers."""
        return code not in ("lanes", "jobs") or self.env["queue.job"].has_access("read")

    def _listed(self, code, label, columns, rows):
        shown = [{"code": name, "label": words, "unit": unit} for name, words, unit in columns]
        return {"code": code, "label": label, "columns": shown, "rows": rows[:MOST_ROWS],
                "more": max(len(rows) - MOST_ROWS, 0), "opens": self._opens(code)}  # fmt: skip

    # numbers

    def _since(self, hours):
        """Beginning of the window: whole hours, the running one included."""
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        return now - timedelta(hours=hours - 1)

    def _traffic(self, hours):
        about = [("hour", ">=", self._since(hours)), ("company_id", "in", self.env.companies.ids)]
        names = ["hour", "connector_id", "flow_id", "arrived", "done", "tries", "failures", "retries", "waits"]
        return self.env["finance.traffic"].search_fetch(about, names)

    def _waiting(self):
        """``{(connector id, flow id): (number, seconds of the oldest)}`` of what is not done."""
        self.env["finance.message"].check_access("read")
        self.env["finance.message"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT connector_id, flow_id, count(*),"
                " extract(epoch FROM now() AT TIME ZONE 'UTC' - min(create_date))"
                " FROM finance_message WHERE company_id IN %s AND state IN %s GROUP BY connector_id, flow_id",
                tuple(self.env.companies.ids),
                WAITING,
            )
        )
        return {(connector, flow): (number, int(max(seconds, 0))) for connector, flow, number, seconds in rows}

    def _cards(self, traffic, waiting, hours):
        waits = added(*traffic.mapped("waits"))
        tries, total = sum(traffic.mapped("tries")), sum(number for number, _oldest in waiting.values())
        lanes = self._lanes()
        lost = self.env["finance.node"].search_count([("state", "=", "lost")])
        series = defaultdict(Counter)
        running = self._since(1)
        for row in traffic.filtered(lambda one: one.hour < running):
            for name in ("arrived", "done", "failures"):
                series[name][row.hour] += row[name]
        oldest = max((age for _number, age in waiting.values()), default=0)
        failed = sum(traffic.mapped("failures"))
        return [
            self._card("arrived", self.env._("Stored"), sum(traffic.mapped("arrived")), trend=series["arrived"]),
            self._card("done", self.env._("Done"), sum(traffic.mapped("done")), trend=series["done"]),
            self._card("rate", self.env._("Done an hour"), sum(traffic.mapped("done")) / hours, opens="done"),
            self._card("p50", self.env._("Half done within"), quantile(waits, 0.5), "seconds", opens="done"),
            self._card("p95", self.env._("95 % done within"), quantile(waits, 0.95), "seconds", opens="done"),
            self._card("failed", self.env._("Tries failed"), self._share(failed, tries), "percent",
                       trend=series["failures"]),
            self._card("again", self.env._("Tried again"), self._share(sum(traffic.mapped("retries")), tries),
                       "percent"),
            self._card("waiting", self.env._("Messages waiting"), total),
            self._card("oldest", self.env._("Oldest waits"), oldest, "seconds", opens="waiting"),
            self._card("jobs", self.env._("Jobs waiting"), sum(row["cells"]["pending"] for row in lanes)),
            self._card("lines", self.env._("Lines left alone"), len(self._lines()), bad=len(self._lines())),
            self._card("nodes", self.env._("Servers not heard of"), lost, bad=lost),
        ]  # fmt: skip

    def _card(self, code, label, value, unit="count", trend=None, opens=None, bad=0):
        line = [trend[hour] for hour in sorted(trend)] if trend else []
        return {"code": code, "label": label, "value": value, "unit": unit, "trend": line,
                "opens": self._opens(code) and (opens or code), "mood": "work" if bad else "plain"}  # fmt: skip

    @staticmethod
    def _share(part, whole):
        return 100 * part / whole if whole else 0

    # tables

    def _flows(self, traffic, waiting):
        parts = defaultdict(lambda: self.env["finance.traffic"])
        for row in traffic:
            parts[row.connector_id.id, row.flow_id.id or None] |= row
        rows = []
        for key in parts.keys() | waiting.keys():
            connector = self.env["finance.connector"].browse(key[0])
            flow = self.env["finance.flow"].browse(key[1] or [])
            some, (number, oldest) = parts[key], waiting.get(key, (0, 0))
            waits, tries = added(*some.mapped("waits")), sum(some.mapped("tries"))
            cells = {
                "arrived": sum(some.mapped("arrived")),
                "done": sum(some.mapped("done")),
                "p50": quantile(waits, 0.5),
                "p95": quantile(waits, 0.95),
                "failed": self._share(sum(some.mapped("failures")), tries),
                "again": self._share(sum(some.mapped("retries")), tries),
                "waiting": number,
                "oldest": oldest,
            }
            label = f"{connector.sudo().name} · {flow.sudo().name}" if flow else connector.sudo().name
            rows.append({"key": f"{key[0]}/{key[1] or 0}", "label": label, "cells": cells})
        return sorted(rows, key=lambda row: (-row["cells"]["arrived"] - row["cells"]["waiting"], row["label"]))

    def _lanes(self):
        self.env["queue.job"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT channel, count(*) FILTER (WHERE state IN ('pending', 'enqueued', 'wait_dependencies')),"
                " count(*) FILTER (WHERE state = 'started'), count(*) FILTER (WHERE state = 'failed'),"
                " extract(epoch FROM now() AT TIME ZONE 'UTC' - min(coalesce(eta, date_created)) FILTER"
                " (WHERE state IN ('pending', 'enqueued') AND (eta IS NULL OR eta <= now() AT TIME ZONE 'UTC')))"
                " FROM queue_job WHERE state NOT IN ('done', 'cancelled') AND channel LIKE 'root.finance%%'"
                " GROUP BY channel ORDER BY channel"
            )
        )
        return [
            {"key": lane, "label": lane.removeprefix("root.finance.").removeprefix("root."),
             "cells": {"pending": pending, "started": started, "failed": failed, "oldest": int(max(oldest or 0, 0))}}
            for lane, pending, started, failed, oldest in rows
        ]  # fmt: skip

    def _lines(self):
        lines = self.env["finance.breaker"].search(
            [("company_id", "in", self.env.companies.ids), ("state", "!=", "closed")], order="opened_on"
        )
        now = fields.Datetime.now()
        return [
            {"key": str(line.id), "label": f"{line.connector_id.name} · {line.operation}",
             "cells": {"failures": line.failures,
                       "since": int((now - line.opened_on).total_seconds()) if line.opened_on else 0}}
            for line in lines
        ]  # fmt: skip

    def _expiries(self):
        until = fields.Date.add(fields.Date.today(), days=EXPIRY_DAYS)
        about = [("company_id", "in", self.env.companies.ids), ("expires_on", "<=", until)]
        return [
            {"key": str(one.id), "label": f"{one.connector_id.name} · {one.name}", "cells": {"days": one.days_left}}
            for one in self.env["finance.expiry"].search(about)
        ]

    def _nodes(self):
        now = fields.Datetime.now()
        return [
            {"key": str(node.id), "label": node.name,
             "cells": {"silent": int((now - node.last_seen).total_seconds()) if node.last_seen else None,
                       "jobs": node.jobs_at_once}}
            for node in self.env["finance.node"].search([])
        ]  # fmt: skip

    # records behind a number

    @api.model
    def open_technical(self, code, hours=24, table=None, key=None):
        """The action that lists the records behind a number.

        :param table: the table in which it stands; ``None``: a card
        :param key: of the row
        """
        since = fields.Datetime.to_string(self._since(hours if hours in WINDOWS else 24))
        if table in ("lanes", "lines", "expiries", "nodes") or code in ("jobs", "lines", "nodes"):
            return self._open_set_up(table or code, code, key)
        mine = [("company_id", "in", self.env.companies.ids)]
        if key:
            connector, flow = map(int, key.split("/"))
            mine += [("connector_id", "=", connector), ("flow_id", "=", flow or False)]
        if code in ("failed", "again"):
            about = [("ended_on", ">=", since)]
            about += [("outcome", "in", ("failed", "unknown"))] if code == "failed" else [("number", ">", 1)]
            if key:
                about.append(("message_id", "any", mine))
            else:
                about += mine
            return self._list(self.env._("Tries"), "finance.attempt", about)
        if code in ("waiting", "oldest"):
            return self._list(self.env._("Messages waiting"), "finance.message", [*mine, ("state", "in", WAITING)])
        field = "create_date" if code == "arrived" else "done_on"
        return self._list(self.env._("Messages"), "finance.message", [*mine, (field, ">=", since)])

    def _open_set_up(self, table, code, key):
        if table in ("lanes", "jobs"):
            states = {"started": ["started"], "failed": ["failed"]}.get(
                code, ["pending", "enqueued", "wait_dependencies"]
            )
            lane = [("channel", "=", key)] if key else [("channel", "=like", "root.finance%")]
            return self._list(self.env._("Jobs"), "queue.job", [*lane, ("state", "in", states)])
        model = {"lines": "finance.breaker", "expiries": "finance.expiry", "nodes": "finance.node"}[table]
        whole = [("state", "!=", "closed")] if table == "lines" else [("state", "=", "lost")]
        return self._list(self.env[model]._description, model, [("id", "=", int(key))] if key else whole)

    def _list(self, name, model, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "list"], [False, "form"]],
            "domain": domain,
        }
