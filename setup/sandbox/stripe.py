"""Stripe: payouts and the balance transactions that each settles, with its cursors, versions and expansions.

Key ``sk_test_SANDBOX``. A test sells with ``party.charge(…)``, takes back with ``party.refund(…)``, pays out with
``party.pay_out(…)``, completes with ``party.reconcile(…)`` and lets a payout fail with ``party.fail(…)``;
``party.report(payout)`` is the payout reconciliation that Stripe offers for download. Settings: ``page_size``,
``shift`` (a payout arrives between the first page of payouts and the second), ``repeat`` (each page begins with the
last item of the one before), ``stuck`` (a cursor leads to the page it came from), ``cut`` (a page says that more
follows and holds nothing).
"""

import csv
import io
from datetime import datetime, timezone
from decimal import Decimal

from .party import Answer, Party, route

KEY = "sk_test_SANDBOX"
NO_DECIMALS = ("jpy", "krw", "clp")
THREE_DECIMALS = ("kwd", "bhd")
_REPORT = (
    "automatic_payout_id", "automatic_payout_effective_at", "balance_transaction_id", "created_utc", "created",
    "available_on_utc", "available_on", "currency", "gross", "fee", "net", "reporting_category", "source_id",
    "description", "customer_facing_amount", "customer_facing_currency", "customer_name", "customer_email", "charge_id",
    "payment_intent_id", "payment_method_type", "payment_metadata[order_id]",
)  # fmt: skip


