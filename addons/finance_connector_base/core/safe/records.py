"""Records of fixed width from outside: one a line, or one behind the other without line ends.

Nobody declares the charset of such files, and only texts leave ASCII: see ``SENDER_UNKNOWN``. What ``cleaned``
takes out of a text becomes a blank here, so that the columns stay where they are.
"""

import unicodedata
from collections.abc import Iterator

from ..errors import FormatError
from .charset import SENDER_UNKNOWN
from .limits import CHUNK, TextLimits, active
from .text import WRONG_IN_TEXT

_UTF8_MARK = b"\xef\xbb\xbf"
_NOTHING = b" \t\r\0\x1a"  # fillers, and the end of file of DOS


def records(stream, width, limits=None) -> Iterator[tuple[int, str]]:
    """Yield ``(record number from 1, text)``, blank ones left out but counted; short ones filled with blanks.

    :raise FormatError: ``text.limit``; the place is the record
    """
    limits = limits or active(TextLimits)
    number = total = 0
    for raw in _raw(stream, width, limits):
        number += 1
        total += len(raw) + 1
        if total > limits.total_bytes:
            raise FormatError("the file is too long", code="text.limit", place=f"line {number}")
        raw = raw.strip(_NOTHING) if not raw[:1].strip(_NOTHING) else raw.rstrip(_NOTHING)
        if not raw:
            continue
        if len(raw) > limits.line_characters:
            raise FormatError("the line is too long", code="text.limit", place=f"line {number}")
        yield number, record_text(raw).ljust(width)


def record_text(raw):
    """``raw`` as text of the same columns."""
    text = raw.decode("utf-8", SENDER_UNKNOWN)
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", WRONG_IN_TEXT.sub(" ", text))


def _raw(stream, width, limits):
    chunk = stream.read(CHUNK).removeprefix(_UTF8_MARK)
    end = b"\n" if b"\n" in chunk else b"\r" if b"\r" in chunk else None
    if end is None and len(chunk.rstrip(_NOTHING)) > width:
        yield from _blocks(stream, chunk, width)
        return
    rest = b""
    while chunk:
        *lines, rest = (rest + chunk).split(end or b"\n")
        yield from lines
        if len(rest) > limits.line_characters:
            break  # what is left is refused for its length
        chunk = stream.read(CHUNK)
    if rest:
        yield rest


def _blocks(stream, chunk, width):
    """Cut every ``width`` bytes: without line ends the files of mainframes are single-byte."""
    rest = b""
    while chunk:
        rest += chunk
        whole = len(rest) - len(rest) % width
        for start in range(0, whole, width):
            yield rest[start : start + width]
        rest = rest[whole:]
        chunk = stream.read(CHUNK)
    if rest:
        yield rest
