"""Accounts for differences, and what is looked at after a settlement."""

from .common import BankCase


class SettleCase(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.differences = cls.account("Small differences", "658100", "expense")
        cls.fees = cls.account("Bank charges", "627100", "expense")
        cls.discounts = cls.account("Discounts", "665100", "expense")

    def assert_matched(self, line, *documents, state="paid"):
        """The line is done and every document paid, by entries that balance and carry one number."""
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.finance_match_state, "reconciled")
        self.assert_balanced(line)
        for document in documents:
            self.assertEqual(document.payment_state, state, document.name)
            terms = document.line_ids.filtered(lambda item: item.display_type == "payment_term")
            counterparts = line.line_ids.filtered(lambda item, own=terms.account_id: item.account_id in own)
            self.assertTrue(set(terms.mapped("matching_number")) & set(counterparts.mapped("matching_number")))
            if state == "paid":
                self.assertEqual(sum(terms.mapped("amount_residual")), 0.0)

    def assert_balanced(self, line):
        self.env.flush_all()
        company = line.company_id
        self.assertTrue(company.currency_id.is_zero(sum(line.move_id.line_ids.mapped("balance"))))
        self.assertEqual(len(line._seek_for_lines()[0]), 1)
        bank = self.env["account.move.line"].search(
            [("account_id", "=", line.journal_id.default_account_id.id), ("parent_state", "=", "posted")]
        )
        lines = self.lines(line.journal_id)
        if not line.journal_id.currency_id:
            self.assertTrue(company.currency_id.is_zero(sum(bank.mapped("balance")) - sum(lines.mapped("amount"))))

    def assert_open(self, line, *documents, proposals=None):
        self.assertFalse(line.is_reconciled)
        for document in documents:
            self.assertIn(document.payment_state, ("not_paid", "partial"))
        suspense = line._seek_for_lines()[1]
        self.assertEqual(suspense.account_id, line.journal_id.suspense_account_id)
        if proposals is not None:
            self.assertEqual(len(self.proposals(line)), proposals)

    def proposals(self, line):
        return line.finance_proposal_ids.filtered(lambda p: p.state == "proposed").with_user(self.operator)

    def balance(self, account):
        items = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return round(sum(items.mapped("balance")), 2)
