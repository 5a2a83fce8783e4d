"""What nobody changes about a payment by hand: what we keep of it, what others agreed to, what the bank may have."""

from odoo import api, models
from odoo.exceptions import UserError

#: What the bank, or the approvers of a run, were told.
TOLD = frozenset(
    ("amount", "currency_id", "partner_id", "partner_bank_id", "journal_id", "payment_type", "partner_type",
     "company_id", "memo", "name")
)
#: What the ledger shows beside it; fixed as soon as the bank may have the payment.
BOOKED = frozenset(("date", "payment_reference", "payment_method_line_id", "destination_account_id",
                    "outstanding_account_id", "move_id"))  # fmt: skip


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "finance.access"]

    def _is_protected(self, name):
        """Odoo's own read-only fields are written by its screens; ours only by services."""
        return name.startswith("finance_") and super()._is_protected(name)

    def _finance_frozen(self):
        """Those that the bank may have, and that nobody refused."""
        return self.sudo().filtered(
            lambda one: one.finance_order_id.state == "handed" and one.finance_way not in ("rejected", "reversed")
        )

    def _finance_agreed(self):
        """Those that an approved run made: others agreed to payee and amount."""
        return self.sudo().filtered(lambda one: one.finance_run_line_ids and one.state not in ("canceled", "rejected"))

    def write(self, vals):
        if (TOLD | BOOKED) & vals.keys() and self._finance_frozen():
            raise UserError(self.env._("A payment that was handed over to the bank cannot be changed."))
        if TOLD & vals.keys() and self._finance_agreed():
            raise UserError(
                self.env._("Others agreed to this payment with its run: cancel it, and propose the bill anew.")
            )
        if vals.get("state") in ("draft", "canceled", "rejected"):  # its journal entry was reset or cancelled
            self._finance_keep()
        return super().write(vals)

    def action_draft(self):
        self._finance_keep()
        return super().action_draft()

    def action_cancel(self):
        self._finance_keep()
        return super().action_cancel()

    def _finance_keep(self):
        if self._finance_frozen():
            raise UserError(
                self.env._("It was handed over to the bank: cancel the payment order, or wait for the answer.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never_handed(self):
        if self.sudo().filtered(lambda one: one.finance_order_id.state == "handed"):
            raise UserError(self.env._("Payments that were handed over to the bank stay as evidence."))

    def _finance_makers(self):
        """Who made these payments or changed them last; of those of a run, who had a hand in the run."""
        runs = self.finance_run_line_ids.run_id
        by_hand = self.filtered(lambda one: not one.finance_run_line_ids)
        users = by_hand.create_uid | by_hand.write_uid | runs.requested_by_id
        for approval in runs.approval_id:
            users |= approval.maker_id | users.browse(approval.excluded or [])
        return users

    def _finance_differs_from_run(self):
        """Why a payment of a run cannot be handed over: the run is not through, or something else was agreed."""
        lines = self.sudo().finance_run_line_ids
        if not lines:
            return None
        if lines.run_id.filtered(lambda run: run.state != "released"):
            return self.env._("its run is not released yet.")
        agreed = self.currency_id.round(sum(lines.mapped("amount")))
        if self.currency_id.compare_amounts(agreed, self.amount) or (
            not self.finance_mandate_id and self.partner_bank_id != lines.partner_bank_id
        ):
            return self.env._("it is not what was agreed with its run.")
        return None


class AccountMove(models.Model):
    _inherit = "account.move"

    def button_draft(self):
        """The entry of a payment that the bank may have stays as it is, as the payment does."""
        self.sudo().origin_payment_id._finance_keep()
        return super().button_draft()
