"""Rows of a CSV file or a workbook, whichever it is: where each stands, and its cells."""

import codecs
import contextlib
import csv
import io

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.charset import charset
from odoo.addons.finance_connector_base.core.safe.csv import csv_rows
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK
from odoo.addons.finance_connector_base.core.safe.xlsx import xlsx_rows

WORKBOOK = b"PK\x03\x04"
#: Rows in which the titles must stand.
SEARCHED = 60


def is_workbook(head):
    return head.startswith(WORKBOOK)


def rows(stream, encoding, delimiter, quote):
    """Yield ``(place, cells)`` from the start of ``stream``; cells of a workbook may be numbers and dates.

    :param encoding: None for a workbook, whose first sheet with rows is read
    """
    stream.seek(0)
    if encoding is None:
        first = None
        for sheet, number, values in xlsx_rows(stream):
            first = first or sheet
            if sheet != first:
                return
            yield f"row {number}", ["" if value is None else value for value in values]
    else:
        for number, cells in csv_rows(stream, delimiter=delimiter, quote=quote, encoding=encoding, ragged=True):
            yield f"row {number}", cells


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
