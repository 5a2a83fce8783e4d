"""Envelope encryption of secrets: AES-256-GCM with a wrapped data key and associated data.

Token form: ``v1|key id|wrapped data key|nonce|ciphertext`` (base64url without padding). The
associated data binds a token to its record, so that a copy in another row does not decrypt
(NIST SP 800-38D; the data key is wrapped with the same construction).
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..core.canonical import sha256
from ..core.errors import ConfigurationError, SecurityError
from ..core.masking import remember

VERSION = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32


def _encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_key():
    """A fresh 256-bit key as text, the form in which key files hold it."""
    return _encode(os.urandom(KEY_BYTES))


def key_id(text):
    """The short public name of a key; it stands in each token and tells nothing about the key.

    :raise ConfigurationError: ``text`` is no key
    """
    try:
        raw = _decode(text.strip())
    except ValueError:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ConfigurationError("the secret key must have 32 bytes, written as base64", code="secret.key")
    return sha256(raw)[:12]


def key_id_of(token):
    """The id of the key under which a token's data key is wrapped."""
    return token.split("|", 2)[1] if token.count("|") == 4 else ""


class KeyRing:
    """Key-encryption keys by id; the first one seals, all of them open."""

    def __init__(self, keys):
        """:param keys: key texts (``new_key``), the current one first."""
        for text in keys:
            remember(text.strip())
        self._raw = {key_id(text): _decode(text.strip()) for text in keys}
        if not self._raw:
            raise ConfigurationError("no secret key is set", code="secret.key")
        self._keys = {each: AESGCM(raw) for each, raw in self._raw.items()}
        self.current = next(iter(self._keys))

    @property
    def ids(self):
        """Ids of all keys, the current one first."""
        return tuple(self._keys)

    def seal(self, secret, associated):
        """Encrypt ``secret`` (text), bound to ``associated`` (text)."""
        data_key, nonce = AESGCM.generate_key(256), os.urandom(NONCE_BYTES)
        sealed = AESGCM(data_key).encrypt(nonce, secret.encode(), associated.encode())
        return self._token(data_key, nonce, sealed, associated)

    def open(self, token, associated):
        """Decrypt; raises ``SecurityError`` for a foreign or changed token, ``ConfigurationError``
        where the key is not on this host."""
        data_key, nonce, sealed = self._unwrap(token, associated)
        try:
            return AESGCM(data_key).decrypt(nonce, sealed, associated.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise _foreign() from error

    def rewrap(self, token, associated):
        """The same secret under the current key: only the data key is wrapped anew, the ciphertext stays.

        Raises as ``open`` does.
        """
        data_key, nonce, sealed = self._unwrap(token, associated)
        return self._token(data_key, nonce, sealed, associated)

    def mark(self, text):
        """A keyed mark of ``text`` (HMAC-SHA256 under a key derived from the current one), with the key's id."""
        return f"{self.current}:{self._mark(self.current, text)}"

    def confirms(self, mark, text):
        """Whether a mark was made for ``text`` with one of these keys."""
        identifier, _colon, value = (mark or "").partition(":")
        return identifier in self._raw and hmac.compare_digest(value, self._mark(identifier, text))

    def derived(self, identifier, purpose):
        """A key of 32 bytes for one purpose, derived from one of these; it tells nothing about it."""
        return hmac.digest(self._raw[identifier], f"finance_connectors {purpose}".encode(), hashlib.sha256)

    def _mark(self, identifier, text):
        return hmac.digest(self.derived(identifier, "mark"), text.encode(), hashlib.sha256).hex()

    def _token(self, data_key, nonce, sealed, associated):
        wrap_nonce = os.urandom(NONCE_BYTES)
        wrapped = wrap_nonce + self._keys[self.current].encrypt(wrap_nonce, data_key, associated.encode())
        return "|".join((VERSION, self.current, _encode(wrapped), _encode(nonce), _encode(sealed)))

    def _unwrap(self, token, associated):
        """``(data key, nonce, ciphertext)`` of a token."""
        try:
            version, identifier, wrapped, nonce, sealed = token.split("|")
            wrapped, nonce, sealed = (_decode(part) for part in (wrapped, nonce, sealed))
        except ValueError as error:
            raise SecurityError("the stored secret is damaged", code="secret.damaged") from error
        if version != VERSION or identifier not in self._keys:
            raise ConfigurationError(
                "the key of this secret is not on this server: enter the secret again", code="secret.key"
            )
        try:
            data_key = self._keys[identifier].decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], associated.encode())
        except (InvalidTag, ValueError) as error:
            raise _foreign() from error
        return data_key, nonce, sealed


def _foreign():
    return SecurityError("the stored secret does not belong to this record", code="secret.foreign")
