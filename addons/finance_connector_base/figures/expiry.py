"""The figure of what ends soon: certificates, keys, tokens, consents."""

from datetime import timedelta

from odoo import fields

from ..core.figure import FIGURES, Figure


@FIGURES.add("expiry.near", "Expiring within 30 days")
class ExpiringSoon(Figure):
    sequence = 68
    good = "zero"
    model = "finance.expiry"
    help = "Certificates, keys, tokens and consents that end within 30 days or have ended."

    def records(self, env, companies, on=None):
        near = (fields.Date.to_date(on) if on else fields.Date.today()) + timedelta(days=30)
        return [("company_id", "in", companies.ids), ("expires_on", "<=", near)]
