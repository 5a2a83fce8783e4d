"""What makes a statement and a line the same, so that nothing is imported twice and nothing lost.

Three layers, the first being the message (same bytes):

- a **statement** is known by what the bank calls it, its number and its period;
- a **line** is known by its content and its occurrence: two equal coffees on one day stay two.

Whether an equal line is the same booking again or a new one is decided from evidence, never guessed
(``settle``): a bank reference, the chain of balances, or the periods of the statements.
"""

import re
from collections import Counter
from dataclasses import dataclass

from odoo.addons.finance_connector_base.core.canonical import sha256

#: Version of the line identity; it starts every fingerprint, so that a change never re-imports.
VERSION = "1"
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry of a new statement with its identity."""

    entry: object
    fingerprint: str
    occurrence: int  # 1 is the first equal line of this account


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be done with the entries of one statement."""

    new: tuple[Candidate, ...]
    known: tuple[Candidate, ...]  # already in the ledger: confirmed, not written again
    doubtful: tuple[Candidate, ...]  # equal to known lines, and nothing says which it is


def statement_identity(header, footer):
    """Key of a statement inside its account: id, number, period and the days of its balances."""
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
    return "|".join("" if part is None else str(part) for part in parts)


def content_hash(header, footer, entries):
    """Hash of what a statement says: balances and bookings, whatever the file around them."""
    return sha256(
        [
            header.opening,
            footer.closing,
            [[entry.status, fingerprint(entry)] for entry in entries],
        ]
    )


def fingerprint(entry):
    """Hash of what makes a booking that booking: dates, amount, references, counterparty, texts."""
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
        entry.entry_ref if entry.bank_ref is None else None,
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


def settle(entries, stored, *, own=None, contiguous=False, overlaps=False):
    """Sort the booked ``entries`` of one statement into new, known and doubtful.

    :param stored: ``{fingerprint: how many such lines the account holds}``
    :param own: ``{fingerprint: how many of them came from this very message}``, on a second run
    :param contiguous: the opening balance is the last closing balance, or a person said so: all of it is new
    :param overlaps: the period lies within what was imported before, so equal lines are the same
    """
    seen, own = Counter(), own or {}
    new, known, doubtful = [], [], []
    for entry in entries:
        key = fingerprint(entry)
        seen[key] += 1
        held, mine = stored.get(key, 0), own.get(key, 0)
        if seen[key] > held:
            new.append(Candidate(entry, key, seen[key]))
        elif seen[key] <= mine:
            known.append(Candidate(entry, key, held - mine + seen[key]))
        elif contiguous and not has_bank_reference(entry):
            new.append(Candidate(entry, key, held - mine + seen[key]))
        elif overlaps or has_bank_reference(entry):
            known.append(Candidate(entry, key, seen[key]))
        else:
            doubtful.append(Candidate(entry, key, seen[key]))
    return Settled(tuple(new), tuple(known), tuple(doubtful))
