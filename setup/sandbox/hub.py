"""A payment hub like Modern Treasury: payment orders under ``Idempotency-Key``, statuses, cancellations, webhooks.

Organization ``SANDBOX-ORG``, key ``SANDBOX-HUB`` (HTTP Basic). An order is an effect ``payment``; an effect ``state``
(``{"status": "returned", "current_return": {"code": "R01", "reason": …}}``) moves it. ``party.hook(order)`` is a signed
post about it. Settings: ``idempotency`` (remembers keys), ``reject`` (account numbers it refuses), ``approves`` (orders
wait for people at the hub), ``secret`` (of webhooks).
"""

import base64
import hashlib
import hmac
import json

from .party import Answer, Party, route

ORGANIZATION, KEY = "SANDBOX-ORG", "SANDBOX-HUB"
ACCOUNTS = (
    ("own-eur-1", "DE20500105175412907713", "eur", "Current account"),
    ("own-usd-1", "DE38500105175412907714", "usd", "Dollar account"),
)
#: What is kept for tests and not shown.
OURS = ("digest", "request", "end_to_end_id")
CANCELLABLE = ("needs_approval", "approved", "pending", "held")


class Hub(Party):
    name = "hub"
    defaults = {"idempotency": True, "reject": (), "approves": False, "secret": "hub-secret"}

    def clear(self):
        self.orders, self.keys = {}, {}

    def apply(self, effect):
        kind, key, data = effect["kind"], effect["key"], effect["data"]
        if kind == "payment":
            self.orders[key] = {"id": key, "object": "payment_order", **data}
            self.keys.setdefault(data["request"], key)
        elif kind == "state":
            self.orders[key].update(data)

    def refuse(self, request):
        expected = base64.b64encode(f"{ORGANIZATION}:{KEY}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return Answer(401, {"errors": {"code": "unauthorized", "message": "sign in"}})
        return None

    @route("GET", "/api/internal_accounts")
    def accounts(self, request):
        return Answer(200, [
            {"id": key, "currency": currency.upper(), "name": name, "party_name": "Almond Co",
             "account_details": [{"account_number": number, "account_number_type": "iban"}]}
            for key, number, currency, name in ACCOUNTS
        ])  # fmt: skip

    @route("POST", "/api/payment_orders")
    def order(self, request):
        given, key = request.json(), request.headers.get("idempotency-key")
        digest = hashlib.sha256(request.content).hexdigest()
        known = self.keys.get(key) if key and self.settings["idempotency"] else None
        if known:
            if self.orders[known]["digest"] != digest:
                return Answer(409, {"errors": {"code": "idempotency_conflict", "message": "same key, other order"}})
            return Answer(200, self._shown(known))
        number = given["receiving_account"]["account_details"][0]["account_number"]
        if number in self.settings["reject"] or given["originating_account_id"] not in {one[0] for one in ACCOUNTS}:
            return Answer(422, {"errors": {"code": "parameter_invalid", "message": "the account is not valid"}})
        order_id = f"po-{len(self.orders) + 1}"
        status = "needs_approval" if self.settings["approves"] else "pending"
        self.effect(
            "payment", order_id, request=key or "", digest=digest, status=status, amount=given["amount"],
            currency=given["currency"], account=number, type=given["type"], metadata=given["metadata"],
            end_to_end_id=given["metadata"].get("end_to_end_id"),
        )  # fmt: skip
        return Answer(201, self._shown(order_id))

    @route("GET", "/api/payment_orders")
    def listed(self, request):
        wanted = request.query.get("metadata[request]")
        return Answer(200, [self._shown(key) for key, one in self.orders.items()
                            if wanted in (None, one["metadata"].get("request"))])  # fmt: skip

    @route("GET", "/api/payment_orders/{key}")
    def one(self, request, key):
        return Answer(200, self._shown(key)) if key in self.orders else Answer(404, {"errors": {"code": "not_found"}})

    @route("PATCH", "/api/payment_orders/{key}")
    def change(self, request, key):
        if request.json().get("status") != "cancelled" or self.orders[key]["status"] not in CANCELLABLE:
            return Answer(422, {"errors": {"code": "parameter_invalid", "message": "it is too late"}})
        self.effect("state", key, status="cancelled")
        return Answer(200, self._shown(key))

    def _shown(self, key):
        return {name: value for name, value in self.orders[key].items() if name not in OURS}

    def hook(self, key, event="completed", number=1):
        """``(headers, body)`` of a post about an order."""
        body = json.dumps({"event": event, "id": f"hook-{key}-{number}", "data": self._shown(key)}).encode()
        signature = hmac.new(self.settings["secret"].encode(), body, "sha256").hexdigest()
        return {"Content-Type": "application/json", "X-Signature": signature}, body
