from odoo import fields, models

from .finance_tax_mapping import LEVEL_SELECTION


class FinanceTaxDeterminationLine(models.Model):
    """What one authority takes of one invoice line."""

    _name = "finance.tax.determination.line"
    _description = "Tax by authority"
    _order = "determination_id desc, ref, id"

    determination_id = fields.Many2one(
        "finance.tax.determination", required=True, index=True, ondelete="cascade", readonly=True
    )
    move_id = fields.Many2one(related="determination_id.move_id", store=True, index="btree_not_null")
    move_line_id = fields.Many2one("account.move.line", readonly=True, index="btree_not_null", ondelete="set null")
    company_id = fields.Many2one(related="determination_id.company_id", store=True, index=True)
    connector_id = fields.Many2one(related="determination_id.connector_id", store=True)
    state = fields.Selection(related="determination_id.state", store=True, string="State")
    tax_date = fields.Date(related="determination_id.tax_date", store=True)
    currency_id = fields.Many2one(related="determination_id.currency_id", store=True)
    ref = fields.Char(required=True, readonly=True, string="Line")
    description = fields.Char(readonly=True, string="For")
    level = fields.Selection(LEVEL_SELECTION, required=True, readonly=True)
    name = fields.Char(required=True, readonly=True, string="Authority")
    tax_name = fields.Char(readonly=True, string="Tax there")
    region = fields.Char(readonly=True, string="State or province")
    country = fields.Char(readonly=True)
    rate = fields.Float(readonly=True, digits=(8, 5), string="Rate (%)", aggregator=None)
    amount_taxable = fields.Monetary(readonly=True, string="Taxable")
    amount_exempt = fields.Monetary(readonly=True, string="Exempt")
    amount_tax = fields.Monetary(readonly=True, string="Tax")
    tax_id = fields.Many2one("account.tax", readonly=True, ondelete="restrict", string="Booked as")
