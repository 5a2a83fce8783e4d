"""Canonical objects, version 1: what another system sends us and reads from us.

Amounts are decimals in the named currency, dates are days without time zone. What is left out is not
known; nothing is ever ``null``. An object is named by its source system and its identifier there.
"""

# ruff: noqa: RUF009 - told() makes a dataclass field
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from .scalars import (
    AMOUNT,
    CODE,
    COUNTRY,
    CURRENCY,
    DAY,
    IDENTIFIER,
    LINE,
    NAME,
    POSITIVE_AMOUNT,
    SYSTEM,
    told,
)

Amount = Annotated[Decimal, AMOUNT]
PositiveAmount = Annotated[Decimal, POSITIVE_AMOUNT]
Day = Annotated[date, DAY]
Currency = Annotated[str, CURRENCY]
Country = Annotated[str, COUNTRY]
Identifier = Annotated[str, IDENTIFIER]
Code = Annotated[str, CODE]
System = Annotated[str, SYSTEM]
Name = Annotated[str, NAME]
Line = Annotated[str, LINE]

VERSION = "v1"
#: Rows a document may have; longer ones come as several documents.
MAX_LINES = 1000
#: Source system of what was made in this Odoo; its identifiers are Odoo's own numbers.
HERE = "here"

#: How documents, entries and payments name who they are with.
PARTNER = (
    "External identifier of the customer or supplier in the same source system; “here:” and the number "
    "for one that the source system does not know."
)

#: path → type; the order is that of the documentation.
OBJECTS = {}


def canonical(name, path, access, label, filters=(), timed=True):
    """Register a type.

    :param name: in scopes, links and files, e.g. ``journal-entry``
    :param access: ``w`` where it can be sent to us, ``r`` where it can be read; empty: only its form is described
    :param filters: what a list of it may be narrowed by (``paging.FILTERS``)
    :param timed: whether a list of it goes on from the time of a last change
    """

    def add(cls):
        OBJECTS[name] = Registered(name, path, cls, access, label, filters, timed)
        return cls

    return add


@dataclass(frozen=True, slots=True)
class Registered:
    """How the interface calls a type."""

    name: str
    path: str
    type: type
    access: str
    label: str
    filters: tuple = ()
    timed: bool = True

    @property
    def schema(self):
        return self.type.__name__


@dataclass(frozen=True, kw_only=True)
class Identified:
    """What every canonical object carries."""

    external_id: Identifier = told("Its identifier in the source system; it never changes.", example="4711")
    source_system: System | None = told(
        "The system that made it; the client's own code if left out. Read from us, “here” is this Odoo.",
        None,
        "payroll",
    )
    correlation_id: Identifier | None = told("One identifier along the whole way of a business event.", None, "run-7")
    business_key: Line | None = told("What makes it unique for the business, e.g. its number.", None, "INV/2026/77")


@dataclass(frozen=True, kw_only=True)
class Party(Identified):
    """An organisation or a person we do business with. Bank accounts are never sent this way."""

    name: Name = told("Legal name.", example="Acme Ltd")
    is_company: bool = told("False for a person.", True)
    vat: Code | None = told("VAT number with its country prefix.", None, "BE0477472701")
    email: Line | None = told("E-mail address.", None, "accounts@acme.example")
    phone: Line | None = told("Telephone number.", None)
    street: Line | None = told("Street and number.", None)
    zip: Name | None = told("Postal code.", None)
    city: Name | None = told("Town.", None)
    country: Country | None = told("Country of the address.", None, "BE")
    reference: Name | None = told("The number both sides know it by.", None, "C-100")


@canonical("customer", "customers", "rw", "Customer")
@dataclass(frozen=True, kw_only=True)
class Customer(Party):
    """Somebody we sell to. Sent again with other values, it is changed."""


@canonical("supplier", "suppliers", "rw", "Supplier")
@dataclass(frozen=True, kw_only=True)
class Supplier(Party):
    """Somebody we buy from. Sent again with other values, it is changed."""


@dataclass(frozen=True, kw_only=True)
class DocumentLine:
    """One row of an invoice, bill or credit note."""

    text: Line = told("What it is for.", example="Licence, January")
    quantity: PositiveAmount = told("How many.", Decimal(1), "1")
    unit_price: Amount = told("Price of one, without tax, in the currency of the document.", example="100.00")
    account: Code | None = told("Code of the account; the journal's own if left out.", None, "400000")
    taxes: tuple[Code, ...] = told("Codes of the taxes; none if left out.", (), ["21%"], longest=20)
    cost_centre: Code | None = told("Code of the cost centre.", None, "SALES")


