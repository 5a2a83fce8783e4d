"""What payment providers have in common: rows of gross, fee and net become entries, payouts are summed up.

``Entry.code`` is the kind below, ``Entry.own_code`` the provider's own word; a fee is always an entry of its own.
A row ``gross - fee = net`` and a payout that takes exactly what it settles are checked, never forced: the finding
``payout.sum`` tells of a difference.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.canonical import sha256
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import money, plain
from odoo.addons.finance_connector_base.core.safe.csv import csv_rows
from odoo.addons.finance_connector_base.core.safe.json import json_value
from odoo.addons.finance_connector_base.core.safe.limits import JsonLimits, active
from odoo.addons.finance_connector_base.core.statement import Detail, Entry, Finding, Footer, Header

ZERO = Decimal(0)
PAYMENT, REFUND, FEE, TAX = "payment", "refund", "fee", "tax"
CHARGEBACK, CHARGEBACK_REVERSAL = "chargeback", "chargeback_reversal"
RESERVE, CONVERSION, TRANSFER, FINANCING = "reserve", "conversion", "transfer", "financing"
PAYOUT, PAYOUT_REVERSAL = "payout", "payout_reversal"
ADJUSTMENT, ROUNDING, OTHER = "adjustment", "rounding", "other"

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ].*)?", re.ASCII)


@dataclass(slots=True)
class Fee:
    amount: Decimal  # signed like an entry: negative where we pay it
    kind: str  # the provider's word
    code: str = FEE


@dataclass(slots=True)
class Row:
    """One movement of the balance at the provider.

    :param gross: signed, without the fees
    :param net: what the provider says that moved; None where it does not say
    """

    place: str
    booked_on: date | None
    code: str
    own_code: str | None
    gross: Decimal
    fees: tuple[Fee, ...] = ()
    net: Decimal | None = None
    currency: str | None = None
    value_on: date | None = None
    reference: str | None = None  # the provider's id of this movement
    detail: Detail | None = None
    exchange: object = None
    status: str = "booked"
    batch_count: int | None = None

    @property
    def moved(self):
        return self.gross + sum((fee.amount for fee in self.fees), ZERO)

    def entries(self):
        """The gross amount, unless the row is nothing but fees, and each fee."""
        common = {
            "booked_on": self.booked_on,
            "value_on": self.value_on,
            "currency": self.currency,
            "status": self.status,
            "bank_ref": self.reference,
            "place": self.place,
        }
        if self.gross or not self.moved:
            yield Entry(
                amount=self.gross,
                code=self.code,
                own_code=self.own_code,
                exchange=self.exchange,
                details=(self.detail,) if self.detail else (),
                batch_count=self.batch_count,
                **common,
            )
        for fee in self.fees:
            if fee.amount:
                yield Entry(amount=fee.amount, code=fee.code, own_code=fee.kind, additional=fee.kind, **common)


@dataclass(slots=True)
class Settlement:
    """The rows of one payout, batch or account, all in one currency."""

    account: str | None = None
    currency: str | None = None
    statement_id: str | None = None
    place: str | None = None
    from_on: date | None = None
    to_on: date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    summed: bool = True  # its rows are all that one payout settles
    profile: str | None = None
    rows: list = field(default_factory=list)
    findings: list = field(default_factory=list)

    def events(self):
        entries = [entry for row in self.rows for entry in row.entries()]
        yield Header(
            account=self.account,
            currency=self.currency,
            opening=self.opening,
            opening_on=None if self.opening is None else self.from_on,
            statement_id=self.statement_id,
            from_on=self.from_on,
            to_on=self.to_on,
            profile=self.profile,
            rows_hash=None if self.statement_id else _rows_hash(entries),
            place=self.place,
        )
        yield from entries
        yield Footer(closing=self.closing, closing_on=None if self.closing is None else self.to_on, place=self.place)
        yield from self.findings
        yield from self._sums()

    def _sums(self):
        for row in self.rows:
            if row.net is not None and row.net != row.moved:
                yield Finding(
                    "payout.sum",
                    f"Gross {plain(row.gross)} and fees {plain(row.moved - row.gross)} give {plain(row.moved)}, "
                    f"but the net amount is {plain(row.net)}",
                    row.place,
                )
        payouts = [row for row in self.rows if row.code == PAYOUT]
        if self.summed and len(payouts) == 1:
            paid = -payouts[0].gross
            others = [row for row in self.rows if row is not payouts[0]]
            if payouts[0].status != "information":
                others = [row for row in others if row.status != "information"]  # nothing that moves money
            settled = sum((row.moved for row in others), payouts[0].moved + paid)
            if paid != settled:
                yield Finding(
                    "payout.sum",
                    f"The payout is {plain(paid)}, what it settles gives {plain(settled)} "
                    f"(difference {plain(paid - settled)} {self.currency or ''})".replace(" )", ")"),
                    payouts[0].place,
                )


def _rows_hash(entries):
    return sha256(
        [  # what is pending changes
            [entry.booked_on, entry.amount, entry.bank_ref, entry.code, entry.own_code,
             *([] if entry.status == "booked" else [entry.status])]
            for entry in entries
        ]
    )


def add_sum(settlement):
    """Add the payout to a report that lists what one payout is made of and does not state it."""
    total = sum((row.moved for row in settlement.rows), ZERO)
    if not total or any(row.code == PAYOUT and row.gross for row in settlement.rows):
        return
    days = [row.value_on or row.booked_on for row in settlement.rows if row.value_on or row.booked_on]
    settlement.rows.append(
        Row(
            place=settlement.place,
            booked_on=max(days, default=None),
            code=PAYOUT,
            own_code="sum of the report",
            gross=-total,
            currency=settlement.currency,
            reference=settlement.statement_id,
            detail=Detail(transaction_id=settlement.statement_id),
        )
    )


def titled_rows(stream, needed):
    """Yield ``(place, cells by title)`` of a CSV file whose first row holds the titles.

    :param needed: titles that must be there
    :raise FormatError: ``payout.columns``, ``payout.empty`` and those of ``csv_rows``
    """
    titles, found = None, False
    for number, cells in csv_rows(stream):
        place = f"line {number}"
        if titles is None:
            titles = [title.strip() for title in cells]
            missing = [title for title in needed if title not in titles]
            if missing or len(set(titles)) != len(titles):
                raise FormatError(f"columns are missing or twice: {', '.join(missing)}", code="payout.columns")
            continue
        found = True
        yield place, dict(zip(titles, (cell.strip() for cell in cells), strict=True))
    if not found:
        raise FormatError("titles, but no row", code="payout.empty")


def document(stream):
    """The JSON object in ``stream``.

    :raise FormatError: ``payout.structure`` and those of ``json_value``
    """
    found = json_value(stream.read(active(JsonLimits).total_bytes + 1))
    if not isinstance(found, dict):
        raise FormatError("not a JSON object", code="payout.structure")
    return found


def begins_object(head, *names):
    """Whether ``head`` begins a JSON object and holds all ``names``."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"{") and all(f'"{name}"'.encode() in head for name in names)


def first_line(head):
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0]


