"""Files that are odd and legal: whatever hands and programs do to their bytes, the same events come out."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO, StringIO

from odoo.addons.connector_bank.formats import parse, rendered
from odoo.addons.connector_bank.tests.camt_maker import iban, write_camt053
from odoo.addons.connector_bank.tests.fixed_maker import (
    cfonb_04,
    cfonb_05,
    cfonb_file,
    coda_21,
    coda_file,
    coda_said,
    n43_22,
    n43_23,
    n43_file,
    n43_statement,
    write_cfonb,
    write_coda,
    write_n43,
)
from odoo.addons.connector_bank.tests.ofx_maker import write_ofx
from odoo.addons.connector_bank.tests.text_statement_maker import write_bai2, write_mt940
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import Entry, Footer, Header
from odoo.addons.finance_connector_base.tests.pure import PureCase

ENTRIES = 5
OWN = iban("DE", "00000000", 1)
MT942 = (
    ":20:R1\n:25:12345678/0001\n:28C:1\n:34F:EUR0,\n:13D:2401021200+0100\n:61:2401020102C5,00NTRFR1//B1\n"
    ":86:ALMOND\n:90D:0EUR0,\n:90C:1EUR5,\n-\n"
)

CSV = (
    "Bezeichnung Auftragskonto;IBAN Auftragskonto;BIC Auftragskonto;Bankname Auftragskonto;Buchungstag;Valutadatum;"
    "Name Zahlungsbeteiligter;IBAN Zahlungsbeteiligter;BIC (SWIFT-Code) Zahlungsbeteiligter;Buchungstext;"
    "Verwendungszweck;Betrag;Waehrung;Saldo nach Buchung;Bemerkung;Gekennzeichneter Umsatz;Glaeubiger ID;"
    "Mandatsreferenz\n"
    f'Konto;{OWN};;;05.03.2026;05.03.2026;"Almond ""A""; Co";;;Lastschrift;5" Rohr;-45,20;EUR;4.954,80;;;;"M-77"\n'
    f'Konto;{OWN};;;02.03.2026;02.03.2026;Birch;;;Gutschrift;"Miete; M";1.090;EUR;5000,00;;;;""\n'
)
ADYEN = "\n".join(
    (
        "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,"
        "Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,"
        "Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number",
        "Almond,ShopEU,P1,S1,visa,2026-03-03 10:00:00,CET,Settled,M1,EUR,,41.00,1,EUR,,39.50,1.50,,,,41",
        "Almond,ShopEU,,,,2026-03-03 10:00:00,CET,MerchantPayout,TX41XT,,,,,EUR,39.50,,,,,,41",
        "",
    )
)


def made(write):
    target = StringIO()
    write(target, ENTRIES)
    return target.getvalue().replace("\r\n", "\n")


def events(content):
    return list(parse(BytesIO(content.encode() if isinstance(content, str) else content)))


def without_places(content):
    return rendered([replace(event, place=None) for event in events(content)])


def each_line(text, change):
    return "\n".join(map(change, text.split("\n")))


#: What becomes of a text on its way: none of it changes what the file says.
SHAPES = {
    "CR LF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "CR CR LF": lambda text: text.replace("\n", "\r\r\n"),
    "mixed line ends": lambda text: text.replace("\n", "\r\n", 7),
    "byte order mark": lambda text: "\ufeff" + text,
    "UTF-16 LE": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "blanks behind lines": lambda text: each_line(text, lambda line: line + "   "),
    "tabs behind lines": lambda text: each_line(text, lambda line: line + "\t"),
    "no blanks behind lines": lambda text: each_line(text, str.rstrip),
    "no line end at the end": lambda text: text.rstrip("\n"),
    "blank lines in front": lambda text: "\n \n" + text,
    "blank lines behind": lambda text: text + "\n\n  \n",
    "blank lines between": lambda text: text.replace("\n", "\n\n"),
    "end of file of DOS": lambda text: text + "\x1a",
    "filled up with NUL": lambda text: text + "\0" * 64,
}
WRITTEN = {
    "mt940": made(write_mt940),
    "mt942": MT942,
    "bai2": made(write_bai2),
    "coda": made(write_coda),
    "cfonb": made(write_cfonb),
    "n43": made(write_n43),
    "ofx": made(write_ofx),
    "camt053": made(write_camt053),
    "csv_bank": CSV,
    "adyen": ADYEN,
}
FIXED = ("coda", "cfonb", "n43")


class TestShapes(PureCase):
    """Line ends, marks, charsets, fillers: over all formats."""

    def test_shapes(self):
        for code, text in WRITTEN.items():
            expected = without_places(text)
            self.assertIn('"event": "entry"', expected)
            for name, shape in SHAPES.items():
                with self.subTest(f"{code}: {name}"):
                    self.assertEqual(without_places(shape(text)), expected)

    def test_twice(self):
        """The same statement twice in a file is two statements."""
        for code, text in WRITTEN.items():
            if code not in ("ofx", "csv_bank", "adyen"):
                with self.subTest(code):
                    self.assertEqual(without_places(text + text), without_places(text) * 2)

    def test_records_without_line_ends(self):
        """Also of a format with two widths, and of more than one block."""
        for code in FIXED:
            text = WRITTEN[code]
            with self.subTest(code):
                self.assertEqual(without_places(text.replace("\n", "")), without_places(text))
        many = cfonb_file([cfonb_04("5"), cfonb_05("LIB", "X")] * 1000)
        self.assertEqual(without_places(many.replace("\n", "")), without_places(many))

    def test_single_byte_names(self):
        for code in ("mt940", "bai2", "coda", "ofx"):
            text = WRITTEN[code].replace("ALMOND", "ALMÖND").replace("Almond", "Almönd")
            with self.subTest(code):
                self.assertEqual(without_places(text.encode("latin-1")), without_places(text))


class Said(PureCase):
    """What files say, in short."""

    def said(self, content, *amounts, opening=None, closing=None, account=None, currency="EUR"):
        found = events(content)
        header = next(event for event in found if isinstance(event, Header))
        footer = next(event for event in reversed(found) if isinstance(event, Footer))
        entries = [event for event in found if isinstance(event, Entry)]
        self.assertEqual([str(entry.amount) for entry in entries], list(amounts))
        self.assertEqual(header.currency, currency)
        self.assertEqual({entry.currency for entry in entries} - {currency}, set())
        for value, wanted in ((header.opening, opening), (footer.closing, closing)):
            if wanted is not None:
                self.assertEqual(value, Decimal(wanted))
        if account is not None:
            self.assertEqual(header.account, account)
        return entries


class TestCamt(Said):
    def camt(self, inside, account=f"<IBAN>{OWN}</IBAN>", currency="EUR", version="053.001.08"):
        names = ("BkToCstmrDbtCdtNtfctn", "Ntfctn") if version.startswith("054") else ("BkToCstmrStmt", "Stmt")
        return (
            f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.{version}'><{names[0]}><GrpHdr><MsgId>M</MsgId>"
            f"</GrpHdr><{names[1]}><Id>S</Id><Acct><Id>{account}</Id><Ccy>{currency}</Ccy></Acct>{inside}"
            f"</{names[1]}></{names[0]}></Document>"
        )

    def balance(self, kind, amount, sign="CRDT", currency="EUR"):
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
            f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2024-01-01</Dt></Dt></Bal>"
        )

    def entry(self, amount="5.00", sign="CRDT", currency="EUR", status="<Sts>BOOK</Sts>", more=""):
        return f"<Ntry><Amt Ccy='{currency}'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{status}{more}</Ntry>"

    def test_versions(self):
        for version in [*(f"053.001.{number:02}" for number in range(1, 14)), "053.001.04.ch.02"]:
            with self.subTest(version):
                self.said(self.camt(self.entry(), version=version), "5.00", account=OWN)

    def test_amounts(self):
        for amount, read in ((" 5.00 ", "5.00"), ("+5.00", "5.00"), (".5", "0.5"), ("5.", "5"), ("0005", "5")):
            with self.subTest(amount):
                self.said(self.camt(self.entry(amount)), read)

    def test_decimals(self):
        yen = self.balance("OPBD", "100", currency="JPY") + self.entry("5", currency="JPY")
        self.said(self.camt(yen, currency="JPY"), "5", opening="100", currency="JPY")
        dinar = self.entry("5.001", currency="KWD") + self.balance("CLBD", "7.123", currency="KWD")
        self.said(self.camt(dinar, currency="KWD"), "5.001", closing="7.123", currency="KWD")

    def test_overdrawn(self):
        inside = self.balance("OPBD", "1.00", "DBIT") + self.entry(sign="DBIT") + self.balance("CLBD", "6.00", "DBIT")
        self.said(self.camt(inside), "-5.00", opening="-1", closing="-6")

    def test_no_entries(self):
        self.said(self.camt(self.balance("OPBD", "1.00") + self.balance("CLBD", "1.00")), opening="1", closing="1")

    def test_small_letters(self):
        content = self.camt(self.entry(currency="eur"), account=f"<IBAN>{OWN.lower()}</IBAN>", currency="eur")
        self.said(content, "5.00", account=OWN)

    def test_account(self):
        self.said(self.camt(self.entry(), account=f"<IBAN>{OWN[:4]} {OWN[4:]}</IBAN>"), "5.00", account=OWN)
        self.said(self.camt(self.entry(), account="<Othr><Id>12-345 x</Id></Othr>"), "5.00", account="12-345x")

    def test_days(self):
        for day in ("2024-01-02", " 2024-01-02 ", "2024-01-02Z", "2024-01-02+02:00"):
            more = f"<BookgDt><Dt>{day}</Dt></BookgDt>"
            with self.subTest(day):
                (entry,) = self.said(self.camt(self.entry(more=more)), "5.00")
                self.assertEqual(str(entry.booked_on), "2024-01-02")
        more = "<BookgDt><DtTm>2024-01-02T23:59:59.999-11:00</DtTm></BookgDt>"
        self.assertEqual(str(self.said(self.camt(self.entry(more=more)), "5.00")[0].booked_on), "2024-01-02")

    def test_markup(self):
        more = "<?pi x?><!-- <Amt>9</Amt> --><AddtlNtryInf><![CDATA[A & <B>]]></AddtlNtryInf>"
        (entry,) = self.said(self.camt(self.entry("5.<!-- 9 -->00", more=more)), "5.00")
        self.assertEqual(entry.additional, "A & <B>")

    def test_prefix_and_envelope(self):
        plain = self.camt(self.entry())
        inside = plain[plain.index(">") + 1 : plain.rindex("<")]
        prefixed = inside.replace("</", "\0").replace("<", "<n:").replace("\0", "</n:")
        space = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
        self.said(f"<n:Document xmlns:n='{space}'>{prefixed}</n:Document>", "5.00", account=OWN)
        self.said(f"<Envelope><Header/><Body>{plain}</Body></Envelope>", "5.00", account=OWN)

    def test_declared_charsets(self):
        text = self.camt(self.entry(more="<AddtlNtryInf>Zoë</AddtlNtryInf>"))
        for charset in ("ISO-8859-1", "iso-8859-15", "windows-1252", "UTF-8", "utf-16"):
            content = f"<?xml version='1.0' encoding='{charset}'?>\n{text}".encode(charset)
            with self.subTest(charset):
                self.assertEqual(self.said(content, "5.00")[0].additional, "Zoë")

    def test_long_reference(self):
        (entry,) = self.said(self.camt(self.entry(more=f"<AcctSvcrRef>{'X' * 5000}</AcctSvcrRef>")), "5.00")
        self.assertEqual(len(entry.bank_ref), 5000)

    def test_notification_without_status(self):
        (entry,) = self.said(self.camt(self.entry(status=""), version="054.001.04"), "5.00")
        self.assertEqual(entry.status, "information")


class TestMt(Said):
    LINE = ":61:2401020102C5,00NTRFNONREF\n:86:TEXT\n"

    def mt(self, inside=LINE, opening="C240101EUR0,", closing="C240131EUR5,", account="12345678/0001"):
        return f":20:A1\n:25:{account}\n:28C:1/1\n:60F:{opening}\n{inside}:62F:{closing}\n-\n"

    def test_balances(self):
        for opening, closing, first, last in (
            ("D240101EUR10,00", "D240131EUR5,00", "-10", "-5"),
            ("C240101EUR0,00 ", "C240131EUR5,00 ", "0", "5"),
            ("c240101eur0,", "c240131eur5,", "0", "5"),
        ):
            with self.subTest(opening):
                self.said(self.mt(opening=opening, closing=closing), "5.00", opening=first, closing=last)

    def test_decimals(self):
        yen = self.mt(":61:2401020102C500,NTRFX1\n", "C240101JPY0,", "C240131JPY500,")
        self.said(yen, "500", closing="500", currency="JPY")
        dinar = self.mt(":61:2401020102C5,125NTRFX1\n", "C240101KWD0,", "C240131KWD5,125")
        self.said(dinar, "5.125", closing="5.125", currency="KWD")

    def test_lines(self):
        for line, amount in (
            ("2401020102C5,00NTRFNONREF", "5.00"),
            ("240102C5,NTRFNONREF", "5"),
            ("2401020102c5,00ntrfnonref", "5.00"),
            ("2401020102C 5,00NTRFNONREF", "5.00"),
            ("2401020102CR5,00NTRF", "5.00"),
            ("2401020102C5,00", "5.00"),
            ("2401020102C5,00S   X", "5.00"),
            (f"2401020102C5,00NTRFNONREF//{'B' * 60}", "5.00"),
        ):
            with self.subTest(line):
                (entry,) = self.said(self.mt(f":61:{line}\n:86:TEXT\n"), amount)
                self.assertEqual([detail.end_to_end_id for detail in entry.details], [None])

    def test_nothing_moved(self):
        self.said(self.mt("", "C240101EUR5,"), opening="5", closing="5")
        for line in ("240102C0,NTRFX1", "2401020102D0,00NTRFX1"):
            (entry,) = events(self.mt(f":61:{line}\n", "C240101EUR5,"))[1:2]
            self.assertEqual((entry.amount, str(entry.amount)[0]), (0, "0"))

    def test_fields_left_out_or_put_in(self):
        whole = self.mt()
        for content in (
            whole.replace(":28C:1/1\n", ""),
            whole.replace(":25:", ":21:RELATED\n:25:"),
            whole.replace(":25:", "  :25P:"),
            whole.replace("-\n", ":64:C240131EUR5,\n:65:C240201EUR5,\n:86:ABOUT IT ALL\n-\n"),
            "{1:F01ZZBKDE00AXXX0000000000}{2:I940ZZBKDE00XXXXN}{4:\n" + whole.replace("-\n", "-}{5:{CHK:1}}\n"),
        ):
            with self.subTest(content):
                (entry,) = self.said(content, "5.00", opening="0", closing="5", account="12345678/0001")
                self.assertEqual(entry.details[0].remittance, ("TEXT",))

    def test_several(self):
        self.said(self.mt() + self.mt(account="OTHER/2"), "5.00", "5.00", account="12345678/0001")

    def test_text(self):
        (entry,) = self.said(self.mt(f"{self.LINE}:86:MORE\n:XX:no field\nend\n"), "5.00")
        self.assertEqual(entry.details[0].remittance, ("TEXT", "MORE", ":XX:no field", "end"))


class TestBai2(Said):
    ENTRY = "16,195,500,Z,B1,C1,TEXT/"

    def bai2(self, entry=ENTRY, account="03,1,USD,010,0,,/", total=500, group="240102,2400,USD,2/"):
        lines = [account, *entry.splitlines()]
        records = sum(line[:2].isdigit() and line[2] == "," for line in lines) + 1
        return (
            f"01,1,9,240102,0615,1,80,1,2/\n02,9,1,1,{group}\n" + "\n".join(lines)
            + f"\n49,{total},{records}/\n98,{total},1,{records + 2}/\n99,{total},1,{records + 4}/\n"
        )

    def test_entries(self):
        for entry, amount in (
            ("16,195,500,Z,B1,C1,A/B TEXT", "5.00"),
            ("16,195,500,z,B1,C1,TEXT/", "5.00"),
            ("16,195,+500,,B1,C1,TEXT/", "5.00"),
            ("16,195,500,S,100,200,200,B1,C1,TEXT/", "5.00"),
            ("16,195,500,V,240105,1200,B1,C1,TEXT/", "5.00"),
            ("16,195,500,D,2,0,300,1,200,B1,C1,TEXT/", "5.00"),
            ("16,195,500/", "5.00"),
            ("16,195,500,Z,B1,C1,A\n88,MORE, WITH COMMA\n88,16,95 END/", "5.00"),
            ("16,195,500,Z,B1,C1,A\nwithout a code/", "5.00"),
        ):
            with self.subTest(entry):
                self.said(self.bai2(entry), amount, currency="USD")

    def test_minus_and_zero(self):
        self.said(self.bai2("16,195,-500,Z,B1,C1,T/", total=-500), "-5.00", currency="USD")
        self.said(self.bai2("16,195,0,Z,B1,C1,T/", total=0), "0.00", currency="USD")

    def test_currencies(self):
        """The decimals are those of the currency, however it is written."""
        for written, amount in (("JPY", "500"), ("jpy", "500"), ("KWD", "0.500"), ("kwd", "0.500"), ("usd", "5.00")):
            with self.subTest(written):
                content = self.bai2(account=f"03,1,{written},010,0,,/")
                self.said(content, amount, currency=written.upper())

    def test_accounts(self):
        self.said(self.bai2(account="03,1,USD,010,-100,,,015,400,,/", total=800), "5.00", opening="-1", closing="4",
                  currency="USD")  # fmt: skip
        self.said(self.bai2(account="03,1,USD,010,100,,/\n88,015,600,,/", total=1200), "5.00", closing="6",
                  currency="USD")  # fmt: skip
        self.said(self.bai2("", total=0), currency="USD")
        self.said(self.bai2(group="20240102,,USD,2/"), "5.00", currency="USD")


class TestFixed(Said):
    """CODA, CFONB and Norma 43."""

    def test_signs(self):
        self.said(coda_file([coda_21(1, "5.00")], opening="-10"), "5.00", opening="-10", closing="-5")
        self.said(cfonb_file([cfonb_04("-5")], opening="-10"), "-5.00", opening="-10", closing="-15")
        self.said(n43_file([n43_22("-3")], opening="-10"), "-3.00", opening="-10", closing="-13")
        french = cfonb_file([cfonb_04("-5")]).replace("{", "é").replace("}", "è")
        self.said(french.encode("latin-1"), "-5.00", opening="1000", closing="995")

    def test_nothing_moved(self):
        for content in (coda_file([]), cfonb_file([]), n43_file([])):
            self.said(content, opening="1000", closing="1000")
        for content in (coda_file([coda_21(1, "0")]), cfonb_file([cfonb_04("0")]), n43_file([n43_22("0")])):
            self.said(content, "0.00", closing="1000")

    def test_decimals(self):
        self.said(coda_file([coda_21(1, "5.125")], currency="KWD"), "5.125", closing="1005.125", currency="KWD")
        self.said(coda_file([coda_21(1, "5")]).replace("EUR", "eur"), "5.00")
        self.said(cfonb_file([cfonb_04("5")]).replace("EUR2", "JPY0"), "500", currency="JPY")

    def test_several(self):
        two = coda_file([coda_21(1, "5")]) + coda_file([coda_21(1, "7")], account="BE43068999999501")
        self.said(two, "5.00", "7.00")
        other = n43_statement([n43_22("-3")], account="999900010000000002")
        self.said("\n".join([*n43_statement([n43_22("5")]), *other, f"88{'9' * 18}000006"]), "5.00", "-3.00")

    def test_longest_texts(self):
        (entry,) = self.said(n43_file([n43_22("5"), *(n43_23(n, "A" * 38, "B" * 38) for n in range(1, 6))]), "5.00")
        self.assertEqual(len(entry.details[0].remittance), 10)
        (entry,) = self.said(coda_file(coda_said(1, "5.00", f"101{'0' * 10}97{'x' * 130}")), "5.00")
        self.assertEqual(len(entry.details[0].additional), 130)
        texts = [cfonb_05("LCC", f"{number} {'T' * 60}") for number in range(9)]
        (entry,) = self.said(cfonb_file([cfonb_04("5"), *texts]), "5.00")
        self.assertEqual(len(entry.details[0].remittance), 10)

    def test_old_account(self):
        self.said(coda_file([coda_21(1, "5")], account="068999999501", structure="0"), "5.00", account="068999999501")


class TestOfx(Said):
    ENTRY = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240304<TRNAMT>-5.00<FITID>F1<NAME>Almond</STMTTRN>"

    def ofx(self, inside=ENTRY, currency="EUR"):
        return (
            "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n\n<OFX>"
            f"<BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>{currency}<BANKACCTFROM><BANKID>1<ACCTID>123</BANKACCTFROM>"
            f"<BANKTRANLIST><DTSTART>20240301<DTEND>20240331{inside}</BANKTRANLIST>"
            "<LEDGERBAL><BALAMT>-95.00<DTASOF>20240331</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
        )

    def test_amounts(self):
        amounts = {"-5,00": "-5.00", "+5.00": "5.00", "-.50": "-0.50", "0": "0", "-1.234,56": "-1234.56"}
        for written, amount in amounts.items():
            with self.subTest(written):
                self.said(self.ofx(self.ENTRY.replace("-5.00", written)), amount, closing="-95")

    def test_days(self):
        for day in ("20240304120000", "20240304235959.999[-5:EST]", "20240304000000[0:GMT]"):
            with self.subTest(day):
                (entry,) = self.said(self.ofx(self.ENTRY.replace("20240304", day)), "-5.00")
                self.assertEqual(str(entry.booked_on), "2024-03-04")

    def test_small_letters(self):
        (entry,) = self.said(self.ofx().lower(), "-5.00")
        self.assertEqual(entry.code, "DEBIT")

    def test_nothing_listed(self):
        self.said(self.ofx(""), closing="-95")
        self.said(self.ofx(self.ENTRY.replace("-5.00", "-500"), "JPY"), "-500", currency="JPY")


class TestStillRefused(PureCase):
    """What looks alike and is not legal: forgiving is not guessing."""

    def test_refused(self):
        mt = TestMt().mt
        camt = TestCamt()
        for code, content in (
            ("mt.entry", mt(":61:2401020102C5,00 some text\n")),
            ("mt.entry", mt(":61:2401020102C5.000,00NTRFX\n")),
            ("camt.amount", camt.camt(camt.entry("5e0"))),
            ("camt.amount", camt.camt(camt.entry("5,00"))),
            ("xml.malformed", camt.camt(camt.entry()) + "\x1a<x/>"),
            ("xml.encoding", camt.camt(camt.entry(more="<AddtlNtryInf>Zoë</AddtlNtryInf>")).encode("latin-1")),
        ):
            with self.subTest(content):
                try:
                    events(content)
                except FormatError as error:
                    self.assertEqual(error.code, code)
                else:
                    self.fail("it passed")
