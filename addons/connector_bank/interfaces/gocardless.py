"""GoCardless payments (developer.gocardless.com/api-reference): each payout that was paid, with its items and payments.

Items have no names of their own: where an equal one stands at the edge of two pages, the payout's amount tells whether
it is one or two. Items older than half a year are no longer given. They name payments by id alone; what these are for
stands in the payments, and the events that a payout caused bring them along, some hundred with one call (Events,
Reconciling payouts with events). One that no event brings is asked for by its id. A payout never waits for texts that
GoCardless refuses; it does wait while GoCardless cannot answer.
"""

from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    RemoteDefectError,
    TechnicalError,
)
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.paging import dig, with_query, write_json

from .interface import day_of
from .provider import PayoutProvider, chosen

#: The version of the interface this was written for.
VERSION = "2015-07-06"
PAGE = 500
#: Payments that one fetch asks for by their ids; GoCardless answers 1000 calls a minute (Rate limiting).
MOST_BY_ID = 200

_PAYOUT = ("id", "amount", "arrival_date", "created_at", "currency", "deducted_fees", "links", "payout_type",
           "reference", "status")  # fmt: skip
_ITEM = ("amount", "type", "links", "taxes")
_PAYMENT = ("id", "description", "reference", "metadata")
#: Items whose payment says which invoice they are about.
_OF_INVOICES = ("payment_paid_out", "payment_failed")


@TRANSPORTS.add("gocardless", "GoCardless payments")
class GoCardless(PayoutProvider):
    report_code = "gocardless"

    def __init__(self, settings, secrets):
        super().__init__(settings, secrets)
        self._causes = None  # {payout: the event that it was paid}, read once it is needed
        self._by_id = MOST_BY_ID

    def read(self, path, headers=None):
        version = self._settings.get("api_version") or VERSION
        return super().read(path, {"GoCardless-Version": version, **(headers or {})})

    def check(self):
        self.read(with_query("/payouts", {"limit": 1}))
        return f"{self._host} answers, and payouts can be read."

    def parcels(self):
        query = {"created_at[gte]": f"{self._since_day().isoformat()}T00:00:00.000Z", "limit": PAGE}
        _headers, found, _none = self._paged("payouts", query, lambda item: item.get("id"))
        for one in reversed(found):  # the oldest first
            name, created = str(one.get("id") or ""), day_of(one.get("created_at"))
            if not name or created is None:
                raise RemoteDefectError(f"{self._host} names a payout without id or day", code="interface.answer")
            if name in self._known:
                continue
            if one.get("status") != "paid":
                self._waiting.append((created, name))
                continue
            headers, items = self._settled(one, name)
            value = {"payouts": chosen(one, _PAYOUT), "payout_items": [chosen(item, _ITEM) for item in items]}
            value["payments"] = self._payments(name, items)
            if len(write_json(value)) > self._settings["max_bytes"]:
                value["payments"] = []
            yield self._parcel(name, value, headers)

    def _payments(self, payout, items):
        """The payments behind the items, in their order, without those that cannot be had."""
        names = dict.fromkeys(_payment_of(item) for item in items if item.get("type") in _OF_INVOICES)
        names.pop(None, None)
        if not names:
            return []
        found = self._caused_by(payout)
        for name in names:
            if name not in found and self._by_id > 0:
                self._by_id -= 1
                found[name] = self._payment(name)
        return [chosen(found[name], _PAYMENT) for name in names if found.get(name)]

    def _caused_by(self, payout):
        """``{id: payment}`` of the payments whose events the payout caused; empty where events cannot be had."""
        try:
            if self._causes is None:
                since = f"{self._since_day().isoformat()}T00:00:00.000Z"
                query = {"resource_type": "payouts", "action": "paid", "created_at[gte]": since, "limit": PAGE}
                _headers, events, _none = self._paged("events", query, lambda event: event.get("id"))
                self._causes = {dig(event, "links.payout"): event.get("id") for event in events}
            if not self._causes.get(payout):
                return {}
            query = {
                "resource_type": "payments", "parent_event": self._causes[payout], "include": "payment", "limit": PAGE,
            }  # fmt: skip
            _headers, payments, _none = self._paged("events", query, lambda one: one.get("id"), _included)
        except (AuthError, BusinessError, RemoteDefectError) as error:
            _check_sign_in(error)
            if self._causes is None or isinstance(error, AuthError):
                self._causes = {}
            return {}
        return {one.get("id"): one for one in payments}

    def _payment(self, name):
        try:
            _answer, found = self.read(f"/payments/{quote(name, safe='')}")
        except (AuthError, BusinessError, RemoteDefectError) as error:
            _check_sign_in(error)
            if isinstance(error, AuthError):
                self._by_id = 0
            return None
        one = found.get("payments")
        return one if isinstance(one, dict) and one.get("id") == name else None

    def _settled(self, one, name):
        """``(headers, items)`` of a payout.

        :raise TechnicalError: ``interface.unsteady``: equal items at edges of pages, and no way of counting them fits
        """
        query = {"payout": name, "limit": PAGE}
        headers, items, repeated = self._paged("payout_items", query, lambda _item: None)
        if repeated and not _gives(items, one):
            headers, items, _none = self._paged("payout_items", query, _about)
            if not _gives(items, one):
                raise TechnicalError("pages of the payout's items overlap", code="interface.unsteady", place=name)
        return headers, items

    def _paged(self, name, query, key, items=dict.get):
        """``(headers, all items, how many may be repetitions)`` of a list in pages with cursors.

        :param items: ``items(document, name)`` → list
        """
        path = f"/{name}"

        def following(document, _path):
            after = dig(document, "meta.cursors.after")
            return with_query(path, {**query, "after": after}) if after else None

        headers, lists = self.list_whole(with_query(path, query), items, following, {name: key})
        return headers, lists[name], lists.get("repeated", 0)


def _payment_of(item):
    """The id of the payment it is about."""
    found = dig(item, "links.payment")
    return found if isinstance(found, str) else None


def _included(document, name):
    """The payments beside a page of events."""
    return dig(document, "linked.payments") if document.get(name) else document.get(name)


def _check_sign_in(error):
    """Only a permission that is missing is nothing to stop for."""
    if isinstance(error, AuthError) and error.code != "https.403":
        raise error


def _about(item):
    """What an item is about: of equal ones under this name, one counts."""
    return write_json([item.get("type"), item.get("links")])


def _gives(items, one):
    """Whether the items come to the payout, which is rounded to a whole of the smallest unit."""
    try:
        total = sum((Decimal(str(item.get("amount"))) for item in items), Decimal(0))
    except InvalidOperation:
        return False
    return abs(total - one.get("amount", 0)) <= Decimal("0.5")
