"""The markup of OFX: tags and texts of SGML and XML alike, as finished aggregates.

An element is a tag with a text behind it, closed or not. A tag without text opens an aggregate, or is an element
left blank: what its enclosing aggregate closes over was no aggregate, so its values belong to the enclosing one.
"""

import codecs
import html
import re
from collections import Counter

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.charset import SENDER_UNKNOWN, UNREAD, charset
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK, TextLimits, active
from odoo.addons.finance_connector_base.core.safe.text import cleaned, detected

STATEMENTS = frozenset(("STMTRS", "CCSTMTRS", "INVSTMTRS"))
ENTRIES = frozenset(("STMTTRN", "STMTTRNP"))
ACCOUNTS = frozenset(("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"))
LISTS = frozenset(("BANKTRANLIST", "INVTRANLIST", "BANKTRANLISTP"))
BALANCES = frozenset(("LEDGERBAL", "AVAILBAL", "INVBAL"))
_TOLD = STATEMENTS | ENTRIES | ACCOUNTS | LISTS | BALANCES | {"SONRS", "STATUS"}
_ONCE = STATEMENTS | ENTRIES | LISTS  # one of these never stands inside another of its kind
_INSIDE = frozenset(("CURRENCY", "ORIGCURRENCY", "PAYEE", "EXTDPAYEE", "BANKACCTTO", "CCACCTTO"))
_ELEMENTS = frozenset(
    """ACCTID ACCTKEY ADDR1 ADDR2 ADDR3 AVAILCASH BALAMT BANKID BRANCHID CHECKNUM CITY CODE CORRECTACTION CORRECTFITID
    COUNTRY CURDEF CURRATE CURSYM DTASOF DTAVAIL DTEND DTPOSTED DTSERVER DTSTART DTTRAN EXTDNAME FITID MEMO MESSAGE NAME
    PAYEEID POSTALCODE REFNUM SEVERITY SIC SRVRTID STATE TRNAMT TRNTYPE""".split()
)
_DEPTH = 100
_TAG = re.compile(
    r"<(/?)(?:[A-Za-z]\w*:)?([A-Za-z][\w.-]*)"
    r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*(/?)>"""
)
_SECTION = re.compile(r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_UNFINISHED = re.compile(r"<!--|<!\[CDATA\[")
_DECLARATION = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_DECLARED = re.compile(rb"""CHARSET\s*[:=]\s*"?([\w-]+)|<\?xml[^>]{0,80}encoding\s*=\s*["']([\w.-]+)""", re.IGNORECASE)
#: What USASCII files hold in practice.
_WINDOWS = "cp1252"


def aggregates(stream):
    """Yield ``(name, values, opens)`` at the beginning of statements and lists and at the end of all we know.

    ``values`` are the texts of its elements, the first of each name, and dicts of the aggregates inside; at the
    beginning they are still to come. Raises ``FormatError`` ``ofx.truncated``, ``ofx.structure``, ``xml.doctype``
    or ``text.limit``.
    """
    reader = _Aggregates()
    for piece in _pieces(stream):
        parts = _TAG.split(piece)
        for end, name, empty, text in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
            if end:
                if reader.is_open(name.upper()):
                    yield from reader.close(name.upper())
            elif text and not text.isspace():
                reader.value(name.upper(), text)
            elif not empty:
                yield from reader.open(name.upper())
    if not reader.ended:
        raise FormatError("the file ends too early", code="ofx.truncated")


class _Aggregates:
    def __init__(self):
        self._stack = [("", {})]
        self._open = Counter()
        self.ended = False

    def value(self, name, text):
        values = self._stack[-1][1]
        if name in _ELEMENTS and name not in values:
            if "&" in text:
                text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
            text = cleaned(text.strip()).strip()
            values[name] = " ".join(text.split()) if "\n" in text else text

    def open(self, name):
        if name in _ONCE:
            kind = STATEMENTS if name in STATEMENTS else (name,)
            for other in kind:
                if self._open[other]:
                    yield from self.close(other)
        if len(self._stack) > _DEPTH:
            raise FormatError("aggregates stand too deep inside each other", code="ofx.structure")
        values = {}
        self._stack.append((name, values))
        self._open[name] += 1
        if name in STATEMENTS or name in LISTS:
            yield name, values, True

    def is_open(self, name):
        return self._open.get(name)

    def close(self, name):
        while True:
            found, values = self._stack.pop()
            self._open[found] -= 1
            if found in _TOLD:
                yield found, values, False
            elif found in _INSIDE:
                self._stack[-1][1].setdefault(found, values)
            elif found != name:
                enclosing = self._stack[-1][1]
                for key, value in values.items():
                    enclosing.setdefault(key, value)
            if found == name:
                break
        if name == "OFX":
            self.ended = True


def _pieces(stream):
    """Text cut before a ``<``, so that no element is torn; comments gone, CDATA as plain text."""
    limit = active(TextLimits).line_characters + CHUNK
    rest = ""
    for text in _texts(stream):
        rest += text
        if "<!" in rest:
            rest = _SECTION.sub(_plain, rest)
            if _DECLARATION.search(rest):
                raise FormatError("the file holds a DOCTYPE", code="xml.doctype")
        unfinished = _UNFINISHED.search(rest) if "<!" in rest else None
        cut = unfinished.start() if unfinished else rest.rfind("<")
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        if len(rest) > limit:
            raise FormatError("an element is too long", code="text.limit")
    yield rest


def _plain(section):
    return html.escape(section[1], quote=False) if section[1] else ""


def _texts(stream):
    limits = active(TextLimits)
    chunk = stream.read(CHUNK)
    decoder, total = _decoder(chunk), 0
    while chunk:
        total += len(chunk)
        if total > limits.total_bytes:
            raise FormatError("the file is too long", code="text.limit")
        yield decoder.decode(chunk)
        chunk = stream.read(CHUNK)
    yield decoder.decode(b"", final=True)


def _decoder(head):
    """A mark wins, then UTF-8 where the bytes are that, then what is declared, then Windows."""
    found = _DECLARED.search(head)
    declared = (found[1] or found[2]).decode("ascii") if found else _WINDOWS
    declared = f"cp{declared}" if declared.isdigit() else declared
    declared = charset(declared)
    if declared in (UNREAD, "ascii", "utf-8", "iso8859-1") or declared.startswith("utf-16"):
        declared = _WINDOWS
    name = detected(head.replace(b"\0", b" "), declared)  # a NUL in a text is no reason to stop
    errors = SENDER_UNKNOWN if name.startswith("utf-8") else "replace"
    return codecs.getincrementaldecoder(name)(errors)
