"""Statements as a bank's test desk writes them: legal, and rare. What each says is read, and no more."""

from decimal import Decimal

from odoo.addons.connector_bank.tests import test_pure_odd_files as odd
from odoo.addons.connector_bank.tests.fixed_maker import (
    cfonb_04,
    cfonb_05,
    cfonb_file,
    coda_3,
    coda_21,
    coda_22,
    coda_23,
    coda_31,
    coda_file,
    n43_22,
    n43_23,
    n43_24,
    n43_file,
    n43_statement,
    record,
)
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header, Party

camt, mt, bai2, ofx = odd.TestCamt(), odd.TestMt(), odd.TestBai2(), odd.TestOfx()


class OddStatement(odd.Said):
    def one(self, content, amount, **said):
        """The only entry, and the only transaction behind it."""
        (entry,) = self.said(content, amount, **said)
        (detail,) = entry.details
        return entry, detail

    def statuses(self, content):
        return [event.status for event in odd.events(content) if isinstance(event, Entry)]

    def nothing_wrong(self, content):
        self.assertEqual([event for event in odd.events(content) if isinstance(event, Finding)], [])


class TestOddCamt(OddStatement):
    def report(self, inside):
        """A camt.052."""
        whole = camt.camt(inside, version="052.001.08")
        return whole.replace("BkToCstmrStmt", "BkToCstmrAcctRpt").replace("Stmt>", "Rpt>")

    def transaction(self, amount, sign="CRDT", before="", behind=""):
        return f"<TxDtls>{before}<Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{behind}</TxDtls>"

    def test_report_with_every_status(self):
        given = {
            "<Sts><Cd>BOOK</Cd></Sts>": "booked",
            "<Sts>\n <Cd> PDNG </Cd>\n</Sts>": "pending",
            "<Sts>PDNG</Sts>": "pending",
            "<Sts><Cd>FUTR</Cd></Sts>": "future",
            "<Sts><Prtry>HOLD</Prtry></Sts>": "information",
            "": "information",
        }
        content = self.report(camt.balance("ITBD", "1.00") + "".join(camt.entry(status=status) for status in given))
        self.assertEqual(self.statuses(content), list(given.values()))
        header, footer = odd.events(content)[0], odd.events(content)[-1]
        self.assertEqual((header.intraday, header.opening, footer.closing), (True, None, 1))

    def test_booking_in_several_blocks(self):
        """Transactions of both directions: their signs are their own."""
        inside = f"<NtryDtls>{self.transaction('2.00')}</NtryDtls><NtryDtls>" + "".join(
            (self.transaction("4.00"), self.transaction("1.00", "DBIT"), "</NtryDtls>")
        )
        (entry,) = self.said(camt.camt(camt.entry(more=inside)), "5.00")
        self.assertEqual([str(detail.amount) for detail in entry.details], ["2.00", "4.00", "-1.00"])
        (entry,) = self.said(camt.camt(camt.entry("0.00", more=inside)), "0.00")
        self.assertEqual(len(entry.details), 3)

    def test_batch_of_a_notification(self):
        batch = "<Btch><MsgId>M1</MsgId><PmtInfId>P1</PmtInfId><NbOfTxs>3</NbOfTxs></Btch>"
        returned = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
        inside = "".join(
            (
                f"<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>{batch}",
                self.transaction("2.00", before="<Refs><EndToEndId>E1</EndToEndId></Refs>"),
                self.transaction("4.00", behind=returned),
                self.transaction("1.00", "DBIT"),
                "</NtryDtls>",
            )
        )
        booked = camt.entry(status="<Sts><Cd>BOOK</Cd></Sts>", more=inside)
        (entry,) = self.said(camt.camt(booked, version="054.001.08"), "5.00")
        self.assertEqual((entry.status, entry.bank_ref, entry.payment_info_id, entry.message_id, entry.batch_count),
                         ("booked", "B1", "P1", "M1", 3))  # fmt: skip
        self.assertEqual([detail.return_reason for detail in entry.details], [None, "AC04", None])
        self.assertEqual(sum(detail.amount for detail in entry.details), 5)

    def test_batch_without_transactions(self):
        batch = "<NtryDtls><Btch><PmtInfId>P</PmtInfId><NbOfTxs>7</NbOfTxs></Btch></NtryDtls>"
        (entry,) = self.said(camt.camt(camt.entry(more=batch)), "5.00")
        self.assertEqual((entry.batch_count, entry.payment_info_id, entry.details), (7, "P", ()))

    def test_amount_of_a_transaction_in_two_currencies(self):
        amounts = (
            "<AmtDtls><InstdAmt><Amt Ccy='USD'>5.50</Amt></InstdAmt><TxAmt><Amt Ccy='EUR'>5.00</Amt></TxAmt></AmtDtls>"
        )
        inside = f"<NtryDtls><TxDtls><Amt Ccy='USD'>5.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>{amounts}</TxDtls></NtryDtls>"
        _entry, detail = self.one(camt.camt(camt.entry(more=inside)), "5.00")
        self.assertEqual((detail.amount, detail.currency), (5, "EUR"))

    def test_figures_that_are_no_bookings(self):
        """Interest, availability, credit lines, fees already inside: told of, never added."""
        line = "</Tp><CdtLine><Incl>false</Incl><Amt Ccy='EUR'>1000.00</Amt></CdtLine><Amt"
        fee = "<Rcrd><Amt Ccy='EUR'>0.30</Amt><CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>1</ChrgInclInd></Rcrd>"
        more = (
            "<Avlbty><Dt><NbOfDays>1</NbOfDays></Dt><Amt Ccy='EUR'>4.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Avlbty>"
            f"<Chrgs><TtlChrgsAndTaxAmt Ccy='EUR'>0.30</TtlChrgsAndTaxAmt>{fee}</Chrgs>"
            "<Intrst><Rcrd><Amt Ccy='EUR'>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Rcrd></Intrst>"
        )
        opening = camt.balance("OPBD", "1.00").replace("</Tp><Amt", line)
        content = camt.camt(opening + camt.entry(more=more) + camt.balance("CLBD", "6.00"))
        (entry,) = self.said(content, "5.00", opening="1", closing="6")
        self.assertEqual([(charge.amount, charge.included) for charge in entry.charges], [(Decimal("-0.30"), True)])
        self.nothing_wrong(content)

    def test_balances(self):
        """Of two closing ones the later, of a proprietary one nothing; beside the former closing the opening one."""
        later = camt.balance("CLBD", "9.00").replace("2024-01-01", "2024-01-02")
        inside = camt.balance("PRCD", "1.00") + camt.balance("CLBD", "6.00") + later
        self.said(camt.camt(inside + camt.entry("8.00")), "8.00", opening="1", closing="9")
        inside = camt.balance("PRCD", "9.00") + camt.balance("OPBD", "1.00")
        self.said(camt.camt(inside + camt.entry()), "5.00", opening="1")
        inside = camt.balance("OPBD", "7.00").replace("<Cd>OPBD</Cd>", "<Prtry>First</Prtry>") + camt.entry()
        self.assertIsNone(odd.events(camt.camt(inside))[0].opening)
        inside = camt.balance("OPBD", "0.00", "DBIT") + camt.entry()
        self.assertFalse(odd.events(camt.camt(inside))[0].opening.is_signed(), "no debit of nothing")

    def test_parties_of_both_structures(self):
        for version, opens, ends in (("053.001.02", "", ""), ("053.001.08", "<Pty>", "</Pty>")):
            with self.subTest(version):
                named = "".join(
                    f"<{tag}>{opens}<Nm>{name}</Nm>{ends}</{tag}>"
                    for tag, name in (("Dbtr", "Almond"), ("UltmtDbtr", "Birch"), ("Cdtr", "We"))
                )
                more = f"<NtryDtls><TxDtls><RltdPties>{named}</RltdPties></TxDtls></NtryDtls>"
                _entry, detail = self.one(camt.camt(camt.entry(more=more), version=version), "5.00")
                self.assertEqual((detail.counterparty, detail.ultimate), (Party(name="Almond"), Party(name="Birch")))

    def test_documents_paid_and_deducted(self):
        paid = (
            "<Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>INV/1</Nb><RltdDt><Dt>2024-01-01</Dt>"
            "</RltdDt></RfrdDocInf><RfrdDocAmt><RmtdAmt Ccy='EUR'>6.00</RmtdAmt></RfrdDocAmt></Strd>"
        )
        deducted = (
            "<Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CREN</Cd></CdOrPrtry></Tp><Nb>CN/2</Nb></RfrdDocInf><RfrdDocAmt>"
            "<CdtNoteAmt Ccy='EUR'>1.00</CdtNoteAmt></RfrdDocAmt></Strd>"
        )
        more = f"<NtryDtls><TxDtls><RmtInf>{paid}{deducted}</RmtInf></TxDtls></NtryDtls>"
        _entry, detail = self.one(camt.camt(camt.entry(more=more), version="053.001.13"), "5.00")
        self.assertEqual([(one.value, str(one.amount)) for one in detail.references],
                         [("INV/1", "6.00"), ("CN/2", "-1.00")])  # fmt: skip
        self.assertEqual(str(detail.references[0].document_date), "2024-01-01")

    def test_summaries_of_both_structures(self):
        for version, net in (
            ("053.001.02", "<TtlNetNtryAmt>5.00</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd>"),
            ("053.001.08", "<TtlNetNtry><Amt>5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry>"),
        ):
            for count, wrong in ((1, []), (2, ["statement.count"])):
                said = f"<NbOfNtries>{count}</NbOfNtries><Sum>5.00</Sum>{net}"
                summary = f"<TxsSummry><TtlNtries>{said}</TtlNtries></TxsSummry>"
                found = odd.events(camt.camt(summary + camt.entry(), version=version))
                with self.subTest(version, count=count):
                    self.assertEqual([event.code for event in found if isinstance(event, Finding)], wrong)

    def test_envelopes_and_spaces(self):
        plain = camt.camt(camt.entry())
        space = " xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'"
        self.said(plain.replace("<Ntry>", f"<Ntry{space}>"), "5.00", account=odd.OWN)
        self.said(f"<?xml version='1.1'?>{plain}", "5.00", account=odd.OWN)
        self.said(f"<x>{plain}{camt.camt(camt.entry('6.00'))}</x>", "5.00", "6.00", account=odd.OWN)


