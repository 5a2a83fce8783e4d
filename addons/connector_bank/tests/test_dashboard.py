from odoo.tests import tagged

from .common import BankCase


@tagged("post_install", "-at_install")
class TestDashboard(BankCase):
    """The cards of Odoo's accounting dashboard tell how fresh a bank is and what is left to match."""

    def card(self, journal):
        return journal.with_user(self.operator)._get_journal_dashboard_data_batched()[journal.id]

    def test_without_evidence(self):
        card = self.card(self.journal)
        self.assertEqual((card["finance_until"], card["finance_imported"], card["finance_proposed"]), (False, False, 0))

    def test_after_an_import(self):
        line = self.line("100.00", "nothing known")
        card = self.card(self.journal)
        self.assertTrue(card["finance_until"] and card["finance_imported"])
        self.assertGreaterEqual(card["finance_days"], 0)
        self.assertEqual(card["number_to_reconcile"], 1)
        action = line.journal_id.action_finance_open_lines()
        self.assertEqual(action["domain"], [("journal_id", "in", [self.journal.id])])
