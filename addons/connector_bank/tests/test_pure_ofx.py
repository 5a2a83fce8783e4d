"""OFX: one test per refusal, what banks do to the markup, amounts, days, currencies."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.formats.ofx_values import amount, day, moment
from odoo.addons.connector_bank.tests.test_pure_camt import RefusedCase, events
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe import limits
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header
from odoo.addons.finance_connector_base.tests.pure import PureCase

ENTRY = "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240304<TRNAMT>-5.00<FITID>F1<NAME>Almond</STMTTRN>"
CLOSING = "<LEDGERBAL><BALAMT>95.00<DTASOF>20240331</LEDGERBAL>"


def statement(inside, before="<CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>123</BANKACCTFROM>"):
    return f"<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>{before}{inside}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"


def listed(inside):
    return statement(f"<BANKTRANLIST><DTSTART>20240301<DTEND>20240331{inside}</BANKTRANLIST>{CLOSING}")


def entries(content):
    return [event for event in events(content) if isinstance(event, Entry)]


class TestOfxRefusals(RefusedCase):
    """Every code an OFX file can be refused with."""

    def test_amount(self):
        for odd in ("", "x", "1,234", "1e3", "5.0.0", "--5", "NaN", "٣"):
            error = self.refused("ofx.amount", events, listed(ENTRY + ENTRY.replace("-5.00", odd)))
            self.assertEqual(error.place, "STMTRS[1]/STMTTRN[2]")
        self.refused("ofx.amount", events, listed("<STMTTRN><NAME>Almond</STMTTRN>"))
        self.refused("ofx.amount", events, listed(ENTRY).replace("95.00", "x"))

    def test_truncated(self):
        whole = listed(ENTRY)
        self.refused("ofx.truncated", events, whole.replace("</OFX>", ""))
        self.refused("ofx.truncated", events, whole[:-3])
        self.refused("ofx.truncated", events, whole[: whole.index("</STMTTRN>")])

    def test_empty(self):
        self.refused("ofx.empty", events, "<OFX></OFX>")

    def test_refused(self):
        status = "<STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Sign-on failed</STATUS>"
        error = self.refused("ofx.refused", events, f"<OFX><SONRS>{status}</SONRS></OFX>")
        self.assertIn("Sign-on failed", str(error))

    def test_refused_in_part(self):
        failed = "<STMTTRNRS><STATUS><CODE>2003<SEVERITY>ERROR</STATUS></STMTTRNRS>"
        content = listed(ENTRY).replace("</BANKMSGSRSV1>", f"{failed}{statement('')[18:-19]}</BANKMSGSRSV1>")
        self.assertEqual([event.code for event in events(content) if isinstance(event, Finding)], ["ofx.refused"])

    def test_structure(self):
        self.refused("ofx.structure", events, statement("<A>" * 200))

    def test_doctype(self):
        self.refused("xml.doctype", events, "<?OFX VERSION='200'?><!DOCTYPE OFX [<!ENTITY a 'b'>]>" + listed(ENTRY))

    def test_limit(self):
        chosen = limits.active(limits.TextLimits)
        try:
            limits.configure({"text_line_characters": "1000"})
            self.refused("text.limit", events, listed(f"{ENTRY}<MEMO>{'x' * 200_000}"))
            limits.configure({"text_total_bytes": "1000"})
            self.refused("text.limit", events, listed(ENTRY * 100))
        finally:
            limits.configure({})
        self.assertEqual(limits.active(limits.TextLimits), chosen)


class TestOfxMarkup(PureCase):
    """SGML, XML and what banks make of both say the same."""

    def test_closed_or_not(self):
        sgml = listed(ENTRY)
        closed = sgml.replace("<TRNAMT>-5.00", "<TRNAMT>-5.00</TRNAMT>").replace("<NAME>Almond", "<NAME>Almond</NAME>")
        lower = sgml.replace("<STMTTRN>", "<stmttrn>").replace("TRNAMT", "TrnAmt")
        spaced = sgml.replace("<", "\r\n  <").lstrip()
        prefixed = sgml.replace("<", "<o:").replace("<o:/", "</o:").replace("<o:OFX", '<o:OFX xmlns:o="urn:x"')
        unfinished = sgml.replace("</STMTTRN>", "")
        for content in (closed, lower, spaced, prefixed, unfinished):
            with self.subTest(content):
                self.assertEqual(events(content), events(sgml))

    def test_blank_elements(self):
        """An element left blank swallows nothing of what follows it."""
        blank = ENTRY.replace("<TRNAMT>", "<MEMO>\n<CHECKNUM> <TRNAMT>")
        blank = blank.replace("<NAME>", "<REFNUM></REFNUM><SIC/><NAME>")
        self.assertEqual(entries(listed(blank)), entries(listed(ENTRY)))

    def test_unknown_aggregates(self):
        """Names inside an aggregate we do not know are not those of the transaction."""
        inside = "<IMAGEDATA><NAME>Other<TRNAMT>-9.99</IMAGEDATA>"
        self.assertEqual(entries(listed(ENTRY.replace("<TRNTYPE>", f"{inside}<TRNTYPE>"))), entries(listed(ENTRY)))

    def test_said_twice(self):
        """The first one counts, of an element and of the account."""
        twice = listed(ENTRY.replace("</STMTTRN>", "<NAME>Birch<TRNAMT>-6.00</STMTTRN>"))
        self.assertEqual(entries(twice), entries(listed(ENTRY)))
        twice = twice.replace("</BANKACCTFROM>", "</BANKACCTFROM><BANKACCTFROM><ACCTID>9</BANKACCTFROM>", 1)
        self.assertEqual(next(event.account for event in events(twice) if isinstance(event, Header)), "123")

    def test_comments(self):
        hidden = listed(f"<!-- {ENTRY} -->{ENTRY}<!-- <STMTTRN> -->")
        self.assertEqual(entries(hidden), entries(listed(ENTRY)))

    def test_marked_sections(self):
        said = "a <b> & </STMTTRN> <!-- c"
        (found,) = entries(listed(ENTRY.replace("Almond", f"<![CDATA[{said}]]>")))
        self.assertEqual(found.details[0].counterparty.name, said)

    def test_entities(self):
        for written, said in (
            ("A &amp; B", "A & B"),
            ("A & B", "A & B"),
            ("AT&T", "AT&T"),
            ("&lt;A&gt;", "<A>"),
            ("&amp;lt;", "&lt;"),
            ("BUY&SELL;", "BUY&SELL;"),
            ("&#233;", "é"),
            ("1 < 2", "1 < 2"),
        ):
            (found,) = entries(listed(ENTRY.replace("Almond", written)))
            self.assertEqual(found.details[0].counterparty.name, said)

    def test_charsets(self):
        head = "OFXHEADER:100\nDATA:OFXSGML\nENCODING:USASCII\nCHARSET:{}\n\n"
        content = listed(ENTRY.replace("Almond", "Café Ärger"))
        for declared, encoding in (
            ("1252", "cp1252"),
            ("1252", "utf-8"),  # declared wrong, as many do
            ("NONE", "cp1252"),
            ("ISO-8859-1", "latin-1"),
            ("8859-2", "utf-8"),
            ("850", "cp850"),
            ("1252", "utf-8-sig"),
            ("1252", "utf-16"),
        ):
            with self.subTest(declared, encoding=encoding):
                (found,) = entries((head.format(declared) + content).encode(encoding))
                self.assertEqual(found.details[0].counterparty.name, "Café Ärger")

    def test_texts_of_remitters(self):
        """What deceives or controls goes, and the file goes on."""
        for odd in ("\0", "\u202e", "\x07", "\x85"):
            (found,) = entries(listed(ENTRY.replace("Almond", f"Al{odd}mond")))
            self.assertEqual(found.details[0].counterparty.name, "Almond")

    def test_torn_anywhere(self):
        """However the stream hands out its bytes, the events are the same."""
        content = listed(ENTRY.replace("Almond", "Café <![CDATA[<x>]]><!-- <y> --> é")).encode()
        whole = list(parse(BytesIO(content)))
        for size in (1, 2, 3, 7):
            self.assertEqual(list(parse(_Slow(content, size), "ofx")), whole)


class _Slow(BytesIO):
    def __init__(self, content, size):
        super().__init__(content)
        self.size = size

    def read(self, size=-1):
        return super().read(min(size, self.size) if size > 0 else size)

    def seekable(self):
        return True


class TestOfxValues(PureCase):
    """Amounts, days, currencies as banks write them."""

    def test_amounts(self):
        for written, expected in (
            ("-13.00", "-13.00"),
            ("+00000000000000.2400", "0.2400"),
            ("1250,5", "1250.5"),
            ("-,95", "-0.95"),
            (" 7 ", "7"),
            ("0,123", "0.123"),
            ("1.234", "1.234"),
            ("12345,678", "12345.678"),
            ("-1.234,56", "-1234.56"),
            ("1,234,567.8", "1234567.8"),
            ("1 234,56", "1234.56"),
        ):
            self.assertEqual(amount(written), Decimal(expected), written)
        for written in ("1,234", "-12,345", "1.234.567", "1,23,456.00", "5-", "$5", "1,234,56"):
            with self.subTest(written), self.assertRaises(FormatError):
                amount(written)

    def test_days(self):
        """The day the bank writes, whatever the zone: at half past eleven in New York it is not yet tomorrow."""
        self.assertEqual(day("20240304233000.000[-5:EST]"), date(2024, 3, 4))
        self.assertEqual(day("2024-03-04"), date(2024, 3, 4))
        for odd in ("", None, "20240231", "yesterday", "040324"):
            self.assertIsNone(day(odd))
        self.assertEqual(moment("20240304233000[-3.5:NST]").isoformat(), "2024-03-04T23:30:00-03:30")
        for odd in ("", None, "20240304", "20240304993000", "20240304233000[99:X]"):
            found = moment(odd)
            self.assertTrue(found is None or found.tzinfo is None)

    def test_currencies(self):
        own = entries(listed(ENTRY.replace("</STMTTRN>", "<CURRENCY><CURRATE>1<CURSYM>EUR </CURRENCY></STMTTRN>")))
        self.assertEqual((own[0].currency, own[0].exchange), ("EUR", None))
        other = entries(listed(ENTRY.replace("</STMTTRN>", "<CURRENCY><CURRATE>1,2<CURSYM>GBP</CURRENCY></STMTTRN>")))
        self.assertEqual((other[0].currency, other[0].exchange.rate), ("GBP", Decimal("1.2")))
        was = ENTRY.replace("</STMTTRN>", "<ORIGCURRENCY><CURRATE>x<CURSYM>GBP</ORIGCURRENCY></STMTTRN>")
        self.assertEqual((entries(listed(was))[0].currency, entries(listed(was))[0].exchange.source), ("EUR", "GBP"))

    def test_equal_transactions_stay_apart(self):
        self.assertEqual(len(entries(listed(ENTRY * 3))), 3)

    def test_correction_books_nothing(self):
        corrected = ENTRY.replace("<NAME>", "<CORRECTFITID>F0<CORRECTACTION>DELETE<NAME>")
        found = events(listed(ENTRY + corrected))
        self.assertEqual([event.status for event in found if isinstance(event, Entry)], ["booked", "information"])
        self.assertEqual([event.code for event in found if isinstance(event, Finding)], ["ofx.correction"])

    def test_balances(self):
        found = [event for event in events(listed("")) if isinstance(event, Footer)]
        self.assertEqual((found[0].closing, found[0].closing_on), (Decimal("95.00"), date(2024, 3, 31)))
        blank = [event for event in events(listed("").replace("95.00", "")) if isinstance(event, Footer)]
        self.assertEqual((blank[0].closing, blank[0].balances), (None, ()))

    def test_fetched_again(self):
        """The same days, fetched later, are another statement."""
        head = "<OFX><SIGNONMSGSRSV1><SONRS><DTSERVER>{}</SONRS></SIGNONMSGSRSV1>"
        names = [
            next(event.statement_id for event in events(listed(ENTRY).replace("<OFX>", head.format(moment))))
            for moment in ("20240331120000[0:GMT]", "20240331180000[0:GMT]", "20240331", "")
        ]
        self.assertEqual(names, ["2024-03-31T12:00:00+00:00", "2024-03-31T18:00:00+00:00", None, None])

    def test_each_account_its_own(self):
        """Two accounts in one message, the first one's end left out."""
        second = "<STMTRS><CURDEF>USD<BANKACCTFROM><ACCTID>456</BANKACCTFROM></STMTRS>"
        content = listed(ENTRY).replace("</STMTRS>", second)
        headers = [event for event in events(content) if isinstance(event, Header)]
        self.assertEqual([(one.account, one.currency) for one in headers], [("123", "EUR"), ("456", "USD")])
        footers = [event.closing for event in events(content) if isinstance(event, Footer)]
        self.assertEqual(footers, [Decimal("95.00"), None])
