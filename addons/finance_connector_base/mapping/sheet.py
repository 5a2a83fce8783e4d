"""The rows of a mapping as a spreadsheet: CSV or XLSX, the same columns out and in."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime

from ..core.errors import FormatError
from ..core.safe.csv import csv_rows
from ..core.safe.xlsx import xlsx_rows
from ..core.spreadsheet import FORMULA, inert

#: Title of each column, in any language the same, so that files can be exchanged.
COLUMNS = {
    "source": "Value",
    "label": "Called there",
    "target": "Stands for",
    "target_name": "Name here",
    "company": "Company",
    "country": "Country",
    "date_from": "From",
    "date_to": "Until",
}
#: Without these a file is no mapping.
NEEDED = ("source", "target")


def written(form, rows):
    """Bytes of a ``csv`` or ``xlsx`` file; ``rows`` are dicts of texts by the names of ``COLUMNS``."""
    table = [list(COLUMNS.values()), *([row.get(name) or "" for name in COLUMNS] for row in rows)]
    return _csv(table) if form == "csv" else _xlsx(table)


def _csv(table):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([inert(cell) for cell in row] for row in table)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _xlsx(table):
    import xlsxwriter  # slow to import, and most files are read, not written

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet("Mapping"), book.add_format({"bold": True})
        sheet.set_column(0, len(COLUMNS) - 1, 20)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(table):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell, bold if number == 0 else None)
    return buffer.getvalue()


def lines(stream) -> Iterator[str]:
    """Task of ``core.bounded``: one JSON list a row, ``[row number, {name of the column: text}]``.

    :raise FormatError: ``mapping.columns`` and those of the readers
    """
    names = None
    for number, cells in _cells(stream):
        cells = [_text(cell) for cell in cells]
        if names is None:
            names = _names(cells)
            continue
        row = {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
        if row:
            yield json.dumps([number, row])


def _cells(stream):
    start = stream.tell()
    workbook = stream.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    stream.seek(start)
    if not workbook:
        yield from csv_rows(stream, ragged=True)
        return
    first = None
    for sheet, number, values in xlsx_rows(stream):
        first = first or sheet
        if sheet != first:
            return
        yield number, values


def _names(titles):
    known = {title.casefold(): name for name, title in COLUMNS.items()}
    names = [known.get(title.casefold()) for title in titles]
    missing = [COLUMNS[name] for name in NEEDED if name not in names]
    if missing:
        raise FormatError(f"the first row lacks {', '.join(missing)}", code="mapping.columns", place="row 1")
    return names


def _text(cell):
    """A cell as text; the apostrophe before what a spreadsheet would execute goes again."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text
