"""Transfers between own accounts: both sides meet on the transfer account, one alone waits there."""

from odoo import Command
from odoo.tests import tagged

from .settle_case import SettleCase
from .statement_maker import ACCOUNT, OTHER_ACCOUNT, UNKNOWN_ACCOUNT


@tagged("post_install", "-at_install")
class TestOwnTransfer(SettleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.bank_journal("BNKB", OTHER_ACCOUNT)
        cls.transfer = cls.company.transfer_account_id

    def out(self, amount="-500.00", **values):
        return self.line(amount, "to the other account", **{"account": OTHER_ACCOUNT, **values})

    def into(self, amount="500.00", **values):
        return self.line(amount, "from the other account", journal=self.second, **{"account": ACCOUNT, **values})

    def assert_met(self, *lines):
        for line in lines:
            self.assertTrue(line.is_reconciled)
            self.assert_balanced(line)
        items = self.env["account.move.line"].concat(*(line.line_ids for line in lines)).filtered(
            lambda item: item.account_id == self.transfer
        )
        self.assertEqual(len(items), len(lines))
        self.assertTrue(all(items.mapped("reconciled")))
        self.assertEqual(self.balance(self.transfer), 0.0)

    def test_both_sides(self):
        first, second = self.out(), self.into(day="2026-03-03")
        self.match(first)
        self.assert_met(first, second)
        self.assertRecordValues(
            first.finance_proposal_ids, [{"rule": "transfer", "automatic": True, "other_line_id": second.id}]
        )

    def test_both_in_one_run(self):
        first, second = self.out(), self.into()
        result = self.match(first, second)
        self.assert_met(first, second)
        self.assertEqual((result["reconciled"], result["left"]), (2, 0))

    def test_one_waits(self):
        """One side alone waits on the transfer account and says since when; the other one finds it."""
        first = self.out()
        self.match()
        self.assertTrue(first.is_reconciled)
        self.assertEqual(self.balance(self.transfer), 500.0)
        self.assertIn("2026-03-02", first.finance_proposal_ids.reasons)
        second = self.into(day="2026-03-05")
        self.match(second)
        self.assert_met(first, second)
        self.assertEqual(first.finance_proposal_ids.other_line_id, second)

    def test_undo(self):
        first, second = self.out(), self.into()
        self.match(first)
        second.with_user(self.operator).action_finance_undo()
        self.assert_open(first)
        self.assert_open(second)
        self.assertEqual(self.balance(self.transfer), 0.0)
        self.match(first)
        self.assert_open(first, proposals=1)

    def test_two_may_be_meant(self):
        """Two equal transfers: nobody guesses."""
        first, second, third = self.out(), self.into(), self.into(day="2026-03-03")
        self.match(first)
        self.assert_open(first, proposals=2)
        self.proposals(first)[:1].action_accept()
        self.assert_met(first, second)
        self.assert_open(third)

    def test_too_far_apart(self):
        first, second = self.out(), self.into(day="2026-03-20")
        self.match(first)
        self.assert_open(second)
        self.assertEqual(self.balance(self.transfer), 500.0)

    def test_somebody_elses_account(self):
        """An equal amount of somebody else is not the other side."""
        first, second = self.out(), self.into(account=UNKNOWN_ACCOUNT)
        self.match(first)
        self.assert_open(second)

    def test_other_currency(self):
        """Proposed; accepted, the difference of rates is booked as such."""
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": dollar.id, "company_id": self.company.id, "rate": 1.25}
        )
        self.second.currency_id = dollar
        first, second = self.out("-100.00"), self.into("124.00")
        self.match(first)
        self.assert_open(first, proposals=1)
        self.proposals(first).action_accept()
        for line in first, second:
            self.assertTrue(line.is_reconciled)
            self.assertAlmostEqual(sum(line.line_ids.mapped("balance")), 0.0)
        self.assertEqual(self.balance(self.transfer), 0.0)
        self.assertAlmostEqual(self.balance(self.company.expense_currency_exchange_account_id), 0.8)

    def test_switched_off(self):
        self.company.finance_sure_transfer = False
        first, second = self.out(), self.into()
        self.match(first)
        self.assert_open(first, proposals=1)
        self.assert_open(second)

    def test_other_company(self):
        """The account of another company is said, and nothing is booked over the company's own transfer account."""
        other = self.setup_other_company()["company"]
        self.bank_journal("BNKZ", UNKNOWN_ACCOUNT, company=other)
        self.env.user.company_ids = [Command.link(other.id)]
        line = self.out(account=UNKNOWN_ACCOUNT)
        self.match()
        self.assert_open(line, proposals=0)
        self.assertIn(other.name, line.finance_why_not)
