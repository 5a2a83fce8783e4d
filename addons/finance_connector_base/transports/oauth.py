"""OAuth2: a token of limited life instead of a secret with each call.

By client credentials (RFC 6749, 4.4), or after a person signed in at the provider: authorization code (4.1) with proof
key (PKCE, RFC 7636), and a refresh token that many providers change with each use. The tokens are kept where all
workers see them, and one worker fetches them (``Tokens``). Here is only how they are asked for, and a store for one
process.
"""

import base64
import hashlib
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
#: The grant that begins with a person who signs in.
CODE_GRANT = "authorization_code"


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
    :raise AuthError: ``oauth.sign_in``, ``oauth.ended``: a person has to sign in at the provider
    """
    if settings.get("oauth_grant") == CODE_GRANT:
        return _refreshed(call, settings, secrets)
    form = {"grant_type": "client_credentials"}
    if settings.get("oauth_scope"):
        form["scope"] = settings["oauth_scope"]
    return _granted(call, settings, secrets, form)[0]


def _refreshed(call, settings, secrets):
    """A new access token; a new refresh token is kept before the access token is used."""
    kept = settings["oauth_refresh"].read()
    if not kept:
        raise AuthError("nobody has signed in at the provider yet", code="oauth.sign_in")
    try:
        token, refresh = _granted(call, settings, secrets, {"grant_type": "refresh_token", "refresh_token": kept})
    except AuthError as error:
        raise AuthError("the sign-in at the provider has ended", code="oauth.ended") from error
    if refresh and refresh != kept:
        settings["oauth_refresh"].keep(refresh)
    return token


def sign_in_url(settings, state, verifier, return_url):
    """Where a person signs in; ``verifier`` stays here, only its hash goes along."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": settings["username"],
        "redirect_uri": return_url,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if settings.get("oauth_scope"):
        query["scope"] = settings["oauth_scope"]
    address = settings["oauth_authorize_url"]
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def signed_in(call, settings, secrets, code, verifier, return_url):
    """``(Token, refresh token or None)`` for the code with which a person came back."""
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": return_url, "code_verifier": verifier,
    }  # fmt: skip
    return _granted(call, settings, secrets, form)


def _granted(call, settings, secrets, form):
    """``(Token, refresh token or None)``"""
    headers = {"Accept": "application/json"}
    name, secret = settings["username"], secrets.get("client_secret") or ""
    if settings.get("oauth_client_auth") == "body":
        form = {**form, "client_id": name, **({"client_secret": secret} if secret else {})}
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
        refresh = answer.get("refresh_token") or None
    except (FormatError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RemoteDefectError("the token service answers without a token", code="oauth.answer") from error
    if not isinstance(text, str) or not text or str(answer.get("token_type", "bearer")).lower() != "bearer":
        raise RemoteDefectError("the token service answers with another kind of token", code="oauth.answer")
    if refresh is not None:
        if not isinstance(refresh, str):
            raise RemoteDefectError("the token service answers with another kind of token", code="oauth.answer")
        remember(refresh)
    ends_at = time.time() + max(seconds - EARLY_SECONDS, min(seconds, SHORTEST_SECONDS))
    return Token(text, ends_at), refresh
