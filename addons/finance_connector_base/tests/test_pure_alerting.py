"""Alerts by plain values: limit, duration, hysteresis, deadlines."""

from datetime import datetime, timedelta

from odoo.addons.finance_connector_base.core.alerting import Alert, Limits, after, is_due

from .pure import PureCase

START = datetime(2026, 3, 2, 8, 0)  # a Monday


class TestAlerting(PureCase):
    def states(self, limits, values, step=1):
        """States after each value, one every ``step`` minutes."""
        alert, found = Alert(), []
        for number, value in enumerate(values):
            alert = after(alert, limits, value, START + timedelta(minutes=number * step))
            found.append(alert.state)
        return found

    def test_at_once(self):
        self.assertEqual(self.states(Limits(">", 0, 0), [0, 1, 1, 0]), ["calm", "firing", "firing", "calm"])

    def test_only_what_lasts(self):
        limits = Limits(">", 0, 0, for_minutes=2)
        self.assertEqual(self.states(limits, [1, 1, 0, 1, 1, 1]),
                         ["pending", "pending", "calm", "pending", "pending", "firing"])

    def test_hysteresis(self):
        limits = Limits(">=", 10, 5)
        self.assertEqual(self.states(limits, [9, 10, 6, 5, 4, 9]),
                         ["calm", "firing", "firing", "firing", "calm", "calm"])

    def test_calm_must_last_too(self):
        limits = Limits(">", 0, 0, clear_minutes=2)
        self.assertEqual(self.states(limits, [1, 0, 0, 1, 0, 0, 0]),
                         ["firing", "firing", "firing", "firing", "firing", "firing", "calm"])

    def test_too_little(self):
        self.assertEqual(self.states(Limits("<", 1, 1), [1, 0, 0, 1]), ["calm", "firing", "firing", "calm"])

    def test_deadline(self):
        self.assertFalse(is_due(datetime(2026, 3, 2, 8, 59), 9.0, True, False))
        self.assertTrue(is_due(datetime(2026, 3, 2, 9, 0), 9.0, True, False))
        self.assertTrue(is_due(datetime(2026, 3, 2, 9, 30), 9.5, True, False))
        self.assertFalse(is_due(datetime(2026, 3, 7, 12, 0), 9.0, True, False))
        self.assertTrue(is_due(datetime(2026, 3, 7, 12, 0), 9.0, False, False))
        self.assertFalse(is_due(datetime(2026, 3, 2, 12, 0), 9.0, True, True))
