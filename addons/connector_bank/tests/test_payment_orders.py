from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged

from .answer_maker import report
from .order_case import VENDOR_IBAN, OrderCase


@tagged("post_install", "-at_install")
class TestPaymentOrders(OrderCase):
    """From confirmed payments to the bytes that others release, and what may not happen on the way."""

    def test_the_file(self):
        order = self.handed(self.first, self.second)
        tree = etree.fromstring(order.message_id._raw())
        found = {name: tree.xpath(f"//*[local-name()='{name}']/text()") for name in
                 ("MsgId", "NbOfTxs", "CtrlSum", "EndToEndId", "InstdAmt", "Ustrd", "IBAN", "TwnNm")}  # fmt: skip
        self.assertEqual(found["MsgId"], [order.name.replace("/", "-")])
        self.assertEqual((set(found["NbOfTxs"]), set(found["CtrlSum"])), ({"2"}, {"30.50"}))
        self.assertEqual(found["EndToEndId"], [p.name.replace("/", "-") for p in (self.first, self.second)])
        self.assertEqual((found["InstdAmt"], found["Ustrd"]), (["10.00", "20.50"], ["Bill 10", "Bill 20.5"]))
        self.assertIn(VENDOR_IBAN, found["IBAN"])
        self.assertEqual((order.state, order.count, order.amount), ("handed", 2, 30.5))

    def test_nothing_leaves_without_a_second_person(self):
        order = self.handed(self.first)
        message = order.message_id
        self.assertEqual((message.state, message.approved_hash), ("ready", False))
        self.env.flush_all()
        self.assertEqual(self.env["finance.deliver"].sudo()._claim(message.id).why, "unapproved")
        approval = message.approval_id
        self.assertIn("1 payments", approval.name)
        self.assertIn("bank details are new", approval.warnings)
        with self.assertRaises(UserError):
            approval.with_user(self.env.user).action_approve()
        approval.with_user(self.approver).action_approve()
        self.assertEqual(message.approved_hash, message.sha256)

    def test_in_one_order_only(self):
        order = self.order(self.first)
        with self.assertRaisesRegex(UserError, order.name):
            self.order(self.first)
        order.action_hand_over()
        with self.assertRaises(UserError):
            order.action_hand_over()

    def test_what_was_handed_over_is_frozen(self):
        order = self.handed(self.first)
        for change in (
            lambda: self.first.write({"amount": 11}),
            lambda: self.first.write({"partner_bank_id": False}),
            self.first.action_draft,
            self.first.action_cancel,
            lambda: order.write({"executed_on": "2030-01-01"}),
            order.unlink,
        ):
            with self.assertRaises(UserError):
                change()

    def test_taken_back_it_is_free_again(self):
        order = self.handed(self.first)
        order.action_cancel()
        self.assertEqual((order.state, order.message_id.state), ("cancelled", "cancelled"))
        self.assertFalse(self.first.finance_order_id or self.first.finance_told_state)
        again = self.handed(self.first)
        self.assertNotEqual(again.message_id, order.message_id)

    def test_taken_back_too_late(self):
        order = self.handed(self.first)
        self.env.cr.execute("UPDATE finance_message SET state = 'unknown', arrived = 'maybe' WHERE id = %s",
                            [order.message_id.id])  # fmt: skip
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            order.action_cancel()
        self.assertEqual((order.state, self.first.finance_order_id), ("handed", order))

    def test_refused_payments(self):
        self.vendor_account.sudo().allow_out_payment = False
        with self.assertRaisesRegex(UserError, "not trusted"):
            self.order(self.first)
        self.first.partner_bank_id = False
        with self.assertRaisesRegex(UserError, "account is missing"):
            self.order(self.first)
        draft = self.env["account.payment"].create(
            {"payment_type": "outbound", "partner_id": self.supplier.id, "amount": 1, "journal_id": self.journal.id}
        )
        with self.assertRaisesRegex(UserError, "confirmed"):
            self.order(draft)

    def test_a_way_without_release_is_none(self):
        self.flow.needs_approval = False
        order = self.order(self.first)
        with self.assertRaisesRegex(UserError, "release"):
            order.action_hand_over()

    def test_what_the_bank_would_refuse(self):
        self.journal.bank_account_id.sudo().acc_number = "12345"
        order = self.order(self.first)
        self.assertTrue(order.findings)
        with self.assertRaises(UserError):
            order.action_hand_over()
        self.assertEqual((order.state, order.message_id.id), ("draft", False))

    def test_likely_doubles_are_shown(self):
        twin = self.pay(10)
        self.assertIn("same payee and amount", self.order(twin).warning_text)

    def test_the_bank_answers(self):
        order = self.handed(self.first, self.second)
        content = report((self.first.name.replace("/", "-"), "RJCT", "AC04"), group="PART", order=order._order_ref(),
                         batch=order._batch_ref(), batch_status="ACSP")  # fmt: skip
        self.answer(content)
        self.assertEqual((self.first.finance_way, self.second.finance_way), ("rejected", "acknowledged"))
        self.first.action_cancel()  # refused: it may be taken back in the ledger
        with self.assertRaises(UserError):
            self.second.action_cancel()
