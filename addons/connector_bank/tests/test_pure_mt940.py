"""MT940 and MT942: one test per refusal, the shapes banks send, mutations."""

import os
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

from odoo.addons.connector_bank.formats import parse, recognise
from odoo.addons.connector_bank.simulation.mutated import mutations
from odoo.addons.connector_bank.tests.text_statement_maker import write_mt940
from odoo.addons.finance_connector_base.core.errors import FinanceError, FormatError
from odoo.addons.finance_connector_base.core.statement import Detail, Entry, Finding, Footer, Header, Party, Reference
from odoo.addons.finance_connector_base.tests.pure import PureCase

SAMPLES = Path(__file__).parent / "samples"
MUTATIONS = int(os.environ.get("FINANCE_MUTATIONS") or 2000)
HEAD = ":20:REF\n:25:12345678/0001\n:28C:1\n:60F:C240101EUR100,00\n"
TAIL = ":62F:C240131EUR100,00\n-\n"
ENTRY = ":61:2401020102C5,00NTRFNONREF\n"


def events(content):
    return list(parse(BytesIO(content.encode() if isinstance(content, str) else content)))


def of_kind(kind, content):
    return [event for event in events(content) if isinstance(event, kind)]


def entry(line, text=None):
    return of_kind(Entry, f"{HEAD}:61:{line}\n{f':86:{text}' + chr(10) if text else ''}{TAIL}")[0]


def detail(text, line="2401020102C5,00NTRFNONREF"):
    return entry(line, text).details[0]


class TestRefusals(PureCase):
    """Every code an MT940 or MT942 file can be refused with, and the place it names."""

    def refused(self, code, content, place=None):
        try:
            events(content)
        except FormatError as error:
            self.assertEqual((error.code, error.place if place else None), (code, place))
        else:
            self.fail(f"not refused, {code} was expected")

    def test_entry(self):
        for line in ("", "240102X5,00NTRF", "2401C5,00NTRFX", "240102CNTRFX", "240102C-5,00NTRFX", "240102C5,00,0NTRF"):
            self.refused("mt.entry", f"{HEAD}:61:{line}\n{TAIL}", "line 5")

    def test_amount(self):
        """What could be read in two ways is not read; other digits than 0-9 are none."""
        for amount in ("1.234,56", "1,234.56", "1.234", "1 000,00", "٣,00", "1e3", ".5", "1.5"):
            self.refused("mt.entry", f"{HEAD}:61:2401020102C{amount}NTRFNONREF\n{TAIL}", "line 5")

    def test_date(self):
        for day in ("241301", "240100", "240132", "000000"):
            self.refused("mt.date", f"{HEAD}:61:{day}C5,00NTRFX\n{TAIL}", "line 5")
        self.refused("mt.date", f"{HEAD}:61:2401021301C5,00NTRFX\n{TAIL}", "line 5")
        self.refused("mt.date", HEAD.replace("240101", "241401") + TAIL, "line 4")

    def test_balance(self):
        for balance in ("240131EUR1,00", "C240131EUR", "C240131EU1,00", "C240131EUR1.234,00", "E240131EUR1,00"):
            self.refused("mt.balance", f"{HEAD}:62F:{balance}\n", "line 5")

    def test_currency(self):
        self.refused("mt.currency", HEAD + ":62F:C240131USD100,00\n", "line 5")

    def test_order(self):
        self.refused("mt.order", HEAD + TAIL.replace("-\n", "") + ENTRY, "line 6")
        self.refused("mt.order", HEAD + ":62F:C240131EUR1,00\n:62F:C240131EUR2,00\n", "line 6")
        self.refused("mt.order", f"{HEAD}{ENTRY}:25:12345678/0002\n{TAIL}", "line 6")
        self.refused("mt.order", f":20:R\n:25:1\n{ENTRY}:60F:C240101EUR1,00\n{TAIL}", "line 4")
        self.refused("mt.order", f":20:R\n:25:1\n:28C:1\n{ENTRY}{TAIL}", "line 5")

    def test_truncated(self):
        self.refused("mt.truncated", HEAD + ENTRY, "line 1")
        self.refused("mt.truncated", HEAD + HEAD + TAIL, "line 1")
        self.refused("mt.truncated", HEAD + TAIL + HEAD + ENTRY, "line 7")
        self.refused("mt.truncated", HEAD.removeprefix(":20:REF\n") + ENTRY, "line 1")

    def test_limit(self):
        self.refused("text.limit", HEAD + ENTRY + ":86:x\n" + f"{'y' * 999}\n" * 2000 + TAIL, "line 6")
        self.refused("text.limit", HEAD + ENTRY + f":86:{'y' * (1 << 20)}\n{TAIL}", "6:1")

    def test_interim(self):
        start = ":20:R\n:25:1\n:28C:1\n"
        self.refused("mt.limit", f"{start}:34F:EUR\n", "line 4")
        self.refused("mt.total", f"{start}:34F:EUR0,\n:90C:xEUR1,00\n", "line 5")

    def test_mismatch(self):
        try:
            list(parse(BytesIO((HEAD + TAIL).encode()), "mt942"))
        except FormatError as error:
            self.assertEqual(error.code, "format.mismatch")
        else:
            self.fail("a statement passed as an interim report")

    def test_empty(self):
        try:
            list(parse(BytesIO(b"nothing"), "mt940"))
        except FormatError as error:
            self.assertEqual(error.code, "mt.empty")
        else:
            self.fail("nothing passed as a statement")


