"""Events as text: one JSON line each, and one summary a statement."""

import json
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import (
    Entry,
    Footer,
    Header,
    Totals,
)


def lines(events):
    """Canonical JSON lines: fields in the order of the classes, those at their default left out."""
    for event in events:
        found = {"event": type(event).__name__.lower(), **content(event)}
        yield json.dumps(found, ensure_ascii=False) + "\n"


def rendered(events):
    return "".join(lines(events))


def content(record):
    """An event as plain JSON values; fields at their default are left out."""
    found = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if field.default is MISSING or value != field.default:
            found[field.name] = _value(value)
    return found


def _value(value):
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):  # datetime too
        return value.isoformat()
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return content(value) if is_dataclass(value) else value


def summaries(events):
    """One dict a statement, amounts as decimal strings, absent as None."""
    found, totals = [], None
    for event in events:
        if isinstance(event, Header):
            totals = Totals(event)
        elif isinstance(event, Entry):
            totals.add(event)
        elif isinstance(event, Footer):
            found.append(_summary(totals, event))
    return found


def _summary(totals, footer):
    header = totals.header
    return {
        "format": header.format,
        "statement_id": header.statement_id,
        "account": header.account,
        "currency": header.currency,
        "opening": None if header.opening is None else plain(header.opening),
        "closing": None if footer.closing is None else plain(footer.closing),
        "entries": totals.entries,
        "sum_credits": plain(totals.sum_credits),
        "sum_debits": plain(totals.sum_debits),
    }
