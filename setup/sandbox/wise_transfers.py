"""Wise transfers: recipients, quotes, transfers made once for each ``customerTransactionId``, funded once.

Money moves with the funding: an effect ``payment``. Effects ``state`` (``{"status": "outgoing_payment_sent"}``) move
a transfer by themselves. Settings: ``poor`` (there is not enough on the balance), ``fund_proof`` (the funding asks for
the signed one-time token), ``reject`` (account numbers that are no recipients), ``unfundable`` (no transfer can be
funded), ``funded_meanwhile`` (somebody funds each in Wise's own screen just before).
"""

from .party import Answer, route


class WiseTransfers:
    """Mixed into the party."""

    pay_defaults = {"poor": False, "fund_proof": False, "reject": (), "unfundable": False, "funded_meanwhile": False}

    def no_transfers(self):
        self.recipients, self.quotes, self.transfers = {}, {}, {}

    def transfer_noted(self, kind, key, data):
        if kind == "recipient":
            self.recipients[int(key)] = data
        elif kind == "quote":
            self.quotes[key] = data
        elif kind == "transfer":
            self.transfers[int(key)] = {"id": int(key), "status": "incoming_payment_waiting", **data}
        elif kind == "state":
            self.transfers[int(key)].update(data)
        else:
            return kind == "payment"
        return True

    @route("POST", "/v1/accounts")
    def recipient(self, request):
        given = request.json()
        details = given["details"]
        number = details.get("IBAN") or details.get("accountNumber")
        if not number or number in self.settings["reject"]:
            return Answer(422, {"errors": [{"code": "NOT_VALID", "message": "the account is not valid"}]})
        key = 1000 + len(self.recipients)
        self.effect("recipient", str(key), number=number, name=given["accountHolderName"])
        return Answer(200, {"id": key, **given})

    @route("POST", "/v3/profiles/{profile}/quotes")
    def quote(self, request, profile):
        given = request.json()
        key = f"quote-{len(self.quotes) + 1}"
        self.effect("quote", key, amount=str(given["targetAmount"]), currency=given["targetCurrency"])
        return Answer(200, {"id": key, **given})

    @route("POST", "/v1/transfers")
    def transfer(self, request):
        given = request.json()
        for known in self.transfers.values():
            if known["customerTransactionId"] == given["customerTransactionId"]:
                return Answer(200, self._transfer(known))
        quote = self.quotes[given["quoteUuid"]]
        key = 5000 + len(self.transfers)
        self.effect(
            "transfer", str(key), customerTransactionId=given["customerTransactionId"], amount=quote["amount"],
            targetCurrency=quote["currency"], account=self.recipients[given["targetAccount"]]["number"],
            reference=given["details"]["reference"],
        )  # fmt: skip
        return Answer(200, self._transfer(self.transfers[key]))

    def _transfer(self, one):
        shown = {name: value for name, value in one.items() if name not in ("amount", "account")}
        return {**shown, "targetValue": float(one["amount"])}

    @route("GET", "/v1/transfers")
    def transfers_list(self, request):
        begin, size = int(request.query.get("offset", 0)), int(request.query.get("limit", 10))
        rows = sorted(self.transfers.values(), key=lambda one: -one["id"])
        return Answer(200, [self._transfer(one) for one in rows[begin : begin + size]])

    @route("GET", "/v1/transfers/{key}")
    def one_transfer(self, request, key):
        found = self.transfers.get(int(key))
        return Answer(200, self._transfer(found)) if found else Answer(404, {"error": "not found"})

    @route("PUT", "/v1/transfers/{key}/cancel")
    def cancel_transfer(self, request, key):
        found = self.transfers[int(key)]
        if found["status"] in ("outgoing_payment_sent", "funds_converted"):
            return Answer(409, {"error": "it is too late"})
        self.effect("state", key, status="cancelled")
        return Answer(200, self._transfer(found))

    @route("POST", "/v3/profiles/{profile}/transfers/{key}/payments")
    def fund(self, request, profile, key):
        found = self.transfers[int(key)]
        if self.settings["fund_proof"] and not self._proved(request):
            return self._ask_proof()
        if self.settings["funded_meanwhile"]:
            self._fund(key, found)
        if found["status"] != "incoming_payment_waiting":
            return Answer(422, {"errors": [{"code": "transfer.invalid-state", "message": "funded already or over"}]})
        if self.settings["unfundable"]:
            return Answer(422, {"errors": [{"code": "transfer.unfundable", "message": "this cannot be funded now"}]})
        if self.settings["poor"]:
            why = "balance.payment-option-unavailable"
            return Answer(201, {"type": "BALANCE", "status": "REJECTED", "errorCode": why})
        self._fund(key, found)
        return Answer(201, {"type": "BALANCE", "status": "COMPLETED", "errorCode": None})

    def _fund(self, key, found):
        self.effect("state", key, status="processing")
        self.effect("payment", found["customerTransactionId"], amount=found["amount"], account=found["account"],
                    reference=found["reference"])  # fmt: skip
