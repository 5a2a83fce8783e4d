"""What to do next, in plain words, for the cases of tax."""

from odoo.addons.finance_connector_base.core.advice import ADVICE

ADVICE.update(
    {
        "tax.address": "Correct the delivery address of the customer, then press Determine tax again.",
        "tax.tax_code": "Correct the product tax code on the product or its category, then determine the tax again.",
        "tax.no_line": "Add a line to the document, or take it out of the selection.",
        "tax.refused": "Read what the engine says above, mend it on the document, then determine the tax again.",
        "tax.data": "The engine did not understand the question. Tell your administrator; the question is kept.",
        "tax.sums": "The engine's answer does not add up and was not believed. Try again; else tell the vendor.",
        "tax.incomplete": "The engine left lines out and was not believed. Try again; if it lasts, tell the vendor.",
        "tax.state": "Look the document up at the engine: it is in a state that does not allow this.",
        "tax.locked": "The engine has filed this document. Correct it with a credit note instead.",
        "tax.difference": "Compare the lines at the engine with the document. Then adjust there, or correct here "
        "with a credit note, before the return is filed.",
        "tax.lost": "Look the document up at the engine. If it was voided there, reset it here and post again.",
        "duplicate.tax_content": "The engine keeps another document under this number. Compare both, void the wrong "
        "one there, then press Retry.",
        "mapping.tax": "Add the missing tax under Taxes and accounts on the connector, then determine the tax again.",
        "mapping.tax_rates": "Add a rate for this place to the rate table, then determine the tax again.",
        "configuration.tax_company": "Correct the company code on the connector: the engine does not know it.",
        "configuration.true_up_account": "Choose the account for true-up differences on the connector.",
    }
)
