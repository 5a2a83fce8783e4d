"""Checkpoints: two sides of a hand-over whose control totals must agree, each with the records behind it.

Addons register ``Pair`` classes; the check, its screen and its cases know nothing of what they compare. A pair is
given an environment and never writes.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .registry import Registry

CHECKPOINTS = Registry("checkpoint")

#: What is compared; a side that does not know a measure leaves it ``None``, and it is not compared.
MEASURES = ("count", "credit", "debit", "balance", "bytes")


@dataclass(frozen=True, slots=True)
class Totals:
    """Control totals of one side: number, sums of money in and out (both positive), change of balance, size."""

    count: int | None = None
    credit: Decimal | None = None
    debit: Decimal | None = None
    balance: Decimal | None = None
    bytes: int | None = None

    def __add__(self, other):
        return Totals(*(_sum(getattr(self, name), getattr(other, name)) for name in MEASURES))

    def known(self, measures):
        """With zero for those of ``measures`` that nothing was found for."""
        return Totals(*((getattr(self, name) or 0) if name in measures else None for name in MEASURES))


@dataclass(frozen=True, slots=True)
class Place:
    """What one row of a checkpoint is about; ids, ``None`` where it does not matter."""

    company: int
    connector: int | None
    journal: int | None
    day: date
    currency: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """Both sides of one place; ``waiting`` counts what is on its way or waits for a person, on both sides alike."""

    place: Place
    left: Totals
    right: Totals
    waiting: int = 0

    @property
    def differing(self):
        return tuple(name for name in MEASURES if getattr(self.left, name) != getattr(self.right, name))

    @property
    def state(self):
        if self.differing:
            return "break"
        return "waiting" if self.waiting else "agree"


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that stands on one side only, or on both with other values.

    :param what: ``missing`` (only on the left), ``unexpected`` (only on the right) or ``changed``
    :param key: how a person finds it
    :param left: what the left side says, as text
    """

    what: str
    key: str
    left: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which places are looked at: days from ``since`` on and single older ones; of some journals, or all.

    :param messages: the messages that were handed over lately; ``None``: it is not only about them
    """

    since: date
    days: tuple[date, ...] = ()
    journals: tuple[int, ...] | None = None
    messages: tuple[int, ...] | None = None

    @property
    def first(self):
        return min((self.since, *self.days))


class Pair:
    """One hand-over. ``left_name`` is what was declared or sent, ``right_name`` what became of it.

    ``left`` and ``right`` are SQL queries of the columns company, connector, journal, day, currency, count, credit,
    debit, balance, bytes, waiting: a few set-based statements for all companies, whatever the number of records.
    They are run as the superuser.
    """

    domain = "operations"
    sequence = 100
    help = ""
    left_name = right_name = ""
    measures = ("count",)

    def left(self, env, scope):
        raise NotImplementedError

    def right(self, env, scope):
        raise NotImplementedError

    def narrow(self, env, scope):
        """The scope after a hand-over of ``scope.messages``; ``None``: they do not concern this pair."""
        return scope

    def differences(self, env, place, limit):
        """What differs at a place that breaks, at most ``limit`` of them; may cost more than the check."""
        return []

    def records(self, env, place, side):
        """``(model, domain)`` of the records behind one side; ``None`` where there are none to show."""
        return None

    def found(self, env, scope):
        """Every place in scope with both sides."""
        sides = defaultdict(lambda: [Totals(), Totals(), 0])
        for number, query in enumerate((self.left(env, scope), self.right(env, scope))):
            for row in env.execute_query(query):
                side = sides[Place(*row[:5])]
                side[number] += Totals(*map(_exact, row[5:10]))
                side[2] += row[10] or 0
        return [
            Found(place, left.known(self.measures), right.known(self.measures), waiting)
            for place, (left, right, waiting) in sides.items()
        ]


def _exact(value):
    """A sum from the database, which hands over floats, as the decimal it stands for."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _sum(one, other):
    return other if one is None else one if other is None else one + other


def compared(left, right, words):
    """Differences of two ``{key: value}``.

    :param words: ``words(value)`` is the text for a person
    """
    for key in [*left, *(key for key in right if key not in left)]:
        if key not in right:
            yield Difference("missing", str(key), words(left[key]))
        elif key not in left:
            yield Difference("unexpected", str(key), "", words(right[key]))
        elif left[key] != right[key]:
            yield Difference("changed", str(key), words(left[key]), words(right[key]))
