"""Where a payment stands by what was answered: forward only, whatever the order in which answers come.

Pure: the caller keeps the ``Standing`` and says what it was told. Cash is settled by evidence of a statement
alone; ACSC and ACCC are announcements (the ISO code set says they are no financial information).
"""

from dataclasses import dataclass, replace

from .codes import STATUSES

#: In the order in which a payment goes through them.
STATES = ("initiated", "acknowledged", "reconciled")
FINAL = ("rejected", "reversed")
LEVELS = ("hub", "treasury", "bank", "scheme")


@dataclass(frozen=True, slots=True)
class Standing:
    """``code`` is the status of the highest rank that was told so far."""

    state: str = "initiated"
    code: str | None = None
    level: str | None = None
    reasons: tuple[str, ...] = ()
    decide: str | None = None  # the verification of the payee that waits for a person


@dataclass(frozen=True, slots=True)
class Change:
    """``note``: new, repeated, late, unknown_status, mixed, or contradiction (a person has to look)."""

    standing: Standing
    note: str


def answered(standing, code, reasons=(), level=None):
    """A status message about the payment."""
    status = STATUSES.get(code)
    if status is None:
        return Change(standing, "unknown_status")
    if status.means == "mixed":  # says nothing about this one
        return Change(standing, "mixed")
    if status.means in ("asked", "kept"):  # about our request, not about where the payment is
        return Change(standing, "new")
    if status.means == "cancelled":
        return _taken_back(standing, status, tuple(reasons))
    known = STATUSES[standing.code].rank if standing.code else 0
    if standing.state in ("reconciled", *FINAL):
        return _after_the_end(standing, status)
    if status.means == "rejected":
        if standing.code and STATUSES[standing.code].means == "announced":
            return Change(standing, "contradiction")
        return Change(Standing("rejected", code, _higher(standing.level, level or status.level), tuple(reasons)), "new")
    if status.rank < known:
        return Change(standing, "late")
    if code == standing.code:
        return Change(standing, "repeated")
    moved = replace(
        standing,
        state="acknowledged",
        code=code,
        level=_higher(standing.level, level or status.level),
        reasons=tuple(reasons),
        decide=code if status.means == "decide" else None,
    )
    return Change(moved, "new")


def _taken_back(standing, status, reasons):
    """We asked for it, so nothing contradicts; what a statement shows stands until a statement shows the return."""
    if standing.state in FINAL:
        return Change(standing, "repeated")
    if standing.state == "reconciled":
        return Change(standing, "new")
    return Change(Standing("rejected", status.code, _higher(standing.level, status.level), reasons), "new")


def _after_the_end(standing, status):
    if status.code == standing.code:
        return Change(standing, "repeated")
    if standing.state == "rejected":
        good = status.means == "announced" or (status.means == "acknowledged" and status.rank >= STATUSES["ACSP"].rank)
        return Change(standing, "contradiction" if good else "late")
    if standing.state == "reversed":
        return Change(standing, "late")
    return Change(standing, "contradiction" if status.means == "rejected" else "late")


def returned(standing, reasons=()):
    """The money came back: a return or reversal on a statement."""
    if standing.state == "reversed":
        return Change(standing, "repeated")
    return Change(replace(standing, state="reversed", reasons=tuple(reasons), decide=None), "new")


def _higher(one, other):
    return max((level for level in (one, other) if level), key=LEVELS.index, default=None)
