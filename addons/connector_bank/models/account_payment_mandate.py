from odoo import fields, models


class AccountPayment(models.Model):
    """A direct debit: by which mandate it is collected, and what its fate means for the mandate."""

    _inherit = "account.payment"

    finance_mandate_id = fields.Many2one(
        "finance.mandate", "Mandate", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    finance_sequence = fields.Char("Sequence", readonly=True, copy=False, help="FRST, RCUR, OOFF or FNAL.")
    finance_run_line_ids = fields.One2many(
        "finance.payment.run.line", "payment_id", readonly=True, groups="finance_connector_base.group_user"
    )

    def _finance_tell(self, standing):
        told = super()._finance_tell(standing)
        if standing.state in ("rejected", "reversed"):
            self.sudo().finance_mandate_id._answered(standing.reasons)
        return told
