"""The rows of a mapping as a spreadsheet: CSV or XLSX, the same columns out and in."""

import json
from collections.abc import Iterator

from ..core.errors import FormatError
from ..core.table import cells, csv_bytes, xlsx_bytes

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
    return csv_bytes(table) if form == "csv" else xlsx_bytes({"Mapping": table})


def lines(stream) -> Iterator[str]:
    """Task of ``core.bounded``: one JSON list a row, ``[row number, {name of the column: text}]``.

    :raise FormatError: ``mapping.columns`` and those of the readers
    """
    names = None
    for number, texts in cells(stream):
        if names is None:
            names = _names(texts)
            continue
        row = {name: text for name, text in zip(names, texts, strict=False) if name and text}
        if row:
            yield json.dumps([number, row])


def _names(titles):
    known = {title.casefold(): name for name, title in COLUMNS.items()}
    names = [known.get(title.casefold()) for title in titles]
    missing = [COLUMNS[name] for name in NEEDED if name not in names]
    if missing:
        raise FormatError(f"the first row lacks {', '.join(missing)}", code="mapping.columns", place="row 1")
    return names
