"""Checkout.com, Trustly, Braintree: kinds apart, what must add up, what is refused, damage."""

import random
from collections import Counter
from decimal import Decimal

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.connector_bank.tests.test_pure_malformed import verdict
from odoo.addons.connector_bank.tests.test_pure_payouts import PayoutCase, by_kind, findings, read, sample
from odoo.addons.connector_bank.tests.test_pure_samples import SAMPLES, damaged
from odoo.addons.finance_connector_base.core.statement import Entry, Header

CODES = ("checkout", "trustly", "trustly_funding", "braintree")
TURNS = 500


class TestCheckout(PayoutCase):
    breakdown = "checkout/settlement_breakdown.csv"
    actions = "checkout/financial_actions.csv"
    api = "checkout/financial_actions_api.json"

    def test_kinds_apart(self):
        found = by_kind(read(sample(self.breakdown)))
        self.assertEqual(found["payment", "EUR"], Decimal("212.4"))
        self.assertEqual(found["refund", "EUR"], Decimal("-20"))
        self.assertEqual(found["chargeback", "EUR"], Decimal("-50"))
        self.assertEqual(found["reserve", "EUR"], Decimal("-9.24"))
        self.assertEqual(found["tax", "EUR"], Decimal("-0.1"))
        self.assertEqual(found["payout", "EUR"], Decimal("-113.96"))

    def test_net_amounts(self):
        """A row whose parts do not give its net amount is told; a deduction alone is a fee."""
        self.assertEqual(findings(sample(self.breakdown)), {"payout.sum": 1})
        changed = sample(self.breakdown).replace(b"117.95", b"117.96")
        self.assertEqual(findings(changed), {"payout.sum": 2})

    def test_stated_payout(self):
        """Where the actions hold the payout, it must be what they come to."""
        for name in (self.actions, self.api):
            with self.subTest(name):
                content = sample(name)
                self.assertFalse(findings(content))
                self.assertEqual(findings(content.replace(b"-1.45", b"-1.46")), {"payout.sum": 1})
        self.assertEqual(by_kind(read(sample(self.actions)))["tax", "EUR"], Decimal("-0.10"))

    def test_pages(self):
        more = sample(self.api).replace(b'"self"', b'"next"').replace(b"-118.55", b"-118.56")
        self.assertEqual(findings(more), {"payout.pages": 1})

    def test_refusals(self):
        breakdown, actions = sample(self.breakdown), sample(self.actions)
        self.refused("payout.amount", breakdown.replace(b"117.95", b"1e3"))
        self.refused("payout.columns", breakdown.replace(b",Payout ID,", b",Payout,"))
        self.refused("payout.currency", actions.replace(b",EUR,120.00\n", b",Euro,120.00\n"))
        self.refused("payout.structure", actions.replace(b",Capture,EUR", b",,EUR"))
        self.refused("payout.date", breakdown.replace(b"2026-03-02T09", b"2026-02-30T09"))

    def test_public_file(self):
        """The public sample: what its rows come to, all of it explained."""
        folder = CORPUS / "psp_other/wikimedia__wikimedia-fundraising-SmashPig"
        path = folder / "settlement-breakdown_ent_testcheckoutfixture_20260702_00000003k599_1.csv"
        if not path.is_file():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with the public files")
        found = by_kind(parse(path))
        self.assertEqual(found["payment", "USD"], Decimal(85))
        self.assertEqual(found["fee", "USD"], Decimal("-5.5"))
        self.assertEqual(found["payout", "USD"], Decimal("-79.5"))


