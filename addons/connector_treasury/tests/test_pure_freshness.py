from datetime import datetime, timedelta

from odoo.addons.connector_treasury.position.freshness import spoken, stale_before
from odoo.addons.finance_connector_base.tests.pure import PureCase


class TestFreshness(PureCase):
    """Only banking days count; 2026-06-26 is a Friday."""

    def test_in_the_week(self):
        self.assertEqual(stale_before(datetime(2026, 6, 25, 12), 36), datetime(2026, 6, 24))

    def test_over_the_weekend(self):
        self.assertEqual(stale_before(datetime(2026, 6, 30, 12), 36), datetime(2026, 6, 29))
        self.assertEqual(stale_before(datetime(2026, 6, 29, 12), 36), datetime(2026, 6, 26))
        self.assertEqual(stale_before(datetime(2026, 6, 28, 18), 36), datetime(2026, 6, 25, 12))

    def test_fridays_closing_is_good_until_tuesday_noon(self):
        closing = datetime(2026, 6, 27)  # the end of Friday
        self.assertFalse(closing < stale_before(datetime(2026, 6, 30, 11, 59), 36))
        self.assertTrue(closing < stale_before(datetime(2026, 6, 30, 12, 1), 36))

    def test_midnight_belongs_to_the_day_that_ends(self):
        self.assertEqual(stale_before(datetime(2026, 6, 27), 24), datetime(2026, 6, 26))
        self.assertEqual(stale_before(datetime(2026, 6, 29), 24), datetime(2026, 6, 26))

    def test_later_moments_never_make_a_balance_fresh_again(self):
        moments = [datetime(2026, 6, 22) + timedelta(hours=5 * step) for step in range(60)]
        limits = [stale_before(moment, 40) for moment in moments]
        self.assertEqual(limits, sorted(limits))

    def test_months(self):
        self.assertEqual(stale_before(datetime(2026, 7, 1), 5 * 24 * 4), datetime(2026, 6, 3))

    def test_spoken(self):
        cases = {0: (0, "hours"), 47.9: (47, "hours"), 48: (2, "days"), 100: (4, "days")}
        for hours, said in cases.items():
            with self.subTest(hours=hours):
                self.assertEqual(spoken(hours), said)
