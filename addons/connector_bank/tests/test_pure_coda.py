"""CODA: one test per refusal, what moves the balance and what only explains it."""

from decimal import Decimal
from io import BytesIO

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.tests.fixed_maker import (
    coda_0,
    coda_1,
    coda_3,
    coda_8,
    coda_21,
    coda_22,
    coda_23,
    coda_31,
    coda_file,
    coda_statement,
    record,
)
from odoo.addons.connector_bank.tests.test_pure_camt import RefusedCase, events
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header
from odoo.addons.finance_connector_base.tests.pure import PureCase

ENTRY = coda_21(1, "5.00", text="Invoice 1")


def changed(line, at, text):
    return line[:at] + text + line[at + len(text) :]


def joined(lines):
    return "\n".join(lines) + "\n"


def entries(*lines, **facts):
    return [event for event in events(coda_file(lines, **facts)) if isinstance(event, Entry)]


def findings(content):
    return [event.code for event in events(content) if isinstance(event, Finding)]


class TestCodaRefusals(RefusedCase):
    """Every code a CODA file can be refused with, at its line."""

    def bad(self, code, line, *lines):
        error = self.refused(code, events, joined(coda_statement(lines)))
        self.assertEqual(error.place, f"line {line}")

    def bad_entry(self, code, at, text):
        content = coda_file([ENTRY]).replace(ENTRY, changed(ENTRY, at, text))
        self.assertEqual(self.refused(code, events, content).place, "line 3")

    def test_record(self):
        self.bad("coda.record", 4, ENTRY, record(128, (0, "7")))
        self.bad("coda.record", 4, ENTRY, record(128, (0, "2400010000")))
        self.bad("coda.record", 5, ENTRY, coda_22(1), coda_22(1))

    def test_structure(self):
        self.bad("coda.structure", 3, coda_21(1, "5.00", detail=1))
        self.bad("coda.structure", 3, coda_22(1))
        self.bad("coda.structure", 4, ENTRY, coda_23(2))
        self.bad("coda.structure", 4, ENTRY, coda_31(2, 1, "text"))
        self.bad("coda.structure", 4, ENTRY, coda_3(2, 1, 1, "text"))
        self.bad("coda.structure", 4, ENTRY, coda_0())
        self.bad("coda.structure", 4, ENTRY, coda_1("5"))
        self.bad("coda.structure", 4, coda_8("5"), ENTRY)
        self.bad("coda.structure", 4, ENTRY, record(128, (0, "9"), (127, "2")))

    def test_amount(self):
        self.bad_entry("coda.amount", 40, "x")
        self.bad_entry("coda.amount", 32, "           5.00")
        self.bad_entry("coda.amount", 46, "٣")

    def test_sign(self):
        self.bad_entry("coda.sign", 31, "2")

    def test_date(self):
        self.bad_entry("coda.date", 115, "310224")
        self.bad_entry("coda.date", 47, "15-3-4")

    def test_account(self):
        lines = coda_statement([ENTRY])
        lines[1] = changed(lines[1], 1, "4")
        self.assertEqual(self.refused("format.unknown", events, joined(lines)).place, None)
        lines = [*coda_statement([ENTRY]), *lines]
        self.assertEqual(self.refused("coda.account", events, joined(lines)).place, "line 7")

    def test_count(self):
        lines = coda_statement([ENTRY])
        lines[-1] = changed(lines[-1], 16, "     x")
        self.refused("coda.count", events, joined(lines))

    def test_truncated(self):
        lines = coda_statement([ENTRY])
        self.refused("statement.truncated", events, joined(lines[:-1]))
        self.refused("statement.truncated", events, joined([*lines[:-1], lines[-1][:60]]))
        self.refused("statement.truncated", events, joined(lines[:3]))

    def test_empty(self):
        lines = coda_statement([])
        self.refused("format.unknown", events, lines[0])
        del lines[2]
        self.refused("coda.structure", events, joined([*lines[:2], ENTRY, lines[-1]]))
        self.refused("coda.empty", lambda: list(parse(BytesIO(lines[0].encode()), "coda")))


