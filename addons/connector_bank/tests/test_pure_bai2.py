"""BAI2: one test per refusal, records, availability, text, mutations."""

import os
from collections import Counter
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

from odoo.addons.connector_bank.formats import parse, recognise
from odoo.addons.connector_bank.formats.bai2_codes import MEANINGS, sign
from odoo.addons.connector_bank.simulation.mutated import mutations
from odoo.addons.connector_bank.tests.text_statement_maker import write_bai2
from odoo.addons.finance_connector_base.core.errors import FinanceError, FormatError
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header
from odoo.addons.finance_connector_base.tests.pure import PureCase

SAMPLES = Path(__file__).parent / "samples" / "bai2"
MUTATIONS = int(os.environ.get("FINANCE_MUTATIONS") or 2000)
FILE = "01,1,2,240302,0615,7,80,1,2/\n"
GROUP = "02,2,1,1,240301,2400,USD,2/\n"
ACCOUNT = "03,0001,USD,,,,/\n"


def whole(*lines, total=None, group=GROUP, account=ACCOUNT):
    """A file around the transactions ``lines``, its totals right for ``total`` cents."""
    inside = "".join(f"{line}\n" for line in lines)
    size = inside.count("\n") + 2
    return f"{FILE}{group}{account}{inside}49,{total},{size}/\n98,{total},1,{size + 2}/\n99,{total},1,{size + 4}/\n"


def events(content):
    return list(parse(BytesIO(content.encode())))


def of_kind(kind, content):
    return [event for event in events(content) if isinstance(event, kind)]


def entry(*lines, total=100, **options):
    return of_kind(Entry, whole(*lines, total=total, **options))[0]


class TestRefusals(PureCase):
    """Every code a BAI2 file can be refused with, and the place it names."""

    def refused(self, code, content, place):
        try:
            events(content)
        except FormatError as error:
            self.assertEqual((error.code, error.place), (code, place))
        else:
            self.fail(f"not refused, {code} was expected")

    def test_record(self):
        self.refused("bai2.record", whole("16,195,100,Z,,,x/", "stray", total=100), "line 5")
        self.refused("bai2.record", whole("16,195/", total=0), "line 4")

    def test_order(self):
        self.refused("bai2.order", FILE + ACCOUNT, "line 2")
        self.refused("bai2.order", FILE + GROUP + "16,195,100,Z,,,/\n", "line 3")
        self.refused("bai2.order", FILE + GROUP + GROUP, "line 3")
        self.refused("bai2.order", FILE + GROUP + ACCOUNT + ACCOUNT, "line 4")
        self.refused("bai2.order", FILE + FILE, "line 2")
        self.refused("bai2.order", FILE + "49,0,2/\n", "line 2")
        self.refused("bai2.order", FILE + GROUP + ACCOUNT + "98,0,1,3/\n", "line 4")
        self.refused("bai2.order", FILE + GROUP + "99,0,1,3/\n", "line 3")

    def test_amount(self):
        for amount in ("", "x", "1e5", "1,5"[:1] + ".123456", "٣", "--1", "NaN"):
            self.refused("bai2.amount", whole(f"16,195,{amount},Z,,,/", total=0), "line 4")
        self.refused("bai2.amount", whole(account="03,0001,USD,010,x,,/\n", total=0), "line 3")

    def test_date(self):
        for day in ("241301", "240132", "2403", "x"):
            self.refused("bai2.date", whole(group=f"02,2,1,1,{day},,USD,2/\n", total=0), "line 2")
            self.refused("bai2.date", whole(f"16,195,100,V,{day},,B,C,x/", total=100), "line 4")

    def test_type(self):
        for code in ("", "15", "010", "700", "905", "abc", "1950"):
            self.refused("bai2.type", whole(f"16,{code},100,Z,,,/", total=100), "line 4")
        self.refused("bai2.type", whole("16,890,100,Z,,,/", total=100), "line 4")

    def test_funds(self):
        for funds in ("X", "3", "D,x", "D,2,0", "S,1"):
            with self.assertRaises(FormatError) as caught:
                events(whole(f"16,195,100,{funds}/", total=100))
            self.assertIn(caught.exception.code, ("bai2.funds", "bai2.count"))
            self.assertEqual(caught.exception.place, "line 4")

    def test_status(self):
        for status in "24":
            self.refused("bai2.status", whole(group=f"02,2,1,{status},240301,,USD,2/\n", total=0), "line 2")

    def test_version(self):
        self.refused("bai2.version", whole(total=0).replace(",80,1,2/", ",80,1,1/"), "line 1")

    def test_control(self):
        good = whole("16,195,100,Z,,,/", total=100)
        for before, after, place in (("49,100", "49,101", 5), ("98,100", "98,101", 6), ("99,100", "99,101", 7)):
            self.refused("bai2.control", good.replace(before, after), f"line {place}")
        self.refused("bai2.control", good.replace("16,195,100", "16,195,1000"), "line 5")

    def test_count(self):
        good = whole("16,195,100,Z,,,/", total=100)
        self.refused("bai2.count", good.replace("98,100,1,", "98,100,2,"), "line 6")
        self.refused("bai2.count", good.replace("99,100,1,", "99,100,0,"), "line 7")
        self.refused("bai2.count", good.replace("49,100,3", "49,100,x"), "line 5")

    def test_truncated(self):
        lines = whole("16,195,100,Z,,,/", total=100).splitlines(keepends=True)
        for kept, place in ((6, 1), (5, 2), (4, 3), (3, 3)):
            self.refused("bai2.truncated", "".join(lines[:kept]), f"line {place}")

    def test_limit(self):
        self.refused("text.limit", whole("16,195,100,Z,,,x", *["88," + "y" * 999] * 2000, total=100), "line 4")
        self.refused("text.limit", whole("16,195,100,Z,,,x", *["y" * 999] * 2000, total=100), "line 4")

    def test_empty(self):
        self.refused("bai2.empty", FILE + "99,0,0,2/\n", None)


