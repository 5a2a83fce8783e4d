"""Key pairs with self-signed certificates, their hashes, and the forms in which they are kept."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from odoo.addons.finance_connector_base.core.errors import ConfigurationError, RemoteDefectError

from .names import AUTHENTICATION, ENCRYPTION, SIGNATURE

#: Bounds of the standard (detailed concept 3.0, 14).
LEAST_BITS, MOST_BITS = 2048, 4096
#: Key version → the one use that its certificate allows (annex on X.509, 4.1.1).
USES = {SIGNATURE: "content_commitment", AUTHENTICATION: "digital_signature", ENCRYPTION: "key_encipherment"}
_ALL_USES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """One of our keys; the certificate carries its public part."""

    version: str
    private_key: rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class UserKeys:
    """The three keys of one user."""

    signature: KeyPair
    authentication: KeyPair
    encryption: KeyPair

    def all(self):
        return (self.signature, self.authentication, self.encryption)


@dataclass(frozen=True, slots=True)
class BankKeys:
    """The bank's certificates; only those that a person compared with the bank's letter are used."""

    authentication: x509.Certificate
    encryption: x509.Certificate


def make_keys(user_id, organisation, now, *, bits=3072, years=5):
    """Three new key pairs of one user.

    :param now: aware moment from which the certificates count
    :raise ConfigurationError: ``ebics.key_length``
    """
    if not LEAST_BITS <= bits <= MOST_BITS:
        raise ConfigurationError(f"EBICS keys have {LEAST_BITS} to {MOST_BITS} bits", code="ebics.key_length")
    pairs = {}
    for version, use in USES.items():
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        pairs[version] = KeyPair(version, key, _self_signed(key, use, user_id, organisation, now, years))
    return UserKeys(pairs[SIGNATURE], pairs[AUTHENTICATION], pairs[ENCRYPTION])


def _self_signed(key, use, user_id, organisation, now, years):
    names = [x509.NameAttribute(NameOID.COMMON_NAME, user_id[:64])]
    if organisation:
        names.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]))
    name = x509.Name(names)
    start = now.replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(minutes=5))  # clocks differ
        .not_valid_after(start + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**{name: name == use for name in _ALL_USES}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def certificate_hash(certificate):
    """SHA-256 of the certificate in DER: what letters show and requests carry since EBICS 3.0."""
    return certificate.fingerprint(hashes.SHA256())


def public_key_hash(certificate):
    """SHA-256 of exponent and modulus, as letters showed before EBICS 3.0; some banks still print it."""
    numbers = certificate.public_key().public_numbers()
    return hashlib.sha256(f"{numbers.e:x} {numbers.n:x}".encode()).digest()


def shown_hash(digest):
    """A hash as letters show it: pairs of hexadecimal digits, eight in a group."""
    pairs = [f"{byte:02X}" for byte in digest]
    return "  ".join(" ".join(pairs[start : start + 8]) for start in range(0, len(pairs), 8))


def read_hash(text):
    """The bytes of a hash that a person copied from a letter, or ``None`` where it is none of 32 bytes."""
    digits = "".join(text.split()).replace(":", "").replace("-", "")
    try:
        found = bytes.fromhex(digits)
    except ValueError:
        return None
    return found if len(found) == 32 else None


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def read_certificate(content):
    """A certificate from DER bytes that a bank sent.

    :raise RemoteDefectError: ``ebics.certificate``
    """
    try:
        certificate = x509.load_der_x509_certificate(content)
        key = certificate.public_key()
    except ValueError as error:
        raise RemoteDefectError("the bank's certificate cannot be read", code="ebics.certificate") from error
    if not isinstance(key, rsa.RSAPublicKey) or not LEAST_BITS <= key.key_size <= MOST_BITS:
        raise RemoteDefectError("the bank's certificate has no usable RSA key", code="ebics.certificate")
    return certificate


def users_to_text(users):
    """The secret form of ``{user id: UserKeys}``; only ever kept sealed."""
    return json.dumps({user_id: {pair.version: _plain(pair) for pair in keys.all()} for user_id, keys in users.items()})


def _plain(pair):
    key = pair.private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"key": key.decode(), "certificate": pem(pair.certificate)}


def users_from_text(text):
    """``{user id: UserKeys}``.

    :raise ConfigurationError: ``ebics.keys``
    """
    try:
        return {user_id: UserKeys(*_pairs(found)) for user_id, found in json.loads(text).items()}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError("the EBICS keys cannot be read", code="ebics.keys") from error


def _pairs(found):
    for version in USES:
        key = serialization.load_pem_private_key(found[version]["key"].encode(), None)
        yield KeyPair(version, key, x509.load_pem_x509_certificate(found[version]["certificate"].encode()))


def bank_keys_to_text(keys):
    return json.dumps({AUTHENTICATION: pem(keys.authentication), ENCRYPTION: pem(keys.encryption)})


def bank_keys_from_text(text):
    """:raise ConfigurationError: ``ebics.bank_keys``"""
    try:
        found = json.loads(text)
        certificates = (
            x509.load_pem_x509_certificate(found[version].encode()) for version in (AUTHENTICATION, ENCRYPTION)
        )
        return BankKeys(*certificates)
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigurationError("the bank's keys cannot be read", code="ebics.bank_keys") from error
