"""What a data warehouse can have of this addon."""

from odoo.addons.finance_connector_base.extracts import kinds

kinds.add(
    "tax_determination",
    "Tax determinations",
    version=1,
    columns={
        "id": "t.id",
        "document": "t.document_code",
        "invoice": "t.move_id",
        "connector": "t.connector_id",
        "state": "t.state",
        "taxed_on": "t.tax_date",
        "currency": "c.name",
        "net": "t.amount_untaxed",
        "taxable": "t.amount_taxable",
        "tax": "t.amount_tax",
        "committed_tax": "t.committed_tax",
    },
    source="finance_tax_determination t JOIN res_currency c ON c.id = t.currency_id",
    where="t.company_id = %(company)s",
    sums=("tax",),
)
