"""The weeks the demo lives in, and the rates of its currencies."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

WEEKS = 12
#: Invoices are older than the first statement that pays them.
LEAD_DAYS = 28


@dataclass(frozen=True, slots=True)
class Calendar:
    """Twelve whole weeks, Monday to Sunday, that end before ``today``."""

    today: date

    @property
    def end(self):
        return self.today - timedelta(days=self.today.isoweekday())

    @property
    def start(self):
        return self.monday(0)

    def monday(self, week):
        return self.end - timedelta(days=7 * (WEEKS - week) - 1)

    def friday(self, week):
        return self.monday(week) + timedelta(days=4)

    def sunday(self, week):
        return self.monday(week) + timedelta(days=6)

    def week(self, day):
        return (day - self.start).days // 7


def workday(day, step=1):
    """``day``, or the next (``step`` 1) or last (-1) day that is no Saturday or Sunday."""
    while day.isoweekday() > 5:
        day += timedelta(days=step)
    return day


@dataclass(frozen=True, slots=True)
class Rates:
    """Units of a currency for one euro, new each Monday."""

    by_currency: dict[str, dict[date, Decimal]]

    def at(self, currency, day):
        weeks = self.by_currency[currency]
        return weeks[max(monday for monday in weeks if monday <= day)]


def make_rates(calendar, seed):
    chance = random.Random(f"rates {seed}")  # noqa: S311  repeatable, guards nothing
    first = calendar.start - timedelta(days=LEAD_DAYS + 28)
    mondays = [first + timedelta(days=7 * week) for week in range((calendar.today - first).days // 7 + 1)]
    rates = {}
    for currency, rate in (("CHF", Decimal("0.9405")), ("USD", Decimal("1.0870"))):
        rates[currency] = {}
        for monday in mondays:
            rate += Decimal(chance.randint(-35, 35)).scaleb(-4)
            rates[currency][monday] = rate
    return Rates(rates)
