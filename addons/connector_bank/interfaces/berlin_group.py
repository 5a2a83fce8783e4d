"""NextGenPSD2 account information (Berlin Group, Implementation Guidelines 1.3.12, chapters 6 and 7).

Payments: ``berlin_group_payments.py``.

Consents with the redirect approach, reading without the customer, errors as ``tppMessages`` (chapter 14.11).
"""

import uuid
from urllib.parse import quote

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    FormatError,
    RateLimitedError,
    RemoteDefectError,
)
from odoo.addons.finance_connector_base.core.safe.json import json_value
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.https import wait_of
from odoo.addons.finance_connector_base.transports.paging import dig, with_query

from . import seal
from .berlin_group_payments import BerlinGroupPayments
from .interface import Account, BankInterface, Consent, day_of, ended, words_of

#: Consent states of the standard by ours.
STATES = {
    "received": "asked",
    "partiallyAuthorised": "asked",
    "valid": "valid",
    "rejected": "rejected",
    "revokedByPsu": "revoked",
    "terminatedByTpp": "revoked",
    "expired": "expired",
}
#: Message codes that only a new consent heals.
CONSENT_CODES = {"CONSENT_EXPIRED": "consent.expired", "CONSENT_INVALID": "consent.revoked",
                 "CONSENT_UNKNOWN": "consent.unknown"}  # fmt: skip
#: Until when the day's calls are new, where the bank does not say: it counts by calendar days.
LATER_SECONDS = 6 * 3600


@TRANSPORTS.add("berlin_group", "NextGenPSD2 interface (Berlin Group)")
class BerlinGroup(BerlinGroupPayments, BankInterface):
    report_code = "berlin_group"
    asks_consent = True

    def call(self, method, path, body=None, key=None, content_type="application/json", headers=None):
        """One call under an id of its own, sealed where a key for that is kept."""
        sent = {"X-Request-ID": str(uuid.uuid4()), **(headers or {})}
        if pem := self._secrets.get("signing_key"):
            sent |= seal.sealed(pem, body or b"", sent)
        return super().call(method, path, body=body, key=key, content_type=content_type, headers=sent)

    def check(self):
        try:
            return super().check()
        except AuthError as error:
            if error.code.startswith("consent.") and self._settings.get("only_pays"):
                return f"{self._host} answers and knows us."
            if error.code.startswith("consent."):
                return f"{self._host} answers. A consent has to be given before accounts can be read."
            raise

    def accounts(self):
        _answer, found = self.read("/v1/accounts", self._under_consent())
        rows = found.get("accounts")
        if not isinstance(rows, list):
            raise RemoteDefectError(f"{self._host} answers without a list of accounts", code="interface.answer")
        return [
            Account(
                id=str(row["resourceId"]),
                number=row.get("iban") or row.get("bban"),
                currency=row.get("currency"),
                name=row.get("name") or row.get("product"),
                owner=row.get("ownerName"),
            )
            for row in rows
            if isinstance(row, dict) and row.get("resourceId")
        ]

    def report(self, account):
        base = f"/v1/accounts/{quote(account.id, safe='')}"
        query = {"bookingStatus": self._settings.get("booking_status") or "both"}
        if account.reference:
            query["entryReferenceFrom"] = account.reference
        elif since := self._since(account):
            query["dateFrom"] = since
        headers, lists = self.list_whole(
            with_query(f"{base}/transactions", query),
            lambda document, name: dig(document, f"transactions.{name}") or [],
            lambda document, _path: self.linked(dig(document, "transactions._links.next.href")),
            {"booked": _named, "pending": _named},
        )
        _answer, balances = self.read(f"{base}/balances", self._under_consent())
        facts = {"id": account.id, "number": account.number, "currency": account.currency, "owner": account.owner}
        return headers, {"account": facts, "balances": balances.get("balances") or [], **lists}

    def read(self, path, headers=None):
        return super().read(path, {**self._under_consent(), **(headers or {})})

    def _under_consent(self):
        consent = self._settings.get("consent")
        return {"Consent-ID": consent} if consent else {}

    # consent

    def ask_consent(self, return_url, until, reference, customer_ip=None):
        value = {
            "access": {"allPsd2": "allAccounts"},
            "recurringIndicator": True,
            "validUntil": until.isoformat(),
            "frequencyPerDay": self._settings.get("calls_a_day") or 4,
            "combinedServiceIndicator": False,
        }
        headers = {
            "TPP-Redirect-Preferred": "true",
            "TPP-Redirect-URI": return_url,
            "TPP-Nok-Redirect-URI": with_query(return_url, {"refused": 1}),
        }
        if customer_ip:
            headers["PSU-IP-Address"] = customer_ip
        found = self.send("POST", "/v1/consents", value, headers)
        consent_id, link = found.get("consentId"), dig(found, "_links.scaRedirect.href")
        if not consent_id or not link:
            raise RemoteDefectError(
                f"{self._host} answers without a page on which the consent is given", code="consent.no_link"
            )
        return Consent(str(consent_id), STATES.get(found.get("consentStatus"), "asked"), link=str(link), until=until)

    def consent(self, consent_id):
        _answer, found = self.read(f"/v1/consents/{quote(consent_id, safe='')}")
        calls = found.get("frequencyPerDay")
        return Consent(
            consent_id,
            STATES.get(found.get("consentStatus"), "asked"),
            until=day_of(found.get("validUntil")),
            calls=calls if isinstance(calls, int) else None,
        )

    # errors

    def _raise_for(self, answer, content, method):
        """Say what the bank's message code means; the status alone tells a consent from a key no better."""
        if answer.status_code >= 400:
            code, words = _message(content)
            said = f"{self._host} answers {answer.status_code} {code}: {words}"
            if code in CONSENT_CODES:
                raise ended(said, CONSENT_CODES[code])
            if code == "ACCESS_EXCEEDED":
                raise RateLimitedError(said, code="https.429", retry_after=wait_of(answer.headers) or LATER_SECONDS)
            if code in ("CERTIFICATE_EXPIRED", "CERTIFICATE_INVALID", "CERTIFICATE_MISSING", "SIGNATURE_INVALID",
                        "SIGNATURE_MISSING", "CERTIFICATE_REVOKED", "CERTIFICATE_BLOCKED"):  # fmt: skip
                raise AuthError(said, code="https.client_certificate")
            if code in ("SERVICE_INVALID", "REQUESTED_FORMATS_INVALID", "PARAMETER_NOT_SUPPORTED", "PERIOD_INVALID"):
                raise ConfigurationError(said, code="interface.unsupported")
            if code == "RESOURCE_UNKNOWN":
                raise BusinessError(said, code="interface.account_unknown")
            if code == "RESOURCE_EXPIRED":
                raise BusinessError(said, code="interface.gone")
            if code in ("PRODUCT_INVALID", "SERVICE_BLOCKED"):  # with 403, and yet nothing about our sign-in
                raise BusinessError(said, code="interface.refused")
        return super()._raise_for(answer, content, method)


def _named(item):
    """``transactionId`` is the only id that the standard calls unique; an entry reference may come again."""
    return item.get("transactionId") or None


def _message(content):
    """``(code, words)`` of the first message of an error."""
    try:
        found = json_value(content)
        first = found["tppMessages"][0]
        return str(first.get("code") or ""), words_of(first.get("text"))
    except (FormatError, KeyError, IndexError, TypeError, AttributeError):
        return "", ""
