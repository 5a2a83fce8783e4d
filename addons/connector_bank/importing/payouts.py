"""The statement of a payment provider as one booking for all that a payout settles, and one for the payout itself."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Entry

from ..formats.payout import (
    CHARGEBACK,
    CONVERSION,
    FEE,
    PAYOUT,
    PAYOUT_REVERSAL,
    RESERVE,
    ROUNDING,
    TAX,
    TRANSFER,
)
from .book import Statement

#: Code of the booking that holds all that a payout settles; its details keep the codes of ``formats.payout``.
SETTLEMENT = "settlement"
#: Money that goes between the provider and an own account, or between two currencies at the provider.
ON_THE_WAY = frozenset({PAYOUT, PAYOUT_REVERSAL, CONVERSION, TRANSFER})
#: What the provider charges.
CHARGED = frozenset({FEE, TAX, ROUNDING})
#: Kinds that no invoice explains.
WITHOUT_INVOICE = ON_THE_WAY | CHARGED | {RESERVE, CHARGEBACK, SETTLEMENT}


def has_key(format_code):
    """Whether statements of this format are known by a key (provider, merchant, currency), not by a bank account."""
    return format_code in FORMATS and getattr(FORMATS.get(format_code), "keyed", False)


def implies_decimals(format_code):
    """Whether amounts of this format have their decimals only by their currency."""
    return format_code in FORMATS and getattr(FORMATS.get(format_code), "implies_decimals", False)


def names_movements(format_code):
    """Whether the provider's id and the kind name one movement, over whatever channel it comes."""
    return has_key(format_code) and getattr(FORMATS.get(format_code), "names_movements", False)


def names_payouts(format_code):
    """Whether the provider's channels share the number of a payout, but not the ids of what it settles."""
    return has_key(format_code) and getattr(FORMATS.get(format_code), "names_payouts", False)


def told_anew(held, told):
    """Of a payout that comes over another channel, what is new of it: nothing, or the payout itself, which some
    reports leave out. ``None`` where the two contradict each other.

    :param held: ``(whether it is the payout, amount)`` of each line that is there
    :param told: the same of each booking that comes
    """
    gone, new = Counter(held), Counter(told)
    gone, new = gone - new, new - gone
    return None if (gone and new) or not all(one[0] for one in (*gone, *new)) else new


def moved(movements):
    """``{the provider's id: sum}`` of ``(id, amount)``: what a payout is, however its fees are told apart."""
    found = Counter()
    for reference, amount in movements:
        found[reference] += amount
    return {reference: amount for reference, amount in found.items() if amount}


def aggregated(statement):
    """``statement`` with one booking, ``SETTLEMENT``, for all its booked entries that are not on the way.

    Fees are summed up by their kind; every other entry stays a detail of its own. Entries that come to nothing
    together stay apart, because a booking of nothing explains nothing.
    """
    settled = [entry for entry in statement.booked if entry.code not in ON_THE_WAY]
    total = sum((entry.amount for entry in settled), Decimal(0))
    if len(settled) < 2 or not total:
        return statement
    merged = _merged(statement, settled, total)
    inside, entries = {id(entry) for entry in settled}, []
    for entry in statement.entries:
        if id(entry) not in inside:
            entries.append(entry)
        elif merged is not None:
            entries.append(merged)
            merged = None
    return Statement(statement.header, statement.footer, entries, statement.findings)


def _merged(statement, settled, total):
    fees = Counter()
    details = []
    for entry in settled:
        if entry.code in CHARGED:
            fees[entry.code, entry.own_code] += entry.amount
        else:
            details.append(_detail(entry))
    details += [Detail(amount=amount, code=code, own_code=own) for (code, own), amount in fees.items() if amount]
    days = [entry.booked_on for entry in settled if entry.booked_on]
    return Entry(
        booked_on=max(days, default=None),
        amount=total,
        currency=settled[0].currency,
        code=SETTLEMENT,
        additional=statement.header.statement_id,
        bank_ref=statement.header.statement_id,
        batch_count=len(details),
        details=tuple(details),
        place=statement.header.place or settled[0].place,
    )


def _detail(entry):
    one = entry.details[0] if entry.details else Detail()
    return replace(
        one,
        amount=entry.amount,
        bank_ref=entry.bank_ref,
        code=entry.code,
        own_code=entry.own_code,
        exchange=one.exchange or entry.exchange,
    )
