from odoo.tests import HttpCase, tagged

from .common import BankCase
from .test_statement_profile import UNKNOWN


@tagged("post_install", "-at_install")
class TestTour(BankCase, HttpCase):
    """What an operator clicks, in a browser."""

    def test_import_and_match(self):
        invoice = self.invoice(250.0, payment_reference="TOUR-4711")
        self.start_tour("/odoo", "connector_bank_import_and_match", login="operator")
        self.assertEqual(invoice.payment_state, "paid")
        self.assert_booked(["250.00"])

    def test_accept_proposal(self):
        invoice = self.invoice(100.0, payment_reference="TOUR-4712")
        line = self.line("40.00", "Thanks for TOUR-4712")
        self.match()
        self.start_tour("/odoo/finance-proposals", "connector_bank_accept_proposal", login="operator")
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ("partial", 60.0))
        self.assertTrue(line.is_reconciled)

    def test_make_profile(self):
        message = self.bring(UNKNOWN.encode(), journal=self.journal)
        case = message.exception_ids
        self.start_tour(f"/odoo/finance-cases/{case.id}", "connector_bank_make_profile", login="operator")
        profile = self.env["finance.statement.profile"].search([("shipped", "=", False)])
        self.assertEqual((profile.state, profile.maker_id), ("waiting", self.operator))
