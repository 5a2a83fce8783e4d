from odoo import Command
from odoo.tests import tagged

from .common import CashCase


@tagged("post_install", "-at_install")
class TestCashLedger(CashCase):
    """The bank says 140 at the end of 30 June: 100 before the first statement and a credit of 40."""

    def setUp(self):
        super().setUp()
        self.report(self.bank, "2026-06-30", 100, "opening")
        self.report(self.bank, "2026-06-30", 140)
        self.line(40)

    def line(self, amount, day="2026-06-30"):
        return self.env["account.bank.statement.line"].create(
            {"journal_id": self.bank.id, "date": day, "payment_ref": "paid", "amount": amount}
        )

    def manual(self, amount):
        account, other = self.bank.default_account_id, self.company_data["default_account_revenue"]
        move = self.env["account.move"].create(
            {
                "date": "2026-06-30",
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount}),
                    Command.create({"account_id": other.id, "balance": -amount}),
                ],
            }
        )
        move.action_post()

    def test_opening_not_booked(self):
        found = self.position(self.bank)
        self.assertEqual(
            (found.ledger_amount, found.difference, found.difference_reason), (40, 100, "opening")
        )

    def test_agrees(self):
        self.manual(100)
        found = self.position(self.bank)
        self.assertEqual((found.ledger_amount, found.difference, found.difference_reason), (140, 0, "agrees"))

    def test_opening_of_the_first_statement(self):
        """The first opening balance kept may be of a later statement: that of the first counts."""
        self.env["finance.bank.balance"].search([("kind", "=", "opening")]).sudo().unlink()
        line = self.line(40)
        line.date = "2026-06-29"
        statement = self.env["account.bank.statement"].create(
            {"name": "1", "balance_start": 60, "line_ids": [Command.set(line.ids)]}
        )
        statement.write({"finance_identity": "1", "finance_from_on": "2026-06-29"})
        self.report(self.bank, "2026-06-30", 100, "opening")
        found = self.position(self.bank)
        self.assertEqual((found.difference, found.difference_reason), (60, "opening"))
        statement.finance_without_balance = True
        self.env.invalidate_all()
        self.assertEqual(self.position(self.bank).difference_reason, "unexplained")

    def test_unexplained_and_its_filter(self):
        self.line(7)
        self.assertEqual(self.position(self.bank).difference_reason, "unexplained")
        self.assertIn(self.bank, self.view.search([("difference_reason", "=", "unexplained")]).journal_id)
        self.assertNotIn(self.bank, self.view.search([("difference_reason", "!=", "unexplained")]).journal_id)

    def test_intraday_balance_runs_ahead_of_the_books(self):
        self.report(self.bank, "2026-07-01", 155, "interim")
        self.assertEqual(self.position(self.bank).difference_reason, "interim")

    def test_ledger_is_that_of_the_balance_date(self):
        self.line(1000, "2026-07-01")
        self.assertEqual(self.position(self.bank).ledger_amount, 40)

    def test_unmatched(self):
        self.line(5)
        found = self.position(self.bank)
        self.assertEqual((found.unmatched_count, found.unmatched_amount), (2, 45))
        action = found.action_open_unmatched()
        self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 2)
        self.assertEqual(self.position(self.bank, "2026-06-29").unmatched_count, 0)

    def test_ledger_drill_down_adds_up(self):
        self.manual(100)
        found = self.position(self.bank)
        action = found.action_open_ledger()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(lines.mapped("balance")), found.ledger_amount)

    def test_account_in_other_currency_is_compared_in_its_currency(self):
        franc = self.setup_other_currency("CHF", rates=[("2026-06-01", 2.0)])
        journal = self.account("Franc", currency=franc)
        self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": "2026-06-30", "payment_ref": "paid", "amount": 30}
        )
        self.report(journal, "2026-06-30", 30)
        found = self.position(journal)
        self.assertEqual((found.ledger_amount, found.difference_reason), (30, "agrees"))

    def test_balance_in_a_currency_the_account_does_not_have_is_not_compared(self):
        franc = self.setup_other_currency("CHF", rates=[("2026-06-01", 2.0)])
        self.report(self.bank, "2026-07-01", 5, currency_id=franc.id)
        found = self.position(self.bank)
        self.assertEqual((found.currency_id, found.difference_reason), (franc, False))
