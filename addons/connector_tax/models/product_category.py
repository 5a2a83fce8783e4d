from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    finance_tax_code = fields.Char(
        string="Product tax code",
        help="How the tax engine calls what these products are. Empty: that of the parent category.",
    )

    def _finance_tax_code(self):
        """The code of the category or of its nearest parent that has one."""
        category = self
        while category and not category.finance_tax_code:
            category = category.parent_id
        return category.finance_tax_code or None
