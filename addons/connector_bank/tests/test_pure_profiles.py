"""Bank tables through layouts: values, signs, balances, rows around the table, and one test for each refusal."""

import io
import random
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo.addons.connector_bank.formats import parse, rendered
from odoo.addons.connector_bank.profiles import reader
from odoo.addons.connector_bank.profiles.layout import Layout
from odoo.addons.connector_bank.profiles.library import shipped
from odoo.addons.connector_bank.profiles.template import Template
from odoo.addons.connector_bank.profiles.values import amount_reader, date_reader
from odoo.addons.finance_connector_base.core.errors import ConfigurationError, FormatError
from odoo.addons.finance_connector_base.core.safe.limits import configure
from odoo.addons.finance_connector_base.core.statement import Entry
from odoo.addons.finance_connector_base.tests.pure import PureCase

from .table_maker import TITLES, entries, events, findings, footers, headers, layout, of, without_status

AMOUNTS = {
    ",": {
        "1.234,56": "1234.56", "-1.234,56": "-1234.56", "1234,5": "1234.5", "1.000": "1000", "750": "750",
        "12,50-": "-12.50", "(12,50)": "-12.50", "+3,00 €": "3.00", "1 234,56 PLN": "1234.56", "\u22125,00": "-5.00",
        "1'234'567,00": "1234567.00", "1\u202f234,56": "1234.56", ",50": "0.50", "7,": "7", "EUR -7,10": "-7.10",
    },
    ".": {"1,234.56": "1234.56", "12,34,567.80": "1234567.80", "$1,000.00": "1000.00", "-0.1": "-0.1"},
}  # fmt: skip
NO_AMOUNTS = {
    ",": ("", "1.23", "1,234,5", "1.2345,00", "12.34.567", "1e5", "--5", "-5-", "NaN", "12 34,5", "x5", "EUR 5 EUR"),
    ".": ("1.234,56", "1,23", "1,2345.00", "5,000,00", "1.2.3", "٣"),
}
DATES = {
    "DD.MM.YYYY": ("07.02.2026", date(2026, 2, 7)),
    "D.M.YY": ("7.2.26", date(2026, 2, 7)),
    "MM/DD/YYYY": ("12/15/2025", date(2025, 12, 15)),
    "YYYY-MM-DD*": ("2026-02-07 23:59:59 +0900", date(2026, 2, 7)),
    "DD MMM YYYY": ("07 Feb 2026", date(2026, 2, 7)),
    "D. MMM YYYY": ("7. März 2026", date(2026, 3, 7)),
}


class TestValues(PureCase):
    def test_amounts(self):
        for mark, pairs in AMOUNTS.items():
            for text, amount in pairs.items():
                with self.subTest(text, mark=mark):
                    self.assertEqual(amount_reader(mark)(text)[0], Decimal(amount))

    def test_no_amounts(self):
        for mark, texts in NO_AMOUNTS.items():
            for text in texts:
                with self.subTest(text, mark=mark), self.assertRaises(ValueError):
                    amount_reader(mark)(text)

    def test_dates(self):
        for form, (text, day) in DATES.items():
            with self.subTest(form):
                self.assertEqual(date_reader((form,))(text), day)

    def test_no_dates(self):
        for text in ("31.02.2026", "1.2.2026", "01.02.26", "01.02.2026x", ""):
            with self.subTest(text), self.assertRaises(ValueError):
                date_reader(("DD.MM.YYYY",))(text)

    def test_template(self):
        row = Template(["Balance on {closing_on}:", "{closing}", "{_}"])
        self.assertEqual(
            row.match(["balance  on 1.2.2026:", "5,00", "EUR", ""]), {"closing_on": "1.2.2026", "closing": "5,00"}
        )
        self.assertIsNone(row.match(["Balance on 1.2.2026:", "5,00", "EUR", "more"]))
        self.assertIsNone(row.match(["Balance", "5,00"]))


