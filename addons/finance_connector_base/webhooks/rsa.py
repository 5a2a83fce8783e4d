"""Providers that sign the body with their private RSA key; their public key is what we store."""

import base64
import binascii
import re
from dataclasses import replace

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ..core.webhook import WEBHOOKS, forged
from .generic import ENCODINGS, FromBody

#: Shorter keys count as broken (NIST SP 800-131A).
SMALLEST_KEY_BITS = 2048

_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----(.+?)-----END \1-----", re.DOTALL)
_HASHES = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
_DECODERS = {"hex": binascii.unhexlify, "base64": lambda text: base64.b64decode(text, validate=True)}


@WEBHOOKS.add("rsa", "RSA signature in a header")
class GenericRsa(FromBody):
    """Header, algorithm, encoding and padding are settings; the secret is a public key or certificate as PEM."""

    def key(self, secret):
        match = _PEM.search(secret)
        if match is None:
            return None
        try:
            der = base64.b64decode("".join(match[2].split()), validate=True)  # a one-line field loses line ends
            if match[1] == "CERTIFICATE":
                found = x509.load_der_x509_certificate(der).public_key()
            else:
                found = serialization.load_der_public_key(der)
        except (ValueError, UnsupportedAlgorithm):
            return None
        return found if isinstance(found, rsa.RSAPublicKey) and found.key_size >= SMALLEST_KEY_BITS else None

    def authenticate(self, post, body, keys, now):
        settings = self.settings
        text = post.get(settings.header.lower(), "").strip().removeprefix(settings.prefix)
        try:
            signature = _DECODERS[settings.encoding](text)
        except (binascii.Error, ValueError) as error:
            raise forged("the signature cannot be read") from error
        if ENCODINGS[settings.encoding](signature) != text:  # another spelling of the same bytes
            raise forged("the signature cannot be read")
        if not any(self._signed_by(key, signature, body) for key in keys):
            raise forged()

    def _signed_by(self, key, signature, body):
        algorithm = _HASHES[self.settings.algorithm]()
        if self.settings.padding == "pss":
            filling = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
        else:
            filling = padding.PKCS1v15()
        try:
            key.verify(signature, body, filling, algorithm)
        except InvalidSignature:
            return False
        return True


@WEBHOOKS.add("wise", "Wise")
class Wise(GenericRsa):
    """``X-Signature-SHA256`` (docs.wise.com, event handling); the delivery id in its header is not signed."""

    def __init__(self, settings=None):
        super().__init__(settings)
        self.settings = replace(
            self.settings,
            header="X-Signature-SHA256",
            algorithm="sha256",
            encoding="base64",
            padding="pkcs1v15",
            prefix="",
            id_path="",
            kind_path="event_type",
            time_path="data.occurred_at",
        )
