"""Bank tables in workbooks: every sheet with the columns is read, and what is not read is told."""

import io
import random
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.connector_bank.profiles.propose import propose
from odoo.addons.connector_bank.profiles.sheets import MOST
from odoo.addons.finance_connector_base.core.errors import FinanceError, FormatError
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

    def test_proposed(self):
        """A profile is proposed from the first sheet with bookings, and read with it all sheets are."""
        content = workbook({"Cover": COVER, "January": JANUARY, "February": FEBRUARY})
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
