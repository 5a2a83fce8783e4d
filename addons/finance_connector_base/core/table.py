"""Tables of texts as CSV or XLSX, out and in; the first row holds the titles."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from .safe.csv import csv_rows
from .safe.xlsx import xlsx_rows
from .spreadsheet import FORMULA, inert

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def csv_bytes(rows):
    """With the mark that tells spreadsheets the encoding; nothing in it is executed."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([inert(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_bytes(sheets):
    """A workbook of texts and numbers; no text is executed.

    :param sheets: ``{title: rows}``; the first row of each is its heading
    """
    import xlsxwriter  # slow to import, and most files are read, not written

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            sheet.set_column(0, max(map(len, rows), default=1) - 1, 20)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    write = sheet.write_number if isinstance(cell, int | Decimal) else sheet.write_string
                    write(number, column, cell, bold if number == 0 else None)
    return buffer.getvalue()


def cells(stream) -> Iterator[tuple[int, list[str]]]:
    """Yield ``(row number, texts)`` of a CSV file or of the first sheet of a workbook.

    :raise FormatError: those of ``csv_rows`` and ``xlsx_rows``
    """
    start = stream.tell()
    workbook = stream.read(4) in WORKBOOKS
    stream.seek(start)
    rows = _first_sheet(stream) if workbook else csv_rows(stream, ragged=True)
    for number, values in rows:
        yield number, [text(value) for value in values]


def _first_sheet(stream):
    first = None
    for sheet, number, values in xlsx_rows(stream):
        first = first or sheet
        if sheet != first:
            return
        yield number, values


def text(cell):
    """A cell as text; the apostrophe before what a spreadsheet would execute goes again."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    found = str(cell).strip()
    return found[1:] if found.startswith("'") and found[1:].startswith(FORMULA) else found
