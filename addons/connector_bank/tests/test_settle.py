"""From a matched line to the ledger: what is reconciled, what stays, and that every entry balances."""

from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

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


@tagged("post_install", "-at_install")
class TestSettleCurrency(SettleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dollar = cls.setup_other_currency("USD", rates=[("2026-01-01", 1.25), ("2026-03-01", 1.10)])
        cls.dollars = cls.bank_journal("BNKD", "US00DOLLAR", currency_id=cls.dollar.id)

    def exchange(self, invoice):
        items = invoice.line_ids.filtered(lambda item: item.display_type == "payment_term")
        return (items.matched_credit_ids + items.matched_debit_ids).exchange_move_id

    def test_journal_in_dollar(self):
        """Invoice and account in dollar: paid in full, Odoo books the difference of the rates."""
        invoice = self.invoice(110.0, currency_id=self.dollar.id)
        line = self.line("110.00", invoice.name, journal=self.dollars, day="2026-03-05")
        self.match(line)
        self.assert_matched(line, invoice)
        self.assertEqual(line._seek_for_lines()[0].balance, 100.0)
        exchange = self.exchange(invoice)
        self.assertEqual(sum(exchange.line_ids.mapped("balance")), 0.0)
        self.assertEqual(sum(exchange.line_ids.filtered("account_id.reconcile").mapped("debit")), 12.0)

    def test_dollar_invoice_paid_in_euro(self):
        """The bank states the dollars of the order: the invoice is paid in its own currency."""
        invoice = self.invoice(110.0, currency_id=self.dollar.id)
        line = self.line("99.00", invoice.name, instructed=("110.00", "USD"), day="2026-03-05")
        self.match(line)
        self.assert_matched(line, invoice)
        self.assertEqual(invoice.amount_residual, 0.0)

    def test_dollar_invoice_paid_in_euro_unsaid(self):
        """Without the dollars of the order a person decides; accepted, the invoice is paid."""
        invoice = self.invoice(110.0, currency_id=self.dollar.id)
        line = self.line("88.00", invoice.name, day="2026-03-05")
        self.match(line)
        self.assert_open(line, invoice, proposals=1)
        self.proposals(line).action_accept()
        self.assert_matched(line, invoice)

    def test_euro_invoice_on_dollar_account(self):
        invoice = self.invoice(100.0)
        line = self.line("110.00", invoice.name, journal=self.dollars, day="2026-03-05")
        self.match(line)
        self.assert_open(line, invoice, proposals=1)
        self.proposals(line).action_accept()
        self.assert_matched(line, invoice)

    def test_several_dollar_invoices(self):
        """Shares of one amount at one rate: no cent is lost in rounding."""
        invoices = [self.invoice(amount, currency_id=self.dollar.id) for amount in (33.33, 33.33, 33.34)]
        text = " ".join(invoice.name for invoice in invoices)
        line = self.line("100.00", text, journal=self.dollars, day="2026-03-05")
        self.match(line)
        self.assert_matched(line, *invoices)
        self.assertEqual(line._seek_for_lines()[0].balance, 90.91)

    def test_undo_in_dollar(self):
        """The exchange entry is reversed with the match."""
        invoice = self.invoice(110.0, currency_id=self.dollar.id)
        line = self.line("110.00", invoice.name, journal=self.dollars, day="2026-03-05")
        self.match(line)
        line.with_user(self.operator).action_finance_undo()
        self.assert_open(line, invoice)
        self.assertEqual(invoice.amount_residual, 110.0)
        receivable = invoice.line_ids.filtered(lambda item: item.display_type == "payment_term").account_id
        self.assertEqual(self.balance(receivable), 88.0)
