"""Events of a file gathered into statements, each small enough to decide on as a whole."""

from dataclasses import dataclass, field

from odoo.addons.finance_connector_base.core.statement import Balance, Entry, Finding, Footer, Header


@dataclass(slots=True)
class Statement:
    """One statement of one account as read from a file."""

    header: Header
    footer: Footer | None = None
    entries: list[Entry] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def booked(self):
        return [entry for entry in self.entries if entry.status == "booked"]

    @property
    def name(self):
        return self.header.statement_id or self.header.place or self.header.account or "?"

    @property
    def place(self):
        """How a person finds it in the file; banks number the statements of each account alike."""
        return " · ".join(part for part in (self.header.statement_id, self.header.account) if part) or self.name


def period(statement, booked):
    """First and last day the statement speaks of."""
    header, footer = statement.header, statement.footer
    days = [entry.booked_on for entry in booked if entry.booked_on]
    first = header.from_on or (min(days) if days else None) or header.opening_on or footer.closing_on
    last = header.to_on or (max(days) if days else None) or footer.closing_on or first
    return first, last


def said_balances(statement):
    """Balances that the bank said: those of its list, and opening and closing where the list lacks them.

    A report of the day has no closing, and the end of a page is the interim balance of the list.
    """
    header, footer = statement.header, statement.footer
    if header.intraday and footer.balances:
        return footer.balances
    first, last = period(statement, statement.booked)
    ends = (
        (("OPBD", "PRCD"), Balance("OPBD", header.opening, header.currency, header.opening_on or first)),
        (("CLBD",), Balance("CLBD", footer.closing, header.currency, footer.closing_on or last)),
    )
    lacking = [end for kinds, end in ends if end.amount is not None and not _listed(footer.balances, kinds, end)]
    return (*footer.balances, *lacking)


def _listed(balances, kinds, end):
    return any(
        one.kind in kinds or (one.kind == "ITBD" and one.amount == end.amount and one.on in (None, end.on))
        for one in balances
    )


def statements(events):
    """Yield each statement once it is complete; only one is in memory at a time."""
    current = None
    for event in events:
        if isinstance(event, Header):
            if current is not None:
                yield current
            current = Statement(event)
        elif isinstance(event, Entry):
            current.entries.append(event)
        elif isinstance(event, Footer):
            current.footer = event
        else:
            current.findings.append(event)
    if current is not None:
        yield current
