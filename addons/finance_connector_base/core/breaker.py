"""A breaker as plain values: after some failures in a row a line is left alone, then probed by one call.

closed → open (``threshold`` failures in a row) → half_open (one call probes) → closed, or open for longer.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Limits:
    """When a breaker opens and for how long, in seconds."""

    threshold: int = 5
    first_open: int = 30
    longest_open: int = 600
    probe: int = 60  # after this time a probe that was never heard of again counts as lost


@dataclass(frozen=True, slots=True)
class Breaker:
    """One line: how it stands. ``until`` is when the next probe is allowed."""

    state: str = "closed"
    failures: int = 0
    open_seconds: int = 0
    until: float | None = None


def admit(breaker, now):
    """``pass``, ``probe`` (if nobody else takes it), or the seconds to wait."""
    if breaker.state == "closed":
        return "pass"
    if breaker.until is None or breaker.until <= now:
        return "probe"
    return breaker.until - now


def probing(breaker, now, limits):
    """The breaker while one call probes the line."""
    return replace(breaker, state="half_open", until=now + limits.probe)


def after(breaker, ok, now, limits):
    """The breaker after a call; the very same object where nothing has to be written."""
    if ok:
        return breaker if breaker == Breaker() else Breaker()
    if breaker.state == "open":  # an answer to a call from before it opened
        return breaker
    failures = breaker.failures + 1
    if breaker.state == "closed" and failures < limits.threshold:
        return replace(breaker, failures=failures)
    seconds = min(max(breaker.open_seconds * 2, limits.first_open), limits.longest_open)
    return Breaker("open", failures, seconds, now + seconds)
