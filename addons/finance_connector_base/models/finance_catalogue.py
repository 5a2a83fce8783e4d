from odoo import api, fields, models
from odoo.tools import SQL

#: One row for each active flow, and one for each connector with traffic of no flow, or without flows.
#: Counting is done once for all rows: the last seven days, what waits, and what is open.
ROWS = """
    WITH traffic AS (
        SELECT connector_id, coalesce(flow_id, 0) AS flow,
               count(*) FILTER (WHERE create_date >= (now() AT TIME ZONE 'UTC') - interval '24 hours') AS day,
               count(*) AS week,
               count(*) FILTER (WHERE state IN ('refused', 'dead', 'quarantined', 'unknown')) AS failures
          FROM finance_message WHERE create_date >= (now() AT TIME ZONE 'UTC') - interval '7 days'
      GROUP BY 1, 2),
    waiting AS (
        SELECT connector_id, coalesce(flow_id, 0) AS flow, count(*) AS backlog, min(create_date) AS since
          FROM finance_message WHERE state IN ('ready', 'sending', 'unknown', 'sent', 'received')
      GROUP BY 1, 2),
    cases AS (
        SELECT connector_id, coalesce(flow_id, 0) AS flow, count(*) AS open,
               bool_or(due_on < now() AT TIME ZONE 'UTC') AS overdue
          FROM finance_exception WHERE state = 'open' AND connector_id IS NOT NULL
      GROUP BY 1, 2),
    rows AS (
        SELECT f.id * 2 AS id, f.connector_id, f.id AS flow_id, f.id AS flow FROM finance_flow f WHERE f.active
     UNION ALL
        SELECT c.id * 2 + 1, c.id, NULL, 0 FROM finance_connector c
         WHERE NOT EXISTS (SELECT FROM finance_flow f WHERE f.connector_id = c.id AND f.active)
            OR EXISTS (SELECT FROM traffic t WHERE t.connector_id = c.id AND t.flow = 0)
            OR EXISTS (SELECT FROM cases t WHERE t.connector_id = c.id AND t.flow = 0)
            OR EXISTS (SELECT FROM waiting t WHERE t.connector_id = c.id AND t.flow = 0))
    SELECT r.id, r.connector_id, r.flow_id, c.company_id, c.domain, c.environment, c.state, c.health,
           coalesce(f.owner_id, c.owner_id) AS owner_id,
           f.direction, f.mode, f.criticality, f.target_hours, f.next_run, f.last_success,
           l.create_date AS last_on, coalesce(t.day, 0) AS messages_day, coalesce(t.week, 0) AS messages_week,
           coalesce(t.failures, 0) AS failures, coalesce(w.backlog, 0) AS backlog, coalesce(o.open, 0) AS cases,
           coalesce(o.overdue, FALSE) OR coalesce(
               f.target_hours > 0
               AND w.since < (now() AT TIME ZONE 'UTC') - make_interval(secs => f.target_hours * 3600), FALSE) AS breach
      FROM rows r
      JOIN finance_connector c ON c.id = r.connector_id AND c.active
 LEFT JOIN finance_flow f ON f.id = r.flow_id
 LEFT JOIN traffic t ON t.connector_id = r.connector_id AND t.flow = r.flow
 LEFT JOIN waiting w ON w.connector_id = r.connector_id AND w.flow = r.flow
 LEFT JOIN cases o ON o.connector_id = r.connector_id AND o.flow = r.flow
 LEFT JOIN LATERAL (
           (SELECT m.create_date FROM finance_message m
             WHERE r.flow_id IS NOT NULL AND m.connector_id = r.connector_id AND m.flow_id = r.flow_id
             ORDER BY m.create_date DESC LIMIT 1)
           UNION ALL
           (SELECT m.create_date FROM finance_message m
             WHERE r.flow_id IS NULL AND m.connector_id = r.connector_id AND m.flow_id IS NULL
             ORDER BY m.create_date DESC LIMIT 1)) l ON TRUE
"""


class FinanceCatalogue(models.Model):
    """One line of all that is connected: a flow, or a connector's traffic of no flow, with how it is doing."""

    _name = "finance.catalogue"
    _description = "Finance catalogue"
    _auto = False
    _order = "domain, connector_id, flow_id"

    connector_id = fields.Many2one("finance.connector", readonly=True)
    flow_id = fields.Many2one("finance.flow", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    domain = fields.Selection(
        [("bank", "Bank"), ("tax", "Tax"), ("treasury", "Treasury"), ("close", "Close"), ("other", "Other")],
        readonly=True,
        string="Area",
    )
    environment = fields.Selection([("sandbox", "Sandbox"), ("live", "Live")], readonly=True)
    state = fields.Selection([("draft", "Draft"), ("active", "Active"), ("paused", "Paused")], readonly=True)
    health = fields.Selection(selection="_selection_health", readonly=True)
    owner_id = fields.Many2one("res.users", readonly=True)
    direction = fields.Selection([("in", "In"), ("out", "Out")], readonly=True)
    mode = fields.Selection(
        [("realtime", "Real time"), ("microbatch", "Micro-batch"), ("batch", "Batch"), ("event", "Event")],
        readonly=True,
    )
    criticality = fields.Selection(
        [("low", "Low"), ("normal", "Normal"), ("high", "High"), ("critical", "Critical")], readonly=True
    )
    target_hours = fields.Float(
        readonly=True, string="Target (h)", aggregator=None, help="A case is due after this time."
    )
    next_run = fields.Datetime(readonly=True)
    last_success = fields.Datetime(readonly=True, help="When a planned run last went through.")
    last_on = fields.Datetime(readonly=True, string="Last traffic")
    messages_day = fields.Integer(readonly=True, string="24 h", help="Messages of the last 24 hours.")
    messages_week = fields.Integer(readonly=True, string="7 days", help="Messages of the last seven days.")
    failures = fields.Integer(readonly=True, help="Of these: refused, given up, quarantined, or of unknown outcome.")
    backlog = fields.Integer(readonly=True, string="Waiting")
    cases = fields.Integer(readonly=True, help="Open cases.")
    breach = fields.Boolean(
        readonly=True, string="Late", help="A case is overdue, or a message waits for longer than the service target."
    )

    @property
    def _table_query(self):
        return SQL(ROWS)

    @api.model
    def _selection_health(self):
        return self.env["finance.connector"]._fields["health"].selection

    @api.depends("connector_id", "flow_id")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.flow_id.name or row.connector_id.name

    def _action(self, name, model, domain, **more):
        self.ensure_one()
        domain = [("connector_id", "=", self.connector_id.id), ("flow_id", "=", self.flow_id.id), *domain]
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": domain,
        }
        return {**action, **more}

    def action_open_messages(self):
        return self._action(self.env._("Messages of %s", self.display_name), "finance.message", [])

    def action_open_cases(self):
        name = self.env._("Cases of %s", self.display_name)
        return self._action(name, "finance.exception", [("state", "=", "open")])

    def action_open_connector(self):
        return self.connector_id.get_formview_action()
