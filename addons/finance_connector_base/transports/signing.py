"""Signatures over what we send: HMAC over a text that the other side prescribes, or a detached JWS."""

import base64
import hashlib
import hmac

from ..core.errors import ConfigurationError

try:
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
except ImportError:  # offered all the same; using it says what is missing
    jws = None

#: What is signed where nothing else is set; ``{body}`` stands for the bytes themselves.
TEMPLATE = "{timestamp}.{method}.{path}.{body}"
ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "Ed25519", "Ed448": "Ed448"}


def signed(settings, secrets, method, path, body, now):
    """The headers that carry the signature; none where nothing is signed.

    :param path: path and query as they stand in the request line
    :param now: seconds since 1970
    """
    scheme = settings.get("sign_scheme") or "none"
    if scheme == "none":
        return {}
    key = secrets.get("signing_key")
    if not key:
        raise ConfigurationError("the key for signing is missing", code="sign.key")
    if scheme == "hmac":
        return _hmac(settings, key, method, path, body, str(int(now)))
    return {settings.get("sign_header") or "x-jws-signature": detached_jws(key, body, settings.get("sign_key_id"))}


def _hmac(settings, key, method, path, body, timestamp):
    text = (settings.get("sign_template") or TEMPLATE).encode()
    for name, value in (("timestamp", timestamp.encode()), ("method", method.encode()), ("path", path.encode())):
        text = text.replace(b"{%s}" % name.encode(), value)
    text = body.join(text.split(b"{body}"))
    digest = hmac.new(key.encode(), text, hashlib.sha256).digest()
    shown = base64.b64encode(digest).decode() if settings.get("sign_encoding") == "base64" else digest.hex()
    headers = {settings.get("sign_header") or "X-Signature": shown, "X-Timestamp": timestamp}
    if settings.get("sign_key_id"):
        headers["X-Key-Id"] = settings["sign_key_id"]
    return headers


def detached_jws(key, body, key_id=None):
    """RFC 7515, appendix F: header and signature; the payload is the body itself."""
    if jws is None:
        raise ConfigurationError("signing needs the Python package joserfc on this server", code="sign.library")
    try:
        loaded, algorithm = _key(key)
        header = {"alg": algorithm, **({"kid": key_id} if key_id else {})}
        head, _payload, signature = jws.serialize_compact(header, body, loaded, algorithms=[algorithm]).split(".")
    except (JoseError, ValueError, TypeError) as error:
        raise ConfigurationError("the key for signing cannot be used", code="sign.key") from error
    return f"{head}..{signature}"


def _key(text):
    """Key and algorithm: EC, Ed25519 or RSA from PEM, anything else is a shared secret."""
    if "-----BEGIN" not in text:
        return OctKey.import_key(text), "HS256"
    for kind in (ECKey, OKPKey, RSAKey):
        try:
            key = kind.import_key(text)
        except (JoseError, ValueError, TypeError, AttributeError):
            continue
        return key, "PS256" if kind is RSAKey else ALGORITHMS[key.curve_name]
    raise ConfigurationError("the key for signing is no PEM key", code="sign.key")
