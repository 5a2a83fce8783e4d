"""What systems may lead. Addons register their own objects."""

from ..core.registry import Registry

OBJECTS = Registry("object")


class Object:
    """``model``: what it is here, where it is one model."""

    model = None


@OBJECTS.add("partner", "Customers and suppliers")
class Partner(Object):
    model = "res.partner"


@OBJECTS.add("account", "Chart of accounts")
class Account(Object):
    model = "account.account"


@OBJECTS.add("cost_centre", "Cost centres")
class CostCentre(Object):
    model = "account.analytic.account"


@OBJECTS.add("payment_term", "Payment terms")
class PaymentTerm(Object):
    model = "account.payment.term"


@OBJECTS.add("tax", "Taxes")
class Tax(Object):
    model = "account.tax"


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


@OBJECTS.add("tax_result", "Tax results")
class TaxResult(Object):
    pass


@OBJECTS.add("balance", "Balances")
class Balance(Object):
    pass
