"""Payments over a bank's NextGenPSD2 interface: initiated, authorised on a page of the bank, executed once.

``/v1/payments/{product}``, ``/v1/bulk-payments/{product}`` as JSON or pain.001; the customer authorises on
``/pay/{id}?answer=yes`` (or ``no``), once; then each payment is executed: an effect ``payment`` and a booking of the
account. What happens at the bank without a call is an effect ``word`` of the initiation (``{"status": "ACSP"}``).

Settings: ``remembers`` (the same ``X-Request-ID`` is the same initiation), ``lists`` (``/v1/initiations/{request}``),
``exempt`` (executes without a person), ``slow_bank`` (authorised ones stay ACTC until an effect ``execute``),
``reject`` (end-to-end ids that it refuses), ``sca_over`` (the page has ended: nobody can authorise, the payment is
refused), ``cancels`` (a cancellation is accepted as long as nothing is executed), ``cancel_answer`` (what a
cancellation is answered with, where a person has to authorise that, too: nothing is cancelled),
``purged`` (the code with which it answers about statuses).
"""

import hashlib
from datetime import datetime, timezone
from xml.etree import ElementTree

from .party import Answer, route

PRODUCTS = ("sepa-credit-transfers", "instant-sepa-credit-transfers", "target-2-payments",
            "cross-border-credit-transfers")  # fmt: skip
OVER = ("ACSC", "CANC", "RJCT")


def error(status, code, words):
    return Answer(status, {"tppMessages": [{"category": "ERROR", "code": code, "text": words}]})


