"""A company that pays through a bank: a trusted payee, orders that others release, what the bank answers."""

from odoo import fields

from odoo.addons.finance_connector_base.tests.common import at_the_screen

from .answer_maker import report
from .common import BankCase
from .statement_maker import Booking, camt053, statement

VENDOR_IBAN = "BE68539007547034"


class OrderCase(BankCase):
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
    def trusted_account(cls, number=VENDOR_IBAN, **values):
        """Asked for by one, agreed by another, rested."""
        account = cls.env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": cls.supplier.id, **values}
        )
        with at_the_screen():
            change = cls.env["finance.bank.change"].with_user(cls.operator).create(
                {"partner_id": cls.supplier.id, "account_id": account.id, "acc_number": number,
                 "called_person": "Ms Blue", "called_number": "+32 2 555 12 34", "called_on": "2026-01-01 10:00:00",
                 "call_note": "She read it herself.", **values}
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

    def delivered(self, order):
        """The file reached the bank, whoever brought it there."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE finance_message SET state = 'processed', arrived = 'yes', done_on = now() AT TIME ZONE 'UTC'"
            " WHERE id = %s",
            [order.message_id.id],
        )
        self.env.invalidate_all()
        return order

    def answer(self, content):
        """What the bank answers, taken in and processed."""
        flow = self.env["finance.flow"].sudo().search(
            [("connector_id", "=", self.connector.id), ("kind", "=", "payment_answer")]
        ) or self.env["finance.flow"].sudo().create(
            {"name": "Answers", "connector_id": self.connector.id, "kind": "payment_answer", "direction": "in"}
        )  # fmt: skip
        message, _new = self.env["finance.intake"]._store(
            self.connector, "payment_answer", content, name="answer.xml", flow=flow
        )
        message.process_job()
        self.env.invalidate_all()
        return message


class OrderWayCase(OrderCase):
    """Two payments in one order, forty days ago."""

    def setUp(self):
        super().setUp()
        self.outstanding = self.account("Outstanding", "101998", "asset_current")
        self.outstanding.reconcile = True
        self.journal.outbound_payment_method_line_ids.payment_account_id = self.outstanding
        self.first, self.second = self.pay(30), self.pay(40.5)
        self.order_ = self.order(self.first, self.second)
        self.order_.action_hand_over()
        self.day = fields.Date.add(fields.Date.today(), days=-40)
        self.sql("UPDATE finance_payment_order SET executed_on = %s WHERE id = %s", self.day, self.order_.id)

    def sql(self, query, *values):
        self.env.flush_all()
        self.env.cr.execute(query, values)
        self.env.invalidate_all()

    def ref(self, payment):
        return payment.name.replace("/", "-")

    def acknowledge(self, *items):
        self.answer(report(*items, order=self.order_._order_ref(), batch=self.order_._batch_ref()))

    def settled(self):
        """The bank has the file, accepts both, and its statement shows them."""
        day = self.day.isoformat()
        self.delivered(self.order_)
        self.acknowledge((self.ref(self.first), "ACSP"), (self.ref(self.second), "ACSP"))
        self.bring(camt053(statement(
            Booking("-30.00", "A", ref="B1", end_to_end=self.ref(self.first), day=day),
            Booking("-40.50", "B", ref="B2", end_to_end=self.ref(self.second), day=day),
            name="S1", first=day, last=day,
        )))  # fmt: skip
        self.match()
        self.assertTrue(self.first.is_matched and self.second.is_matched)
