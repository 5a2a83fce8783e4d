"""The frozen content of a snapshot: equal books have equal bytes, and so equal hashes.

Who took it, when, and at which milestone is kept beside the content, not in it.
"""

import itertools
import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from odoo.addons.finance_connector_base.core.canonical import canonical_json
from odoo.addons.finance_connector_base.core.errors import FormatError

from .rows import AMOUNTS, LABELS, Row

KIND = "trial-balance"
LAYOUT = 1


@dataclass(frozen=True, slots=True)
class Header:
    """Whose books, in which currency, for which days (both included)."""

    company: str
    currency: str
    date_from: date
    date_to: date


def freeze(header, rows):
    """Canonical bytes of a trial balance; the order in which rows come does not matter.

    :raise FormatError: two rows for one account, or a row that does not add up
    """
    ordered = sorted(rows, key=lambda row: row.key)
    for row, following in itertools.pairwise(ordered):
        if row.key == following.key:
            raise FormatError("two rows for one account", code="snapshot.rows", place=" ".join(row.key))
    for row in ordered:
        if row.opening + row.debit - row.credit != row.closing:
            raise FormatError("the row does not add up", code="snapshot.rows", place=" ".join(row.key))
    content = {"kind": KIND, "layout": LAYOUT, **asdict(header), "rows": [asdict(row) for row in ordered]}
    return canonical_json(content)


def thaw(raw):
    """``(header, rows)`` of frozen bytes.

    :raise FormatError: these bytes were not made by ``freeze``
    """
    try:
        content = json.loads(raw)
        if (content["kind"], content["layout"]) != (KIND, LAYOUT):
            raise ValueError("another kind of content")
        header = Header(
            content["company"],
            content["currency"],
            date.fromisoformat(content["date_from"]),
            date.fromisoformat(content["date_to"]),
        )
        return header, [_row(cells) for cells in content["rows"]]
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise FormatError("this is no frozen trial balance", code="snapshot.content") from error


def _row(cells):
    return Row(
        **{name: str(cells[name]) for name in LABELS},
        **{name: Decimal(cells[name]) for name in AMOUNTS},
    )
