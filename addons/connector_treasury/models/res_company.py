from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # Yesterday's closing balance ended at midnight; by noon the next day (24 + 12 hours) the one
    # after it has to be here.
    cash_stale_hours = fields.Integer(
        default=36,
        string="Balance is stale after",
        help="Hours on banking days (Saturdays and Sundays do not count) after which the newest balance of a "
        "bank account is too old. 36 hours: each day's closing balance is expected by noon of the next day.",
    )
    # Weekends with bank holidays on both sides (Easter, the New Year) take up to five days.
    cash_rate_days = fields.Integer(
        default=7,
        string="Exchange rate is old after",
        help="Days after which an exchange rate is marked as old in the cash position. "
        "Seven days cover any weekend with bank holidays.",
    )

    _cash_stale_hours_positive = models.Constraint(
        "CHECK (cash_stale_hours > 0)", "Balances can only be stale after some time: enter at least one hour."
    )
    _cash_rate_days_positive = models.Constraint(
        "CHECK (cash_rate_days >= 0)", "The age of an exchange rate cannot be negative."
    )
