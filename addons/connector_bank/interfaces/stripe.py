"""Stripe (docs.stripe.com/api): payouts, and the balance transactions that each of them settles.

A payout is read once Stripe has reconciled it (``reconciliation_status``): its transactions no longer change then. A
payout that fails later comes back as a transaction of a later payout. Of a payout made by hand Stripe does not say
what it settles; it comes alone, and the reader says so.
"""

from datetime import UTC, datetime
from urllib.parse import quote

from odoo.addons.finance_connector_base.core.errors import RemoteDefectError
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.paging import with_query

from .provider import PayoutProvider, chosen, seconds_of

#: The version of the interface this was written for; Stripe answers as it did then.
VERSION = "2024-06-20"
PAGE = 100

_PAYOUT = ("id", "object", "amount", "currency", "created", "arrival_date", "automatic", "method", "type",
           "description", "statement_descriptor", "livemode")  # fmt: skip
_TRANSACTION = ("id", "object", "amount", "available_on", "created", "currency", "description", "exchange_rate", "fee",
                "fee_details", "net", "reporting_category", "type")  # fmt: skip
_SOURCE = ("id", "object", "charge", "payment_intent", "amount", "currency", "metadata", "customer")
_PAYER = ("name", "email")


@TRANSPORTS.add("stripe", "Stripe")
class Stripe(PayoutProvider):
    report_code = "stripe"

    def read(self, path, headers=None):
        version = self._settings.get("api_version") or VERSION
        return super().read(path, {"Stripe-Version": version, **(headers or {})})

    def check(self):
        _answer, found = self.read(with_query("/v1/payouts", {"limit": 1}))
        for one in self._items(_rows, found, "data"):
            self._check_mode(one.get("livemode"))
        return f"{self._host} answers, and payouts can be read."

    def parcels(self):
        query = {"created[gte]": seconds_of(self._since_day()), "limit": PAGE}
        headers, found = self._listed("/v1/payouts", query)
        for one in reversed(found):  # the oldest first
            self._check_mode(one.get("livemode"))
            name = str(one.get("id") or "")
            if not name:
                raise RemoteDefectError(f"{self._host} names a payout without an id", code="interface.answer")
            if name in self._known:
                continue
            if not _complete(one):
                self._waiting.append((datetime.fromtimestamp(int(one.get("created") or 0), UTC).date(), name))
                continue
            headers, rows = self._settled(one, name)
            yield self._parcel(
                name, {"object": "list", "payout": chosen(one, _PAYOUT), "data": rows, "has_more": False}, headers
            )

    def _settled(self, one, name):
        """What the payout settles, itself among it."""
        if one.get("automatic") is False:
            path = f"/v1/balance_transactions/{quote(str(one.get('balance_transaction')), safe='')}"
            answer, found = self.read(with_query(path, {"expand[]": "source"}))
            return answer.headers, [_transaction(found)]
        query = {"payout": name, "limit": PAGE, "expand[]": "data.source"}
        headers, found = self._listed("/v1/balance_transactions", query)
        return headers, [_transaction(row) for row in found]

    def _listed(self, path, query):
        """``(headers, all items)`` of a list whose cursor is the last item of the page before."""

        def following(document, _path):
            if not document.get("has_more"):
                return None
            rows = self._items(_rows, document, "data")
            if not rows or not rows[-1].get("id"):
                raise RemoteDefectError(f"{self._host} has more, but names no item", code="interface.answer")
            return with_query(path, {**query, "starting_after": rows[-1]["id"]})

        headers, lists = self.list_whole(
            with_query(path, query), _rows, following, {"data": lambda item: item.get("id")}
        )
        return headers, lists["data"]


def _rows(document, _name):
    return document.get("data")


def _complete(one):
    """Whether what the payout settles is final; versions before 2023 say only how the payout itself stands."""
    state = one.get("reconciliation_status")
    if state is None or one.get("automatic") is False:
        return one.get("status") in ("paid", "failed", "canceled")
    return state == "completed"


def _transaction(item):
    kept = chosen(item, _TRANSACTION)
    source = item.get("source")
    if isinstance(source, dict):
        kept["source"] = chosen(source, _SOURCE)
        payer, method = source.get("billing_details"), source.get("payment_method_details")
        if isinstance(payer, dict) and (payer := chosen(payer, _PAYER)):
            kept["source"]["billing_details"] = payer
        if isinstance(method, dict) and method.get("type"):
            kept["source"]["payment_method_details"] = {"type": method["type"]}
    elif source is not None:
        kept["source"] = source
    return kept
