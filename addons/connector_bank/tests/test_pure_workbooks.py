"""Bank tables in workbooks: every sheet with the columns is read, and what is not read is told."""

import io
import random
import zipfile
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.connector_bank.profiles.propose import propose
from odoo.addons.connector_bank.profiles.sheets import MOST
from odoo.addons.finance_connector_base.core.errors import FinanceError, FormatError
from odoo.addons.finance_connector_base.core.safe.limits import configure
from odoo.addons.finance_connector_base.core.statement import Entry
from odoo.addons.finance_connector_base.tests.pure import PureCase

from .table_maker import events, findings, footers, headers, layout, of, without_status

TITLES = ["Day", "Text", "Amount"]
PLAIN = without_status(columns={"booked_on": "Day", "text": "Text", "amount": "Amount"})
JANUARY = [TITLES, [datetime(2026, 1, 5), "Rent", -700.0], [datetime(2026, 1, 9), "Invoice 7", 120.5]]
FEBRUARY = [TITLES, [datetime(2026, 2, 3), "Invoice 8", 500.0]]
COVER = [["Your account at Test Bank"], ["Account", "12345"], ["Branch", "Ghent"]]
OTHER = [["Date", "What", "Paid", "Received"], [datetime(2026, 1, 7), "Card", 12.5, None]]
DAMAGED = 60


def workbook(sheets, hidden=()):
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(number, column, cell, *[day] if isinstance(cell, datetime) else [])
    return stream.getvalue()


