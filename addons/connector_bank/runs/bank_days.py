"""Days on which a bank carries out payments, and the first one that can still be reached today."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.easter import easter

#: So many days are looked at before a calendar counts as one that never opens.
HORIZON = 60


def target_closes(day):
    """Whether T2, the settlement system of the euro, is closed on a weekday (ECB, long-term calendar)."""
    sunday = easter(day.year)
    moving = (sunday - timedelta(days=2), sunday + timedelta(days=1))
    return (day.month, day.day) in ((1, 1), (5, 1), (12, 25), (12, 26)) or day in moving


@dataclass(frozen=True, slots=True)
class BankDays:
    """Mondays to Fridays without the closing days of T2 and those of the bank itself."""

    closed: frozenset[date] = frozenset()
    target: bool = True

    def is_open(self, day):
        return day.weekday() < 5 and day not in self.closed and not (self.target and target_closes(day))

    def on_or_after(self, day):
        """The first open day from ``day`` on. Raises ``ValueError`` where the calendar never opens."""
        return self._next(day, 1)

    def on_or_before(self, day):
        return self._next(day, -1)

    def after(self, day, count):
        """The open day ``count`` open days after ``day``; with 0 the first from it on."""
        found = self.on_or_after(day)
        for _one in range(count):
            found = self.on_or_after(found + timedelta(days=1))
        return found

    def earliest(self, now, cut_off_hours, lead_days=0):
        """The first day that the bank can still keep.

        :param now: local time at the bank
        :param cut_off_hours: time of day as hours, from which on the bank works for its next day; 0 is none
        :param lead_days: open days that the bank needs in between
        """
        day = self.on_or_after(now.date())
        late = cut_off_hours and now.hour + now.minute / 60 >= cut_off_hours
        if late and day == now.date():
            day = self.on_or_after(day + timedelta(days=1))
        return self.after(day, lead_days)

    def _next(self, day, step):
        for count in range(HORIZON):
            found = day + timedelta(days=step * count)
            if self.is_open(found):
                return found
        raise ValueError(f"the bank is closed for {HORIZON} days from {day}")
