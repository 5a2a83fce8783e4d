from odoo import models

SAME = ("name", "is_company", "vat", "email", "phone", "street", "zip", "city")


class FinanceCanonicalParty(models.AbstractModel):
    """Customers and suppliers as partners of the company that the client belongs to; never their bank accounts."""

    _name = "finance.canonical.party"
    _inherit = "finance.canonical"
    _description = "Canonical customer or supplier"
    _records = "res.partner"
    _changes = True
    _rank = None
    _led = "partner"

    def _prepare(self, run):
        self._look_up(run, "country", {item.found.country for item in run.waiting})

    def _values(self, run, item):
        found = item.found
        values = {name: value for name in SAME if (value := getattr(found, name)) is not None}
        if found.reference:
            values["ref"] = found.reference
        if found.country:
            values["country_id"] = self._found(run, "country", found.country, "/country")
        if item.record is None:
            values |= {"company_id": run.company.id, self._rank: 1}
        return values


class FinanceCanonicalCustomer(models.AbstractModel):
    _name = "finance.canonical.customer"
    _inherit = "finance.canonical.party"
    _description = "Canonical customer"
    _rank = "customer_rank"


class FinanceCanonicalSupplier(models.AbstractModel):
    _name = "finance.canonical.supplier"
    _inherit = "finance.canonical.party"
    _description = "Canonical supplier"
    _rank = "supplier_rank"
