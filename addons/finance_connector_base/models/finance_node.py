from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Seconds of silence after which a node counts as lost; its job runner speaks every five to fifteen.
LOST_SECONDS = 60


class FinanceNode(models.Model):
    """A server that works on this database's queue; its job runner says every few seconds that it lives."""

    _name = "finance.node"
    _description = "Finance node"
    _order = "name"

    name = fields.Char(required=True, readonly=True, string="Server")
    state = fields.Selection(
        [("alive", "At work"), ("lost", "Not heard of")], compute="_compute_state", search="_search_state"
    )
    last_seen = fields.Datetime(readonly=True, index=True)
    started_on = fields.Datetime(readonly=True, string="At work since")
    jobs_at_once = fields.Integer(readonly=True, help="How many jobs it does at once; 0: as many as the lanes let it.")
    tries_today = fields.Integer(compute="_compute_tries_today", string="Tries in 24 hours")

    _name_uniq = models.UniqueIndex("(name)")

    @api.depends("last_seen")
    def _compute_state(self):
        limit = self._heard_after()
        for node in self:
            node.state = "alive" if node.last_seen and node.last_seen > limit else "lost"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        alive = [("last_seen", ">", self._heard_after())]
        lost = ["|", ("last_seen", "=", False), ("last_seen", "<=", self._heard_after())]
        wanted = {"alive", "lost"} & set(value)
        if len(wanted) == 1:
            return alive if "alive" in wanted else lost
        return [(1, "=", 1)] if wanted else [(0, "=", 1)]

    def _compute_tries_today(self):
        since = fields.Datetime.now() - timedelta(hours=24)
        counts = dict(
            self.env["finance.attempt"]
            .sudo()
            ._read_group([("node", "in", self.mapped("name")), ("started_on", ">=", since)], ["node"], ["__count"])
        )
        for node in self:
            node.tries_today = counts.get(node.name, 0)

    @api.model
    def _heard_after(self):
        """Who was heard of after this moment is alive."""
        return fields.Datetime.now() - timedelta(seconds=LOST_SECONDS)

    @api.model
    def _count_alive(self):
        """Servers at work, by the database's clock; at least this one."""
        self.env.cr.execute(
            SQL(
                "SELECT count(*) FROM finance_node"
                " WHERE last_seen > clock_timestamp() AT TIME ZONE 'UTC' - make_interval(secs => %s)",
                LOST_SECONDS,
            )
        )
        return max(self.env.cr.fetchone()[0], 1)

    @api.autovacuum
    def _gc_nodes(self):
        """Servers that were taken out of service weeks ago."""
        self.search([("last_seen", "<", fields.Datetime.now() - timedelta(days=30))]).unlink()
