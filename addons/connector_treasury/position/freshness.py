"""When a balance is too old, and how its age is said."""

from datetime import datetime, time, timedelta

SATURDAY = 5


def stale_before(moment, hours):
    """The moment before which a balance is stale, ``hours`` of banking days back from ``moment``.

    Saturdays and Sundays do not count: no bank reports on them, and a limit that had to cover them
    would notice a missing statement two days late on every other day.
    """
    left = timedelta(hours=hours)
    while True:
        last = moment - timedelta(microseconds=1)  # midnight belongs to the day that ends
        midnight = datetime.combine(last.date(), time.min)
        if last.weekday() < SATURDAY:
            if moment - midnight >= left:
                return moment - left
            left -= moment - midnight
        moment = midnight


def spoken(hours):
    """``(number, unit)`` as a person says an age: hours below two days, days above."""
    if hours < 48:
        return int(hours), "hours"
    return int(hours // 24), "days"
