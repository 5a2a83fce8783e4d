"""HTTPS calls with a total deadline and a byte cap; errors sorted by who can put them right."""

import base64
import threading
import time
from urllib.parse import quote, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, NewConnectionError

from ..core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    OutcomeUnknownError,
    RateLimitedError,
    RemoteDefectError,
    StateConflictError,
    TechnicalError,
)
from ..core.transport import TRANSPORTS, Parcel, Receipt

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
CHUNK = 64 * 1024
#: Methods that change nothing at the other side: a lost answer leaves nothing unknown.
SAFE = {"GET", "HEAD", "OPTIONS"}
_sessions = threading.local()


def _session():
    """One pooled session a thread; proxies and netrc of the environment are not used."""
    if not hasattr(_sessions, "session"):
        _sessions.session = requests.Session()
        _sessions.session.trust_env = False
    return _sessions.session


@TRANSPORTS.add("https", "HTTPS interface")
class Https:
    """Calls below one base address. Plain HTTP is accepted on loopback, for sandboxes only."""

    def __init__(self, settings, secrets):
        self._settings, self._secrets = settings, secrets
        self._base = settings["address"].rstrip("/") + "/"
        parts = urlsplit(self._base)
        local = parts.hostname in LOOPBACK and settings["environment"] == "sandbox"
        if not parts.hostname or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not local):
            raise ConfigurationError("the address must be an https:// URL", code="https.address")
        self._host = parts.hostname

    def check(self):
        receipt = self.call("GET", self._settings.get("check_path") or "")
        return f"{self._host} answers with status {receipt.status}."

    def pull(self):
        receipt = self.call("GET", self._settings["pull_path"])
        if receipt.content:
            yield Parcel(
                name=self._settings["pull_path"].strip("/").replace("/", "-") or self._host,
                content=receipt.content,
                content_type=receipt.headers.get("Content-Type", "application/octet-stream"),
            )

    def confirm(self, remote_id):
        """Reading does not take anything away over there."""

    def push(self, parcel, key):
        return self.call(
            "POST", self._settings["push_path"], body=parcel.content, key=key, content_type=parcel.content_type
        )

    def ask(self, key, parcel=None):
        path = self._settings["ask_path"]
        if not path:
            raise NotImplementedError
        try:
            return self.call("GET", path.format(key=quote(key, safe="")))
        except BusinessError as error:
            if error.code == "https.404":
                return None
            raise

    def call(self, method, path, body=None, key=None, content_type="application/json", headers=None):
        """One call. Only what certainly never left, or certainly was refused, is said to have failed.

        :raise OutcomeUnknownError: a changing request went out and no clear answer came back
        """
        sent = {"Accept": "*/*", **self._auth(), **(headers or {})}
        if body is not None:
            sent["Content-Type"] = content_type
        if key:
            sent["Idempotency-Key"] = key
        deadline = time.monotonic() + self._settings["timeout_seconds"]
        try:
            with _session().request(
                method,
                urljoin(self._base, path.lstrip("/")),
                data=body,
                headers=sent,
                timeout=self._settings["timeout_seconds"],
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = self._read(answer, deadline, method)
        except requests.exceptions.SSLError as error:
            raise ConfigurationError(
                f"the certificate of {self._host} is not trusted", code="https.certificate"
            ) from error
        except requests.exceptions.ConnectTimeout as error:
            raise TechnicalError(f"{self._host} cannot be reached", code="https.line") from error
        except requests.exceptions.ConnectionError as error:
            reason = getattr(error.args[0] if error.args else None, "reason", None)
            if isinstance(reason, NewConnectionError):  # nothing left this machine
                raise TechnicalError(f"{self._host} cannot be reached", code="https.line") from error
            raise self._lost(method) from error
        except (requests.exceptions.RequestException, HTTPError) as error:
            raise self._lost(method) from error
        self._raise_for(answer, content, method)
        return Receipt(
            remote_id=answer.headers.get("Location"),
            content=content,
            status=answer.status_code,
            headers=dict(answer.headers),
        )

    def _auth(self):
        scheme, secrets = self._settings["auth_scheme"], self._secrets
        if scheme == "basic":
            pair = f"{self._settings['username']}:{secrets.get('password') or ''}"
            return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        if scheme == "bearer":
            return {"Authorization": f"Bearer {secrets.get('token') or ''}"}
        if scheme == "api_key":
            return {"X-API-Key": secrets.get("api_key") or ""}
        return {}

    def _read(self, answer, deadline, method):
        """The body within the deadline and the cap: a drip of bytes must not hold a worker."""
        parts, size = [], 0
        while part := answer.raw.read1(CHUNK, decode_content=True):
            size += len(part)
            if size > self._settings["max_bytes"]:
                raise RemoteDefectError(f"{self._host} answers with too many bytes", code="https.size")
            if time.monotonic() > deadline:
                raise self._lost(method)
            parts.append(part)
        return b"".join(parts)

    def _lost(self, method):
        if method in SAFE:
            return TechnicalError(f"{self._host} did not answer in time", code="https.line")
        return OutcomeUnknownError(f"{self._host} got the request but did not answer", code="https.unknown")

    def _raise_for(self, answer, content, method):
        status = answer.status_code
        if status < 300:
            return
        words = f"{self._host} answers {status}"
        code = f"https.{status}"
        if status in (401, 403):
            raise AuthError(f"{words}: our sign-in is refused", code=code)
        if status == 429:
            raise RateLimitedError(words, code=code, retry_after=_seconds(answer.headers.get("Retry-After")))
        if status in (409, 423):
            raise StateConflictError(f"{words}: {_excerpt(content)}", code=code)
        if status < 400:
            raise ConfigurationError(f"{words}: redirects are not followed", code=code)
        if status < 500:
            raise BusinessError(f"{words}: {_excerpt(content)}", code=code)
        if method in SAFE:
            raise TechnicalError(words, code=code, retry_after=_seconds(answer.headers.get("Retry-After")))
        raise OutcomeUnknownError(words, code=code)


def _seconds(text):
    return int(text) if text and text.isascii() and text.isdigit() else None


def _excerpt(content):
    return content[:300].decode("utf-8", "replace").strip()
