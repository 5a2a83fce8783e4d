"""Stopping and calling back payments, and what the bank says about it."""

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged

from .answer_maker import report, resolution
from .order_case import OrderWayCase


@tagged("post_install", "-at_install")
class TestPaymentCancellation(OrderWayCase):
    def setUp(self):
        super().setUp()
        self.way = self.env["finance.flow"].sudo().create(
            {"name": "Cancellations", "connector_id": self.connector.id, "kind": "payment_cancellation",
             "direction": "out", "needs_approval": True}
        )  # fmt: skip

    def request(self, *payments):
        action = self.env["account.payment"].union(*payments).action_finance_take_back()
        return self.env[action["res_model"]].browse(action["res_id"])

    def asked(self, *payments, **values):
        request = self.request(*payments)
        request.write(values)
        request.action_ask()
        return request

    def resolve(self, request, *items, confirmed="CNCL"):
        return self.answer(resolution(request.name.replace("/", "-"), *items, confirmed=confirmed,
                                      order=self.order_._order_ref(), batch=self.order_._batch_ref()))  # fmt: skip

    def test_not_sent(self):
        """Nothing left: the order is taken back, both payments are free."""
        request = self.asked(self.first)
        self.assertEqual((request.kind, request.state, request.message_id.id), ("stop", "done", False))
        self.assertEqual((self.order_.state, self.second.finance_order_id.id), ("cancelled", False))

    def test_the_request(self):
        self.delivered(self.order_)
        request = self.asked(self.first, reason="DUPL", text="Paid with the run of Monday")
        self.assertEqual((request.kind, request.state, request.message_id.state), ("cancel", "asked", "ready"))
        self.assertFalse(request.message_id.approved_hash)
        tree = etree.fromstring(request.message_id._raw())
        found = {name: tree.xpath(f"//*[local-name()='{name}']/text()") for name in
                 ("OrgnlMsgId", "OrgnlPmtInfId", "OrgnlEndToEndId", "OrgnlInstdAmt", "Cd", "AddtlInf", "NbOfTxs")}
        self.assertEqual(found["OrgnlMsgId"], [self.order_._order_ref()])
        self.assertEqual((found["OrgnlEndToEndId"], found["OrgnlInstdAmt"]), ([self.ref(self.first)], ["30.00"]))
        self.assertEqual((found["Cd"], found["AddtlInf"]), (["DUPL"], ["Paid with the run of Monday"]))
        approval = request.message_id.approval_id
        with self.assertRaises(UserError):
            approval.with_user(self.env.user).action_approve()
        approval.with_user(self.approver).action_approve()
        self.assertEqual(request.message_id.approved_hash, request.message_id.sha256)
        self.assertEqual(self.request(self.first), request)  # asked once
        with self.assertRaises(UserError):
            request.write({"reason": "CUST"})

    def test_answers(self):
        """One is cancelled, one goes on; the request is answered when both are told."""
        self.delivered(self.order_)
        request = self.asked(self.first, self.second)
        self.resolve(request, (self.ref(self.first), "ACCR"))
        self.assertEqual((self.first.finance_way, self.first.finance_told_code), ("rejected", "ACCR"))
        self.assertEqual(request.state, "asked")
        self.assertEqual(self.cases(), [])
        self.resolve(request, (self.ref(self.second), "RJCR", "LEGL"))
        self.assertEqual((self.second.finance_way, request.state), ("initiated", "done"))
        self.assertEqual(self.cases(), ["payment.not_cancelled"])
        self.assertIn("Cancelled by the bank", request.outcome)
        self.first.action_cancel()  # free in the ledger

    def test_the_whole_request_by_our_case(self):
        self.delivered(self.order_)
        request = self.asked(self.first, self.second)
        self.resolve(request)
        self.assertEqual({self.first.finance_way, self.second.finance_way, request.state}, {"rejected", "done"})
        message = self.answer(resolution("CX-1999-00001"))
        self.assertEqual((message.state, self.cases()), ("refused", ["answer.order"]))

    def test_called_back(self):
        """What a statement shows stays true until a statement shows the return."""
        self.settled()
        request = self.asked(self.first)
        self.assertEqual(request.kind, "recall")
        self.resolve(request, (self.ref(self.first), "ACCR"))
        self.assertEqual((self.first.finance_way, request.state, self.cases()), ("reconciled", "done", []))

    def test_announced_counts_as_carried_out(self):
        self.delivered(self.order_)
        self.acknowledge((self.ref(self.first), "ACSC"))
        self.assertEqual(self.request(self.first).kind, "recall")

    def test_too_late_for_what_was_drafted(self):
        request = self.request(self.first)
        self.delivered(self.order_)
        with self.assertRaisesRegex(UserError, "further"):
            request.action_ask()
        self.assertFalse(request.message_id)

    def test_no_way_by_file(self):
        self.way.active = False
        self.delivered(self.order_)
        with self.assertRaisesRegex(UserError, "Call the bank"):
            self.asked(self.first)

    def test_nothing_to_take_back(self):
        self.delivered(self.order_)
        self.acknowledge((self.ref(self.first), "RJCT", "AC04"))
        for payments in (self.first, self.first | self.second, self.pay(5)):
            with self.assertRaises(UserError):
                payments.action_finance_take_back()


