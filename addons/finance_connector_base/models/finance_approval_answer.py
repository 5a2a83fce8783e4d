from odoo import fields, models
from odoo.fields import Command


class FinanceApprovalAnswer(models.TransientModel):
    """Why something is refused."""

    _name = "finance.approval.answer"
    _description = "Refusal"

    #: Methods of this screen that are themselves the decision of whoever calls them.
    _decides = ("action_refuse",)

    approval_ids = fields.Many2many(
        "finance.approval",
        required=True,
        default=lambda self: [Command.set(self.env.context.get("active_ids", []))],
    )
    reason = fields.Text(required=True)

    def _decided_records(self):
        return self.approval_ids

    def action_refuse(self):
        for approval in self.approval_ids:
            answer = approval._vote("refuse", self.reason)
            if answer:
                return answer
        return {"type": "ir.actions.act_window_close"}
