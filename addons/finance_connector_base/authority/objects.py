"""What systems may lead. Addons register their own objects."""

from ..core.registry import Registry

OBJECTS = Registry("object")


class Object:
    """``model``: what it is here; ``keeps``: whether fields led elsewhere can be kept from hands, record by record."""

    model = None
    keeps = False


@OBJECTS.add("partner", "Customers and suppliers")
class Partner(Object):
    model = "res.partner"
    keeps = True


@OBJECTS.add("account", "Chart of accounts")
class Account(Object):
    model = "account.account"
    keeps = True


@OBJECTS.add("cost_centre", "Cost centres")
class CostCentre(Object):
    model = "account.analytic.account"
    keeps = True


@OBJECTS.add("payment_term", "Payment terms")
class PaymentTerm(Object):
    model = "account.payment.term"
    keeps = True


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