class TestTrustly(PayoutCase):
    report = "trustly/settlement_report.csv"
    ledger = "trustly/account_ledger.json"
    funding = "trustly_funding/funding.csv"

    def test_report(self):
        events = read(sample(self.report))
        found = by_kind(events)
        self.assertEqual(found["payment", "EUR"], Decimal("192.50"))
        self.assertEqual(found["refund", "EUR"], Decimal("-20.00"))
        self.assertEqual(found["fee", "EUR"], Decimal("-2.00"))
        self.assertEqual(found["payout", "EUR"], Decimal("-170.50"))
        header = next(event for event in events if isinstance(event, Header))
        self.assertEqual((header.account, header.statement_id), ("quaybooks", "1534179572"))

    def test_report_sums(self):
        self.assertFalse(findings(sample(self.report)))
        self.assertEqual(findings(sample(self.report).replace(b"-20.00,170", b"-20.01,170")), {"payout.sum": 1})
        self.assertEqual(findings(sample(self.report).replace(b"92.50,170.50", b"92.50,170.51")), {"payout.sum": 1})

    def test_ledger(self):
        found = by_kind(read(sample(self.ledger)))
        self.assertEqual(found, {("payment", "EUR"): Decimal("5.00"), ("fee", "SEK"): Decimal("-3.01")})

    def test_funding(self):
        found = by_kind(read(sample(self.funding)))
        self.assertEqual(found["payment", "USD"], Decimal("175.00"))
        self.assertEqual(found["chargeback", "USD"], Decimal("-50.00"))
        self.assertEqual(found["refund", "USD"], Decimal("-20.00"))
        self.assertEqual(found["fee", "USD"], Decimal("-2.70"))
        self.assertEqual(found["payout", "USD"], Decimal("-102.30"))
        self.assertFalse(findings(sample(self.funding)))
        self.assertEqual(findings(sample(self.funding).replace(b"150.00", b"150.01")), {"payout.sum": 1})

    def test_funding_totals(self):
        """An item that is missing without a trace in the sums is still missed."""
        lost = b"\n".join(line for line in sample(self.funding).split(b"\n") if b",ptx-e," not in line)
        self.assertEqual(findings(lost), {"payout.sum": 1})
        self.assertEqual(findings(sample(self.funding).replace(b"4,102.30", b"4,102.31")), {"payout.sum": 1})

    def test_funding_in_parts(self):
        part = sample(self.funding).replace(b"0001of0001", b"0001of0002").replace(b"150.00", b"150.01")
        self.assertEqual(findings(part), {"payout.pages": 2})

    def test_changes_of_state(self):
        """An item without a funding trace moves nothing."""
        last = [event for event in read(sample(self.funding)) if isinstance(event, Entry)][-1]
        self.assertEqual((last.status, last.amount), ("information", Decimal("0.00")))

    def test_refusals(self):
        report, funding = sample(self.report), sample(self.funding)
        self.refused("payout.amount", report.replace(b"92.50", b"92,50").replace(b",92,50,", b',"92,50",'))
        self.refused("payout.columns", report.replace(b",total,", b",sum,"))
        self.refused("payout.truncated", funding.rpartition(b"L,")[0])
        self.refused("payout.columns", funding.replace(b"L,5,105.00,4,102.30", b"L,5,10"))
        self.refused("payout.structure", funding + b"I,1\n")
        self.refused("payout.structure", funding.replace(b"\nF,", b"\nX,"))
        self.refused("payout.columns", funding.replace(b",ptx-e,", b""))
        self.refused("payout.structure", b'{"result": {"data": 7}}', "trustly")


