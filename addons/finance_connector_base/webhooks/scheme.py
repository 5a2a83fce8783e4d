"""What the schemes share: the order of the checks, signatures compared in constant time, ids and times."""

import hmac
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

from ..core.canonical import sha256
from ..core.webhook import ID_CHARACTERS, HookEvent, HookSettings, forged, malformed, secret_missing, stale
from .reading import document, number

#: Signatures looked at in one header; during a rotation there are two or three.
MOST_SIGNATURES = 16

KIND_CHARACTERS = 100


class Scheme(ABC):
    """How one family of providers signs its posts."""

    #: What the provider wants to read in the answer.
    answer = b""

    def __init__(self, settings=None):
        self.settings = settings or HookSettings()

    def verify(self, headers: Mapping, body: bytes, secrets: Iterable[str], now: float) -> list[HookEvent]:
        """The events of an authentic post.

        :param secrets: every secret that is valid now; one that fits is enough
        :param now: Unix time
        :raise SecurityError: ``hook.secret_missing``, ``hook.stale``, ``hook.signature``, ``hook.malformed``
        """
        keys = [key for secret in secrets if secret and (key := self.key(secret.strip()))]
        if not keys:
            raise secret_missing()
        post = {name.lower(): value for name, value in headers.items()}
        self.authenticate(post, body, keys, now)
        return self.events(post, body)

    @abstractmethod
    def key(self, secret):
        """The secret as the key it stands for; ``None`` where it cannot be one."""

    @abstractmethod
    def authenticate(self, post, body, keys, now):
        """Raise unless one of ``keys`` signed ``body``; ``post`` are the headers, names in lower case."""

    @abstractmethod
    def events(self, post, body):
        """The events of a post whose signature held."""

    def same(self, known: bytes, body: bytes) -> bool:
        """Whether two bodies under one id tell the same; a delivery may order or space its JSON anew."""
        content = document(known)
        return known == body or (content is not None and content == document(body))

    def check_time(self, text, now):
        """The signed Unix time, seconds or milliseconds, if it lies inside the window."""
        moment = number(text)
        if moment is None:
            raise forged("the signed time is missing or unreadable")
        if abs(now - moment) > self.settings.window_seconds:
            raise stale()
        return moment


def check_any(found, expected):
    """Raise unless one of the signatures ``found`` is one of those ``expected``.

    They are compared as text: base64 has several spellings of the same bytes. No comparison ends
    early, neither inside a signature nor after the first that fits.
    """
    fits = False
    for signature in list(found)[:MOST_SIGNATURES]:
        for wanted in expected:
            fits |= hmac.compare_digest(signature.encode("utf-8", "replace"), wanted.encode())
    if not fits:
        raise forged()


def checked_id(found, body):
    """The id of an event, or the hash of its body where it has none."""
    if found in (None, ""):
        return sha256(body)
    if not isinstance(found, str | int) or len(str(found)) > ID_CHARACTERS or not str(found).isprintable():
        raise malformed("the event has no usable id")
    return str(found)


def checked_kind(found):
    """What kind of event it is, for choosing the flow; ``event`` where the provider says nothing usable."""
    usable = isinstance(found, str) and 0 < len(found) <= KIND_CHARACTERS and found.isprintable()
    return found if usable else "event"
