"""Files of payment providers: what is kept apart, what must add up, what is refused; public samples as stated."""

import io
import json
import random
from collections import Counter
from decimal import Decimal

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.connector_bank.tests.test_pure_malformed import verdict
from odoo.addons.connector_bank.tests.test_pure_samples import SAMPLES, damaged
from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.core.statement import Entry, Finding
from odoo.addons.finance_connector_base.tests.pure import PureCase

CODES = ("stripe", "paypal")
TURNS = 500


def sample(name):
    return (SAMPLES / name).read_bytes()


def read(content):
    return list(parse(io.BytesIO(content)))


def findings(content):
    return Counter(event.code for event in read(content) if isinstance(event, Finding))


def by_kind(events):
    """Sums by kind and currency."""
    found = Counter()
    for event in events:
        if isinstance(event, Entry):
            found[event.code, event.currency] += event.amount
    return found


class PayoutCase(PureCase):
    def refused(self, code, content, format=None):
        with self.assertRaises(FinanceError) as caught:
            list(parse(io.BytesIO(content), format))
        self.assertEqual(caught.exception.code, code)


class TestStripe(PayoutCase):
    report = "stripe/payout_reconciliation.csv"
    api = "stripe/balance_transactions.json"

    def test_kinds_apart(self):
        found = by_kind(read(sample(self.report)))
        self.assertEqual(found["payment", "EUR"], Decimal("245.40"))
        self.assertEqual(found["refund", "EUR"], Decimal("-20.00"))
        self.assertEqual(found["chargeback", "EUR"], Decimal("-50.00"))
        self.assertEqual(found["reserve", "EUR"], Decimal("-10.00"))
        self.assertEqual(found["fee", "EUR"], Decimal("-20.40"))
        self.assertEqual(found["payout", "EUR"], Decimal("-113.00"))

    def test_sums(self):
        """The first payout adds up; the second and the row with a wrong net amount are findings."""
        wrong = [event for event in read(sample(self.report)) if isinstance(event, Finding)]
        self.assertEqual(
            [(event.code, event.place) for event in wrong], [("payout.sum", "line 10"), ("payout.sum", "line 11")]
        )

    def test_every_amount_counts(self):
        """Any digit changed in an amount of the first payout is found."""
        for old, new in ((b"120.00", b"120.01"), (b"2.05", b"2.06"), (b"-0.45", b"-0.46"), (b"113.00", b"113.01")):
            with self.subTest(old):
                self.assertGreater(findings(sample(self.report).replace(old, new, 1))["payout.sum"], 2)

    def test_smallest_units(self):
        found = by_kind(read(sample(self.api)))
        self.assertEqual(found["payment", "USD"], Decimal("100.00"))
        self.assertEqual(found["tax", "USD"], Decimal("-0.80"))
        self.assertEqual(found["payment", "JPY"], Decimal("5000"))
        self.assertEqual(found["payment", "KWD"], Decimal("12.345"))
        self.assertFalse(findings(sample(self.api)))

    def test_pages(self):
        more = sample(self.api).replace(b'"has_more": false', b'"has_more": true').replace(b"-9620", b"-9621")
        self.assertEqual(findings(more), {"payout.pages": 3})

    def test_refusals(self):
        report, api = sample(self.report), sample(self.api)
        self.refused("payout.amount", report.replace(b"120.00", b"120,00").replace(b",120,00,", b',"120,00",'))
        self.refused("payout.amount", api.replace(b"10000", b"100.5"))
        self.refused("payout.date", report.replace(b"2026-03-02 09", b"2026-13-02 09"))
        self.refused("payout.date", api.replace(b"1772582400", b"null"))
        self.refused("payout.currency", report.replace(b",eur,", b",euro,"))
        self.refused("payout.columns", report.replace(b",gross,", b",brutto,"))
        self.refused("payout.empty", report.partition(b"\n")[0])
        self.refused("payout.empty", b'{"object": "list", "data": []}', "stripe")
        self.refused("payout.structure", api.replace(b'"object": "balance_transaction"', b'"object": "refund"', 1))


