from odoo import api, fields, models


class FinanceCloseReason(models.TransientModel):
    """Why an approver departs from the rule: lets a failed check pass, or opens a closed period."""

    _name = "finance.close.reason"
    _description = "Reason"

    action = fields.Selection([("waive", "Allow a failed check"), ("reopen", "Reopen a period")], required=True)
    result_id = fields.Many2one("finance.close.gate.result")
    period_id = fields.Many2one("finance.close.period")
    finding = fields.Char(related="result_id.words")
    reason = fields.Char(required=True)

    @api.model
    def _ask(self, action, title, **about):
        """The dialog that asks for the reason."""
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "views": [[False, "form"]],
            "target": "new",
            "context": {f"default_{name}": value for name, value in {"action": action, **about}.items()},
        }

    def action_confirm(self):
        self.ensure_one()
        if self.action == "waive":
            self.result_id._waive(self.reason)
        else:
            self.period_id._reopen(self.reason)
        return {"type": "ir.actions.act_window_close"}
