"""CFONB, Bacs and tables: their own rules, and what their readers refuse."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo.addons.connector_bank.payments import as_sent, dry_run, read, shipped, write
from odoo.addons.connector_bank.payments.fixed_record import Record
from odoo.addons.connector_bank.payments.order import Account, Address, Party
from odoo.addons.connector_bank.tests.orders import british, french, french_abroad, iban, table
from odoo.addons.connector_bank.tests.test_pure_camt import RefusedCase
from odoo.addons.connector_bank.tests.test_pure_payments_nacha import paying


class RecordCase(RefusedCase):
    """One profile, one order; ``profile`` and ``order`` are set by the classes below."""

    profile = None

    def order(self):
        raise NotImplementedError

    def codes(self, run, profile=None):
        found = dry_run(run, profile or shipped()[self.profile])
        return [one.code for one in found if one.blocks]

    def refuse(self, code, line, place, text):
        """The file with ``text`` at ``place`` of ``line``; whole lines go where ``place`` is None."""
        profile = shipped()[self.profile]
        lines = write(self.order(), profile).decode().splitlines()
        if place is None:
            lines[line : line + 1] = text
        else:
            lines[line] = lines[line][:place] + text + lines[line][place + len(text) :]
        self.refused(code, read, "\r\n".join(lines).encode(), profile)


class TestCfonb160(RecordCase):
    profile = "fr_cfonb160"

    def order(self):
        return french()

    def test_rules(self):
        self.assertEqual(self.codes(french()), [])
        wrong_key = Account(iban=iban("FR", "30006000011234567890188"))
        self.assertEqual(self.codes(paying(french(), account=wrong_key)), ["cfonb160.account"])

    def test_what_is_shortened_is_said(self):
        run = paying(french(), party=Party(name="A very long name of a company in Paris"))
        self.assertEqual([one.code for one in dry_run(run, shipped()[self.profile])].count("payment.shortened"), 1)
        self.assertEqual(
            as_sent(run, shipped()[self.profile]).batches[0].payments[0].party.name, "A VERY LONG NAME OF A CO"
        )

    def test_refusals(self):
        self.refuse("cfonb160.record", 1, 102, "x")
        self.refuse("cfonb160.structure", 0, None, [])
        self.refuse("cfonb160.date", 0, 25, "31026")
        self.refuse("cfonb160.account", 1, 86, "     ")
        self.refuse("cfonb160.control", 3, 110, "9")


class TestCfonb320(RecordCase):
    profile = "fr_cfonb320"

    def order(self):
        return french_abroad()

    def test_rules(self):
        self.assertEqual(self.codes(french_abroad()), [])
        four = Party(name="A", address=Address(lines=tuple("abcd"), country="US"))
        self.assertEqual(self.codes(paying(french_abroad(), party=four)), ["cfonb320.address"])
        self.assertEqual(self.codes(paying(french_abroad(), amount=Decimal(10**12))), ["cfonb320.amount"])

    def test_refusals(self):
        self.refuse("cfonb320.record", 1, 225, "x")
        self.refuse("cfonb320.structure", 2, None, [])
        self.refuse("cfonb320.structure", 0, None, [])
        self.refuse("cfonb320.date", 0, 309, "20261340")
        self.refuse("cfonb320.control", 7, 265, "9")


class TestBacs18(RecordCase):
    profile = "gb_bacs18"

    def order(self):
        return british()

    def test_rules(self):
        self.assertEqual(self.codes(british()), [])
        first = british().batches[0]
        paid = tuple(replace(one, end_to_end_id=f"X{one.end_to_end_id}") for one in first.payments)
        second = replace(first, id="B2", executed_on=date(2026, 3, 3), payments=paid)
        self.assertEqual(self.codes(replace(british(), batches=(first, second))), ["bacs.day"])
        self.assertEqual(self.codes(replace(british(), sequence=1000)), ["bacs.sequence"])
        run = replace(british(), batches=(replace(first, sequence="RCUR"),))
        self.assertEqual(self.codes(run), ["bacs.transaction"])

    def test_contra_by_hand(self):
        """Debits equal credits: the contra record takes from the account what the payments give."""
        lines = write(british(), shipped()[self.profile]).decode().splitlines()
        self.assertEqual([len(line) for line in lines], [80] * 4 + [100] * 3 + [80] * 3)
        self.assertEqual(lines[6][15:17], "17")
        self.assertEqual(int(lines[6][35:46]), 125099)
        self.assertEqual(lines[-1][:44], "UTL1" + "0000000125099" * 2 + "0000001" + "0000002")

    def test_refusals(self):
        self.refuse("bacs.record", 4, 40, "x")
        self.refuse("bacs.structure", 0, None, [])
        self.refuse("bacs.structure", 6, None, [])
        self.refuse("bacs.date", 3, 4, " 26999")
        self.refuse("bacs.control", 6, 45, "0")
        self.refuse("bacs.control", 9, 43, "9")


class TestTable(RecordCase):
    profile = "csv_payments"

    def order(self):
        return table()

    def test_rules(self):
        profile = shipped()[self.profile]
        self.assertEqual(self.codes(table()), [])
        self.assertEqual(self.codes(paying(table(), party=Party(name="=1+1"))), ["csv.formula"])
        columns = [column for column in profile.options["columns"] if column.get("path") != "payment.amount"]
        short = replace(profile, options={**profile.options, "columns": columns})
        self.assertEqual(set(self.codes(table(), short)), {"csv.column", "payment.not_carried"})

    def test_refusals(self):
        self.refuse("csv.titles", 0, 0, "X")
        self.refuse("csv.cell", 1, 8, "99")
        self.refuse("csv.cell", 1, None, [line.replace("TRANSFER", "DEBIT") for line in self.rows()[1:2]])
        self.refused("csv.empty", read, self.rows()[0].encode(), shipped()[self.profile])

    def rows(self):
        return write(self.order(), shipped()[self.profile]).decode().splitlines()


class TestRecord(RefusedCase):
    def test_what_does_not_fit_is_never_written(self):
        record = Record(10, "=06 name:4 amount#4")
        self.assertEqual(record.write(name="AB", amount=12), "06AB  0012")
        for wrong in ({"name": "ABCDE", "amount": 1}, {"name": "A", "amount": 12345}, {"nome": "A"}):
            with self.assertRaises(ValueError):
                record.write(**wrong)
        with self.assertRaises(ValueError):
            Record(11, "=06 name:4 amount#4")
