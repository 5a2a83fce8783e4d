"""A long file cut into pieces that are written one after the other, and what has to be known of a statement before.

Nothing of it is decided here. A piece holds the bytes of some entries of one statement; the facts of a statement are
small however long it is.
"""

import hashlib
import zlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from odoo.addons.finance_connector_base.core.canonical import canonical_json
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import Entry, Footer, Header

from ..formats.rendering import EVENTS
from .book import Statement, period
from .identity import fingerprint

#: Level of compression; a piece of 2,000 camt entries takes about 60 KiB.
QUICK = 1


@dataclass
class Facts:
    """What is known of one statement once it was read to its end; JSON values only."""

    header: str
    footer: str | None = None
    findings: list[str] = field(default_factory=list)
    pieces: int = 0
    entries: int = 0
    booked: int = 0
    paid_in: str = "0"
    paid_out: str = "0"
    first_on: str | None = None
    last_on: str | None = None
    currencies: list[str] = field(default_factory=list)
    decimals: int = 0
    undated: bool = False  # some booked entry has no day of its own
    batches: bool = False  # some booked entry has several transactions
    digest: str = ""

    @property
    def moved(self):
        return Decimal(self.paid_in) - Decimal(self.paid_out)

    @property
    def sums(self):
        """As ``control.sums`` has them."""
        return [self.booked, self.paid_in, self.paid_out]

    def statement(self, entries=()):
        """The statement with these of its entries."""
        footer = EVENTS.record(self.footer) if self.footer else None
        findings = [EVENTS.record(line) for line in self.findings]
        return Statement(EVENTS.record(self.header), footer, list(entries), findings)

    def period(self):
        """First and last day, as ``book.period`` of the whole statement."""
        days = [SimpleNamespace(booked_on=date.fromisoformat(day)) for day in (self.first_on, self.last_on) if day]
        return period(self.statement(), days)


@dataclass
class Piece:
    """Some entries of one statement; ``prints`` are the fingerprints by content of those that are booked."""

    statement: int
    body: bytes
    prints: list[str]
    booked: int


def entries_of(body):
    """The entries of a piece."""
    return [EVENTS.record(line) for line in zlib.decompress(body).decode().split("\n") if line]


def cut(lines, size):
    """Yield a ``Piece`` for each ``size`` entries of a statement, and its ``Facts`` after the last one.

    :param lines: the events of a file as JSON lines
    """
    current = None
    for line in lines:
        event = EVENTS.record(line)
        if isinstance(event, Header):
            if current is not None:
                yield from current.end()
            current = _Cutter(0 if current is None else current.number + 1, size, line)
        elif isinstance(event, Entry):
            yield from current.entry(event, line)
        elif isinstance(event, Footer):
            current.footer(event, line)
        else:
            current.facts.findings.append(line)
    if current is not None:
        yield from current.end()


class _Cutter:
    """One statement on its way past."""

    def __init__(self, number, size, header):
        self.number, self._size = number, size
        self.facts = Facts(header)
        self._header, self._footer = EVENTS.record(header), None
        self._paid = {True: Decimal(0), False: Decimal(0)}
        self._currencies, self._days = set(), set()
        self._said = bytearray()
        self._start()

    def _start(self):
        self._lines, self._prints, self._booked = [], [], 0

    def entry(self, entry, line):
        key = fingerprint(entry)
        self._said += b"," + canonical_json([entry.status, key]) if self._said else canonical_json([entry.status, key])
        self.facts.entries += 1
        self._lines.append(line)
        if entry.status == "booked":
            self._book(entry, key)
        if len(self._lines) >= self._size:
            yield self._piece()

    def _book(self, entry, key):
        facts = self.facts
        self._prints.append(key)
        self._booked += 1
        facts.booked += 1
        self._paid[entry.amount > 0] += abs(entry.amount)
        facts.decimals = max(facts.decimals, -entry.amount.normalize().as_tuple().exponent)
        facts.undated = facts.undated or not (entry.booked_on or entry.value_on)
        facts.batches = facts.batches or len(entry.details) > 1
        if entry.currency:
            self._currencies.add(entry.currency)
        if entry.booked_on:
            self._days = {min(self._days | {entry.booked_on}), max(self._days | {entry.booked_on})}

    def footer(self, footer, line):
        self._footer, self.facts.footer = footer, line

    def end(self):
        if self._lines or not self.facts.pieces:
            yield self._piece()
        facts = self.facts
        facts.paid_in, facts.paid_out = (plain(self._paid[side]) for side in (True, False))
        facts.currencies = sorted(self._currencies)
        if self._days:
            facts.first_on, facts.last_on = min(self._days).isoformat(), max(self._days).isoformat()
        closing = self._footer.closing if self._footer else None
        balances = b"[%b,%b,[" % (canonical_json(self._header.opening), canonical_json(closing))
        facts.digest = hashlib.sha256(balances + self._said + b"]]").hexdigest()
        yield facts

    def _piece(self):
        self.facts.pieces += 1
        body = zlib.compress("\n".join(self._lines).encode(), QUICK)
        piece = Piece(self.number, body, self._prints, self._booked)
        self._start()
        return piece
