"""Shopify Payments (shopify.dev/docs/api/admin-graphql, ShopifyPaymentsAccount): each payout with what it settles.

The REST interface is legacy since October 2024, so this is GraphQL. Which transactions belong to a payout is a search
(``payments_transfer_id``) whose index may lag behind: a payout is taken once they come to nothing together with it, or
once it is old enough that a person shall see the difference. A failed payout comes back as a transaction of a later
one.

Calls are paid in points that flow back with time (GraphQL Admin API rate limits): an answer that is refused for want
of points says how many are missing, and the same page is asked for again when they are there.
"""

import math
import time
from decimal import Decimal, InvalidOperation

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    RateLimitedError,
    RemoteDefectError,
    TechnicalError,
)
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.paging import dig, write_json

from .interface import day_of, words_of
from .json_interface import JSON
from .listing import paged, whole
from .provider import PayoutProvider, chosen

#: The version of the interface this was written for; each one is served for a year.
VERSION = "2026-10"
#: Items on a page; fewer where a page costs more than one call may.
PAGE, SMALLEST_PAGE = 100, 10
HEADER = "X-Shopify-Access-Token"
#: Statuses of a payout that no longer change what it settles.
FINAL = ("PAID", "FAILED", "CANCELED")

_MONEY = "{ amount currencyCode }"
_PAYOUTS = f"""query Payouts($first: Int!, $after: String, $query: String!) {{
  shop {{ myshopifyDomain ianaTimezone }}
  shopifyPaymentsAccount {{ payouts(first: $first, after: $after, query: $query) {{
    nodes {{ id legacyResourceId issuedAt status transactionType net {_MONEY} }}
    pageInfo {{ hasNextPage endCursor }} }} }} }}"""
_TRANSACTIONS = f"""query Transactions($first: Int!, $after: String, $query: String!) {{
  shopifyPaymentsAccount {{ balanceTransactions(first: $first, after: $after, query: $query) {{
    nodes {{ id type test transactionDate amount {_MONEY} fee {_MONEY} net {_MONEY} sourceOrderTransactionId
      adjustmentReason associatedOrder {{ id name }} associatedPayout {{ id }} }}
    pageInfo {{ hasNextPage endCursor }} }} }} }}"""

_SHOP = ("myshopifyDomain", "ianaTimezone")
_PAYOUT = ("id", "legacyResourceId", "issuedAt", "transactionType", "net")
_TRANSACTION = ("id", "type", "test", "transactionDate", "amount", "fee", "net", "sourceOrderTransactionId",
                "adjustmentReason", "associatedOrder")  # fmt: skip


class _TooDear(BusinessError):
    """A call that costs more than one call may."""


