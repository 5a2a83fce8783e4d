"""Standard Webhooks (standardwebhooks.com, specification 1.0): HMAC-SHA256 ``v1`` and Ed25519 ``v1a``."""

import base64
import binascii
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ..core.webhook import WEBHOOKS, HookEvent, forged
from .reading import at, document, moment
from .scheme import MOST_SIGNATURES, Scheme, check_any, checked_id, checked_kind

_PUBLIC = "whpk_"
_SECRET = "whsec_"  # noqa: S105 the mark of a secret, not one


@WEBHOOKS.add("standard", "Standard Webhooks")
class StandardWebhooks(Scheme):
    """``webhook-id``, ``webhook-timestamp`` and the body are signed, joined by dots."""

    def key(self, secret):
        try:
            raw = base64.b64decode(secret.removeprefix(_PUBLIC).removeprefix(_SECRET), validate=True)
            return Ed25519PublicKey.from_public_bytes(raw) if secret.startswith(_PUBLIC) else raw
        except (binascii.Error, ValueError):
            return None

    def authenticate(self, post, body, keys, now):
        post_id, time = post.get("webhook-id", ""), post.get("webhook-timestamp", "")
        self.check_time(time, now)
        if not post_id or "." in post_id:  # a dot would let a part of the id pass for the time
            raise forged("the id is missing or unusable")
        signed = f"{post_id}.{time}.".encode() + body
        found = [part.partition(",") for part in post.get("webhook-signature", "").split()[:MOST_SIGNATURES]]
        public = [key for key in keys if isinstance(key, Ed25519PublicKey)]
        if any(_signed_by(key, text, signed) for key in public for version, _, text in found if version == "v1a"):
            return
        expected = [
            base64.b64encode(hmac.digest(key, signed, "sha256")).decode() for key in keys if isinstance(key, bytes)
        ]
        check_any((text for version, _, text in found if version == "v1"), expected)

    def events(self, post, body):
        content = document(body)
        kind = at(content, "type")
        occurred = moment(at(content, "timestamp")) or moment(post["webhook-timestamp"])
        return [HookEvent(checked_id(post["webhook-id"], body), checked_kind(kind), body, occurred)]


def _signed_by(key, text, signed):
    try:
        signature = base64.b64decode(text, validate=True)
        if base64.b64encode(signature).decode() != text:  # another spelling of the same bytes
            return False
        key.verify(signature, signed)
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True
