"""GoCardless' payouts against the sandbox over HTTP: whole, once, and what is pending later."""

import json
from decimal import Decimal

from odoo.addons.connector_bank.tests.provider_line import ProviderCase, entries, events, findings
from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    RateLimitedError,
    RemoteDefectError,
    TechnicalError,
)


class TestGoCardless(ProviderCase):
    party_name = "gocardless"

    def setUp(self):
        super().setUp()
        self.party.pay_out("PO1", "2026-03-02", ("PM1", "10.00"), ("PM2", "20.00"), ("PM3", "20.00"))

    def test_a_payout_is_read(self):
        (parcel,) = self.pulled()
        header = events(parcel.content)[0]
        self.assertEqual((header.format, header.statement_id, header.account), ("gocardless", "PO1", "CR1"))
        self.assertEqual(findings(parcel.content), [])
        found = entries(parcel.content)
        self.assertEqual(sum((entry.amount for entry in found), Decimal(0)), 0)
        self.assertEqual([str(one.amount) for one in found if one.code == "payment"], ["10.00", "20.00", "20.00"])

    def test_pages(self):
        """In pages of any size; nameless items at overlapping edges count once."""
        self.party.pay_out("PO2", "2026-03-03", *((f"PN{number}", "5.00") for number in range(9)))
        whole = [parcel.content for parcel in self.pulled()]
        for settings in ({"page_size": 1}, {"page_size": 4}, {"page_size": 4, "repeat": True}):
            with self.subTest(**settings):
                self.party.settings.update(settings)
                self.assertEqual([parcel.content for parcel in self.pulled()], whole)
        self.assertEqual(len(json.loads(whole[1])["payout_items"]), 18)

    def test_cursors_that_lead_nowhere(self):
        self.party.settings.update(page_size=2, stuck=True)
        with self.assertRaises(RemoteDefectError) as caught:
            self.pulled()
        self.assertEqual(caught.exception.code, "paging.endless")

    def test_pending_waits_and_comes(self):
        self.party.pay_out("PO2", "2026-03-03", ("PM4", "5.00"), status="pending")
        self.assertEqual(self.names(), ["PO1"])
        with self.assertRaises(BusinessError) as caught:
            self.pulled(waiting_days=3)
        self.assertEqual((caught.exception.code, caught.exception.place), ("payout.waiting", "PO2"))
        self.party.paid("PO2")
        self.assertEqual(self.names(known={"PO1"}), ["PO2"])

    def test_since(self):
        self.assertEqual(self.names(since="2026-03-03"), [])

    def test_faults(self):
        for kind, error in (
            ("429", RateLimitedError),
            ("503", TechnicalError),
            ("malformed", RemoteDefectError),
            ("error_inside", RemoteDefectError),
        ):
            for path in ("/payouts", "/payout_items"):
                with self.subTest(kind, path=path):
                    self.sandbox.fault(kind, party="gocardless", path=path)
                    with self.assertRaises(error):
                        self.pulled()
        self.assertEqual(self.names(), ["PO1"])
        with self.assertRaises(AuthError):
            self.pulled(secrets={"token": "wrong"})
