from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    cash_stale_hours = fields.Integer(
        string="Balance is stale after (hours)",
        help="For a bank that reports at its own pace, e.g. 800 hours on banking days for monthly "
        "statements. 0: as set for the company.",
    )

    _cash_stale_hours_positive = models.Constraint(
        "CHECK (cash_stale_hours >= 0)", "The hours after which a balance is stale cannot be negative."
    )