@TRANSPORTS.add("shopify", "Shopify Payments")
class Shopify(PayoutProvider):
    """:param settings: besides those of ``PayoutProvider``: ``throttle_seconds`` (how long a fetch waits for points)"""

    report_code = "shopify"

    def __init__(self, settings, secrets):
        tokens = settings.get("oauth_token_url") or settings["address"].rstrip("/") + "/admin/oauth/access_token"
        settings = {**settings, "oauth_token_url": tokens, "oauth_client_auth": "body"}
        super().__init__(settings, secrets)
        self._version = settings.get("api_version") or VERSION
        self._path = f"/admin/api/{self._version}/graphql.json"
        self._page, self._waited = PAGE, 0

    def check(self):
        answer, found = self._ask(_PAYOUTS, {"first": 1, "after": None, "query": ""})
        _nodes(found, "payouts")
        words = f"{self._host} answers, and the payouts of {dig(found, 'shop.myshopifyDomain')} can be read."
        served = {name.lower(): value for name, value in answer.headers.items()}.get("x-shopify-api-version")
        if served and served != self._version:
            words += f" It no longer serves version {self._version} and answers as {served}."
        return words

    def parcels(self):
        since = self._since_day()
        headers, found, shop = self._listed(_PAYOUTS, "payouts", f"issued_at:>={since.isoformat()}")
        for one in sorted(found, key=lambda one: str(one.get("issuedAt"))):
            name, issued = str(one.get("legacyResourceId") or ""), day_of(one.get("issuedAt"))
            if not name or issued is None:
                raise RemoteDefectError(f"{self._host} names a payout without id or day", code="interface.answer")
            if issued < since or name in self._known:
                continue
            if one.get("status") not in FINAL:
                self._waiting.append((issued, name))
                continue
            headers, rows = self._settled(one, name)
            if one["status"] == "CANCELED" and not rows:
                continue  # what it was to settle belongs to a later payout
            if not _adds_up(one, rows) and (self._today() - issued).days < (self._settings.get("waiting_days") or 14):
                self._waiting.append((issued, name))
                continue
            value = {
                "shop": shop,
                "shopifyPaymentsAccount": {
                    "payout": chosen(one, _PAYOUT),
                    "balanceTransactions": [chosen(row, _TRANSACTION) for row in rows],
                },
            }
            yield self._parcel(name, value, headers)

    def _settled(self, one, name):
        """``(headers, transactions of the payout)``.

        :raise RemoteDefectError: ``interface.answer``: transactions of another payout, the search was not understood
        """
        headers, rows, _shop = self._listed(_TRANSACTIONS, "balanceTransactions", f"payments_transfer_id:{name}")
        if any(dig(row, "associatedPayout.id") not in (None, one.get("id")) for row in rows):
            words = f"{self._host} answers with the transactions of other payouts"
            raise RemoteDefectError(words, code="interface.answer", place=name)
        return headers, rows

    def _listed(self, document, name, search):
        """``(headers, all items, the shop)`` of a list in pages with cursors, each item once by its id."""
        last = {}

        def call(after):
            answer, found = self._ask(document, {"after": after or None, "query": search, "first": self._page})
            last.update(headers=answer.headers, shop=chosen(found.get("shop") or {}, _SHOP))
            return answer, found

        def following(found, _after):
            info = dig(found, f"shopifyPaymentsAccount.{name}.pageInfo") or {}
            if not info.get("hasNextPage"):
                return None
            if not info.get("endCursor"):
                raise RemoteDefectError(f"{self._host} has more, but names no page", code="interface.answer")
            return info["endCursor"]

        def read():
            pages, size = [], 0
            for answer, found in paged(call, "", following):
                size += len(answer.content)
                self._check_size(size)
                pages.append(self._items(_nodes, found, name))
            return pages

        items, _repeated = whole(read, lambda item: item.get("id"))
        return last["headers"], items, last["shop"]

    # one call

    def _ask(self, document, variables):
        """``(answer, data)`` of one query; waits for points, and takes smaller pages where one is too dear."""
        while True:
            try:
                body = write_json({"query": document, "variables": variables})
                answer = self.call("POST", self._path, body=body, headers={"Accept": JSON})
                return answer, self._data(self._object(answer))
            except _Throttled as throttled:
                self._wait(throttled.retry_after)
            except _TooDear as error:
                if variables["first"] <= SMALLEST_PAGE:
                    raise RemoteDefectError(str(error), code=error.code) from error
                self._page = max(variables["first"] // 2, SMALLEST_PAGE)
                variables = {**variables, "first": self._page}

    def _wait(self, seconds):
        most = self._settings.get("throttle_seconds")
        if self._waited + seconds > (60 if most is None else most):
            words = f"{self._host} asks us to slow down"
            raise RateLimitedError(words, code="shopify.throttled", retry_after=math.ceil(seconds))
        self._waited += seconds
        time.sleep(seconds)

    def _data(self, found):
        """What was asked for.

        :raise ConfigurationError: ``shopify.account``: the shop has no Shopify Payments
        """
        errors = found.get("errors")
        if errors:
            self._refuse(errors, dig(found, "extensions.cost") or {})
        data = found.get("data")
        if not isinstance(data, dict) or "shopifyPaymentsAccount" not in data:
            raise RemoteDefectError(f"{self._host} answers without data", code="interface.answer")
        if data["shopifyPaymentsAccount"] is None:
            raise ConfigurationError(f"{self._host} has no Shopify Payments", code="shopify.account")
        return data

    def _refuse(self, errors, cost):
        """Raise what the first error means."""
        first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {"message": errors}
        code, words = dig(first, "extensions.code"), f"{self._host}: {words_of(first.get('message'))}"
        if code == "THROTTLED":
            raise _Throttled(words, retry_after=_missing(cost))
        if code == "MAX_COST_EXCEEDED":
            raise _TooDear(words, code="shopify.cost")
        if code == "ACCESS_DENIED":
            raise AuthError(words, code="shopify.permission")
        if code == "SHOP_INACTIVE":
            raise ConfigurationError(words, code="shopify.account")
        if code in ("INTERNAL_SERVER_ERROR", "TIMEOUT"):
            raise TechnicalError(words, code="interface.answer")
        raise RemoteDefectError(words, code="interface.answer")

    def _auth(self, token):
        """Both kinds of token go into the same header."""
        found = token or self._secrets.get("api_key") or self._secrets.get("token") or ""
        return {HEADER: found} if self._settings["auth_scheme"] in ("oauth2", "api_key", "bearer") else {}

    # a query changes nothing: what got no answer is simply asked again

    def _lost(self, method):
        return super()._lost("GET")

    def _raise_for(self, answer, content, method):
        return super()._raise_for(answer, content, "GET")


class _Throttled(RateLimitedError):
    """Not enough points; ``retry_after`` are the seconds, a fraction maybe, until there are."""


def _nodes(document, name):
    return dig(document, f"shopifyPaymentsAccount.{name}.nodes")


def _missing(cost):
    """Seconds until the points for a call have flowed back."""
    try:
        points = cost["requestedQueryCost"] - cost["throttleStatus"]["currentlyAvailable"]
        return max(float(points) / float(cost["throttleStatus"]["restoreRate"]), 0.05)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return 1.0


def _adds_up(one, rows):
    """Whether the transactions give what the payout takes."""
    try:
        total = sum((Decimal(str(dig(row, "net.amount"))) for row in rows if not row.get("test")), Decimal(0))
        paid = Decimal(str(dig(one, "net.amount")))
    except InvalidOperation:
        return False
    stated = any(row.get("type") == "TRANSFER" for row in rows)
    return not total if stated else abs(total) == abs(paid)
