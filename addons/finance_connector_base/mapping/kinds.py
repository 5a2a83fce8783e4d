"""What can be translated. Addons register their own kinds."""

from ..core.registry import Registry

KINDS = Registry("mapping kind")


class Kind:
    """``model``: what a value stands for here; None: a text, one of ``choices`` where there are some.

    ``keys``: fields by which a spreadsheet may name the record, in this order; ``domain``: which records fit;
    ``chained``: texts that may be values of the same kind again; ``example``: a value as others send it.
    """

    model = None
    keys = ("name",)
    domain = ()
    choices = ()
    chained = False
    example = ""


@KINDS.add("account", "Chart of accounts")
class Account(Kind):
    model = "account.account"
    keys = ("code", "name")
    example = "e.g. 400000, or 40*"


@KINDS.add("journal", "Journals")
class Journal(Kind):
    model = "account.journal"
    keys = ("code", "name")
    example = "e.g. PAYROLL"


@KINDS.add("tax", "Tax codes")
class Tax(Kind):
    model = "account.tax"
    keys = ("name",)
    example = "e.g. V19"


@KINDS.add("company", "Legal entities")
class Company(Kind):
    model = "res.company"
    keys = ("name", "vat")
    example = "e.g. BE01"


@KINDS.add("partner", "Partners")
class Partner(Kind):
    model = "res.partner"
    keys = ("ref", "vat", "name")
    example = "e.g. V-10023"


@KINDS.add("payment_term", "Payment terms")
class PaymentTerm(Kind):
    model = "account.payment.term"
    example = "e.g. NET30"


@KINDS.add("cost_centre", "Cost centres")
class CostCentre(Kind):
    model = "account.analytic.account"
    keys = ("code", "name")
    example = "e.g. CC-4711"


@KINDS.add("bank_code", "Bank transaction codes")
class BankCode(Kind):
    """BkTxCd of ISO 20022 as domain/family/subfamily, or a proprietary one such as a GVC; what the booking is for."""

    choices = (
        ("payment", "Payment of a customer or vendor"),
        ("fee", "Bank fee"),
        ("interest", "Interest"),
        ("transfer", "Transfer between own accounts"),
        ("direct_debit", "Direct debit"),
        ("card", "Card"),
        ("cash", "Cash"),
        ("return", "Return or rejection"),
        ("tax", "Tax"),
        ("salary", "Salaries"),
        ("exchange", "Foreign exchange"),
        ("loan", "Loan"),
        ("other", "Other"),
    )
    example = "e.g. PMNT/RCDT/ESCT, or 808"


@KINDS.add("text", "Other codes")
class Text(Kind):
    chained = True
