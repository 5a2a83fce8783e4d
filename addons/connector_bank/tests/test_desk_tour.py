from odoo.tests import HttpCase, tagged

from .test_desk import DeskCase


@tagged("post_install", "-at_install")
class TestDeskTour(DeskCase, HttpCase):
    """The morning's work in a browser, without a mouse."""

    def test_keyboard_alone(self):
        first, one, _proposal = self.proposed("DESK-4711")
        second, two, _proposal = self.proposed("DESK-4712", invoice=90.0, amount="30.00")
        third = self.line("-3.00", "Unknown")
        self.match(third)
        self.start_tour("/odoo/finance-desk", "connector_bank_desk", login="operator")
        for line in (first, second, third):
            self.assertTrue(line.is_reconciled)
            self.assert_balanced(line)
        self.assertEqual((one.amount_residual, two.amount_residual), (60.0, 60.0))
        self.assertEqual(self.balance(self.fees), 3.0)

    def test_refused_comes_back(self):
        """What the server refuses is not shown as done: the line stands there again, with the words."""
        first, one, _proposal = self.proposed("DESK-4711")
        second, two, _proposal = self.proposed("DESK-4712", invoice=90.0, amount="30.00")
        self.start_tour("/odoo/finance-desk", "connector_bank_desk_refused", login="operator")
        self.assertFalse(first.is_reconciled)
        self.assertEqual((one.amount_residual, two.amount_residual), (100.0, 60.0))
        self.assertTrue(second.is_reconciled)
        self.assertEqual(first.finance_proposal_ids.state, "rejected")

    def test_reload(self):
        """Whoever presses F5 finds the filters and the line as they were."""
        self.proposed("DESK-4711")
        self.proposed("DESK-4712")
        self.match(self.line("-3.00", "Unknown"))
        self.start_tour("/odoo/finance-desk", "connector_bank_desk_reload", login="operator")

    def test_trouble(self):
        """A crash and a lost connection are said in words, and what is booked is never shown as open or the reverse."""
        first, one, _proposal = self.proposed("DESK-4711")
        second, two, _proposal = self.proposed("DESK-4712", invoice=90.0)
        self.match(self.line("-3.00", "Unknown"))
        self.start_tour("/odoo/finance-desk", "connector_bank_desk_trouble", login="operator")
        self.assertTrue(first.is_reconciled and second.is_reconciled)
        self.assertEqual((one.amount_residual, two.amount_residual), (60.0, 50.0))
        self.assertEqual(len((first | second).finance_proposal_ids.filtered(lambda each: each.state == "accepted")), 2)
