"""Initialisation letters: what a person signs, so that the bank can compare our keys with those that came."""

from dataclasses import dataclass
from datetime import datetime

from .keys import certificate_hash, pem, public_key_hash, shown_hash

USES = {
    "A006": "Order signature",
    "X002": "Identification and authentication",
    "E002": "Encryption",
}


@dataclass(frozen=True, slots=True)
class LetterKey:
    """``hash``: of the certificate, which is what EBICS 3.0 compares; ``key_hash``: as older letters show it."""

    version: str
    use: str
    hash: str
    key_hash: str
    bits: int
    until: datetime
    pem: str


@dataclass(frozen=True, slots=True)
class Letter:
    order_type: str  # INI or HIA
    host_id: str
    partner_id: str
    user_id: str
    name: str
    made_at: datetime
    keys: tuple


def letters(subscriber, name, made_at):
    """The letters to INI and HIA."""
    keys = subscriber.keys
    pairs = {"INI": (keys.signature,), "HIA": (keys.authentication, keys.encryption)}
    return tuple(
        Letter(
            order_type, subscriber.host_id, subscriber.partner_id, subscriber.user_id, name, made_at,
            tuple(_shown(pair) for pair in found),
        )
        for order_type, found in pairs.items()
    )  # fmt: skip


def _shown(pair):
    certificate = pair.certificate
    return LetterKey(
        pair.version,
        USES[pair.version],
        shown_hash(certificate_hash(certificate)),
        shown_hash(public_key_hash(certificate)),
        certificate.public_key().key_size,
        certificate.not_valid_after_utc,
        pem(certificate),
    )
