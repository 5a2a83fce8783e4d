"""Answers to cancellations (camt.029) and reports by profile: tables, MT 199 of gpi, MT 900."""

import io
from decimal import Decimal

from odoo.addons.connector_bank.answers import BatchAnswer, GroupAnswer, ItemAnswer, camt029, report
from odoo.addons.connector_bank.answers.codes import STATUSES
from odoo.addons.connector_bank.answers.reading import parse
from odoo.addons.connector_bank.tests.test_pure_answers import damaged
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.tests.pure import PureCase

RESOLUTION = b"""<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.09"><RsltnOfInvstgtn>
<Assgnmt><Id>R1</Id><Assgnr><Agt><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></Agt></Assgnr>
<Assgne><Pty><Nm>We</Nm></Pty></Assgne><CreDtTm>2026-11-20T09:30:00Z</CreDtTm></Assgnmt>
<RslvdCase><Id>CX-1</Id><Cretr><Pty><Nm>We</Nm></Pty></Cretr></RslvdCase>
<Sts><Conf>PECR</Conf></Sts>
<CxlDtls><OrgnlPmtInfAndSts><OrgnlPmtInfId>RUN-7-1</OrgnlPmtInfId>
<OrgnlGrpInf><OrgnlMsgId>RUN-7</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInf>
<TxInfAndSts><OrgnlInstrId>I1</OrgnlInstrId><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxCxlSts>ACCR</TxCxlSts>
<OrgnlInstdAmt Ccy="EUR">10.50</OrgnlInstdAmt></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>E2</OrgnlEndToEndId><TxCxlSts>RJCR</TxCxlSts>
<CxlStsRsnInf><Rsn><Cd>CUST</Cd></Rsn><AddtlInf>keeps it</AddtlInf></CxlStsRsnInf></TxInfAndSts>
</OrgnlPmtInfAndSts></CxlDtls></RsltnOfInvstgtn></Document>"""
TABLE = """Message id;Kundenreferenz;Zahlungsstatus;Grundcode;Grund;Betrag;Währung;Datum
RUN-7;E1;ausgeführt;;;1,250.00;EUR;20.11.2026
RUN-7;E2;abgelehnt;AC04;Konto geschlossen;0.99;EUR;21.11.2026
""".encode()
DEBIT = b"""{1:F01COBADEFFAXXX0000000000}{2:O9001200261120COBADEFFAXXX00000000002611201200N}{4:
:20:C11126A1378
:21:E1
:25:DE89370400440532013000
:32A:261120EUR1250,00
-}"""
GPI = b"""{1:F01COBADEFFAXXX0000000000}{2:O1991200261120COBADEFFAXXX00000000002611201200N}{4:
:20:TRACK1
:21:E1
:79://2611201200+0000
//ACSP/G000
//COBADEFFXXX
-}"""


def answers(module, content):
    return list(module.parse(io.BytesIO(content)))


class TestCamt029(PureCase):
    def test_each_payment(self):
        first, second, batch = answers(camt029, RESOLUTION)
        self.assertEqual((first.end_to_end_id, first.status, first.amount), ("E1", "ACCR", Decimal("10.50")))
        self.assertEqual((first.original_message_id, first.batch_id), ("RUN-7", "RUN-7-1"))
        self.assertEqual((second.status, second.reasons[0].code, second.reasons[0].text), ("RJCR", "CUST", "keeps it"))
        self.assertIsInstance(batch, BatchAnswer)
        self.assertIsNone(batch.status)
        self.assertNotEqual(first.place, second.place)

    def test_the_whole_request(self):
        """Without details the confirmation counts, and our case says what is meant."""
        begin, end = RESOLUTION.index(b"<CxlDtls>"), RESOLUTION.index(b"</CxlDtls>") + len(b"</CxlDtls>")
        for told, status in ((b"CNCL", "ACCR"), (b"RJCR", "RJCR"), (b"PDCR", "PDCR"), (b"UWFW", "UWFW")):
            content = (RESOLUTION[:begin] + RESOLUTION[end:]).replace(b"PECR", told)
            (group,) = answers(camt029, content)
            self.assertEqual((type(group), group.case_id, group.status), (GroupAnswer, "CX-1", status))

    def test_groups(self):
        whole = (
            b"<OrgnlGrpInfAndSts><OrgnlMsgId>RUN-7</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>"
            b"<GrpCxlSts>ACCR</GrpCxlSts></OrgnlGrpInfAndSts>"
        )
        begin, end = RESOLUTION.index(b"<OrgnlPmtInfAndSts>"), RESOLUTION.index(b"</CxlDtls>")
        (group,) = answers(camt029, RESOLUTION[:begin] + whole + RESOLUTION[end:])
        self.assertEqual((group.original_message_id, group.status, group.case_id), ("RUN-7", "ACCR", None))

    def test_damage(self):
        damaged(self, camt029.parse, RESOLUTION)

    def test_recognised(self):
        self.assertEqual(len(list(parse(io.BytesIO(RESOLUTION)))), 3)


