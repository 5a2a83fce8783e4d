"""The safe readers as tasks for ``core.bounded``: a line for each record."""

from ..core.safe.csv import csv_rows
from ..core.safe.json import json_value
from ..core.safe.text import text_lines
from ..core.safe.xlsx import xlsx_rows

READERS = {
    "text": text_lines,
    "csv": csv_rows,
    "json": lambda stream: [json_value(stream.read())],
    "xlsx": xlsx_rows,
}


def records(stream, kind):
    for record in READERS[kind](stream):
        yield ascii(record)[:200]