class TestLine(PureCase):
    """``:61:`` in all its forms."""

    def test_sides(self):
        sides = {"C": 5, "D": -5, "RC": -5, "RD": 5, "CR": 5, "DR": -5, "RCR": -5, "RDR": 5, "CN": 5, "DF": -5}
        for mark, amount in sides.items():
            with self.subTest(mark):
                found = entry(f"240102{mark}5,00NTRFNONREF")
                self.assertEqual((found.amount, found.reversal), (amount, mark[0] == "R"))
        self.assertEqual([entry(f"240102{mark}5,00NTRFX").status for mark in ("EC", "ED", "C")],
                         ["future", "future", "booked"])  # fmt: skip

    def test_amounts(self):
        amounts = {"5,": "5", "000005,10": "5.1", "5": "5", "5.10": "5.1", "5.": "5", "1,234": "1.234"}
        for text, amount in amounts.items():
            with self.subTest(text):
                found = entry(f"240102D{text}NTRFNONREF").amount
                self.assertEqual(found, -Decimal(amount))
        self.assertEqual(str(entry("240102D0,00NTRFX").amount), "0.00")

    def test_year_of_entry_date(self):
        days = {"2312311230": "2023-12-30", "2312310102": "2024-01-02", "2401021231": "2023-12-31",
                "2401020101": "2024-01-01", "240102": "2024-01-02", "9912310101": "2000-01-01"}  # fmt: skip
        for text, day in days.items():
            with self.subTest(text):
                self.assertEqual(str(entry(f"{text}C5,00NTRFX").booked_on), day)

    def test_days_past_the_month(self):
        found = entry("2302300230C5,00NTRFX")
        self.assertEqual((str(found.value_on), str(found.booked_on)), ("2023-02-28", "2023-02-28"))

    def test_references(self):
        found = entry("240102C5,00NTRFOURS//THEIRS")
        self.assertEqual((found.details[0].end_to_end_id, found.bank_ref, found.code), ("OURS", "THEIRS", "NTRF"))
        self.assertEqual(entry("240102C5,00NCHK0042").details[0].cheque_number, "0042")
        found = entry("240102C5,00NMSC1173113681      ROBECO").details[0]
        self.assertEqual((found.end_to_end_id, found.additional), ("1173113681", "ROBECO"))
        for text in ("NTRFNONREF", "NTRF", "NTRFKREF+//NONREF", ""):
            found = entry(f"240102C5,00{text}")
            self.assertEqual((found.bank_ref, found.details), (None, ()))
        found = entry("240102C5,00NTRFOURS", "166?20EREF+THEIRS").details[0]
        self.assertEqual((found.end_to_end_id, found.other_references[0].value), ("THEIRS", "OURS"))

    def test_other_account(self):
        """SNS and ASN: an IBAN as the owner's reference is the other account, its name is written twice."""
        iban = "NL91ABNA0417164300"
        line = f"2401020102C5,00NIOB{iban}\nalmond lane bv"
        found = entry(line, f"NL91ABNA0417164300 almond lane bv\n{' ' * 65}\nInvoice 7{' ' * 56}").details[0]
        self.assertEqual((found.counterparty.name, found.counterparty.account), ("almond lane bv", iban))
        self.assertEqual((found.end_to_end_id, found.remittance, found.additional), (None, ("Invoice 7",), None))
        found = entry("2401020102C5,00NIOBNL91ABNA0417164300", "NL91ABNA0417164300 almond lane bv").details[0]
        self.assertEqual((found.counterparty.name, found.remittance), ("almond lane bv", ()))
        found = entry("2401020102C5,00NIOBNL91ABNA0417164300", "Invoice 7").details[0]
        self.assertEqual((found.counterparty.account, found.remittance), ("NL91ABNA0417164300", ("Invoice 7",)))
        found = detail("166?20Invoice 7?31DE00000000000000000002", f"240102C5,00NIOB{iban}")
        self.assertEqual((found.counterparty.account, found.end_to_end_id), ("DE00000000000000000002", iban))
        self.assertEqual(detail("166?20Invoice 7", f"240102C5,00NIOB{iban}").counterparty.account, iban)
        self.assertEqual(detail("Invoice 7", "240102C5,00NIOBNL92ABNA0417164300").end_to_end_id, "NL92ABNA0417164300")


