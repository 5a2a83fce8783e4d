from odoo import fields, models

from ..importing.payouts import aggregated


class AccountJournal(models.Model):
    """An account at a payment provider: how its payouts are booked."""

    _inherit = "account.journal"

    finance_account_key_ids = fields.One2many(
        "finance.account.key", "journal_id", string="Accounts at providers", groups="finance_connector_base.group_user"
    )
    finance_payout = fields.Selection(
        [("lines", "A line for each payment and fee"), ("entry", "One entry for all that a payout settles")],
        string="Payouts",
        help="Gross amounts, fees, refunds, chargebacks, reserves and conversions stay apart either way. Changing it "
        "counts for statements that come from now on.",
    )
    finance_payout_fee_account_id = fields.Many2one(
        "account.account", check_company=True, string="Account for fees",
        help="Empty: the account for bank charges in the settings.",
    )
    finance_payout_fee_tax_id = fields.Many2one(
        "account.tax", check_company=True, string="Tax on fees", domain="[('type_tax_use', '=', 'purchase')]",
        help="The fee that was taken includes it; of a reverse charge it is the base. Where the provider states the "
        "tax on rows of its own, these are that tax.",
    )
    finance_payout_reserve_account_id = fields.Many2one(
        "account.account", check_company=True, string="Account for reserves",
        help="Money that the provider holds back and gives free later.",
    )
    finance_payout_clearing_account_id = fields.Many2one(
        "account.account", check_company=True, string="Payments without invoice",
        help="Customer payments that no invoice explains go here, for shops that book their sales of a day at once. "
        "Empty: they stay open.",
    )

    def _finance_as_booked(self, statement):
        """``statement`` with the entries that this journal books."""
        return aggregated(statement) if self.finance_payout == "entry" else statement

    def _finance_fee_account(self):
        self.ensure_one()
        return self.finance_payout_fee_account_id or self.company_id.finance_fee_account_id
