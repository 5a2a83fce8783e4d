"""Which records of this addon are told to other systems as events."""

from odoo import models

from odoo.addons.finance_connector_base.events import catalogue

catalogue.add(
    "finance.tax.determination",
    {
        "id": "Number of the determination",
        "document": "Code under which the tax engine keeps the document",
        "invoice": "Number of the document's record in Odoo",
        "number": "Number of the document",
        "state": "`committed` or `voided`",
        "connector": "Code of the connector to the engine",
        "currency": "ISO 4217 code",
        "net": "Amount without tax",
        "taxable": "Taxable amount",
        "tax": "Tax",
        "taxed_on": "Date that decides the tax",
    },
    {},
    tax__committed="Tax committed at the engine",
    tax__voided="Tax voided at the engine",
)


class FinanceTaxDetermination(models.Model):
    _name = "finance.tax.determination"
    _inherit = ["finance.tax.determination", "finance.event.source"]
    _event_columns = frozenset(("state",))
    _event_states = {"committed": "tax.committed", "voided": "tax.voided"}

    def _event_of_new(self):
        return self._event_states.get(self.state)

    def _event_of_change(self, before, after):
        return self._event_states.get(after["state"])

    def _event_facts(self):
        return {
            found.id: {
                "company_id": found.company_id.id,
                "correlation_id": found.commit_message_id.correlation_id or None,
                "data": {
                    "id": found.id,
                    "document": found.document_code or None,
                    "invoice": found.move_id.id or None,
                    "number": found.move_id.name or None,
                    "state": found.state,
                    "connector": found.connector_id.code or None,
                    "currency": found.currency_id.name,
                    "net": self._event_amount(found.amount_untaxed, found.currency_id),
                    "taxable": self._event_amount(found.amount_taxable, found.currency_id),
                    "tax": self._event_amount(found.amount_tax, found.currency_id),
                    "taxed_on": self._event_day(found.tax_date),
                },
                "private": {},
            }
            for found in self
        }
