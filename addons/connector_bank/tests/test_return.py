"""Returned payments and reversals: the right thing is undone, and nothing else is ever paired."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .settle_case import SettleCase
from .statement_maker import Booking


@tagged("post_install", "-at_install")
class TestReturn(SettleCase):
    def paid(self, amount=100.0, **values):
        """An invoice, and the line that paid it."""
        invoice = self.invoice(amount)
        line = self.line(f"{amount:.2f}", invoice.name, **{"end_to_end": "E2E-1", "name": "Almond Lane", **values})
        self.match()
        self.assert_matched(line, invoice)
        return invoice, line

    def returned(self, amount="-100.00", text="returned", **values):
        return self.line(
            amount, text,
            **{"end_to_end": "E2E-1", "name": "Almond Lane", "return_reason": "AC04", "day": "2026-03-04", **values},
        )

    def test_certain(self):
        """The invoice is open again, and says why; the return stands against what it returns."""
        invoice, line = self.paid()
        back = self.returned()
        self.match()
        self.assert_balanced(back)
        self.assertTrue(line.is_reconciled and back.is_reconciled)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ("not_paid", 100.0))
        numbers = [set((each.line_ids - each._seek_for_lines()[0]).mapped("matching_number")) for each in (line, back)]
        self.assertEqual(*numbers)
        self.assertRecordValues(
            back.finance_proposal_ids,
            [{"state": "accepted", "automatic": True, "rule": "return", "other_line_id": line.id}],
        )
        self.assertIn("AC04", back.finance_proposal_ids.reasons)
        self.assertIn(invoice.name, back.finance_proposal_ids.reasons)
        self.assertIn("2026-03-04", " ".join(invoice.message_ids.mapped("body")))

    def test_paid_again(self):
        invoice, _line = self.paid()
        self.returned()
        again = self.line("100.00", invoice.name, day="2026-03-06")
        self.match()
        self.match()
        self.assert_matched(again, invoice)

    def test_undo(self):
        """Undone, the invoice is paid again by the line that had paid it."""
        invoice, line = self.paid()
        back = self.returned()
        self.match()
        back.with_user(self.operator).action_finance_undo()
        self.assert_open(back)
        self.assert_matched(line, invoice)
        self.match()
        self.assert_open(back, proposals=1)

    def test_undo_of_original(self):
        """Undoing the original undoes its return: neither hangs in the air."""
        invoice, line = self.paid()
        back = self.returned()
        self.match()
        line.with_user(self.operator).action_finance_undo()
        self.assert_open(line, invoice)
        self.assert_open(back, invoice)

    def test_never_another_document(self):
        """A bill of the very amount is no match for a returned payment of a customer."""
        bill = self.invoice(100.0, move_type="in_invoice", ref="RE-1")
        back = self.returned(text="RE-1")
        self.match()
        self.assert_open(back, bill, proposals=0)
        self.assertIn("returns", back.finance_why_not)

    def test_name_is_proposed(self):
        invoice, _line = self.paid()
        back = self.returned(end_to_end="OTHER")
        self.match()
        self.assert_open(back, proposals=1)
        self.assertEqual(invoice.payment_state, "paid")
        self.proposals(back).action_accept()
        self.assertTrue(back.is_reconciled)
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_rejected(self):
        self.paid()
        back = self.returned(end_to_end="OTHER")
        self.match()
        self.proposals(back).action_reject()
        self.match()
        self.assert_open(back, proposals=0)

    def test_returned_twice(self):
        """A booking is returned once; a second return of it is left to a person."""
        invoice, _line = self.paid()
        first, second = self.returned(), self.returned(day="2026-03-05")
        self.match()
        self.assertEqual([first.is_reconciled, second.is_reconciled].count(True), 1)
        self.assertEqual(invoice.amount_residual, 100.0)

    def test_charges(self):
        invoice, _line = self.paid()
        self.company.finance_fee_account_id = self.fees
        part = Booking("-100.00", "returned", end_to_end="E2E-1", return_reason="AC04")
        back = self.line("-103.00", "returned", parts=(part,), day="2026-03-04")
        self.match()
        self.assert_open(back, proposals=1)
        self.proposals(back).action_accept()
        self.assert_balanced(back)
        self.assertEqual(self.balance(self.fees), 3.0)
        self.assertEqual(invoice.amount_residual, 100.0)

    def test_own_reversal(self):
        """The bank takes back its own booking: both lines meet on the transfer account."""
        wrong = self.line("-4.50", "charges", day="2026-03-03")
        back = self.line("4.50", "charges", reversal=True, day="2026-03-04")
        self.match()
        self.assert_open(back, proposals=1)
        self.proposals(back).action_accept()
        self.assertTrue(wrong.is_reconciled and back.is_reconciled)
        self.assertEqual(self.balance(self.company.transfer_account_id), 0.0)
        wrong.with_user(self.operator).action_finance_undo()
        self.assert_open(wrong)
        self.assert_open(back)

    def test_own_payment(self):
        """Our transfer comes back: the payment did leave, its bill is open again."""
        bill = self.invoice(80.0, move_type="in_invoice", ref="RE-7")
        method = self.journal.outbound_payment_method_line_ids[:1]
        method.payment_account_id = self.account("Under way", "101499", "asset_current")
        method.payment_account_id.reconcile = True
        wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=bill.ids)
        payment = wizard.create({"journal_id": self.journal.id, "payment_method_line_id": method.id})._create_payments()
        line = self.line("-80.00", "RE-7", end_to_end=payment.name)
        self.match()
        self.assertTrue(line.is_reconciled)
        back = self.returned("80.00", end_to_end=payment.name)
        self.match()
        self.assertTrue(back.is_reconciled)
        self.assertTrue(line.is_reconciled)
        self.assertEqual((bill.payment_state, bill.amount_residual), ("not_paid", 80.0))
        self.assertEqual(back.partner_id, self.supplier)

    def test_switched_off(self):
        self.company.finance_sure_return = False
        invoice, _line = self.paid()
        back = self.returned()
        self.match()
        self.assert_open(back, proposals=1)
        self.assertEqual(invoice.payment_state, "paid")

    def test_too_old(self):
        self.company.finance_return_days = 1
        self.paid()
        back = self.returned()
        self.match()
        self.assert_open(back, proposals=0)

    def test_original_in_locked_period(self):
        """The entry of the original stays as it is; only its reconciliation is undone."""
        invoice, line = self.paid()
        before = line.line_ids.mapped("balance")
        self.company.sudo().fiscalyear_lock_date = "2026-03-03"
        back = self.returned()
        self.match()
        self.assertTrue(back.is_reconciled)
        self.assertEqual(line.line_ids.mapped("balance"), before)
        self.assertEqual(invoice.amount_residual, 100.0)

    def test_refused(self):
        """What Odoo refuses leaves everything as it was, and a case."""
        invoice, line = self.paid()
        back = self.returned()
        refuse = patch.object(type(back.line_ids), "remove_move_reconcile", side_effect=UserError("no"))
        with refuse:
            self.match()
        self.assert_open(back)
        self.assert_matched(line, invoice)
        self.assertEqual(self.cases(), ["match.failed"])
        self.match()
        self.assertTrue(back.is_reconciled)
        self.assertNotIn("match.failed", self.cases())

    def test_other_company(self):
        """A booking of another company is never undone."""
        other = self.setup_other_company()["company"]
        self.env.user.company_ids = [Command.link(other.id)]
        journal = self.bank_journal("BNKZ", company=other)
        foreign = self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "amount": 100.0, "date": "2026-03-02", "payment_ref": "x",
             "transaction_details": {"details": [{"end_to_end_id": "E2E-1"}]}}
        )
        back = self.returned()
        self.match()
        self.assert_open(back, proposals=0)
        self.assertFalse(foreign.is_reconciled)
