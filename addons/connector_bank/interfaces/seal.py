"""Requests sealed with a qualified certificate (QSEAL): digest and signature headers.

NextGenPSD2 Implementation Guidelines 1.3.12, chapter 12; draft-cavage-http-signatures-10.
"""

import base64
import hashlib

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from odoo.addons.finance_connector_base.core.errors import ConfigurationError

#: Headers that are signed where they are sent, in this order.
SIGNED = ("digest", "x-request-id", "psu-id", "psu-corporate-id", "tpp-redirect-uri")


def sealed(pem, body, headers):
    """``Digest``, ``Signature`` and ``TPP-Signature-Certificate`` for a request.

    :param pem: private key (RSA) and certificate in one PEM text
    :raise ConfigurationError: ``sign.key``
    """
    key, certificate = _read(pem)
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    given = {"digest": digest, **{name.lower(): value for name, value in headers.items()}}
    names = [name for name in SIGNED if name in given]
    text = "\n".join(f"{name}: {given[name]}" for name in names)
    signature = base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    issuer = certificate.issuer.rfc4514_string()
    key_id = f"SN={certificate.serial_number:x},CA={issuer}"
    listed = " ".join(names)
    return {
        "Digest": digest,
        "Signature": f'keyId="{key_id}",algorithm="rsa-sha256",headers="{listed}",signature="{signature}"',
        "TPP-Signature-Certificate": base64.b64encode(
            certificate.public_bytes(serialization.Encoding.DER)
        ).decode(),
    }


def _read(pem):
    try:
        key = serialization.load_pem_private_key(pem.encode(), None)
        certificate = x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN CERTIFICATE") :].encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        words = "the sealing key needs key and certificate in one PEM text"
        raise ConfigurationError(words, code="sign.key") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ConfigurationError("the sealing key is no RSA key", code="sign.key")
    return key, certificate
