"""OAuth2 client credentials (RFC 6749, 4.4): a token of limited life instead of a secret with each call.

The token is kept where all workers see it, and one worker fetches it (``Tokens``). Here is only how
it is asked for, and a store for one process.
"""

import base64
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode

from ..core.errors import AuthError, BusinessError, FormatError, OutcomeUnknownError, RemoteDefectError, TechnicalError
from ..core.masking import remember
from ..core.safe.json import json_value

#: A token is renewed this long before it ends, so that it does not end on the way.
EARLY_SECONDS = 60
SHORTEST_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Token:
    text: str = field(repr=False)
    expires_at: float  # seconds since 1970

    def __post_init__(self):
        remember(self.text)

    def usable(self, stale=None):
        return self.text != stale and self.expires_at > time.time()


class MemoryTokens:
    """A token of this process only."""

    def __init__(self):
        self._lock, self._token = threading.Lock(), None

    def get(self, fetch, stale=None):
        """The token, fetched anew where it ended or is the ``stale`` one that was refused."""
        with self._lock:
            if self._token is None or not self._token.usable(stale):
                self._token = fetch()
            return self._token.text


def fetch(call, settings, secrets):
    """Ask for a token.

    :param call: ``call(method, url, body, content_type, headers)`` → ``Receipt``
    """
    form = {"grant_type": "client_credentials"}
    if settings.get("oauth_scope"):
        form["scope"] = settings["oauth_scope"]
    headers = {"Accept": "application/json"}
    name, secret = settings["username"], secrets.get("client_secret") or ""
    if settings.get("oauth_client_auth") == "body":
        form.update(client_id=name, client_secret=secret)
    else:  # RFC 6749, 2.3.1: both parts form-encoded first
        pair = f"{quote_plus(name)}:{quote_plus(secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    body = urlencode(form).encode()
    try:
        receipt = call("POST", settings["oauth_token_url"], body, "application/x-www-form-urlencoded", headers)
    except OutcomeUnknownError as error:  # a token more or less changes nothing: it may be asked for again
        raise TechnicalError(f"no token: {error}", code="oauth.line") from error
    except BusinessError as error:
        raise AuthError(f"no token for {name}: {_refusal(error)}", code="oauth.refused") from error
    return _read(receipt)


def _refusal(error):
    return f"the token service refuses it ({error.code.rpartition('.')[2]})"


def _read(receipt):
    try:
        answer = json_value(receipt.content)
        text, seconds = answer["access_token"], float(answer.get("expires_in") or 300)
    except (FormatError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RemoteDefectError("the token service answers without a token", code="oauth.answer") from error
    if not isinstance(text, str) or not text or str(answer.get("token_type", "bearer")).lower() != "bearer":
        raise RemoteDefectError("the token service answers with another kind of token", code="oauth.answer")
    return Token(text, time.time() + max(seconds - EARLY_SECONDS, min(seconds, SHORTEST_SECONDS)))
