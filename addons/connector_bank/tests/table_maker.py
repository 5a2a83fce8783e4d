"""Layouts and tables for tests, small enough to be read at a glance."""

from io import BytesIO

from odoo.addons.connector_bank.formats import parse
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header

#: Day;Text;Amount, as a bank nobody knows.
SIMPLE = {
    "code": "test_bank",
    "name": "Test Bank",
    "columns": {"booked_on": "Day", "text": "Text", "amount": "Amount", "balance": "Left?", "status": "State?"},
    "dates": ["DD.MM.YYYY"],
    "booked": ["done"],
    "pending": ["waits"],
    "left_out": ["failed"],
    "currency": "EUR",
}
TITLES = "Day;Text;Amount\n"


def layout(**changes):
    """``SIMPLE`` with other values; None takes one out."""
    found = {**SIMPLE, **changes}
    return {name: value for name, value in found.items() if value is not None}


def without_status(**changes):
    columns = {role: column for role, column in SIMPLE["columns"].items() if role != "status"}
    return layout(columns={**columns, **changes.pop("columns", {})}, **changes)


def events(text, data=None, **tables):
    content = text if isinstance(text, bytes) else text.encode()
    return list(parse(BytesIO(content), tables={"own": [data or SIMPLE], **tables}))


def of(kind, found):
    return [event for event in found if isinstance(event, kind)]


def entries(text, data=None):
    return of(Entry, events(text, data))


def headers(found):
    return of(Header, found)


def footers(found):
    return of(Footer, found)


def findings(found):
    return of(Finding, found)
