"""Two sides, compared as plain values."""

from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.checkpoint import Difference, Found, Pair, Place, Scope, Totals, compared

from .pure import PureCase

DAY = date(2026, 3, 2)
PLACE = Place(1, None, None, DAY, None)


class Env:
    """Answers the queries, which are the rows themselves."""

    def execute_query(self, rows):
        return rows


class Both(Pair):
    measures = ("count", "credit")

    def __init__(self, left, right):
        self._sides = left, right

    def left(self, env, scope):
        return self._sides[0]

    def right(self, env, scope):
        return self._sides[1]


def row(count, credit, day=DAY, waiting=0):
    return (1, None, None, day, None, count, credit, None, None, None, waiting)


class TestCheckpoint(PureCase):
    def found(self, left, right):
        return {one.place.day: one for one in Both(left, right).found(Env(), Scope(DAY))}

    def test_states(self):
        for left, right, state in (
            ([row(2, 5.0)], [row(2, Decimal("5.00"))], "agree"),
            ([row(2, 0.3)], [row(1, 0.1), row(1, 0.2)], "agree"),
            ([row(2, 5.0, waiting=1)], [row(2, 5.0)], "waiting"),
            ([row(2, 5.0)], [row(2, 5.01)], "break"),
            ([row(2, 5.0)], [row(3, 5.0)], "break"),
            ([row(2, 5.0, waiting=1)], [row(1, 5.0)], "break"),
            ([row(1, 5.0)], [], "break"),
            ([], [row(1, 0.0)], "break"),
        ):
            with self.subTest(left=left, right=right):
                self.assertEqual(self.found(left, right)[DAY].state, state)

    def test_days_are_apart(self):
        """Two days that make up for each other both break."""
        other = date(2026, 3, 3)
        found = self.found([row(1, 5.0), row(1, 6.0, other)], [row(1, 6.0), row(1, 5.0, other)])
        self.assertEqual({one.state for one in found.values()}, {"break"})

    def test_what_differs(self):
        one = Found(PLACE, Totals(1, Decimal(5)), Totals(1, Decimal(6)))
        self.assertEqual(one.differing, ("credit",))

    def test_compared(self):
        self.assertEqual(
            list(compared({"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}, str)),
            [
                Difference("missing", "a", "1"),
                Difference("changed", "c", "3", "4"),
                Difference("unexpected", "d", "", "5"),
            ],
        )

    def test_scope(self):
        scope = Scope(date(2026, 3, 1), (date(2026, 1, 5),), journals=(7,))
        self.assertEqual(scope.first, date(2026, 1, 5))
