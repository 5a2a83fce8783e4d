"""Text from outside: lines in a known charset, strictly decoded, normalised, without what only deceives.

Refused: NUL and control characters, a carriage return inside a line, and the bidirectional embeddings,
overrides and isolates by which a text shows other than it reads (CVE-2021-42574). Left-to-right and
right-to-left marks pass: Hebrew and Arabic need them.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from itertools import chain

from ..errors import FormatError
from .charset import UNREAD, charset
from .limits import CHUNK, TextLimits, active

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BIDI = "\u202a-\u202e\u2066-\u2069"
_WRONG = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff{_BIDI}]")
#: The same without line ends, for texts that may hold several lines.
WRONG_IN_TEXT = re.compile(_WRONG.pattern.replace(r"\x0b-\x1f", r"\x0b\x0c\x0e-\x1f"))
#: What of it is ASCII; looked for by ``bytes.translate``, several times as fast.
_WRONG_BYTES = bytes(code for code in range(128) if WRONG_IN_TEXT.match(chr(code)))


def detected(head, otherwise=None):
    """Charset of ``head``, the first bytes: that of its mark, UTF-8 where it is, else ``otherwise``.

    Raises ``FormatError`` ``text.charset``: neither is the case; UTF-16 without a mark never passes.
    """
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if b"\0" not in head:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            if otherwise:
                return otherwise
        else:
            return "utf-8"
    raise FormatError("the charset is not said, and it is not UTF-8", code="text.charset")


def text_lines(stream, encoding=None, limits=None) -> Iterator[tuple[int, str]]:
    """Yield ``(line number, line without its end)``.

    :param encoding: as the format or the sender declares it; a byte order mark wins; UTF-8 where None
    :raise FormatError: ``text.charset``, ``text.encoding``, ``text.nul``, ``text.control``, ``text.bidi``,
        ``text.limit``; the place is ``line:column``, both from 1
    """
    limits = limits or active(TextLimits)
    chunk = stream.read(CHUNK)
    name = charset(encoding or "utf-8")
    if name is UNREAD:
        raise FormatError(f"{encoding} is no charset we read", code="text.charset")
    name = next((marked for mark, marked in _MARKS if chunk.startswith(mark)), name)
    if name.startswith("utf-16") and name == "utf-16" and not chunk.startswith(tuple(mark for mark, _name in _MARKS)):
        raise FormatError("UTF-16 without a byte order mark", code="text.charset")
    decoder, number, rest, total = codecs.getincrementaldecoder(name)("strict"), 1, "", 0
    while True:
        total += len(chunk)
        if total > limits.total_bytes:
            raise FormatError("the text is too long", code="text.limit", place=f"{number}:1")
        text, error = _decoded(decoder, chunk)
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            yield number, _checked(line.removesuffix("\r"), number, limits)
            number += 1
        if error:
            raise FormatError(
                "bytes do not fit the charset", code="text.encoding", place=f"{number}:{len(rest) + 1}"
            ) from error
        if len(rest) > limits.line_characters:
            _checked(rest, number, limits)
        if not chunk:
            break
        chunk = stream.read(CHUNK)
    if rest:
        yield number, _checked(rest.removesuffix("\r"), number, limits)


def forgiving_lines(stream, limits=None) -> Iterator[tuple[int, str]]:
    """Yield ``(line number, line without its end)`` of a text that declares no charset and that many hands wrote.

    Read as UTF-8, line by line where it is not all of it; other lines in the single-byte charset they look like
    (``_single_byte``). What ``text_lines`` refuses becomes a blank: a remitter's text must not stop a statement,
    and digits on both sides of such a character never grow together. Any of LF, CR LF and CR ends a line.

    :raise FormatError: ``text.limit``, ``text.encoding`` (UTF-16 only)
    """
    for number, lines in forgiving_blocks(stream, limits):
        yield from enumerate(lines, number)


def forgiving_blocks(stream, limits=None) -> Iterator[tuple[int, list[str]]]:
    """``forgiving_lines`` some hundred at a time: yield ``(number of the first line, lines)``."""
    limits = limits or active(TextLimits)
    number, rest, total, single = 1, b"", 0, None
    for chunk in chain(_byte_chunks(stream), (None,)):
        if chunk is None:
            end = len(rest)
        else:
            total += len(chunk)
            rest += chunk
            end = rest.rfind(b"\n") + 1 or rest.rfind(b"\r", 0, -1) + 1
        if total > limits.total_bytes or len(rest) - end > limits.line_characters:
            raise FormatError("a line or the text is too long", code="text.limit", place=f"{number}:1")
        block, rest = rest[:end], rest[end:]
        try:
            text = block.decode()
        except UnicodeDecodeError:
            single = single or _single_byte(block)
            text = b"\n".join(_utf8(line, single) for line in block.split(b"\n")).decode()
        if b"\r" in block:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if not block.isascii():
            text = WRONG_IN_TEXT.sub(" ", unicodedata.normalize("NFC", text))
        elif len(block.translate(None, _WRONG_BYTES)) < len(block):
            text = WRONG_IN_TEXT.sub(" ", text)
        lines = text.split("\n")
        if len(text) > limits.line_characters and max(map(len, lines)) > limits.line_characters:
            raise FormatError("a line is too long", code="text.limit", place=f"{number}:1")
        if not lines[-1]:
            lines.pop()
        yield number, lines
        number += len(lines)


def _byte_chunks(stream):
    """The stream without its byte order mark; UTF-16 as UTF-8."""
    chunk = stream.read(CHUNK)
    name = next((name for mark, name in _MARKS if chunk.startswith(mark)), None)
    if name == "utf-16":
        decoder = codecs.getincrementaldecoder(name)("strict")
        while True:
            text, error = _decoded(decoder, chunk)
            if error:
                raise FormatError("bytes do not fit the charset", code="text.encoding") from error
            yield text.encode()
            if not chunk:
                return
            chunk = stream.read(CHUNK)
    chunk = chunk.removeprefix(codecs.BOM_UTF8)
    while chunk:
        yield chunk
        chunk = stream.read(CHUNK)


_DOS = re.compile(rb"[A-Za-z ][\x80-\x9a\xa0-\xa5][a-z]")
_WINDOWS = re.compile(rb"[A-Za-z ][\xc0-\xff][A-Za-z]")
_CENTRAL = re.compile(rb"(?:[A-Za-z\xc0-\xff][\xb3\xb9\xbf\xa3\xa5\xaf]+| [\xa3\xaf])[A-Za-z\xc0-\xff]")


def _single_byte(block):
    """The charset that ``block``, which is not UTF-8, looks like: by which bytes stand between its letters.

    DOS texts have their accents at 80 to A5 (pages 850 and 852 agree on the German ones and on á, é, í, ó), Windows
    texts at C0 to FF; some letters of Polish and its neighbours stand below, where cp1252 has ³, ¹ and ¿.
    """
    dos, windows, central = (len(pattern.findall(block)) for pattern in (_DOS, _WINDOWS, _CENTRAL))
    if dos > windows + central:
        return "cp852"
    return "cp1250" if central else "cp1252"


def _utf8(line, single):
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode(single, "replace").encode()
    return line


def _decoded(decoder, chunk):
    """What can be read of ``chunk``, and the error that ended it."""
    try:
        return decoder.decode(chunk, final=not chunk), None
    except UnicodeDecodeError as error:
        good = codecs.getincrementaldecoder(error.encoding)("strict").decode(error.object[: error.start])
        return good, error


def _checked(line, number, limits):
    if len(line) > limits.line_characters:
        place = f"{number}:{limits.line_characters + 1}"
        raise FormatError("the line is too long", code="text.limit", place=place)
    if line.isascii() and line.isprintable():
        return line
    wrong = _WRONG.search(line)
    if wrong:
        raise wrong_character(wrong[0], f"{number}:{wrong.start() + 1}")
    return unicodedata.normalize("NFC", line)


def cleaned(text):
    """``text`` in NFC without what ``WRONG_IN_TEXT`` finds.

    For texts that others write into a file of the bank: a remitter must not be able to stop a statement.
    """
    return text if text.isascii() and text.isprintable() else unicodedata.normalize("NFC", WRONG_IN_TEXT.sub("", text))


def wrong_character(character, place):
    """The refusal of a character that ``WRONG_IN_TEXT`` finds."""
    if character == "\0":
        return FormatError("the text holds a NUL", code="text.nul", place=place)
    if re.match(f"[{_BIDI}]", character):
        return FormatError("the text changes its direction to deceive", code="text.bidi", place=place)
    return FormatError(f"the text holds a control character (U+{ord(character):04X})", code="text.control", place=place)
