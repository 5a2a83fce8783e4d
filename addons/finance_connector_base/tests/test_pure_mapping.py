from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ..mapping.checks import meet, problems
from ..mapping.table import Row, Table, changes, escaped, expression, fingerprint, is_pattern, normal
from .pure import PureCase

DAY = date(2026, 5, 1)
SOURCES = st.text("ab*?\\", max_size=6)
ROWS = st.lists(
    st.builds(
        Row,
        source=st.text("ab*?", min_size=1, max_size=4),
        target=st.sampled_from(("x", "y", "a", "b")),
        company=st.sampled_from((None, 1, 2)),
        country=st.sampled_from((None, "BE", "DE")),
        date_from=st.sampled_from((None, date(2026, 1, 1), date(2026, 5, 1))),
        date_to=st.sampled_from((None, date(2026, 4, 30), date(2026, 12, 31))),
    ),
    max_size=8,
)


class TestLookup(PureCase):
    """Which row translates a value."""

    def found(self, value, *rows, **conditions):
        row = Table([Row(*one) if isinstance(one, tuple) else one for one in rows]).find(value, **conditions)
        return row and row.target

    def test_a_plain_value_comes_before_a_pattern_and_that_before_the_rest(self):
        rows = ("40*", "pattern"), ("400000", "plain"), ("*", "rest"), ("4*", "short")
        self.assertEqual(self.found("400000", *rows), "plain")
        self.assertEqual(self.found("401", *rows), "pattern")
        self.assertEqual(self.found("41", *rows), "short")
        self.assertEqual(self.found("7", *rows), "rest")
        self.assertIsNone(self.found("7", *rows[:2]))

    def test_conditions_come_before_none(self):
        rows = (Row("A", "all"), Row("A", "one", company=1), Row("A", "be", country="BE"))
        self.assertEqual(self.found("A", *rows, company=1, country="BE"), "one")
        self.assertEqual(self.found("A", *rows, company=2, country="BE"), "be")
        self.assertEqual(self.found("A", *rows, company=2), "all")

    def test_days_are_inclusive_and_need_a_day(self):
        row = Row("A", "t", date_from=date(2026, 1, 1), date_to=date(2026, 1, 31))
        self.assertEqual(self.found("A", row, on=date(2026, 1, 1)), "t")
        self.assertEqual(self.found("A", row, on=date(2026, 1, 31)), "t")
        self.assertIsNone(self.found("A", row, on=date(2026, 2, 1)))
        self.assertIsNone(self.found("A", row))
        self.assertEqual(self.found("A", row, Row("A", "else"), on=date(2026, 2, 1)), "else")

    def test_blanks_and_composed_letters_make_no_difference(self):
        self.assertEqual(self.found("  Gebu\u0308hr  A ", Row(normal("Geb\u00fchr A"), "fee")), "fee")

    def test_upper_and_lower_case_differ(self):
        self.assertIsNone(self.found("a", Row("A", "t")))

    @given(st.text(max_size=12))
    def test_an_escaped_value_stands_for_itself_alone(self, value):
        value = normal(value)
        self.assertFalse(is_pattern(escaped(value)))
        self.assertEqual(self.found(value, Row(escaped(value), "t")), "t")
        self.assertIsNone(self.found(value + "x", Row(escaped(value), "t")))

    @given(ROWS, st.text("ab", max_size=4))
    def test_the_order_of_rows_does_not_matter_where_nothing_is_wrong(self, rows, value):
        if list(problems(rows)):
            return
        first, last = Table(rows), Table(rows[::-1])
        one, other = (table.find(value, 1, "BE", DAY) for table in (first, last))
        self.assertEqual(one, other)
        if one:
            self.assertTrue(one.holds(1, "BE", DAY))
            self.assertTrue(expression(one.source).fullmatch(value))

    @given(ROWS, st.text("ab", max_size=4))
    def test_nothing_that_fits_better_is_passed_over(self, rows, value):
        found = Table(rows).find(value, 1, "BE", DAY)
        fitting = [r for r in rows if r.holds(1, "BE", DAY) and expression(r.source).fullmatch(value)]
        self.assertEqual(bool(found), bool(fitting))
        if found:
            self.assertEqual(found.rank, max(row.rank for row in fitting))


