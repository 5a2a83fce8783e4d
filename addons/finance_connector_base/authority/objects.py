"""What systems may lead. Addons register their own objects."""

from ..core.registry import Registry

OBJECTS = Registry("object")


class Object:
    """``model``: what it is here, where it is one model.

    ``by_nature``: whoever sends it leads it, unless a rule says otherwise: a bank its statements. ``fields``: what
    other systems may bring of it, where that is kept apart from what people add here.
    """

    model = None
    by_nature = False
    fields = ()


@OBJECTS.add("partner", "Customers and suppliers")
class Partner(Object):
    model = "res.partner"
    fields = (
        *("name", "is_company", "company_type", "vat", "ref", "email", "phone"),
        *("street", "street2", "zip", "city", "state_id", "country_id"),
    )


@OBJECTS.add("account", "Chart of accounts")
class Account(Object):
    model = "account.account"
    fields = ("code", "name", "account_type", "currency_id", "reconcile")


@OBJECTS.add("journal", "Journals")
class Journal(Object):
    model = "account.journal"
    fields = ("code", "name", "type", "currency_id")


@OBJECTS.add("cost_centre", "Cost centres")
class CostCentre(Object):
    model = "account.analytic.account"
    fields = ("code", "name", "plan_id")


@OBJECTS.add("payment_term", "Payment terms")
class PaymentTerm(Object):
    model = "account.payment.term"
    fields = ("name", "line_ids", "note")


@OBJECTS.add("tax", "Taxes")
class Tax(Object):
    model = "account.tax"
    fields = ("name", "amount", "amount_type", "type_tax_use")


@OBJECTS.add("invoice", "Invoices, bills and credit notes")
class Invoice(Object):
    model = "account.move"


@OBJECTS.add("entry", "Journal entries")
class Entry(Object):
    model = "account.move"


@OBJECTS.add("payment", "Payments")
class Payment(Object):
    model = "account.payment"


@OBJECTS.add("statement", "Bank statements")
class Statement(Object):
    model = "account.bank.statement"
    by_nature = True


@OBJECTS.add("tax_result", "Tax results")
class TaxResult(Object):
    by_nature = True


@OBJECTS.add("balance", "Balances")
class Balance(Object):
    pass
