"""What the matching engine reads and what it answers, as plain values.

Signs: money coming in is positive on lines, and what a partner owes us is positive on open items
(Odoo's ``amount_residual``). A line settles items of its own sign; credit notes reduce a sum.

Company and partner ids are compared only for equality; companies whose accounts can be reconciled
with each other (a company and its branches) carry the same ``company_id``.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .reasons import Reason
from .withholding import Withholding

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineReference:
    """A structured reference the bank delivered in a field of its own."""

    value: str
    kind: str | None = None  # SCOR, QRR …, as the file says


@dataclass(frozen=True, slots=True)
class LineDetail:
    """One transaction inside a batch booking."""

    amount: Decimal | None  # signed like the line; None where the bank does not say
    texts: tuple[str, ...] = ()
    references: tuple[LineReference, ...] = ()
    end_to_end_ids: tuple[str, ...] = ()
    partner_id: int | None = None
    partner_name: str | None = None
    account: str | None = None
    account_partners: tuple[int, ...] = ()
    return_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A statement line without counterpart."""

    id: Hashable
    company_id: int
    amount: Decimal  # in ``currency``; positive is money in
    currency: str
    journal_id: int | None = None
    company_amount: Decimal | None = None  # in company currency, where ``currency`` is another
    booked_on: date | None = None
    value_on: date | None = None
    partner_id: int | None = None  # partner already known on the line
    partner_name: str | None = None  # counterparty as the bank writes it
    account: str | None = None  # counterparty's IBAN or local number
    account_partners: tuple[int, ...] = ()  # partners known to own ``account``, with or without open items
    texts: tuple[str, ...] = ()  # every text: label, remittance lines in order, additional information
    references: tuple[LineReference, ...] = ()
    end_to_end_ids: tuple[str, ...] = ()  # end-to-end, instruction and own batch ids
    mandate_ids: tuple[str, ...] = ()
    is_reversal: bool = False
    return_reason: str | None = None
    charges: Decimal = ZERO  # fees the bank kept back from this amount; negative where we pay them
    details: tuple[LineDetail, ...] = ()


@dataclass(frozen=True, slots=True)
class Discount:
    """Early payment discount: ``amount`` is signed like the residual."""

    amount: Decimal
    until: date


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An entry line with something left: invoice, bill, credit note, payment under way, other entry."""

    id: Hashable
    company_id: int
    residual: Decimal  # in ``currency``, Odoo's amount_residual_currency: owed to us is positive
    currency: str
    kind: str = "invoice"  # invoice, bill, refund, payment, entry
    document_id: Hashable = None  # the move; instalments of one invoice share it. None: the item itself
    partner_id: int | None = None
    commercial_partner_id: int | None = None
    partner_name: str | None = None
    accounts: tuple[str, ...] = ()  # bank accounts of the partner
    account_id: int | None = None  # ledger account (receivable, payable, outstanding)
    company_residual: Decimal | None = None  # in company currency, where ``currency`` is another
    due_on: date | None = None
    dated_on: date | None = None
    names: tuple[str, ...] = ()  # first the document's own number, then all it may be quoted by
    end_to_end_ids: tuple[str, ...] = ()  # ids we gave our own payment: end-to-end, batch, message
    discount: Discount | None = None
    untaxed: Decimal | None = None  # of the residual, the part without tax, in ``currency``; None: no invoice
    country: str | None = None  # of the commercial partner, ISO 3166

    @property
    def name(self):
        """How people call the document."""
        return self.names[0] if self.names else f"item {self.id}"

    @property
    def document(self):
        return self.id if self.document_id is None else self.document_id

    @property
    def payer(self):
        """The partner that counts for payment: the commercial one."""
        return self.partner_id if self.commercial_partner_id is None else self.commercial_partner_id


@dataclass(frozen=True, slots=True)
class Part:
    """How much of one open item a line settles."""

    item_id: Hashable
    amount: Decimal  # in the line's currency, signed like the item
    item_amount: Decimal  # in the item's currency


@dataclass(frozen=True, slots=True)
class WriteOff:
    """A difference to be booked with the match."""

    kind: str  # tolerance, discount, bank_fee, withholding
    amount: Decimal  # in the line's currency
    label: str
    account_id: int | None = None  # where it is not one of the settings
    rule_id: int | None = None  # the matching rule it follows


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way to settle a line: parts + write-offs + rest = the line's amount.

    ``sure``: may be booked without a person; then nothing rests and there are no doubts.
    """

    line_id: Hashable
    parts: tuple[Part, ...]
    write_offs: tuple[WriteOff, ...]
    rest: Decimal  # stays open on the line (overpayment, unmatched part of a batch)
    score: float  # 0..1
    sure: bool
    rule: str  # end_to_end, reference, number, batch, payer_amount, combination, amount
    reasons: tuple[Reason, ...]
    doubts: tuple[Reason, ...] = ()  # why it was not made without a person


@dataclass(frozen=True, slots=True)
class Open:
    """A line for which nothing can be proposed, and why."""

    line_id: Hashable
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Each line is in exactly one of the three: sure, with proposals (best first), open."""

    sure: list[Proposal]
    proposals: list[Proposal]
    open: list[Open]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the company allows. A difference must keep within amount *and* percent.

    Amounts are compared exactly, so they come rounded to their currency; ``decimals`` makes sure of it.
    """

    tolerance_amount: Decimal = Decimal("0.50")
    tolerance_percent: Decimal = Decimal(1)
    decimals: Mapping[str, int] = field(default_factory=dict)  # places per currency
    sure_partial: bool = True  # book part payments of an exactly named document of the payer without a person
    short_percent: Decimal = Decimal(10)  # less missing than this is no part payment but charges or a deduction
    short_amount: Decimal = Decimal(50)  # nor is so little, whatever part of it: banks on the way keep as much
    deductions: bool = True  # there is an account for them
    withholdings: tuple[Withholding, ...] = ()  # the first that fits comes first
    sure_payer_amount: bool = True  # book by payer and unique amount where no document is named
    discount_grace_days: int = 0
    days_before_document: int = 0  # money may move so many days before the document's date
    payer_items: int = 100  # with more open items the amount alone never decides
    subset_items: int = 20  # several documents that make an amount: among how many they are looked for
    subset_parts: int = 8  # and how many they may be
    amount_bucket: int = 25  # more open items of one amount than this: amount alone proposes nothing
    rate_percent: Decimal = Decimal(5)  # other currency: how far the company amounts may differ
    max_proposals: int = 5

    def check(self, amount, currency):
        """Refuse an amount with more places than its currency has: it would never equal anything."""
        places = self.decimals.get(currency)
        if places is not None and amount.as_tuple().exponent < -places and amount != round(amount, places):
            raise ValueError(f"{amount} {currency} is not rounded to {places} places")
