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
    told,
)

Amount = Annotated[Decimal, AMOUNT]
PositiveAmount = Annotated[Decimal, POSITIVE_AMOUNT]
Day = Annotated[date, DAY]
Currency = Annotated[str, CURRENCY]
Country = Annotated[str, COUNTRY]
Identifier = Annotated[str, IDENTIFIER]
Code = Annotated[str, CODE]
Name = Annotated[str, NAME]
Line = Annotated[str, LINE]

VERSION = "v1"
#: Rows a document may have; longer ones come as several documents.
MAX_LINES = 1000

#: path → type; the order is that of the documentation.
OBJECTS = {}


def canonical(name, path, access, label):
    """Register a type.

    :param name: in scopes, links and files, e.g. ``journal-entry``
    :param access: ``w`` where it can be sent to us, ``r`` where it can be read; empty: only its form is described
    """

    def add(cls):
        OBJECTS[name] = Registered(name, path, cls, access, label)
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

    @property
    def schema(self):
        return self.type.__name__


@dataclass(frozen=True, kw_only=True)
class Identified:
    """What every canonical object carries."""

    external_id: Identifier = told("Its identifier in the source system; it never changes.", example="4711")
    source_system: Code | None = told("The system that made it; the client's own code if left out.", None, "payroll")
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


@canonical("customer", "customers", "w", "Customer")
@dataclass(frozen=True, kw_only=True)
class Customer(Party):
    """Somebody we sell to. Sent again with other values, it is changed."""


@canonical("supplier", "suppliers", "w", "Supplier")
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

    partner: Identifier = told("External identifier of the customer or supplier.", example="C-100")
    issued_on: Day = told("Date of the document.", example="2026-01-31")
    due_on: Day | None = told("Last day to pay.", None, "2026-02-28")
    currency: Currency | None = told("Currency of all amounts; the company's own if left out.", None, "EUR")
    journal: Code | None = told("Code of the journal; the usual one if left out.", None, "INV")
    reference: Line | None = told("Number printed on the document.", None, "INV/2026/77")
    lines: tuple[DocumentLine, ...] = told("At least one row.", shortest=1, longest=MAX_LINES)
    total: Amount | None = told("Control: the document is refused where tax and rows do not give it.", None, "121.00")


@canonical("invoice", "invoices", "w", "Invoice")
@dataclass(frozen=True, kw_only=True)
class Invoice(Document):
    """What a customer owes us."""


@canonical("bill", "bills", "w", "Bill")
@dataclass(frozen=True, kw_only=True)
class Bill(Document):
    """What we owe a supplier."""


@canonical("credit-note", "credit-notes", "w", "Credit note")
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
    partner: Identifier | None = told("External identifier of the customer or supplier.", None)
    cost_centre: Code | None = told("Code of the cost centre.", None)


@canonical("journal-entry", "journal-entries", "w", "Journal entry")
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


@canonical("payment", "payments", "w", "Payment")
@dataclass(frozen=True, kw_only=True)
class Payment(Identified):
    """Money received or paid. What we pay stays a draft here: it leaves only by the approvals of this system."""

    direction: Literal["in", "out"] = told("in: received, out: paid.", example="in")
    partner: Identifier = told("External identifier of the customer or supplier.", example="C-100")
    amount: PositiveAmount = told("Amount, more than zero.", example="121.00")
    currency: Currency | None = told("Currency of the amount; the journal's if left out.", None, "EUR")
    paid_on: Day = told("Day of the payment.", example="2026-02-10")
    journal: Code | None = told("Code of the bank or cash journal; the first one if left out.", None, "BNK1")
    reference: Line | None = told("What the payment says it is for.", None, "INV/2026/77")


@canonical("cost-centre", "cost-centres", "w", "Cost centre")
@dataclass(frozen=True, kw_only=True)
class CostCentre(Identified):
    """Where costs and revenues are collected. Sent again with other values, it is changed."""

    code: Code = told("Code in documents and entries.", example="SALES")
    name: Name = told("Name.", example="Sales department")


@canonical("tax-code", "tax-codes", "", "Tax code")
@dataclass(frozen=True, kw_only=True)
class TaxCode(Identified):
    """A tax that documents may name."""

    code: Line = told("Code in documents.", example="21%")
    use: Literal["sale", "purchase", "none"] = told("Where it applies.", example="sale")
    kind: Literal["percent", "fixed", "division", "group", "code"] = told("How it is computed.", example="percent")
    rate: Amount = told("Percent, or an amount for each unit.", example="21")
    country: Country | None = told("Country of the tax.", None, "BE")


@canonical("balance", "balances", "", "Balance of an account")
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


@dataclass(frozen=True, kw_only=True)
class TaxAmount:
    """One tax of a document."""

    tax: Line = told("Code of the tax.", example="21%")
    base: Amount = told("What the tax was computed on, in the currency of the document.", example="100.00")
    amount: Amount = told("The tax, in the currency of the document.", example="21.00")


@canonical("tax-result", "tax-results", "", "Tax of a document")
@dataclass(frozen=True, kw_only=True)
class TaxResult(Identified):
    """The taxes of a posted invoice, bill or credit note; amounts of credit notes are positive, too."""

    document: Line = told("Number of the document.", example="INV/2026/0001")
    issued_on: Day = told("Date of the document.", example="2026-01-31")
    currency: Currency = told("Currency of all amounts.", example="EUR")
    taxes: tuple[TaxAmount, ...] = told("Each tax once.", longest=MAX_LINES)
