from datetime import timedelta

from odoo.tests import freeze_time, tagged

from .common import NOW, CashCase


@tagged("post_install", "-at_install")
class TestStaleAlert(CashCase):
    """The rule about stale balances fires when a bank falls silent, and clears when it reports again."""

    def watch(self, moment):
        rule = self.env.ref("connector_treasury.alert_stale").sudo()
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time(moment):
            rule._watch(moment)
        return self.env["finance.alert"].search(
            [("rule_id", "=", rule.id), ("company_id", "=", self.company.id)], limit=1
        )

    def test_fires_and_clears(self):
        self.report(self.bank, "2026-06-30", 100)
        self.assertFalse(self.watch(NOW), "a fresh balance is no alert")
        later = NOW + timedelta(days=30)
        self.assertEqual(self.watch(later).state, "pending")
        alert = self.watch(later + timedelta(minutes=30))
        self.assertEqual(alert.state, "firing")
        self.report(self.bank, "2026-07-30", 100)
        self.watch(later + timedelta(minutes=31))
        self.assertEqual(alert.state, "cleared")