class TestPayPal(PayoutCase):
    report = "paypal/settlement_report.csv"
    search = "paypal/transaction_search.json"

    def test_kinds_apart(self):
        found = by_kind(read(sample(self.report)))
        self.assertEqual(found["payment", "EUR"], Decimal("120.00"))
        self.assertEqual(found["refund", "EUR"], Decimal("-20.00"))
        self.assertEqual(found["chargeback", "EUR"], Decimal("-50.00"))
        self.assertEqual(found["fee", "EUR"], Decimal("-19.26"))
        self.assertEqual(found["reserve", "EUR"], Decimal("-10.00"))
        self.assertEqual(found["payout", "EUR"], Decimal("-100.00"))
        self.assertEqual(
            (found["conversion", "EUR"], found["conversion", "USD"]), (Decimal("87.50"), Decimal("-95.60"))
        )

    def test_hundredths(self):
        """Reports count hundredths in currencies without decimals too."""
        self.assertEqual(by_kind(read(sample(self.report)))["payment", "JPY"], Decimal("5000.00"))

    def test_balances(self):
        """Of the three currencies the last one does not reach its closing balance."""
        self.assertEqual(findings(sample(self.report)), {"statement.balance": 1})

    def test_every_amount_counts(self):
        for old, new in ((b'"CR",12000', b'"CR",12001'), (b'"DR",384,"EUR"', b'"DR",385,"EUR"'), (b"20750", b"20751")):
            with self.subTest(old):
                self.assertGreater(findings(sample(self.report).replace(old, new, 1)).total(), 1)

    def test_fee_in_another_currency(self):
        content = sample(self.report).replace(b'"DR",440,"USD"', b'"DR",440,"EUR"')
        self.assertEqual(by_kind(read(content))["fee", "EUR"], Decimal("-23.66"))
        self.assertEqual(by_kind(read(content))["fee", "USD"], 0)

    def test_search(self):
        entries = [event for event in read(sample(self.search)) if isinstance(event, Entry)]
        booked = [entry for entry in entries if entry.status == "booked"]
        self.assertEqual(sum(entry.amount for entry in booked), 0)
        self.assertEqual(Counter(entry.status for entry in entries), {"booked": 5, "pending": 2, "information": 1})
        self.assertEqual(entries[0].details[0].references[0].value, "INV/2026/00061")

    def test_pages(self):
        search = sample(self.search)
        for old, new in ((b'"total_pages": 1', b'"total_pages": 3'), (b'"total_items": 5', b'"total_items": 6')):
            with self.subTest(old):
                self.assertEqual(findings(search.replace(old, new)), {"payout.pages": 2})

    def test_refusals(self):
        report, search = sample(self.report), sample(self.search)
        self.refused("payout.amount", report.replace(b'"CR",12000', b'"CR",120.00'))
        self.refused("payout.amount", report.replace(b'"CR",12000', b'"",12000'))
        self.refused("payout.date", report.replace(b"2026/03/02 08", b"02.03.2026 08"))
        self.refused("payout.currency", report.replace(b'12000,"EUR"', b'12000,""'))
        self.refused("payout.columns", report.replace(b'"Fee Amount"', b'"Fees"'))
        self.refused("payout.structure", report.replace(b'"SB"', b'"XX"', 1))
        self.refused("payout.truncated", report.partition(b'"FF"')[0])
        self.refused("payout.truncated", report.replace(b'"SC",10', b'"SC",11'))
        self.refused("payout.empty", b"\n".join(report.splitlines()[:4]) + b'\n"FF",0\n')
        self.refused("payout.structure", search.replace(b'"transaction_info": {', b'"transaction_info": 1, "x": {', 1))


class TestPayoutDamage(PayoutCase):
    """Seeds are fixed: what fails once fails again."""

    def test_damage(self):
        for code in CODES:
            contents = [
                path.read_bytes() for path in sorted((SAMPLES / code).iterdir()) if ".expected." not in path.name
            ]
            chance = random.Random(46)
            found = Counter(verdict(damaged(chance.choice(contents), chance)) for _time in range(TURNS))
            self.assertEqual(found.total(), TURNS)
            self.assertGreater(TURNS - found["ok"], 50, found)


class TestPayoutCorpus(PureCase):
    """Rows and sums of the public sample files; docs/formats.md has the exceptions."""

    def setUp(self):
        super().setUp()
        if not (CORPUS / "EXPECTED.json").is_file():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with EXPECTED.json")
        expected = json.loads((CORPUS / "EXPECTED.json").read_text(encoding="utf-8"))
        self.files = {name: facts for name, facts in expected.items() if name.startswith(tuple(f"{c}/" for c in CODES))}

    def entries(self, name):
        return [event for event in parse(CORPUS / name) if isinstance(event, Entry)]

    def test_stripe(self):
        for name in ("settlement_report.csv", "payments_activity.csv"):
            path = f"stripe/wikimedia__wikimedia-fundraising-SmashPig/{name}"
            facts, entries = self.files[path], self.entries(path)
            with self.subTest(name):
                self.assertEqual(len({entry.place for entry in entries}), facts["entries"])
                fee = sum(entry.amount for entry in entries if (entry.own_code or "").endswith(" fee"))
                self.assertEqual(-fee, Decimal(facts["sum_fee"]))
                paid = -2 * sum(entry.amount for entry in entries if entry.code == "payout")  # stated as it arrives
                self.assertEqual(sum(entry.amount for entry in entries) - fee + paid, Decimal(facts["sum_gross"]))

    def test_paypal(self):
        """Reports state hundredths; the figures expected are those."""
        for name, facts in self.files.items():
            if "per_currency_minor_units" not in facts:
                continue
            with self.subTest(name):
                entries = self.entries(name)
                self.assertEqual(len({entry.place for entry in entries}), facts["entries"])
                for unit, stated in facts["per_currency_minor_units"].items():
                    mine = [entry for entry in entries if entry.currency == unit]
                    fee = sum((entry.amount for entry in mine if entry.own_code.endswith(" fee")), Decimal(0))
                    gross = sum((entry.amount for entry in mine), Decimal(0)) - fee
                    self.assertEqual((gross * 100, fee * 100), (Decimal(stated["gross"]), Decimal(stated["fee"])))
