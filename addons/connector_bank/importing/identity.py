"""What makes a statement and a line the same, so that nothing is imported twice and nothing lost.

Three layers, the first being the message (same bytes):

- a **statement** is known by what the bank calls it, its number and its period;
- a **line** is known by its content and its occurrence: two equal coffees on one day stay two.

Whether an equal line is the same booking again or a new one is decided from evidence, never guessed
(``settle``): a bank reference, or the chain of balances (``chain``).
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from odoo.addons.finance_connector_base.core.canonical import sha256

#: Version of the identity by content; each rule (``rules``) starts its fingerprints with a mark of its own.
VERSION = "1"
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of a new statement with its identity."""

    entry: object
    fingerprint: str
    occurrence: int  # 1 is the first equal line of this account
    line: object = None  # the line it is, or may be; ``None`` if it is new


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be done with the entries of one statement."""

    new: tuple[Candidate, ...]
    known: tuple[Candidate, ...]  # already in the ledger: confirmed, not written again
    doubtful: tuple[Candidate, ...]  # equal to known lines, and nothing says which it is


def statement_identity(header, footer):
    """Key of a statement inside its account: id, number, period and the days of its balances.

    Of a table without a name, what it holds: the same days are downloaded again once there is more.
    """
    parts = (
        header.statement_id,
        header.sequence,
        header.page,
        header.from_on,
        header.to_on,
        header.opening_on,
        footer.closing_on,
        "intraday" if header.intraday else None,
    )
    if header.rows_hash and not header.statement_id and header.sequence is None:
        parts += (header.rows_hash,)
    return "|".join("" if part is None else str(part) for part in parts)


class Fingerprints:
    """Fingerprints of the entries of one statement, each worked out once; it keeps the entries alive."""

    def __init__(self, rule):
        self.rule, self._known = rule, {}

    def __call__(self, entry):
        found = self._known.get(id(entry))
        if found is None:
            found = self._known[id(entry)] = entry, self.rule(entry)
        return found[1]


def content_hash(header, footer, entries, prints=None):
    """Hash of what a statement says: balances and bookings, whatever the file around them."""
    prints = prints or fingerprint
    return sha256(
        [
            header.opening,
            footer.closing,
            [[entry.status, prints(entry)] for entry in entries],
        ]
    )


def fingerprint(entry):
    """Hash of what makes a booking that booking: dates, amount, references, counterparty, texts.

    ``entry_ref`` is no part of it: banks count the entries of each file anew.
    """
    details = [
        [
            detail.amount,
            detail.end_to_end_id,
            detail.transaction_id,
            detail.bank_ref,
            detail.counterparty.account if detail.counterparty else None,
            _text(detail.counterparty.name if detail.counterparty else None),
            [reference.value for reference in detail.references],
            _text(" ".join(detail.remittance)),
        ]
        for detail in entry.details
    ]
    content = [
        entry.booked_on,
        entry.value_on,
        entry.amount.normalize() + 0,
        entry.currency,
        entry.reversal,
        entry.bank_ref,
        _text(entry.additional),
        details,
    ]
    return f"{VERSION}:{sha256(content)[:40]}"


def _text(text):
    """Texts compare without regard to case and blanks: banks wrap them differently each time."""
    return _BLANKS.sub("", text).casefold() if text else None


def has_bank_reference(entry):
    """Whether the bank itself named the booking, so that an equal line is the same line."""
    return bool(entry.bank_ref or any(detail.bank_ref or detail.transaction_id for detail in entry.details))


@dataclass(frozen=True, slots=True)
class Held:
    """A line the account holds already."""

    fingerprint: str
    occurrence: int
    own: bool = False  # of this very statement, written by an earlier run
    place: str | None = None  # where it stands in the file, if it is of this very message
    waiting: bool = False  # reported during the day, to be confirmed by a statement
    amount: Decimal | None = None  # another amount is never the same booking, whatever the rule of identity says
    line: object = None


@dataclass(slots=True)
class _Copies:
    """The lines with one fingerprint, each to be taken once."""

    last: int = 0
    own: dict = field(default_factory=dict)
    waiting: list = field(default_factory=list)
    others: list = field(default_factory=list)

    def add(self, held):
        self.last = max(self.last, held.occurrence)
        if held.own:
            self.own.setdefault(held.place, []).append(held)
        else:
            (self.waiting if held.waiting else self.others).append(held)

    def again(self, entry):
        """The line that surely is this entry, or ``None``.

        At its place in its own file it is, whatever a person changed; in another file the amount has to be the same:
        a statement may be corrected under its name.
        """
        here = self.own.get(entry.place) if entry.place is not None else None
        if here:
            return here.pop(0)
        for copies in (self.own.get(None, ()), self.waiting):
            found = _with_amount(copies, entry)
            if found:
                copies.remove(found)
                return found
        return None

    def perhaps(self, entry):
        """A line that may be this entry, best one of its amount, or ``None``."""
        for copies in (self.others, self.waiting):
            if copies:
                found = _with_amount(copies, entry) or copies[0]
                copies.remove(found)
                return found
        return None

    def next(self):
        self.last += 1
        return self.last


def _with_amount(copies, entry):
    return next((held for held in copies if held.amount in (None, entry.amount)), None)


def settle(entries, held, *, fits=False, overlaps=False, forced=False, prints=None, named=has_bank_reference):
    """Sort the booked ``entries`` of one statement into new, known and doubtful.

    :param held: the lines of the account with the fingerprints of the entries
    :param fits: the balances say that all of it is new
    :param overlaps: the balances say that equal lines are the same
    :param forced: a person said that what is doubtful is new
    :param named: whether the fingerprint of an entry holds a name that the bank gave it
    """
    copies = {}
    for line in sorted(held, key=lambda line: line.occurrence):
        copies.setdefault(line.fingerprint, _Copies()).add(line)
    new, known, doubtful = [], [], []
    for entry in entries:
        key = (prints or fingerprint)(entry)
        mine = copies.setdefault(key, _Copies())
        again = mine.again(entry)
        if again:
            known.append(Candidate(entry, key, again.occurrence, again.line))
            continue
        has_name = named(entry)
        other = None if forced or (fits and not has_name) else mine.perhaps(entry)
        if other is None:
            new.append(Candidate(entry, key, mine.next()))
            continue
        sure = not fits and (overlaps or has_name) and other.amount in (None, entry.amount)
        (known if sure else doubtful).append(Candidate(entry, key, other.occurrence, other.line))
    return Settled(tuple(new), tuple(known), tuple(doubtful))
