"""A batch booking as one entry for each transaction, where the bank gives every amount."""

from dataclasses import replace
from decimal import Decimal


def split(entry):
    """The transactions of ``entry`` as entries, or the entry alone where they do not add up to it."""
    amounts = [detail.amount for detail in entry.details]
    same_currency = all(detail.currency in (None, entry.currency) for detail in entry.details)
    if len(amounts) < 2 or None in amounts or not same_currency or sum(amounts, Decimal(0)) != entry.amount:
        return [entry]
    return [
        replace(
            entry,
            amount=detail.amount,
            details=(detail,),
            batch_count=None,
            charges=detail.charges,
            place=f"{entry.place} transaction {number}",
        )
        for number, detail in enumerate(entry.details, start=1)
    ]
