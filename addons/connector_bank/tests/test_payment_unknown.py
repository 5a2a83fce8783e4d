"""An order whose answer was lost is settled by what the bank says elsewhere; sent again, it says so."""

from odoo.tests import tagged

from odoo.addons.finance_connector_base.services.finance_deliver import POSSIBLE_DUPLICATE, Delivery

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
