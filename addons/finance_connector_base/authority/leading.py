"""Who leads: the rule for the field before the rule for the whole object, the latest before earlier ones."""

from dataclasses import dataclass, field
from datetime import date

#: Stands for all fields that have no rule of their own.
ALL = "*"


@dataclass(frozen=True, slots=True)
class Lead:
    """One approved rule: ``connector`` leads ``field``; None is Odoo itself."""

    field: str
    connector: int | None
    company: int | None = None
    date_from: date | None = None
    date_to: date | None = None
    id: int | None = None

    def holds(self, on):
        return (self.date_from or on) <= on <= (self.date_to or on)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a system may write.

    :param writes: names of the fields it leads
    :param stays: name of a field → the ``Lead`` of whoever leads it instead; it keeps its value
    :param refused: the ``Lead`` that stands in the way of all of it
    :param missing: nobody was named yet
    """

    writes: frozenset = frozenset()
    stays: dict = field(default_factory=dict)
    refused: Lead | None = None
    missing: bool = False


def leader(leads, name, on):
    """The rule in force for a field, or None."""
    fitting = [lead for lead in leads if lead.field in (name, ALL) and lead.holds(on)]
    return max(fitting, key=_weight, default=None)


def _weight(lead):
    return lead.field != ALL, lead.company is not None, lead.date_from or date.min, lead.id or 0


def verdict(leads, names, connector, on, create=False):
    """What ``connector`` may write of the fields ``names``; to create a record it must lead the object."""
    whole = leader(leads, ALL, on)
    found = {name: leader(leads, name, on) for name in names}
    if whole is None and not any(found.values()):
        return Verdict(missing=True)
    if create and (whole is None or whole.connector != connector):
        return Verdict(refused=whole, missing=whole is None)
    writes = frozenset(name for name, lead in found.items() if lead is not None and lead.connector == connector)
    stays = {name: lead for name, lead in found.items() if name not in writes}
    if not writes and (names or whole is None or whole.connector != connector):
        others = [lead for lead in stays.values() if lead is not None]
        return Verdict(refused=others[0] if others else whole, missing=not others and whole is None)
    return Verdict(writes, stays)
