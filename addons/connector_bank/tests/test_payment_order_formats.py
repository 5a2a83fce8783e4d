from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.connector_bank.payments import read, shipped

from .order_case import OrderCase
from .statement_maker import Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestPaymentOrderFormats(OrderCase):
    """Orders in every format that has no XML: what Odoo knows stands in the file, and the ids lead back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator.group_ids |= cls.env.ref("account.group_validate_bank_account")
        cls.payees = {
            "us": cls.trusted_account("123456789", clearing_number="021000021"),
            "uk": cls.trusted_account("87654321", clearing_number="400000"),
        }
        cls.operator.group_ids -= cls.env.ref("account.group_validate_bank_account")

    def as_bank(self, profile, country, currency, own, **journal):
        """The company pays in this country's way; an order with two payments."""
        money = self.env.ref(f"base.{currency}")
        money.active = True
        company_account = self.journal.bank_account_id.sudo()
        company_account.write({"acc_number": own[0], "clearing_number": own[1]})
        company_account.bank_id = self.env["res.bank"].sudo().create({"name": "First Example Bank"})
        self.supplier.country_id = self.env.ref(f"base.{country}")
        self.journal.write({"finance_originator": "1234567890", **journal})
        self.journal.currency_id = money
        values = {"currency_id": money.id, "partner_bank_id": self.payees[country].id}
        payments = self.pay(10, **values), self.pay(20.5, **values)
        order = self.order(*payments)
        order.profile = profile
        return order

    def content(self, order):
        self.assertFalse(order.findings and "missing" in order.findings, order.findings)
        order.action_hand_over()
        return order.message_id.sudo()._raw()

    def check(self, order, extension):
        run = read(self.content(order), shipped()[order.profile])
        payments = [payment for batch in run.batches for payment in batch.payments]
        self.assertEqual([str(one.amount) for one in payments], ["10.00", "20.50"])
        self.assertEqual(
            [one.end_to_end_id for one in payments], order.payment_ids.sorted("id").mapped("finance_end_to_end")
        )
        self.assertTrue(order.message_id.name.endswith(extension))
        self.assertEqual(order.message_id.options["control"][0]["count"], 2)
        return run

    def test_ach(self):
        order = self.as_bank("us_ach_ccd", "us", "USD", ("5551234567", "121042882"))
        run = self.check(order, ".ach")
        (batch,) = run.batches
        self.assertEqual((batch.agent.clearing_member, batch.owner.identifier), ("121042882", "1234567890"))
        self.assertEqual(batch.payments[0].agent.clearing_member, "021000021")
        self.assertLessEqual(len(order.payment_ids[0].finance_end_to_end), 15)

    def test_short_ids_on_the_statement(self):
        """Of two payments of one amount each finds its own line by the short id that the file gave it."""
        self.as_bank("us_ach_ccd", "us", "USD", ("5551234567", "121042882"))
        outstanding = self.account("Outstanding", "101998", "asset_current")
        outstanding.reconcile = True
        self.journal.outbound_payment_method_line_ids.payment_account_id = outstanding
        dollars = {"currency_id": self.env.ref("base.USD").id, "partner_bank_id": self.payees["us"].id}
        twins = self.pay(55, **dollars) | self.pay(55, **dollars)
        order = self.order(*twins)
        order.profile = "us_ach_ccd"
        order.action_hand_over()
        bookings = [
            Booking("-55.00", "ACH", ref=f"B{one.id}", end_to_end=one.finance_end_to_end) for one in twins[::-1]
        ]
        self.bring(camt053(statement(*bookings, account="5551234567", currency="USD")))
        self.match()
        found = {one: one.reconciled_statement_line_ids.finance_bank_ref for one in twins}
        self.assertEqual(found, {one: f"B{one.id}" for one in twins})

    def test_ach_of_a_bank_with_bic(self):
        """A bank that takes wires has a BIC; an ACH file has no place for it."""
        order = self.as_bank("us_ach_ccd", "us", "USD", ("5551234567", "121042882"))
        (order.journal_id.bank_account_id | self.payees["us"]).bank_id.sudo().bic = "ZZHUUS00"
        self.check(order, ".ach")

    def test_bacs(self):
        order = self.as_bank(
            "gb_bacs18", "uk", "GBP", ("12345678", "200000"), finance_originator="123456"
        )
        run = self.check(order, ".txt")
        self.assertRegex(run.message_id, "^[A-Z0-9]{6}$")
        self.assertEqual(order._order_ref(), run.message_id)

    def test_table(self):
        order = self.order(self.first, self.second)
        order.profile = "csv_payments"
        self.check(order, ".csv")

    def test_without_our_number(self):
        """What is missing is said in words, and nothing is handed over."""
        order = self.as_bank(
            "us_ach_ccd", "us", "USD", ("5551234567", "121042882"), finance_originator=False
        )
        self.assertIn("missing", order.findings)
        with self.assertRaises(UserError):
            order.action_hand_over()

    def test_ids_follow_the_format(self):
        """An order that never left gives its payments free; another format gives them other ids."""
        order = self.as_bank("us_ach_ccd", "us", "USD", ("5551234567", "121042882"))
        payments = order.payment_ids
        self.content(order)
        short = payments[0].finance_end_to_end
        order.action_cancel()
        again = self.order(*payments)
        again.profile = "csv_payments"
        again.action_hand_over()
        self.assertEqual(payments[0].finance_end_to_end, short, "it fits there, too")
