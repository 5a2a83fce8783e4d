"""From a matched line to the ledger: what is reconciled, what stays, and that every entry balances."""

from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestSettle(SettleCase):
    def test_number(self):
        invoice = self.invoice(250.0)
        line = self.line("250.00", f"Payment of {invoice.name}")
        result = self.match()
        self.assertEqual((result["reconciled"], result["left"]), (1, 0))
        self.assert_matched(line, invoice)
        self.assertEqual(line.partner_id, self.customer)
        proposal = line.finance_proposal_ids
        self.assertRecordValues(proposal, [{"state": "accepted", "automatic": True, "rule": "number"}])
        self.assertTrue(proposal.reasons)

    def test_structured_reference(self):
        invoice = self.invoice(250.0, payment_reference="RF18539007547034")
        line = self.line("250.00", "thanks", reference="RF18539007547034")
        self.match()
        self.assert_matched(line, invoice)
        self.assertEqual(line.finance_proposal_ids.rule, "reference")

    def test_several_invoices(self):
        invoices = [self.invoice(amount) for amount in (100.0, 50.5, 9.99)]
        line = self.line("160.49", " ".join(invoice.name for invoice in invoices))
        self.match()
        self.assert_matched(line, *invoices)

    def test_vendor_bill(self):
        bill = self.invoice(80.0, move_type="in_invoice", ref="RE-2026-0815")
        line = self.line("-80.00", "RE-2026-0815")
        self.match()
        self.assert_matched(line, bill)

    def test_credit_note_netted(self):
        """The customer pays an invoice less a credit note."""
        invoice, credit = self.invoice(100.0), self.invoice(30.0, move_type="out_refund")
        line = self.line("70.00", f"{invoice.name} less {credit.name}")
        self.match()
        self.assert_matched(line, invoice, credit)

    def test_partial(self):
        """A part payment is proposed; accepted, the invoice stays open with the rest."""
        invoice = self.invoice(100.0)
        line = self.line("40.00", invoice.name)
        self.match()
        self.assert_open(line, invoice, proposals=1)
        self.proposals(line).action_accept()
        self.assert_matched(line, invoice, state="partial")
        self.assertEqual(invoice.amount_residual, 60.0)

    def test_partial_without_person(self):
        """Where the payer is known, and enough is missing for it to be a part payment."""
        self.account_of(self.customer)
        invoice = self.invoice(100.0)
        line = self.line("40.00", invoice.name, account=self.IBAN)
        self.match()
        self.assert_matched(line, invoice, state="partial")
        second = self.line("60.00", invoice.name, account=self.IBAN)
        self.match()
        self.assert_matched(second, invoice)
        short = self.line("98.00", self.invoice(100.0).name, account=self.IBAN)
        self.match()
        self.assertFalse(short.is_reconciled)
        self.company.finance_sure_partial = False
        other = self.line("40.00", self.invoice(101.0).name, account=self.IBAN)
        self.match()
        self.assertFalse(other.is_reconciled)

    def test_a_misspelt_number(self):
        """It decides while no document of the payer has it; the number of a paid one is a second payment."""
        self.account_of(self.customer)
        first, second = self.invoice(100.0), self.invoice(100.0)
        line = self.line("100.00", first.name, account=self.IBAN)
        self.match()
        again = self.line("100.00", first.name, account=self.IBAN)
        self.match()
        self.assert_matched(line, first)
        self.assert_open(again, second)
        slip = second.name[:-1] + "x9"
        slipped = self.line("100.00", slip.replace("x", ""), account=self.IBAN)
        self.match(slipped)
        self.assert_matched(slipped, second)

    def test_paid_twice_by_a_former_number(self):
        """A number of another year, settled long ago, is quoted again: the open invoice of the amount is not meant."""
        self.account_of(self.customer)
        former = self.invoice(100.0, payment_reference="OLD-2019-0077")
        first = self.line("100.00", "OLD-2019-0077", account=self.IBAN)
        self.match()
        self.assert_matched(first, former)
        invoice = self.invoice(100.0)
        again = self.line("100.00", "thanks OLD-2019-0077", account=self.IBAN)
        self.match()
        self.assert_open(again, invoice)
        self.assertIn("paid twice?", "".join(self.proposals(again).mapped("doubts")))
        plain = self.line("100.00", "thanks", account=self.IBAN)
        self.match(plain)
        self.assert_matched(plain, invoice)

    IBAN = "DE89370400440532013000"

    def account_of(self, partner):
        return self.env["res.partner.bank"].create({"acc_number": self.IBAN, "partner_id": partner.id})

    def test_overpaid(self):
        """What is paid too much stays open on the line for a person."""
        invoice = self.invoice(100.0)
        line = self.line("110.00", invoice.name)
        self.match()
        self.assert_open(line, invoice)
        self.proposals(line).action_accept()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line._seek_for_lines()[1].balance, -10.0)
        self.assert_balanced(line)
        other = self.invoice(10.0)
        self.match()
        self.assert_open(line, other)

    def test_tolerance(self):
        """A small difference goes to its account, where one is set."""
        self.company.finance_tolerance_account_id = self.differences
        invoice = self.invoice(100.0)
        line = self.line("99.80", invoice.name)
        self.match()
        self.assert_matched(line, invoice)
        self.assertEqual(self.balance(self.differences), 0.2)

    def test_tolerance_without_account(self):
        """Without an account nothing is written off, and nothing is booked without a person."""
        invoice = self.invoice(100.0)
        line = self.line("99.80", invoice.name)
        self.match()
        self.assert_open(line, invoice, proposals=1)
        self.proposals(line).action_accept()
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ("partial", 0.2))

    def test_tolerance_account_taken_away(self):
        """The account is gone when the proposal is accepted: a clear word, nothing half done."""
        self.company.write({"finance_fee_account_id": self.fees.id})
        invoice = self.invoice(100.0, payment_reference="RF18539007547034")
        line = self.line("95.00", "thanks", reference="RF18539007547034", fee="5.00")
        self.company.finance_fee_account_id = False
        self.match()
        self.assert_open(line, invoice)
        for proposal in self.proposals(line).filtered("write_offs"):
            with self.assertRaises(UserError):
                proposal.action_accept()
        self.assert_open(line, invoice)

    def test_fee(self):
        """The bank kept its charge back: the invoice is paid in full, the charge is booked."""
        self.company.finance_fee_account_id = self.fees
        invoice = self.invoice(100.0)
        line = self.line("95.00", invoice.name, fee="5.00")
        self.match()
        self.assert_matched(line, invoice)
        self.assertEqual(self.balance(self.fees), 5.0)

    def test_discount(self):
        """An early payment discount in time is booked to its account."""
        self.company.finance_discount_account_id = self.discounts
        terms = self.env["account.payment.term"].create(
            {
                "name": "2/10 net 30", "early_discount": True, "discount_percentage": 2.0, "discount_days": 10,
                "early_pay_discount_computation": "excluded",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100.0, "nb_days": 30})],
            }
        )
        invoice = self.invoice(100.0, day="2026-02-25", invoice_payment_term_id=terms.id)
        line = self.line("98.00", invoice.name)
        self.match()
        self.assert_matched(line, invoice)
        self.assertEqual(self.balance(self.discounts), 2.0)

    def test_late_discount(self):
        """Taken too late it is a question for a person."""
        self.company.finance_discount_account_id = self.discounts
        terms = self.env["account.payment.term"].create(
            {
                "name": "2/10 net 30", "early_discount": True, "discount_percentage": 2.0, "discount_days": 10,
                "early_pay_discount_computation": "excluded",
                "line_ids": [Command.create({"value": "percent", "value_amount": 100.0, "nb_days": 30})],
            }
        )
        invoice = self.invoice(100.0, day="2026-02-01", invoice_payment_term_id=terms.id)
        line = self.line("98.00", invoice.name)
        self.match()
        self.assert_open(line, invoice)

    def test_own_payment(self):
        """Our own payment comes back with its id: the outstanding account is cleared."""
        bill = self.invoice(80.0, move_type="in_invoice", ref="B-1")
        payment = self.pay(bill)
        self.assertEqual(bill.payment_state, "paid")
        line = self.line("-80.00", "whatever", end_to_end=payment.name)
        self.match()
        self.assertTrue(line.is_reconciled)
        self.assertEqual((payment.state, payment.is_matched), ("paid", True))
        self.assert_balanced(line)
        self.assertEqual(self.balance(payment.outstanding_account_id), 0.0)

    def pay(self, document):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=document.ids
        ).create({"journal_id": self.journal.id, "payment_date": "2026-03-01"})
        payment = wizard._create_payments()
        self.assertTrue(payment.outstanding_account_id)
        return payment

    def test_two_lines_for_one_invoice(self):
        """Paid twice: at most one line is booked, the other waits for a person."""
        invoice = self.invoice(100.0)
        lines = self.line("100.00", invoice.name) + self.line("100.00", invoice.name)
        self.match()
        self.assertLessEqual(len(lines.filtered("is_reconciled")), 1)
        proposals = self.env["finance.match.proposal"].search(
            [("line_id", "in", lines.ids), ("state", "=", "proposed")]
        ).with_user(self.operator)
        if len(proposals) > 1:
            proposals[0].action_accept()
            self.assertFalse(proposals.exists() - proposals[0], "the other proposal cannot be accepted any more")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(len(lines.filtered("is_reconciled")), 1)

    def test_nothing_fits(self):
        line = self.line("12.34", "Thank you")
        result = self.match()
        self.assertEqual((result["lines"], result["left"]), (1, 1))
        self.assert_open(line, proposals=0)
        self.assertTrue(line.finance_why_not)

    def test_draft_and_cancelled(self):
        """Neither a draft nor a cancelled invoice is paid by a line."""
        draft, cancelled = self.invoice(100.0), self.invoice(100.0)
        draft.button_draft()
        cancelled.button_draft()
        cancelled.button_cancel()
        lines = self.line("100.00", draft.name or "x") + self.line("100.00", cancelled.name or "y")
        self.match()
        self.assertFalse(any(lines.mapped("is_reconciled")))

    def test_aged_receivable(self):
        """Odoo's own figures of the partner are right afterwards."""
        invoice = self.invoice(100.0)
        self.assertEqual(self.customer.credit, 100.0)
        self.line("100.00", invoice.name)
        self.match()
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.credit, 0.0)
        self.assertEqual(self.balance(self.journal.suspense_account_id), 0.0)
        self.assertEqual(self.balance(self.journal.default_account_id), 100.0)

    def test_locked_later(self):
        """The period is closed after the import: nothing half written, and the case closes once it is open."""
        invoice = self.invoice(100.0)
        line = self.line("100.00", invoice.name)
        self.company.sudo().hard_lock_date = False
        self.lock(date(2026, 3, 31))
        self.match()
        self.assert_open(line, invoice)
        self.assertEqual(self.cases(), ["match.failed"])
        self.match()
        self.assertEqual(self.case("match.failed").occurrences, 2)
        self.lock(None)
        self.match()
        self.assert_matched(line, invoice)
        self.assertEqual(self.cases(), [])

    def test_locked_one_of_many(self):
        """One refused line keeps none of the others back."""
        old, new = self.invoice(100.0), self.invoice(50.0)
        first = self.line("100.00", old.name, day="2026-03-02")
        second = self.line("50.00", new.name, day="2026-04-02")
        self.lock(date(2026, 3, 31))
        self.match()
        self.assert_open(first, old)
        self.assert_matched(second, new)

    def lock(self, day):
        """As an administrator's lock stands in the database, past the question about open bank lines."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s", [day, self.company.id]
        )
        self.env.invalidate_all()
