"""Adyen's notifications bring its settlement reports: doubled, late, lost and forged ones do no harm."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.finance_connector_base.tests import webhook_maker as maker

from .provider_case import ProviderBankCase


@tagged("post_install", "-at_install")
class TestAdyenProvider(ProviderBankCase):
    party_name = "adyen"
    webhook = ("adyen", (maker.ADYEN_KEY,), "REPORT_AVAILABLE")

    def setUp(self):
        super().setUp()
        self.stands_for("adyen", "ShopEU")
        for batch in (41, 42, 43):
            self.party.settle(batch, (f"PSP{batch}", f"S{batch}", f"{batch}.00", "1.50"))
        self.reports = self.connect(merchant_accounts="ShopEU")

    def item(self, batch, merchant="ShopEU", **values):
        name = f"settlement_detail_report_batch_{batch}.csv"
        given = {"eventCode": "REPORT_AVAILABLE", "merchantAccountCode": merchant, "merchantReference": "",
                 "reason": f"https://elsewhere.example/{name}", **values}  # fmt: skip
        return maker.adyen_item(name, **given)

    def announce(self, *items):
        return self.post(self.reports, maker.adyen_body(*items), {})

    def batches(self):
        return [name.rpartition("_")[2] for name in self.messages(self.reports).mapped("remote_id")]

    def test_announced_fetched_booked(self):
        """Several in one post, out of order, twice; the address they name is never asked."""
        self.assertEqual(self.announce(self.item(42), self.item(41)), (200, 1))
        self.assertEqual(self.announce(self.item(42)), (200, 0))
        self.assertIn("3 new", self.fetch(self.reports))
        self.assertIn("0 new", self.fetch(self.reports))
        self.assertEqual(self.batches(), ["41.csv", "42.csv", "43.csv"])
        self.assertEqual(self.announce(self.item(43)), (200, 0), "a fetch waits already")
        self.assertIn("0 new", self.fetch(self.reports))
        expected = [f"{batch}.00" for batch in (41, 42, 43)] + ["-1.50"] * 3 + ["-39.50", "-40.50", "-41.50"]
        self.assertEqual(self.amounts(), sorted(expected))
        self.assertEqual(self.cases(*self.messages(self.reports)), [])

    def test_an_event_that_never_came(self):
        self.announce(self.item(41))
        self.fetch(self.reports)
        self.party.settle(44, ("PSP44", "S44", "44.00", "1.50"))
        self.assertIn("1 new", self.fetch(self.reports))
        self.assertEqual(self.batches()[-1], "44.csv")

    def test_fetched_by_hand(self):
        """Only the flow of statements fetches: brought by that of events, a report would never be booked."""
        before = self.fetches()
        self.reports.action_pull()
        (job,) = self.fetches() - before
        self.assertEqual(job.records.kind, "statement")

    def test_one_name_of_two_merchants(self):
        """Reports are named alike for every merchant account: both announcements count."""
        self.party.settle(41, ("PSPUS", "US1", "5.00", "0.50"), merchant="ShopUS")
        self.reports.merchant_accounts = "ShopEU, ShopUS"
        self.announce(self.item(41), self.item(41, "ShopUS"))
        self.assertIn("4 new", self.fetch(self.reports))

    def test_forged(self):
        forged = self.item(42)
        forged["NotificationRequestItem"]["pspReference"] = "settlement_detail_report_batch_1.csv"
        with mute_logger("odoo.addons.finance_connector_base.services.finance_hook"):
            self.assertEqual(self.announce(self.item(41), forged), (401, 0), "the whole post is refused")
            other = maker.adyen_item("settlement_detail_report_batch_42.csv", key="00" * 32)
            self.assertEqual(self.announce(other), (401, 0))
        self.assertFalse(self.messages(self.reports, "webhook_fetch"))
        self.assertIn("0 new", self.fetch(self.reports))

    def test_the_answer_that_adyen_wants(self):
        token = self.reports.webhook_address_ids.token
        answer = self.env["finance.hook"]._receive(
            token, {"Content-Type": "application/json"}, maker.adyen_body(self.item(41)), now=maker.NOW
        )
        self.assertEqual(answer, (200, b"[accepted]"))
