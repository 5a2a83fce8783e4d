"""Choosing events: patterns of types, conditions on what they tell."""

from ..core.errors import ConfigurationError
from ..events.choice import conditions, matches_data, matches_type, patterns
from .pure import PureCase


class TestPureEvent(PureCase):
    def test_patterns(self):
        wanted = patterns("invoice.*, payment.settled\nclose.milestone")
        for kind, chosen in (
            ("invoice.posted", True),
            ("payment.settled", True),
            ("payment.sent", False),
            ("close.milestone", True),
            ("credit_note.posted", False),
        ):
            self.assertEqual(matches_type(kind, wanted), chosen, kind)
        self.assertFalse(matches_type("invoice.posted", patterns("")))

    def test_conditions(self):
        wanted = conditions("currency = EUR, USD\n\njournal != MISC\npartner.id = 7")
        good = {"currency": "EUR", "journal": "INV", "partner": {"id": 7}}
        self.assertTrue(matches_data(good, wanted))
        for change in ({"currency": "GBP"}, {"journal": "MISC"}, {"partner": {"id": 8}}, {"partner": None}):
            self.assertFalse(matches_data({**good, **change}, wanted), change)
        self.assertTrue(matches_data({"blocking": True}, conditions("blocking=true")))
        self.assertFalse(matches_data({}, conditions("currency=EUR")))
        self.assertTrue(matches_data({}, conditions("")))

    def test_what_is_no_condition_is_refused_with_its_line(self):
        for text in ("currency", "= EUR", "currency ="):
            with self.assertRaises(ConfigurationError) as caught:
                conditions(f"\n{text}")
            self.assertEqual((caught.exception.code, caught.exception.place), ("event.condition", "line 2"))
