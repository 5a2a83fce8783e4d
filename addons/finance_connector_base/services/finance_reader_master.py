from odoo import models

from .finance_reader import decimal, line


class FinanceReaderParty(models.AbstractModel):
    """Customers and suppliers: contacts of the company or of all, without their addresses and persons."""

    _name = "finance.reader.party"
    _inherit = "finance.reader"
    _description = "Customer or supplier, read"
    _records = "res.partner"
    _rank = None

    def _where(self, filters, naming):
        return [
            (self._rank, ">", 0),
            ("parent_id", "=", False),
            ("company_id", "in", (False, naming.client.company_id.id)),
        ]

    def _in_force(self, record):
        return record.active

    def _content(self, record, naming):
        return {
            "name": line(record.name, 128),
            "is_company": record.is_company,
            "vat": line(record.vat, 64),
            "email": line(record.email),
            "phone": line(record.phone),
            "street": line(", ".join(filter(None, (record.street, record.street2)))),
            "zip": line(record.zip, 128),
            "city": line(record.city, 128),
            "country": record.country_id.code or None,
            "reference": line(record.ref, 128),
        }


class FinanceReaderCustomer(models.AbstractModel):
    _name = "finance.reader.customer"
    _inherit = "finance.reader.party"
    _description = "Customer, read"
    _rank = "customer_rank"


class FinanceReaderSupplier(models.AbstractModel):
    _name = "finance.reader.supplier"
    _inherit = "finance.reader.party"
    _description = "Supplier, read"
    _rank = "supplier_rank"


class FinanceReaderCostCentre(models.AbstractModel):
    _name = "finance.reader.cost_centre"
    _inherit = "finance.reader"
    _description = "Cost centre, read"
    _records = "account.analytic.account"

    def _where(self, filters, naming):
        return [("code", "!=", False), ("company_id", "in", (False, naming.client.company_id.id))]

    def _in_force(self, record):
        return record.active

    def _content(self, record, naming):
        return {"code": line(record.code, 64), "name": line(record.name, 128)}


class FinanceReaderTaxCode(models.AbstractModel):
    _name = "finance.reader.tax_code"
    _inherit = "finance.reader"
    _description = "Tax code, read"
    _records = "account.tax"

    def _where(self, filters, naming):
        domain = [("company_id", "parent_of", naming.client.company_id.ids)]
        if "use" in filters:
            domain.append(("type_tax_use", "=", filters["use"]))
        return domain

    def _in_force(self, record):
        return record.active

    def _content(self, record, naming):
        kinds = ("percent", "fixed", "division", "group")
        return {
            "code": line(record.name),
            "use": record.type_tax_use,
            "kind": record.amount_type if record.amount_type in kinds else "code",
            "rate": decimal(record.amount),
            "country": record.country_id.code or None,
        }
