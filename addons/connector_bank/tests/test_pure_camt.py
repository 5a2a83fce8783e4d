"""camt: one test per refusal, the shapes banks send, containers, limits."""

import zipfile
from decimal import Decimal
from io import BytesIO, RawIOBase, StringIO, TextIOWrapper
from itertools import pairwise

from odoo.addons.connector_bank.formats import parse, recognise, summaries
from odoo.addons.connector_bank.tests.camt_maker import iban, write_camt053
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.limits import XmlLimits, ZipLimits
from odoo.addons.finance_connector_base.core.safe.xml import xml_events
from odoo.addons.finance_connector_base.core.safe.zip import zip_members
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header
from odoo.addons.finance_connector_base.tests.pure import PureCase

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
OWN = iban("DE", "00000000", 1)
OTHER = iban("DE", "00000000", 2)
ENTRY = "<Amt Ccy='EUR'>5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"


def statement(inside, account=f"<Acct><Id><IBAN>{OWN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"):
    return (
        f"<Document xmlns='{NAMESPACE}'><BkToCstmrStmt><Stmt><Id>S</Id>{account}{inside}"
        "</Stmt></BkToCstmrStmt></Document>"
    )


def entry(inside):
    return statement(f"<Ntry>{inside}</Ntry>")


def balance(kind, amount, sign="CRDT", day="2024-01-01"):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{amount}</Amt>"
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def events(content):
    return list(parse(BytesIO(content.encode() if isinstance(content, str) else content)))


def the_entry(inside):
    return next(event for event in events(entry(inside)) if isinstance(event, Entry))


def packed(**files):
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    target.seek(0)
    return target


class RefusedCase(PureCase):
    def refused(self, code, read, *arguments):
        try:
            read(*arguments)
        except FormatError as error:
            self.assertEqual(error.code, code)
            return error
        return self.fail(f"not refused, {code} was expected")


class TestRefusals(RefusedCase):
    """Every code a camt file can be refused with."""

    def test_file(self):
        self.refused("file.empty", events, "")
        self.refused("file.empty", events, "\ufeff \n")
        self.refused("file.unreadable", lambda: list(parse("/nowhere/at/all.xml")))

    def test_format(self):
        self.refused("format.unknown", events, "hello")
        self.refused("format.unknown", events, "<Document xmlns='urn:example:camt.060.001.02'/>")
        self.refused("format.mismatch", lambda: list(parse(BytesIO(entry(ENTRY).encode()), "camt052")))

    def test_no_statement(self):
        empty = f"<Document xmlns='{NAMESPACE}'><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>"
        self.refused("camt.empty", events, empty)

    def test_xml(self):
        content = entry(ENTRY)
        self.refused("xml.truncated", events, content[:-5])
        self.refused("xml.malformed", events, content.replace("</Amt>", "</Amz>"))
        self.refused("xml.malformed", events, content + "<Document/>")
        self.refused("xml.encoding", events, entry(f"{ENTRY}<AddtlNtryInf>é</AddtlNtryInf>").encode("latin-1"))
        self.refused("xml.encoding", events, "<?xml version='1.0' encoding='x-none'?>" + content)

    def test_doctype(self):
        for start in ("", "<?xml version='1.0'?>", "<!-- a --> <?b c?>\n"):
            bomb = f"{start}<!DOCTYPE Document [<!ENTITY x 'y'>]>{entry(ENTRY)}"
            self.refused("xml.doctype", events, bomb)
            self.refused("xml.doctype", events, bomb.encode("utf-16"))
        hidden = f"<!--{' ' * 70_000}--><!DOCTYPE Document [<!ENTITY x 'y'>]>{entry(ENTRY)}"
        self.refused("xml.doctype", lambda: list(parse(BytesIO(hidden.encode()), "camt053")))

    def test_amount(self):
        for amount in ("", "1,50", "1.000,00", "1e3", "NaN", "Infinity", "1 000", "١"):
            error = self.refused("camt.amount", events, entry(f"<Amt>{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"))
            self.assertEqual(error.place, "Stmt[1]/Ntry[1]")
        self.refused("camt.amount", events, entry("<CdtDbtInd>CRDT</CdtDbtInd>"))
        self.refused("camt.amount", events, statement("<Bal><CdtDbtInd>CRDT</CdtDbtInd></Bal>"))

    def test_sign(self):
        self.refused("camt.sign", events, entry("<Amt>5</Amt>"))
        self.refused("camt.sign", events, entry("<Amt>5</Amt><CdtDbtInd>C</CdtDbtInd>"))
        self.refused("camt.sign", events, entry("<Amt>-5</Amt><CdtDbtInd>DBIT</CdtDbtInd>"))

    def test_date(self):
        for day in ("2024-02-30", "31.01.2024", "2024-1-1", "20240131", "2024-01-31T"):
            self.refused("camt.date", events, entry(f"{ENTRY}<BookgDt><Dt>{day}</Dt></BookgDt>"))
        self.refused("camt.date", events, statement("<CreDtTm>2024-01-31T25:00:00</CreDtTm>"))

    def test_number(self):
        batch = "<NtryDtls><Btch><NbOfTxs>two</NbOfTxs></Btch></NtryDtls>"
        self.refused("camt.number", events, entry(ENTRY + batch))

    def test_structure(self):
        stray = f"<Document xmlns='{NAMESPACE}'><BkToCstmrStmt>{{}}</BkToCstmrStmt></Document>"
        self.refused("camt.structure", events, stray.format(f"<Ntry>{ENTRY}</Ntry>"))
        self.refused("camt.structure", events, statement("<TxDtls/>"))
        nested = f"<Ntry>{ENTRY}<Stmt><Ntry>{ENTRY}</Ntry></Stmt><NtryDtls><TxDtls/></NtryDtls></Ntry>"
        self.refused("camt.structure", events, statement(f"<Ntry>{ENTRY}</Ntry>{nested}"))

    def test_limit(self):
        padded = entry(f"{ENTRY}<X>{'<Y/>' * 5000}</X>").encode()
        self.refused("xml.limit", lambda: list(xml_events([padded], ("{*}Ntry",), XmlLimits(held_bytes=10_000))))
        self.refused("xml.limit", lambda: list(xml_events([padded], ("{*}Ntry",), XmlLimits(total_bytes=10_000))))

    def test_depth(self):
        self.refused("xml.malformed", events, entry(ENTRY + "<Y>" * 5000 + "</Y>" * 5000))


