"""GoCardless Bank Account Data: token, agreements, requisitions, accounts with their daily calls.

Secret id ``SANDBOX-ID``, secret key ``SANDBOX-KEY``. The owner agrees on ``/sca/{requisition}``. Each account may be
read ``calls_a_day`` times a day for details, balances and transactions each; the headers say what is left.
"""

from datetime import datetime, timezone

from .accounts import Accounts
from .party import Answer, route

SECRET_ID, SECRET_KEY = "SANDBOX-ID", "SANDBOX-KEY"
DAY_SECONDS = 86400


class BankAccountData(Accounts):
    name = "bad"
    defaults = {**Accounts.shared, "calls_a_day": 4, "token_seconds": DAY_SECONDS}

    def empty(self):
        self.tokens, self.agreements, self.requisitions = set(), {}, {}

    def noted(self, kind, key, data):
        if kind == "token":
            self.tokens.add(key)
        elif kind == "agreement":
            self.agreements[key] = {"accepted": None, **data}
        elif kind == "requisition":
            self.requisitions[key] = {"status": "CR", "accounts": [], **data}
        elif kind == "linked":
            found = self.requisitions[key]
            found.update(status="LN", accounts=list(self.held))
            self.agreements[found["agreement"]]["accepted"] = data["on"]
        elif kind == "refused":
            self.requisitions[key]["status"] = "RJ"
        else:
            return False
        return True

    def refuse(self, request):
        if request.path.startswith(("/sca/", "/api/v2/token/")):
            return None
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return _problem(401, "Invalid token", "Token is invalid or expired")
        return None

    @route("POST", "/api/v2/token/new")
    def token(self, request):
        given = request.json()
        if (given.get("secret_id"), given.get("secret_key")) != (SECRET_ID, SECRET_KEY):
            return _problem(401, "Authentication failed", "No active account found with the given credentials")
        key = f"token-{len(self.tokens) + 1}"
        self.effect("token", key)
        seconds = self.settings["token_seconds"]
        refresh = {"refresh": f"{key}-r", "refresh_expires": 2592000}
        return Answer(200, {"access": key, "access_expires": seconds, **refresh})

    @route("POST", "/api/v2/agreements/enduser")
    def agree(self, request):
        given, key = request.json(), f"agreement-{len(self.agreements) + 1}"
        if not given.get("institution_id") or not 1 <= given.get("access_valid_for_days", 0) <= 180:
            return _problem(400, "Invalid agreement", "institution_id and 1 to 180 days are needed")
        self.effect("agreement", key, institution=given["institution_id"], days=given["access_valid_for_days"])
        return Answer(201, {"id": key, **given, "accepted": None})

    @route("GET", "/api/v2/agreements/enduser/{key}")
    def agreement(self, request, key):
        found = self.agreements[key]
        return Answer(200, {"id": key, "accepted": found["accepted"], "access_valid_for_days": found["days"]})

    @route("POST", "/api/v2/requisitions")
    def require(self, request):
        given, key = request.json(), f"requisition-{len(self.requisitions) + 1}"
        self.effect("requisition", key, agreement=given["agreement"], back=given["redirect"])
        link = f"http://{request.headers['host']}/bad/sca/{key}"
        return Answer(201, {"id": key, "status": "CR", "accounts": [], "link": link, **given})

    @route("GET", "/api/v2/requisitions")
    def requisitions_listed(self, request):
        return Answer(200, {"count": len(self.requisitions), "results": []})

    @route("GET", "/api/v2/requisitions/{key}")
    def requisition(self, request, key):
        found = self.requisitions.get(key)
        if not found:
            return _problem(404, "Not found.", "Not found.")
        status = "EX" if self.settings["over"] else found["status"]
        shown = {"id": key, "status": status, "agreement": found["agreement"], "accounts": found["accounts"]}
        return Answer(200, shown)

    @route("GET", "/sca/{key}")
    def sca(self, request, key):
        if request.query.get("answer", "yes") == "yes":
            self.effect("linked", key, on=f"{datetime.now(timezone.utc).date()}T10:00:00Z")
        else:
            self.effect("refused", key)
        return Answer(302, b"", {"Location": self.requisitions[key]["back"]})

    @route("GET", "/api/v2/accounts/{key}/details")
    def details(self, request, key):
        account = self.held.get(key)
        shown = account and {
            "resourceId": account.id, "iban": account.iban, "currency": account.currency, "ownerName": "Almond Co",
            "name": account.name,
        }  # fmt: skip
        return self._refused(key, "details") or self._counted(key, "details", {"account": shown})

    @route("GET", "/api/v2/accounts/{key}/balances")
    def balances(self, request, key):
        account = self.held.get(key)
        shown = account and {
            "balanceAmount": {"amount": str(account.balance), "currency": account.currency},
            "balanceType": "interimAvailable",
            "referenceDate": max((one["day"] for one in account.booked), default="2026-01-01"),
        }
        return self._refused(key, "balances") or self._counted(key, "balances", {"balances": [shown]})

    @route("GET", "/api/v2/accounts/{key}/transactions")
    def transactions(self, request, key):
        refused = self._refused(key, "transactions")
        if refused:
            return refused
        account, since = self.held[key], request.query.get("date_from", "")
        booked = [self._shown(one, account) for one in account.booked if one["day"] >= since]
        pending = [self._shown(one, account, waits=True) for one in account.pending]
        return self._counted(key, "transactions", {"transactions": {"booked": booked, "pending": pending}})

    def _refused(self, key, scope):
        if key not in self.held:
            return _problem(404, "Not found.", "Not found.")
        if self.settings["over"]:
            return _problem(401, "EUA expired", "End User Agreement has expired", kind="AccessExpiredError")
        if self.exceeded(key, scope):
            words = f"The rate limit for this resource is {self.settings['calls_a_day']}/day."
            answer = _problem(429, "Rate limit exceeded", words)
            return Answer(429, answer.body, self._headers(key, scope))
        return None

    def _counted(self, key, scope, body):
        return Answer(200, body, self._headers(key, scope))

    def _headers(self, key, scope):
        if not self.settings["calls_a_day"]:
            return {}
        name = "HTTP_X_RATELIMIT_ACCOUNT_SUCCESS"
        return {
            f"{name}_LIMIT": str(self.settings["calls_a_day"]),
            f"{name}_REMAINING": str(self.left(key, scope)),
            f"{name}_RESET": str(DAY_SECONDS),
        }

    def _shown(self, one, account, waits=False):
        other = "creditor" if one["amount"].startswith("-") else "debtor"
        shown = {
            "transactionId": f"B-{one['id']}",
            "internalTransactionId": one["id"],
            "bookingDate": None if waits else one["day"],
            "valueDate": one["value"],
            "transactionAmount": {"amount": one["amount"], "currency": account.currency},
            f"{other}Name": one["name"],
            f"{other}Account": {"iban": one["iban"]} if one["iban"] else None,
            "endToEndId": one["end_to_end"],
            "remittanceInformationUnstructuredArray": [one["text"]] if one["text"] else None,
        }
        return {name: value for name, value in shown.items() if value is not None}


def _problem(status, summary, detail, kind=None):
    body = {"summary": summary, "detail": detail, "status_code": status}
    return Answer(status, {**body, "type": kind} if kind else body)