class TestOddMt(OddStatement):
    def line(self, entry, text="TEXT"):
        return f":61:{entry}\n:86:{text}\n"

    def interim(self, inside, ends=""):
        return (
            f":20:R1\n:25:12345678/0001\n:28C:1/2\n:34F:EURD100,\n:34F:EURC5,\n:13D:2401021200+0100\n{inside}{ends}-\n"
        )

    def test_long_texts(self):
        lines = tuple(f"LINE {number} OF THE TEXT" for number in range(8))
        _entry, detail = self.one(mt.mt(self.line("2401020102C5,00NTRFNONREF", "\n".join(lines))), "5.00")
        self.assertEqual(detail.remittance, lines)
        parts = [*range(20, 30), *range(60, 64)]
        text = "166?00GUTSCHRIFT?100399" + "".join(f"?{part}PART {part} OF TWENTY-SEVEN X" for part in parts)
        wrapped = "\n".join(text[at : at + 65] for at in range(0, len(text), 65)) + "?30ZZBKDE00XXX?32ALMOND"
        _entry, detail = self.one(mt.mt(self.line("2401020102C5,00NTRFNONREF", wrapped)), "5.00")
        self.assertEqual([int(line[5:7]) for line in detail.remittance], parts)
        self.assertEqual((detail.counterparty.name, detail.counterparty.bic), ("ALMOND", "ZZBKDE00XXX"))

    def test_texts_that_look_like_fields(self):
        text = ("TEXT", "- MORE", "-5 PIECES", ":INV: 12", ":20 pieces", ".")
        _entry, detail = self.one(mt.mt(self.line("2401020102C5,00NTRFX", "\n".join(text))), "5.00")
        self.assertEqual(detail.remittance, text)

    def test_no_text(self):
        for inside in (":61:2401020102C5,00NTRFNONREF\n:86:\n", ":61:2401020102C5,00NTRFNONREF\n"):
            (entry,) = self.said(mt.mt(inside), "5.00", closing="5")
            self.assertEqual([detail.remittance for detail in entry.details if detail.remittance], [])

    def test_one_text_for_two_entries(self):
        both = self.said(mt.mt(":61:2401020102C2,00NTRFA\n:61:2401020102C3,00NTRFB\n:86:TEXT\n"), "2.00", "3.00")
        self.assertEqual([entry.details[0].remittance for entry in both], [(), ("TEXT",)])

    def test_text_before_the_entries(self):
        content = mt.mt(":86:TERMS CHANGE\n" + self.line("2401020102C5,00NTRFX"))
        _entry, detail = self.one(content, "5.00")
        self.assertEqual((detail.remittance, odd.events(content)[-1].additional), (("TEXT",), "TERMS CHANGE"))

    def test_reversals_with_funds_code(self):
        (entry,) = self.said(mt.mt(self.line("2401020102RDR5,00NTRFX")), "5.00", closing="5")
        self.assertTrue(entry.reversal)
        content = mt.mt(self.line("2401020102RCR5,00NTRFX"), "C240101EUR5,", "C240131EUR0,")
        self.said(content, "-5.00", opening="5", closing="0")

    def test_balance_of_nought(self):
        content = mt.mt(self.line("2401020102C5,00NTRFX"), "D240101EUR5,", "D240131EUR0,")
        self.said(content, "5.00", opening="-5", closing="0")
        self.nothing_wrong(content)

    def test_supplementary_details(self):
        said = ":61:2401020102C5,00NTRFREF1//BANK1\n/OCMT/USD5,50//CHGS/EUR0,10/\n:86:TEXT\n"
        entry, detail = self.one(mt.mt(said), "5.00")
        self.assertEqual((entry.bank_ref, detail.end_to_end_id, detail.exchange.instructed, detail.charges[0].amount),
                         ("BANK1", "REF1", Decimal("5.50"), Decimal("-0.10")))  # fmt: skip

    def test_days_around_the_year_and_in_a_leap_year(self):
        for line, booked, value in (
            ("2312310102C5,00NTRFX", "2024-01-02", "2023-12-31"),
            ("2401021231C5,00NTRFX", "2023-12-31", "2024-01-02"),
            ("2403010229C5,00NTRFX", "2024-02-29", "2024-03-01"),
        ):
            (entry,) = self.said(mt.mt(self.line(line)), "5.00")
            self.assertEqual((str(entry.booked_on), str(entry.value_on)), (booked, value))

    def test_large_amounts(self):
        content = mt.mt(self.line("2401020102C123456789012,34NTRFX"), closing="C240131EUR123456789012,34")
        self.said(content, "123456789012.34", closing="123456789012.34")

    def test_pages_of_both_kinds_and_interim_reports_in_one_file(self):
        first = ":20:A1\n:25:1/2\n:28C:1/1\n:60F:C240101EUR0,\n:61:2401020102C5,00NTRFX\n:62M:C240131EUR5,\n-\n"
        last = ":20:A1\n:25:1/2\n:28C:1/2\n:60M:C240131EUR5,\n:61:2401020102C6,00NTRFY\n:62F:C240131EUR11,\n-\n"
        interim = self.interim(":61:2401020102C5,00NTRFR1//B1\n")
        for content in (first + last + interim, interim + first + last):
            self.nothing_wrong(content)
            self.assertEqual(sorted(self.statuses(content)), ["booked", "booked", "information"])
            headers = [event for event in odd.events(content) if isinstance(event, Header)]
            self.assertEqual(sorted(header.intraday for header in headers), [False, False, True])

    def test_interim_report(self):
        """Floor limits are no balances; announced bookings are of the future; nothing is booked."""
        content = self.interim(":61:2401020102C5,00NTRFR1\n:61:2401020102RC2,00NTRFR1\n:61:2401020102ED5,00NTRFR2\n")
        self.assertEqual(self.statuses(content), ["information", "information", "future"])
        self.said(content, "5.00", "-2.00", "-5.00")
        header, footer = odd.events(content)[0], odd.events(content)[-1]
        self.assertEqual((header.opening, footer.closing), (None, None))
        self.said(self.interim("", ":90D:0EUR0,\n:90C:0EUR0,\n"))
        yen = self.interim(":61:2401020102C500,NTRFR1\n", ":90D:0JPY0,\n:90C:1JPY500,\n").replace("EUR", "JPY")
        self.said(yen, "500", currency="JPY")


