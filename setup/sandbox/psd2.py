"""A bank's NextGenPSD2 interface: consents with redirect, accounts, balances, transactions in pages.

``/v1/consents``, ``/v1/accounts``; the customer agrees on ``/sca/{consent}?answer=yes`` (or ``no``) and is sent back.
Every call needs ``X-Request-ID``. Settings besides those of ``accounts``: ``sealed`` (asks for ``Digest`` and
``Signature`` and proves them), ``link_host`` (pages elsewhere, which a careful client refuses). Payments:
``psd2_payments.py``.
"""

import base64
import hashlib
import re
from datetime import datetime, timezone

from .accounts import Accounts
from .party import Answer, route
from .psd2_payments import Psd2Payments
from .psd2_payments import error as _error


class Psd2(Psd2Payments, Accounts):
    name = "psd2"
    defaults = {**Accounts.shared, **Psd2Payments.pay_defaults, "sealed": False, "link_host": ""}

    def empty(self):
        self.consents = {}
        self.no_payments()

    def noted(self, kind, key, data):
        if kind == "consent":
            self.consents[key] = {"status": "received", **data}
        elif kind == "answer":
            self.consents[key]["status"] = data["status"]
        else:
            return self.payment_noted(kind, key, data)
        return True

    def refuse(self, request):
        if request.path.startswith(("/sca/", "/pay/")):
            return None
        if not re.fullmatch(r"[0-9a-f-]{36}", request.headers.get("x-request-id", "")):
            return _error(400, "FORMAT_ERROR", "X-Request-ID is no UUID")
        if self.settings["sealed"] and not self._proved(request):
            return _error(401, "SIGNATURE_INVALID", "signature does not fit")
        return None

    def _proved(self, request):
        """Verified here on its own, from the certificate that came with the call."""
        from cryptography import x509  # noqa: PLC0415 - the sandbox runs without it where nothing is sealed
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415

        digest = "SHA-256=" + base64.b64encode(hashlib.sha256(request.content).digest()).decode()
        found = dict(re.findall(r'(\w+)="([^"]*)"', request.headers.get("signature", "")))
        names = found.get("headers", "").split()
        if request.headers.get("digest") != digest or not {"digest", "x-request-id"} <= set(names):
            return False
        text = "\n".join(f"{name}: {request.headers.get(name, '')}" for name in names)
        certificate = x509.load_der_x509_certificate(base64.b64decode(request.headers["tpp-signature-certificate"]))
        try:
            certificate.public_key().verify(
                base64.b64decode(found["signature"]), text.encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return False
        return True

    # consents

    @route("POST", "/v1/consents")
    def ask(self, request):
        given = request.json()
        back = request.headers.get("tpp-redirect-uri")
        if not back or not given.get("validUntil") or given.get("frequencyPerDay", 0) < 1:
            return _error(400, "FORMAT_ERROR", "access, validUntil, frequencyPerDay and TPP-Redirect-URI are needed")
        key = f"consent-{len(self.consents) + 1}"
        self.effect(
            "consent",
            key,
            until=given["validUntil"],
            calls=given["frequencyPerDay"],
            back=back,
            refused=request.headers.get("tpp-nok-redirect-uri"),
        )
        host = request.headers["host"]
        page = {"href": f"http://{host}/psd2/sca/{key}"}
        links = {"scaRedirect": page, "status": {"href": f"/v1/consents/{key}/status"}}
        return Answer(201, {"consentStatus": "received", "consentId": key, "_links": links})

    @route("GET", "/sca/{key}")
    def sca(self, request, key):
        """The bank's page: the customer agrees or not, and goes back."""
        consent = self.consents.get(key)
        if not consent:
            return Answer(404, b"unknown")
        agreed = request.query.get("answer", "yes") == "yes"
        self.effect("answer", key, status="valid" if agreed else "rejected")
        return Answer(302, b"", {"Location": consent["back"] if agreed else consent["refused"] or consent["back"]})

    @route("GET", "/v1/consents/{key}")
    def consent(self, request, key):
        found = self.consents.get(key)
        if not found:
            return _error(403, "CONSENT_UNKNOWN", "no such consent")
        return Answer(
            200,
            {
                "consentStatus": self._status(found),
                "validUntil": found["until"],
                "frequencyPerDay": found["calls"],
                "recurringIndicator": True,
                "access": {"allPsd2": "allAccounts"},
            },
        )

    @route("DELETE", "/v1/consents/{key}")
    def end(self, request, key):
        self.effect("answer", key, status="terminatedByTpp")
        return Answer(204)

    def _status(self, consent):
        over = self.settings["over"] or consent["until"] < datetime.now(timezone.utc).date().isoformat()
        return "expired" if over and consent["status"] == "valid" else consent["status"]

    def _refused(self, request):
        found = self.consents.get(request.headers.get("consent-id", ""))
        if not found:
            return _error(401, "CONSENT_INVALID", "no consent for this")
        status = self._status(found)
        if status == "expired":
            return _error(401, "CONSENT_EXPIRED", "the consent has ended")
        return None if status == "valid" else _error(401, "CONSENT_INVALID", f"the consent is {status}")

    # accounts

    @route("GET", "/v1/accounts")
    def accounts(self, request):
        rows = [
            {
                "resourceId": one.id,
                "iban": one.iban,
                "currency": one.currency,
                "name": one.name,
                "ownerName": "Almond Co",
            }
            for one in self.held.values()
        ]
        return self._refused(request) or Answer(200, {"accounts": rows})

    @route("GET", "/v1/accounts/{key}/balances")
    def balances(self, request, key):
        refused, account = self._looked(request, key, "balances")
        if refused:
            return refused
        shown = {
            "balanceAmount": {"currency": account.currency, "amount": str(account.balance)},
            "balanceType": "interimBooked",
            "referenceDate": max((one["day"] for one in account.booked), default="2026-01-01"),
        }
        return Answer(200, {"account": {"iban": account.iban}, "balances": [shown]})

    @route("GET", "/v1/accounts/{key}/transactions")
    def transactions(self, request, key):
        number = int(request.query.get("page", 0))
        refused, account = (None, self.held.get(key)) if number else self._looked(request, key, "transactions")
        refused = refused or self._refused(request)
        if refused or account is None:
            return refused or _error(404, "RESOURCE_UNKNOWN", "no such account")
        rows = self._rows(account, request.query)
        shown, more = self.page(rows, number)
        found = {"booked": [self._shown(one, account) for one in shown]}
        if request.query.get("bookingStatus") == "both" and number == 0:
            found["pending"] = [self._shown(one, account) for one in account.pending]
        query = "&".join(f"{name}={value}" for name, value in request.query.items() if name != "page")
        if more:
            address = f"/psd2/v1/accounts/{key}/transactions?{query}&page={number + 1}"
            found["_links"] = {"next": {"href": self.settings["link_host"] + address}}
        self.shift(account, number)
        return Answer(200, {"account": {"iban": account.iban}, "transactions": found})

    def _rows(self, account, query):
        rows = account.booked
        if since := query.get("dateFrom"):
            rows = [one for one in rows if one["day"] >= since]
        if reference := query.get("entryReferenceFrom"):
            names = [f"R-{one['id']}" for one in rows]
            rows = rows[: names.index(reference)] if reference in names else rows
        return rows

    def _looked(self, request, key, scope):
        refused, account = self._refused(request), self.held.get(key)
        if not refused and account is None:
            refused = _error(404, "RESOURCE_UNKNOWN", "no such account")
        if not refused and not request.headers.get("psu-ip-address") and self.exceeded(key, scope):
            refused = _error(429, "ACCESS_EXCEEDED", "read too often today")
        return refused, account

    def _shown(self, one, account):
        other = "creditor" if one["amount"].startswith("-") else "debtor"
        shown = {
            "transactionId": one["id"],
            "entryReference": f"R-{one['id']}",
            "bookingDate": one["day"],
            "valueDate": one["value"],
            "transactionAmount": {"currency": account.currency, "amount": one["amount"]},
            f"{other}Name": one["name"],
            f"{other}Account": {"iban": one["iban"]} if one["iban"] else None,
            "endToEndId": one["end_to_end"],
            "remittanceInformationUnstructured": one["text"] or None,
        }
        if self.settings["unnamed"]:
            shown.pop("transactionId")
            shown.pop("entryReference")
        return {name: value for name, value in shown.items() if value is not None}
