"""Which line reported during the day is which booking of the statement, where the bank words them differently."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line reported during the day that no statement has confirmed."""

    id: int
    amount: Decimal
    booked_on: date | None
    bank_ref: str | None = None
    account: str | None = None
    decided: bool = False  # reconciled already: its words are not replaced by those of a likely twin
    source: str = ""  # who gave the reference (``source.reference_source``)
    value_on: date | None = None


def pairs(waiting, candidates, source=""):
    """``[(waiting, candidate)]``, each at most once: by the bank's reference, else by day and amount.

    The statement is complete for its days, so that a line of the day with the day and amount of a
    booking is that booking; writing both would count the money twice. Two channels of one account may
    book a day apart: then the value date has to be the same.

    :param source: who named the candidates; references of another source say nothing
    """
    if not waiting:
        return []
    found, left = _by_reference_or_day(waiting, list(candidates), source)
    others = [line for line in waiting if line.source != source]
    for day_of in (_booked_on, _value_on):
        taken = {line.id for line, _candidate in found}
        found += _as_many([line for line in others if line.id not in taken], left, day_of)
    return found


def _as_many(lines, left, day_of):
    """Of another channel: lines and bookings of one day and amount, where there are as many of both."""
    found = []
    by_key, bookings = defaultdict(list), defaultdict(list)
    for line in lines:
        by_key[day_of(line), line.amount].append(line)
    for candidate in left:
        bookings[day_of(candidate.entry), candidate.entry.amount].append(candidate)
    for key, group in by_key.items():
        same = bookings.get(key, ())
        if key[0] and len(same) == len(group):
            found += _by_account(group, same)
    taken = {id(candidate) for _line, candidate in found}
    left[:] = [candidate for candidate in left if id(candidate) not in taken]
    return found


def _by_account(lines, candidates):
    """Each line with a booking of its other account; lines that name none come last and take what is left."""
    found, left = [], list(candidates)
    for line in sorted(lines, key=lambda one: not one.account):
        fitting = next((candidate for candidate in left if _same_accounts(line, candidate.entry)), None)
        if fitting is not None:
            left.remove(fitting)
            found.append((line, fitting))
    return found


def _booked_on(one):
    return one.booked_on


def _value_on(one):
    return one.value_on


def _by_reference_or_day(waiting, left, source):
    found = []
    for key_of_line, key_of_entry in ((_line_reference, _entry_reference), (_line_day, _entry_day)):
        by_key = defaultdict(list)
        for candidate in left:
            by_key[key_of_entry(candidate.entry)].append(candidate)
        taken = {line.id for line, _candidate in found}
        for line in waiting:
            key = None if key_of_line is _line_reference and line.source != source else key_of_line(line)
            chosen = next((c for c in by_key.get(key, ()) if _agree(line, c.entry, source)), None) if key else None
            if line.id not in taken and chosen:
                by_key[key].remove(chosen)
                left.remove(chosen)
                found.append((line, chosen))
    return found, left


def _line_reference(line):
    return (line.bank_ref, line.amount) if line.bank_ref else None


def _entry_reference(entry):
    return (entry.bank_ref, entry.amount) if entry.bank_ref else None


def _line_day(line):
    return (line.booked_on, line.amount) if line.booked_on and not line.decided else None


def _entry_day(entry):
    return (entry.booked_on, entry.amount) if entry.booked_on else None


def _agree(line, entry, source):
    """Neither the references nor the accounts of the other side contradict each other."""
    compared = line.source == source and line.bank_ref is not None and entry.bank_ref is not None
    return (not compared or line.bank_ref == entry.bank_ref) and _same_accounts(line, entry)


def _same_accounts(line, entry):
    accounts = {d.counterparty.account for d in entry.details if d.counterparty and d.counterparty.account}
    return not line.account or not accounts or line.account in accounts