class TestOddBai2(OddStatement):
    def test_several_groups(self):
        """Day, currency and decimals are those of the group, or of the account where it has its own."""
        content = (
            "01,1,9,240102,0615,1,80,1,2/\n"
            "02,9,1,1,240102,2400,USD,2/\n03,1,,010,0,,/\n16,195,500,Z,B1,C1,T/\n49,500,3/\n98,500,1,5/\n"
            "02,9,1,1,240103,,JPY,2/\n03,2,,010,0,,/\n16,475,700,1,,77,T/\n49,700,3/\n"
            "03,3,KWD,010,0,,/\n16,195,1500,0,B3,C3,T/\n49,1500,3/\n98,2200,2,8/\n99,2700,2,15/\n"
        )
        entries = [event for event in odd.events(content) if isinstance(event, Entry)]
        self.assertEqual([(str(entry.amount), entry.currency, entry.booked_on.day) for entry in entries],
                         [("5.00", "USD", 2), ("-700", "JPY", 3), ("1.500", "KWD", 3)])  # fmt: skip
        self.assertEqual(entries[1].details[0].cheque_number, "77")
        self.nothing_wrong(content)

    def test_availability(self):
        """When money may be used is no second amount, in bookings as in summaries."""
        for funds in ("0", "1", "2", "S,100,200,200", "V,240105,", "D,5,0,100,1,100,2,100,3,100,4,100"):
            with self.subTest(funds):
                self.said(bai2.bai2(f"16,195,500,{funds},B1,C1,T/"), "5.00", currency="USD")
        account = "03,1,USD,010,0,,Z,015,500,,S,300,200,0,072,200,4,V,240105,,074,100,,D,2,0,60,1,40/"
        content = bai2.bai2(account=account, total=1300)
        self.said(content, "5.00", opening="0", closing="5", currency="USD")
        kinds = [balance.kind for balance in odd.events(content)[-1].balances]
        self.assertEqual(kinds, ["OPBD", "CLBD", "072", "074"])

    def test_texts(self):
        entry = "16,475,500,,,1001,PAID, 24/01/02\n88,LINE,/ TWO/\n88,/THREE"
        _entry, detail = self.one(bai2.bai2(entry), "-5.00", currency="USD")
        self.assertEqual(
            (detail.cheque_number, detail.remittance), ("1001", ("PAID, 24/01/02", "LINE,/ TWO", "/THREE"))
        )

    def test_records_continued_anywhere(self):
        self.said(bai2.bai2("16,195,500\n88,Z,B1\n88,C1,T/"), "5.00", currency="USD")
        group = bai2.bai2().replace("240102,2400,USD,2/", "240102,2400\n88,JPY,2/").replace("03,1,USD", "03,1,")
        self.said(group, "500", currency="JPY")

    def test_notes(self):
        content = bai2.bai2("16,195,500,Z,B1,C1,T/\n16,890,,,,,NOTE TO YOU/")
        _booked, note = self.said(content, "5.00", "0.00", currency="USD")
        self.assertEqual((note.status, note.details[0].remittance), ("information", ("NOTE TO YOU",)))

    def test_filled_up_records_and_signed_totals(self):
        filled = "\n".join(line.ljust(80) for line in bai2.bai2().splitlines())
        self.said(filled, "5.00", currency="USD")
        self.said(bai2.bai2().replace("49,500,", "49,+00500,"), "5.00", currency="USD")

    def test_previous_day_and_interim_report_in_one_file(self):
        content = bai2.bai2() + bai2.bai2().replace("240102,2400,USD,2/", "240103,1200,USD,3/")
        self.assertEqual(self.statuses(content), ["booked", "information"])