class TestText(PureCase):
    """``:86:`` in the forms of the banks; what is not known stays text."""

    def test_wrapped_inside_subfield(self):
        found = detail("166?00GUTSCHRIFT?100399?20EREF+INV-1?21SVWZ+Invoice 2024-0017 o?22\n"
                       "f January?31DE00000000000000000002?32ALMOND?33LANE")  # fmt: skip
        self.assertEqual(found.remittance, ("Invoice 2024-0017 o", "f January"))
        self.assertEqual((found.end_to_end_id, found.counterparty.name), ("INV-1", "ALMOND LANE"))

    def test_full_subfields_grow_together(self):
        found = detail("166?20SVWZ+abcdefghijklmnopqrstuv?21wxyz?22EREF+E1?2327 characters and no more??24BIC+ZZBKDE00")
        self.assertEqual(found.remittance, ("abcdefghijklmnopqrstuvwxyz",))
        self.assertEqual(found.end_to_end_id, "E1 27 characters and no more?")
        self.assertEqual(found.counterparty.bic, "ZZBKDE00")

    def test_marks(self):
        for mark in "?~^<":
            with self.subTest(mark):
                found = detail(f"020{mark}00Text{mark}20Faktura 7{mark}32JAN{mark}38PL00000000000000000000000002")
                self.assertEqual(found.counterparty.account, "PL00000000000000000000000002")
                self.assertEqual(found.remittance, ("Faktura 7",))

    def test_unknown_subfields_stay(self):
        found = detail("166?20Text?36Unknown?71More")
        self.assertEqual(found.additional, "?36 Unknown ?71 More")

    def test_colon_keywords(self):
        found = detail("105?20EREF: E-1 MREF: M-1?21 SVWZ: Strom")
        self.assertEqual((found.end_to_end_id, found.mandate_id, found.remittance), ("E-1", "M-1", ("Strom",)))

    def test_labels(self):
        """mBank writes its labels in capitals or not; a line of ABN AMRO without slashes has two columns."""
        for change in (str, str.upper):
            with self.subTest(change):
                found = detail(change(
                    "944 CompanyNet Przelew krajowy; na rach.: 35109010560000000006093440; dla: Trawnik ul.Dolna\n"
                    "1 00-950 Warszawa; tyt.: fv 100/2007; TNR: 145271016138277.020002"
                ))  # fmt: skip
                self.assertEqual(found.counterparty.account, "35109010560000000006093440")
                self.assertEqual(found.remittance, (change("fv 100/2007"),))
                self.assertEqual(found.transaction_id, "145271016138277.020002")
        self.assertEqual(
            entry(
                "2401020102C5,00N654NONREF",
                "SEPA OVERBOEKING                 IBAN: NL91ABNA0417164300\n"
                "BIC: ABNANL2A                    NAAM: ALMOND LANE BV\n"
                "OMSCHRIJVING: FACTUUR 2026-088   KENMERK: NOTPROVIDED",
            ).details,
            (
                Detail(
                    counterparty=Party("ALMOND LANE BV", "NL91ABNA0417164300", "ABNANL2A"),
                    remittance=("FACTUUR 2026-088",),
                ),
            ),
        )
        for text in ("SEPA IBAN: see invoice 7", "SEPA OVERBOEKING IBAN: see below", "Rent BIC: A NAAM: B"):
            self.assertEqual(detail(text).remittance, (text,))

    def test_sides(self):
        text = "/ORDP//NAME/US/BENM//NAME/THEM/REMI/x"
        self.assertEqual(detail(text).counterparty.name, "US")
        self.assertEqual(detail(text, "240102D5,00NTRFX").counterparty.name, "THEM")

    def test_dash_inside_text(self):
        found = of_kind(Entry, f"{HEAD}{ENTRY}:86:/MARF/MND\n-\nEV01/REMI/Text\n{ENTRY}{TAIL}")
        self.assertEqual(len(found), 2)
        self.assertEqual(found[0].details[0].mandate_id, "MND - EV01")

    def test_account_field_with_text(self):
        found = events(f"{HEAD}{ENTRY}:25:166?00GUTSCHRIFT?20Text\n{TAIL}")
        self.assertEqual(next(event.code for event in found if isinstance(event, Finding)), "mt.text")
        footer = next(event for event in found if isinstance(event, Footer))
        self.assertIn("GUTSCHRIFT", footer.additional)

    def test_deceiving_text(self):
        """Control and bidi characters stop no statement and join no digits."""
        self.assertEqual(detail("Invoice\u202e1\u00002").remittance, ("Invoice 1 2",))
        with self.assertRaises(FormatError):
            entry("240102C5\x000,00NTRFX")

    def test_numbered(self):
        """``:NS:`` behind an entry is its text, in lines of numbers; before the entries it tells of the account."""
        numbered = "01INV/1\n02paid\n15Almond Lane\n17CREDIT\n33ZZBKHUHB\n345\n99more\nloose\n"
        lines = f":61:2401020102C5,00S   X\n:NS:{numbered}"
        header, found, *_end = events(f"{HEAD}:NS:22Example Kft\n23Current\n{lines}{TAIL}")
        (told,) = found.details
        self.assertEqual((header.owner, found.additional, found.code), ("Example Kft", "CREDIT", "S"))
        self.assertEqual(told.remittance, ("INV/1", "paid"))
        self.assertEqual(told.counterparty, Party("Almond Lane", "5", "ZZBKHUHB"))
        self.assertEqual((told.end_to_end_id, told.additional), (None, "loose"))
        self.assertEqual(told.other_references, (Reference("more", "NS99"),))
        self.assertEqual(of_kind(Header, f"{HEAD}:NS:223037010000\n{TAIL}")[0].owner, None)


