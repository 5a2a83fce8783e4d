"""What the plan consists of."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank and our account there."""

    key: str
    name: str
    bic: str
    country: str
    account: str
    currency: str
    journal: str  # code of the bank journal
    opening: Decimal  # balance before the first statement
    first_number: int  # of the statements delivered


@dataclass(frozen=True, slots=True)
class Partner:
    """A customer or vendor; ``habit`` is the way he pays or is paid."""

    key: str
    name: str
    country: str
    currency: str
    habit: str
    account: str | None  # None: we do not know it
    style: str | None = None  # structured reference on his invoices: rf, ogm, fi, qrr
    discount: bool = False

    @property
    def is_customer(self):
        return self.key.startswith("c")


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, bill or credit note to be posted; ``amount`` is always positive."""

    kind: str  # out_invoice, out_refund, in_invoice
    partner: Partner
    number: str  # ours, or the vendor's on a bill
    dated_on: date
    amount: Decimal
    reference: str | None = None

    @property
    def key(self):
        return self.number


@dataclass(frozen=True, slots=True)
class OwnPayment:
    """A transfer of ours that settles one bill; ``key`` is the end-to-end id the bank gives back."""

    key: str
    bill: Document
    made_on: date


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction inside a bank line."""

    amount: Decimal  # signed like the line
    name: str | None = None
    account: str | None = None
    end_to_end: str | None = None
    reference: str | None = None
    scheme: str | None = None  # SCOR, QRR; None: the bank's own
    texts: tuple[str, ...] = ()
    return_reason: str | None = None
    instructed: tuple[Decimal, str, Decimal] | None = None  # amount, currency, rate


@dataclass(frozen=True, slots=True)
class Booking:
    """One line of a bank statement, with the truth about it."""

    day: date
    amount: Decimal
    kind: str
    truth: tuple[str, ...] = ()  # keys of the documents and own payments it settles
    transactions: tuple[Transaction, ...] = ()
    text: str | None = None  # the bank's own words
    bank_ref: str | None = None
    charges: Decimal | None = None  # kept back by the bank
    reversal: bool = False
    pending: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """A file as the bank hands it over."""

    name: str
    bank: Bank
    content: bytes
    about: str
    bookings: dict[str, Booking] = field(default_factory=dict)  # place in the file → line that it brings
    by_hand: bool = False