class TestOddOfx(OddStatement):
    def test_one_line(self):
        for content in (ofx.ofx().replace("\n", ""), ofx.ofx().replace("\n", " ")):
            self.said(content, "-5.00", closing="-95", account="123")

    def test_headers_of_version_two(self):
        inside = ofx.ofx().partition("<OFX>")[2]
        for tag in ("CURDEF", "BANKID", "ACCTID", "DTSTART", "DTEND", "TRNTYPE", "DTPOSTED", "TRNAMT", "FITID", "NAME",
                    "BALAMT", "DTASOF"):  # fmt: skip
            head, _tag, rest = inside.partition(f"<{tag}>")
            value, _next, rest = rest.partition("<")
            inside = f"{head}<{tag}>{value}</{tag}><{rest}"
        for start in (
            *(f'<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="{number}" SECURITY="NONE"?>\n'
              for number in (200, 202, 203, 211, 220)),
            "<?OFX OFXHEADER='200' VERSION='211' SECURITY='NONE'?>",
            "",
        ):  # fmt: skip
            with self.subTest(start):
                self.said(f"{start}<OFX>{inside}", "-5.00", closing="-95", account="123")

    def test_pending_is_not_booked(self):
        held = "<STMTTRNP><TRNTYPE>DEBIT<DTTRAN>20240401<TRNAMT>-9.00<NAME>Held</STMTTRNP>"
        pending = f"</BANKTRANLIST><BANKTRANLISTP><DTASOF>20240401{held}</BANKTRANLISTP>"
        content = ofx.ofx().replace("</BANKTRANLIST>", pending)
        self.said(content, "-5.00", "-9.00", closing="-95")
        self.assertEqual(self.statuses(content), ["booked", "pending"])

    def test_currencies(self):
        """ORIGCURRENCY: already in that of the account. CURRENCY: the amount is in another, which is told."""
        original = "<ORIGCURRENCY><CURRATE>1.1<CURSYM>USD</ORIGCURRENCY></STMTTRN>"
        entry, _detail = self.one(ofx.ofx(ofx.ENTRY.replace("</STMTTRN>", original)), "-5.00")
        self.assertEqual((entry.currency, entry.exchange.source), ("EUR", "USD"))
        foreign = original.replace("ORIGCURRENCY", "CURRENCY")
        found = odd.events(ofx.ofx(ofx.ENTRY.replace("</STMTTRN>", foreign)))
        self.assertEqual([event.currency for event in found if isinstance(event, Entry)], ["USD"])
        self.assertEqual([event.code for event in found if isinstance(event, Finding)], ["statement.currency"])

    def test_other_balances_and_closing_statements(self):
        listed = "</LEDGERBAL><BALLIST><BAL><NAME>Line<BALTYPE>DOLLAR<VALUE>1000.00<DTASOF>20240331</BAL></BALLIST>"
        closing = (
            "<STMTENDTRNRS><STMTENDRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>123</BANKACCTFROM><CLOSING><FITID>C1"
            "<BALOPEN>0<BALCLOSE>-77.00</CLOSING></STMTENDRS></STMTENDTRNRS></BANKMSGSRSV1>"
        )
        content = ofx.ofx().replace("</LEDGERBAL>", listed).replace("</BANKMSGSRSV1>", closing)
        self.said(content, "-5.00", closing="-95")

    def test_empty_and_open_elements(self):
        for change in (
            ("<NAME>Almond", "<NAME><MEMO>Almond"),
            ("</STMTTRN>", "<MEMO></STMTTRN>"),
            ("</STMTTRN>", ""),
            ("-5.00", " -5.00 "),
        ):
            with self.subTest(change):
                self.said(ofx.ofx(ofx.ENTRY.replace(*change) + ofx.ENTRY), "-5.00", "-5.00", closing="-95")