@dataclass(frozen=True, kw_only=True)
class Document(Identified):
    """What invoices, bills and credit notes have in common. A document never changes once it is taken."""

    partner: Identifier = told(PARTNER, example="C-100")
    issued_on: Day = told("Date of the document.", example="2026-01-31")
    due_on: Day | None = told("Last day to pay.", None, "2026-02-28")
    currency: Currency | None = told("Currency of all amounts; the company's own if left out.", None, "EUR")
    journal: Code | None = told("Code of the journal; the usual one if left out.", None, "INV")
    reference: Line | None = told("Number printed on the document.", None, "INV/2026/77")
    lines: tuple[DocumentLine, ...] = told("At least one row.", shortest=1, longest=MAX_LINES)
    total: Amount | None = told("Control: the document is refused where tax and rows do not give it.", None, "121.00")


@canonical("invoice", "invoices", "rw", "Invoice", filters=("from", "to", "journal", "partner"))
@dataclass(frozen=True, kw_only=True)
class Invoice(Document):
    """What a customer owes us."""


@canonical("bill", "bills", "rw", "Bill", filters=("from", "to", "journal", "partner"))
@dataclass(frozen=True, kw_only=True)
class Bill(Document):
    """What we owe a supplier."""


@canonical("credit-note", "credit-notes", "rw", "Credit note", filters=("from", "to", "journal", "partner"))
@dataclass(frozen=True, kw_only=True)
class CreditNote(Document):
    """What takes an invoice or bill back, in whole or in part; its amounts are positive."""

    side: Literal["customer", "supplier"] = told("Whose document is credited.", example="customer")
    credits: Identifier | None = told("External identifier of the invoice or bill it belongs to.", None, "4711")


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """One row of a journal entry."""

    account: Code = told("Code of the account.", example="400000")
    amount: Amount = told("Positive is debit, negative is credit, in ``currency``.", example="100.00")
    currency: Currency | None = told("Currency of the amount; that of the entry if left out.", None, "EUR")
    company_amount: Amount | None = told("The same in the company's currency, where the source knows it.", None)
    text: Line | None = told("What it is for.", None, "Salaries January")
    partner: Identifier | None = told(PARTNER, None)
    cost_centre: Code | None = told("Code of the cost centre.", None)


@canonical("journal-entry", "journal-entries", "rw", "Journal entry", filters=("from", "to", "journal", "ledger"))
@dataclass(frozen=True, kw_only=True)
class JournalEntry(Identified):
    """Rows that balance in every currency. An entry never changes once it is taken; it is reversed."""

    dated_on: Day = told("Accounting date.", example="2026-01-31")
    journal: Code | None = told("Code of the journal; the first general one if left out.", None, "MISC")
    currency: Currency | None = told("Currency of the rows; the company's own if left out.", None, "EUR")
    reference: Line | None = told("Reference of the entry.", None, "Payroll 2026-01")
    lines: tuple[EntryLine, ...] = told("At least two rows that balance.", shortest=2, longest=MAX_LINES)


@canonical("reversal", "reversals", "w", "Reversal of a batch")
@dataclass(frozen=True, kw_only=True)
class Reversal(Identified):
    """Takes back all posted journal entries of one earlier request, on one date, or none of them."""

    request: Identifier = told(
        "Id of the request whose entries are taken back.", example="01890a5d-ac96-774b-bcce-b302099a8057"
    )
    dated_on: Day = told("Accounting date of the reversing entries.", example="2026-02-01")
    reason: Line = told("Why; it stands on each reversing entry.", example="Payroll run was wrong")


@canonical("payment", "payments", "rw", "Payment", filters=("from", "to", "journal", "direction"))
@dataclass(frozen=True, kw_only=True)
class Payment(Identified):
    """Money received or paid. What we pay stays a draft here: it leaves only by the approvals of this system."""

    direction: Literal["in", "out"] = told("in: received, out: paid.", example="in")
    partner: Identifier = told(PARTNER, example="C-100")
    amount: PositiveAmount = told("Amount, more than zero.", example="121.00")
    currency: Currency | None = told("Currency of the amount; the journal's if left out.", None, "EUR")
    paid_on: Day = told("Day of the payment.", example="2026-02-10")
    journal: Code | None = told("Code of the bank or cash journal; the first one if left out.", None, "BNK1")
    reference: Line | None = told("What the payment says it is for.", None, "INV/2026/77")


