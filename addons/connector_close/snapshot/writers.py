"""Files of a frozen trial balance, for a close platform, a spreadsheet or an archive."""

import csv
import io
import json

from odoo.addons.finance_connector_base.core.canonical import sha256
from odoo.addons.finance_connector_base.core.spreadsheet import inert

from .content import thaw
from .rows import AMOUNTS, LABELS

PERIOD = ("date_from", "date_to")


def write_csv(raw):
    """RFC 4180 bytes: one line a row, amounts as plain decimals, the period and hash on every line."""
    header, rows = thaw(raw)
    digest = sha256(raw)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*LABELS, "books_currency", *AMOUNTS, *PERIOD, "sha256"])
    for row in rows:
        writer.writerow(
            [
                *(inert(getattr(row, name)) for name in LABELS),
                inert(header.currency),
                *(format(getattr(row, name), "f") for name in AMOUNTS),
                *(getattr(header, name).isoformat() for name in PERIOD),
                digest,
            ]
        )
    return stream.getvalue().encode()


def write_json(raw):
    """Readable JSON: the content, and the hash of its canonical form for the receiver to check."""
    content = {"sha256": sha256(raw), "content": json.loads(raw)}
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


#: format → (writer, content type)
WRITERS = {"csv": (write_csv, "text/csv"), "json": (write_json, "application/json")}
