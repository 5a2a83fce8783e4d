from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    finance_tax_code = fields.Char(
        string="Product tax code",
        help="How the tax engine calls what this product is. Empty: that of the product category.",
    )
