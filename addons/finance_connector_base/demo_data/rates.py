"""Invented exchange rates of the demo company, new each Monday."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

#: Longer than any entry of the demos is old.
WEEKS = 26
FIRST = {"CHF": Decimal("0.9405"), "USD": Decimal("1.0870")}


@dataclass(frozen=True, slots=True)
class Rates:
    """Units of a currency for one euro."""

    by_currency: dict[str, dict[date, Decimal]]

    def at(self, currency, day):
        weeks = self.by_currency[currency]
        return weeks[max(monday for monday in weeks if monday <= day)]


def make_rates(today, seed=19):
    """The rates of the half year up to ``today``."""
    chance = random.Random(f"rates {seed}")  # noqa: S311  repeatable, guards nothing
    latest = today - timedelta(days=today.weekday())
    mondays = [latest - timedelta(days=7 * week) for week in reversed(range(WEEKS))]
    rates = {}
    for currency, rate in FIRST.items():
        rates[currency] = {}
        for monday in mondays:
            rate += Decimal(chance.randint(-35, 35)).scaleb(-4)
            rates[currency][monday] = rate
    return Rates(rates)
