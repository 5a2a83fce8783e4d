"""Answers to payments: pain.002, NACHA returns and changes, and the order in which statuses count."""

import io
import itertools
import json
import random
from decimal import Decimal

from odoo.addons.connector_bank.answers import (
    CAUSES,
    STATUSES,
    BatchAnswer,
    GroupAnswer,
    ItemAnswer,
    nacha_return,
    pain002,
)
from odoo.addons.connector_bank.answers.standing import Standing, answered, returned
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.tests.pure import PureCase

REPORT = b"""<?xml version="1.0"?><p:Document xmlns:p="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">
<p:CstmrPmtStsRpt>
<p:GrpHdr><p:MsgId>A1</p:MsgId><p:CreDtTm>2026-11-20T09:30:00+01:00</p:CreDtTm></p:GrpHdr>
<p:OrgnlGrpInfAndSts><p:OrgnlMsgId>RUN-7</p:OrgnlMsgId><p:OrgnlMsgNmId>pain.001.001.09</p:OrgnlMsgNmId>
 <p:GrpSts>PART</p:GrpSts><p:NbOfTxsPerSts><p:DtldNbOfTxs>1</p:DtldNbOfTxs><p:DtldSts>RJCT</p:DtldSts></p:NbOfTxsPerSts>
</p:OrgnlGrpInfAndSts>
<p:OrgnlPmtInfAndSts><p:OrgnlPmtInfId>RUN-7-1</p:OrgnlPmtInfId><p:PmtInfSts>PART</p:PmtInfSts>
 <p:TxInfAndSts><p:OrgnlInstrId>I1</p:OrgnlInstrId><p:OrgnlEndToEndId>E1</p:OrgnlEndToEndId>
  <p:OrgnlUETR>11111111-1111-4111-8111-111111111111</p:OrgnlUETR><p:TxSts>ACSP</p:TxSts>
  <p:AcctSvcrRef>B1</p:AcctSvcrRef></p:TxInfAndSts>
 <p:TxInfAndSts><p:OrgnlEndToEndId>E2</p:OrgnlEndToEndId><p:TxSts>RJCT</p:TxSts>
  <p:StsRsnInf><p:Rsn><p:Cd>AC04</p:Cd></p:Rsn><p:AddtlInf>closed</p:AddtlInf>
   <p:AddtlInf>since May</p:AddtlInf></p:StsRsnInf>
  <p:StsRsnInf><p:Rsn><p:Prtry>X9</p:Prtry></p:Rsn></p:StsRsnInf>
  <p:OrgnlTxRef><p:Amt><p:InstdAmt Ccy="EUR">10.50</p:InstdAmt></p:Amt><p:Cdtr><p:Pty><p:Nm>Ida</p:Nm></p:Pty></p:Cdtr>
  </p:OrgnlTxRef></p:TxInfAndSts>
</p:OrgnlPmtInfAndSts></p:CstmrPmtStsRpt></p:Document>"""

ENTRY = "626231380104744-5678-99      0000012500PAY-2026-0001  Best Co. #23          0 1121042880000001"
RETURN = "799R03231380100000007      12104288No such account                             121042880000001"
CHANGE = "798C03231380100000007      12104288121042882   1918171614                      121042880000001"


def nacha(*records, debit=12500, credit=0, entries=None, kind="PPD"):
    count = len(records) if entries is None else entries
    header = f"5225Our Company{'':36}".ljust(50) + kind
    lines = ["101 231380104 1210428822611201A094101".ljust(94), header.ljust(87) + "0000001", *records,
             f"8225{count:06d}{23138010:010d}{debit:012d}{credit:012d}".ljust(87) + "0000001",
             f"9000001000001{count:08d}{23138010:010d}{debit:012d}{credit:012d}".ljust(94)]  # fmt: skip
    return io.BytesIO("\n".join(line.ljust(94)[:94] for line in lines).encode())


