"""Days on which a bank books, and when the statement of a day is due."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

SATURDAY, SUNDAY = 5, 6


@cache
def easter(year):
    """Easter Sunday of the Gregorian calendar (anonymous algorithm, Nature 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month = (h + weekday - 7 * m + 90) // 25
    return date(year, month, (h + weekday - 7 * m + 33 * month + 19) % 32)


@cache
def target_holidays(year):
    """Closing days of TARGET (ECB, since 2002), besides Saturdays and Sundays."""
    sunday = easter(year)
    return frozenset(
        {
            date(year, 1, 1), sunday - timedelta(2), sunday + timedelta(1), date(year, 5, 1), date(year, 12, 25),
            date(year, 12, 26),
        }
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class BankDays:
    """``kind``: ``target``, ``weekdays`` (Monday to Friday) or ``all``; ``closed``: further holidays of the bank."""

    kind: str = "target"
    closed: frozenset[date] = frozenset()

    def is_open(self, day):
        if day in self.closed or (self.kind == "target" and day in target_holidays(day.year)):
            return False
        return self.kind == "all" or day.weekday() not in (SATURDAY, SUNDAY)

    def after(self, day, count=1):
        """The ``count``-th bank day after ``day``; a calendar without bank days ends after a year."""
        for _step in range(366):
            if count <= 0:
                break
            day += timedelta(1)
            count -= self.is_open(day)
        return day


@dataclass(frozen=True, slots=True)
class Expected:
    """What an account may rely on: a statement for each bank day, week, month, or none (``rhythm``).

    It is due ``due_days`` bank days after the last day it speaks of, at ``cutoff`` by the clock of the company.
    """

    days: BankDays = BankDays()
    rhythm: str = "daily"
    due_days: int = 1
    cutoff: time = time(10)

    def due(self, day):
        """When the statement that speaks of ``day`` is due; ``None`` where none is expected."""
        if self.rhythm == "none":
            return None
        return datetime.combine(self.days.after(self._last(day), self.due_days), self.cutoff)

    def _last(self, day):
        if self.rhythm == "weekly":
            return day + timedelta(SUNDAY - day.weekday())
        if self.rhythm == "monthly":
            return day.replace(day=monthrange(day.year, day.month)[1])
        return day