class TestBraintree(PayoutCase):
    fees = "braintree/transaction_level_fees.csv"
    search = "braintree/disbursed.json"

    def test_fees(self):
        found = by_kind(read(sample(self.fees)))
        self.assertEqual(found["payment", "EUR"], Decimal("212.40"))
        self.assertEqual(found["refund", "EUR"], Decimal("-20.00"))
        self.assertEqual(found["chargeback", "EUR"], Decimal("-50.00"))
        self.assertEqual(found["fee", "EUR"], Decimal("-17.76"))
        self.assertNotIn(("payout", "EUR"), found)

    def test_whole_fee(self):
        """Where only the sum of the fees is stated, that is the fee."""
        content = sample(self.fees).replace(b"Braintree Total Amount", b"Total Fee Amount")
        content = content.replace(b"Interchange Total Amount", b"Other A").replace(b"Total Scheme Fees", b"Other B")
        self.assertEqual(by_kind(read(content))["fee", "JPY"], Decimal(-180))

    def test_types(self):
        """Types in other letters are the same; one that nobody knows keeps a sign that is there."""
        fees = sample(self.fees).replace(b",credit,INV", b",REFUND,INV").replace(b",dispute debit,", b",Dispute_Debit,")
        self.assertNotIn(b",dispute debit,", fees)
        found = by_kind(read(fees))
        self.assertEqual(found["refund", "EUR"], Decimal("-20.00"))
        self.assertEqual(found["chargeback", "EUR"], Decimal("-50.00"))
        held = fees.replace(b"bt0001,sale", b"bt0001,hold").replace(b"EUR,120.00,Visa", b"EUR,-120.00,Visa")
        self.assertEqual(by_kind(read(held))["other", "EUR"], Decimal("-120.00"))

    def test_disbursed(self):
        events = read(sample(self.search))
        found = by_kind(events)
        self.assertEqual(found["payout", "EUR"], Decimal("-212.40"))
        self.assertEqual([event.status for event in events if isinstance(event, Entry)].count("pending"), 1)
        dollar = next(event for event in events if isinstance(event, Entry) and event.exchange)
        self.assertEqual((dollar.amount, dollar.exchange.instructed), (Decimal("92.40"), Decimal("100.00")))

    def test_pages(self):
        """Of a search that goes on, no payout is worked out."""
        events = read(sample(self.search).replace(b'"hasNextPage": false', b'"hasNextPage": true'))
        self.assertNotIn(("payout", "EUR"), by_kind(events))
        self.assertEqual(findings(sample(self.search).replace(b"Page\": false", b'Page": true'))["payout.pages"], 2)

    def test_held(self):
        """Funds that are held were not paid out."""
        held = sample(self.search).replace(b'"fundsHeld": false', b'"fundsHeld": true', 1)
        self.assertEqual(by_kind(read(held))["payout", "EUR"], Decimal("-92.40"))

    def test_refusals(self):
        fees, search = sample(self.fees), sample(self.search)
        self.refused("payout.amount", fees.replace(b"120.00,Visa", b"hundred,Visa"))
        self.refused("payout.columns", fees.replace(b"Transaction Type", b"Type"))
        self.refused("payout.sign", fees.replace(b"bt0001,sale", b"bt0001,hold release"))
        self.refused("payout.currency", search.replace(b'"EUR"}, "disb', b'"E"}, "disb', 1))
        self.refused("payout.structure", search.replace(b'"edges"', b'"edge"'))


class TestProviderDamage(PayoutCase):
    """Seeds are fixed: what fails once fails again."""

    def test_damage(self):
        for code in CODES:
            contents = [
                path.read_bytes() for path in sorted((SAMPLES / code).iterdir()) if ".expected." not in path.name
            ]
            chance = random.Random(47)
            found = Counter(verdict(damaged(chance.choice(contents), chance)) for _time in range(TURNS))
            self.assertEqual(found.total(), TURNS)
            self.assertGreater(TURNS - found["ok"], 50, found)

    def test_every_amount_counts(self):
        """Whatever digit of an amount is changed, kinds come to other sums or a finding tells."""
        for name, old, new in (
            ("trustly/settlement_report.csv", b"100.00,170.50", b"100.10,170.50"),
            ("trustly_funding/funding.csv", b",-1.20\n", b",-1.30\n"),
            ("checkout/financial_actions.csv", b",EUR,-20.00\n", b",EUR,-20.10\n"),
        ):
            with self.subTest(name):
                self.assertGreater(findings(sample(name).replace(old, new, 1))["payout.sum"], 0)
