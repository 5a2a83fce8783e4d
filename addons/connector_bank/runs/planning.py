"""When an open item is paid and how much of it: due day, early-payment discount, what the account can bear."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .bank_days import BankDays

NOW, WHEN_DUE = "now", "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An open item; ``open_amount`` is positive where money goes the way of the run, negative for a credit note.

    :param discount_on: last day on which ``discounted`` settles the item; both empty without a discount
    """

    id: int
    open_amount: Decimal
    due_on: date
    discount_on: date | None = None
    discounted: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """How a run chooses its days.

    :param first_on: the first day that the bank can still keep
    :param when: all on that day, or each as late as allowed
    """

    first_on: date
    when: str = NOW
    take_discount: bool = True
    days: BankDays = field(default_factory=BankDays)


@dataclass(frozen=True, slots=True)
class Planned:
    id: int
    day: date
    amount: Decimal
    gained: Decimal = Decimal(0)
    lost: Decimal = Decimal(0)


def planned(item, timing):
    """What is to be done with one item.

    A discount counts as lost where its last day has passed when the bank can act, or nobody wants it taken.
    """
    saving = item.open_amount - item.discounted if item.discounted is not None else Decimal(0)
    if saving and timing.take_discount and item.discount_on and item.discount_on >= timing.first_on:
        day = _day(item.discount_on, timing)
        if day <= item.discount_on:
            return Planned(item.id, day, item.discounted, gained=saving)
    return Planned(item.id, _day(item.due_on, timing), item.open_amount, lost=saving)


def _day(last_on, timing):
    if timing.when == NOW or last_on <= timing.first_on:
        return timing.first_on
    return max(timing.first_on, timing.days.on_or_before(last_on))


def collected_on(due_on, first_on, days):
    """The day of a direct debit: not before it is due, not before notice and bank allow it, a day of the bank."""
    return days.on_or_after(max(due_on, first_on))


def beyond(bundles, available):
    """Keys of the bundles that the account cannot bear any more, the most urgent paid first.

    :param bundles: ``(key, day, amount)`` in the order in which they are to be paid; a smaller one may still fit
    :param available: what may be spent; ``None`` where nobody asks
    """
    if available is None:
        return set()
    left, out = available, set()
    for key, _day_of, amount in bundles:
        if amount > left:
            out.add(key)
        else:
            left -= amount
    return out


def not_positive(amounts):
    """Keys of bundles in which credit notes take everything: nothing is left to pay.

    :param amounts: ``(key, amount)``
    """
    totals = defaultdict(int)
    for key, amount in amounts:
        totals[key] += amount
    return {key for key, total in totals.items() if total <= 0}