class TestOddFixed(OddStatement):
    """CODA, CFONB and Norma 43."""

    def test_free_communication_over_three_records(self):
        lines = coda_21(1, "5.00", text="A" * 53), coda_22(1, text="B" * 53), coda_23(1, text="C" * 43, name="ALMOND")
        _entry, detail = self.one(coda_file(lines), "5.00")
        self.assertEqual(
            ("".join(detail.remittance), detail.counterparty.name), ("A" * 53 + "B" * 53 + "C" * 43, "ALMOND")
        )

    def test_messages_of_the_bank(self):
        said = (record(128, (0, f"4 {number:04}0000"), (32, text), (127, str(2 - number)))
                for number, text in ((1, "WE CHANGE"), (2, "OUR TERMS")))  # fmt: skip
        content = coda_file([coda_21(1, "5.00", text="FREE")]).replace("\r\n9", "\r\n" + "\r\n".join(said) + "\r\n9")
        _entry, detail = self.one(content, "5.00", closing="1005")
        self.assertEqual((detail.remittance, odd.events(content)[-1].additional), (("FREE",), "WE CHANGE OUR TERMS"))

    def test_information_of_three_records(self):
        lines = coda_21(1, "5.00"), coda_31(1, 1, "FIRST"), coda_3(2, 1, 1, "SECOND"), coda_3(3, 1, 1, "THIRD")
        _entry, detail = self.one(coda_file(lines), "5.00")
        self.assertEqual(detail.additional, "FIRST SECOND THIRD")

    def test_global_amount_with_details_of_both_directions(self):
        lines = coda_21(1, "5.00", totals="1", code="10150000"), coda_21(1, "7.00", 1), coda_21(1, "-2.00", 2)
        (entry,) = self.said(coda_file(lines), "5.00", closing="1005")
        self.assertEqual([str(detail.amount) for detail in entry.details], ["7.00", "-2.00"])

    def test_days_that_are_not_told(self):
        (entry,) = self.said(coda_file([coda_21(1, "5.00").replace("0150324", "0000000", 1)]), "5.00")
        self.assertEqual((entry.value_on, str(entry.booked_on)), (None, "2024-03-15"))
        (entry,) = self.said(n43_file([n43_22("5", value="000000")]), "5.00")
        self.assertEqual((entry.value_on, str(entry.booked_on)), (None, "2024-03-15"))
        content = cfonb_file([cfonb_04("5")]).replace("  140324", "  000000", 1)
        self.said(content, "5.00", opening="1000", closing="1005")

    def test_accounts_of_other_countries(self):
        for structure, account in (("1", "0012345678901234567890"), ("3", "FR7630006000011234567890189")):
            self.said(coda_file([coda_21(1, "5")], account=account, structure=structure), "5.00", account=account)

    def test_complements(self):
        """The amount as it was sent is told beside; names, reference and more text find their places."""
        said = {
            "NPY": "ALMOND", "LIB": "MORE TEXT", "RCN": "E2E-1", "REF": "REFERENCE X",
            "MMO": "USD200000000000550",
        }  # fmt: skip
        entry, detail = self.one(cfonb_file([cfonb_04("5"), *(cfonb_05(*one) for one in said.items())]), "5.00")
        self.assertEqual((detail.counterparty.name, detail.end_to_end_id, detail.remittance, entry.bank_ref),
                         ("ALMOND", "E2E-1", ("VIR RECU", "MORE TEXT"), "REFERENCE X"))  # fmt: skip
        self.assertEqual((detail.exchange.instructed, detail.exchange.instructed_currency), (Decimal("5.50"), "USD"))

    def test_three_decimals(self):
        content = cfonb_file([cfonb_04("5")]).replace("EUR2", "TND3")
        self.said(content, "0.500", opening="100", closing="100.5", currency="TND")

    def test_equivalents_and_statements_in_two_currencies(self):
        """The amount in the other currency stands beside, wherever its record stands; decimals are always two."""
        for lines in (
            [n43_22("5"), n43_24("840", "5.50"), n43_23(1, "A", "B")],
            [n43_22("5"), n43_23(1, "A", "B"), n43_24("840", "5.50")],
        ):
            entry, detail = self.one(n43_file(lines), "5.00")
            self.assertEqual((str(entry.exchange.instructed), entry.exchange.instructed_currency), ("5.50", "USD"))
            self.assertEqual(detail.remittance, ("A", "B"))
        both = [*n43_statement([n43_22("5")]), *n43_statement([n43_22("-3")], currency="392"), f"88{'9' * 18}000006"]
        found = odd.events("\r\n".join(both))
        self.assertEqual([(str(event.amount), event.currency) for event in found if isinstance(event, Entry)],
                         [("5.00", "EUR"), ("-3.00", "JPY")])  # fmt: skip
        self.assertEqual([str(event.closing) for event in found if isinstance(event, Footer)], ["1005.00", "997.00"])


