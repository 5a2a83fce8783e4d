from odoo import fields, models


class FinanceMatchPart(models.Model):
    """How much of one open document a proposal settles."""

    _name = "finance.match.part"
    _description = "Part of a match proposal"

    proposal_id = fields.Many2one("finance.match.proposal", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="proposal_id.company_id", store=True)
    item_id = fields.Many2one("account.move.line", required=True, index=True, ondelete="cascade")
    move_id = fields.Many2one(related="item_id.move_id")
    partner_id = fields.Many2one(related="item_id.partner_id")
    due_on = fields.Date(related="item_id.date_maturity", string="Due")
    open_amount = fields.Monetary(related="item_id.amount_residual_currency", string="Open")
    currency_id = fields.Many2one(related="item_id.currency_id")
    amount = fields.Char(required=True, help="Exact amount in the currency of the line.")
    item_amount = fields.Char(required=True, string="Settled", help="Exact amount in the currency of the document.")

    def action_open_document(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }
