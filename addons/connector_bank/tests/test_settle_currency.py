"""Lines and documents in different currencies."""

from odoo.tests import tagged

from .settle_case import SettleCase


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
