"""GoCardless payments (developer.gocardless.com, Payouts and Payout items): each payout that was paid, with its items.

Items have no names of their own: where an equal one stands at the edge of two pages, the payout's amount tells whether
it is one or two. Items older than half a year are no longer given.
"""

from decimal import Decimal, InvalidOperation

from odoo.addons.finance_connector_base.core.errors import RemoteDefectError, TechnicalError
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.paging import dig, with_query, write_json

from .interface import day_of
from .provider import PayoutProvider, chosen

#: The version of the interface this was written for.
VERSION = "2015-07-06"
PAGE = 500

_PAYOUT = ("id", "amount", "arrival_date", "created_at", "currency", "deducted_fees", "links", "payout_type",
           "reference", "status")  # fmt: skip
_ITEM = ("amount", "type", "links", "taxes")


@TRANSPORTS.add("gocardless", "GoCardless payments")
class GoCardless(PayoutProvider):
    report_code = "gocardless"

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
            yield self._parcel(name, value, headers)

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

    def _paged(self, name, query, key):
        """``(headers, all items, how many may be repetitions)`` of a list in pages with cursors."""
        path = f"/{name}"

        def following(document, _path):
            after = dig(document, "meta.cursors.after")
            return with_query(path, {**query, "after": after}) if after else None

        headers, lists = self.list_whole(
            with_query(path, query), lambda document, which: document.get(which), following, {name: key}
        )
        return headers, lists[name], lists.get("repeated", 0)


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