class TestFigures(PureCase):
    def test_signs(self):
        signs = {"100": 1, "399": 1, "400": -1, "699": -1, "721": 1, "760": -1, "920": 1, "959": 1, "960": -1,
                 "999": -1, "890": 0, "015": None, "700": None, "919": None, "": None, "١٢٣": None}  # fmt: skip
        for code, expected in signs.items():
            with self.subTest(code):
                self.assertEqual(sign(code), expected)
        self.assertGreater(len(MEANINGS), 400)
        self.assertEqual(MEANINGS["475"], "Check Paid")

    def test_decimals(self):
        for currency, amount in {"USD": "1.00", "JPY": "100", "KWD": "0.100"}.items():
            account = f"03,0001,{currency},,,,/\n"
            self.assertEqual(entry("16,195,100,Z,,,/", account=account).amount, Decimal(amount))
        self.assertEqual(entry("16,495,-100,Z,,,/", total=-100).amount, 1)
        self.assertEqual(entry("16,195,1.50,Z,,,/", total="1.50").amount, Decimal("1.50"))

    def test_currency_of_group(self):
        content = whole("16,195,100,Z,,,/", total=100, account="03,0001,,,,,/\n")
        self.assertEqual({event.currency for event in events(content) if isinstance(event, Header | Entry)}, {"USD"})

    def test_comma_too_many(self):
        """Where a record breaks behind a balance, some banks write a comma more; no balance gets lost by it."""
        account = "03,0001,USD,010,1000,,,015,1100,,,/\n88,040,900,,,045,800,,,/\n"
        content = whole("16,195,100,Z,,,x", total=3900, account=account).replace("49,3900,3/", "49,3900,4/")
        content = content.replace("98,3900,1,5/", "98,3900,1,6/").replace("99,3900,1,7/", "99,3900,1,8/")
        balances = of_kind(Footer, content)[0].balances
        self.assertEqual([balance.kind for balance in balances], ["OPBD", "CLBD", "OPAV", "CLAV"])

    def test_balances(self):
        account = "03,0001,USD,010,1000,,,015,1100,,/\n88,040,900,,,045,800,,,100,100,1,,400,0,0,/\n"
        content = whole("16,195,100,Z,,,/", total=4000, account=account)
        content = content.replace("49,4000,3/", "49,4000,4/").replace("1,5/", "1,6/").replace("1,7/", "1,8/")
        header, _entry, footer = events(content)
        self.assertEqual((header.opening, footer.closing), (10, 11))
        self.assertEqual((footer.entries, footer.sum_credits, footer.sum_debits), (1, 1, 0))
        self.assertEqual([balance.kind for balance in footer.balances], ["OPBD", "CLBD", "OPAV", "CLAV"])

    def test_final_and_interim(self):
        for modifier, status in {"": "booked", "2": "booked", "4": "booked", "1": "information",
                                 "3": "information"}.items():  # fmt: skip
            group = f"02,2,1,1,240301,,USD,{modifier}/\n"
            found = events(whole("16,195,100,Z,,,/", total=100, group=group))
            self.assertEqual((found[0].intraday, found[1].status), (status != "booked", status))

    def test_records_counted_otherwise(self):
        content = whole("16,195,100,Z,,,/", total=100).replace("49,100,3", "49,100,9")
        self.assertEqual([finding.code for finding in of_kind(Finding, content)], ["bai2.records"])

    def test_correction(self):
        content = whole(group="02,2,1,3,240301,,USD,2/\n", total=0)
        self.assertEqual([finding.code for finding in of_kind(Finding, content)], ["bai2.correction"])

    def test_entries_alone_in_the_total(self):
        account = "03,0001,USD,010,1000,,/\n"
        self.assertEqual(entry("16,195,100,Z,,,/", account=account).amount, 1)


