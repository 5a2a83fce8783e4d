"""Events as text: one JSON line each, and one summary a statement."""

from odoo.addons.finance_connector_base.core.codec import Codec
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header
from odoo.addons.finance_connector_base.core.statement_totals import Totals

EVENTS = Codec(Header, Entry, Footer, Finding)


def lines(events):
    """Canonical JSON lines: fields in the order of the classes, those at their default left out."""
    for event in events:
        yield EVENTS.line(event) + "\n"


def rendered(events):
    return "".join(lines(events))


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