class TestOddTables(OddStatement):
    """A table whose texts hold what else ends a cell or a row."""

    HEAD, _first, ROW = odd.CSV.splitlines()

    def test_texts_over_several_lines(self):
        row = self.ROW.replace("Miete; M", 'Rent; ""March""\r\n\r\n;Lot, 1\r\n')
        for content in (
            f"{self.HEAD}\r\n{row}\r\n",
            f"sep=;\r\n{self.HEAD}\r\n{row}\r\n",
            f"\ufeff{self.HEAD}\r\n{row}\r\n{';' * 17}\r\n",
        ):
            _entry, detail = self.one(content, "1090", closing="5000", account=odd.OWN)
            words = " ".join(" ".join(detail.remittance).split())
            self.assertEqual(words, 'Rent; "March" ;Lot, 1')

    def test_other_order_and_more_columns(self):
        row = self.ROW.replace('"Miete; M"', "Rent")
        turned = [";".join(reversed(line.split(";"))) for line in (self.HEAD, row)]
        self.said("\n".join(turned), "1090", closing="5000", account=odd.OWN)
        self.said(f"{self.HEAD};\n{self.ROW};\n", "1090", closing="5000", account=odd.OWN)

    def test_signs_and_grouping(self):
        for written, amount in (("1\u00a0090,00", "1090.00"), ("\u22121.090,00", "-1090.00"), ("+1.090,00", "1090.00")):
            with self.subTest(written):
                self.said(f"{self.HEAD}\n{self.ROW.replace('1.090', written, 1)}\n", amount, closing="5000")
