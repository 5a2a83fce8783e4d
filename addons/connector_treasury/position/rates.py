"""Rates of the day: what one unit of each currency is worth in the reporting currency."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

#: Enough digits that the rate itself never shows in a rounded amount.
EXACT = Context(prec=34)


@dataclass(frozen=True)
class Quote:
    """Units of a currency for one unit of the common base, valid from ``on``."""

    units: Decimal
    on: date


@dataclass(frozen=True)
class Rate:
    """Reporting currency for one unit; ``on`` is the older date of the two quotes it came from."""

    rate: Decimal
    on: date


def cross_rates(quotes, reporting, on):
    """``{currency: Rate}`` into ``reporting`` at the date ``on``.

    ``quotes`` holds for each currency its last :class:`Quote` on or before ``on``. A currency without
    one gets no rate: it is never taken as 1:1. Only the reporting currency itself needs none, for
    companies keep their own currency as the unquoted base of their rates.
    """
    base = quotes.get(reporting)
    rates = {
        currency: Rate(EXACT.divide(base.units if base else Decimal(1), quote.units), _older(base, quote))
        for currency, quote in quotes.items()
    }
    rates[reporting] = Rate(Decimal(1), on)
    return rates


def _older(base, quote):
    """A base quoted once for good (units 1) says nothing about how old the other quote is."""
    if base is None or base.units == 1:
        return quote.on
    return min(base.on, quote.on)


def convert(amount, rate, places):
    """``amount`` in the reporting currency, rounded to its ``places``; None where there is no rate."""
    if rate is None:
        return None
    return EXACT.multiply(amount, rate.rate).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