class TestReports(PureCase):
    def test_table(self):
        first, second = answers(report, TABLE)
        self.assertEqual((first.end_to_end_id, first.status, first.amount), ("E1", "ACSC", Decimal("1250.00")))
        self.assertEqual((first.original_message_id, str(first.accepted_at.date())), ("RUN-7", "2026-11-20"))
        self.assertEqual((second.status, second.reasons[0].code, second.place), ("RJCT", "AC04", "line 3"))

    def test_words_of_the_payees_check(self):
        rows = "End-to-end id,Status,Payee\nE1,close match,Ida Blue\nE2,No match,\nE3,not applicable,\nE4,match,\n"
        found = answers(report, rows.encode())
        self.assertEqual([one.status for one in found], ["RVMC", "RVNM", "RVNA", "RCVC"])
        self.assertEqual(found[0].name, "Ida Blue")

    def test_messages(self):
        (debit,) = answers(report, DEBIT)
        self.assertEqual((debit.end_to_end_id, debit.status, debit.bank_ref), ("E1", "ACSC", "C11126A1378"))
        self.assertEqual((debit.amount, debit.currency), (Decimal("1250.00"), "EUR"))
        (gpi,) = answers(report, GPI)
        self.assertEqual((gpi.end_to_end_id, gpi.status), ("E1", "ACSP"))
        (refused,) = answers(report, GPI.replace(b"ACSP/G000", b"RJCT/AC01"))
        self.assertEqual((refused.status, refused.reasons[0].code), ("RJCT", "AC01"))

    def test_several_messages(self):
        found = answers(report, DEBIT + b"\n" + DEBIT.replace(b":21:E1", b":21:E2"))
        self.assertEqual([one.end_to_end_id for one in found], ["E1", "E2"])
        self.assertEqual(len({one.place for one in found}), 2)

    def test_nothing_is_guessed(self):
        for content, code in (
            (TABLE.replace("ausgeführt".encode(), b"perhaps"), "report.status"),
            (TABLE.replace(b"1,250.00", b"1e3"), "report.amount"),
            (TABLE.replace(b"1,250.00", b"1250,00"), "report.amount"),
            (TABLE.replace(b"20.11.2026", b"soon"), "report.date"),
            (TABLE.replace(b";E1;", b";;"), "report.id"),
            (DEBIT.replace(b":21:E1", b":21:"), "report.id"),
            (GPI.replace(b"//ACSP", b"//XXXX"), "report.status"),
            (b"a;b\n1;2\n", "report.unknown"),
        ):
            with self.subTest(code), self.assertRaises(FormatError) as caught:
                answers(report, content)
            self.assertEqual(caught.exception.code, code)

    def test_recognised(self):
        for content in (TABLE, DEBIT, GPI):
            self.assertTrue(all(isinstance(one, ItemAnswer) for one in parse(io.BytesIO(content))))
        self.assertFalse(report.recognises(b"%PDF-1.7 not a report"))

    def test_profiles(self):
        """Every word of every profile stands for a status that is known."""
        for code, profile in report.profiles().items():
            with self.subTest(code):
                words = [*profile.get("statuses", {}).values(), *([profile["status"]] if "status" in profile else [])]
                self.assertTrue(words)
                self.assertLessEqual(set(words), STATUSES.keys())

    def test_damage(self):
        damaged(self, report.parse, TABLE)
