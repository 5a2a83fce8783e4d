from odoo import fields, models

from ..core.tax import LEVELS

LEVEL_LABELS = {
    "country": "Country",
    "state": "State",
    "county": "County",
    "city": "City",
    "special": "District",
}
LEVEL_SELECTION = [(level, LEVEL_LABELS[level]) for level in LEVELS]


class FinanceTaxMapping(models.Model):
    """Which of our taxes, and so which account, takes what an authority of one level gets."""

    _name = "finance.tax.mapping"
    _description = "Tax mapping"
    _order = "connector_id, id"
    _check_company_auto = True

    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    level = fields.Selection(LEVEL_SELECTION, required=True, default="state")
    region = fields.Char(help="Only for this state or province, e.g. CA. Empty: for all others.")
    tax_id = fields.Many2one(
        "account.tax",
        required=True,
        check_company=True,
        ondelete="restrict",
        domain="[('type_tax_use', '=', 'sale'), ('amount_type', '=', 'percent'), ('amount', '=', 0)]",
        help="A tax with rate 0: the amount comes from the engine, the account from the tax.",
    )

    _spot_uniq = models.UniqueIndex(
        "(connector_id, level, (coalesce(region, '')))", "This level and region are mapped already."
    )
