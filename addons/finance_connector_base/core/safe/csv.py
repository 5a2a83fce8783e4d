"""CSV from outside (RFC 4180): rows with the number of their first line, streamed and bounded."""

import codecs
import csv
import re
from collections.abc import Iterator

from ..errors import FormatError
from .limits import CHUNK, CsvLimits, TextLimits, active
from .text import text_lines

_DELIMITERS = ";,\t|"
_FILLERS = b"\0\x1a"  # behind the end: of a mainframe's block, and the end of file of DOS
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def csv_rows(
    stream, *, delimiter=None, quote='"', encoding=None, ragged=False, limits=None, text_limits=None
) -> Iterator[tuple[int, list[str]]]:
    """Yield ``(line number, cells)`` of each row that is not empty.

    What files suffer on their way changes nothing: CR or CR CR LF as line ends, blanks behind a quote that ends a
    line, lines of blanks, NULs or the end of file of DOS behind the end.

    :param delimiter: found in the first line where None
    :param quote: None where the file quotes nothing
    :param ragged: whether rows may have another number of cells than the first
    :raise FormatError: ``csv.delimiter``, ``csv.quote``, ``csv.truncated``, ``csv.ragged``, ``csv.limit``,
        ``csv.empty`` and those of ``text_lines``
    """
    limits = limits or active(CsvLimits)
    source = _Lines(text_lines(_Sent(stream, encoding), encoding, text_limits or active(TextLimits)), limits)
    first = source.first()
    delimiter = delimiter or _delimiter(first, quote)
    source.blanks_behind = _blanks_behind(quote, delimiter) if quote else None
    csv.field_size_limit(max(csv.field_size_limit(), limits.row_characters))  # ours is counted in _Lines
    quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    reader = csv.reader(source, delimiter=delimiter, quotechar=quote, quoting=quoting, strict=True)
    width = count = None
    while True:
        source.begin()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _refusal(error, source) from error
        if cells is None:
            return
        if not cells or (len(cells) == 1 and cells[0].isspace()):
            continue
        count = (count or 0) + 1
        width = width or len(cells)
        _check(cells, width, count, ragged, limits, source.row)
        yield source.row, cells


def _check(cells, width, count, ragged, limits, row):
    place = f"line {row}"
    if count > limits.rows or len(cells) > limits.columns:
        raise FormatError("too many rows or columns", code="csv.limit", place=place)
    if max(map(len, cells)) > limits.field_characters:
        raise FormatError("a field is too long", code="csv.limit", place=place)
    if len(cells) != width and not ragged:
        raise FormatError(f"the row has {len(cells)} cells, the first has {width}", code="csv.ragged", place=place)


def _refusal(error, source):
    place = f"line {source.row}"
    if source.ended:
        return FormatError("the file ends inside a quoted field", code="csv.truncated", place=place)
    return FormatError("a quote stands where none may", code="csv.quote", place=place)


def _blanks_behind(quote, delimiter):
    blanks = " \t".replace(delimiter, "")
    return re.compile(f"(?<={re.escape(quote)})[{blanks}]+$")


def _delimiter(line, quote):
    """The sign that stands most often outside quotes; the earlier of ``_DELIMITERS`` where two do."""
    outside = "".join(line.split(quote)[::2]) if quote else line
    found = max(_DELIMITERS, key=outside.count)
    if found not in outside:
        raise FormatError("no delimiter in the first line", code="csv.delimiter", place="line 1")
    return found


class _Sent:
    """The stream with one kind of line ends, and without what was put behind its end."""

    def __init__(self, stream, encoding):
        self._stream, self._encoding, self._rest = stream, encoding or "", b""
        self._mends = self._old = None  # as the first bytes and the first line end say

    def read(self, size):
        while True:
            new = self._stream.read(size)
            chunk, self._rest = self._rest + new, b""
            if self._mends is None:  # UTF-16 has NULs and CRs inside its characters
                self._mends = not (chunk.startswith(_WIDE) or self._encoding.lower().startswith("utf-16"))
            if not self._mends:
                return chunk
            if new and len(kept := chunk.rstrip(_FILLERS + b"\r")) + CHUNK > len(chunk):
                chunk, self._rest = kept, chunk[len(kept) :]
            elif not new:
                chunk = chunk.rstrip(_FILLERS)
            if self._old is None and (b"\r" in chunk or b"\n" in chunk):
                self._old = b"\n" not in chunk
            chunk = chunk.replace(b"\r", b"\n") if self._old else chunk.replace(b"\r\r\n", b"\r\n")
            if chunk or not new:
                return chunk


class _Lines:
    """Lines for ``csv.reader``; remembers where a row began and how much of it there is."""

    def __init__(self, lines, limits):
        self._lines, self._limits, self._held, self._next_row = lines, limits, None, True
        self.row, self.ended, self._characters, self.blanks_behind = 0, False, 0, None

    def first(self):
        for number, line in self._lines:
            if line.strip():
                self._held = number, line
                return line
        raise FormatError("the file is empty", code="csv.empty")

    def begin(self):
        self._next_row = True

    def __iter__(self):
        return self

    def __next__(self):
        number, line = self._held or next(self._lines, (None, None))
        self._held = None
        if line is None:
            self.ended = True
            raise StopIteration
        if self._next_row:
            self.row, self._characters, self._next_row = number, 0, False
        self._characters += len(line) + 1
        if self._characters > self._limits.row_characters:
            raise FormatError("a row is too long", code="csv.limit", place=f"line {self.row}")
        if self.blanks_behind and line[-1:] in " \t":
            line = self.blanks_behind.sub("", line)
        return f"{line}\n"
