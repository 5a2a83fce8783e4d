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

CODES = ("stripe", "paypal", "adyen", "gocardless", "shopify")
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

    def test_signs_of_payouts_without_name(self):
        """The balance report names no payouts: what leaves the balance there is negative, what arrives positive."""
        titles = b"balance_transaction_id,created,currency,gross,fee,net,reporting_category\n"
        for rows, expected in (
            ({"refund": -50, "payout": -100}, [-50, -100]),
            ({"charge": 50, "payout": -100}, [50, -100]),
            ({"charge": 150, "payout": 100}, [150, -100]),
            ({"payout": 100}, [-100]),
            ({"payout": 100, "payout_reversal": -100}, [-100, 100]),
            ({"payout": -100, "payout_reversal": 100}, [-100, 100]),
            ({"refund": -50, "payout": 100}, None),
            ({"payout": 100, "payout_reversal": 100}, None),
        ):
            with self.subTest(rows):
                lines = [f"txn_{kind},2026-03-05,eur,{sum_}.00,0.00,{sum_}.00,{kind}\n" for kind, sum_ in rows.items()]
                content = titles + "".join(lines).encode()
                if expected is None:
                    self.refused("payout.sign", content)
                else:
                    self.assertEqual([entry.amount for entry in read(content) if isinstance(entry, Entry)], expected)

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


class TestAdyen(PayoutCase):
    report = "adyen/settlement_detail.csv"

    def test_kinds_apart(self):
        found = by_kind(read(sample(self.report)))
        kinds = ("payment", "refund", "chargeback", "reserve", "fee", "payout")
        amounts = [found[kind, "EUR"] for kind in kinds]
        self.assertEqual(
            amounts, [Decimal(text) for text in ("156.00", "-40.00", "-20.00", "-5.00", "-11.59", "-79.40")]
        )

    def test_conversion(self):
        """The shopper's amount stays beside the converted one, which must follow from the rate."""
        entry = next(event for event in read(sample(self.report)) if isinstance(event, Entry) and event.exchange)
        self.assertEqual((entry.amount, entry.exchange.instructed), (Decimal("46.00"), Decimal("50.00")))
        self.assertEqual(findings(sample(self.report).replace(b",0.92,", b",0.93,"))["payout.sum"], 3)

    def test_sums(self):
        """The first batch adds up; in the second a cent is missing in a row, and so in the payout."""
        self.assertEqual(findings(sample(self.report)), {"payout.sum": 2})
        for old, new in (
            (b",98.90,", b",98.91,"),
            (b",69.60,", b",69.61,"),
            (b",,100.00,", b",,100.01,"),
            (b"0.60", b"0.61"),
        ):
            with self.subTest(old):
                self.assertGreater(findings(sample(self.report).replace(old, new, 1))["payout.sum"], 2)

    def test_refusals(self):
        report = sample(self.report)
        self.refused("payout.amount", report.replace(b",,98.90,", b",,,"))
        self.refused("payout.amount", report.replace(b",,98.90,", b",,-98.90,"))
        self.refused("payout.date", report.replace(b"2026-03-03 01:00", b"03.03.2026 01:00"))
        self.refused("payout.currency", report.replace(b"1,EUR,,98.90", b"1,,,98.90"))
        self.refused("payout.columns", report.replace(b"Markup (NC)", b"Aufschlag"))


class TestGoCardless(PayoutCase):
    items = "gocardless/payout_items.json"
    told = "gocardless/payout_payments.json"

    def test_payments_beside_their_items(self):
        """What payments are for changes no amount; of those that are missing one finding tells."""
        told = json.loads(sample(self.told))
        self.assertFalse(findings(sample(self.told)))
        alone = {name: value for name, value in told.items() if name != "payments"}
        self.assertFalse(findings(json.dumps(alone).encode()), "stored before payments came along")
        for content in (alone, {**told, "payments": []}, {**told, "payments": told["payments"][:1]}):
            amounts = [(one.amount, one.bank_ref) for one in read(json.dumps(content).encode())
                       if isinstance(one, Entry)]  # fmt: skip
            self.assertEqual(amounts, [(one.amount, one.bank_ref) for one in read(sample(self.told))
                                       if isinstance(one, Entry)])  # fmt: skip
        self.assertEqual(findings(json.dumps({**told, "payments": []}).encode()), {"payout.texts": 1})
        told["payments"][0]["metadata"] = "none"
        self.assertFalse(findings(json.dumps(told).encode()))
        self.refused("payout.structure", json.dumps({**told, "payments": {}}).encode())

    def test_kinds_apart(self):
        found = by_kind(read(sample(self.items)))
        kinds = ("payment", "chargeback", "refund", "fee", "rounding", "payout")
        amounts = [found[kind, "EUR"] for kind in kinds]
        self.assertEqual(amounts, [Decimal(text) for text in ("200", "-30", "-20", "-1.41", "-0.01", "-148.58")])
        self.assertFalse(findings(sample(self.items)))

    def test_sums(self):
        """Half a unit is rounding; more is a finding."""
        self.assertEqual(findings(sample(self.items).replace(b"14858", b"14859")), {"payout.sum": 1})
        half = sample(self.items).replace(b"-70.5", b"-70.3")  # exactly 148.585
        self.assertFalse(findings(half))
        self.assertFalse(findings(half.replace(b"14858", b"14859")))

    def test_whole_fees_stay_apart(self):
        whole = sample(self.items).replace(b"-70.5", b"-70.0").replace(b"-60.8", b"-61.0").replace(b"-10.4", b"-11.0")
        fees = [event for event in read(whole) if isinstance(event, Entry) and event.code == "fee"]
        self.assertEqual([entry.amount for entry in fees], [Decimal("-0.70"), Decimal("-0.61"), Decimal("-0.11")])

    def test_items_alone(self):
        """Without the payout there is neither currency nor payout line; nothing is made up."""
        alone = b'{"payout_items": [{"amount": "4500.0", "type": "payment_paid_out", "links": {"payment": "PM1"}}]}'
        entries = [event for event in read(alone) if isinstance(event, Entry)]
        self.assertEqual([(entry.amount, entry.currency) for entry in entries], [(Decimal("45.00"), None)])

    def test_pages(self):
        self.assertEqual(findings(sample(self.items).replace(b'"after": null', b'"after": "ID1"')), {"payout.pages": 1})

    def test_refusals(self):
        items = sample(self.items)
        self.refused("payout.amount", items.replace(b'"14858"', b'"148.58"'))
        self.refused("payout.currency", items.replace(b'"EUR"', b'"Euro"'))
        self.refused("payout.date", items.replace(b"2026-03-04T", b"04.03.2026T"))
        self.refused(
            "payout.structure", items.replace(b'"links": {"payment": "PM000002"', b'"links": 1, "x": {"y": "z"')
        )
        self.refused("payout.empty", b'{"payout_items": []}')


