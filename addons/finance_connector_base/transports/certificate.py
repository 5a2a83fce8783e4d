"""The certificate a server shows, for a person to compare before anything is trusted or sent."""

import hashlib
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from ..core.errors import ConfigurationError, TechnicalError
from .deadline import DeadlineSSLSocket, deadline
from .guard import Guard
from .session import pins_of


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person compares, and what would be trusted from then on."""

    subject: str
    issuer: str
    until: str  # ISO date
    sha256: str  # of the whole certificate, as browsers show it: AB:CD:…
    pin: str  # of its key, ``sha256/…``
    pem: str
    self_signed: bool


def shown_certificate(address, *, internal=(), loopback=False, seconds=10):
    """The certificate behind an ``https://`` address; nothing is sent, nothing is trusted.

    :param internal: and ``loopback``: as for ``Guard``
    :param seconds: for name, connection and handshake together
    :return: ``None`` where the address is no https address
    :raise TechnicalError: the server cannot be reached, or speaks no TLS
    :raise ConfigurationError: the address leads inside, or no host is named
    """
    parts = urlsplit(address)
    if parts.scheme != "https":
        return None
    if not parts.hostname:
        raise ConfigurationError("the address must be an https:// URL", code="https.address")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = DeadlineSSLSocket
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only looked at: the line itself always verifies
    with deadline(seconds):
        sock = Guard(tuple(internal), loopback).connect(parts.hostname, parts.port or 443)
        try:
            with context.wrap_socket(sock, server_hostname=parts.hostname) as line:
                return _described(line.getpeercert(binary_form=True))
        except OSError as error:  # ssl.SSLError too
            raise TechnicalError(f"{parts.hostname} shows no certificate", code="https.tls") from error
        finally:
            sock.close()


def _described(der):
    certificate = x509.load_der_x509_certificate(der)
    sha256 = hashlib.sha256(der).hexdigest().upper()
    return Certificate(
        subject=_named(certificate.subject),
        issuer=_named(certificate.issuer),
        until=certificate.not_valid_after_utc.date().isoformat(),
        sha256=":".join(sha256[start : start + 2] for start in range(0, len(sha256), 2)),
        pin=pins_of(der)[0],
        pem=ssl.DER_cert_to_PEM_cert(der),
        self_signed=certificate.subject == certificate.issuer,
    )


def _named(name):
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME) or list(name)
    return str(common[0].value) if common else "?"
