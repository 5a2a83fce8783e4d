from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError


class FinanceHandConfirm(models.TransientModel):
    """What the portal shows after the upload, compared with the file: count and sum are typed, not shown before."""

    _name = "finance.hand.confirm"
    _description = "Confirm an upload"

    message_id = fields.Many2one("finance.message", required=True, readonly=True)
    has_control = fields.Boolean(compute="_compute_has_control")
    count = fields.Integer(string="Number of transactions", help="As the portal shows it.")
    amount = fields.Float(string="Total", digits=(16, 3), help="As the portal shows it, of all transactions together.")
    reference = fields.Char(string="Reference of the portal")

    def _compute_has_control(self):
        for wizard in self:
            wizard.has_control = bool(wizard._control())

    def _control(self):
        return (self.message_id.sudo().options or {}).get("control") or []

    def action_confirm(self):
        """Say that the portal has the file, if it shows what was released.

        :raise UserError: count or sum differ; nothing is confirmed
        """
        self.ensure_one()
        self.message_id.check_access("write")
        control = self._control()
        if control:
            count = sum(row["count"] for row in control)
            total = sum(Decimal(row[side]) for row in control for side in ("credit", "debit"))
            if self.count != count or Decimal(str(self.amount)) != total:
                raise UserError(
                    self.env._(
                        "The file holds something else than the portal shows. Do not confirm it in the portal; compare "
                        "both, and remove the upload there if it is not this file."
                    )
                )
        self.message_id._confirm_hand(self.reference)
        return {"type": "ir.actions.act_window_close"}
