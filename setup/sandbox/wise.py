"""Wise: profiles, balances and balance statements behind a second proof.

Token ``SANDBOX-WISE``. ``party.keys`` holds the public keys (PEM) that were uploaded; a statement asks for the
signature of a one-time token. Settings besides those of ``accounts``: ``proof`` (whether it asks). Transfers:
``wise_transfers.py``.
"""

import base64
import uuid
from decimal import Decimal

from .accounts import Accounts
from .party import Answer, route
from .wise_transfers import WiseTransfers

TOKEN, PROFILE = "SANDBOX-WISE", "16421159"


class Wise(WiseTransfers, Accounts):
    name = "wise"
    defaults = {**Accounts.shared, **WiseTransfers.pay_defaults, "proof": True}

    def empty(self):
        self.keys, self.asked = [], set()
        self.no_transfers()

    def noted(self, kind, key, data):
        return self.transfer_noted(kind, key, data)

    def refuse(self, request):
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"error": "unauthorized", "error_description": "Invalid token"})
        return None

    @route("GET", "/v2/profiles")
    def profiles(self, request):
        person = {"id": 14575282, "type": "PERSONAL", "fullName": "Ada Almond"}
        return Answer(200, [person, {"id": int(PROFILE), "type": "BUSINESS", "businessName": "Almond Co"}])

    @route("GET", "/v4/profiles/{profile}/balances")
    def balances(self, request, profile):
        rows = [
            {
                "id": one.id,
                "currency": one.currency,
                "type": "STANDARD",
                "name": None,
                "amount": {"value": one.balance, "currency": one.currency},
            }
            for one in self.held.values()
        ]
        return Answer(200, rows if profile == PROFILE else [])

    @route("GET", "/v1/profiles/{profile}/balance-statements/{key}/statement.json")
    def statement(self, request, profile, key):
        account = self.held.get(key)
        if profile != PROFILE or account is None or request.query.get("currency") != account.currency:
            return Answer(404, {"error": "not found"})
        if self.settings["proof"] and not self._proved(request):
            return self._ask_proof()
        begin, end = request.query["intervalStart"][:10], request.query["intervalEnd"][:10]
        rows, balance = [], account.opening
        for one in reversed(account.booked):
            balance += Decimal(one["amount"])
            if begin <= one["day"] <= end:
                rows.insert(0, self._shown(one, account, balance))
        return Answer(
            200,
            {
                "accountHolder": {"type": "BUSINESS", "businessName": "Almond Co"},
                "bankDetails": [{"accountNumbers": [{"accountType": "IBAN", "accountNumber": account.iban}]}],
                "transactions": rows,
                "endOfStatementBalance": {"value": balance, "currency": account.currency},
                "query": {**request.query, "accountId": key},
            },
        )

    def _ask_proof(self):
        token = str(uuid.uuid4())
        self.asked.add(token)
        headers = {"x-2fa-approval": token, "x-2fa-approval-result": "REJECTED"}
        return Answer(403, {"status": 403, "message": "You are forbidden to send this request"}, headers)

    def _proved(self, request):
        """The token is one we gave, used once, and signed with a key that was uploaded."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - only where a proof is asked for
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415

        token = request.headers.get("x-2fa-approval")
        if token not in self.asked:
            return False
        self.asked.discard(token)
        signature = base64.b64decode(request.headers.get("x-signature", ""))
        for pem in self.keys:
            try:
                key = serialization.load_pem_public_key(pem.encode())
                key.verify(signature, token.encode(), padding.PKCS1v15(), hashes.SHA256())
            except InvalidSignature:
                continue
            return True
        return False

    def _shown(self, one, account, balance):
        out = one["amount"].startswith("-")
        details = {"type": "TRANSFER" if out else "DEPOSIT", "description": one["text"] or "Transfer"}
        if out:
            details["recipient"] = {"name": one["name"], "bankAccount": one["iban"]}
        else:
            details |= {"senderName": one["name"], "senderAccount": one["iban"]}
        if one["text"]:
            details["paymentReference"] = one["text"]
        return {
            "type": "DEBIT" if out else "CREDIT",
            "date": f"{one['day']}T08:47:05.832Z",
            "amount": {"value": Decimal(one["amount"]), "currency": account.currency},
            "totalFees": {"value": Decimal(0), "currency": account.currency},
            "details": details,
            "runningBalance": {"value": balance, "currency": account.currency},
            "referenceNumber": f"TRANSFER-{one['id']}",
        }
