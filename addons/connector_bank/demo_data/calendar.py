"""The weeks the demo lives in."""

from dataclasses import dataclass
from datetime import date, timedelta

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
