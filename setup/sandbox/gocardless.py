"""GoCardless payments: payouts and their items, in pages with cursors.

Token ``SANDBOX-GC``. A test pays out with ``party.pay_out(…)`` and lets a pending one be paid with ``party.paid(…)``.
Settings: ``page_size``; ``repeat`` (each page begins with the last item of the one before); ``stuck`` (a cursor leads
to its own page).
"""

from decimal import Decimal

from .party import Answer, Party, route

TOKEN = "SANDBOX-GC"


class GoCardless(Party):
    name = "gocardless"
    defaults = {"page_size": 500, "repeat": False, "stuck": False}

    def clear(self):
        self.payouts = {}

    def apply(self, effect):
        if effect["kind"] == "payout":
            self.payouts[effect["key"]] = dict(effect["data"])
        elif effect["kind"] == "paid":
            self.payouts[effect["key"]]["status"] = "paid"

    def pay_out(self, key, day, *payments, fee="0.20", currency="GBP", status="paid"):
        """Pay out ``(payment, amount)`` less a fee each; amounts in the major unit."""
        items = []
        for name, amount in payments:
            items.append({"amount": str(Decimal(amount) * 100), "type": "payment_paid_out", "links": {"payment": name}})
            items.append({"amount": str(-Decimal(fee) * 100), "type": "gocardless_fee", "links": {"payment": name}})
        left = sum((Decimal(item["amount"]) for item in items), Decimal(0))
        return self.effect("payout", key, day=day, currency=currency, items=items, amount=int(left), status=status)

    def paid(self, key):
        return self.effect("paid", key)

    def refuse(self, request):
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return _refused(401, "access_token_not_found")
        if not request.headers.get("gocardless-version"):
            return _refused(400, "version_not_found")
        return None

    @route("GET", "/payouts")
    def listed(self, request):
        since = request.query.get("created_at[gte]", "")[:10]
        rows = [self._payout(key) for key in reversed(self.payouts) if self.payouts[key]["day"] >= since]
        return self._page(request, rows, "payouts")

    @route("GET", "/payout_items")
    def items(self, request):
        found = self.payouts.get(request.query.get("payout"))
        if found is None:
            return _refused(404, "resource_not_found")
        return self._page(request, found["items"], "payout_items")

    def _page(self, request, rows, name):
        size = min(int(request.query.get("limit", 50)), self.settings["page_size"])
        begin = int(request.query.get("after", "0"))
        end = begin + size
        shown = rows[begin - 1 if begin and self.settings["repeat"] else begin : end]
        after = str(begin if self.settings["stuck"] and begin else end) if end < len(rows) else None
        return Answer(200, {name: shown, "meta": {"cursors": {"before": None, "after": after}, "limit": size}})

    def _payout(self, key):
        one = self.payouts[key]
        return {
            "id": key, "amount": one["amount"], "currency": one["currency"], "status": one["status"],
            "created_at": f"{one['day']}T08:00:00.000Z", "arrival_date": one["day"], "deducted_fees": 0,
            "payout_type": "merchant", "reference": f"REF-{key}", "links": {"creditor": "CR1"},
            "fx": {"fx_currency": one["currency"]},
        }  # fmt: skip


def _refused(status, reason):
    return Answer(status, {"error": {"type": "invalid_api_usage", "code": status, "message": reason}})
