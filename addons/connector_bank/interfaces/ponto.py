"""Ponto Connect (documentation.ibanity.com/ponto-connect): accounts, synchronizations, transactions, reauthorization.

What is read is what Ponto fetched from the bank last; a synchronization fetches anew. It is asked for, waited for a
short while, and what comes later is read the next time.
"""

import time
from urllib.parse import quote

from odoo.addons.finance_connector_base.core.errors import FinanceError, RateLimitedError, RemoteDefectError
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.paging import dig, with_query

from .interface import Account, BankInterface, Consent, day_of, ended

PAGE = 100
#: Seconds between two looks at a synchronization, and between the ends of what is read again.
LOOK_SECONDS = 0.5
SUBTYPES = ("accountDetails", "accountTransactions")
#: Codes of a synchronization that only the account's owner can heal.
OVER = ("authorizationRevoked", "authorizationExpired", "accountAccessRevoked")


@TRANSPORTS.add("ponto", "Ponto Connect")
class Ponto(BankInterface):
    report_code = "ponto"
    asks_consent = True

    def accounts(self):
        _headers, lists = self.list_whole(
            with_query("/accounts", {"page[limit]": PAGE}), _data, _next, {"accounts": lambda item: item.get("id")}
        )
        return [self._account(item) for item in lists["accounts"] if item.get("id")]

    def _account(self, item):
        given = item.get("attributes") or {}
        return Account(
            id=str(item["id"]),
            number=given.get("reference"),
            currency=given.get("currency"),
            name=given.get("description") or given.get("product"),
            owner=given.get("holderName"),
            until=day_of(given.get("authorizationExpirationExpectedAt")),
            raw=item,
        )

    def report(self, account):
        base = f"/accounts/{quote(account.id, safe='')}"
        for subtype in SUBTYPES:
            self._synchronize(account, subtype)
        _answer, found = self.read(base)
        item = found.get("data")
        if not isinstance(item, dict):
            raise RemoteDefectError(f"{self._host} answers without the account", code="interface.answer")
        given = item.get("attributes") or {}
        since = self._since(account)

        def following(document, path):
            """Latest first: what is older than asked for need not be read."""
            rows = _data(document, "booked")
            days = [day_of((row.get("attributes") or {}).get("executionDate")) for row in rows if isinstance(row, dict)]
            past = since and days and all(one and one.isoformat() < since for one in days)
            return None if past else _next(document, path)

        query = {"page[limit]": PAGE}
        headers, booked = self.list_whole(with_query(f"{base}/transactions", query), _data, following, {"booked": _id})
        _headers, pending = self.list_whole(
            with_query(f"{base}/pending-transactions", query), _data, _next, {"pending": _id}
        )
        if since:
            booked["booked"] = [row for row in booked["booked"] if _not_before(row, since)]
        facts = {
            "id": account.id,
            "number": account.number or given.get("reference"),
            "currency": account.currency or given.get("currency"),
            "owner": account.owner or given.get("holderName"),
            "attributes": {
                name: given[name]
                for name in ("currency", "currentBalance", "availableBalance", "currentBalanceReferenceDate",
                             "availableBalanceReferenceDate")
                if given.get(name) is not None
            },
        }  # fmt: skip
        return headers, {"account": facts, "balances": [], **booked, **pending}

    def _synchronize(self, account, subtype):
        """Have Ponto ask the bank; without the customer it does so a few times a day only."""
        attributes = {"resourceType": "account", "resourceId": account.id, "subtype": subtype}
        if ip := self._settings.get("customer_ip"):
            attributes["customerIpAddress"] = ip
        try:
            found = self.send(
                "POST", "/synchronizations", {"data": {"type": "synchronization", "attributes": attributes}}
            )
        except RateLimitedError:
            return  # what Ponto has is read all the same
        ends = time.monotonic() + (self._settings.get("sync_seconds") or 20)
        while dig(found, "data.attributes.status") in ("pending", "running") and time.monotonic() < ends:
            time.sleep(LOOK_SECONDS)
            _answer, found = self.read(f"/synchronizations/{quote(str(dig(found, 'data.id')), safe='')}")
        if dig(found, "data.attributes.status") == "error":
            self._refused(dig(found, "data.attributes.errors") or [])

    def _refused(self, errors):
        codes = [str(one.get("code")) for one in errors if isinstance(one, dict)]
        if any(code in OVER for code in codes):
            raise ended(f"{self._host} may no longer read the account: {', '.join(codes)}", "consent.expired")
        raise FinanceError(f"{self._host} could not ask the bank: {', '.join(codes)}"[:300], code="interface.sync")

    # consent: given inside Ponto; it is renewed for an account at a time

    def ask_consent(self, return_url, until, reference, customer_ip=None):
        accounts = self.accounts()
        if not accounts:
            raise RemoteDefectError("add an account in Ponto first", code="consent.no_link")
        first = min(accounts, key=lambda one: (one.until is None, one.until or until))
        value = {"data": {"type": "reauthorizationRequest", "attributes": {"redirectUri": return_url}}}
        path = f"/accounts/{quote(first.id, safe='')}/reauthorization-requests"
        found = self.send("POST", path, value)
        link = dig(found, "data.links.redirect")
        if not link:
            raise RemoteDefectError(
                f"{self._host} answers without a page on which the consent is given", code="consent.no_link"
            )
        return Consent(first.id, "asked", link=str(link), until=first.until)

    def consent(self, consent_id):
        """It stands as long as the account it was renewed for may be read."""
        found = next((one for one in self.accounts() if one.id == consent_id), None)
        if found is None:
            return Consent(consent_id, "revoked")
        today = day_of(time.strftime("%Y-%m-%d"))
        over = found.until is not None and found.until < today
        return Consent(consent_id, "expired" if over else "valid", until=found.until)


def _data(document, _name):
    return document.get("data") or []


def _next(document, _path):
    return dig(document, "links.next")


def _id(item):
    return item.get("id") or None


def _not_before(row, since):
    day = day_of((row.get("attributes") or {}).get("executionDate"))
    return day is None or day.isoformat() >= since
