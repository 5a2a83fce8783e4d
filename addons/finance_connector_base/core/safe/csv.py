"""CSV from outside (RFC 4180): rows with the number of their first line, streamed and bounded."""

import csv
from collections.abc import Iterator

from ..errors import FormatError
from .limits import CsvLimits, TextLimits, active
from .text import text_lines

_DELIMITERS = ";,\t|"


def csv_rows(
    stream, *, delimiter=None, quote='"', encoding=None, ragged=False, limits=None, text_limits=None
) -> Iterator[tuple[int, list[str]]]:
    """Yield ``(line number, cells)`` of each row that is not empty.

    :param delimiter: found in the first line where None
    :param quote: None where the file quotes nothing
    :param ragged: whether rows may have another number of cells than the first
    :raise FormatError: ``csv.delimiter``, ``csv.quote``, ``csv.truncated``, ``csv.ragged``, ``csv.limit``,
        ``csv.empty`` and those of ``text_lines``
    """
    limits = limits or active(CsvLimits)
    source = _Lines(text_lines(stream, encoding, text_limits or active(TextLimits)), limits)
    first = source.first()
    delimiter = delimiter or _delimiter(first, quote)
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
        if not cells:
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


def _delimiter(line, quote):
    """The sign that stands most often outside quotes; the earlier of ``_DELIMITERS`` where two do."""
    outside = "".join(line.split(quote)[::2]) if quote else line
    found = max(_DELIMITERS, key=outside.count)
    if found not in outside:
        raise FormatError("no delimiter in the first line", code="csv.delimiter", place="line 1")
    return found


class _Lines:
    """Lines for ``csv.reader``; remembers where a row began and how much of it there is."""

    def __init__(self, lines, limits):
        self._lines, self._limits, self._held, self._next_row = lines, limits, None, True
        self.row, self.ended, self._characters = 0, False, 0

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
        return f"{line}\n"
