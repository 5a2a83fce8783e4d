from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import at_the_screen

from .common import BankCase
from .test_payment_answers import report

VENDOR_IBAN = "BE68539007547034"


@tagged("post_install", "-at_install")
class TestPaymentOrders(BankCase):
    """From confirmed payments to the bytes that others release, and what may not happen on the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls.env["finance.connector"].sudo().create(
            {"name": "Bank", "code": "bank", "transport": "upload", "domain": "bank", "state": "active",
             "company_id": cls.company.id}
        )  # fmt: skip
        cls.flow = cls.env["finance.flow"].sudo().create(
            {"name": "Payments", "connector_id": cls.connector.id, "kind": "payment_order", "direction": "out",
             "needs_approval": True, "moves_money": True}
        )  # fmt: skip
        cls.approver = cls.person("approver", "finance_connector_base.group_approver")
        cls.approver.email = "approver@example.com"
        cls.env.user.group_ids += cls.env.ref("finance_connector_base.group_operator")
        cls.supplier.write({"city": "Brussels", "country_id": cls.env.ref("base.be").id})
        cls.operator.email = "operator@example.com"
        cls.operator.group_ids |= cls.env.ref("account.group_validate_bank_account")
        cls.operator.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.vendor_account = cls.trusted_account()
        cls.operator.group_ids -= cls.env.ref("account.group_validate_bank_account")

    @classmethod
    def trusted_account(cls):
        """Asked for by one, agreed by another, rested."""
        account = cls.env["res.partner.bank"].create({"acc_number": VENDOR_IBAN, "partner_id": cls.supplier.id})
        with at_the_screen():
            change = cls.env["finance.bank.change"].with_user(cls.operator).create(
                {"partner_id": cls.supplier.id, "account_id": account.id, "acc_number": VENDOR_IBAN,
                 "called_person": "Ms Blue", "called_number": "+32 2 555 12 34", "called_on": "2026-01-01 10:00:00",
                 "call_note": "She read it herself."}
            )  # fmt: skip
            change.action_request()
            change.approval_id.with_env(cls.env(user=cls.approver)).action_approve()
        cls.env.flush_all()
        cls.env.cr.execute("ALTER TABLE finance_approval DISABLE TRIGGER finance_guard")
        cls.env.cr.execute(
            "UPDATE finance_approval SET effective_on = '2020-01-01' WHERE id = %s", [change.approval_id.id]
        )
        cls.env.cr.execute("ALTER TABLE finance_approval ENABLE ALWAYS TRIGGER finance_guard")
        cls.env.invalidate_all()
        cls.env["finance.approval"].sudo()._cron_watch()
        return account

    def setUp(self):
        super().setUp()
        self.enterContext(at_the_screen())
        self.first, self.second = self.pay(10), self.pay(20.5)

    def pay(self, amount, **values):
        payment = self.env["account.payment"].create(
            {"payment_type": "outbound", "partner_id": self.supplier.id, "amount": amount, "memo": f"Bill {amount}",
             "journal_id": self.journal.id, "partner_bank_id": self.vendor_account.id, **values}
        )  # fmt: skip
        payment.action_post()
        return payment

    def order(self, *payments):
        return self.env["finance.payment.order"]._of_payments(self.env["account.payment"].union(*payments))

    def handed(self, *payments):
        order = self.order(*payments)
        order.action_hand_over()
        return order

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
        flow = self.env["finance.flow"].sudo().create(
            {"name": "Answers", "connector_id": self.connector.id, "kind": "payment_answer", "direction": "in"}
        )  # fmt: skip
        content = report((self.first.name.replace("/", "-"), "RJCT", "AC04"), group="PART", order=order._order_ref(),
                         batch=order._batch_ref(), batch_status="ACSP")  # fmt: skip
        message, _new = self.env["finance.intake"]._store(
            self.connector, "payment_answer", content, name="a", flow=flow
        )
        message.process_job()
        self.env.invalidate_all()
        self.assertEqual((self.first.finance_way, self.second.finance_way), ("rejected", "acknowledged"))
        self.first.action_cancel()  # refused: it may be taken back in the ledger
        with self.assertRaises(UserError):
            self.second.action_cancel()
