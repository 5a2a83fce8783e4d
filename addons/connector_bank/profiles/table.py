"""Rows of a CSV file or a workbook, whichever it is: where each stands, and its cells."""

import codecs
import contextlib
import csv
import io

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.charset import charset
from odoo.addons.finance_connector_base.core.safe.csv import csv_rows
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK
from odoo.addons.finance_connector_base.core.safe.xlsx import Workbook

WORKBOOK = b"PK\x03\x04"
#: Rows in which the titles must stand.
SEARCHED = 60


def is_workbook(head):
    return head.startswith(WORKBOOK)


class Text:
    """The table of a CSV file."""

    breaks_off = True  # a download that was cut short
    first = "row 1"

    def __init__(self, stream, encoding, delimiter, quote):
        self._stream, self._options = stream, {"encoding": encoding, "delimiter": delimiter, "quote": quote}

    def rows(self):
        """Yield ``(place, cells)`` from the start of the file."""
        self._stream.seek(0)
        for number, cells in csv_rows(self._stream, ragged=True, **self._options):
            yield f"row {number}", cells


class Sheet:
    """The table on a sheet of a workbook; its cells may be numbers and dates.

    :param named: whether places name the sheet
    """

    breaks_off = False

    def __init__(self, book, name, named=False):
        self._book, self.name, self._before = book, name, f"{name}, " if named else ""
        self.first = f"{self._before}row 1"

    def rows(self):
        for _sheet, number, values in self._book.rows(self.name):
            yield f"{self._before}row {number}", ["" if value is None else value for value in values]


@contextlib.contextmanager
def sheets(stream):
    """The sheets of a workbook that people see, and the hidden ones."""
    stream.seek(0)
    with Workbook(stream) as book:
        shown_ones = [name for name in book.names if not book.is_hidden(name)]
        hidden = [name for name in book.names if name not in shown_ones]
        yield [Sheet(book, name, len(book.names) > 1) for name in shown_ones], [Sheet(book, name) for name in hidden]


def encoding_of(stream, names):
    """The first of the charsets that fits the whole file.

    :raise FormatError: ``text.encoding``: none of them does
    """
    for name in names:
        if _fits(stream, charset(name)):
            return name
    raise FormatError(f"the file is not written in {' or '.join(names)}", code="text.encoding")


def _fits(stream, name):
    stream.seek(0)
    head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16"
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        while chunk := stream.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def first_rows(head, delimiter, quote, encodings=("utf-8", "windows-1252")):
    """The first rows in ``head``, the first bytes of a CSV file, as far as they can be read."""
    text = _text(head, encodings)
    options = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    found = []
    with contextlib.suppress(csv.Error):
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **options):
            if any(cells):
                found.append(cells)
            if len(found) == SEARCHED:
                break
    return found


def _text(head, encodings):
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for name in ("utf-16",) if marked else encodings:
        with contextlib.suppress(UnicodeDecodeError):
            return codecs.getincrementaldecoder(charset(name) or name)("strict").decode(head).lstrip("\ufeff")
    return ""


def shown(cell):
    """A cell as text: of a workbook, its value; ``="…"`` is what spreadsheets make a text with."""
    if not isinstance(cell, str):
        return str(cell)
    text = cell.strip()
    return text[2:-1] if text[:2] == '="' and text[-1] == '"' else text
