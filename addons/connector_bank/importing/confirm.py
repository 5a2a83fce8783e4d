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


def pairs(waiting, candidates):
    """``[(waiting, candidate)]``, each at most once: by the bank's reference, else by day and amount.

    The statement is complete for its days, so that a line of the day with the day and amount of a
    booking is that booking; writing both would count the money twice.
    """
    found, left = [], list(candidates)
    for key_of_line, key_of_entry in ((_line_reference, _entry_reference), (_line_day, _entry_day)):
        by_key = defaultdict(list)
        for candidate in left:
            by_key[key_of_entry(candidate.entry)].append(candidate)
        taken = {line.id for line, _candidate in found}
        for line in waiting:
            key = key_of_line(line)
            chosen = next((c for c in by_key.get(key, ()) if _agree(line, c.entry)), None) if key else None
            if line.id not in taken and chosen:
                by_key[key].remove(chosen)
                left.remove(chosen)
                found.append((line, chosen))
    return found


def _line_reference(line):
    return (line.bank_ref, line.amount) if line.bank_ref else None


def _entry_reference(entry):
    return (entry.bank_ref, entry.amount) if entry.bank_ref else None


def _line_day(line):
    return (line.booked_on, line.amount) if line.booked_on and not line.decided else None


def _entry_day(entry):
    return (entry.booked_on, entry.amount) if entry.booked_on else None


def _agree(line, entry):
    """Neither the references nor the accounts of the other side contradict each other."""
    accounts = {d.counterparty.account for d in entry.details if d.counterparty and d.counterparty.account}
    same_reference = line.bank_ref is None or entry.bank_ref is None or line.bank_ref == entry.bank_ref
    return same_reference and (not line.account or not accounts or line.account in accounts)
