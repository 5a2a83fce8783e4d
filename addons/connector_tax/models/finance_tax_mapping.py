from odoo import api, fields, models

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
    """Which of our taxes, and so which account, takes what an authority of one level gets.

    Part of the set-up of its engine: a live one waits until another person has approved a change.
    """

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

    @api.model_create_multi
    def create(self, vals_list):
        made = super().create(vals_list)
        made.connector_id._setup_changed()
        return made

    def write(self, vals):
        connectors = self.connector_id
        written = super().write(vals)
        (connectors | self.connector_id)._setup_changed()
        return written

    def unlink(self):
        connectors = self.connector_id
        gone = super().unlink()
        connectors._setup_changed()
        return gone
