"""An order whose answer was lost is settled by what the bank says elsewhere; sent again, it says so."""

from odoo.tests import tagged

from odoo.addons.finance_connector_base.services.finance_deliver import POSSIBLE_DUPLICATE, Delivery

from .answer_maker import report
from .order_case import OrderWayCase
from .statement_maker import Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestPaymentUnknown(OrderWayCase):
    def setUp(self):
        super().setUp()
        self.message = self.order_.message_id
        self.message.approval_id.with_user(self.approver).action_approve()
        self.env.flush_all()
        self.env["finance.attempt"].sudo().create(
            {"message_id": self.message.id, "number": 1, "step": "send", "outcome": "unknown",
             "company_id": self.company.id}
        )
        self.sql(
            "UPDATE finance_message SET state = 'unknown', arrived = 'maybe', attempt = 1 WHERE id = %s",
            self.message.id,
        )

    def test_an_answer_proves_it(self):
        self.message._open_case("outcome.unknown", "No answer came.")
        self.acknowledge((self.ref(self.first), "ACTC"))
        self.assertEqual((self.message.state, self.message.arrived), ("processed", "yes"))
        self.assertEqual(self.cases(self.message), [])

    def test_a_refusal_proves_it_as_well(self):
        self.acknowledge((self.ref(self.first), "RJCT", "AC04"))
        self.assertEqual((self.message.state, self.first.finance_way), ("processed", "rejected"))

    def test_a_statement_proves_it(self):
        day = self.day.isoformat()
        self.bring(camt053(statement(Booking("-30.00", "A", ref="B1", end_to_end=self.ref(self.first), day=day),
                                     name="S1", first=day, last=day)))  # fmt: skip
        self.match()
        self.assertEqual(self.message.state, "unknown")
        self.env["finance.payment.order"]._cron_stuck()
        self.env.invalidate_all()
        self.assertEqual((self.message.state, self.message.arrived), ("processed", "yes"))

    def test_what_others_say_proves_nothing(self):
        other = self.handed(self.pay(5))
        self.delivered(other)
        self.answer(b"nothing")
        self.env["finance.payment.order"]._cron_stuck()
        self.assertEqual(self.message.state, "unknown")

    def ready_again(self):
        """The bank said that it has no such file."""
        self.sql("UPDATE finance_message SET state = 'ready', arrived = 'no', next_try_on = NULL WHERE id = %s",
                 self.message.id)  # fmt: skip

    def booked_without_our_id(self):
        day = self.day.isoformat()
        self.bring(camt053(statement(Booking("-30.00", "A", ref="B1", day=day), name="S1", first=day, last=day)))
        line = self.lines().filtered(lambda one: one.amount == -30)
        items = line._seek_for_lines()[1] | self.first.move_id.line_ids.filtered(
            lambda item: item.account_id == self.outstanding
        )
        line._seek_for_lines()[1].account_id = self.outstanding
        items.reconcile()
        self.env.invalidate_all()
        self.assertTrue(self.first.is_matched)

    def test_an_answer_after_absent(self):
        """The status call said that it never came, then the bank speaks of it: it is not sent again."""
        self.ready_again()
        self.acknowledge((self.ref(self.first), "ACSP"))
        self.assertEqual((self.message.state, self.message.arrived), ("processed", "yes"))

    def test_an_answer_while_it_was_being_sent(self):
        """What came meanwhile is found when it is to be sent again, whoever made it ready."""
        self.sql("UPDATE finance_message SET state = 'sending' WHERE id = %s", self.message.id)
        self.acknowledge((self.ref(self.first), "ACSP"))
        self.assertEqual(self.message.state, "sending")
        self.ready_again()
        self.assertEqual(self.env["finance.deliver"].sudo()._claim(self.message.id).why, "elsewhere")
        self.env.invalidate_all()
        self.assertEqual((self.message.state, self.message.arrived), ("processed", "yes"))

    def test_an_answer_to_another_order_proves_nothing(self):
        self.answer(report((self.ref(self.first), "ACSP"), order="ANOTHER-1", batch="ANOTHER-1-1"))
        self.env["finance.payment.order"]._cron_stuck()
        self.env.invalidate_all()
        self.assertEqual(self.message.state, "unknown")

    def test_payments_that_go_one_by_one_are_each_proven(self):
        """A part of them may be there: the rest is still sent, with the same keys."""
        self.sql("UPDATE finance_connector SET transport = 'wise' WHERE id = %s", self.connector.id)
        self.acknowledge((self.ref(self.first), "ACSP"))
        self.assertEqual(self.message.state, "unknown")
        self.ready_again()
        processor = self.env["finance.process.payment_order"].sudo()
        self.assertIsNone(processor._elsewhere(self.message.sudo()))
        self.acknowledge((self.ref(self.second), "ACSP"))
        self.assertEqual((self.message.state, self.message.arrived), ("sent", "yes"))

    def test_a_line_without_our_id_proves_nothing(self):
        """A person matched it: the file may still not have arrived, or the money left another way."""
        self.booked_without_our_id()
        self.env["finance.payment.order"]._cron_stuck()
        self.env.invalidate_all()
        self.assertEqual(self.message.state, "unknown")
        self.assertIn(self.first.name, self.case("payment.unsure").text)

    def test_what_is_booked_is_not_sent_before_people_looked(self):
        self.booked_without_our_id()
        self.ready_again()
        self.env["finance.deliver"].sudo()._claim(self.message.id)
        self.env.invalidate_all()
        self.assertEqual((self.message.state, self.message.hold), ("ready", True))
        self.assertIn("end-to-end", self.message.hold_reason)
        self.case("payment.unsure")._drop("Looked at: it is another payment.")
        self.sql("UPDATE finance_message SET hold = FALSE WHERE id = %s", self.message.id)
        self.assertEqual(self.env["finance.deliver"].sudo()._claim(self.message.id).step, "send")

    def test_sent_again_it_says_so(self):
        """Two people found that it never came; the bytes and the name stay, the flag goes beside them."""
        self.assertIsNone(self.env["finance.standing"]._settle(self.message, "absent", (1, 2)))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.message.state, "ready")
        self.assertTrue(self.message._was_doubtful())
        given = dict.fromkeys(Delivery.__dataclass_fields__) | {"name": "a.xml", "content": b"x"}
        first, again = (Delivery(**{**given, "again": flag}).parcel() for flag in (False, True))
        self.assertEqual((first.content, first.name, first.headers), (again.content, again.name, {}))
        self.assertEqual(again.headers, {POSSIBLE_DUPLICATE: "true"})
