"""Figures of the audit trail: how long events wait for their seal, and how old the last signature is."""

from datetime import timedelta

from odoo import fields

from ..core.figure import FIGURES, Figure


@FIGURES.add("audit.unsealed", "Audit: oldest unsealed event")
class Unsealed(Figure):
    sequence = 80
    unit = "seconds"
    good = "low"
    model = "finance.audit.event"
    help = "Until an event is sealed, the owner of the database could take it away unseen. Normally a few seconds."

    def records(self, env, companies, on=None):
        env.cr.execute("SELECT event_id FROM finance_audit_queue ORDER BY event_id LIMIT 1000")
        return [("id", "in", [event_id for (event_id,) in env.cr.fetchall()])]

    def value(self, env, companies, on=None):
        env.cr.execute(
            "SELECT extract(epoch FROM clock_timestamp() AT TIME ZONE 'UTC' - min(e.occurred_on))"
            " FROM finance_audit_queue q JOIN finance_audit_event e ON e.id = q.event_id"
        )
        return max(int(env.cr.fetchone()[0] or 0), 0)


@FIGURES.add("audit.unsigned", "Audit: time since the last checkpoint")
class Unsigned(Figure):
    sequence = 81
    unit = "seconds"
    good = "low"
    model = "finance.audit.event"
    help = "What was sealed since is linked, but no signature outside the database speaks for it yet."

    def records(self, env, companies, on=None):
        return [("occurred_on", ">", self._last(env))]

    def _last(self, env):
        last = env["finance.audit.checkpoint"].sudo().search([], limit=1)
        return last.taken_on or fields.Datetime.now() - timedelta(days=3650)

    def value(self, env, companies, on=None):
        last = env["finance.audit.checkpoint"].sudo().search([], limit=1)
        return int((fields.Datetime.now() - last.taken_on).total_seconds()) if last else 0
