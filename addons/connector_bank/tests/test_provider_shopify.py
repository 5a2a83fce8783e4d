"""Shopify's payouts over the interface and the admin's export: each once, whichever comes first."""

from itertools import product

from odoo.tests import tagged

from .provider_case import ProviderBankCase

BOOKED = ["-0.75", "-2.68", "-5.00", "-109.78", "30.00", "88.21"]


@tagged("post_install", "-at_install")
class TestShopifyProvider(ProviderBankCase):
    party_name = "shopify"

    def setUp(self):
        super().setUp()
        self.stands_for("shopify", "almond.myshopify.com")
        self.stands_for("shopify")
        self.party.charge("1", "30.00", "0.75", "2026-03-02T23:45:00Z", order="#1001")
        self.party.charge("2", "88.21", "2.68", "2026-03-02T12:00:00Z", order="#1002")
        self.party.move("3", "REFUND", "-5.00", "0.00", "2026-03-03T09:00:00Z", order="#1001")
        self.party.pay_out("900001", "2026-03-06T05:00:00Z")

    def booked(self):
        return sorted(self.amounts())

    def test_once_over_both_channels(self):
        for first, way, stated in product(("api", "export"), ("lines", "entry"), (True, False)):
            with self.subTest(first=first, way=way, stated=stated), self.env.cr.savepoint() as savepoint:
                self.provider.finance_payout = way
                connector = self.connect()
                if first == "api":
                    self.fetch(connector)
                    again = self.take(self.party.export("900001", stated))
                else:
                    self.take(self.party.export("900001", stated))
                    self.assertIn("1 new", self.fetch(connector))
                    again = self.messages(connector)
                expected = sorted(BOOKED) if way == "lines" else ["-109.78", "109.78"]
                self.assertEqual(self.booked(), expected)
                self.assertEqual((again.state, self.cases(again)), ("processed", []))
                added = 1 if first == "export" and not stated else 0  # the payout, which some exports leave out
                self.assertEqual(again.result["lines"], added)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_three_channels_in_a_row(self):
        """The payout that only the interface brought is not brought again by an export that states it."""
        self.take(self.party.export("900001", with_payout=False))
        self.fetch(self.connect())
        again = self.take(self.party.export("900001"))
        self.assertEqual((self.booked(), again.result["lines"], self.cases(again)), (sorted(BOOKED), 0, []))

    def test_another_amount_is_a_case(self):
        self.fetch(self.connect())
        for old, new in ((b",30.00,0.75,29.25,", b",31.00,1.75,29.25,"), (b",-109.78,", b",-109.77,")):
            export = self.party.export("900001").replace(old, new)
            self.assertNotEqual(export, self.party.export("900001"))
            message = self.take(export)
            self.assertEqual(self.booked(), sorted(BOOKED))
            self.assertIn("statement.conflict", self.cases(message))

    def test_fetched_again_and_again(self):
        connector = self.connect()
        self.assertIn("1 new", self.fetch(connector))
        self.assertIn("0 new", self.fetch(connector))
        self.party.charge("4", "10.00", "0.30", "2026-03-07T09:00:00Z", order="#1003")
        self.party.pay_out("900002", "2026-03-09T05:00:00Z")
        self.sandbox.fault("503", party="shopify", path="/graphql", skip=1)
        self.fetch(connector)
        self.assertIn("https.503", self.cases())
        self.assertIn("1 new", self.fetch(connector))
        self.assertEqual(self.booked(), sorted([*BOOKED, "10.00", "-0.30", "-9.70"]))
        self.assertNotIn("https.503", self.cases())

    def test_an_invoice_is_found_by_its_order(self):
        paid = self.invoice(44.0, ref="ALM20017")
        self.party.charge("5", "44.00", "1.00", "2026-03-07T09:00:00Z", order="#ALM20017")
        self.party.pay_out("900002", "2026-03-09T05:00:00Z")
        self.fetch(self.connect())
        self.assertEqual(paid.payment_state, "paid")
