"""Shopify Payments: payouts and balance transactions over GraphQL, paid for in points that flow back with time.

Token ``shpat_SANDBOX``, or client ``SANDBOX-APP`` with secret ``SANDBOX-SHOP`` at ``/admin/oauth/access_token``. A test
lets customers pay with ``party.charge(…)``, takes money back with ``party.move(…)`` and pays out with
``party.pay_out(…)``; ``party.export(…)`` is the admin's CSV of one payout. Settings: ``page_size``; ``repeat`` (each
page begins with the last item of the one before); ``stuck`` (a cursor leads to its own page); ``lag`` (so many of a
payout's transactions the search does not find yet); ``hidden`` (it finds no transfers); ``deaf`` (it does not know its
own filter); ``points`` (in the bucket), ``flow`` (points a second), ``dearest`` (no call may cost more);
``permitted``; ``account`` (whether there is one); ``version`` (the one that is served).
"""

import csv
import io
import re
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qs

from .party import Answer, Party, route

TOKEN, CLIENT, SECRET, SHOP = "shpat_SANDBOX", "SANDBOX-APP", "SANDBOX-SHOP", "almond.myshopify.com"
#: Points an item of a list costs.
COST = 1
SHOP_TIME = timezone(timedelta(hours=1))
_EXPORT = ("Transaction Date", "Type", "Order", "Card Brand", "Payout Status", "Payout Date", "Payout ID", "Amount",
           "Fee", "Net", "Checkout", "Payment Method Name", "Currency")  # fmt: skip
_CSV_TYPES = {"DISPUTE_WITHDRAWAL": "chargeback", "DISPUTE_REVERSAL": "chargeback won", "TRANSFER": "payout"}