class TestContent(PureCase):
    """Hash and difference of versions."""

    @given(ROWS)
    def test_the_hash_is_of_the_content_alone(self, rows):
        moved = [Row(*row.key[:1], row.target, *row.key[1:], id=number) for number, row in enumerate(rows[::-1])]
        self.assertEqual(fingerprint(rows), fingerprint(moved))
        self.assertEqual(list(changes(rows, moved)) if len({r.key for r in rows}) == len(rows) else [], [])

    @given(ROWS.filter(bool))
    def test_each_change_changes_the_hash(self, rows):
        first = rows[0]
        for other in (rows[1:], [*rows, first], [Row(first.source + "b", first.target, *first.key[1:]), *rows[1:]]):
            self.assertNotEqual(fingerprint(rows), fingerprint(other))

    def test_what_changes(self):
        old, new = [Row("A", "x"), Row("B", "y")], [Row("A", "z"), Row("C", "y")]
        found = [(row.source, was, becomes) for row, was, becomes in changes(old, new)]
        self.assertEqual(found, [("A", "x", "z"), ("B", "y", None), ("C", None, "y")])


class TestChecks(PureCase):
    """What is wrong with rows, before people are asked."""

    def codes(self, *rows, chained=False):
        return sorted(problem.code for problem in problems(list(rows), chained))

    def test_each_kind_of_problem(self):
        may, june = date(2026, 5, 1), date(2026, 6, 1)
        self.assertEqual(self.codes(Row("A", "x"), Row("B", "y")), [])
        self.assertEqual(self.codes(Row("", "x")), ["source"])
        self.assertEqual(self.codes(Row("A", "")), ["target"])
        self.assertEqual(self.codes(Row("A", "x", date_from=june, date_to=may)), ["dates"])
        self.assertEqual(self.codes(Row("*a*b*c*d*", "x")), ["signs"])
        self.assertEqual(self.codes(Row("A", "x"), Row("A", "y")), ["duplicate"])
        self.assertEqual(self.codes(Row("A", "x"), Row("A", "y", country="BE")), [])
        self.assertEqual(self.codes(Row("A", "x"), Row("A", "y", date_from=may)), [])
        self.assertEqual(self.codes(Row("A", "x", date_to=june), Row("A", "y", date_from=may)), ["overlap"])
        self.assertEqual(self.codes(Row("A", "x", date_to=may), Row("A", "y", date_from=june)), [])
        self.assertEqual(self.codes(Row("A*", "x"), Row("*B", "y")), ["ambiguous"])
        self.assertEqual(self.codes(Row("A*", "x"), Row("B*", "y")), [])
        self.assertEqual(self.codes(Row("A", "B"), Row("B", "A"), chained=True), ["circle"])
        self.assertEqual(self.codes(Row("A", "B"), Row("B", "C"), Row("D", "D"), chained=True), [])

    @given(SOURCES, SOURCES, st.text("ab*?\\", max_size=6))
    def test_patterns_that_do_not_meet_share_no_text(self, one, other, text):
        if expression(one).fullmatch(text) and expression(other).fullmatch(text):
            self.assertTrue(meet(one, other))

    @given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 28), st.integers(1, 28)), max_size=6))
    def test_overlaps_are_days_with_two_rows(self, spans):
        rows = [
            Row(source, str(number), date_from=date(2026, 5, min(a, b)), date_to=date(2026, 5, max(a, b)))
            for number, (source, a, b) in enumerate(spans)
        ]
        twice = any(
            sum(row.source == source and row.holds(None, None, date(2026, 5, day)) for row in rows) > 1
            for source in "AB"
            for day in range(1, 29)
        )
        self.assertEqual("overlap" in self.codes(*rows), twice)