class TestTables(PureCase):
    def test_signs(self):
        ways = {
            "inverted": ("Day;Text;Amount\n01.02.2026;a;5,00\n", without_status(sign="inverted")),
            "mark": (
                "Day;Text;Amount;C\n01.02.2026;a;5,00;Af\n",
                without_status(columns={"mark": "C"}, sign="mark", debit_marks=["af"], credit_marks=["bij"]),
            ),
            "absolute": (
                "Day;Text;Amount;C\n01.02.2026;a;-5,00;Af\n",
                without_status(
                    columns={"mark": "C"}, sign="mark", magnitude="absolute", debit_marks=["Af"], credit_marks=["Bij"]
                ),
            ),
            "columns": (
                "Day;Text;Out;In\n01.02.2026;a;5,00;0,00\n",
                without_status(columns={"amount": None, "debit": "Out", "credit": "In"}, sign="columns"),
            ),
            "negative": (
                "Day;Text;Out;In\n01.02.2026;a;-5,00;\n",
                without_status(
                    columns={"amount": None, "debit": "Out", "credit": "In"}, sign="columns", magnitude="negative"
                ),
            ),
        }
        for way, (text, data) in ways.items():
            with self.subTest(way):
                data = {**data, "columns": {role: one for role, one in data["columns"].items() if one}}
                self.assertEqual([entry.amount for entry in entries(text, data)], [Decimal("-5.00")])

    def test_balances(self):
        """Opening and closing follow from the balances of the rows, whichever row stands first."""
        text = "Day;Text;Amount;Left\n"
        rows = ["01.02.2026;a;-5,00;95,00\n", "01.02.2026;b;7,00;102,00\n", "02.02.2026;c;-2,00;100,00\n"]
        for order in (rows, rows[::-1]):
            found = events(text + "".join(order), without_status())
            self.assertEqual(headers(found)[0].opening, Decimal("100.00"))
            self.assertEqual(footers(found)[0].closing, Decimal("100.00"))
            self.assertFalse(findings(found))

    def test_sparse_balances(self):
        """A balance once a day, on its newest row."""
        rows = "02.02.2026;c;-2,00;100,00\n02.02.2026;b;7,00;\n01.02.2026;a;-5,00;95,00\n"
        found = events("Day;Text;Amount;Left\n" + rows, without_status())
        self.assertEqual((headers(found)[0].opening, footers(found)[0].closing), (Decimal(100), Decimal(100)))

    def test_broken_balances(self):
        rows = "01.02.2026;a;-5,00;95,00\n02.02.2026;b;7,00;112,00\n03.02.2026;c;-2,00;110,00\n"
        found = events("Day;Text;Amount;Left\n" + rows, without_status())
        self.assertEqual([(one.code, one.place) for one in findings(found)], [("statement.chain", "row 3")])
        self.assertIsNone(headers(found)[0].opening)
        self.assertEqual(len(of(Entry, found)), 3)

    def test_status(self):
        text = "Day;Text;Amount;Left;State\n01.02.2026;a;5,00;5,00;done\n02.02.2026;b;9,00;;waits\n;c;1,00;;FAILED\n"
        found = events(text)
        self.assertEqual([entry.status for entry in of(Entry, found)], ["booked", "pending"])
        self.assertEqual(footers(found)[0].closing, Decimal("5.00"))

    def test_fee(self):
        text = "Day;Text;Amount;Fee\n01.02.2026;a;-100,00;2,00\n"
        ways = {"entry": ["-100.00", "-2.00"], "added": ["-102.00"], "included": ["-100.00"]}
        for way, amounts in ways.items():
            with self.subTest(way):
                found = entries(text, without_status(columns={"fee": "Fee"}, fee=way))
                self.assertEqual([str(entry.amount) for entry in found], amounts)
                self.assertEqual(len({entry.place for entry in found}), len(found))
                if way != "entry":
                    self.assertEqual(found[0].charges[0].amount, Decimal("-2.00"))

    def test_facts(self):
        data = without_status(
            facts=[
                ["Account", "{account}"], ["From {from_on} to {to_on}"], ["Old", "{opening}"], ["Sum", "", "{closing}"],
            ]
        )
        text = "Account;DE 12\nFrom 01.02.2026 to 28.02.2026\nOld;10,00\n" + TITLES + "03.02.2026;a;5,00\nSum;;14,00\n"
        found = events(text, data)
        self.assertEqual((headers(found)[0].account, headers(found)[0].to_on), ("DE12", date(2026, 2, 28)))
        self.assertEqual([one.code for one in findings(found)], ["statement.balance"])

    def test_accounts(self):
        """Several accounts, mixed: one statement each, small and large tables alike."""
        data = without_status(columns={"account": "Account", "currency": "Cur"})
        text = "Account;Day;Text;Amount;Cur\n" + "".join(
            f"A{number % 3};0{number % 9 + 1}.02.2026;t{number};{number},00;{'EUR' if number % 2 else 'USD'}\n"
            for number in range(1, 40)
        )
        whole = rendered(events(text, data))
        self.assertEqual(len(headers(events(text, data))), 6)
        self.assertEqual(len(entries(text, data)), 39)
        with patch.object(reader, "KEPT", 5):
            self.assertEqual(rendered(events(text, data)), whole)

    def test_repeated_titles(self):
        text = TITLES + "01.02.2026;a;5,00\n" + TITLES + "02.02.2026;a;5,00\n"
        self.assertEqual(len(entries(text, without_status())), 2)

    def test_own_before_shipped(self):
        text = "Number,Date,Account,Amount,Subcategory,Memo\n,03/02/2026,1,5.00,a,b\n"
        own = layout(
            columns={"booked_on": "Date", "amount": "Amount"}, delimiters=[","], decimals=["."], dates=["MM/DD/YYYY"],
            booked=None, pending=None, left_out=None,
        )  # fmt: skip
        self.assertEqual(headers(events(text, own))[0].profile, "test_bank 1")
        self.assertEqual(entries(text, own)[0].booked_on, date(2026, 3, 2))
        self.assertEqual(headers(events(text))[0].profile, "gb_barclays 1")

    def test_written_and_read(self):
        """Whatever is written by a layout is read again to the cent."""
        chance = random.Random(19)
        for _time in range(30):
            mark = chance.choice(",.")
            amounts = [Decimal(chance.randrange(-(10**9), 10**9) or 1).scaleb(-2) for _number in range(20)]
            days = [date(2026, 1, 1) + timedelta(days=chance.randrange(300)) for _amount in amounts]
            rows = [
                f"{day:%d.%m.%Y};text;{self._written(amount, mark, chance)}\n"
                for day, amount in zip(days, amounts, strict=True)
            ]
            found = entries(TITLES + "".join(rows), without_status(decimals=[mark]))
            self.assertEqual([entry.amount for entry in found], amounts)
            self.assertEqual([entry.booked_on for entry in found], days)

    @staticmethod
    def _written(amount, mark, chance):
        text = f"{abs(amount):,.2f}" if chance.random() < 0.5 else f"{abs(amount):.2f}"
        text = text.translate(str.maketrans(",.", ".," if mark == "," else ",."))
        return chance.choice((f"-{text}", f"{text}-", f"({text})")) if amount < 0 else text


