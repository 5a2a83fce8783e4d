"""Shopify's payouts against the sandbox over HTTP: whole, once, within its points, the same as the admin's export."""

import json
from collections import Counter
from decimal import Decimal

from odoo.addons.connector_bank.tests.provider_line import ProviderCase, entries, events, findings
from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    RateLimitedError,
    RemoteDefectError,
    TechnicalError,
)

DAY = "2026-03-02T12:00:00Z"


class TestShopify(ProviderCase):
    party_name = "shopify"

    def week(self, key="900", count=3, day="2026-03-02"):
        for number in range(1, count + 1):
            self.party.charge(f"{key}{number}", f"{number}0.00", "0.45", f"{day}T12:00:00Z", order=f"#1{number:03d}")
        return self.party.pay_out(key, f"{day}T22:00:00Z")

    def test_the_same_as_the_export(self):
        """Days too: a quarter to midnight in UTC is the day after in the shop."""
        self.party.charge("1", "30.00", "0.75", "2026-03-02T23:45:00Z", order="#1001")
        self.party.charge("2", "88.21", "2.68", DAY, order="#1002")
        self.party.move("3", "REFUND", "-5.00", "0.00", "2026-03-03T09:00:00Z", order="#1001")
        self.party.move("4", "DISPUTE_WITHDRAWAL", "-20.00", "15.00", "2026-03-03T09:00:00Z", order="#0900")
        self.party.move("5", "ADJUSTMENT", "1.50", "0.00", "2026-03-03T09:00:00Z")
        self.party.pay_out("900001", "2026-03-06T05:00:00Z")
        (parcel,) = self.pulled()
        export = self.party.export("900001")
        self.assertEqual(self.said(parcel.content), self.said(export))
        self.assertEqual((findings(parcel.content), findings(export)), ([], []))
        header = events(parcel.content)[0]
        self.assertEqual((header.format, header.statement_id, header.account, header.currency),
                         ("shopify", "900001", "almond.myshopify.com", "EUR"))  # fmt: skip
        self.assertEqual(sum((entry.amount for entry in entries(parcel.content)), Decimal(0)), 0)

    def said(self, content):
        return Counter(
            (one.booked_on, one.amount, one.currency, one.code, one.status,
             one.details[0].references if one.details else (), one.details[0].remittance if one.details else ())
            for one in entries(content)
        )  # fmt: skip

    def test_kinds(self):
        """Words of which nobody told us stay open; what is test money books nothing."""
        words = {"RESERVED_FUNDS": "reserve", "CHARGEBACK_HOLD": "reserve", "TRANSFER_FAILURE": "payout_reversal",
                 "DISPUTE_REVERSAL": "chargeback_reversal", "ANOMALY_DEBIT": "other"}  # fmt: skip
        for number, word in enumerate(words, start=1):
            self.party.move(str(number), word, "10.00", "0.00", DAY)
        self.party.move("6", "CHARGE", "99.00", "1.00", DAY, test=True)
        self.party.pay_out("900", DAY)
        found = entries(self.pulled()[0].content)
        self.assertEqual({one.own_code: one.code for one in found if one.amount == 10}, words)
        self.assertEqual({one.status for one in found if one.own_code.startswith("CHARGE") and one.amount != 10},
                         {"information"})  # fmt: skip

    def test_pages(self):
        self.week("901", count=9)
        self.week("902", count=1, day="2026-03-03")
        whole = [parcel.content for parcel in self.pulled()]
        self.assertEqual(len(json.loads(whole[0])["shopifyPaymentsAccount"]["balanceTransactions"]), 10)
        for settings in ({"page_size": 1}, {"page_size": 4}, {"page_size": 4, "repeat": True}):
            with self.subTest(**settings):
                self.party.settings.update(settings)
                self.assertEqual([parcel.content for parcel in self.pulled()], whole)
        self.party.settings.update(page_size=4, repeat=False, stuck=True)
        with self.assertRaises(RemoteDefectError) as caught:
            self.pulled()
        self.assertEqual(caught.exception.code, "paging.endless")

    def test_points_flow_back(self):
        """A list that costs more points than there are is read to its end, one page after the other."""
        self.week(count=300)
        self.party.settings.update(points=150, flow=400)
        (parcel,) = self.pulled()
        self.assertEqual(len(json.loads(parcel.content)["shopifyPaymentsAccount"]["balanceTransactions"]), 301)
        self.assertGreater(len(self.sandbox.calls), 5, "refused in between")
        with self.assertRaises(RateLimitedError, msg="all waits of a fetch together"):
            self.pulled(throttle_seconds=0.5)
        self.party.settings.update(points=150, flow=1)
        with self.assertRaises(RateLimitedError) as caught:
            self.pulled(throttle_seconds=2)
        self.assertEqual(caught.exception.code, "shopify.throttled")
        self.assertGreater(caught.exception.retry_after, 2)

    def test_pages_that_are_too_dear_become_smaller(self):
        self.week(count=60)
        self.party.settings.update(dearest=40)
        self.assertEqual(self.names(), ["900"])
        self.party.settings.update(dearest=9)
        with self.assertRaises(RemoteDefectError) as caught:
            self.pulled()
        self.assertEqual(caught.exception.code, "shopify.cost")

    def test_a_search_that_lags_behind(self):
        """What does not give the payout yet is not taken yet; in the end a person sees the difference."""
        self.week()
        self.party.settings.update(lag=1)
        self.assertEqual(self.names(), [])
        self.party.settings.update(lag=0)
        self.assertEqual(self.names(), ["900"])
        self.party.settings.update(lag=2)
        (parcel,) = self.pulled(waiting_days=5)
        self.assertEqual(findings(parcel.content), ["payout.sum"])

    def test_payouts_without_their_transfer(self):
        self.week()
        whole = self.said(self.pulled()[0].content)
        self.party.settings.update(hidden=True)
        (parcel,) = self.pulled()
        self.assertEqual(findings(parcel.content), [])
        self.assertEqual(self.said(parcel.content), whole)

    def test_money_that_shopify_takes(self):
        for hidden in (False, True):
            with self.subTest(hidden=hidden):
                self.party.move(f"1{hidden:d}", "REFUND", "-40.00", "0.00", DAY, order="#1001")
                self.party.pay_out(f"90{hidden:d}", DAY)
                self.party.settings.update(hidden=hidden)
                parcel = self.pulled()[-1]
                self.assertEqual([str(one.amount) for one in entries(parcel.content)], ["-40.00", "40.00"])
                self.assertEqual(findings(parcel.content), [])

    def test_transactions_of_other_payouts_are_refused(self):
        self.week("901")
        self.week("902")
        self.party.settings.update(deaf=True)
        with self.assertRaises(RemoteDefectError) as caught:
            self.pulled()
        self.assertEqual((caught.exception.code, caught.exception.place), ("interface.answer", "901"))

    def test_what_is_not_final_waits(self):
        self.week("901")
        self.party.charge("2", "5.00", "0.10", DAY, order="#1")
        self.party.pay_out("902", DAY, status="SCHEDULED")
        self.assertEqual(self.names(), ["901"])
        with self.assertRaises(BusinessError) as caught:
            self.pulled(waiting_days=3)
        self.assertEqual((caught.exception.code, caught.exception.place), ("payout.waiting", "902"))
        first = self.pulled(known={"902"})[0].content
        for status in ("FAILED", "PAID"):
            self.party.state("902", status)
            self.assertEqual(self.names(known={"901"}), ["902"], "what it settles stands; a failure comes back later")
        self.party.state("901", "FAILED")
        self.assertEqual(self.pulled(known={"902"})[0].content, first, "the same bytes")

    def test_a_cancelled_payout_without_transactions_is_nothing(self):
        self.party.effect("payout", "901", moment=DAY, status="CANCELED", net="10.00", currency="EUR")
        self.assertEqual(self.names(waiting_days=1), [])

    def test_since(self):
        self.week()
        self.assertEqual(self.names(since="2026-03-03"), [])

    def test_sign_in(self):
        self.week()
        signs_in = {"auth_scheme": "oauth2", "username": "SANDBOX-APP", "oauth_token_url": ""}
        self.assertEqual(len(self.pulled(secrets={"client_secret": "SANDBOX-SHOP"}, **signs_in)), 1)
        with self.assertRaises(AuthError) as caught:
            self.pulled(secrets={"client_secret": "wrong"}, **signs_in)
        self.assertEqual(caught.exception.code, "oauth.refused")
        with self.assertRaises(AuthError) as caught:
            self.pulled(secrets={"api_key": "wrong"})
        self.assertEqual(caught.exception.code, "https.401")
        self.party.settings.update(permitted=False)
        with self.assertRaises(AuthError) as caught:
            self.pulled()
        self.assertEqual(caught.exception.code, "shopify.permission")
        self.party.settings.update(permitted=True, account=False)
        with self.assertRaises(ConfigurationError) as caught:
            self.line().check()
        self.assertEqual(caught.exception.code, "shopify.account")

    def test_the_version_that_is_served(self):
        self.assertNotIn("version", self.line().check())
        self.party.settings.update(version="2027-01")
        self.assertIn("no longer serves version 2026-10", self.line().check())

    def test_faults(self):
        self.week()
        for kind, error, code in (
            ("429", RateLimitedError, "https.429"),
            ("503", TechnicalError, "https.503"),
            ("502_after", TechnicalError, "https.502"),
            ("reset_before", TechnicalError, "https.line"),
            ("malformed", RemoteDefectError, "paging.json"),
            ("html", RemoteDefectError, "paging.json"),
            ("error_inside", RemoteDefectError, "interface.answer"),
        ):
            for skip in (0, 1):
                with self.subTest(kind, skip=skip):
                    self.sandbox.fault(kind, party="shopify", path="/graphql", skip=skip, seconds=7)
                    with self.assertRaises(error) as caught:
                        self.pulled()
                    self.assertEqual((type(caught.exception), caught.exception.code), (error, code))
                    self.assertEqual(self.names(), ["900"], "and then it goes on")
