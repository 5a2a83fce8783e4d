"""Ponto Connect, signed by Ibanity (documentation.ibanity.com/webhooks): a JSON Web Token in the header ``Signature``.

The token (RS512) carries the digest of the body, for which application it is, who issued it and until when it counts.
The secret stored for it is Ibanity's public key: PEM, or the document of its keys (``/webhooks/keys``).
"""

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ..core.errors import FormatError, SecurityError
from ..core.safe.json import json_value
from ..core.webhook import WEBHOOKS, HookEvent, forged, malformed, stale
from .reading import at, json_object, moment
from .rsa import SMALLEST_KEY_BITS, GenericRsa
from .scheme import Scheme, checked_id, checked_kind

ISSUER = "https://api.ibanity.com"
ALGORITHM = "RS512"
#: Keys read from one document; during a rotation there are two.
MOST_KEYS = 8


@WEBHOOKS.add("ponto", "Ponto Connect (Ibanity)")
class Ponto(Scheme):
    """The same keys sign for everybody, so the application's id has to be the one in the settings."""

    def key(self, secret):
        """``{key id: key}``; a PEM text stands for any id."""
        if not secret.startswith("{"):
            found = GenericRsa(self.settings).key(secret)
            return {None: found} if found else None
        try:
            listed = json_value(secret.encode())["keys"][:MOST_KEYS]
            return dict(filter(None, map(_public, listed))) or None
        except (FormatError, KeyError, TypeError):
            return None

    def authenticate(self, post, body, keys, now):
        token = post.get("signature", "")
        parts = token.split(".")
        if len(parts) != 3 or not self.settings.audience:
            raise forged("the header holds no token" if self.settings.audience else "the application's id is missing")
        head, claims = (self._object(part) for part in parts[:2])
        if head.get("alg") != ALGORITHM:
            raise forged("the token is signed in another way")
        signed = f"{parts[0]}.{parts[1]}".encode()
        signature = _decoded(parts[2])
        candidates = [key for one in keys for name, key in one.items() if name in (None, head.get("kid"))]
        if not any(_signed_by(key, signature, signed) for key in candidates):
            raise forged()
        digest = base64.b64encode(hashlib.sha512(body).digest()).decode()
        if not hmac.compare_digest(str(claims.get("digest")).encode(), digest.encode()):
            raise forged("the token is for another body")
        audience = claims.get("aud")
        if self.settings.audience not in (audience if isinstance(audience, list) else [audience]):
            raise forged("the token is for another application")
        if claims.get("iss") != ISSUER:
            raise forged("the token is of another issuer")
        self._check_times(claims, now)

    def _check_times(self, claims, now):
        window = self.settings.window_seconds
        begins, ends = claims.get("iat"), claims.get("exp")
        if not all(isinstance(one, int) and not isinstance(one, bool) for one in (begins, ends)):
            raise forged("the token says no time")
        if begins - window > now or ends + window < now:
            raise stale()

    def _object(self, part):
        try:
            found = json_value(_decoded(part))
        except FormatError as error:
            raise forged("the token cannot be read") from error
        if not isinstance(found, dict):
            raise forged("the token cannot be read")
        return found

    def events(self, post, body):
        event = json_object(body).get("data")
        if not isinstance(event, dict) or not event.get("id"):
            raise malformed("the event has no id")
        occurred = moment(at(event, "attributes.createdAt"))
        return [HookEvent(checked_id(event["id"], body), checked_kind(event.get("type")), body, occurred)]


def _decoded(part):
    """Base64url without its padding, in its only right spelling."""
    try:
        found = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as error:
        raise forged("the token cannot be read") from error
    if base64.urlsafe_b64encode(found).decode().rstrip("=") != part:
        raise forged("the token cannot be read")
    return found


def _public(one):
    """``(key id, key)`` of one key of a JSON Web Key Set; ``None`` where it is another kind or too short."""
    try:
        if one["kty"] != "RSA" or one.get("use", "sig") != "sig" or one.get("alg", ALGORITHM) != ALGORITHM:
            return None
        modulus, exponent = (int.from_bytes(_decoded(one[name])) for name in ("n", "e"))
        key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except (SecurityError, KeyError, TypeError, AttributeError, ValueError):
        return None
    return (one.get("kid"), key) if key.key_size >= SMALLEST_KEY_BITS else None


def _signed_by(key, signature, signed):
    try:
        key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA512())
    except InvalidSignature:
        return False
    return True
