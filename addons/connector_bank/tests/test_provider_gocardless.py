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
