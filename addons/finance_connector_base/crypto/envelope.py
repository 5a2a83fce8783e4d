"""Envelope encryption of secrets: AES-256-GCM with a wrapped data key and associated data.

Token form: ``v1|key id|wrapped data key|nonce|ciphertext`` (base64url without padding). The
associated data binds a token to its record, so that a copy in another row does not decrypt
(NIST SP 800-38D; the data key is wrapped with the same construction).
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..core.canonical import sha256
from ..core.errors import ConfigurationError, SecurityError

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


class KeyRing:
    """Key-encryption keys by id; the first one seals, all of them open."""

    def __init__(self, keys):
        """:param keys: key texts (``new_key``), the current one first."""
        self._keys = {}
        for text in keys:
            raw = _decode(text.strip())
            if len(raw) != KEY_BYTES:
                raise ConfigurationError("the secret key must have 32 bytes", code="secret.key")
            self._keys[sha256(raw)[:12]] = AESGCM(raw)
        if not self._keys:
            raise ConfigurationError("no secret key is set", code="secret.key")
        self.current = next(iter(self._keys))

    def seal(self, secret, associated):
        """Encrypt ``secret`` (text), bound to ``associated`` (text)."""
        data_key = AESGCM.generate_key(256)
        bound = associated.encode()
        wrap_nonce, nonce = os.urandom(NONCE_BYTES), os.urandom(NONCE_BYTES)
        wrapped = wrap_nonce + self._keys[self.current].encrypt(wrap_nonce, data_key, bound)
        sealed = AESGCM(data_key).encrypt(nonce, secret.encode(), bound)
        return "|".join((VERSION, self.current, _encode(wrapped), _encode(nonce), _encode(sealed)))

    def open(self, token, associated):
        """Decrypt; raises ``SecurityError`` for a foreign or changed token, ``ConfigurationError``
        where the key is not on this host."""
        try:
            version, key_id, wrapped, nonce, sealed = token.split("|")
            parts = [_decode(part) for part in (wrapped, nonce, sealed)]
        except ValueError as error:
            raise SecurityError("the stored secret is damaged", code="secret.damaged") from error
        if version != VERSION or key_id not in self._keys:
            raise ConfigurationError(
                "the key of this secret is not on this server: enter the secret again", code="secret.key"
            )
        bound, wrapped = associated.encode(), parts[0]
        try:
            data_key = self._keys[key_id].decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
            return AESGCM(data_key).decrypt(parts[1], parts[2], bound).decode()
        except InvalidTag as error:
            raise SecurityError("the stored secret does not belong to this record", code="secret.foreign") from error
