"""GoCardless' events bring its payouts into the ledger, each once."""

import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.finance_connector_base.tests import webhook_maker as maker

from .provider_case import ProviderBankCase


@tagged("post_install", "-at_install")
class TestGoCardlessProvider(ProviderBankCase):
    party_name = "gocardless"
    webhook = ("gocardless", ("gc_secret",), "payouts.*")

    def body(self, *ids, kind="payouts"):
        events = [{"id": one, "created_at": "2026-03-03T08:00:00.000Z", "resource_type": kind, "action": "paid"}
                  for one in ids]  # fmt: skip
        return json.dumps({"events": events, "meta": {}}).encode()

    def test_announced_fetched_booked(self):
        self.stands_for("gocardless", "CR1")
        self.party.pay_out("PO1", "2026-03-02", ("PM1", "10.00"), ("PM2", "20.00"), currency="EUR")
        connector = self.connect()
        body = self.body("EV1", "EV2")
        self.assertEqual(self.post(connector, body, maker.gocardless(body)), (200, 1))
        self.assertEqual(self.post(connector, body, maker.gocardless(body)), (200, 0))
        other = self.body("EV3", kind="payments")
        self.assertEqual(self.post(connector, other, maker.gocardless(other)), (200, 0))
        with mute_logger("odoo.addons.finance_connector_base.services.finance_hook"):
            self.assertEqual(self.post(connector, body, maker.gocardless(body, "other")), (401, 0))
        self.assertIn("1 new", self.fetch(connector))
        self.assertIn("0 new", self.fetch(connector))
        self.assertEqual(self.amounts(), ["-0.20", "-0.20", "-29.60", "10.00", "20.00"])
        self.assertEqual(self.cases(*self.messages(connector)), [])

    def test_matched_by_number(self):
        """Invoices of one amount: each payment settles the one it names, not the one that stands at its place."""
        self.stands_for("gocardless", "CR1")
        first, second, third = (self.invoice(100.0) for _number in range(3))
        self.party.describe("PM1", reference=third.name)
        self.party.describe("PM2", "Order of Monday", order="S0001", invoice=first.name)
        self.party.describe("PM3", f"Your invoice {second.name}")
        self.party.pay_out("PO1", "2026-03-02", *((f"PM{number}", "100.00") for number in (1, 2, 3)), currency="EUR")
        connector = self.connect()
        self.assertIn("1 new", self.fetch(connector))
        for invoice, payment in ((third, "PM1"), (first, "PM2"), (second, "PM3")):
            with self.subTest(payment):
                self.assertEqual(invoice.payment_state, "paid")
                settled_by = invoice._get_reconciled_statement_lines()
                self.assertEqual(settled_by.mapped("amount"), [100.0])
                self.assertIn(f"PO1/{payment}/payment_paid_out", str(settled_by.read()))
        self.assertEqual(self.cases(*self.messages(connector)), [])

    def test_without_texts(self):
        """Payments that GoCardless does not tell of are booked all the same, open, and one case says so."""
        self.stands_for("gocardless", "CR1")
        first, second = self.invoice(100.0), self.invoice(100.0)
        self.party.describe("PM1", reference=second.name)
        self.party.describe("PM2", reference=first.name)
        self.party.pay_out("PO1", "2026-03-02", ("PM1", "100.00"), ("PM2", "100.00"), currency="EUR")
        self.party.settings.update(events=403, payments=403)
        connector = self.connect()
        self.assertIn("1 new", self.fetch(connector))
        self.assertEqual(self.amounts(), ["-0.20", "-0.20", "-199.60", "100.00", "100.00"])
        self.assertEqual((first.payment_state, second.payment_state), ("not_paid", "not_paid"))
        self.assertEqual(self.cases(*self.messages(connector)), ["payout.texts"])