class Stripe(Party):
    name = "stripe"
    defaults = {"page_size": 100, "shift": False, "repeat": False, "stuck": False, "cut": False}

    def clear(self):
        self.transactions, self.payouts = {}, {}

    def apply(self, effect):
        if effect["kind"] == "transaction":
            self.transactions[effect["key"]] = dict(effect["data"])
        elif effect["kind"] == "payout":
            self.payouts[effect["key"]] = dict(effect["data"])
            for name in effect["data"]["settles"]:
                self.transactions[name]["payout"] = effect["key"]
        elif effect["kind"] == "payout_state":
            self.payouts[effect["key"]].update(effect["data"])

    # what happens at Stripe; amounts in the smallest unit

    def charge(self, key, amount, fee, day, *, currency="eur", order=None, paid_in=None, name="Ada Almond", tax=0):
        """:param paid_in: ``(amount, currency)`` of the customer, where that is another one"""
        charge = {
            "id": f"ch_{key}", "object": "charge", "amount": paid_in[0] if paid_in else amount,
            "currency": paid_in[1] if paid_in else currency, "payment_intent": f"pi_{key}",
            "billing_details": {"name": name, "email": "ada@example.com", "address": {"city": "Almond"}},
            "metadata": {"order_id": order} if order else {},
            "payment_method_details": {"type": "card", "card": {"last4": "4242"}},
        }  # fmt: skip
        rate = float(round(Decimal(amount) / paid_in[0], 6)) if paid_in else None
        return self._move(key, "charge", amount, fee, day, currency, charge, tax=tax, rate=rate)

    def refund(self, key, charge, amount, day, *, currency="eur", fee=0):
        source = {"id": f"re_{key}", "object": "refund", "charge": f"ch_{charge}", "payment_intent": f"pi_{charge}",
                  "amount": amount, "currency": currency, "metadata": {}}  # fmt: skip
        return self._move(key, "refund", -amount, fee, day, currency, source)

    def adjust(self, key, category, amount, day, *, currency="eur"):
        return self._move(key, category, amount, 0, day, currency, None)

    def _move(self, key, category, amount, fee, day, currency, source, tax=0, rate=None):
        fees = [{"amount": fee - tax, "currency": currency, "type": "stripe_fee"}] if fee else []
        if tax:
            fees.append({"amount": tax, "currency": currency, "type": "tax"})
        return self.effect(
            "transaction", f"txn_{key}", day=day, currency=currency, amount=amount, fee=fee, fees=fees,
            category=category, source=source, rate=rate, payout=None,
        )  # fmt: skip

    def pay_out(self, key, day, *, currency="eur", automatic=True, complete=True, amount=None):
        """Pay out what is there in this currency; it is reconciled at once unless told otherwise."""
        mine = [
            name for name, one in self.transactions.items() if one["currency"] == currency and one["payout"] is None
        ]
        held = sum(self.transactions[name]["amount"] - self.transactions[name]["fee"] for name in mine)
        paid = held if amount is None else amount
        name = f"po_{key}"
        source = {"id": name, "object": "payout", "amount": paid, "currency": currency}
        self._move(f"{key}_out", "payout", -paid, 0, day, currency, source)
        return self.effect(
            "payout", name, day=day, currency=currency, amount=paid, automatic=automatic, status="paid",
            settles=[*mine, f"txn_{key}_out"] if automatic else [],
            reconciliation=("completed" if complete else "in_progress") if automatic else "not_applicable",
        )  # fmt: skip

    def reconcile(self, key):
        return self.effect("payout_state", f"po_{key}", reconciliation="completed")

    def fail(self, key, day):
        """The bank sends the payout back: its state changes late, the money is a transaction of a later payout."""
        paid = self.payouts[f"po_{key}"]
        self.effect("payout_state", f"po_{key}", status="failed")
        source = {"id": f"po_{key}", "object": "payout"}
        return self._move(f"{key}_back", "payout_reversal", paid["amount"], 0, day, paid["currency"], source)

    def event(self, kind, key, number=1, created=1_772_755_200):
        """The body of an event about a payout, as a webhook brings it."""
        return {"id": f"evt_{key}_{number}", "object": "event", "type": kind, "created": created, "livemode": False,
                "pending_webhooks": 1, "data": {"object": self._payout(f"po_{key}")}}  # fmt: skip

    # how it is shown

    def refuse(self, request):
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, "invalid_request_error", "Invalid API Key provided")
        if not request.headers.get("stripe-version"):
            return _error(400, "invalid_request_error", "the version of the API is not pinned")
        return None

    @route("GET", "/v1/payouts")
    def listed(self, request):
        since = int(request.query.get("created[gte]", 0))
        names = [name for name in reversed(self.payouts) if _moment(self.payouts[name]["day"]) >= since]
        if self.settings["shift"] and "starting_after" not in request.query:
            self.settings["shift"] = False
            answer = self._page(request, names, self._payout, "/v1/payouts")
            day = self.payouts[names[0]]["day"]
            self.charge("between", 700, 7, day)
            self.pay_out("between", day)
            return answer
        return self._page(request, names, self._payout, "/v1/payouts")

    @route("GET", "/v1/balance_transactions")
    def settled(self, request):
        paid = self.payouts.get(request.query.get("payout"))
        if paid is None:
            return _error(404, "invalid_request_error", "No such payout")
        if not paid["automatic"]:
            words = "Balance transaction history can only be filtered on automatic transfers, not manual."
            return _error(400, "invalid_request_error", words)
        expanded = request.query.get("expand[]") == "data.source"
        return self._page(
            request, list(reversed(paid["settles"])), lambda name: self._transaction(name, expanded),
            "/v1/balance_transactions",
        )  # fmt: skip

    @route("GET", "/v1/balance_transactions/{key}")
    def one(self, request, key):
        if key not in self.transactions:
            return _error(404, "invalid_request_error", "No such balance transaction")
        return Answer(200, self._transaction(key, request.query.get("expand[]") == "source"))

    def _page(self, request, names, shown, url):
        size = min(int(request.query.get("limit", 10)), self.settings["page_size"])
        after = request.query.get("starting_after")
        begin = names.index(after) + 1 if after in names else 0
        if begin and (self.settings["repeat"] or self.settings["stuck"]):
            begin -= 1 if self.settings["repeat"] else size
        data = [] if self.settings["cut"] and after else [shown(name) for name in names[begin : begin + size]]
        more = begin + size < len(names)
        return Answer(200, {"object": "list", "url": url, "has_more": more, "data": data})

    def _payout(self, name):
        paid = self.payouts[name]
        return {
            "id": name, "object": "payout", "amount": paid["amount"], "currency": paid["currency"],
            "created": _moment(paid["day"]), "arrival_date": _moment(paid["day"]) + 86400,
            "automatic": paid["automatic"], "balance_transaction": f"txn_{name[3:]}_out", "livemode": False,
            "status": paid["status"], "reconciliation_status": paid["reconciliation"], "type": "bank_account",
        }  # fmt: skip

    def _transaction(self, name, expanded):
        one = self.transactions[name]
        source = one["source"]
        return {
            "id": name, "object": "balance_transaction", "amount": one["amount"], "fee": one["fee"],
            "fee_details": one["fees"], "net": one["amount"] - one["fee"], "currency": one["currency"],
            "created": _moment(one["day"]), "available_on": _moment(one["day"]), "description": f"Note {name}",
            "exchange_rate": one["rate"], "reporting_category": one["category"], "type": one["category"],
            "source": source if expanded or source is None else source["id"], "status": "available",
        }  # fmt: skip

    def report(self, key):
        """The itemised payout reconciliation of one payout, as CSV in major units."""
        target = io.StringIO()
        writer = csv.DictWriter(target, _REPORT, restval="", lineterminator="\n")
        writer.writeheader()
        paid = self.payouts[f"po_{key}"]
        for name in paid["settles"]:
            one, source = self.transactions[name], self.transactions[name]["source"] or {}
            moment = f"{one['day']} 00:00:00"
            sign = -1 if one["category"] == "payout" else 1  # reports state what arrives
            charge = source.get("id") if source.get("object") == "charge" else source.get("charge")
            payer = source.get("billing_details") or {}
            foreign = source.get("currency") != one["currency"] and source.get("object") == "charge"
            writer.writerow(
                {
                    "automatic_payout_id": f"po_{key}", "automatic_payout_effective_at": f"{paid['day']} 00:00:00",
                    "balance_transaction_id": name, "created_utc": moment, "created": moment,
                    "available_on_utc": moment, "available_on": moment, "currency": one["currency"],
                    "gross": sign * _major(one["amount"], one["currency"]), "fee": _major(one["fee"], one["currency"]),
                    "net": sign * _major(one["amount"] - one["fee"], one["currency"]),
                    "reporting_category": one["category"], "source_id": source.get("id", ""), "charge_id": charge or "",
                    "payment_intent_id": source.get("payment_intent", ""), "description": f"Note {name}",
                    "customer_name": payer.get("name", ""), "customer_email": payer.get("email", ""),
                    "payment_method_type": "card" if source.get("object") == "charge" else "",
                    "payment_metadata[order_id]": (source.get("metadata") or {}).get("order_id", ""),
                    "customer_facing_amount": _major(source["amount"], source["currency"]) if foreign else "",
                    "customer_facing_currency": source["currency"] if foreign else "",
                }
            )  # fmt: skip
        return target.getvalue().encode()


def _moment(day):
    return int(datetime.fromisoformat(day).replace(tzinfo=timezone.utc).timestamp())


def _major(amount, currency):
    return Decimal(amount).scaleb(0 if currency in NO_DECIMALS else -3 if currency in THREE_DECIMALS else -2)


def _error(status, kind, words):
    return Answer(status, {"error": {"type": kind, "message": words}})
