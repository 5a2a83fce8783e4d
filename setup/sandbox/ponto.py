"""Ponto Connect: client credentials, synchronizations, accounts and transactions as JSON:API with cursors.

Client ``SANDBOX-CLIENT``, secret ``SANDBOX-SECRET``. A booking becomes visible with the next synchronization only.
A person may also sign in (``/oauth2/auth``, authorization code with PKCE): each refresh token counts once, and one that
is shown again ends them all. Settings besides those of ``accounts``: ``sync_looks`` (how often a synchronization still
runs when asked about), ``ends_on`` (ISO day until which the accounts may be read), ``ended`` (so many of the access
tokens given first are worth nothing).
"""

import base64
import hashlib
import time
from urllib.parse import parse_qs, urlencode

from .accounts import Accounts
from .party import Answer, route

CLIENT, SECRET = "SANDBOX-CLIENT", "SANDBOX-SECRET"


class Ponto(Accounts):
    name = "ponto"
    defaults = {**Accounts.shared, "sync_looks": 1, "ends_on": "2030-06-30", "ended": 0}

    def empty(self):
        self.tokens, self.syncs, self.seen = [], {}, {}
        self.codes, self.refreshes = {}, {}  # code → (challenge, return address); refresh token → whether it counts

    def noted(self, kind, key, data):
        if kind == "token":
            self.tokens.append(key)
        elif kind == "code":
            self.codes[key] = (data["challenge"], data["back"])
        elif kind == "refresh":
            self.refreshes[key] = True
        elif kind == "refreshed":
            self.refreshes[key] = False
        elif kind == "refreshes_ended":
            self.refreshes = dict.fromkeys(self.refreshes, False)
        elif kind == "synchronization":
            self.syncs[key] = {"looks": self.settings["sync_looks"], **data}
        elif kind == "reauthorized":
            self.settings.update(over=False, ends_on=data["until"])
        else:
            return False
        return True

    def refuse(self, request):
        if request.path.startswith(("/oauth2/", "/sca/")):
            return None
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token in self.tokens[self.settings["ended"] :]:
            return None
        return _error(401, "unauthorized", "access token invalid")

    @route("POST", "/oauth2/token")
    def token(self, request):
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return Answer(401, {"error": "invalid_client"})
        form = {name: values[-1] for name, values in parse_qs(request.text()).items()}
        grant = form.get("grant_type")
        checks = {"authorization_code": self._code, "refresh_token": self._old}
        if grant != "client_credentials" and (grant not in checks or not checks[grant](form)):
            return Answer(400, {"error": "invalid_grant"})
        key = f"token-{len(self.tokens) + 1}"
        self.effect("token", key)
        found = {"access_token": key, "token_type": "bearer", "expires_in": 1799}
        if grant != "client_credentials":
            found["refresh_token"] = f"refresh-{len(self.refreshes) + 1}"
            self.effect("refresh", found["refresh_token"])
        return Answer(200, found)

    def _code(self, form):
        challenge, back = self.codes.pop(form.get("code"), (None, None))
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        return challenge is not None and proof.rstrip("=") == challenge and back == form.get("redirect_uri")

    def _old(self, form):
        """A refresh token counts once; shown again, somebody else has it, and all of them end."""
        known = self.refreshes.get(form.get("refresh_token"))
        if known is False:
            self.effect("refreshes_ended", form["refresh_token"])
        elif known:
            self.effect("refreshed", form["refresh_token"])
        return bool(known)

    @route("GET", "/oauth2/auth")
    def sign_in(self, request):
        """The page on which a person signs in; ``answer=no``: he does not."""
        given = request.query
        if given.get("client_id") != CLIENT or given.get("code_challenge_method") != "S256":
            return Answer(400, {"error": "invalid_request"})
        if given.get("answer", "yes") != "yes":
            back = {"error": "access_denied", "state": given["state"]}
        else:
            back = {"code": f"code-{len(self.codes) + 1}-{len(self.tokens)}", "state": given["state"]}
            self.effect("code", back["code"], challenge=given["code_challenge"], back=given["redirect_uri"])
        return Answer(302, b"", {"Location": f"{given['redirect_uri']}?{urlencode(back)}"})

    @route("GET", "/accounts")
    def accounts(self, request):
        return Answer(200, {"data": [self._account(one) for one in self.held.values()], "links": {}})

    @route("GET", "/accounts/{key}")
    def account(self, request, key):
        found = self.held.get(key)
        return Answer(200, {"data": self._account(found)}) if found else _error(404, "resourceNotFound", "no account")

    def _account(self, account):
        return {
            "type": "account",
            "id": account.id,
            "attributes": {
                "reference": account.iban,
                "referenceType": "IBAN",
                "currency": account.currency,
                "description": account.name,
                "holderName": "Almond Co",
                "currentBalance": account.balance,
                "availableBalance": account.balance,
                "authorizationExpirationExpectedAt": f"{self.settings['ends_on']}T00:00:00.000Z",
            },
        }

    @route("POST", "/synchronizations")
    def synchronize(self, request):
        given = request.json()["data"]["attributes"]
        if self.exceeded(given["resourceId"], given["subtype"]):
            return _error(429, "tooManyRequests", "synchronized too often")
        key = f"sync-{len(self.syncs) + 1}"
        self.effect("synchronization", key, account=given["resourceId"], subtype=given["subtype"])
        return Answer(201, self._sync(key))

    @route("GET", "/synchronizations/{key}")
    def synchronization(self, request, key):
        self.syncs[key]["looks"] -= 1
        return Answer(200, self._sync(key))

    def _sync(self, key):
        sync = self.syncs[key]
        status, errors = ("running", []) if sync["looks"] > 0 else ("success", [])
        if self.settings["over"]:
            status, errors = "error", [{"code": "authorizationExpired", "detail": "the authorization has ended"}]
        elif status == "success":
            self.seen[sync["account"]] = len(self.held[sync["account"]].booked)
        attributes = {"status": status, "errors": errors, "subtype": sync["subtype"], "resourceId": sync["account"]}
        return {"data": {"type": "synchronization", "id": key, "attributes": attributes}}

    @route("GET", "/accounts/{key}/transactions")
    def transactions(self, request, key):
        account = self.held[key]
        visible = account.booked[len(account.booked) - self.seen.get(key, 0) :]
        return self._paged(request, account, visible, f"/ponto/accounts/{key}/transactions")

    @route("GET", "/accounts/{key}/pending-transactions")
    def pending(self, request, key):
        account = self.held[key]
        return self._paged(request, account, account.pending, f"/ponto/accounts/{key}/pending-transactions", waits=True)

    def _paged(self, request, account, rows, address, waits=False):
        size = min(int(request.query.get("page[limit]", 10)), self.settings["page_size"])
        after = request.query.get("page[after]")
        names = [one["id"] for one in rows]
        begin = names.index(after) + 1 if after in names else 0
        if self.settings["repeat"] and begin:
            begin -= 1
        shown = rows[begin : begin + size]
        links = {}
        if begin + size < len(rows):
            host = request.headers["host"]
            links["next"] = f"http://{host}{address}?page%5Blimit%5D={size}&page%5Bafter%5D={shown[-1]['id']}"
        if not waits and not after:
            self.shift(account, 0)
        data = [self._shown(one, account, waits) for one in shown]
        return Answer(200, {"data": data, "links": links, "meta": {"paging": {"limit": size}}})

    def _shown(self, one, account, waits):
        given = {
            "amount": float(one["amount"]),
            "currency": account.currency,
            "executionDate": None if waits else f"{one['day']}T00:00:00.000Z",
            "valueDate": f"{one['value']}T00:00:00.000Z",
            "counterpartName": one["name"],
            "counterpartReference": one["iban"],
            "remittanceInformation": one["text"] or None,
            "remittanceInformationType": "unstructured",
            "endToEndId": one["end_to_end"],
        }
        attributes = {name: value for name, value in given.items() if value is not None}
        kind = "pendingTransaction" if waits else "transaction"
        return {"type": kind, "id": one["id"], "attributes": attributes}

    @route("POST", "/accounts/{key}/reauthorization-requests")
    def reauthorize(self, request, key):
        back = request.json()["data"]["attributes"]["redirectUri"]
        self.effect("reauthorization", key, back=back)
        link = f"http://{request.headers['host']}/ponto/sca/{key}"
        return Answer(201, {"data": {"type": "reauthorizationRequest", "links": {"redirect": link}}})

    @route("GET", "/sca/{key}")
    def sca(self, request, key):
        asked = [one for one in self.ledger.effects(self.name, "reauthorization") if one["key"] == key][-1]
        if request.query.get("answer", "yes") == "yes":
            self.effect("reauthorized", key, until=f"{time.localtime().tm_year + 1}-12-31")
        return Answer(302, b"", {"Location": asked["data"]["back"]})


def _error(status, code, words):
    return Answer(status, {"errors": [{"code": code, "detail": words}]})
