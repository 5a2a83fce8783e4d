"""Row versions as files: JSON lines or CSV, gzip or plain, with a hash for each row and a manifest beside."""

import csv
import gzip
import io
import json
from datetime import date, datetime
from decimal import Decimal

from ..core.canonical import canonical_json, sha256

FORMATS = {"jsonl": "application/x-ndjson", "csv": "text/csv"}
#: What every row has after its own columns.
OWN = ("row_hash", "deleted")


def plain(value):
    """As it stands in files: ISO dates, decimal strings, whole numbers, truth values."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return value


def version(columns, values):
    """One row version with its hash.

    :param values: in the order of ``columns``
    """
    row = dict(zip(columns, map(plain, values), strict=True))
    return {**row, "row_hash": sha256(canonical_json(row)), "deleted": False}


def gone(columns, record_id):
    """The last version of a row that is not there any more, or does not belong to the kind any more."""
    row = dict.fromkeys(columns) | {"id": record_id}
    return {**row, "row_hash": sha256(canonical_json({"id": record_id, "deleted": True})), "deleted": True}


def write(rows, columns, file_format, packed):
    """The bytes of a file; equal rows give equal bytes."""
    names = [*columns, *OWN]
    text = io.StringIO()
    if file_format == "csv":
        sheet = csv.writer(text, lineterminator="\n")
        sheet.writerow(names)
        sheet.writerows([_cell(row[name]) for name in names] for row in rows)
    else:
        for row in rows:
            text.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    content = text.getvalue().encode()
    return gzip.compress(content, mtime=0) if packed else content


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    # a text that a spreadsheet would take for a formula; numbers keep their sign
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+-@\t\r" and not _is_number(text) else text


def _is_number(text):
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def manifest(content, rows, kind, **facts):
    """What proves that a file is whole: counts, totals and hashes."""
    living = [row for row in rows if not row["deleted"]]
    return {
        **facts,
        "kind": kind.code,
        "schema_version": kind.version,
        "columns": [*kind.columns, *OWN],
        "rows": len(rows),
        "deleted": len(rows) - len(living),
        "sums": {
            name: format(sum((Decimal(row[name]) for row in living if row[name] is not None), Decimal(0)), "f")
            for name in kind.sums
        },
        "bytes": len(content),
        "sha256": sha256(content),
    }