class TestShopify(PayoutCase):
    export = "shopify/payment_transactions.csv"

    def test_kinds_apart(self):
        found = by_kind(read(sample(self.export)))
        kinds = ("payment", "refund", "chargeback", "fee", "payout")
        amounts = [found[kind, "EUR"] for kind in kinds]
        self.assertEqual(amounts, [Decimal(text) for text in ("133.21", "-5.00", "-20.00", "-19.03", "-74.78")])

    def test_sums(self):
        self.assertEqual(findings(sample(self.export)), {"payout.sum": 1})
        for old, new in (
            (b",30.00,0.75", b",30.01,0.75"),
            (b"15.00,-35.00", b"15.01,-35.00"),
            (b",-74.78,0.00,-74.78", b",-74.77,0.00,-74.77"),
        ):
            with self.subTest(old):
                self.assertEqual(findings(sample(self.export).replace(old, new, 1))["payout.sum"], 3 - (b"74" in old))

    def test_payouts(self):
        """Sums of a payout: only paid ones are booked, and what does not add up is a finding."""
        events = read(sample("shopify/payouts.json"))
        booked = [event for event in events if isinstance(event, Entry) and event.status == "booked"]
        self.assertEqual(sum(entry.amount for entry in booked), 0)
        self.assertEqual(findings(sample("shopify/payouts.json")), {"payout.sum": 1})

    def test_test_payments(self):
        entries = [event for event in read(sample("shopify/balance_transactions.json")) if isinstance(event, Entry)]
        self.assertEqual({entry.currency: entry.status for entry in entries}, {"JPY": "booked", "EUR": "information"})

    def test_refusals(self):
        export = sample(self.export)
        self.refused("payout.amount", export.replace(b",30.00,0.75", b",30 EUR,0.75"))
        self.refused("payout.date", export.replace(b"2026-03-02 10", b"02/03/2026 10"))
        self.refused("payout.currency", export.replace(b"EUR,EUR,0.00", b"EUR,,0.00", 1))
        self.refused("payout.columns", export.replace(b",Fee,", b",Fees,"))


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

    def test_adyen(self):
        for name, facts in self.files.items():
            if "sum_net_credit" not in facts:
                continue
            with self.subTest(name):
                entries = self.entries(name)
                self.assertEqual(len({entry.place for entry in entries}), facts["entries"])
                net = Decimal(facts["sum_net_credit"]) - Decimal(facts["sum_net_debit"])
                self.assertEqual(sum(entry.amount for entry in entries), net)
                words = {"commission": "sum_commission"} | dict.fromkeys(
                    ("markup", "scheme fees", "interchange"), "sum_fees"
                )
                fees = Counter()
                for entry in entries:
                    fees[words.get(entry.own_code)] -= entry.amount
                self.assertEqual(fees["sum_commission"], Decimal(facts["sum_commission"]))
                self.assertEqual(fees["sum_fees"], Decimal(facts["sum_fees"]))

    def test_shopify(self):
        (name,) = (name for name in self.files if name.startswith("shopify/"))
        paid = [-entry.amount for entry in self.entries(name) if entry.code == "payout"]
        self.assertEqual(paid, [Decimal(amount) for amount in self.files[name]["amounts"]])

    def test_unread(self):
        """What is no list of movements is refused, whoever sent it."""
        for name, code in (
            ("stripe/stripe__openapi/fixtures3.json", "format.unknown"),
            ("adyen/wikimedia__wikimedia-fundraising-SmashPig/ipn_Authorisation.json", "format.unknown"),
            ("gocardless/gocardless__gocardless-pro-python/payouts.json", "profile.unknown"),
            ("gocardless/gocardless__gocardless-pro-python/webhook_body.json", "format.unknown"),
        ):
            with self.subTest(name), self.assertRaises(FinanceError) as caught:
                list(parse(CORPUS / name))
            self.assertEqual(caught.exception.code, code)
