"""A plain bank: payments one by one or by file, with or without a memory for idempotency keys.

``POST /payments`` ``{"end_to_end_id", "amount", "currency", "creditor_account", …}``,
``GET /payments/{key}`` by idempotency key or end-to-end id, ``POST /files`` with header ``X-File-Name``
(a pain.001 file executes each of its payments), ``GET /files/{name}``.

Settings: ``idempotency`` (remember keys), ``booking_seconds`` (a payment can be asked for only later),
``query`` (can be asked at all), ``file_check`` (refuse a file received before), ``reject`` (end-to-end
ids the bank refuses).
"""

import hashlib
import time
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree

from .party import Answer, Party, route


class Bank(Party):
    name = "bank"
    defaults = {
        "idempotency": True,
        "booking_seconds": 0.0,
        "query": True,
        "file_check": True,
        "reject": (),
    }

    def clear(self):
        self._payments, self._files, self._booked_at = [], {}, {}

    def apply(self, effect):
        data = effect["data"]
        if effect["kind"] == "payment":
            self._payments.append({"id": f"BP{effect['number']:08d}", "key": effect["key"], **data})
            self._booked_at[self._payments[-1]["id"]] = time.monotonic() + self.settings["booking_seconds"]
        elif effect["kind"] == "file":
            self._files[effect["key"]] = data

    @route("POST", "/payments")
    def pay(self, request):
        try:
            order = request.json()
            amount = Decimal(str(order["amount"]))
            end_to_end_id = order["end_to_end_id"]
        except (ValueError, KeyError, TypeError, InvalidOperation):
            return Answer(400, {"error": "invalid_payment", "text": "end_to_end_id and amount are needed"})
        if amount <= 0:
            return Answer(422, {"error": "invalid_amount"})
        if end_to_end_id in self.settings["reject"]:
            return Answer(422, {"error": "AC04", "text": "creditor account is closed"})
        key = request.headers.get("idempotency-key")
        digest = hashlib.sha256(request.content).hexdigest()
        known = self._known(key) if key and self.settings["idempotency"] else None
        if known:
            if known["digest"] != digest:
                return Answer(409, {"error": "idempotency_key_reused", "text": "same key, other payment"})
            return Answer(200, self._shown(known), {"Idempotent-Replay": "true"})
        self.effect(
            "payment",
            key or end_to_end_id,
            end_to_end_id=end_to_end_id,
            amount=amount,
            currency=order.get("currency"),
            creditor_account=order.get("creditor_account"),
            digest=digest,
        )
        return Answer(201, self._shown(self._payments[-1]))

    @route("GET", "/payments")
    def payments(self, request):
        return Answer(200, {"payments": [self._shown(payment) for payment in self._payments]})

    @route("GET", "/payments/{key}")
    def ask(self, request, key):
        if not self.settings["query"]:
            return Answer(405, {"error": "this bank cannot be asked"})
        found = [
            payment
            for payment in self._payments
            if key in (payment["key"], payment["end_to_end_id"]) and self._booked_at[payment["id"]] <= time.monotonic()
        ]
        if not found:
            return Answer(404, {"error": "unknown_payment"})
        return Answer(200, {**self._shown(found[0]), "executions": len(found)})

    @route("POST", "/files")
    def upload(self, request):
        name = request.headers.get("x-file-name") or "unnamed"
        digest = hashlib.sha256(request.content).hexdigest()
        known = self._files.get(name)
        if known and self.settings["file_check"]:
            same = known["digest"] == digest
            return Answer(200 if same else 409, {"name": name, "duplicate": True, "same_content": same})
        try:
            orders = self._orders(request.content)
        except ElementTree.ParseError as error:
            return Answer(422, {"error": "FF01", "text": f"file cannot be read: {error}"})
        self.effect("file", name, digest=digest, size=len(request.content), payments=len(orders))
        for order in orders:
            self.effect("payment", order["end_to_end_id"], digest=digest, **order)
        return Answer(201, {"name": name, "payments": len(orders)})

    @route("GET", "/files/{name}")
    def file(self, request, name):
        known = self._files.get(name)
        return Answer(200, {"name": name, **known}) if known else Answer(404, {"error": "unknown_file"})

    def _known(self, key):
        return next((payment for payment in self._payments if payment["key"] == key), None)

    def _shown(self, payment):
        shown = {name: value for name, value in payment.items() if name not in ("digest", "key")}
        return {**shown, "status": "ACSC"}

    def _orders(self, content):
        """Credit transfers of a pain.001 file of any version; none for another kind of file."""
        if not content.lstrip().startswith(b"<"):
            return []
        orders = []
        for transfer in ElementTree.fromstring(content).iter():
            if not transfer.tag.endswith("}CdtTrfTxInf"):
                continue
            amount = transfer.find(".//{*}InstdAmt")
            orders.append(
                {
                    "end_to_end_id": transfer.findtext(".//{*}EndToEndId"),
                    "amount": Decimal(amount.text),
                    "currency": amount.get("Ccy"),
                    "creditor_account": transfer.findtext("{*}CdtrAcct/{*}Id/{*}IBAN"),
                }
            )
        return orders
