"""Wise (docs.wise.com): profiles, balances and balance statements of a business account; transfers: wise_payments.py.

A statement may need a second proof: the first answer is 403 with a one-time token, which is signed with the private
key whose public part lies at Wise (Strong customer authentication).
"""

import base64
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from odoo.addons.finance_connector_base.core.errors import AuthError, ConfigurationError, RemoteDefectError
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.paging import with_query

from .interface import Account, BankInterface
from .wise_payments import WisePayments

#: The longest interval of one statement, in days.
LONGEST_DAYS = 469
USUAL_DAYS = 90
PROOF_HEADER = "x-2fa-approval"


class _ProofAsked(AuthError):
    """Wise wants its one-time token signed."""

    def __init__(self, token):
        super().__init__("Wise asks for a second proof", code="wise.proof")
        self.token = token


@TRANSPORTS.add("wise", "Wise")
class Wise(WisePayments, BankInterface):
    report_code = "wise"

    def accounts(self):
        found = []
        for profile in self.read_list("/v2/profiles"):
            if str(profile.get("type", "")).upper() != "BUSINESS":
                continue
            owner = profile.get("businessName") or profile.get("fullName")
            for balance in self.read_list(f"/v4/profiles/{profile['id']}/balances?types=STANDARD"):
                found.append(
                    Account(
                        id=f"{profile['id']}/{balance['id']}",
                        number=None,
                        currency=balance.get("currency"),
                        name=balance.get("name") or f"Wise {balance.get('currency')}",
                        owner=owner,
                    )
                )
        return found

    def report(self, account):
        profile, _slash, balance = account.id.partition("/")
        now = datetime.now(timezone.utc)
        since = self._since(account)
        start = datetime.fromisoformat(f"{since}T00:00:00+00:00") if since else now - timedelta(days=USUAL_DAYS)
        start = max(start, now - timedelta(days=LONGEST_DAYS))
        query = {
            "currency": account.currency,
            "intervalStart": f"{start:%Y-%m-%dT%H:%M:%S.000Z}",
            "intervalEnd": f"{now:%Y-%m-%dT%H:%M:%S.000Z}",
            "type": "COMPACT",
        }
        answer, found = self.read(
            with_query(f"/v1/profiles/{profile}/balance-statements/{balance}/statement.json", query)
        )
        booked = found.get("transactions")
        if not isinstance(booked, list):
            raise RemoteDefectError(f"{self._host} answers without transactions", code="interface.answer")
        facts = {
            "id": balance,
            "number": account.number or _number(found),
            "currency": account.currency,
            "owner": account.owner,
        }
        # the interval asked for is left out: the same transactions are the same report
        closing = found.get("endOfStatementBalance")
        return answer.headers, {"account": facts, "booked": booked, "pending": [], "closing": closing}

    def call(self, method, path, body=None, key=None, content_type="application/json", headers=None):
        """One call; where a proof is asked for nothing has happened yet, and it is made again with the proof."""
        try:
            return super().call(method, path, body, key, content_type, headers)
        except _ProofAsked as asked:
            proof = {PROOF_HEADER: asked.token, "X-Signature": self._signature(asked.token)}
        try:
            return super().call(method, path, body, key, content_type, {**(headers or {}), **proof})
        except _ProofAsked as refused:
            raise AuthError(f"{self._host} refuses our signature", code="wise.signature") from refused

    def _signature(self, token):
        pem = self._secrets.get("signing_key")
        if not pem:
            raise ConfigurationError("Wise asks for a signature: enter the private key", code="wise.key_missing")
        try:
            key = serialization.load_pem_private_key(pem.encode(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise ConfigurationError("the key for signing cannot be read", code="sign.key") from error
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ConfigurationError("the key for signing is no RSA key", code="sign.key")
        return base64.b64encode(key.sign(token.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()

    def _raise_for(self, answer, content, method):
        token = answer.headers.get(PROOF_HEADER)
        if answer.status_code == 403 and token:
            raise _ProofAsked(token)
        return super()._raise_for(answer, content, method)


def _number(statement):
    """The account's own number, where Wise gives one for this currency."""
    for details in statement.get("bankDetails") or []:
        numbers = details.get("accountNumbers") if isinstance(details, dict) else None
        for one in numbers or []:
            if isinstance(one, dict) and one.get("accountNumber"):
                return str(one["accountNumber"])
    return None
