"""GoCardless' payouts against the sandbox over HTTP: whole, once, and what is pending later."""

import json
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.connector_bank.interfaces import gocardless
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

    def texts(self, content):
        """What its payments are for."""
        return [
            (*(one.value for one in entry.details[0].references), *entry.details[0].remittance)
            for entry in entries(content)
            if entry.code == "payment"
        ]

    def asked(self):
        """The paths that were called since the last time."""
        paths = [call["path"] for call in self.sandbox.calls]
        self.sandbox.calls.clear()
        return paths

    def test_payments_say_what_they_are_for(self):
        """Description, reference and metadata come along, and nothing else of a payment."""
        self.party.describe("PM1", "Membership", "INV/2026/1")
        self.party.describe("PM3", metadata_is="empty", order="S0007")
        (parcel,) = self.pulled()
        self.assertEqual(
            self.texts(parcel.content), [("INV/2026/1", "PM1", "Membership"), ("PM2",), ("empty", "S0007", "PM3")]
        )
        self.assertEqual(findings(parcel.content), [])
        kept = {name for one in json.loads(parcel.content)["payments"] for name in one}
        self.assertEqual(kept, {"id", "description", "reference", "metadata"})

    def test_few_calls(self):
        """The payments of a payout come with one call for each 500, and one for all payouts of a fetch."""
        self.asked()
        self.party.pay_out("PO2", "2026-03-03", *((f"PN{number}", "5.00") for number in range(200)))
        self.assertEqual(len(self.pulled()), 2)
        self.assertEqual(self.asked(), ["/payouts", "/payout_items", "/events", "/events", "/payout_items", "/events"])
        self.assertEqual(self.names(known={"PO1", "PO2"}), [])
        self.assertEqual(self.asked(), ["/payouts"], "nothing new, nothing else is asked for")

    def test_asked_for_by_id(self):
        """Where the events cannot be had, for whatever reason, each payment tells; so many of them a fetch."""
        for number in (1, 2, 3):
            self.party.describe(f"PM{number}", reference=f"INV/{number}")
        (whole,) = self.pulled()
        for status in (400, 403, 404, 410, 422):
            with self.subTest(status):
                self.party.settings["events"] = status
                self.asked()
                self.assertEqual([parcel.content for parcel in self.pulled()], [whole.content])
                by_id = [f"/payments/PM{number}" for number in (1, 2, 3)]
                self.assertEqual(self.asked(), ["/payouts", "/payout_items", "/events", *by_id])
        with patch.object(gocardless, "MOST_BY_ID", 2):
            (parcel,) = self.pulled()
        self.assertEqual(self.texts(parcel.content), [("INV/1", "PM1"), ("INV/2", "PM2"), ("PM3",)])
        self.assertEqual(findings(parcel.content), ["payout.texts"])

    def test_texts_that_cannot_be_had(self):
        """The payout comes without them, with all its money, and says so."""
        self.party.settings["gone"] = ("PM2",)
        (parcel,) = self.pulled()
        self.assertEqual([one["id"] for one in json.loads(parcel.content)["payments"]], ["PM1", "PM3"])
        self.assertEqual(findings(parcel.content), ["payout.texts"])
        self.party.settings.update(events=403, gone=())
        for status, calls in ((403, 1), (404, 3), (410, 3)):
            with self.subTest(status):
                self.party.settings["payments"] = status
                self.asked()
                (parcel,) = self.pulled()
                self.assertEqual(sum("/payments/" in path for path in self.asked()), calls)
                self.assertEqual(sum((entry.amount for entry in entries(parcel.content)), Decimal(0)), 0)
                self.assertEqual(self.texts(parcel.content), [("PM1",), ("PM2",), ("PM3",)])
                self.assertEqual(findings(parcel.content), ["payout.texts"])

    def test_texts_too_many_to_keep(self):
        whole = len(self.pulled()[0].content)
        self.party.describe("PM1", "x" * 1000)
        (parcel,) = self.pulled(max_bytes=whole + 500)
        self.assertEqual(findings(parcel.content), ["payout.texts"])

    def test_answers_nobody_can_read(self):
        """An answer about texts that is no answer holds no payout back."""
        for kind in ("malformed", "error_inside"):
            with self.subTest(kind):
                self.sandbox.fault(kind, party="gocardless", path="/events", times=None)
                (parcel,) = self.pulled()
                self.assertEqual(findings(parcel.content), [])
                self.sandbox.fault(kind, party="gocardless", path="/payments", times=None)
                (parcel,) = self.pulled()
                self.assertEqual(findings(parcel.content), ["payout.texts"])
                self.sandbox.plan.reset()

    def test_outage_while_texts_are_read(self):
        """Whoever is away or counts our calls is asked again later; half a payout is none."""
        for kind, error in (("429", RateLimitedError), ("503", TechnicalError), ("reset_before", TechnicalError)):
            for path, status in (("/events", 200), ("/payments", 404)):
                with self.subTest(kind, path=path):
                    self.party.settings["events"] = status
                    self.sandbox.fault(kind, party="gocardless", path=path)
                    with self.assertRaises(error):
                        self.pulled()
                    self.assertEqual(findings(self.pulled()[0].content), [])
        self.party.settings["events"] = 401
        with self.assertRaises(AuthError):
            self.pulled()

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
