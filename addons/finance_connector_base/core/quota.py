"""Budgets of calls as plain values: spread over the period, learned from the provider's headers."""

from dataclasses import dataclass

#: Lengths of the periods a provider counts by, in seconds.
PERIODS = {"minute": 60, "hour": 3600, "day": 86400, "month": 30 * 86400}

#: Names providers use, in lower case, for what is allowed, what is left, and the seconds until it is new.
_NAMES = {
    "limit": ("ratelimit-limit", "x-ratelimit-limit", "http_x_ratelimit_account_success_limit"),
    "remaining": ("ratelimit-remaining", "x-ratelimit-remaining", "http_x_ratelimit_account_success_remaining"),
    "reset": ("ratelimit-reset", "x-ratelimit-reset", "http_x_ratelimit_account_success_reset"),
}


@dataclass(frozen=True, slots=True)
class Quota:
    """``limit`` calls a period of ``seconds`` that began at ``since``; ``used`` of them are spent."""

    limit: int
    seconds: float
    since: float
    used: int = 0
    spread: bool = True  # one call in each equal part of the period, so that the budget lasts


def current(quota, now):
    """The quota in the period that ``now`` falls into."""
    if now < quota.since + quota.seconds:
        return quota
    passed = int((now - quota.since) // quota.seconds)
    return Quota(quota.limit, quota.seconds, quota.since + passed * quota.seconds, 0, quota.spread)


def wait(quota, now, planned=True):
    """Seconds until the next call is within the budget, or None where it is now.

    :param planned: a call by schedule keeps to the plan; one a person asks for only to the limit
    """
    quota = current(quota, now)
    if quota.used >= quota.limit:
        return quota.since + quota.seconds - now
    if planned and quota.spread:
        turn = quota.since + quota.used * quota.seconds / quota.limit
        return turn - now if turn > now else None
    return None


def spent(quota, now, calls=1):
    quota = current(quota, now)
    return Quota(quota.limit, quota.seconds, quota.since, quota.used + calls, quota.spread)


def learned(quota, headers, now):
    """The quota as the provider counts it; unchanged where its headers say nothing readable."""
    found = {}
    lowered = {name.lower(): value for name, value in headers.items()}
    for what, names in _NAMES.items():
        text = next((lowered[name] for name in names if name in lowered), None)
        if text is not None and text.strip().isascii() and text.strip().isdigit():
            found[what] = int(text)
    if "remaining" not in found:
        return quota
    limit = found.get("limit") or quota.limit
    since = quota.since
    if "reset" in found:
        reset = found["reset"]
        ends = reset if reset > 1_000_000_000 else now + reset  # some give a date, some seconds
        since = ends - quota.seconds
    return Quota(limit, quota.seconds, since, max(limit - found["remaining"], 0), quota.spread)