class TestMessage(PureCase):
    def test_kinds(self):
        self.assertEqual(recognise((HEAD + TAIL).encode()), "mt940")
        self.assertEqual(recognise(b":20:R\r\n:25:1\r\n:28C:1\r\n:34F:EUR0,\r\n"), "mt942")
        self.assertEqual(recognise(b"{1:F01X}{2:O9421200240101X}{3:}{4:\r\n:20:R\r\n:25:1\r\n"), "mt942")
        self.assertEqual(recognise((HEAD + TAIL).encode("utf-16")), "mt940")
        mixed = f"{HEAD}{TAIL}:20:R\n:25:1\n:34F:EUR0,\n{ENTRY}-\n"
        self.assertEqual([header.format for header in of_kind(Header, mixed)], ["mt940", "mt942"])
        self.assertEqual([found.status for found in of_kind(Entry, mixed)], ["information"])

    def test_line_ends_and_charsets(self):
        content = f"{HEAD}{ENTRY}:86:Müller\n{TAIL}"
        whole = events(content)
        shapes = (
            content.replace("\n", "\r\n").encode(),
            content.replace("\n", "\r").encode(),
            content.encode("latin-1"),
            content.encode("cp850"),
            content.encode("utf-8-sig"),
            content.encode("utf-16"),
            b"\x01" + content.replace("-\n", "-\x03").encode(),
            content.removesuffix("-\n").encode(),
            content.removesuffix("\n").encode(),
        )
        for shape in shapes:
            with self.subTest(shape[:9]):
                self.assertEqual(events(shape), whole)
        packed = events("@@" + content.replace("\n", "@@"))
        self.assertEqual([replace(event, place=None) for event in packed],
                         [replace(event, place=None) for event in whole])  # fmt: skip

    def test_accounts(self):
        def account(text):
            header = of_kind(Header, HEAD.replace("12345678/0001", text) + TAIL)[0]
            return header.account, header.bic

        self.assertEqual(account("NL69 ZZBK 0000 0000 01 EUR"), ("NL69ZZBK0000000001", None))
        self.assertEqual(account("NL69ZZBK0000000001EUR"), ("NL69ZZBK0000000001", None))
        self.assertEqual(account("ZZBKHUHB/123/HUF"), ("ZZBKHUHB/123/HUF", "ZZBKHUHB"))
        self.assertEqual(account("TRIODOSBANK/0390"), ("TRIODOSBANK/0390", None))
        self.assertEqual(of_kind(Header, HEAD.replace(":25:", ":25P:") + TAIL)[0].account, "12345678/0001")

    def test_names(self):
        def name(reference, number):
            content = HEAD.replace(":20:REF", f":20:{reference}").replace(":28C:1", f":28C:{number}")
            return of_kind(Header, content + TAIL)[0].statement_id

        self.assertEqual(name("STARTUMS", "12/1"), "12/1")
        self.assertEqual(name("STARTUMS", "12"), "12")
        self.assertEqual(name("STARTUMS", "0"), "STARTUMS")
        self.assertEqual(name("P240301", "12"), "P240301")

    def test_pages(self):
        first = HEAD + ":62M:C240101EUR100,00\n-\n"
        second = HEAD.replace("60F", "60M").replace("28C:1", "28C:1/2")
        self.assertEqual(of_kind(Finding, first + second + TAIL), [])
        found = of_kind(Finding, first + (second + TAIL).replace("100,00", "99,00"))
        self.assertEqual([finding.code for finding in found], ["mt.pages"])

    def test_pages_in_one_message(self):
        """A head behind a closing balance begins the next statement, of the same account unless it names one."""
        content = f"{HEAD}:62M:C240101EUR100,00\n:28C:1/2\n:60M:C240101EUR100,00\n{ENTRY}:62F:C240131EUR105,00\n-\n"
        headers = of_kind(Header, content)
        self.assertEqual([(header.account, header.page) for header in headers],
                         [("12345678/0001", None), ("12345678/0001", 2)])  # fmt: skip
        self.assertEqual(of_kind(Finding, content), [])

    def test_declared_totals(self):
        found = of_kind(Finding, f"{HEAD}{ENTRY}:62F:C240131EUR105,00\n:86:/SUM/0/2/0,00/5,00/\n-\n")
        self.assertEqual([finding.code for finding in found], ["statement.count"])

    def test_fragment_books_nothing(self):
        found = events(":61:2401020102C5,00NTRFNONREF\n:86:Text\n")
        self.assertEqual([event.status for event in found if isinstance(event, Entry)], ["information"])
        self.assertEqual(found[-1].code, "mt.fragment")

    def test_made(self):
        target = StringIO()
        opening, closing = write_mt940(target, 500)
        found = events(target.getvalue())
        self.assertEqual((found[0].opening, found[-1].closing, len(found)), (opening, closing, 502))
        self.assertIsInstance(found[-1], Footer)
        self.assertTrue(all(event.details[0].counterparty.name for event in found[1:-1]))
        self.assertEqual(found[1].details[0].remittance, ("Invoice 2024/0000000 customer 00000 thank you",))

    def test_mutations(self):
        """Whatever is done to a good file: events or a refusal with a code."""
        samples = [path.read_bytes() for code in ("mt940", "mt942") for path in sorted((SAMPLES / code).glob("*"))
                   if path.suffix != ".json"]  # fmt: skip
        found = Counter()
        for content in mutations(samples, 940, MUTATIONS):
            try:
                found["ok" if list(parse(BytesIO(content))) else "nothing"] += 1
            except FinanceError as error:
                found[error.code] += 1
        self.assertGreater(found.total() - found["ok"], MUTATIONS / 5, found)
        self.assertGreater(found["ok"], MUTATIONS / 50, found)
