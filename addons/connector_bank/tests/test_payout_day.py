"""The high-volume scenario in small: counts and sums as made, nothing left, nothing twice."""

from odoo.tests import TransactionCase, tagged

from odoo.addons.connector_bank.operations.payout_day import Scenario
from odoo.addons.connector_bank.simulation.payout_day import PayoutDay
from odoo.addons.finance_connector_base.core.errors import ConfigurationError


@tagged("post_install", "-at_install")
class TestPayoutDay(TransactionCase):
    def test_scenario(self):
        env = self.env(user=self.env.ref("base.user_admin"))
        scenario = Scenario(env, PayoutDay(seed=11, transactions=300, invoices=20, payouts=2), "Payout day 11")
        scenario.run()
        self.assertEqual(scenario.wrong, [])
        self.assertEqual(scenario.result()["transactions"], 300)
        self.assertIn("fees", scenario.report())
        with self.assertRaises(ConfigurationError):
            Scenario(env, PayoutDay(seed=11, transactions=300, invoices=20, payouts=2), "Payout day 11")
