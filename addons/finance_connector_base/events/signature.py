"""Our signature on what we send, by Standard Webhooks 1.0: HMAC-SHA256 over ``id.timestamp.body``."""

import base64
import binascii
import hmac
import secrets

from ..core.errors import ConfigurationError

_PREFIX = "whsec_"  # noqa: S105 the mark of a secret, not one
#: Shortest and longest key in bytes that the specification allows.
SHORTEST, LONGEST = 24, 64


def new_secret():
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key(secret):
    """The key in a secret.

    :raise ConfigurationError: it is none
    """
    try:
        found = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not SHORTEST <= len(found) <= LONGEST:
        raise ConfigurationError(
            "the signing secret must be whsec_ and 24 to 64 bytes in base64", code="event.secret"
        ) from None
    return found


def headers(message_id, keys, now, body):
    """``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``, one signature for each key.

    :param now: seconds since 1970
    """
    signed = f"{message_id}.{int(now)}.".encode() + body
    signatures = [base64.b64encode(hmac.digest(each, signed, "sha256")).decode() for each in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": " ".join(f"v1,{text}" for text in signatures),
    }
