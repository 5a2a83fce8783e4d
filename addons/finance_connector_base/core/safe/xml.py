"""XML from outside: streamed, bounded, every library error translated; needs lxml from 6.1 (CVE-2026-41066)."""

import re
from collections.abc import Iterator

from lxml import etree

from ..errors import FormatError
from .charset import UNREAD, charset
from .limits import CHUNK, XmlLimits, active

#: No entities, no DTD, no network, libxml2's own limits on. Comments, processing instructions and
#: CDATA marks go, so that ``12<!-- -->34`` reads 1234 and never 12.
XML_FLAGS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
    "remove_blank_text": True,
    "strip_cdata": True,
    "collect_ids": False,
}

_NO_MEMORY = 2
_ENCODING_ERRORS = frozenset({9, 31, 32, 81, 6003})  # xmlParserErrors: invalid char, encodings, iconv
_PROLOG = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_LABELLED_UTF16 = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']utf-?16""", re.IGNORECASE)
_DECLARED = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["'](?P<name>[^"']{1,40})""", re.IGNORECASE)
_UTF8_BOM = b"\xef\xbb\xbf"
#: Behind the end: fillers of mainframes and the end of file of DOS.
_PADDING = b"\0\x1a \t\r\n"


def xml_text(head):
    """First bytes of an XML file as text for recognising it, ``""`` for anything else."""
    if head.startswith((b"\xff\xfe", b"<\x00")):
        text = head.decode("utf-16-le", "replace")
    elif head.startswith((b"\xfe\xff", b"\x00<")):
        text = head.decode("utf-16-be", "replace")
    else:
        text = head.removeprefix(_UTF8_BOM).decode("latin-1")
    text = text.lstrip("\ufeff \t\r\n")
    return text if text.startswith("<") else ""


def xml_documents(stream) -> Iterator[Iterator[bytes]]:
    """Chunks of each XML document in ``stream``; some banks write several into one file.

    A new document begins at an XML declaration that follows the end of an element. Each document
    has to be read to its end before the next one is asked for.
    """
    buffer = stream.read(CHUNK)
    if not buffer.strip(_UTF8_BOM + b" \t\r\n"):
        raise FormatError("the file is empty", code="file.empty")
    rest = [buffer]
    while rest:
        yield _document(stream, rest)


def _document(stream, rest):
    """Chunks up to the next XML declaration; what lies behind it stays in ``rest``."""
    buffer = rest.pop()
    narrow = b"\0" not in buffer[:4] and not buffer.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not buffer.startswith((b"\xff\xfe", b"\xfe\xff")):
        bom, buffer = buffer[:3] == _UTF8_BOM, buffer.removeprefix(_UTF8_BOM).lstrip()
        buffer = _UTF8_BOM + buffer if bom else buffer
    start = 6
    while buffer:
        found = buffer.find(b"<?xml", start)
        while found >= 0 and not _ends_document(buffer, found):
            found = buffer.find(b"<?xml", found + 1)
        if found >= 0:
            yield buffer[:found]
            rest.append(buffer[found:])
            return
        more = stream.read(CHUNK)
        if not more:
            yield buffer.rstrip(_PADDING) if narrow else buffer
            return
        yield buffer[:-64]
        buffer, start = buffer[-64:] + more, 0


def _ends_document(buffer, at):
    return buffer[:at][-64:].rstrip().endswith(b">") and buffer[at + 5 : at + 6].isspace()


def xml_events(chunks, tags, limits=None):
    """Yield each finished element of ``tags``; the caller clears what it has read.

    Raises ``FormatError``: ``xml.doctype``, ``xml.truncated``, ``xml.encoding``, ``xml.malformed``,
    ``xml.limit``.
    """
    limits = limits or active(XmlLimits)
    chunks = iter(chunks)
    first = next(chunks, b"")
    _refuse_doctype(first)
    parser = etree.XMLPullParser(("end",), tag=tags, encoding=_encoding(first), **XML_FLAGS)
    checked = False
    for element in _elements(parser, first, chunks, limits):
        if not checked:
            if element.getroottree().docinfo.doctype:
                raise FormatError("the file holds a DOCTYPE", code="xml.doctype")
            checked = True
        yield element


def _elements(parser, first, chunks, limits):
    held = total = 0
    for chunk in _chained(first, chunks):
        held += len(chunk)
        total += len(chunk)
        if held > limits.held_bytes or total > limits.total_bytes:
            raise FormatError("too much data in one element or file", code="xml.limit")
        _translated(parser.feed, False, chunk)
        for _event, element in parser.read_events():
            held = 0
            yield element
    _translated(parser.close, True)
    for _event, element in parser.read_events():
        yield element


def _chained(first, chunks):
    yield first
    yield from chunks


def _translated(call, at_end, *arguments):
    try:
        call(*arguments)
    except etree.XMLSyntaxError as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from error
        place = f"line {error.lineno}" if error.lineno else None
        if error.code in _ENCODING_ERRORS:
            raise FormatError("bytes do not fit the encoding", code="xml.encoding", place=place) from error
        if at_end:
            raise FormatError("the file ends too early", code="xml.truncated", place=place) from error
        raise FormatError("not well-formed XML", code="xml.malformed", place=place) from error


def _refuse_doctype(first):
    """A DOCTYPE can only stand before the first element; no bank sends one."""
    text = xml_text(first)
    at = 0
    while match := _PROLOG.match(text, at):
        at = match.end()
    if text[at : at + 9].upper() == "<!DOCTYPE":
        raise FormatError("the file holds a DOCTYPE", code="xml.doctype")


def _encoding(first):
    """Encoding that overrides the declaration: a mark wins, and single bytes are never UTF-16."""
    if first.startswith(_UTF8_BOM) or _LABELLED_UTF16.match(first):
        return "utf-8"
    declared = _DECLARED.match(xml_text(first))
    if declared and charset(declared["name"]) is UNREAD:
        raise FormatError(f"{declared['name']} is no encoding we read", code="xml.encoding", place="line 1")
    return None
