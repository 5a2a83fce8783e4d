"""Signed posts as providers make them, written apart from the schemes that check them."""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

NOW = 1_760_000_000
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret, other bytes").decode()
ADYEN_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"  # of Adyen's documentation


def mac(key, content):
    return hmac.new(key, content, hashlib.sha256).digest()


def standard(body, post_id="msg_1", time=NOW, secrets=(SECRET,)):
    """Headers of a Standard Webhooks post."""
    signed = f"{post_id}.{time}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in secrets]
    signatures = " ".join("v1," + base64.b64encode(mac(key, signed)).decode() for key in keys)
    return {"webhook-id": post_id, "webhook-timestamp": str(time), "webhook-signature": signatures}


def stripe(body, time=NOW, secrets=("whsec_stripe",)):
    marks = [f"v1={mac(secret.encode(), f'{time}.'.encode() + body).hex()}" for secret in secrets]
    return {"Stripe-Signature": ",".join([f"t={time}", *marks])}


def gocardless(body, secret="gc_secret"):
    return {"Webhook-Signature": mac(secret.encode(), body).hex()}


def gocardless_body(*ids):
    event = {"created_at": "2025-10-09T08:53:20.000Z", "resource_type": "payments", "action": "paid_out"}
    return json.dumps({"events": [{"id": event_id, **event} for event_id in ids], "meta": {}}).encode()


def adyen_item(reference="PSP1", key=ADYEN_KEY, **values):
    """One signed notification item."""
    item = {
        "pspReference": reference,
        "merchantAccountCode": "Merchant",
        "merchantReference": "Order-1",
        "amount": {"value": 1130, "currency": "EUR"},
        "eventCode": "AUTHORISATION",
        "eventDate": "2025-10-09T10:53:20+02:00",
        "success": "true",
        **values,
    }
    signed = [
        item["pspReference"], item.get("originalReference", ""), item["merchantAccountCode"],
        item["merchantReference"].replace("\\", "\\\\").replace(":", "\\:"),
        str(item["amount"]["value"]), item["amount"]["currency"], item["eventCode"], item["success"],
    ]  # fmt: skip
    signature = base64.b64encode(mac(bytes.fromhex(key), ":".join(signed).encode())).decode()
    return {"NotificationRequestItem": {**item, "additionalData": {"hmacSignature": signature}}}


def adyen_body(*items):
    return json.dumps({"live": "false", "notificationItems": list(items)}).encode()


class RsaSigner:
    """A provider with an RSA key pair."""

    def __init__(self, bits=2048):
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        self.public = (
            self._private.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def sign(self, body, filling="pkcs1v15"):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        chosen = pss if filling == "pss" else padding.PKCS1v15()
        return base64.b64encode(self._private.sign(body, chosen, hashes.SHA256())).decode()


class TokenSigner(RsaSigner):
    """Ibanity, which signs for Ponto: a token with the digest of the body, by a key with an id."""

    key_id = "key-1"

    def key_set(self, *others):
        """The document of its keys, with those of others."""
        return json.dumps({"keys": [one._public_key() for one in (self, *others)]})

    def _public_key(self):
        numbers = self._private.public_key().public_numbers()
        parts = {"n": numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8), "e": numbers.e.to_bytes(3)}
        found = {"kty": "RSA", "kid": self.key_id, "use": "sig", "alg": "RS512"}
        return {**found, **{name: _unpadded(part) for name, part in parts.items()}}

    def headers(self, body, time=NOW, head=None, **claims):
        head = {"alg": "RS512", "kid": self.key_id, **(head or {})}
        claims = {
            "aud": "app-1", "iss": "https://api.ibanity.com", "iat": time, "exp": time + 60, "jti": "1",
            "digest": base64.b64encode(hashlib.sha512(body).digest()).decode(), **claims,
        }  # fmt: skip
        signed = ".".join(_unpadded(json.dumps(part).encode()) for part in (head, claims))
        signature = self._private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA512())
        return {"Signature": f"{signed}.{_unpadded(signature)}"}


def ponto_body(event_id="EV1", kind="pontoConnect.account.transactionsCreated"):
    attributes = {"createdAt": "2025-10-09T08:53:20.000Z", "count": 2}
    return json.dumps({"data": {"id": event_id, "type": kind, "attributes": attributes}}).encode()


def _unpadded(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Ed25519Signer:
    """A Standard Webhooks sender with a key pair."""

    def __init__(self):
        self._private = ed25519.Ed25519PrivateKey.generate()
        self.public = "whpk_" + base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    def headers(self, body, post_id="msg_1", time=NOW):
        signature = self._private.sign(f"{post_id}.{time}.".encode() + body)
        text = "v1a," + base64.b64encode(signature).decode()
        return {"webhook-id": post_id, "webhook-timestamp": str(time), "webhook-signature": text}