class Psd2Payments:
    """Mixed into the party."""

    pay_defaults = {
        "remembers": True, "lists": False, "exempt": False, "slow_bank": False, "reject": (), "sca_over": False,
        "cancels": True, "cancel_answer": None, "purged": "",
    }  # fmt: skip

    def no_payments(self):
        self.initiations, self.by_request = {}, {}

    def payment_noted(self, kind, key, data):
        if kind == "initiation":
            self.initiations[key] = {"status": "RCVD", "authorised": 0, **data}
            self.by_request.setdefault(data["request"], key)
        elif kind == "word":
            self.initiations[key].update(data)
        elif kind == "authorised":
            self.initiations[key]["authorised"] += 1
        elif kind == "execute":
            self._execute(key)
        else:
            return kind == "payment"
        return True

    @route("POST", "/v1/{service}/{product}")
    def initiate(self, request, service, product):
        plain = product.removeprefix("pain.001-")
        if service not in ("payments", "bulk-payments") or plain not in PRODUCTS:
            return error(404, "PRODUCT_UNKNOWN", "no such product")
        if not request.headers.get("psu-ip-address") or not request.headers.get("tpp-redirect-uri"):
            return error(400, "FORMAT_ERROR", "PSU-IP-Address and TPP-Redirect-URI are needed")
        asked, digest = request.headers["x-request-id"], hashlib.sha256(request.content).hexdigest()
        known = self.by_request.get(asked) if self.settings["remembers"] else None
        if known:
            if self.initiations[known]["digest"] != digest:
                return error(400, "FORMAT_ERROR", "this X-Request-ID was another request")
            return Answer(201, self._initiated(request, known))
        try:
            orders = self._orders(request, service, product != plain)
        except (ValueError, KeyError, TypeError, ElementTree.ParseError):
            return error(400, "FORMAT_ERROR", "the payment cannot be read")
        if any(one["end_to_end_id"] in self.settings["reject"] for one in orders):
            return error(400, "PAYMENT_FAILED", "the payee's account is closed")
        key = f"pay-{len(self.initiations) + 1}"
        self.effect(
            "initiation", key, request=asked, digest=digest, service=service, product=product, orders=orders,
            back=request.headers["tpp-redirect-uri"], refused=request.headers.get("tpp-nok-redirect-uri"),
        )  # fmt: skip
        if self.settings["exempt"]:
            self.effect("execute", key)
        return Answer(201, self._initiated(request, key))

    def _initiated(self, request, key):
        found = self.initiations[key]
        links = {"self": {"href": f"/v1/{found['service']}/{found['product']}/{key}"}}
        if found["status"] == "RCVD":
            links["scaRedirect"] = {"href": f"http://{request.headers['host']}/psd2/pay/{key}"}
        return {"transactionStatus": found["status"], "paymentId": key, "_links": links}

    def _orders(self, request, service, as_file):
        if as_file:
            return [
                {"end_to_end_id": one.findtext(".//{*}EndToEndId"), "amount": one.find(".//{*}InstdAmt").text,
                 "currency": one.find(".//{*}InstdAmt").get("Ccy"), "name": one.findtext("{*}Cdtr/{*}Nm"),
                 "account": one.findtext("{*}CdtrAcct/{*}Id/{*}IBAN")}
                for one in ElementTree.fromstring(request.content).iter() if one.tag.endswith("}CdtTrfTxInf")
            ]  # fmt: skip
        given = request.json()
        account = given["debtorAccount"]
        if not account.get("iban") and not account.get("bban"):
            raise ValueError("no debtor")
        return [
            {"end_to_end_id": one["endToEndIdentification"], "amount": one["instructedAmount"]["amount"],
             "currency": one["instructedAmount"]["currency"], "name": one["creditorName"],
             "account": one["creditorAccount"].get("iban") or one["creditorAccount"].get("bban")}
            for one in (given["payments"] if service == "bulk-payments" else [given])
        ]  # fmt: skip

    @route("GET", "/pay/{key}")
    def authorise(self, request, key):
        """The bank's page; a second visit changes nothing."""
        found = self.initiations.get(key)
        if not found:
            return Answer(404, b"unknown")
        agreed = request.query.get("answer", "yes") == "yes" and not self.settings["sca_over"]
        if found["status"] == "RCVD" and not found["authorised"]:
            if agreed:
                self.effect("authorised", key)
                self.effect("word", key, status="ACTC")
                if not self.settings["slow_bank"]:
                    self.effect("execute", key)
            else:
                self.effect("word", key, status="RJCT", why="the authorisation was not given in time")
        return Answer(302, b"", {"Location": found["back"] if agreed else found["refused"] or found["back"]})

    def effect(self, kind, key, **data):
        fresh = kind == "execute" and self.initiations[key]["status"] not in OVER
        effect = super().effect(kind, key, **data)
        for one in self.initiations[key]["orders"] if fresh else ():
            super().effect("payment", one["end_to_end_id"], initiation=key, **one)
        return effect

    def _execute(self, key):
        found = self.initiations[key]
        if found["status"] in OVER:
            return
        found["status"] = "ACSC"
        today = datetime.now(timezone.utc).date().isoformat()
        for one in found["orders"]:
            self.held["acc-eur-1"].booked.insert(
                0, {"id": f"{key}-{one['end_to_end_id']}", "amount": f"-{one['amount']}", "day": today, "value": today,
                    "text": "", "name": one["name"], "iban": one["account"], "end_to_end": one["end_to_end_id"]}
            )  # fmt: skip

    @route("GET", "/v1/{service}/{product}/{key}/status")
    def payment_status(self, request, service, product, key):
        found = self.initiations.get(key)
        if service not in ("payments", "bulk-payments"):
            return self.unknown(request)
        if not found or (found["service"], found["product"]) != (service, product):
            return error(403, "RESOURCE_UNKNOWN", "no such payment")
        if self.settings["purged"]:
            return error(403, self.settings["purged"], "no longer")
        told = {"transactionStatus": found["status"]}
        if found.get("why"):
            told["tppMessages"] = [{"category": "ERROR", "code": "SCA_INVALID", "text": found["why"]}]
        return Answer(200, told)

    @route("DELETE", "/v1/{service}/{product}/{key}")
    def cancel(self, request, service, product, key):
        found = self.initiations.get(key)
        if not found:
            return error(403, "RESOURCE_UNKNOWN", "no such payment")
        if found["status"] in ("ACSC", "RJCT") or not self.settings["cancels"]:
            return error(405, "CANCELLATION_INVALID", "it is too late")
        if self.settings["cancel_answer"] is not None:
            return Answer(202, self.settings["cancel_answer"])
        self.effect("word", key, status="CANC")
        return Answer(204)

    @route("GET", "/v1/initiations/{asked}")
    def listed(self, request, asked):
        if not self.settings["lists"]:
            return error(404, "SERVICE_INVALID", "this bank lists nothing")
        key = self.by_request.get(asked)
        return Answer(200, self._initiated(request, key)) if key else error(404, "RESOURCE_UNKNOWN", "no such request")
