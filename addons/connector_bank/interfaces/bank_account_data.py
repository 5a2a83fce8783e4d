"""GoCardless Bank Account Data, API v2 (developer.gocardless.com/bank-account-data).

Each account may be read four times a day for details, balances and transactions each; what is left stands in
``HTTP_X_RATELIMIT_ACCOUNT_SUCCESS_…`` headers. Details are asked for once, when an account is found.
"""

import time
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    ConfigurationError,
    FormatError,
    OutcomeUnknownError,
    RateLimitedError,
    RemoteDefectError,
    TechnicalError,
)
from odoo.addons.finance_connector_base.core.safe.json import json_value
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.https import wait_of
from odoo.addons.finance_connector_base.transports.oauth import EARLY_SECONDS, Token
from odoo.addons.finance_connector_base.transports.paging import dig, with_query, write_json

from .interface import Account, BankInterface, Consent, day_of, ended, words_of
from .json_interface import JSON

#: Requisition states by ours (documentation, Requisition statuses).
STATES = {
    "CR": "asked",
    "GC": "asked",
    "UA": "asked",
    "SA": "asked",
    "GA": "asked",
    "LN": "valid",
    "RJ": "rejected",
    "SU": "revoked",
    "EX": "expired",
}
#: Header that says when the account may be read again, in seconds.
RESET = "http_x_ratelimit_account_success_reset"
#: What is refused when the agreement of the account's owner has ended.
OVER = ("AccessExpiredError", "EUA expired", "End User Agreement")


@TRANSPORTS.add("bank_account_data", "GoCardless Bank Account Data")
class BankAccountData(BankInterface):
    report_code = "bank_account_data"
    asks_consent = True

    # signing in: secret id and key for a token of a day

    def _token(self, stale=None):
        return self._tokens.get(self._new_token, stale)

    def _auth(self, token):
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _new_token(self):
        body = write_json(
            {"secret_id": self._settings["username"], "secret_key": self._secrets.get("client_secret") or ""}
        )
        url = self._base + "api/v2/token/new/"
        try:
            receipt = self._call_token_service("POST", url, body, JSON, {"Accept": JSON})
        except OutcomeUnknownError as error:  # a token more or less changes nothing
            raise TechnicalError(f"no token: {error}", code="oauth.line") from error
        found = self._object(receipt)
        text, seconds = found.get("access"), found.get("access_expires")
        if not isinstance(text, str) or not text or not isinstance(seconds, int):
            raise RemoteDefectError("the token service answers without a token", code="oauth.answer")
        return Token(text, time.time() + max(seconds - EARLY_SECONDS, 1))

    # reading

    def accounts(self):
        requisition = self._settings.get("consent")
        if not requisition:
            return []
        _answer, found = self.read(f"/api/v2/requisitions/{quote(requisition, safe='')}/")
        until = self._until(found)
        return [self._account(str(one), until) for one in found.get("accounts") or []]

    def _account(self, account_id, until):
        _answer, found = self.read(f"/api/v2/accounts/{quote(account_id, safe='')}/details/")
        given = found.get("account") or {}
        return Account(
            id=account_id,
            number=given.get("iban") or given.get("bban"),
            currency=given.get("currency"),
            name=given.get("name") or given.get("product"),
            owner=given.get("ownerName"),
            until=until,
        )

    def report(self, account):
        base = f"/api/v2/accounts/{quote(account.id, safe='')}"
        since = self._since(account)
        path = with_query(f"{base}/transactions/", {"date_from": since} if since else {})
        headers, lists = self.list_whole(
            path,
            lambda document, name: dig(document, f"transactions.{name}") or [],
            lambda _document, _path: None,
            {"booked": _named, "pending": _named},
        )
        _answer, balances = self.read(f"{base}/balances/")
        facts = {"id": account.id, "number": account.number, "currency": account.currency, "owner": account.owner}
        return headers, {"account": facts, "balances": balances.get("balances") or [], **lists}

    def check(self):
        self.read("/api/v2/requisitions/?limit=1")
        if not self._settings.get("consent"):
            return f"{self._host} answers. A consent has to be given before accounts can be read."
        return f"{self._host} answers, and a consent is there."

    # consent: an agreement on what may be read, and a requisition that leads the owner to the bank

    def ask_consent(self, return_url, until, reference, customer_ip=None):
        institution = self._settings.get("institution")
        if not institution:
            raise ConfigurationError("name the institution as GoCardless calls it", code="consent.institution")
        agreement = self.send(
            "POST",
            "/api/v2/agreements/enduser/",
            {
                "institution_id": institution,
                "max_historical_days": self._settings.get("history_days") or 90,
                "access_valid_for_days": max((until - datetime.now(timezone.utc).date()).days, 1),
                "access_scope": ["balances", "details", "transactions"],
            },
        )
        found = self.send(
            "POST",
            "/api/v2/requisitions/",
            {
                "redirect": return_url,
                "institution_id": institution,
                "agreement": agreement.get("id"),
                "reference": reference,
            },
        )
        if not found.get("id") or not found.get("link"):
            raise RemoteDefectError(
                f"{self._host} answers without a page on which the consent is given", code="consent.no_link"
            )
        return Consent(str(found["id"]), "asked", link=str(found["link"]), until=until)

    def consent(self, consent_id):
        _answer, found = self.read(f"/api/v2/requisitions/{quote(consent_id, safe='')}/")
        return Consent(consent_id, STATES.get(found.get("status"), "asked"), until=self._until(found))

    def _until(self, requisition):
        """The agreement ends so many days after it was accepted."""
        agreement = requisition.get("agreement")
        if not agreement:
            return None
        _answer, found = self.read(f"/api/v2/agreements/enduser/{quote(str(agreement), safe='')}/")
        accepted, days = day_of(found.get("accepted")), found.get("access_valid_for_days")
        return accepted + timedelta(days=days) if accepted and isinstance(days, int) else None

    # errors

    def _raise_for(self, answer, content, method):
        if answer.status_code >= 400:
            kind, words = _problem(content)
            said = f"{self._host} answers {answer.status_code}: {words}"
            if answer.status_code in (401, 403, 409) and any(one in f"{kind} {words}" for one in OVER):
                raise ended(said)
            if answer.status_code == 429:
                raise RateLimitedError(said, code="https.429", retry_after=_wait(answer.headers))
            if answer.status_code == 409:
                raise AuthError(said, code="consent.suspended")
        return super()._raise_for(answer, content, method)


def _named(item):
    """GoCardless names each transaction by itself, whatever the bank does."""
    return item.get("internalTransactionId") or item.get("transactionId") or None


def _wait(headers):
    found = next((value for name, value in headers.items() if name.lower() == RESET), "")
    return int(found) if found.isascii() and found.isdigit() else wait_of(headers)


def _problem(content):
    try:
        found = json_value(content)
        return words_of(found.get("type")), words_of(f"{found.get('summary') or ''}: {found.get('detail') or ''}")
    except (FormatError, AttributeError):
        return "", ""