@canonical("cost-centre", "cost-centres", "rw", "Cost centre")
@dataclass(frozen=True, kw_only=True)
class CostCentre(Identified):
    """Where costs and revenues are collected. Sent again with other values, it is changed."""

    code: Code = told("Code in documents and entries.", example="SALES")
    name: Name = told("Name.", example="Sales department")


@canonical("tax-code", "tax-codes", "r", "Tax code", filters=("use",))
@dataclass(frozen=True, kw_only=True)
class TaxCode(Identified):
    """A tax that documents may name."""

    code: Line = told("Code in documents.", example="21%")
    use: Literal["sale", "purchase", "none"] = told("Where it applies.", example="sale")
    kind: Literal["percent", "fixed", "division", "group", "code"] = told("How it is computed.", example="percent")
    rate: Amount = told("Percent, or an amount for each unit.", example="21")
    country: Country | None = told("Country of the tax.", None, "BE")


@canonical("balance", "balances", "r", "Balance of an account", filters=("until", "account"), timed=False)
@dataclass(frozen=True, kw_only=True)
class Balance(Identified):
    """One row of the trial balance: posted entries up to and with a day, in the company's currency."""

    account: Line = told("Code of the account.", example="400000")
    name: Line = told("Name of the account.", example="Product sales")
    until: Day = told("The last day that counts.", example="2026-01-31")
    debit: Amount = told("Sum of debits.", example="0.00")
    credit: Amount = told("Sum of credits.", example="100.00")
    balance: Amount = told("Debit less credit.", example="-100.00")
    currency: Currency = told("The company's currency.", example="EUR")


@canonical("statement", "statements", "r", "Bank statement", filters=("from", "to", "journal"))
@dataclass(frozen=True, kw_only=True)
class Statement(Identified):
    """What a bank says about an account over a time; its rows are read as bank transactions."""

    number: Line | None = told("Number of the statement.", None, "2026/021")
    journal: Code = told("Code of the bank journal.", example="BNK1")
    dated_on: Day | None = told("Day of its last row.", None, "2026-01-31")
    currency: Currency = told("Currency of the account.", example="EUR")
    opening: Amount = told("Balance before its first row.", example="100.00")
    closing: Amount = told("Balance after its last row, as the bank says.", example="250.00")
    rows: PositiveAmount = told("How many rows it has.", example="12")


@canonical("transaction", "transactions", "r", "Bank transaction", filters=("from", "to", "journal"))
@dataclass(frozen=True, kw_only=True)
class Transaction(Identified):
    """One row of a bank account, booked."""

    journal: Code = told("Code of the bank journal.", example="BNK1")
    statement: Identifier | None = told("The number of its statement here.", None, "77")
    booked_on: Day = told("Booking date.", example="2026-01-30")
    amount: Amount = told("Positive came in, negative went out.", example="-121.00")
    currency: Currency = told("Currency of the amount.", example="EUR")
    text: Line | None = told("What the bank says it is for.", None, "INV/2026/77")
    partner: Identifier | None = told(PARTNER, None)
    partner_name: Line | None = told("Who it came from or went to, as the bank writes it.", None, "Acme Ltd")


@dataclass(frozen=True, kw_only=True)
class TaxAmount:
    """One tax of a document."""

    tax: Line = told("Code of the tax.", example="21%")
    base: Amount = told("What the tax was computed on, in the currency of the document.", example="100.00")
    amount: Amount = told("The tax, in the currency of the document.", example="21.00")


@canonical("tax-result", "tax-results", "r", "Tax of a document", filters=("from", "to"))
@dataclass(frozen=True, kw_only=True)
class TaxResult(Identified):
    """The taxes of a posted invoice, bill or credit note; amounts of credit notes are positive, too."""

    document: Line = told("Number of the document.", example="INV/2026/0001")
    issued_on: Day = told("Date of the document.", example="2026-01-31")
    currency: Currency = told("Currency of all amounts.", example="EUR")
    taxes: tuple[TaxAmount, ...] = told("Each tax once.", longest=MAX_LINES)