def repacked(content, part, before, after):
    """The workbook with other words in one of its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text.replace(before, after) if name == part else text)
    return target.getvalue()


def amounts(found):
    return [entry.amount for entry in of(Entry, found)]


class TestWorkbooks(PureCase):
    def read(self, sheets, data=PLAIN, hidden=(), **tables):
        return events(workbook(sheets, hidden), data, **tables)

    def refused(self, code, sheets, place=None, **options):
        with self.assertRaises(FormatError) as caught:
            self.read(sheets, **options)
        self.assertEqual((caught.exception.code, caught.exception.place), (code, place))

    def test_sheet_by_sheet(self):
        """Each sheet is a statement of its own; places name it."""
        found = self.read({"January": JANUARY, "February": FEBRUARY})
        self.assertEqual(amounts(found), [Decimal("-700"), Decimal("120.5"), Decimal("500")])
        self.assertEqual(
            [(header.from_on, header.to_on) for header in headers(found)],
            [(date(2026, 1, 5), date(2026, 1, 9)), (date(2026, 2, 3), date(2026, 2, 3))],
        )
        self.assertEqual(of(Entry, found)[2].place, "February, row 2")
        self.assertFalse(findings(found))
        self.assertEqual(of(Entry, self.read({"January": JANUARY}))[1].place, "row 3")

    def test_facts_of_each(self):
        """Balances around the table are those of their sheet."""
        data = layout(**{**PLAIN, "facts": [["Opening", "{opening}"], ["Closing", "{closing_on}", "{closing}"]]})
        sheets = {
            "January": [["Opening", 1000], *JANUARY, ["Closing", datetime(2026, 1, 31), 420.5]],
            "February": [["Opening", "420,50"], *FEBRUARY, ["Closing", "28.02.2026", 920.5]],
        }
        found = self.read(sheets, data)
        self.assertEqual([footer.closing_on for footer in footers(found)], [date(2026, 1, 31), date(2026, 2, 28)])
        self.assertEqual([header.opening for header in headers(found)], [Decimal("1000"), Decimal("420.5")])
        self.assertEqual([footer.closing for footer in footers(found)], [Decimal("420.5"), Decimal("920.5")])

    def test_cover(self):
        """A sheet without bookings is passed over, wherever it lies; so is one with titles alone."""
        found = self.read({"Cover": COVER, "January": JANUARY, "Empty": [], "March": [TITLES], "Notes": COVER})
        self.assertEqual(len(amounts(found)), 2)
        self.assertFalse(findings(found))

    def test_left(self):
        """Rows that look like bookings and are not read are told, with their sheet."""
        found = self.read({"January": JANUARY, "Cards": OTHER, "Copy": JANUARY}, hidden={"Copy"})
        self.assertEqual(len(amounts(found)), 2)
        self.assertEqual(
            [(one.code, one.place) for one in findings(found)], [("profile.sheet", "Cards"), ("profile.sheet", "Copy")]
        )

    def test_refusals(self):
        self.refused("profile.unknown", {"Cover": COVER, "Cards": OTHER})
        self.refused("profile.header", {"Cards": OTHER}, profile="test_bank")
        self.refused("profile.empty", {"January": [TITLES], "February": [TITLES]})
        wrong = [TITLES, [datetime(2026, 2, 3), "Invoice 8", "much"]]
        self.refused("profile.amount", {"January": JANUARY, "February": wrong}, "February, row 2, column Amount")
        many = {f"Day {number}": FEBRUARY for number in range(MOST + 1)}
        self.refused("profile.sheets", many, f"Day {MOST}")
        self.assertEqual(len(amounts(self.read(dict(list(many.items())[:MOST])))), MOST)

    def test_left_rows(self):
        """Days written as numbers count, and texts that begin with a balance; what says a balance does not."""
        numbers = [["Day", "Kind", "Sum"], [20260107, "Card", -12.5]]
        invoice = [["For", "Date", "Paid"], ["Saldo factura 7", "07.01.2026", "12,50"]]
        bare = [["07.01.2026", "Card", "12,50"]]
        summary = [["Balance on", datetime(2026, 1, 31), 420.5, "EUR"], ["Closing balance", "31.01.2026", "420,50"]]
        printed = [["Final", datetime(2026, 2, 1), True]]
        for rows, told in ((numbers, 1), (invoice, 1), (bare, 1), (summary, 0), (printed, 0)):
            for hidden in ((), ("Other",)):
                with self.subTest(rows[0], hidden=hidden):
                    found = self.read({"January": JANUARY, "Other": rows}, hidden=hidden)
                    self.assertEqual([one.code for one in findings(found)], ["profile.sheet"] * told)
                    self.assertEqual(len(amounts(found)), 2)

    def test_other_accounts(self):
        """A sheet of another account or currency is another statement; balances without rows are kept."""
        data = layout(**{**PLAIN, "facts": [["Account", "{account}", "{currency}"], ["Closing", "{closing}"]]})
        sheets = {
            "A": [["Account", "A1", "EUR"], *JANUARY],
            "B": [["Account", "B2", "EUR"], *FEBRUARY],
            "C": [["Account", "A1", "USD"], *FEBRUARY, ["Closing", "900,00"]],
            "D": [["Account", "A1", "EUR"], TITLES, ["Closing", "77,00"]],
        }
        found = self.read(sheets, data)
        self.assertEqual(
            [(header.account, header.currency) for header in headers(found)],
            [("A1", "EUR"), ("B2", "EUR"), ("A1", "USD"), ("A1", "EUR")],
        )
        self.assertEqual(headers(found)[3].place, "D, row 1")
        self.assertEqual([footer.closing for footer in footers(found)][2:], [Decimal(900), Decimal(77)])

    def test_without_titles(self):
        """A layout without titles finds its sheet behind a cover."""
        data = layout(
            **{**PLAIN, "header": False, "width": 3, "columns": {"booked_on": 1, "text": 2, "amount": 3}},
        )
        found = self.read({"Cover": COVER, "January": JANUARY[1:], "February": FEBRUARY[1:]}, data)
        self.assertEqual(len(amounts(found)), 3)

    def test_bounds(self):
        """Limits hold for all sheets together."""
        self.addCleanup(configure, {})
        sheets = {"January": JANUARY, "February": FEBRUARY}
        configure({"xlsx_rows": "5"})
        self.assertEqual(len(amounts(self.read(sheets))), 3)
        for limit in ({"xlsx_rows": "4"}, {"xlsx_cells": "14"}):
            configure(limit)
            self.refused("xlsx.limit", sheets, "February!2")
        configure({"csv_statements": "1"})
        self.refused("profile.accounts", sheets, "February, row 2")
        configure({})
        many = {f"Sheet{number}": [] for number in range(200)}
        self.assertEqual(len(amounts(self.read({**many, "January": JANUARY}))), 2)

    def test_damaged_list_of_sheets(self):
        """A sheet that is missing, twice, or named as another one is neither lost nor doubled."""
        content = workbook({"January": JANUARY, "February": FEBRUARY})
        cases = {
            "missing": ("xl/_rels/workbook.xml.rels", b"worksheets/sheet2.xml", b"worksheets/sheet9.xml"),
            "twice": ("xl/_rels/workbook.xml.rels", b"worksheets/sheet2.xml", b"worksheets/sheet1.xml"),
            "named": ("xl/workbook.xml", b'name="February"', b'name="JANUARY"'),
            "no part": ("xl/workbook.xml", b'r:id="rId2"', b'r:id=""'),
        }
        for name, (part, before, after) in cases.items():
            with self.subTest(name):
                with self.assertRaises(FormatError) as caught:
                    events(repacked(content, part, before, after), PLAIN)
                self.assertEqual(caught.exception.code, "xlsx.malformed")

    def test_hidden(self):
        """Only a sheet that nobody sees has the columns: nothing is read, whoever chose the profile."""
        hidden = b'sheetId="1" state="veryHidden"'
        content = repacked(workbook({"January": JANUARY}), "xl/workbook.xml", b'sheetId="1"', hidden)
        for code, chosen in (("profile.unknown", None), ("profile.header", "test_bank")):
            with self.assertRaises(FormatError) as caught:
                events(content, PLAIN, profile=chosen)
            self.assertEqual(caught.exception.code, code)

    def test_proposed(self):
        """A profile is proposed from the first sheet with bookings, and read with it all sheets are."""
        cover = [*COVER, ["Balance on", datetime(2026, 1, 31), 420.5], ["Printed", datetime(2026, 2, 1), "Page", 1]]
        content = workbook({"Cover": cover, "January": JANUARY, "February": FEBRUARY})
        data = propose(io.BytesIO(content), content[:65536]).data
        found = events(content, {**data, "code": "proposed_bank", "currency": "EUR"})
        self.assertEqual(amounts(found), [Decimal("-700"), Decimal("120.5"), Decimal("500")])

    def test_damage(self):
        """Any bytes changed or lost: read, or refused with a code."""
        rng = random.Random(7)
        content = workbook({"Cover": COVER, "January": JANUARY, "February": FEBRUARY}, hidden={"Cover"})
        for _turn in range(DAMAGED):
            damaged = bytearray(content)
            for _change in range(rng.randint(1, 4)):
                damaged[rng.randrange(4, len(damaged))] = rng.randrange(256)
            del damaged[rng.choice((len(damaged), rng.randrange(4, len(damaged)))) :]
            try:
                events(bytes(damaged), PLAIN)
            except FinanceError as error:
                self.assertTrue(error.code)
