from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class FinanceCashDate(models.TransientModel):
    """The date a person wants the cash position at."""

    _name = "finance.cash.date"
    _description = "Cash position at a date"

    on = fields.Date(
        required=True, string="Position at the end of", default=lambda self: self._last_month_end()
    )

    def _last_month_end(self):
        return fields.Date.subtract(fields.Date.start_of(fields.Date.today(), "month"), days=1)

    def action_show(self):
        """The position at the end of that date; lists, pivots and drill-downs keep the date."""
        self.ensure_one()
        if self.on > fields.Date.context_today(self):
            raise UserError(self.env._("No bank has reported on %s yet. Choose a date up to today.", self.on))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cash position at %s", format_date(self.env, self.on)),
            "res_model": "finance.cash.position",
            "views": [[False, mode] for mode in ("list", "kanban", "pivot", "graph", "form")],
            "context": {"finance_on": fields.Date.to_string(self.on), "search_default_by_bank": 1},
        }
