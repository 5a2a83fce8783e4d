"""PayPal: OAuth2 client credentials and the search of transactions by time, in pages with totals.

Client ``SANDBOX-PAYPAL``, secret ``SANDBOX-SECRET``. A test moves money with ``party.move(…)`` and lets a pending
movement succeed with ``party.succeed(…)``. Settings: ``page_size``; ``refreshed`` (moment until which data is there:
what is later is not shown); ``most`` (more transactions in one search are refused); ``shift`` (a transaction arrives
between the first page and the second, once), ``shifting`` (always); ``ended`` (tokens given so far are worth nothing);
``permitted``, ``tells_balances`` (whether this application may read them); ``balances_until`` (moment until which
they are known, with the transactions if empty); ``lost`` (an amount that the balances hold and no transaction shows).
"""

import base64
from datetime import datetime, timezone
from decimal import Decimal

from .party import Answer, Party, route

CLIENT, SECRET, ACCOUNT = "SANDBOX-PAYPAL", "SANDBOX-SECRET", "MERCHANT01"


class PayPal(Party):
    name = "paypal"
    defaults = {"page_size": 500, "refreshed": "2026-03-10T09:00:00+00:00", "most": 10_000, "shift": False,
                "shifting": False, "ended": 0, "permitted": True, "tells_balances": True, "balances_until": "",
                "lost": "0"}  # fmt: skip

    def clear(self):
        self.rows, self.tokens = [], []

    def apply(self, effect):
        if effect["kind"] == "token":
            self.tokens.append(effect["key"])
        elif effect["kind"] == "movement":
            self.rows.append({"id": effect["key"], **effect["data"]})
        elif effect["kind"] == "succeeded":
            for row in self.rows:
                if row["id"] == effect["key"]:
                    row.update(effect["data"])

    # what happens at PayPal

    def move(self, key, amount, moment, *, fee=None, code="T0006", currency="EUR", invoice=None, reference=None,
             state="S", name="Ada Almond"):  # fmt: skip
        return self.effect(
            "movement", key, amount=str(amount), fee=fee and str(fee), moment=moment, code=code, currency=currency,
            invoice=invoice, reference=reference, state=state, name=name, updated=moment,
        )  # fmt: skip

    def succeed(self, key, moment):
        return self.effect("succeeded", key, state="S", updated=moment)

    # how it is shown

    def refuse(self, request):
        if request.path == "/v1/oauth2/token":
            return None
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens[self.settings["ended"] :]:
            return Answer(401, {"error": "invalid_token", "error_description": "Token signature verification failed"})
        if not self.settings["permitted"]:
            return Answer(403, {"name": "NOT_AUTHORIZED", "message": "insufficient permissions"})
        return None

    @route("POST", "/v1/oauth2/token")
    def token(self, request):
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {pair}" or b"client_credentials" not in request.content:
            return Answer(401, {"error": "invalid_client", "error_description": "Client Authentication failed"})
        key = f"A21AA-{len(self.tokens) + 1}"
        self.effect("token", key)
        return Answer(200, {"access_token": key, "token_type": "Bearer", "expires_in": 32400, "app_id": "APP"})

    @route("GET", "/v1/reporting/transactions")
    def search(self, request):
        begin, end = (datetime.fromisoformat(request.query[name]) for name in ("start_date", "end_date"))
        if (end - begin).days >= 31:
            return Answer(400, {"name": "INVALID_REQUEST", "message": "Date range is greater than 31 days"})
        refreshed = datetime.fromisoformat(self.settings["refreshed"])
        rows = [row for row in self.rows if begin <= _moment(row["moment"]) <= end]
        rows = [row for row in rows if _moment(row["moment"]) <= refreshed]
        if len(rows) > self.settings["most"]:
            return Answer(400, {"name": "RESULTSET_TOO_LARGE", "message": "Result set size is greater than the limit"})
        size, number = min(int(request.query["page_size"]), self.settings["page_size"]), int(request.query["page"])
        shown = rows[(number - 1) * size : number * size]
        if number == 1 and rows and (self.settings["shift"] or self.settings["shifting"]):
            self.settings["shift"] = False
            self.rows.insert(0, {**rows[0], "id": f"BETWEEN{len(self.rows)}", "fee": None})
        return Answer(
            200,
            {
                "transaction_details": [self._shown(row) for row in shown],
                "account_number": ACCOUNT,
                "start_date": f"{begin:%Y-%m-%dT%H:%M:%S}+0000",
                "end_date": f"{end:%Y-%m-%dT%H:%M:%S}+0000",
                "last_refreshed_datetime": f"{refreshed:%Y-%m-%dT%H:%M:%S}+0000",
                "page": number,
                "total_items": len(rows),
                "total_pages": -(-len(rows) // size),
            },
        )

    @route("GET", "/v1/reporting/balances")
    def balances(self, request):
        if not self.settings["tells_balances"]:
            return Answer(403, {"name": "NOT_AUTHORIZED", "message": "insufficient permissions"})
        moment = datetime.fromisoformat(request.query["as_of_time"])
        until = datetime.fromisoformat(self.settings["balances_until"] or self.settings["refreshed"])
        available, held = {}, {}
        for row in self.rows:
            if row["state"] in "SVF" and _moment(row["moment"]) < min(moment, until):
                amount = Decimal(row["amount"]) + Decimal(row["fee"] or 0)
                available[row["currency"]] = available.get(row["currency"], Decimal(self.settings["lost"])) + amount
                if row["code"].startswith("T15"):
                    held[row["currency"]] = held.get(row["currency"], 0) - amount
        rows = [
            {
                "currency": unit, "primary": unit == "EUR",
                "total_balance": {"currency_code": unit, "value": str(value + held.get(unit, 0))},
                "available_balance": {"currency_code": unit, "value": str(value)},
                "withheld_balance": {"currency_code": unit, "value": str(held.get(unit, 0))},
            }
            for unit, value in available.items()
        ]  # fmt: skip
        return Answer(
            200,
            {
                "balances": rows, "account_id": ACCOUNT, "as_of_time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "last_refresh_time": f"{until:%Y-%m-%dT%H:%M:%SZ}",
            },
        )  # fmt: skip

    def _shown(self, row):
        moment = _moment(row["moment"])
        info = {
            "paypal_account_id": "CUST1",
            "transaction_id": row["id"].partition("#")[0],
            "transaction_event_code": row["code"],
            "transaction_initiation_date": f"{moment:%Y-%m-%dT%H:%M:%S}+0000",
            "transaction_updated_date": f"{_moment(row['updated']):%Y-%m-%dT%H:%M:%S}+0000",
            "transaction_amount": {"currency_code": row["currency"], "value": row["amount"]},
            "transaction_status": row["state"],
            "invoice_id": row["invoice"],
            "paypal_reference_id": row["reference"],
            "paypal_reference_id_type": "TXN" if row["reference"] else None,
        }
        if row["fee"]:
            info["fee_amount"] = {"currency_code": row["currency"], "value": row["fee"]}
        payer = {"account_id": "CUST1", "payer_name": {"alternate_full_name": row["name"]}}
        info = {name: value for name, value in info.items() if value is not None}
        return {"transaction_info": info, "payer_info": payer, "cart_info": {}}


def _moment(text):
    return datetime.fromisoformat(text).astimezone(timezone.utc)
