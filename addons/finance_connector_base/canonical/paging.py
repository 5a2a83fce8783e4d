"""Pages of objects by the time of their last change: where the next one begins, and what a caller asked for."""

import base64
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from ..core.canonical import sha256
from .scalars import CODE, DAY, IDENTIFIER


class AskedWrong(ValueError):
    """A parameter of a list does not fit.

    :param name: the parameter
    :param status: 400 where it is not of its form, 422 where it is and still says nothing
    """

    def __init__(self, name, text, status=400):
        super().__init__(text)
        self.name, self.status = name, status


#: RFC 3339, with the offset from UTC.
SINCE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
CURSOR_PATTERN = "^[A-Za-z0-9_-]{1,200}$"


#: Filters of lists: name → (scalar or choices, meaning)
FILTERS = {
    "from": (DAY, "Only with a date from this day on."),
    "to": (DAY, "Only with a date up to and with this day."),
    "journal": (CODE, "Only in the journal of this code."),
    "partner": (IDENTIFIER, "Only with this customer or supplier, named as in the objects."),
    "account": (CODE, "Only accounts whose code begins so."),
    "until": (DAY, "The last day that counts; today if left out."),
    "use": (("sale", "purchase", "none"), "Only taxes for this."),
    "direction": (("in", "out"), "Only received or only paid."),
    "ledger": (("entries", "all"), "entries: without invoices, bills and credit notes; all: every posted entry."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for.

    :param name: of the type of its objects
    :param after: ``(moment, id)`` of the last object that is known already
    """

    name: str
    limit: int
    filters: dict
    after: tuple | None = None

    @property
    def mark(self):
        """Recognises the list that a cursor belongs to."""
        return sha256({"name": self.name, **self.filters})[:12]

    def cursor(self, moment, number):
        text = json.dumps([moment.isoformat() if moment else None, number, self.mark])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def asked(registered, query, largest):
    """Read the parameters of a list of ``registered`` objects.

    :param largest: objects one page may hold
    :raise AskedWrong: a parameter is unknown or not of its form
    """
    allowed = registered.filters
    unknown = sorted(query.keys() - {"limit", "cursor", *(("since",) if registered.timed else ()), *allowed})
    if unknown:
        raise AskedWrong(unknown[0][:80], "there is no such parameter")
    found = Asked(registered.name, _limit(query.get("limit"), largest), _filters(query, allowed))
    if "cursor" in query and "since" in query:
        raise AskedWrong("since", "a cursor says already where to go on", 422)
    if "cursor" in query:
        return replace(found, after=_after(query["cursor"], found.mark))
    if "since" in query:
        return replace(found, after=(_moment(query["since"]), 0))
    return found


def _limit(text, largest):
    if text is None:
        return min(100, largest)
    if not text.isascii() or not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= largest:
        raise AskedWrong("limit", f"a number from 1 to {largest} is expected")
    return int(text)


def _filters(query, allowed):
    found = {}
    for name in allowed:
        if name not in query:
            continue
        form, text = FILTERS[name][0], query[name]
        if isinstance(form, tuple):
            if text not in form:
                raise AskedWrong(name, f"one of {', '.join(form)} is expected")
            found[name] = text
            continue
        try:
            found[name] = form.read(text)
        except ValueError as error:
            raise AskedWrong(name, form.text) from error
        if isinstance(found[name], date) and not 1900 <= found[name].year < 2200:
            raise AskedWrong(name, "a day from 1900 to 2199 is expected", 422)
    return found


def _after(text, mark):
    if not re.fullmatch(CURSOR_PATTERN, text):
        raise AskedWrong("cursor", "this is no cursor of ours")
    try:
        moment, number, whose = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        after = (datetime.fromisoformat(moment) if moment is not None else None, int(number))
    except (ValueError, TypeError, RecursionError) as error:
        raise AskedWrong("cursor", "this is no cursor of ours", 422) from error
    if whose != mark:
        raise AskedWrong("cursor", "the cursor belongs to another list, or to other filters", 422)
    if not 0 <= after[1] < 2**31 or (after[0] is not None and after[0].tzinfo is not None):
        raise AskedWrong("cursor", "this is no cursor of ours", 422)
    return after


def _moment(text):
    """A moment with its offset from UTC, as Odoo keeps it: in UTC, without one."""
    words = "a moment like 2026-01-31T12:00:00Z, from 1900 to 2199, is expected"
    if not re.fullmatch(SINCE_PATTERN, text):
        raise AskedWrong("since", words)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise AskedWrong("since", words, 422) from error
    if not 1900 <= found.year < 2200:
        raise AskedWrong("since", words, 422)
    return found.astimezone(UTC).replace(tzinfo=None)
