from decimal import Decimal

from odoo import fields, models

from ..providers.rate_table import Rate
from .finance_tax_mapping import LEVEL_SELECTION


class FinanceTaxRate(models.Model):
    """One rate of an own rate table: an authority, the place it covers, what it takes and from when."""

    _name = "finance.tax.rate"
    _description = "Tax rate"
    _order = "connector_id, country_id, state_id, level, name, valid_from desc"

    connector_id = fields.Many2one(
        "finance.connector",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('tax_provider', '=', 'rate_table')]",
    )
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    level = fields.Selection(LEVEL_SELECTION, required=True, default="state")
    name = fields.Char(required=True, string="Authority")
    country_id = fields.Many2one("res.country", required=True)
    state_id = fields.Many2one("res.country.state", domain="[('country_id', '=', country_id)]")
    postcode = fields.Char(string="Postcode begins with")
    tax_code = fields.Char(
        string="Product tax code begins with", help="Empty: all products. A rate of 0 % here exempts them."
    )
    rate = fields.Float(required=True, digits=(8, 5), string="Rate (%)")
    valid_from = fields.Date(help="Empty: always.")

    def _plain(self):
        """The rows as the engine's plain values."""
        return tuple(
            Rate(
                level=rate.level,
                name=rate.name,
                rate=Decimal(str(round(rate.rate, 5))) / 100,
                country=rate.country_id.code,
                region=rate.state_id.code or None,
                postcode=rate.postcode or None,
                tax_code=rate.tax_code or None,
                valid_from=rate.valid_from or None,
            )
            for rate in self
        )