@tagged("post_install", "-at_install")
class TestReturned(OrderWayCase):
    def test_a_return_says_why(self):
        """The money came back: the payment is reversed, the statement line the proof, the bill open again."""
        self.settled()
        self.line(
            "30.00", "Return", end_to_end=self.ref(self.first), return_reason="AC04", reversal=True,
            day=self.day.isoformat(),
        )
        self.match()
        self.assertEqual((self.first.finance_way, self.first.finance_told_reasons), ("reversed", "AC04"))
        self.assertIn("The account is closed", self.first.finance_told_text)
        self.assertEqual(self.second.finance_way, "reconciled")
        self.acknowledge((self.ref(self.first), "ACSC"))
        self.assertEqual(self.first.finance_answer_ids[:1].note, "late")


@tagged("post_install", "-at_install")
class TestPayees(OrderWayCase):
    """Names that do not agree wait for an approver."""

    def setUp(self):
        super().setUp()
        self.delivered(self.order_)
        self.acknowledge((self.ref(self.first), "RVMC", None, "Cobalt Works SA"))
        self.check = self.env["finance.payee.check"].search([("payment_id", "=", self.first.id)])

    def test_both_names(self):
        self.assertEqual((self.check.result, self.check.state), ("RVMC", "open"))
        self.assertEqual((self.check.our_name, self.check.bank_name), ("Cobalt Works", "Cobalt Works SA"))
        self.assertEqual(self.cases(), ["payment.payee"])

    def test_decided(self):
        mine = self.check.with_user(self.approver)
        with self.assertRaisesRegex(UserError, "Say how"):
            mine.action_accept()
        mine.reason = "Called Ms Blue"
        with self.assertRaises(UserError):
            self.check.with_user(self.operator).action_accept()
        mine.action_accept()
        self.assertEqual((self.check.state, self.check.decided_by_id), ("accepted", self.approver))
        self.assertEqual((self.first.finance_decide, self.cases()), (False, []))
        self.env["finance.audit"]._flush()
        events = self.env["finance.audit.event"].sudo().search(
            [("res_model", "=", self.check._name), ("res_id", "=", self.check.id)]
        )
        changes = " ".join(filter(None, events.mapped("changes")))
        self.assertIn("Called Ms Blue", changes)
        self.assertIn("Pay all the same", changes)
        with self.assertRaises(UserError):
            mine.action_refuse()

    def test_who_made_it_does_not_decide(self):
        self.env.user.group_ids += self.env.ref("finance_connector_base.group_approver")
        self.check.reason = "I know him"
        with self.assertRaisesRegex(UserError, "made the payment"):
            self.check.action_accept()

    def test_the_bank_goes_on(self):
        self.acknowledge((self.ref(self.first), "ACSP"))
        self.assertEqual((self.check.state, self.cases()), ("gone", []))

    def test_no_release_without_a_decision(self):
        """A name that does not match blocks the account; a close one only warns; the setting lifts it."""
        waiting = self.handed(self.pay(5))
        self.acknowledge((self.ref(self.second), "RVNM", None, "Somebody Else"))
        with self.assertRaisesRegex(UserError, "by another name"):
            self.handed(self.pay(6))
        with self.assertRaises(UserError):  # what the vote wrote is undone
            waiting.message_id.approval_id.with_user(self.approver).action_approve()
        self.company.finance_payee_decided = False
        self.handed(self.pay(7))
        self.company.finance_payee_decided = True
        check = self.env["finance.payee.check"].search([("payment_id", "=", self.second.id)])
        check.sudo().reason = "Another company"
        check.with_user(self.approver).action_accept()
        self.env.invalidate_all()
        waiting.message_id.approval_id.with_user(self.approver).action_approve()
        self.assertTrue(waiting.message_id.approved_hash)

    def test_a_group_says_only_that_some_differ(self):
        """Whose names do not agree is said payment by payment."""
        self.answer(report((self.second.name, "RVNM", None, "Else"), group="RVCM", order=self.order_._order_ref(),
                           batch=self.order_._batch_ref()))  # fmt: skip
        open_ = self.env["finance.payee.check"].search([("state", "=", "open")])
        self.assertEqual({check.payment_id: check.result for check in open_}, {self.first: "RVMC", self.second: "RVNM"})

    def test_refused_payees_get_nothing(self):
        check = self.check.with_user(self.approver)
        check.reason = "Not our supplier"
        check.action_refuse()
        self.assertEqual((self.check.state, self.first.finance_take_back), ("refused", "cancel"))
        with self.assertRaisesRegex(UserError, "by another name"):
            self.handed(self.pay(6))
