from odoo import fields
from odoo.tests import tagged

from .common import BankCase


@tagged("post_install", "-at_install")
class TestUnmatched(BankCase):
    """A line without proposal is in exactly one case, for as long as it stays so."""

    def unmatched(self, line):
        return self.env["finance.exception"].search(
            [("code", "=", "match.none"), ("res_model", "=", line._name), ("res_id", "=", line.id)]
        )

    def test_one_case_with_reasons(self):
        line = self.line("-18400.60", "Salaries")
        self.match()
        case = self.unmatched(line)
        self.assertEqual((case.state, case.blocking, case.domain), ("open", False, "bank"))
        self.assertEqual((case.amount, case.currency_id), (-18400.60, self.euro))
        self.assertIn(line.finance_why_not, case.text)
        self.match()
        self.assertEqual(self.unmatched(line), case)

    def test_closes_when_a_match_comes(self):
        line = self.line("250.00", "Invoice without a document yet")
        self.match()
        case = self.unmatched(line)
        self.invoice(250.0)
        self.match()
        self.assertEqual(line.finance_match_state, "proposed")
        self.assertEqual(case.state, "solved")

    def test_comes_back_when_the_match_was_wrong(self):
        line = self.line("250.00", "Invoice without a document yet")
        self.match()
        case = self.unmatched(line)
        self.invoice(250.0)
        self.match()
        line.finance_proposal_ids.with_user(self.operator).action_reject()
        self.match()
        self.assertEqual(self.unmatched(line), case)
        self.assertEqual(case.state, "open")
        self.assertIn("rejected", case.text)

    def test_closes_when_booked_by_hand(self):
        line = self.line("-3.80", "Coffee")
        self.match()
        case = self.unmatched(line)
        expense = self.company_data["default_account_expense"]
        line._seek_for_lines()[1].account_id = expense
        self.assertTrue(line.is_reconciled)
        self.env["finance.unmatched"]._cron_keep()
        self.assertEqual(case.state, "solved")

    def test_closes_when_the_line_is_gone(self):
        line = self.line("-3.80", "Coffee")
        self.match()
        case = self.unmatched(line)
        line.statement_id.unlink()
        line.unlink()
        self.env["finance.unmatched"]._cron_keep()
        self.assertEqual(case.state, "solved")

    def test_dropped_stays_dropped(self):
        line = self.line("-3.80", "Coffee")
        self.match()
        case = self.unmatched(line)
        case.with_user(self.operator).action_drop()
        self.match()
        self.assertEqual(self.unmatched(line), case)
        self.assertEqual(case.state, "dropped")

    def test_solved_too_early_opens_again(self):
        line = self.line("-3.80", "Coffee")
        self.match()
        case = self.unmatched(line)
        case.with_user(self.operator).action_solve()
        self.match()
        self.assertEqual(case.state, "open")

    def test_switched_off(self):
        self.company.finance_unmatched_case = False
        line = self.line("-3.80", "Coffee")
        self.match()
        self.assertFalse(self.unmatched(line))

    def test_after_days(self):
        self.company.finance_unmatched_days = 5
        line = self.line("-3.80", "Coffee", day=str(fields.Date.subtract(fields.Date.today(), days=2)))
        self.match()
        self.assertFalse(self.unmatched(line))
        line.finance_booked_on = fields.Date.subtract(fields.Date.today(), days=5)
        self.env["finance.unmatched"]._cron_keep()
        self.assertEqual(self.unmatched(line).state, "open")

    def test_one_activity_for_many_cases(self):
        lines = [self.line(f"-{number}.10", f"Card {number}") for number in range(1, 5)]
        self.match()
        cases = self.env["finance.exception"].concat(*map(self.unmatched, lines))
        self.assertEqual(len(cases), 4)
        self.assertEqual(len(cases.sudo().activity_ids), 1)
        self.assertEqual(cases.sudo().activity_ids.user_id, cases.owner_id)
