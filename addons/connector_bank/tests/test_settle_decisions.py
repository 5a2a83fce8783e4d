"""Proposals that a person accepts, rejects and undoes."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestSettleDecisions(SettleCase):
    """What a person accepts, rejects and undoes."""

    def proposed(self, amount=40.0):
        invoice = self.invoice(100.0)
        line = self.line(f"{amount:.2f}", invoice.name)
        self.match()
        return invoice, line, self.proposals(line)

    def test_accept(self):
        invoice, line, proposal = self.proposed()
        self.assertTrue(proposal.doubts)
        proposal.action_accept()
        self.assert_matched(line, invoice, state="partial")
        self.assertRecordValues(
            proposal, [{"state": "accepted", "automatic": False, "decided_by_id": self.operator.id}]
        )
        with self.assertRaises(UserError):
            proposal.action_accept()

    def test_reject(self):
        """Rejected means: not again for this line."""
        invoice, line, proposal = self.proposed()
        proposal.action_reject()
        self.match()
        self.assert_open(line, invoice, proposals=0)
        self.assertIn("rejected", line.finance_why_not)

    def test_reject_leaves_others(self):
        """Another line of the same payer is proposed all the same."""
        invoice, _line, proposal = self.proposed()
        proposal.action_reject()
        second = self.line("30.00", invoice.name)
        self.match()
        self.assert_open(second, invoice, proposals=1)

    def test_undo(self):
        """Line and invoice are open again; the same is not booked again without a person."""
        invoice = self.invoice(100.0)
        line = self.line("100.00", invoice.name)
        self.match()
        self.assert_matched(line, invoice)
        done = line.finance_proposal_ids
        line.with_user(self.operator).action_finance_undo()
        self.assert_open(line, invoice)
        self.assertEqual((done.state, invoice.amount_residual), ("undone", 100.0))
        self.assert_balanced(line)
        self.match()
        self.assert_open(line, invoice)

    def test_undo_can_be_done_again(self):
        """Undone by mistake: it is proposed, and a person may accept it."""
        invoice = self.invoice(100.0)
        line = self.line("100.00", invoice.name)
        self.match()
        line.with_user(self.operator).action_finance_undo()
        self.match()
        proposal = self.proposals(line)
        self.assertEqual(len(proposal), 1)
        self.assertIn("undone", proposal.doubts)
        proposal.action_accept()
        self.assert_matched(line, invoice)

    def test_undo_from_proposal(self):
        invoice, line, proposal = self.proposed()
        proposal.action_accept()
        proposal.action_undo()
        self.assert_open(line, invoice)
        self.assertEqual((proposal.state, invoice.amount_residual), ("undone", 100.0))

    def test_undo_in_odoo(self):
        """Undone with Odoo's own button on the line's entry: the proposal no longer claims it."""
        invoice = self.invoice(100.0)
        line = self.line("100.00", invoice.name)
        self.match()
        line.action_undo_reconciliation()
        self.assert_open(line, invoice)
        self.assertEqual(line.finance_proposal_ids.mapped("state"), ["undone"])
        self.match()
        self.assert_open(line, invoice, proposals=1)

    def test_paid_elsewhere(self):
        """The invoice was paid in cash meanwhile: a clear word instead of a second payment."""
        invoice, line, proposal = self.proposed()
        self.cash(invoice)
        with self.assertRaisesRegex(UserError, "settled already"), self.env.cr.savepoint():
            proposal.action_accept()
        self.env.invalidate_all()
        self.assert_open(line)
        self.assertEqual(invoice.payment_state, "paid")

    def test_paid_in_part_elsewhere(self):
        """What is left of the invoice is less than the proposal takes."""
        invoice, line, proposal = self.proposed()
        self.cash(invoice, amount=70.0)
        with self.assertRaisesRegex(UserError, "left to settle"), self.env.cr.savepoint():
            proposal.action_accept()
        self.env.invalidate_all()
        self.assert_open(line)

    def cash(self, invoice, amount=None):
        values = {"payment_date": "2026-03-01", "journal_id": self.company_data["default_journal_cash"].id}
        if amount:
            values["amount"] = amount
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(values)._create_payments()

    def test_reset_invoice(self):
        """The invoice is taken back to draft and changed after the match: Odoo opens the line again."""
        invoice = self.invoice(100.0)
        line = self.line("100.00", invoice.name)
        self.match()
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 120.0
        invoice.action_post()
        self.env.invalidate_all()
        self.assert_balanced(line)
        self.match()
        self.assert_balanced(line)
        self.assertNotEqual(invoice.payment_state, "paid")

    def test_deleted_line(self):
        """A line that a person deletes leaves the invoice open and no proposal behind."""
        invoice, line, proposal = self.proposed()
        line.statement_id.unlink()
        line.unlink()
        self.assertFalse(proposal.exists())
        self.assertEqual(invoice.payment_state, "not_paid")
