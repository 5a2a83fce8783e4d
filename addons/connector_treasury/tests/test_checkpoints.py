"""Cash is what the statements close with; a balance that was changed afterwards is found."""

from odoo.tests import tagged

from .common import CashCase


@tagged("post_install", "-at_install")
class TestCashCheckpoint(CashCase):
    def check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["finance.checkpoint.check"].sudo()._cron_all()
        self.env.invalidate_all()
        return self.env["finance.checkpoint"].search(
            [("company_id", "=", self.company.id), ("code", "=", "treasury.balances")]
        )

    def test_balances(self):
        statement = self.env["account.bank.statement"].create(
            {
                "name": "S1",
                "date": "2026-06-30",
                "finance_journal_id": self.bank.id,
                "finance_identity": "S1",
                "balance_start": 120.0,
                "balance_end_real": 120.0,
            }
        )
        balance = self.report(self.bank, "2026-06-30", 120.0, statement_id=statement.id)
        self.report(self.bank, "2026-06-30", 115.0, kind="available", statement_id=statement.id)
        row = self.check()
        self.assertEqual((row.state, row.left_count, row.right_balance), ("agree", 1, 120.0))
        self.env.cr.execute("UPDATE finance_bank_balance SET amount = 1120 WHERE id = %s", [balance.id])
        row = self.check()
        self.assertEqual(row.state, "break")
        self.assertRegex(row.text, r"Changed: S1, .*120\.00.*became.*1,120\.00")
        opened = [self.env[one["res_model"]].search(one["domain"]) for one in
                  (row.action_open_left(), row.action_open_right())]  # fmt: skip
        self.assertEqual(opened, [statement, balance])