def objects(parent, name, place="$"):
    """The objects in the list ``name`` of ``parent`` with their places."""
    found = parent.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise FormatError(f"{name} is no list of objects", code="payout.structure", place=place)
    return [(f"{place}.{name}[{number}]", one) for number, one in enumerate(found)]


def inner(parent, name, place):
    """The object ``name`` of ``parent``; empty where it is absent."""
    found = parent.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise FormatError(f"{name} is no object", code="payout.structure", place=place)
    return found


def text(value):
    """A value as text; blank is absent, and so is whatever is neither text nor number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    return str(value).strip() or None


def amount(value, place, default=None):
    """An exact amount as text or JSON number; ``default`` where it is absent."""
    found = text(value)
    if found is None:
        if default is None:
            raise FormatError("the amount is missing", code="payout.amount", place=place)
        return default
    try:
        return money(found)
    except ValueError as error:
        raise FormatError("the amount cannot be read", code="payout.amount", place=place) from error


def day(value, place):
    """The day of an ISO date or moment, as the provider writes it; absent stays None.

    Moments keep the day of the zone they are written in.
    """
    found = text(value)
    if found is None:
        return None
    match = _DAY.fullmatch(found)
    try:
        return date(*map(int, match.groups()))
    except (AttributeError, ValueError) as error:
        raise FormatError("the date cannot be read", code="payout.date", place=place) from error


def currency(value, place):
    found = (text(value) or "").upper()
    if not _CURRENCY.fullmatch(found):
        raise FormatError("no currency code", code="payout.currency", place=place)
    return found


class Settlements:
    """Settlements by key, in the order in which they first appear."""

    def __init__(self):
        self._found = {}

    def of(self, key, **facts):
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = Settlement(**facts)
        return found

    def __iter__(self):
        return iter(self._found.values())

    def events(self):
        """:raise FormatError: ``payout.empty``: nothing to import, and a person has to hear of it"""
        if not self._found:
            raise FormatError("the file holds no payout", code="payout.empty")
        for settlement in self:
            yield from settlement.events()
