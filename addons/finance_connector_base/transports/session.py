"""Pooled HTTP sessions of one thread, for each line its own: guard, trusted certificates, pins, own certificate.

TLS is always verified; there is no switch. Whatever goes wrong before the request leaves is raised
here as an error of ours, so that callers know: nothing was sent.
"""

import base64
import collections
import hashlib
import secrets
import ssl
import tempfile
import threading
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy

import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from requests.adapters import HTTPAdapter
from requests.certs import where
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from ..core.errors import ConfigurationError, SecurityError, TechnicalError
from .deadline import DeadlineSSLSocket
from .guard import Guard

LARGEST_POOL = 64  # sessions a thread keeps; the one used longest ago goes first
_threads = threading.local()

#: OpenSSL's reasons (X509_V_ERR_…) in words; they say what to do.
REASONS = {
    9: "it is not valid yet",
    10: "it has expired: the other side must renew it",
    18: "it is self-signed: enter it as trusted certificate if the other side confirms it",
    19: "its issuer is not trusted: enter the issuer's certificate as trusted",
    20: "its issuer is not trusted: enter the issuer's certificate as trusted",
    62: "it is for another host name",
    64: "it is for another address",
}


@dataclass(frozen=True)
class Line:
    """What makes one TLS line; equal lines share their connections."""

    guard: Guard
    ca_pem: str = ""
    pins: tuple = ()
    certificate: str = ""
    private_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)


def session(line):
    """This thread's session for the line; proxies and netrc of the environment are not used."""
    pool = _threads.__dict__.setdefault("pool", collections.OrderedDict())
    if line not in pool:
        made = requests.Session()
        made.trust_env = False
        made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # connectors share connections, nothing else
        made.headers = {"User-Agent": "odoo-finance-connectors", "Accept-Encoding": "gzip, deflate"}
        adapter = GuardedAdapter(line)
        made.mount("https://", adapter)
        made.mount("http://", adapter)
        pool[line] = made
        if len(pool) > LARGEST_POOL:
            pool.popitem(last=False)[1].close()
    pool.move_to_end(line)
    return pool[line]


class GuardedAdapter(HTTPAdapter):
    """Connections through the guard, with one TLS context of the line."""

    def __init__(self, line):
        self._line = line
        super().__init__(pool_maxsize=4)

    def init_poolmanager(self, connections, maxsize, block=False, **kwargs):
        self.poolmanager = PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, ssl_context=tls_context(self._line), **kwargs
        )
        self.poolmanager.pool_classes_by_scheme = pools(self._line)

    def cert_verify(self, conn, url, verify, cert):
        """The line's context alone decides; ``requests`` would add its own list of issuers to it."""
        conn.cert_reqs = "CERT_REQUIRED"
        conn.ca_certs = conn.ca_cert_dir = None


def pools(line):
    """Pool classes whose connections belong to the line."""

    class Plain(HTTPConnection):
        def _new_conn(self):
            return line.guard.connect(self.host, self.port)

    class Tls(HTTPSConnection):
        def _new_conn(self):
            return line.guard.connect(self.host, self.port)

        def connect(self):  # pylint: disable=missing-return
            try:
                super().connect()
                compare_pins(self.host, self.sock.getpeercert(binary_form=True), line.pins)
            except ssl.SSLCertVerificationError as error:
                reason = REASONS.get(error.verify_code, error.verify_message)
                raise ConfigurationError(
                    f"the certificate of {self.host} is not trusted: {reason}", code="https.certificate"
                ) from error
            except ssl.SSLError as error:
                raise ConfigurationError(
                    f"{self.host} and we do not agree on TLS: {error.reason or error}", code="https.tls"
                ) from error
            except OSError as error:
                raise TechnicalError(f"{self.host} broke off at the start", code="line.connect") from error

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}


def tls_context(line):
    """TLS 1.2 or newer; only the line's own issuers where it names some."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = DeadlineSSLSocket
    try:
        if line.ca_pem:
            context.load_verify_locations(cadata=line.ca_pem)
        else:
            context.load_verify_locations(where())
    except (ssl.SSLError, ValueError) as error:
        raise ConfigurationError("the trusted certificate is no PEM certificate", code="https.ca") from error
    if line.certificate:
        _load_own(context, line)
    return context


def _load_own(context, line):
    """Our certificate and key. OpenSSL reads them from a file only: the key is encrypted anew before
    it touches the disk, and the file is gone at once.
    """
    password = secrets.token_urlsafe(32).encode()
    try:
        key = serialization.load_pem_private_key(
            line.private_key.encode(), line.passphrase.encode() if line.passphrase else None
        )
        sealed = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )
        with tempfile.NamedTemporaryFile() as file:
            file.write(line.certificate.strip().encode() + b"\n" + sealed)
            file.flush()
            context.load_cert_chain(file.name, password=password)
    except (ValueError, TypeError, ssl.SSLError) as error:
        raise ConfigurationError(
            "our client certificate and its private key cannot be used: both must be PEM, belong together, "
            "and the passphrase must fit",
            code="https.client_certificate",
        ) from error


def parsed_pins(text):
    """Pins, one a line: ``sha256/…`` (base64, of the public key, RFC 7469) or the hex SHA-256 of the certificate."""
    pins = []
    for line in filter(None, map(str.strip, text.splitlines())):
        plain = line.replace(":", "").lower()
        if line.startswith("sha256/") and len(line) == 51:
            pins.append(line)
        elif len(plain) == 64 and all(sign in "0123456789abcdef" for sign in plain):
            pins.append(plain)
        else:
            raise ConfigurationError(f"this is no certificate pin: {line[:80]}", code="https.pin")
    return tuple(pins)


def pins_of(certificate):
    """Both pins of a certificate in DER form: that of its key and its own."""
    spki = (
        x509.load_der_x509_certificate(certificate)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return (
        "sha256/" + base64.b64encode(hashlib.sha256(spki).digest()).decode(),
        hashlib.sha256(certificate).hexdigest(),
    )


def compare_pins(host, certificate, pins):
    if pins and not set(pins) & set(pins_of(certificate)):
        raise SecurityError(
            f"{host} shows a certificate that is not pinned: {pins_of(certificate)[0]}. Nothing was exchanged. "
            "Ask the other side whether they changed their key, and enter the new pin only then",
            code="https.pin_changed",
            place=pins_of(certificate)[0],
        )
