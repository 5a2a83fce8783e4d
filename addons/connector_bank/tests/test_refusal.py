from odoo import fields
from odoo.tests import tagged

from .answer_maker import report
from .run_case import RunCase
from .statement_maker import Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestRefusal(RunCase):
    """What the bank refuses for good is cancelled and its bill open again, where the journal wants that."""

    def setUp(self):
        super().setUp()
        self.journal.finance_cancel_refused = True
        outstanding = self.account("Outstanding", "101998", "asset_current")
        outstanding.reconcile = True
        self.journal.outbound_payment_method_line_ids.payment_account_id = outstanding
        self.bill_ = self.bill(100)
        self.run_ = self.released(self.run_of())
        self.run_.action_hand_over()
        self.order_, self.payment = self.run_.order_ids, self.run_.line_ids.payment_id
        self.delivered(self.order_)

    def told(self, *item, **group):
        ref = self.payment.name.replace("/", "-")
        items = [(ref, *item)] if item else []
        return self.answer(report(*items, order=self.order_._order_ref(), batch=self.order_._batch_ref(), **group))

    def assert_kept(self):
        self.assertEqual((self.payment.state in ("in_process", "paid"), self.bill_.payment_state), (True, "paid"))

    def test_refused(self):
        self.told("RJCT", "AC04")
        self.assertEqual((self.payment.state, self.payment.finance_way), ("canceled", "rejected"))
        self.assertEqual((self.payment.move_id.state, self.bill_.payment_state), ("cancel", "not_paid"))
        self.assertEqual(self.run_.line_ids.state, "free")
        self.assertIn("AC04", self.bill_.message_ids[0].body)
        self.assertIn("Refused by the bank", self.bill_.activity_ids.summary)
        self.assertIn(self.bill_.name, self.case("payment.rejected").text)
        self.assertEqual(self.run_of().line_ids.move_id, self.bill_)

    def test_only_where_the_journal_wants_it(self):
        self.journal.finance_cancel_refused = False
        self.told("RJCT", "AC04")
        self.assert_kept()
        self.assertEqual(self.payment.finance_way, "rejected")

    def test_the_whole_file_is_for_people(self):
        self.told(group="RJCT")
        self.assert_kept()
        self.assertEqual(self.payment.finance_way, "rejected")

    def test_what_was_announced_stays(self):
        self.told("ACSC")
        self.told("RJCT", "AC04")
        self.assert_kept()
        self.assertIn("payment.contradiction", self.cases())

    def test_a_double_stays(self):
        """The bank refuses a second copy; the first one may be executed."""
        self.told("RJCT", "AM05")
        self.assert_kept()

    def test_a_double_of_our_own_frees_nothing(self):
        self.env["finance.attempt"].sudo().create(
            [{"message_id": self.order_.message_id.id, "number": number, "step": "send", "outcome": "unknown",
              "company_id": self.company.id} for number in (1, 2)]
        )  # fmt: skip
        self.told(group="RJCT", group_reason="DU01")
        self.assertEqual((self.payment.finance_way, self.run_.line_ids.state), ("initiated", "released"))
        self.assertEqual(self.payment._finance_frozen(), self.payment)
        self.assertIn("payment.contradiction", self.cases())

    def test_a_statement_names_it(self):
        """Nobody has matched the line yet, but the money left."""
        day = fields.Date.today().isoformat()
        ref = self.payment.name.replace("/", "-")
        self.bring(camt053(statement(Booking("-100.00", "A", ref="B1", end_to_end=ref, day=day),
                                     name="S1", first=day, last=day)))  # fmt: skip
        self.assertFalse(self.payment.is_matched)
        self.told("RJCT", "AC04")
        self.assert_kept()

    def test_a_locked_period_is_said(self):
        self.company.fiscalyear_lock_date = fields.Date.add(self.payment.date, days=1)
        self.told("RJCT", "AC04")
        self.assert_kept()
        self.assertIn("could not be cancelled", self.case("payment.rejected").text)