class TestCodaMoney(PureCase):
    """What is told of a movement never moves the balance a second time."""

    def test_details_count_once(self):
        found = entries(
            coda_21(1, "-75.00", code="10107000", totals="1"),
            coda_21(1, "-25.00", 1, "50107000"),
            coda_21(1, "-50.00", 2, "50107000"),
            coda_21(2, "10.00"),
        )
        self.assertEqual([entry.amount for entry in found], [Decimal("-75.00"), Decimal("10.00")])
        self.assertEqual([detail.amount for detail in found[0].details], [Decimal("-25.00"), Decimal("-50.00")])

    def test_levels(self):
        """A total inside a total is no transaction; the parts of one transaction are none either."""
        (found,) = entries(
            coda_21(1, "-30.00", code="20401000", totals="1"),
            coda_21(1, "-30.00", 1, "20401000", totals="2"),
            coda_21(1, "-20.00", 2, "70401000"),
            coda_21(1, "-19.00", 3, "90401100"),
            coda_21(1, "-1.00", 4, "90401006"),
            coda_21(1, "-10.00", 5, "60401000"),
        )
        self.assertEqual([detail.amount for detail in found.details], [Decimal("-20.00"), Decimal("-10.00")])
        self.assertEqual([charge.amount for charge in found.details[0].charges], [Decimal("-1.00")])

    def test_numbers_begin_anew(self):
        """After detail 9999 comes 0000 of the same movement, after movement 9999 comes 0000."""
        lines = [coda_21(9999, "-2.00", code="10107000")]
        lines += [coda_21(9999, "-1.00", 9999, "50107000"), coda_21(9999, "-1.00", 0, "50107000")]
        found = [event for event in events(joined(_summed([*lines, coda_21(0, "7.00")]))) if isinstance(event, Entry)]
        self.assertEqual([entry.amount for entry in found], [Decimal("-2.00"), Decimal("7.00")])
        self.assertEqual(len(found[0].details), 2)

    def test_totals_of_the_file(self):
        good = coda_statement([ENTRY, coda_21(2, "-7.00")])
        self.assertEqual(findings(joined(good)), [])
        for at, text, code in ((16, "000005", "records"), (22, "0" * 15, "debits"), (37, "0" * 15, "credits")):
            lines = [*good[:-1], changed(good[-1], at, text)]
            self.assertEqual(findings(joined(lines)), [f"statement.{code}"])
        self.assertEqual(findings(joined([*good[:-2], changed(good[-2], 45, "9"), good[-1]])), ["statement.balance"])
        self.assertEqual(findings(joined([*good[:-2], changed(good[-2], 5, "X"), good[-1]])), ["statement.account"])

    def test_lost_record(self):
        """A movement that got lost shows in the balance and in every total."""
        lines = coda_statement([ENTRY, coda_21(2, "-7.00")])
        del lines[3]
        self.assertEqual(findings(joined(lines)), ["statement.balance", "statement.debits", "statement.records"])


def _summed(lines):
    """The statement of ``lines`` where the second record 0000 of a movement is a detail."""
    found = coda_statement([line for number, line in enumerate(lines) if number != 2])
    end = changed(found[-1], 16, f"{len(lines) + 2:06}")
    return [*found[:2], *lines, found[-2], end]


class TestCodaAccounts(PureCase):
    """Account structures, several statements."""

    def header(self, **facts):
        return next(event for event in events(coda_file([ENTRY], **facts)) if isinstance(event, Header))

    def test_structures(self):
        for structure, account in (
            ("0", "539007547034"),
            ("1", "US-ACCOUNT-12"),
            ("2", "BE68539007547034"),
            ("3", "LU280019400644750000"),
        ):
            header = self.header(account=account, structure=structure, currency="USD")
            self.assertEqual((header.account, header.currency), (account, "USD"))

    def test_several(self):
        content = coda_file([ENTRY]) + coda_file([], account="539007547034", structure="0", opening="-3")
        found = [event for event in events(content) if isinstance(event, Footer)]
        self.assertEqual([footer.closing for footer in found], [Decimal("1005.00"), Decimal("-3.00")])

    def test_without_movements(self):
        """Such a file may have no new balance: it is the old one."""
        lines = coda_statement([])
        del lines[2]
        lines[-1] = changed(lines[-1], 16, "000001")
        found = events(joined(lines))
        self.assertEqual([type(event) for event in found], [Header, Footer])
        self.assertEqual(found[1].closing, Decimal("1000.00"))

    def test_numbers_of_earlier_versions(self):
        """Where version 2.3 has return codes and purposes, earlier ones have numbers of the bank."""
        old = changed(coda_22(1, reference="0000000000000"), 109, "00843246305A02960")
        detail = entries(ENTRY, old, coda_23(1, account="000000000000"))[0].details[0]
        self.assertEqual((detail.return_reason, detail.return_text, detail.purpose), (None, None, None))
        self.assertEqual((detail.end_to_end_id, detail.counterparty), (None, None))

    def test_texts_of_remitters(self):
        """A control character or text that changes its direction becomes a blank, and the file goes on."""
        for odd in ("\u202e", "\x07", "\x85"):
            lines = coda_statement([coda_21(1, "5.00", text=f"a{odd}b")])
            (found,) = [event for event in events(joined(lines)) if isinstance(event, Entry)]
            self.assertEqual(found.details[0].remittance, ("a b",))
            self.assertEqual(found.amount, Decimal("5.00"))
