"""GoCardless payments: payouts, their items, payments and events, in pages with cursors.

Token ``SANDBOX-GC``. A test says what a payment is for with ``party.describe(…)``, pays out with ``party.pay_out(…)``
and lets a pending one be paid with ``party.paid(…)``. Settings: ``page_size``; ``repeat`` (each page begins with the
last item of the one before); ``stuck`` (a cursor leads to its own page); ``events`` and ``payments`` (with which
status they are answered); ``gone`` (payments that no longer are there).
"""

from decimal import Decimal

from .party import Answer, Party, route

TOKEN = "SANDBOX-GC"


class GoCardless(Party):
    name = "gocardless"
    defaults = {"page_size": 500, "repeat": False, "stuck": False, "events": 200, "payments": 200, "gone": ()}

    def clear(self):
        self.payouts, self.texts = {}, {}

    def apply(self, effect):
        if effect["kind"] == "payout":
            self.payouts[effect["key"]] = dict(effect["data"])
        elif effect["kind"] == "paid":
            self.payouts[effect["key"]]["status"] = "paid"
        elif effect["kind"] == "texts":
            self.texts[effect["key"]] = dict(effect["data"])

    def describe(self, payment, description=None, reference=None, **metadata):
        """What the shop says of a payment as it makes it."""
        texts = {"description": description, "reference": reference, "metadata": metadata}
        return self.effect("texts", payment, **texts)

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

    @route("GET", "/payments/{payment}")
    def payment(self, request, payment):
        for key, one in self.payouts.items():
            for item in one["items"]:
                if item["type"] == "payment_paid_out" and item["links"]["payment"] == payment:
                    if self.settings["payments"] != 200:
                        return _refused(self.settings["payments"], "refused")
                    if payment not in self.settings["gone"]:
                        return Answer(200, {"payments": self._payment(key, item)})
        return _refused(404, "resource_not_found")

    @route("GET", "/events")
    def events(self, request):
        """Payouts that were paid, or the payments whose events one of these caused."""
        query, status = request.query, self.settings["events"]
        if status != 200:
            return _refused(status, "refused")
        resource = query.get("resource_type")
        if (query.get("include") and not resource) or (resource and (query.get("payout") or query.get("payment"))):
            return _refused(422, "validation_failed")
        since = query.get("created_at[gte]", "")[:10]
        paid = [key for key in reversed(self.payouts) if self.payouts[key]["status"] == "paid"]
        rows = []
        for key in paid:
            caused = self._event(key, "payouts", "paid", {"payout": key})
            items = [one for one in self.payouts[key]["items"] if one["type"] == "payment_paid_out"]
            names = [one["links"]["payment"] for one in items]
            rows += [caused, *(self._event(key, "payments", "paid_out", {"payment": name, "payout": key,
                                           "parent_event": caused["id"]}) for name in names)]  # fmt: skip
        rows = [
            row for row in rows
            if row["created_at"] >= since
            and resource in (None, row["resource_type"])
            and query.get("action") in (None, row["action"])
            and query.get("parent_event") in (None, row["links"].get("parent_event"))
        ]  # fmt: skip
        answer = self._page(request, rows, "events")
        if query.get("include") == "payment":
            shown = {row["links"].get("payment"): row["links"]["payout"] for row in answer.body["events"]}
            answer.body["linked"] = {
                "payments": [
                    self._payment(key, item)
                    for name, key in shown.items()
                    for item in self.payouts[key]["items"]
                    if item["type"] == "payment_paid_out" and item["links"]["payment"] == name
                    if name not in self.settings["gone"]
                ]
            }
        return answer

    def _event(self, payout, resource, action, links):
        name = links.get("payment", payout)
        return {
            "id": f"EV{payout}-{name}", "created_at": f"{self.payouts[payout]['day']}T08:00:00.000Z",
            "resource_type": resource, "action": action, "links": links, "metadata": {},
            "details": {"origin": "gocardless", "cause": f"{resource.removesuffix('s')}_{action}"},
        }  # fmt: skip

    def _payment(self, payout, item):
        name, one = item["links"]["payment"], self.payouts[payout]
        texts = self.texts.get(name) or {"description": None, "reference": None, "metadata": {}}
        return {
            "id": name, "created_at": f"{one['day']}T06:00:00.000Z", "charge_date": one["day"],
            "amount": int(Decimal(item["amount"])), "currency": one["currency"], "status": "paid_out",
            "amount_refunded": 0, "retry_if_possible": False, **texts,
            "fx": {"fx_currency": one["currency"], "fx_amount": None, "exchange_rate": None,
                   "estimated_exchange_rate": None},
            "links": {"mandate": f"MD{name}", "creditor": "CR1", "payout": payout},
        }  # fmt: skip

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
