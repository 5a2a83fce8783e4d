from datetime import timedelta

from odoo import fields, models

#: How long new bank details only get small payments, where they do not rest instead.
CAP_HOURS = 72


class ResCompany(models.Model):
    """How strictly a company guards bank details; the database lets only an approved change through."""

    _inherit = "res.company"

    finance_bank_guard = fields.Boolean(
        default=True,
        string="Guard bank details",
        help="Bank accounts are trusted by approved change requests only. Changed with an approval.",
    )
    finance_bank_rest_hours = fields.Float(
        default=24.0, string="New details rest for (hours)", help="Between the approval and the first payment."
    )
    finance_bank_first_cap = fields.Monetary(
        string="Or only payments up to", help="Instead of resting: this much in the first days. 0: they rest."
    )

    def _bank_rest_hours(self):
        """Hours that approved bank details rest; none where the first payments are capped instead."""
        company = self.sudo()
        return 0.0 if company.finance_bank_first_cap else company.finance_bank_rest_hours

    def _bank_first_cap(self):
        """Largest payment to new bank details in company currency; 0: no cap."""
        return self.sudo().finance_bank_first_cap

    def _bank_cap_until(self):
        return fields.Datetime.now() + timedelta(hours=CAP_HOURS)
