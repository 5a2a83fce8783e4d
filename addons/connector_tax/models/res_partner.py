from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    finance_tax_customer_code = fields.Char(
        string="Customer code at the tax engine",
        company_dependent=True,
        help="Certificates are kept there under this code. Empty: the reference, or a code made of the record.",
    )
    finance_tax_entity_use = fields.Char(
        string="Entity use code",
        company_dependent=True,
        help="The engine's code for why this customer does not pay tax: government, resale, charity …",
    )
    finance_tax_exemption = fields.Char(
        string="Exemption certificate",
        company_dependent=True,
        help="Number of the certificate this customer gave.",
    )

    def _finance_tax_customer_code(self):
        """The code by which a tax engine knows this customer."""
        partner = self.commercial_partner_id
        return partner.finance_tax_customer_code or partner.ref or f"P{partner.id}"
