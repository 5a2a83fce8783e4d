"""What a webhook scheme gives: events that are surely from the other side, and the registry of schemes.

A scheme is built from ``HookSettings`` and has ``verify(headers, body, secrets, now) -> [HookEvent]``,
which raises ``SecurityError`` with one of the codes below, and ``same(known, body) -> bool``.
"""

from dataclasses import dataclass
from datetime import datetime

from .errors import SecurityError
from .registry import Registry

WEBHOOKS = Registry("webhook scheme")

#: Seconds a signed time may lie in the past or the future (Standard Webhooks, Stripe).
WINDOW_SECONDS = 300

#: Longest id taken as a key; Stripe, Adyen and GoCardless stay far below.
ID_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class HookEvent:
    """One event of a post whose signature held.

    ``id`` comes from signed material only: whoever repeats a post cannot give it another one.
    ``occurred_at`` is in UTC, without zone, as Odoo keeps times.
    """

    id: str
    kind: str
    body: bytes
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HookSettings:
    """How the other side signs; only the generic schemes read more than the window."""

    window_seconds: int = WINDOW_SECONDS
    header: str = ""
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    key_format: str = "text"
    timestamp_header: str = ""
    signed: str = "{body}"
    padding: str = "pkcs1v15"
    id_path: str = ""
    kind_path: str = ""
    time_path: str = ""
    audience: str = ""  # for whom a token has to be


def forged(text="the signature does not fit"):
    return SecurityError(text, code="hook.signature")


def stale(text="the signed time is outside the window"):
    return SecurityError(text, code="hook.stale")


def malformed(text="the contents cannot be read"):
    return SecurityError(text, code="hook.malformed")


def secret_missing(text="no valid secret is stored"):
    return SecurityError(text, code="hook.secret_missing")