class Shopify(Party):
    name = "shopify"
    defaults = {"page_size": 250, "repeat": False, "stuck": False, "lag": 0, "hidden": False, "deaf": False,
                "points": 2000, "flow": 50_000, "dearest": 1000, "permitted": True, "account": True,
                "version": "2026-10"}  # fmt: skip

    def clear(self):
        self.transactions, self.payouts, self.tokens = {}, {}, []
        self._spent, self._seen = 0.0, time.monotonic()

    def apply(self, effect):
        kept = {"transaction": self.transactions, "payout": self.payouts}.get(effect["kind"])
        if kept is not None:
            kept[effect["key"]] = dict(effect["data"])
        elif effect["kind"] == "payout_state":
            self.payouts[effect["key"]]["status"] = effect["data"]["status"]
        elif effect["kind"] == "token":
            self.tokens.append(effect["key"])

    # what happens at Shopify

    def charge(self, key, amount, fee, moment, order=None, currency="EUR"):
        return self.move(key, "CHARGE", amount, fee, moment, order=order, currency=currency)

    def move(self, key, kind, amount, fee, moment, *, order=None, currency="EUR", test=False):
        """Amounts in the major unit, ``amount`` signed; the fee is positive where the shop pays it."""
        return self.effect(
            "transaction", str(key), type=kind, amount=str(amount), fee=str(fee), moment=moment, order=order,
            currency=currency, test=test, payout=None,
        )  # fmt: skip

    def pay_out(self, key, moment, status="PAID", currency="EUR"):
        """Pay out all that is not paid out yet in this currency."""
        mine = [name for name in self._of(None) if self.transactions[name]["currency"] == currency]
        net = sum((_net(self.transactions[name]) for name in mine if not self.transactions[name]["test"]), Decimal(0))
        self.effect(
            "transaction", f"{key}000", type="TRANSFER", amount=str(-net), fee="0.00", moment=moment, order=None,
            currency=currency, test=False, payout=str(key),
        )  # fmt: skip
        for name in mine:
            self.effect("transaction", name, **{**self.transactions[name], "payout": str(key)})
        return self.effect("payout", str(key), moment=moment, status=status, net=str(net), currency=currency)

    def state(self, key, status):
        return self.effect("payout_state", str(key), status=status)

    def _of(self, key):
        return [name for name, one in self.transactions.items() if one["payout"] == key]

    # how it is shown

    def refuse(self, request):
        if request.path == "/admin/oauth/access_token":
            return None
        if request.headers.get("x-shopify-access-token") not in (TOKEN, *self.tokens):
            words = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return Answer(401, {"errors": words})
        return None

    @route("POST", "/admin/oauth/access_token")
    def token(self, request):
        form = {name: values[-1] for name, values in parse_qs(request.text()).items()}
        if form != {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}:
            return Answer(400, {"error": "invalid_client", "error_description": "Client authentication failed"})
        key = f"shpat_{len(self.tokens) + 1}"
        self.effect("token", key)
        return Answer(200, {"access_token": key, "scope": "read_shopify_payments_payouts", "expires_in": 86399})

    @route("POST", "/admin/api/{version}/graphql.json")
    def graphql(self, request, version):
        asked = request.json()
        document, values = asked["query"], asked["variables"]
        cost = 2 + COST * values["first"]
        refusal = self._points(cost)
        headers = {"X-Shopify-API-Version": self.settings["version"]}
        if refusal:
            return Answer(200, refusal, headers)
        if not self.settings["permitted"]:
            words = "Access denied for shopifyPaymentsAccount field."
            return Answer(200, {"errors": [_error(words, "ACCESS_DENIED")], "data": {"shopifyPaymentsAccount": None}})
        shop = {"myshopifyDomain": SHOP, "ianaTimezone": "Europe/Paris"}
        if not self.settings["account"]:
            return Answer(200, {"data": {"shop": shop, "shopifyPaymentsAccount": None}}, headers)
        if "balanceTransactions(" in document:
            data = {"shopifyPaymentsAccount": {"balanceTransactions": self._transactions(values)}}
        elif "payouts(" in document:
            data = {"shop": shop, "shopifyPaymentsAccount": {"payouts": self._payouts(values)}}
        else:
            return Answer(200, {"errors": [_error("Field doesn't exist", "undefinedField")]}, headers)
        return Answer(200, {"data": data, "extensions": {"cost": self._cost(cost, cost)}}, headers)

    def _points(self, cost):
        """The refusal of a call for which there are not enough points; else they are taken."""
        now = time.monotonic()
        self._spent = max(self._spent - (now - self._seen) * self.settings["flow"], 0.0)
        self._seen = now
        if cost > self.settings["dearest"]:
            words = f"Query cost is {cost}, which exceeds the single query max cost limit"
            return {"errors": [_error(words, "MAX_COST_EXCEEDED")]}
        if self._spent + cost > self.settings["points"]:
            return {"errors": [_error("Throttled", "THROTTLED")], "extensions": {"cost": self._cost(cost, None)}}
        self._spent += cost
        return None

    def _cost(self, asked, actual):
        points = self.settings["points"]
        status = {"maximumAvailable": points, "currentlyAvailable": round(points - self._spent, 3),
                  "restoreRate": self.settings["flow"]}  # fmt: skip
        return {"requestedQueryCost": asked, "actualQueryCost": actual, "throttleStatus": status}

    def _payouts(self, values):
        since = re.search(r"issued_at:>=(\S+)", values["query"] or "")
        names = [name for name, one in self.payouts.items() if not since or one["moment"] >= since[1]]
        return self._page(values, names, self._payout)

    def _transactions(self, values):
        wanted = re.search(r"payments_transfer_id:(\S+)", values["query"] or "")
        names = list(self.transactions) if self.settings["deaf"] else self._of(wanted and wanted[1])
        if self.settings["hidden"]:
            names = [name for name in names if self.transactions[name]["type"] != "TRANSFER"]
        return self._page(values, names[self.settings["lag"] :], self._transaction)

    def _page(self, values, names, shown):
        size = min(values["first"], self.settings["page_size"])
        begin = int(values["after"] or 0)
        end = begin + size
        if self.settings["stuck"] and begin:
            end = begin
        page = names[begin - 1 if begin and self.settings["repeat"] else begin : begin + size]
        more = begin + size < len(names)
        return {"nodes": [shown(name) for name in page], "pageInfo": {"hasNextPage": more, "endCursor": str(end)}}

    def _payout(self, name):
        one = self.payouts[name]
        return {
            "id": _gid("Payout", name), "legacyResourceId": name, "issuedAt": one["moment"], "status": one["status"],
            "transactionType": "WITHDRAWAL" if Decimal(one["net"]) < 0 else "DEPOSIT",
            "net": _money(one["net"], one["currency"]),
        }  # fmt: skip

    def _transaction(self, name):
        one = self.transactions[name]
        order = {"id": f"gid://shopify/Order/5{one['order'][1:]}", "name": one["order"]} if one["order"] else None
        return {
            "id": _gid("BalanceTransaction", name), "type": one["type"], "test": one["test"],
            "transactionDate": one["moment"], "amount": _money(one["amount"], one["currency"]),
            "fee": _money(one["fee"], one["currency"]), "net": _money(_net(one), one["currency"]),
            "sourceOrderTransactionId": f"46{name}" if one["order"] else None, "adjustmentReason": None,
            "associatedOrder": order, "associatedPayout": {"id": _gid("Payout", one["payout"])},
        }  # fmt: skip

    def export(self, key, with_payout=True):
        """The admin's export of one payout, in the time of the shop."""
        target = io.StringIO()
        writer = csv.DictWriter(target, _EXPORT, restval="", lineterminator="\n")
        writer.writeheader()
        for name in self._of(str(key)):
            one = self.transactions[name]
            if one["test"] or (one["type"] == "TRANSFER" and not with_payout):
                continue
            moment = datetime.fromisoformat(one["moment"]).astimezone(SHOP_TIME)
            writer.writerow(
                {
                    "Transaction Date": f"{moment:%Y-%m-%d %H:%M:%S %z}", "Order": one["order"] or "",
                    "Type": _CSV_TYPES.get(one["type"], one["type"].lower()), "Payout Status": "paid",
                    "Payout Date": self.payouts[str(key)]["moment"][:10], "Payout ID": str(key),
                    "Amount": one["amount"], "Fee": one["fee"], "Net": _net(one),
                    "Checkout": f"#51{name}" if one["order"] else "", "Payment Method Name": "card",
                    "Currency": one["currency"],
                }
            )  # fmt: skip
        return target.getvalue().encode()


def _net(one):
    return Decimal(one["amount"]) - Decimal(one["fee"])


def _money(value, currency):
    return {"amount": str(value), "currencyCode": currency}


def _gid(kind, name):
    return f"gid://shopify/ShopifyPayments{kind}/{name}"


def _error(words, code):
    return {"message": words, "extensions": {"code": code}}
