"""Stripe's interface against the sandbox over HTTP: each payout whole and once, and the same as its report."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo.addons.connector_bank.importing.payouts import moved
from odoo.addons.connector_bank.tests.provider_line import ProviderCase, entries, events, findings
from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    RateLimitedError,
    RemoteDefectError,
    TechnicalError,
)
from odoo.addons.finance_connector_base.core.statement import Footer, Header


class TestStripe(ProviderCase):
    party_name = "stripe"

    def week(self, key="A", day="2026-03-02", count=5):
        for number in range(1, count + 1):
            self.party.charge(f"{key}{number}", 1000 * number, 29 + number, day, order=f"S{number:05d}")
        self.party.refund(f"{key}r", f"{key}1", 400, day)
        return self.party.pay_out(key, day)

    def test_the_same_as_the_report(self):
        """Report and interface of one payout say the same of every movement; only the rate is the interface's own."""
        self.party.charge("1", 12000, 205, "2026-03-02", order="S00041")
        self.party.charge("2", 9240, 190, "2026-03-02", paid_in=(10000, "usd"))
        self.party.refund("r1", "1", 2000, "2026-03-03")
        self.party.adjust("f1", "fee", -45, "2026-03-03")
        self.party.adjust("h1", "risk_reserved_funds", -1000, "2026-03-03")
        self.party.pay_out("A", "2026-03-05")
        (parcel,) = self.pulled()
        report = self.party.report("A")
        self.assertEqual(self.said(parcel.content), self.said(report))
        self.assertEqual((findings(parcel.content), findings(report)), ([], []))
        for content in (parcel.content, report):
            header = events(content)[0]
            self.assertEqual((header.statement_id, header.currency, header.format), ("po_A", "EUR", "stripe"))

    def said(self, content):
        found = []
        for entry in entries(content):
            exchange = entry.exchange and replace(entry.exchange, rate=None)
            if entry.code == "refund":  # whose customer stands in the report only
                entry = replace(entry, details=tuple(replace(one, counterparty=None) for one in entry.details))
            found.append(replace(entry, place=None, exchange=exchange))
        return sorted(found, key=lambda entry: (entry.bank_ref, entry.code))

    def test_currencies_without_and_with_three_decimals(self):
        for currency, stated in (("jpy", "5000"), ("kwd", "5.000"), ("usd", "50.00")):
            with self.subTest(currency):
                self.party.charge(f"c{currency}", 5000, 0, "2026-03-02", currency=currency)
                self.party.pay_out(currency, "2026-03-03", currency=currency)
                parcel = self.pulled()[-1]
                paid = next(entry for entry in entries(parcel.content) if entry.code == "payment")
                self.assertEqual((str(paid.amount), paid.currency), (stated, currency.upper()))
                self.assertEqual(findings(parcel.content), [])
                self.assertEqual(self.said(parcel.content), self.said(self.party.report(currency)))

    def test_fees_with_tax_come_to_the_same(self):
        """The interface tells the tax apart, which the report does not: every movement is the same all the same."""
        self.party.charge("1", 10000, 380, "2026-03-02", tax=80)
        self.party.pay_out("A", "2026-03-05")
        (parcel,) = self.pulled()
        told = [(entry.code, str(entry.amount)) for entry in entries(parcel.content) if entry.amount < 0]
        self.assertEqual(told, [("payout", "-96.20"), ("fee", "-3.00"), ("tax", "-0.80")])
        by_id = [moved((one.bank_ref, one.amount) for one in entries(content))
                 for content in (parcel.content, self.party.report("A"))]  # fmt: skip
        self.assertEqual(*by_id)

    def test_pages(self):
        """Whole in pages of any size, with pages that overlap and a payout that arrives between two pages."""
        for number in range(4):
            self.week(f"P{number}", f"2026-03-0{number + 1}", count=7)
        expected = ["po_P0", "po_P1", "po_P2", "po_P3"]
        for settings in ({"page_size": 1}, {"page_size": 3}, {"page_size": 2, "repeat": True}):
            with self.subTest(**settings):
                self.party.settings.update({"repeat": False, **settings})
                parcels = self.pulled()
                self.assertEqual([parcel.remote_id for parcel in parcels], expected)
                for parcel in parcels:
                    self.assertEqual(len(json.loads(parcel.content)["data"]), 9)
                    self.assertEqual(findings(parcel.content), [])
        self.party.settings.update(repeat=False, page_size=2, shift=True)
        self.assertEqual(self.names(), expected)
        self.assertEqual(self.names(), [*expected, "po_between"])

    def test_the_same_answers_are_the_same_bytes(self):
        self.week()
        first = [parcel.content for parcel in self.pulled()]
        self.party.effect("payout_state", "po_A", status="failed")  # late, and it says nothing of the transactions
        self.assertEqual([parcel.content for parcel in self.pulled()], first)
        self.assertNotIn(b"4242", first[0], "no card")
        self.assertNotIn(b"address", first[0])

    def test_cursors_that_lead_nowhere(self):
        self.week(count=7)
        self.party.settings.update(page_size=3, stuck=True)
        with self.assertRaises(RemoteDefectError) as caught:
            self.pulled()
        self.assertEqual(caught.exception.code, "paging.endless")
        self.party.settings.update(stuck=False, cut=True)
        with self.assertRaises(RemoteDefectError) as caught:
            self.pulled()
        self.assertEqual(caught.exception.code, "interface.answer")

    def test_what_is_stored_is_not_read_again(self):
        self.week("A")
        self.week("B", "2026-03-03")
        self.assertEqual(self.names(known={"po_A"}), ["po_B"])
        self.assertNotIn("po_A", str(self.sandbox.calls))

    def test_a_payout_that_is_not_complete_waits(self):
        self.party.charge("1", 1000, 30, "2026-03-02")
        self.party.pay_out("A", "2026-03-02", complete=False)
        self.week("B", "2026-03-03")
        self.assertEqual(self.names(), ["po_B"])
        with self.assertRaises(BusinessError) as caught:
            self.pulled(waiting_days=3)
        self.assertEqual((caught.exception.code, caught.exception.place), ("payout.waiting", "po_A"))
        self.party.reconcile("A")
        self.assertEqual(self.names(waiting_days=3), ["po_A", "po_B"])

    def test_a_failed_payout_comes_back_in_a_later_one(self):
        self.week("A", count=1)
        self.party.fail("A", "2026-03-05")
        self.party.pay_out("B", "2026-03-06")
        first, second = self.pulled()
        self.assertEqual((findings(first.content), findings(second.content)), ([], []))
        told = [(entry.code, str(entry.amount)) for entry in entries(second.content)]
        self.assertEqual(told, [("payout", "-5.70"), ("payout_reversal", "5.70")])

    def test_a_payout_by_hand_says_so(self):
        self.party.charge("1", 10000, 100, "2026-03-02")
        self.party.pay_out("A", "2026-03-03", automatic=False, amount=5000)
        (parcel,) = self.pulled()
        self.assertEqual(findings(parcel.content), ["payout.manual"])
        header, entry = events(parcel.content)[:2]
        self.assertEqual((header.statement_id, entry.code, str(entry.amount)), ("po_A", "payout", "-50.00"))

    def test_what_does_not_add_up_is_said(self):
        self.week()
        (parcel,) = self.pulled()
        found = json.loads(parcel.content)
        for change in ({"payout": {**found["payout"], "amount": 1}}, {"data": found["data"][:-1]}):
            with self.subTest(sorted(change)):
                content = json.dumps({**found, **change}, sort_keys=True).encode()
                self.assertEqual(set(findings(content)), {"payout.sum"})

    def test_since(self):
        self.week("A", "2026-03-01")
        self.week("B", "2026-03-05")
        self.assertEqual(self.names(since="2026-03-02"), ["po_B"])
        self.assertEqual(self.line(since=None)._since_day(), date(2026, 2, 3))

    def test_faults(self):
        self.week()
        for kind, error, code in (
            ("429", RateLimitedError, "https.429"),
            ("503", TechnicalError, "https.503"),
            ("malformed", RemoteDefectError, "paging.json"),
            ("html", RemoteDefectError, "paging.json"),
            ("error_inside", RemoteDefectError, "interface.answer"),
            ("reset_before", TechnicalError, "https.line"),
        ):
            for path in ("/v1/payouts", "/v1/balance_transactions"):
                with self.subTest(kind, path=path):
                    self.sandbox.fault(kind, party="stripe", path=path, seconds=7)
                    with self.assertRaises(error) as caught:
                        self.pulled()
                    self.assertEqual(caught.exception.code, code)
                    if kind == "429":
                        self.assertEqual(caught.exception.retry_after, 7)
                    self.assertEqual(self.names(), ["po_A"], "and then it goes on")

    def test_keys(self):
        self.week()
        with self.assertRaises(AuthError):
            self.pulled(secrets={"token": "sk_test_other"})
        with self.assertRaises(ConfigurationError) as caught:
            self.line()._check_mode(True)
        self.assertEqual(caught.exception.code, "payout.mode")
        self.assertIn("payouts can be read", self.line().check())

    def test_every_movement_once(self):
        """Whatever the payout holds, gross and fees of its movements come to nothing together with itself."""
        self.week(count=9)
        (parcel,) = self.pulled()
        header, *found, footer = events(parcel.content)
        self.assertIsInstance(header, Header)
        self.assertIsInstance(footer, Footer)
        self.assertEqual(sum((entry.amount for entry in found), Decimal(0)), 0)