class TestText(PureCase):
    def test_availability(self):
        for funds in ("", "Z", "0", "1", "2", "S,1,2,3", "V,240301,0900", "D,1,0,100", "D,0", "D,2,0,50,1,50"):
            with self.subTest(funds):
                found = entry(f"16,195,100,{funds},BANK,OURS,a text, with commas/")
                self.assertEqual(found.bank_ref, "BANK")
                self.assertEqual(found.details[0].end_to_end_id, "OURS")
                self.assertEqual(found.details[0].remittance, ("a text, with commas",))
        self.assertEqual(str(entry("16,195,100,V,240305,,,,/").value_on), "2024-03-05")

    def test_broken_behind_any_field(self):
        fields = "16,195,100,D,2,0,50,1,50,BANK,OURS,text".split(",")
        expected = entry(",".join(fields) + "/")
        for at in range(2, len(fields)):
            with self.subTest(at):
                lines = (",".join(fields[:at]) + "/", "88," + ",".join(fields[at:]) + "/")
                self.assertEqual(entry(*lines), expected)

    def test_line_without_code_goes_on(self):
        content = whole("16,195,100,Z,,,text", total=100).replace("text", "text\nbelow/")
        self.assertEqual(of_kind(Entry, content)[0].details[0].remittance, ("text below",))

    def test_slash_and_code_inside_text(self):
        """Only a file that packs its first line packs others."""
        self.assertEqual(entry("16,195,100,Z,,,1/ 16,195,5/").details[0].remittance, ("1/ 16,195,5",))

    def test_labels(self):
        lines = ("16,495,100,Z,B,C,Outgoing Wire", "88,EREF: E1", "88,CRNM: Them", "88,DBNM: Us", "88,CBIC: ZZBKUS00",
                 "88,REMI: for you", "88,CABA: 1")  # fmt: skip
        found = entry(*lines).details[0]
        self.assertEqual((found.end_to_end_id, found.remittance), ("E1", ("for you",)))
        self.assertEqual(found.additional, "Outgoing Wire")
        self.assertEqual((found.counterparty.name, found.counterparty.bic), ("Them", "ZZBKUS00"))
        kinds = {reference.kind for reference in found.other_references}
        self.assertEqual(kinds, {"customer", "debtor name", "creditor aba"})

    def test_recognised(self):
        self.assertEqual(recognise(whole(total=0).encode()), "bai2")
        for other in ("01,2,3", "01,a,b,c,d", "1,2,3,240301,,,,,2"):
            with self.assertRaises(FormatError):
                recognise(other.encode())

    def test_made(self):
        target = StringIO()
        opening, closing = write_bai2(target, 500)
        found = events(target.getvalue())
        self.assertEqual((found[0].opening, found[-1].closing, len(found)), (opening, closing, 502))
        self.assertIsInstance(found[-1], Footer)
        self.assertTrue(all(event.details[0].counterparty.name for event in found[1:-1]))

    def test_mutations(self):
        """Whatever is done to a good file: events or a refusal with a code."""
        samples = [path.read_bytes() for path in sorted(SAMPLES.glob("*")) if path.suffix != ".json"]
        found = Counter()
        for content in mutations(samples, 2, MUTATIONS):
            try:
                found["ok" if list(parse(BytesIO(content))) else "nothing"] += 1
            except FinanceError as error:
                found[error.code] += 1
        self.assertGreater(found.total() - found["ok"], MUTATIONS / 5, found)
        self.assertGreater(found["ok"], MUTATIONS / 50, found)
