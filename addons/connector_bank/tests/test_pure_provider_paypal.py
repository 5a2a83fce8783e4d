"""PayPal's transaction search against the sandbox over HTTP: whole days, each once, and the same as the settlement."""

import json
from collections import Counter
from decimal import Decimal

from odoo.addons.connector_bank.tests.payout_maker import paypal
from odoo.addons.connector_bank.tests.provider_line import ProviderCase, entries, events, findings
from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    RateLimitedError,
    RemoteDefectError,
    TechnicalError,
)


class TestPayPal(ProviderCase):
    party_name = "paypal"

    def day(self, day="2026-03-05", count=3):
        for number in range(1, count + 1):
            self.party.move(f"{day}-{number}", f"{number}0.00", f"{day}T{number % 24:02d}:00:00+00:00", fee="-0.50")

    def test_the_same_as_the_settlement_report(self):
        rows = [
            ("PP1", "INV1", "", "T0006", "80.00", "EUR", "-2.74"),
            ("PP2", "", "PP1", "T1107", "-10.00", "EUR", "0.29"),
            ("PP3", "", "PP0", "T1201", "-50.00", "EUR", "-15.00"),
            ("PP4", "", "", "T0006", "90.00", "USD", "-3.00"),
            ("PP5", "", "", "T0200", "-90.00", "USD", ""),
            ("PP5", "", "", "T0200", "81.00", "EUR", ""),
            ("PP6", "", "", "T0400", "-60.00", "EUR", ""),
        ]
        for number, (name, invoice, reference, code, amount, currency, fee) in enumerate(rows):
            self.party.move(
                f"{name}#{number}", amount, "2026-03-05T09:00:00+00:00", fee=fee, code=code, currency=currency,
                invoice=invoice or None, reference=reference or None,
            )  # fmt: skip
        (parcel,) = self.pulled()
        self.assertEqual(self.said(parcel.content), self.said(paypal(rows)))
        self.assertEqual(findings(parcel.content), [])
        accounts = {event.account for event in events(parcel.content) if hasattr(event, "account")}
        self.assertEqual(accounts, {"MERCHANT01"})

    def said(self, content):
        return Counter(
            (one.booked_on, one.amount, one.currency, one.code, one.own_code, one.bank_ref, one.status,
             one.details[0].references if one.details else ())
            for one in entries(content)
        )  # fmt: skip

    def test_days_and_spans(self):
        """Half a year in spans of a month, each day a parcel, the days without movements none."""
        days = ["2025-10-01", "2025-10-31", "2025-11-01", "2026-01-01", "2026-03-09"]
        for day in days:
            self.day(day, count=2)
        self.assertEqual(self.names(since="2025-10-01"), days)
        self.assertEqual(self.names(since="2026-01-01"), days[3:])

    def test_only_whole_days(self):
        """Data is up to three hours late: a day counts once PayPal says that it is complete."""
        self.day("2026-03-08")
        self.day("2026-03-09")
        self.day("2026-03-10")
        self.assertEqual(self.names(), ["2026-03-08", "2026-03-09"])
        self.party.settings["refreshed"] = "2026-03-09T23:00:00+00:00"
        self.assertEqual(self.names(), ["2026-03-08"])

    def test_pages(self):
        self.day(count=20)
        for size in (1, 7, 20, 500):
            with self.subTest(size):
                self.party.settings["page_size"] = size
                (parcel,) = self.pulled()
                self.assertEqual(len(json.loads(parcel.content)["transaction_details"]), 20)
        self.party.settings.update(page_size=7, shift=True)
        (parcel,) = self.pulled()
        self.assertEqual(json.loads(parcel.content)["total_items"], 21, "read again, until a reading is whole")
        self.party.settings["shifting"] = True
        with self.assertRaises(TechnicalError) as caught:
            self.pulled()
        self.assertEqual(caught.exception.code, "interface.unsteady")

    def test_too_many_for_one_search(self):
        self.day("2026-03-04", count=20)
        self.day("2026-03-05", count=20)
        self.party.settings["most"] = 3
        parcels = self.pulled()
        self.assertEqual([json.loads(one.content)["total_items"] for one in parcels], [20, 20])
        for number in range(4):
            self.party.move(f"same{number}", "1.00", "2026-03-06T12:00:00+00:00")
        with self.assertRaises(RemoteDefectError) as caught:
            self.pulled()
        self.assertEqual(caught.exception.code, "paypal.too_many")

    def test_the_same_answers_are_the_same_bytes(self):
        self.day()
        first = self.pulled()[0].content
        self.party.effect("succeeded", "2026-03-05-1", state="S", updated="2026-03-09T00:00:00+00:00")
        self.assertEqual(self.pulled()[0].content, first)

    def test_pending_is_not_booked_until_it_is(self):
        self.party.move("P1", "20.00", "2026-03-05T09:00:00+00:00", state="P")
        self.assertEqual([one.status for one in entries(self.pulled()[0].content)], ["pending"])
        self.party.succeed("P1", "2026-03-08T00:00:00+00:00")
        self.assertEqual([one.status for one in entries(self.pulled()[0].content)], ["booked"])

    def test_an_id_that_comes_twice(self):
        """Ids are not unique: both count."""
        self.party.move("TWICE#1", "20.00", "2026-03-05T09:00:00+00:00")
        self.party.move("TWICE#2", "20.00", "2026-03-05T09:00:00+00:00")
        found = entries(self.pulled()[0].content)
        self.assertEqual([(one.bank_ref, one.amount) for one in found], [("TWICE", Decimal("20.00"))] * 2)

    def test_balances_prove_each_day(self):
        """A day ends with the balance that the next one begins with; holds are bookings of their own."""
        self.day("2026-03-05")
        self.party.move("H1", "-30.00", "2026-03-05T20:00:00+00:00", code="T1503")
        self.day("2026-03-07", count=1)
        first, second = (list(events(one.content)) for one in self.pulled(balances=True))
        self.assertEqual((first[0].opening, first[-1].closing), (None, Decimal("28.50")))
        self.assertEqual((second[0].opening, second[-1].closing), (Decimal("28.50"), Decimal("38.00")))
        self.assertEqual(self.pulled(balances=True)[1].content, self.pulled(balances=True)[1].content)
        self.assertEqual(len([call for call in self.sandbox.calls if call["path"].endswith("/balances")]), 3 * 4)
        self.assertNotIn(b"balances", self.pulled()[0].content)

    def test_balances_that_are_late_or_not_ours(self):
        self.day("2026-03-05")
        self.day("2026-03-09")
        self.party.settings["balances_until"] = "2026-03-09T22:00:00+00:00"
        self.assertEqual(self.names(balances=True), ["2026-03-05"], "the last day has no closing balance yet")
        self.party.settings.update(balances_until="", tells_balances=False)
        self.assertEqual(self.names(balances=True), ["2026-03-05", "2026-03-09"], "without them, then")
        self.assertIn("but not the balances", self.line(balances=True).check())
        self.party.settings["tells_balances"] = True
        self.assertIn("transactions and balances", self.line(balances=True).check())

    def test_tokens(self):
        self.day()
        line = self.line()
        list(line.pull())
        self.party.settings["ended"] = len(self.party.tokens)
        self.assertEqual(len(list(line.pull())), 1, "a new token is asked for once")
        self.assertEqual(len(self.party.tokens), 2)
        with self.assertRaises(AuthError) as caught:
            self.pulled(secrets={"client_secret": "wrong"})
        self.assertEqual(caught.exception.code, "https.401")
        self.party.settings["permitted"] = False
        with self.assertRaises(AuthError) as caught:
            self.pulled()
        self.assertEqual(caught.exception.code, "paypal.permission")

    def test_faults(self):
        self.day()
        for kind, error, code in (
            ("429", RateLimitedError, "https.429"),
            ("503", TechnicalError, "https.503"),
            ("malformed", RemoteDefectError, "paging.json"),
            ("error_inside", RemoteDefectError, "interface.answer"),
        ):
            with self.subTest(kind):
                self.sandbox.fault(kind, party="paypal", path="/reporting", seconds=7)
                with self.assertRaises(error) as caught:
                    self.pulled()
                self.assertEqual(caught.exception.code, code)
        self.assertEqual(self.names(), ["2026-03-05"])