class TestRefusals(PureCase):
    """One file for each code, with the place at which a person finds it."""

    def refused(self, code, text, data=None, place=None, **tables):
        with self.assertRaises((FormatError, ConfigurationError)) as caught:
            events(text, data, **tables)
        self.assertEqual((caught.exception.code, caught.exception.place), (code, place))

    def test_rows(self):
        two = without_status(columns={"debit": "Out", "credit": "In"}, sign="columns")
        two["columns"].pop("amount")
        marked = without_status(columns={"mark": "C"}, sign="mark", debit_marks=["D"], credit_marks=["C"])
        cases = {
            "date": ("profile.date", TITLES + "31.02.2026;a;5,00\n", None, "row 2, column Day"),
            "no date": ("profile.date", TITLES + ";a;5,00\n", None, "row 2, column Day"),
            "amount": ("profile.amount", TITLES + "01.02.2026;a;5.0\n", None, "row 2, column Amount"),
            "no amount": ("profile.amount", TITLES + "01.02.2026;a;\n", None, "row 2, column Amount"),
            "status": (
                "profile.status", "Day;Text;Amount;State\n01.02.2026;a;5,00;lost\n", layout(), "row 2, column State",
            ),
            "both": ("profile.sign", "Day;Text;Out;In\n01.02.2026;a;1,00;1,00\n", two, "row 2, column Out"),
            "debit": ("profile.sign", "Day;Text;Out;In\n01.02.2026;a;-1,00;\n", two, "row 2, column Out"),
            "credit": ("profile.sign", "Day;Text;Out;In\n01.02.2026;a;;-1,00\n", two, "row 2, column In"),
            "mark": ("profile.sign", "Day;Text;Amount;C\n01.02.2026;a;1,00;X\n", marked, "row 2, column C"),
            "minus": ("profile.sign", "Day;Text;Amount;C\n01.02.2026;a;-1,00;D\n", marked, "row 2, column Amount"),
            "currency": (
                "profile.currency", "Day;Text;Amount;Cur\n01.02.2026;a;1,00;Euro\n",
                without_status(columns={"currency": "Cur"}), "row 2, column Cur",
            ),
            "worn": ("profile.currency", TITLES + "01.02.2026;a;1,00 USD\n", None, "row 2, column Amount"),
            "broken off": ("csv.truncated", TITLES + "01.02.2026;a;1,00\n01.02.2026;a", None, None),
        }  # fmt: skip
        for name, (code, text, data, place) in cases.items():
            with self.subTest(name):
                if name == "broken off":
                    text, place = "Day;Amount;Text\n01.02.2026;5,00;a\n01.02.2026;5,00", "row 3"
                self.refused(code, text, data or without_status(), place)

    def test_table(self):
        data = without_status(decimals=[",", "."])
        said_twice = without_status(facts=[["Sum", "{closing}"]])
        self.refused("profile.unknown", "One;Two;Three\n1;2;3\n", data)
        self.refused("profile.empty", TITLES, data)
        self.refused("profile.number_form", TITLES + "01.02.2026;a;1.000\n", data)
        self.refused("profile.header", "One;Two;Three\n1;2;3\n", profile="test_bank")
        self.refused("profile.missing", TITLES + "01.02.2026;a;5,00\n", profile="nowhere")
        self.refused("profile.fact", "Sum;1,00\nSum;2,00\n" + TITLES + "01.02.2026;a;1,00\n", said_twice, "row 2")
        currency = without_status(facts=[["Currency", "{currency}"]])
        self.refused("profile.currency", TITLES + "01.02.2026;a;1,00\nCurrency;USD\n", currency, "row 3")
        above = events("Currency;USD\n" + TITLES + "01.02.2026;a;1,00\n", currency)
        self.assertEqual((headers(above)[0].currency, of(Entry, above)[0].currency), ("USD", "USD"))
        mixed = without_status(columns={"currency": "C"}, facts=[["Currency", "{currency}"]])
        text = "Day;Text;Amount;C\n01.02.2026;a;1,00;GBP\n02.02.2026;b;2,00;\nCurrency;USD\n"
        with patch.object(reader, "KEPT", 1):
            self.assertEqual([entry.currency for entry in entries(text, mixed)], ["GBP", "EUR"])
        self.refused("profile.fact", "Sum;much\n" + TITLES + "01.02.2026;a;1,00\n", said_twice, "row 1")
        ansi, utf8 = (TITLES + "01.02.2026;ä;1,00\n").encode("cp1252"), without_status(encodings=["utf-8"])
        self.refused("text.encoding", ansi, utf8, profile="test_bank")
        self.refused("format.unknown", "nothing of a table\n")

    def test_ambiguous(self):
        text = TITLES + "01.02.2026;a;5,00\n"
        twin = {**without_status(), "code": "twin"}
        with self.assertRaises(FormatError) as caught:
            events(text, own=[without_status(), twin])
        self.assertEqual(caught.exception.code, "profile.ambiguous")
        found = events(text, own=[without_status(), twin], profile="twin")
        self.assertEqual(headers(found)[0].profile, "twin 1")

    def test_accounts(self):
        data = without_status(columns={"account": "Account"})
        text = "Account;Day;Text;Amount\n" + "".join(f"A{number};01.02.2026;a;1,00\n" for number in range(4))
        configure({"csv_statements": "3"})
        self.addCleanup(configure, {})
        self.refused("profile.accounts", text, data, "row 5")

    def test_layouts(self):
        """A layout that contradicts itself never reads a file."""
        wrong = {
            "code": "Not a code", "columns": {"booked_on": "Day"}, "dates": ["DD.MM"], "decimals": [";"],
            "sign": "mark", "encodings": ["utf-7"], "delimiters": ["x"], "currency": "Euro",
            "quote": "''", "surprise": 1,
            "facts": [["{nothing}"]], "version": "1",
            "booked": ["waits"], "header": False, "width": True,
        }  # fmt: skip
        for name, value in wrong.items():
            with self.subTest(name), self.assertRaises(ConfigurationError) as caught:
                Layout.read(layout(**{name: value}))
            self.assertEqual(caught.exception.code, "profile.invalid")

    def test_content(self):
        """A layout as data and back is the same layout."""
        for one in shipped():
            with self.subTest(one.code):
                self.assertEqual(Layout.read(one.content()), one)
                self.assertTrue(one.source)

    def test_zip(self):
        """A table in a zip file is read as well."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a.csv", TITLES + "01.02.2026;a;5,00\n")
        found = list(parse(io.BytesIO(packed.getvalue()), tables={"own": [without_status()]}))
        self.assertEqual(of(Entry, found)[0].place, "a.csv: row 2")
