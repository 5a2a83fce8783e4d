"""When an alert begins, fires and clears: plain values in, plain values out, no clock of its own."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

COMPARISONS = {
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """``clear_at`` is the value at which it may clear, on the good side of ``threshold`` or equal to it."""

    comparison: str
    threshold: float
    clear_at: float
    for_minutes: int = 0
    clear_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """``state``: ``calm``, ``pending`` (bad, not yet for long enough) or ``firing``."""

    state: str = "calm"
    bad_since: datetime | None = None
    good_since: datetime | None = None


def after(alert: Alert, limits: Limits, value: float, now: datetime) -> Alert:
    """The alert once ``value`` was seen at ``now``."""
    bad = COMPARISONS[limits.comparison]
    if alert.state == "firing":
        if bad(value, limits.clear_at):
            return replace(alert, good_since=None)
        since = alert.good_since or now
        if now - since >= timedelta(minutes=limits.clear_minutes):
            return Alert()
        return replace(alert, good_since=since)
    if not bad(value, limits.threshold):
        return Alert()
    since = alert.bad_since or now
    lasting = now - since >= timedelta(minutes=limits.for_minutes)
    return Alert("firing" if lasting else "pending", since)


def is_due(local: datetime, deadline_hours: float, bank_days_only: bool, holiday: bool) -> bool:
    """Whether a deadline of the day has passed; before it, and where banks do not work, nothing is late.

    :param local: the time where the company is
    """
    if bank_days_only and (holiday or local.weekday() >= SATURDAY):
        return False
    return local.hour + local.minute / 60 >= deadline_hours
