from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import CashCase


@tagged("post_install", "-at_install")
class TestCashAtDate(CashCase):
    def setUp(self):
        super().setUp()
        self.report(self.bank, "2026-06-26", 100)
        self.report(self.bank, "2026-06-29", 80)
        self.report(self.bank, "2026-06-30", 85, "interim", "2026-06-30 10:00:00")

    def test_latest_on_or_before(self):
        for on, amount, evidence in [
            ("2026-06-25", 0, "none"),
            ("2026-06-26", 100, "closing"),
            ("2026-06-28", 100, "closing"),
            ("2026-06-29", 80, "closing"),
            ("2026-06-30", 85, "interim"),
        ]:
            with self.subTest(on):
                found = self.position(self.bank, on)
                self.assertEqual((found.amount, found.evidence), (amount, evidence))
                self.assertEqual(found.position_on, self.on(on))

    def test_dates_do_not_mix_in_one_transaction(self):
        today, then = self.position(self.bank), self.position(self.bank, "2026-06-26")
        self.assertEqual(today, then, "the same account")
        self.assertEqual((today.amount, then.amount), (85, 100))
        self.assertEqual((today.age, then.age), ("26 h", "0 h"))

    def test_age_is_that_of_the_date(self):
        self.assertEqual(self.position(self.bank, "2026-06-28").age_hours, 48)
        self.assertEqual(self.position(self.bank, "2026-06-28").freshness, "fresh")

    def test_archived_account_counts_while_its_bank_reported(self):
        self.bank.active = False
        self.assertFalse(self.position(self.bank))
        self.assertEqual(self.position(self.bank, "2026-06-28").amount, 100)
        self.assertFalse(self.position(self.bank, "2026-07-01"))

    def test_wizard(self):
        wizard = self.env["finance.cash.date"].create({"on": "2026-06-28"})
        action = wizard.action_show()
        found = self.view.with_context(**action["context"]).search([("journal_id", "=", self.bank.id)])
        self.assertEqual(found.amount, 100)
        self.assertEqual(self.env["finance.cash.date"].create({}).on, self.on("2026-06-30"))
        wizard.on = "2026-07-02"
        with self.assertRaises(UserError):
            wizard.action_show()
