from odoo import api, fields, models
from odoo.tools import human_size


class FinanceRetentionRun(models.Model):
    """What one pass of a retention rule did, or what it would do; kept as proof that data goes in time."""

    _name = "finance.retention.run"
    _description = "Retention run"
    _order = "id desc"
    _rec_name = "rule_id"

    rule_id = fields.Many2one("finance.retention.rule", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    dry = fields.Boolean(readonly=True, string="Trial", help="Only looked; nothing went.")
    started_on = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)
    ended_on = fields.Datetime(readonly=True)
    state = fields.Selection(
        [("running", "Goes on"), ("done", "Done"), ("failed", "Failed")], default="running", required=True,
        readonly=True,
    )
    due = fields.Integer(readonly=True, help="Older than the rule keeps them.")
    gone = fields.Integer(readonly=True)
    held = fields.Integer(readonly=True, help="Kept by a legal hold.")
    lawful = fields.Integer(readonly=True, string="Evidence", help="Kept because entries in the books came from it.")
    freed = fields.Float(readonly=True, string="Bytes", digits=(16, 0))
    freed_text = fields.Char(compute="_compute_summary", string="Freed")
    last_on = fields.Char(readonly=True, help="Moment and number of the row looked at last; the run goes on behind it.")
    last_id = fields.Integer(readonly=True)
    text = fields.Char(readonly=True, string="Remark")
    summary = fields.Char(compute="_compute_summary")

    @api.depends("due", "gone", "held", "lawful", "freed")
    def _compute_summary(self):
        for run in self:
            run.freed_text = human_size(run.freed) if run.freed else "–"
            run.summary = self.env._(
                "%(due)s due: %(gone)s go, %(held)s are held, %(lawful)s are evidence for the books",
                due=run.due,
                gone=run.gone,
                held=run.held,
                lawful=run.lawful,
            )

    def _shown(self, rule=None):
        """The action that shows these runs."""
        domain = [("rule_id", "in", rule.ids)] if rule else [("id", "in", self.ids)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Runs of retention rules"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": domain,
        }
