"""What bank interfaces (APIs) have in common: the report that fetching makes of their answers, and how it is read.

A report is ``{"bank_interface": code, "report": {"account": …, "balances": […], "booked": […], "pending": […]}}``
with the objects as the bank gave them. It is an intraday report: a statement confirms its lines,
and what is pending is never booked.
"""

import re
from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import money
from odoo.addons.finance_connector_base.core.safe.json import json_value
from odoo.addons.finance_connector_base.core.safe.limits import JsonLimits, active
from odoo.addons.finance_connector_base.core.statement import Finding, Footer, Header, Party

_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.ASCII)
#: Lists of a report and the status of what stands in them.
LISTS = (("booked", "booked"), ("pending", "pending"))


class InterfaceFormat:
    """Base of the formats: a subclass reads account, balances and transactions of its interface.

    Formats whose banks name their transactions by the interface set ``source``: such a reference is compared only
    with others of the same source, never with the reference in a file of the same bank.
    """

    code = ""
    source = ""

    def recognises(self, head):
        return head.startswith(b'{"bank_interface":"%s"' % self.code.encode())

    def parse(self, stream):
        """:raise FormatError: ``interface.…`` and those of ``json_value``"""
        found = json_value(stream.read(active(JsonLimits).total_bytes + 1))
        report = inner(found, "report", "$") if isinstance(found, dict) else None
        if not report:
            raise FormatError("no report of a bank interface", code="interface.structure")
        account = inner(report, "account", "$.report")
        yield self.header(account, report)
        for name, status in LISTS:
            for place, item in objects(report, name, "$.report"):
                yield self.entry(item, status, place)
        yield self.footer(report)
        if repeated := text(report.get("repeated")):
            yield Finding(
                "interface.repeated",
                f"{repeated} bookings without a name stand at the end of a page and at the beginning of the next",
                "$.report",
            )

    def header(self, account, report):
        return Header(
            account=account_number(account.get("number")) or text(account.get("id")),
            currency=currency(account.get("currency"), "$.report.account"),
            intraday=True,
            owner=text(account.get("owner")),
            place="$.report",
        )

    def entry(self, item, status, place):
        raise NotImplementedError

    def footer(self, report):
        return Footer(balances=tuple(self.balances(report)), place="$.report")

    def balances(self, report):
        return ()


def objects(parent, name, place="$"):
    """``[(place, object)]`` of the list ``name``; none where it is absent."""
    found = parent.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise FormatError(f"{name} is no list of objects", code="interface.structure", place=place)
    return [(f"{place}.{name}[{number}]", one) for number, one in enumerate(found)]


def inner(parent, name, place="$"):
    """The object ``name``; empty where it is absent."""
    found = parent.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise FormatError(f"{name} is no object", code="interface.structure", place=place)
    return found


def texts(value):
    """Texts of a list or of one text; blanks are left out."""
    found = value if isinstance(value, list) else [value]
    return tuple(one for one in map(text, found) if one)


def text(value):
    """A value as text; blank is absent, and so is whatever is neither text nor number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return None
    return str(value).strip() or None


def first(*values):
    """The first text that is not blank."""
    return next((one for one in map(text, values) if one), None)


def amount(value, place):
    """An exact amount as text or JSON number."""
    found = text(value)
    if found is None:
        raise FormatError("the amount is missing", code="interface.amount", place=place)
    try:
        return money(found)
    except ValueError as error:
        raise FormatError("the amount cannot be read", code="interface.amount", place=place) from error


def rate(value):
    """An exchange rate, or ``None`` where it cannot be read: it explains a booking and moves nothing."""
    try:
        return money(text(value) or "")
    except ValueError:
        return None


def day(value, place):
    """The day of an ISO date or moment in the zone it is written in; absent stays None."""
    found = text(value)
    if found is None:
        return None
    match = _DAY.fullmatch(found)
    try:
        return date.fromisoformat(match[1])
    except (TypeError, ValueError) as error:
        raise FormatError("the date cannot be read", code="interface.date", place=place) from error


def currency(value, place):
    found = (text(value) or "").upper()
    if not _CURRENCY.fullmatch(found):
        raise FormatError("no currency code", code="interface.currency", place=place)
    return found


def account_number(value):
    found = text(value)
    return found and "".join(found.split()).upper()


def party(**facts):
    """Who is at the other end, or ``None`` where nothing is said."""
    found = Party(**facts)
    return found if any(facts.values()) else None