class TestShapes(PureCase):
    """What real banks send beyond the examples of the standard."""

    def test_dates(self):
        shapes = {
            "<Dt>2024-01-31+01:00</Dt>": "2024-01-31",
            "<Dt>2024-01-31Z</Dt>": "2024-01-31",
            "<DtTm>2024-01-31T23:59:59.123456789-11:00</DtTm>": "2024-01-31",
            "<DtTm>2024-01-31T24:00:00</DtTm>": "2024-01-31",
            "<Dt> 2024-01-31 </Dt>": "2024-01-31",
            "<Dt/>": "None",
        }
        for shape, day in shapes.items():
            with self.subTest(shape):
                self.assertEqual(str(the_entry(f"{ENTRY}<BookgDt>{shape}</BookgDt>").booked_on), day)

    def test_amounts(self):
        shapes = {" +5.00\n": "5.00", "5.": "5", ".5": "0.5", "0": "0", "5.12345": "5.12345"}
        for shape, amount in shapes.items():
            with self.subTest(shape):
                found = the_entry(f"<Amt Ccy='EUR'>{shape}</Amt><CdtDbtInd>DBIT</CdtDbtInd>").amount
                self.assertEqual(found, -Decimal(amount))
                self.assertFalse(found.is_signed() and not found)
        self.assertEqual(the_entry("<Amt>-5</Amt>").amount, -5)

    def test_status(self):
        shapes = {"BOOK": "booked", "<Cd>PDNG</Cd>": "pending", "<Cd>FUTR</Cd>": "future", "": "booked"}
        for shape, status in shapes.items():
            self.assertEqual(the_entry(f"{ENTRY}<Sts>{shape}</Sts>").status, status)

    def test_absent(self):
        found = the_entry(f"{ENTRY}<NtryRef>NOTPROVIDED</NtryRef><AcctSvcrRef> </AcctSvcrRef><NtryDtls/>")
        self.assertEqual((found.entry_ref, found.bank_ref, found.details), (None, None, ()))

    def test_balances_over_days_and_pages(self):
        days = (
            balance("OPBD", "2", day="2024-01-02")
            + balance("CLBD", "3", day="2024-01-02")
            + balance("OPBD", "1")
            + balance("CLBD", "2")
        )
        header, footer = events(statement(days))[:2]
        self.assertEqual((header.opening, footer.closing), (1, 3))
        page = "<StmtPgntn><PgNb>2</PgNb></StmtPgntn>" + balance("ITBD", "7") + balance("CLBD", "8", "DBIT")
        header, footer = events(statement(page))[:2]
        self.assertEqual((header.opening, footer.closing), (7, -8))

    def test_sides(self):
        """A debit goes to the creditor; in a return the first roles stay, unless the bank turned them."""

        def other_name(sign, *parties, returned=False):
            sides = "".join(
                f"<{side}><Nm>{name}</Nm></{side}><{side}Acct><Id><IBAN>{number}</IBAN></Id></{side}Acct>"
                for side, name, number in parties
            )
            back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if returned else ""
            found = the_entry(
                f"<Amt>5</Amt><CdtDbtInd>{sign}</CdtDbtInd><NtryDtls><TxDtls>"
                f"<RltdPties>{sides}</RltdPties>{back}</TxDtls></NtryDtls>"
            )
            party = found.details[0].counterparty
            return party and party.name

        us, them = ("Us", OWN), ("Them", OTHER)
        self.assertEqual(other_name("DBIT", ("Dbtr", *us), ("Cdtr", *them)), "Them")
        self.assertEqual(other_name("CRDT", ("Dbtr", *them), ("Cdtr", *us)), "Them")
        self.assertIsNone(other_name("CRDT", ("Cdtr", *us)))
        self.assertEqual(other_name("DBIT", ("Dbtr", *them), ("Cdtr", *us), returned=True), "Them")
        self.assertEqual(other_name("DBIT", ("Dbtr", *us), ("Cdtr", *them), returned=True), "Them")
        self.assertEqual(other_name("DBIT", ("Cdtr", *them), returned=True), "Them")
        self.assertIsNone(other_name("CRDT", ("Dbtr", *us), returned=True))

    def test_foreign_entry(self):
        content = statement(balance("OPBD", "1") + "<Ntry><Amt Ccy='USD'>5</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>")
        found = events(content)
        self.assertEqual(found[0].currency, "EUR")
        self.assertEqual([event.code for event in found if isinstance(event, Finding)], ["statement.currency"])

    def test_envelopes(self):
        inner = entry(ENTRY)
        shapes = (
            f"\n \n<?xml version='1.0'?>{inner}",
            f"\ufeff<?xml version='1.0' encoding='ISO-8859-1'?>{inner}",
            f"<?xml version='1.0' encoding='UTF-16'?>{inner}",
            f"<s:Envelope xmlns:s='urn:example:soap'><s:Body>{inner}</s:Body></s:Envelope>",
            f"<conxml xmlns='urn:conxml:xsd:container.nnn.001.02'><MsgStmt>{inner}</MsgStmt></conxml>",
            inner.replace(f" xmlns='{NAMESPACE}'", ""),
            inner.replace("camt.053.001.08", "camt.053.001.99"),
        )
        for shape in shapes:
            with self.subTest(shape[:60]):
                self.assertEqual(sum(isinstance(event, Entry) for event in events(shape)), 1)

    def test_recognise(self):
        self.assertEqual(recognise(entry(ENTRY).encode()), "camt053")
        self.assertEqual(recognise(entry(ENTRY).replace(".053.", ".054.").encode("utf-16")), "camt054")

    def test_split_inside_cdata(self):
        inner = entry(f"{ENTRY}<AddtlNtryInf><![CDATA[<?xml version='1.0'?>]]></AddtlNtryInf>")
        self.assertEqual(len(events(inner)), 3)

    def test_many_documents(self):
        """Documents that end anywhere in the blocks they are read by."""
        document = "<?xml version='1.0'?>\n" + entry(ENTRY) + "\n"
        found = events(document * 400)
        self.assertEqual(sum(isinstance(event, Header) for event in found), 400)
        self.assertEqual(found[-1].place, "Stmt[400]")


