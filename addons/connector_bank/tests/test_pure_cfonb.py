"""CFONB 120 and 240: one test per refusal, signs and decimals, who the other side is."""

from decimal import Decimal
from io import BytesIO

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.formats.cfonb_statement import signed_amount
from odoo.addons.connector_bank.formats.fixed import french_account
from odoo.addons.connector_bank.tests.fixed_maker import cfonb_04, cfonb_05, cfonb_balance, cfonb_file, record, signed
from odoo.addons.connector_bank.tests.test_pure_camt import RefusedCase, events
from odoo.addons.connector_bank.tests.test_pure_coda import changed
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Header
from odoo.addons.finance_connector_base.tests.pure import PureCase

ENTRY = cfonb_04("5.00")
OPEN_240 = record(240, (0, "3100000120140324E"), (21, "999990000100012345678"))
ITEM_240 = record(240, (0, "3400000220150324E"), (21, "888880000200000000017"), (216, "150324"), (228, f"{171200:012}"))
CLOSE_240 = record(240, (0, "3900000320150324E"), (228, f"{171200:012}"))


def entry(*lines):
    return next(event for event in events(cfonb_file(lines)) if isinstance(event, Entry))


class TestCfonbRefusals(RefusedCase):
    """Every code a CFONB file can be refused with, at its line."""

    def bad(self, code, line, *lines):
        error = self.refused(code, events, "\n".join(lines))
        self.assertEqual(error.place, f"line {line}")

    def bad_entry(self, code, at, text):
        self.bad(code, 2, *cfonb_file([ENTRY]).replace(ENTRY, changed(ENTRY, at, text)).splitlines())

    def test_record(self):
        self.bad("cfonb.record", 2, *cfonb_file([record(120, (0, "06"))]).splitlines())
        self.bad("cfonb.record", 2, OPEN_240, record(240, (0, "35")), CLOSE_240)

    def test_structure(self):
        first, last = cfonb_balance("01", "5"), cfonb_balance("07", "5")
        self.bad("cfonb.structure", 2, first, first)
        self.bad("cfonb.structure", 3, first, last, last)
        self.bad("cfonb.structure", 3, first, last, ENTRY)
        self.bad("cfonb.structure", 2, OPEN_240, OPEN_240)
        self.bad("cfonb.structure", 3, OPEN_240, CLOSE_240, ITEM_240)
        self.bad("cfonb.structure", 3, OPEN_240, CLOSE_240, CLOSE_240)

    def test_account(self):
        """Money of another account never comes in under this one."""
        self.bad_entry("cfonb.account", 21, "00012345679")
        lines = cfonb_balance("01", "5"), cfonb_balance("07", "5", account="00012345679")
        self.bad("cfonb.account", 2, *lines)

    def test_amount(self):
        for odd in ("x", "5", " ", "S"):
            self.bad_entry("cfonb.amount", 103, odd)
        self.bad_entry("cfonb.amount", 95, ".")
        self.bad_entry("cfonb.amount", 19, "x")
        self.bad("cfonb.amount", 2, OPEN_240, changed(ITEM_240, 230, "x"), CLOSE_240)

    def test_date(self):
        self.bad_entry("cfonb.date", 34, "320124")
        self.bad_entry("cfonb.date", 42, "x10124")

    def test_truncated(self):
        self.refused("statement.truncated", events, "\n".join(cfonb_file([ENTRY]).splitlines()[:-1]))
        self.refused("statement.truncated", events, "\n".join((OPEN_240, ITEM_240)))

    def test_empty(self):
        self.refused("cfonb.empty", lambda: list(parse(BytesIO(b" \n"), "cfonb")))


class TestCfonbMoney(PureCase):
    """Signs, decimals, returns."""

    def test_last_character(self):
        for amount in range(-25, 26):
            field = signed(Decimal(amount).scaleb(-2))
            self.assertEqual(signed_amount(field, "2"), Decimal(amount).scaleb(-2), field)
        self.assertEqual(signed_amount("0000000001904è", "2"), Decimal("-190.40"))
        self.assertEqual(signed_amount("0000000001904é", " "), Decimal("190.40"))

    def test_decimals(self):
        for decimals, expected in (("0", "19040"), ("2", "190.40"), ("3", "19.040")):
            self.assertEqual(signed_amount("0000000001904{", decimals), Decimal(expected))

    def test_other_side(self):
        payer, creditor = cfonb_05("NPY", "PAYER"), cfonb_05("NBE", "BENEFICIARY")
        self.assertEqual(entry(cfonb_04("5"), payer, creditor).details[0].counterparty.name, "PAYER")
        self.assertEqual(entry(cfonb_04("-5"), payer, creditor).details[0].counterparty.name, "BENEFICIARY")
        unpaid = entry(cfonb_04("-5", "B3"), payer, creditor)
        self.assertEqual(unpaid.details[0].counterparty.name, "PAYER")
        self.assertEqual(entry(cfonb_04("-5"), payer).details[0].counterparty.name, "PAYER")

    def test_unknown_texts_stay(self):
        detail = entry(ENTRY, cfonb_05("ZZZ", "of a later version"), cfonb_05("MMO", "USDx")).details[0]
        self.assertEqual(detail.additional, "ZZZ of a later version MMO USDx")

    def test_operations_book_nothing(self):
        found = events("\n".join((OPEN_240, ITEM_240, CLOSE_240)))
        self.assertEqual([event.status for event in found if isinstance(event, Entry)], ["information"])
        self.assertEqual([event.intraday for event in found if isinstance(event, Header)], [True])
        self.assertFalse([event for event in found if isinstance(event, Finding)])
        other = events("\n".join((OPEN_240, ITEM_240, ITEM_240, CLOSE_240)))
        self.assertEqual([event.code for event in other if isinstance(event, Finding)], ["statement.credits"])

    def test_account_with_key(self):
        """The number is what follows the check digits of the IBAN (FR14 2004 1010 0505 0001 3M02 606)."""
        self.assertEqual(french_account("20041", "01005", "0500013M026"), "20041010050500013M02606")
        self.assertIsNone(french_account("20041", "     ", "0500013M026"))
        self.assertIsNone(french_account("20041", "01005", "٠٠٠٠٠٠٠٠٠٠٠"))
