"""Norma 43: one test per refusal, the two orders of dates, totals, sloppy lines."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.formats.fixed import spanish_account
from odoo.addons.connector_bank.formats.n43 import date_order
from odoo.addons.connector_bank.tests.fixed_maker import n43_22, n43_23, n43_24, n43_file, n43_statement
from odoo.addons.connector_bank.tests.test_pure_camt import RefusedCase, events
from odoo.addons.connector_bank.tests.test_pure_coda import changed
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header
from odoo.addons.finance_connector_base.tests.pure import PureCase

ENTRY = n43_22("5.00")


def entries(content):
    return [event for event in events(content) if isinstance(event, Entry)]


def findings(content):
    return [event.code for event in events(content) if isinstance(event, Finding)]


class TestN43Refusals(RefusedCase):
    """Every code a Norma 43 file can be refused with, at its line."""

    def bad(self, code, line, *lines):
        error = self.refused(code, events, "\n".join(lines))
        self.assertEqual(error.place, f"line {line}")

    def bad_entry(self, code, at, text):
        self.bad(code, 2, *n43_file([ENTRY]).replace(ENTRY, changed(ENTRY, at, text)).splitlines())

    def bad_end(self, code, at, text):
        first, entry, last = n43_statement([ENTRY])
        self.bad(code, 3, first, entry, changed(last, at, text))

    def test_record(self):
        self.bad("n43.record", 3, *n43_file([ENTRY, "25"]).splitlines())

    def test_structure(self):
        first, entry, last = n43_statement([ENTRY])
        self.bad("n43.structure", 2, first, first)
        self.bad("n43.structure", 4, first, entry, last, entry)
        self.bad("n43.structure", 4, first, entry, last, last)
        self.bad("n43.structure", 2, first, n43_23(1, "text"), entry, last)
        self.bad("n43.structure", 2, first, n43_24("840", "1"), entry, last)
        self.bad("n43.structure", 3, first, entry, f"88{'9' * 18}000002")

    def test_amount(self):
        self.bad_entry("n43.amount", 35, "x")
        self.bad_entry("n43.amount", 28, "          5.00")
        self.bad_end("n43.amount", 30, "x")
        self.bad_end("n43.amount", 60, "x")

    def test_sign(self):
        self.bad_entry("n43.sign", 27, "3")
        self.bad_entry("n43.sign", 27, "0")
        self.bad_end("n43.sign", 58, "x")

    def test_date(self):
        self.bad_entry("n43.date", 10, "241301")
        self.bad_entry("n43.date", 16, "24x101")

    def test_account(self):
        self.bad_end("n43.account", 10, "9")
        head, entry, last = n43_statement([ENTRY])
        self.bad("n43.account", 4, head, entry, last, changed(head, 5, "x"), entry, last)

    def test_currency(self):
        head, entry, last = n43_statement([ENTRY])
        self.bad("n43.currency", 1, changed(head, 47, "111"), entry, last)

    def test_count(self):
        self.bad_end("n43.count", 22, "x")
        self.bad("n43.count", 4, *n43_statement([ENTRY]), f"88{'9' * 18}")

    def test_truncated(self):
        self.refused("statement.truncated", events, "\n".join(n43_statement([ENTRY])[:-1]))

    def test_empty(self):
        self.refused("n43.empty", lambda: list(parse(BytesIO(b" \n"), "n43")))


class TestN43Dates(PureCase):
    """The standard says YYMMDD; some banks write DDMMYY, and nothing in the file tells which."""

    def test_order(self):
        for days, order in (
            (("240301", "240331", "240315"), "ymd"),
            (("010324", "310324", "150324"), "dmy"),
            (("010224", "020224"), "dmy"),
            (("240201", "240202"), "ymd"),
            (("200125", "200125"), "ymd"),  # equal under both: the standard
            (("200125", "200125", "210125"), "dmy"),  # the value date a day later, not a year
            (("240101", "240401", "240201"), "ymd"),  # the first of each month, a leap day between
            (("240102", "241201"), "ymd"),
            (("000000", "      "), "ymd"),
            (("999999",), "ymd"),
        ):
            with self.subTest(days):
                self.assertEqual(date_order(days), order)

    def test_centuries(self):
        content = n43_file([n43_22("5", "991231")], first="991201", last="991231")
        self.assertEqual(entries(content)[0].booked_on, date(1999, 12, 31))

    def test_read(self):
        content = n43_file([n43_22("5", "010324", "040324")], first="010324", last="310324")
        (found,) = entries(content)
        self.assertEqual((found.booked_on, found.value_on), (date(2024, 3, 1), date(2024, 3, 4)))
        header = next(event for event in events(content) if isinstance(event, Header))
        self.assertEqual((header.from_on, header.to_on), (date(2024, 3, 1), date(2024, 3, 31)))

    def test_each_statement_its_own(self):
        first = n43_statement([n43_22("5", "010324")], first="010324", last="310324")
        second = n43_statement([n43_22("5", "240302")], first="240301", last="240331")
        found = entries("\n".join([*first, *second]))
        self.assertEqual([entry.booked_on for entry in found], [date(2024, 3, 1), date(2024, 3, 2)])

    def test_many_bookings(self):
        """The order is decided on the first ones and holds for all."""
        lines = [n43_22("1", f"{1 + number % 28:02}0324") for number in range(500)]
        found = entries(n43_file(lines, first="010324", last="310324"))
        self.assertEqual({(entry.booked_on.year, entry.booked_on.month) for entry in found}, {(2024, 3)})
        self.assertEqual(len(found), 500)


class TestN43Totals(PureCase):
    """What the file declares is compared, and said where it does not agree."""

    def test_declared(self):
        lines = n43_statement([ENTRY, n43_22("-7.00")])
        end = f"88{'9' * 18}000004"
        self.assertEqual(findings("\n".join([*lines, end])), [])
        for at, text, codes in (
            (20, "00002", ["statement.count"]),
            (25, "0" * 14, ["statement.debits"]),
            (44, "0" * 14, ["statement.credits"]),
            (58, "1", ["statement.balance"]),
        ):
            wrong = changed(lines[-1], at, text)
            self.assertEqual(findings("\n".join([*lines[:-1], wrong, end])), codes)
        self.assertEqual(findings("\n".join([*lines, f"88{'9' * 18}000009"])), ["statement.records"])

    def test_end_missing(self):
        self.assertEqual(findings("\n".join(n43_statement([ENTRY]))), ["statement.end"])

    def test_closing_sign_nought(self):
        """Seen in the wild: the balance is a credit, and the entries prove it."""
        lines = n43_statement([ENTRY])
        found = events("\n".join([*lines[:-1], changed(lines[-1], 58, "0")]))
        footer = next(event for event in found if isinstance(event, Footer))
        self.assertEqual(footer.closing, Decimal("1005.00"))

    def test_equivalence(self):
        """Record 24 tells an exchange only in another currency."""
        content = n43_file([ENTRY, n43_24("840", "6"), n43_22("-1.00"), n43_24("978", "1")])
        told = [entry.exchange for entry in entries(content)]
        self.assertEqual((told[0].instructed, told[0].instructed_currency, told[1]), (Decimal("6.00"), "USD", None))

    def test_file_header(self):
        lines = ["009999240331".ljust(80), *n43_statement([ENTRY])]
        self.assertEqual([entry.amount for entry in entries("\n".join(lines))], [Decimal("5.00")])

    def test_sloppy_lines(self):
        lines = n43_statement([ENTRY, n43_23(1, "short")])
        cut = "\n\n".join(line.rstrip() for line in lines)
        longer = "\r\n".join(line + " " * 40 for line in lines)
        self.assertEqual(entries(cut)[0].details, entries(longer)[0].details)

    def test_account_with_digits(self):
        """The number is what follows the check digits of the IBAN (ES91 2100 0418 4502 0005 1332)."""
        self.assertEqual(spanish_account("2100", "0418", "0200051332"), "21000418450200051332")