class TestPain002(PureCase):
    def test_all_levels(self):
        group, first, second, batch = pain002.parse(io.BytesIO(REPORT))
        self.assertEqual((group.message_id, group.original_message_id, group.status), ("A1", "RUN-7", "PART"))
        self.assertEqual((group.original_kind, group.counts), ("pain.001.001.09", (("RJCT", 1),)))
        self.assertEqual((batch.batch_id, batch.status), ("RUN-7-1", "PART"))
        self.assertEqual((first.end_to_end_id, first.status, first.batch_id), ("E1", "ACSP", "RUN-7-1"))
        self.assertEqual((first.instruction_id, first.uetr[:4], first.bank_ref), ("I1", "1111", "B1"))
        self.assertEqual([(r.code, r.own, r.text) for r in second.reasons],
                         [("AC04", None, "closed since May"), (None, "X9", None)])  # fmt: skip
        self.assertEqual((second.amount, second.currency, second.name), (Decimal("10.50"), "EUR", "Ida"))
        self.assertEqual(second.place, "OrgnlPmtInfAndSts[1]/TxInfAndSts[2]")

    def test_recognised(self):
        self.assertTrue(pain002.recognises(REPORT))
        self.assertTrue(pain002.recognises(b"<Document><CstmrPmtStsRpt>"))
        self.assertFalse(pain002.recognises(b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>"))
        self.assertFalse(pain002.recognises(b"101 231380104"))

    def test_refused(self):
        cases = {
            "pain002.truncated": REPORT.replace(b"CstmrPmtStsRpt", b"Other"),
            "xml.truncated": REPORT[:-40],
            "camt.amount": REPORT.replace(b"10.50", b"10,50"),
            "camt.date": REPORT.replace(b"2026-11-20", b"2026-13-20"),
            "camt.number": REPORT.replace(b">1</p:DtldNbOfTxs", b">one</p:DtldNbOfTxs"),
            "xml.doctype": b"<!DOCTYPE x><Document/>",
        }
        for code, content in cases.items():
            with self.subTest(code), self.assertRaises(FormatError) as caught:
                list(pain002.parse(io.BytesIO(content)))
            self.assertEqual(caught.exception.code, code)
        with self.assertRaises(FormatError) as caught:
            list(pain002.parse(io.BytesIO(cases["camt.amount"])))
        self.assertEqual(caught.exception.place, "OrgnlPmtInfAndSts[1]/TxInfAndSts[2]")
        with self.assertRaises(FormatError) as caught:
            list(pain002.parse(io.BytesIO(b"<Document><CstmrPmtStsRpt><GrpHdr/></CstmrPmtStsRpt></Document>")))
        self.assertEqual(caught.exception.code, "pain002.empty")

    def test_damaged(self):
        damaged(self, pain002.parse, REPORT)

    def test_corpus(self):
        for name, facts in corpus(self, "pain002/"):
            with self.subTest(name):
                found = list(pain002.parse(io.BytesIO((CORPUS / name).read_bytes())))
                statuses = {kind: unique(a.status for a in found if isinstance(a, kind))
                            for kind in (GroupAnswer, BatchAnswer, ItemAnswer)}  # fmt: skip
                self.assertEqual(
                    [set(statuses[kind]) for kind in (GroupAnswer, BatchAnswer, ItemAnswer)],
                    [set(facts[f"{kind}_status"]) for kind in ("group", "payment", "transaction")],
                )
                self.assertEqual(set(unique(r.code for a in found for r in a.reasons)), set(facts["reasons"]))
                self.assertEqual(unique(a.original_message_id for a in found if isinstance(a, GroupAnswer)),
                                 facts["original_message"])  # fmt: skip


class TestNachaReturn(PureCase):
    def test_a_return(self):
        item, batch = nacha_return.parse(nacha(ENTRY, RETURN))
        self.assertEqual((item.status, item.instruction_id), ("RJCT", "231380100000007"))
        self.assertEqual(item.end_to_end_id, "PAY-2026-0001")
        self.assertEqual((item.amount, item.reasons[0].code, item.reasons[0].text), (125, "R03", "No such account"))
        self.assertEqual((item.account, item.name, batch.batch_id), ("744-5678-99", "Best Co. #23", "0000001"))
        self.assertEqual(item.place, "line 4")

    def test_a_notification_of_change_rejects_nothing(self):
        entry = ENTRY.replace("0000012500", "0000000000")
        item, _batch = nacha_return.parse(nacha(entry, CHANGE, debit=0, kind="COR"))
        self.assertEqual((item.status, item.reasons[0].code), (None, "C03"))
        self.assertEqual(item.corrected, (("routing_number", "121042882"), ("account", "1918171614")))

    def test_refused(self):
        cases = {
            "nacha.control": nacha(ENTRY, RETURN, debit=12400),
            "nacha.amount": nacha(ENTRY.replace("0000012500", "00000125.0"), RETURN),
            "nacha.record": nacha(RETURN),
            "nacha.empty": nacha(ENTRY),
        }
        for code, content in cases.items():
            with self.subTest(code), self.assertRaises(FormatError) as caught:
                list(nacha_return.parse(content))
            self.assertEqual(caught.exception.code, code)
        with self.assertRaises(FormatError) as caught:
            list(nacha_return.parse(io.BytesIO(b"X no such record")))
        self.assertEqual((caught.exception.code, caught.exception.place), ("nacha.record", "line 1"))

    def test_damaged(self):
        damaged(self, nacha_return.parse, nacha(ENTRY, RETURN).getvalue())

    def test_corpus(self):
        for name, facts in corpus(self, "nacha_return/"):
            with self.subTest(name):
                found = list(nacha_return.parse(io.BytesIO((CORPUS / name).read_bytes())))
                items = [answer for answer in found if isinstance(answer, ItemAnswer)]
                self.assertEqual([i.reasons[0].code for i in items], facts["return_or_noc_codes"])
                self.assertEqual(len(items), facts["entries"])
                batches = len(found) - len(items)
                self.assertEqual(batches, facts["statements"])


class TestStanding(PureCase):
    """Whatever the order, forward only."""

    def run_through(self, *codes, standing=None):
        standing, notes = standing or Standing(), []
        for code in codes:
            change = answered(standing, code)
            standing = change.standing
            notes.append(change.note)
        return standing, notes

    def test_forward(self):
        standing, notes = self.run_through("ACTC", "ACCP", "ACSP", "ACSC")
        self.assertEqual((standing.state, standing.code, set(notes)), ("acknowledged", "ACSC", {"new"}))

    def test_an_announcement_settles_nothing(self):
        for code in ("ACSC", "ACCC"):
            self.assertEqual(self.run_through(code)[0].state, "acknowledged")

    def test_any_order_ends_alike(self):
        codes = ["RCVD", "ACTC", "ACCP", "ACSP", "ACSC"]
        for order in itertools.permutations(codes):
            self.assertEqual(self.run_through(*order, *order)[0], self.run_through(*codes)[0])

    def test_never_back(self):
        rng = random.Random(3)
        ranks = {"initiated": 0, "acknowledged": 1, "reconciled": 2, "rejected": 3, "reversed": 4}
        for _each in range(2000):
            standing = Standing()
            for code in rng.choices([*STATUSES, "returned", "XXXX"], k=12):
                change = returned(standing) if code == "returned" else answered(standing, code)
                self.assertGreaterEqual(ranks[change.standing.state], ranks[standing.state])
                if change.note in ("repeated", "late", "unknown_status", "mixed"):
                    self.assertEqual(change.standing, standing)
                standing = change.standing

    def test_what_contradicts_is_told(self):
        self.assertEqual(self.run_through("ACSC", "RJCT")[1], ["new", "contradiction"])
        self.assertEqual(self.run_through("RJCT", "ACSC")[1], ["new", "contradiction"])
        self.assertEqual(self.run_through("RJCT", "ACSP")[1], ["new", "contradiction"])
        self.assertEqual(self.run_through("RJCT", "ACTC")[1], ["new", "late"])
        self.assertEqual(self.run_through("RJCT", "RJCT")[1], ["new", "repeated"])
        seen = Standing("reconciled", "ACSC")
        self.assertEqual(answered(seen, "RJCT").note, "contradiction")
        self.assertEqual(answered(returned(Standing()).standing, "ACSP").note, "late")

    def test_taken_back(self):
        """What we asked for is no contradiction; money that left comes back by a statement, not by an answer."""
        for before in ((), ("ACSP",), ("ACSC",)):
            standing, notes = self.run_through(*before, "PDCR", "ACCR", "ACCR")
            self.assertEqual((standing.state, standing.code, notes[-2:]), ("rejected", "ACCR", ["new", "repeated"]))
        seen = Standing("reconciled", "ACSC")
        self.assertEqual(answered(seen, "ACCR").standing, seen)
        kept, notes = self.run_through("ACSP", "RJCR")
        self.assertEqual((kept.state, kept.code, notes[-1]), ("acknowledged", "ACSP", "new"))

    def test_a_payee_whose_name_differs_waits_for_a_person(self):
        standing, _notes = self.run_through("ACTC", "RVNM")
        self.assertEqual((standing.state, standing.decide), ("acknowledged", "RVNM"))
        self.assertIsNone(answered(standing, "ACCP").standing.decide)
        self.assertIsNone(self.run_through("RCVC")[0].decide)

    def test_levels_only_rise(self):
        standing = answered(Standing(), "ACTC", level="hub").standing
        self.assertEqual(standing.level, "hub")
        standing = answered(standing, "ACSP").standing
        self.assertEqual(standing.level, "bank")
        self.assertEqual(answered(standing, "ACSC", level="hub").standing.level, "bank")

    def test_data(self):
        self.assertEqual(len({row.code for row in CAUSES.values()}), len(CAUSES))
        self.assertTrue(all(row.words and row.next and row.who in ("us", "vendor", "bank") for row in CAUSES.values()))
        self.assertTrue({"AC01", "AC04", "AM04", "AM05", "AM10", "MS03", "R01", "R29", "C01"} <= CAUSES.keys())


def unique(values):
    return list(dict.fromkeys(value for value in values if value))


def corpus(case, folder):
    if not (CORPUS / "EXPECTED.json").is_file():
        case.skipTest("no corpus: set FINANCE_CORPUS to the folder with EXPECTED.json")
    expected = json.loads((CORPUS / "EXPECTED.json").read_text(encoding="utf-8"))
    files = {name: facts for name, facts in expected.items() if name.startswith(folder)}
    case.assertTrue(files)
    return files.items()


def damaged(case, parse, content):
    """Answers or a coded error, whatever is done to the bytes."""
    rng = random.Random(11)
    refused = 0
    for _each in range(1500):
        changed = bytearray(content)
        for _change in range(rng.randint(1, 4)):
            place = rng.randrange(len(changed) or 1)
            match rng.randrange(4):
                case 0:
                    changed[place : place + 1] = bytes([rng.randrange(256)])
                case 1:
                    del changed[place : place + rng.randint(1, 40)]
                case 2:
                    changed[place:place] = changed[place : place + rng.randint(1, 60)]
                case 3:
                    changed = changed[:place] or changed
        try:
            list(parse(io.BytesIO(bytes(changed))))
        except FormatError as error:
            case.assertTrue(error.code)
            refused += 1
    case.assertGreater(refused, 100)