class TestContainer(RefusedCase):
    """Zip files: read in order, bounded, nothing outside or nested."""

    def test_members(self):
        archive = packed(**{"a/": "", "__MACOSX/._x": "x", "one.xml": entry(ENTRY), "b/two.xml": entry(ENTRY)})
        found = list(parse(archive))
        self.assertEqual([s["entries"] for s in summaries(found)], [1, 1])
        self.assertEqual(found[1].place, "one.xml: Stmt[1]/Ntry[1]")
        self.assertEqual(found[3].place, "b/two.xml: Stmt[1]")

    def test_place_of_error(self):
        error = self.refused("camt.sign", lambda: list(parse(packed(x=entry("<Amt>1</Amt>")))))
        self.assertEqual(error.place, "x: Stmt[1]/Ntry[1]")

    def test_refused(self):
        inner = packed(x="x").read()
        cases = (
            ("zip.empty", packed()),
            ("zip.nested", packed(x=inner)),
            ("zip.name", packed(**{"../x": "x"})),
            ("zip.name", packed(**{"/x": "x"})),
            ("zip.name", BytesIO(packed(q="x").read().replace(b"q", b"\0"))),  # no name at all
            ("zip.name", packed(**{"C:\\x": "x"})),
            ("zip.malformed", BytesIO(inner[:-10])),
            ("format.unknown", packed(x="hello")),
        )
        for code, archive in cases:
            with self.subTest(code):
                self.refused(code, lambda archive=archive: list(parse(archive)))

    def test_link_and_secret(self):
        link = zipfile.ZipInfo("x")
        link.external_attr = 0o120777 << 16
        target = BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr(link, "/etc/hostname")
        self.refused("zip.name", lambda: list(parse(target)) if target.seek(0) == 0 else None)
        locked = bytearray(packed(x="x").read())
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            locked[locked.index(mark) + offset] |= 1
        self.refused("zip.encrypted", lambda: list(parse(BytesIO(bytes(locked)))))

    def test_limits(self):
        def read(limits, **files):
            for _name, stream in zip_members(packed(**files), limits):
                stream.read()

        for limits in (
            ZipLimits(ratio=10),
            ZipLimits(member_bytes=100),
            ZipLimits(total_bytes=150_000),
            ZipLimits(members=1),
        ):
            with self.subTest(limits):
                self.refused("zip.limit", lambda limits=limits: read(limits, a="a" * 99_999, b="b" * 99_999))

    def test_damaged_member(self):
        content = bytearray(packed(x=entry(ENTRY) * 5).read())
        content[60] ^= 0xFF
        self.refused("zip.malformed", lambda: list(parse(BytesIO(bytes(content)))))

    def test_unseekable(self):
        class Pipe(RawIOBase):
            def __init__(self, content):
                self._content = BytesIO(content)

            def readable(self):
                return True

            def readinto(self, buffer):
                return self._content.readinto(memoryview(buffer)[:7])

        self.assertEqual(len(list(parse(Pipe(entry(ENTRY).encode())))), 3)
        self.assertEqual(len(list(parse(Pipe(packed(x=entry(ENTRY)).read())))), 3)


class TestMaker(PureCase):
    """Files from the maker add up, in old and new versions, and stay flat in memory terms."""

    def test_adds_up(self):
        for version in (2, 4, 8, 13):
            with self.subTest(version):
                target = StringIO()
                opening, closing = write_camt053(target, 300, seed=version, version=version)
                found = events(target.getvalue())
                header, footer = found[0], found[-1]
                self.assertEqual((header.opening, footer.closing), (opening, closing))
                self.assertIsInstance(footer, Footer)
                self.assertTrue(all(event.details[0].counterparty.bic for event in found[1:-1]))

    def test_any_block_border(self):
        """Reading in small pieces gives the same events."""
        target = BytesIO()
        text = TextIOWrapper(target, encoding="utf-8", write_through=True)
        write_camt053(text, 200)
        content = target.getvalue()
        whole = events(content)
        for start, end in pairwise(range(0, 400, 100)):
            padded = b"<?xml version='1.0'?>" + b" " * start + content[content.index(b"<Document") :]
            self.assertEqual(list(parse(BytesIO(padded))), whole, (start, end))
