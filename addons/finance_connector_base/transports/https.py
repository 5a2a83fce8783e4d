"""HTTPS calls with a total deadline and a byte cap; errors sorted by who can put them right."""

import base64
import ssl
import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

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
from ..core.masking import bytes_masked, masked
from ..core.transport import TRANSPORTS, Parcel, Receipt
from . import oauth
from .deadline import deadline
from .guard import LOOPBACK, Guard
from .paging import dig, pages, read_json, same_origin, write_json
from .session import Line, parsed_pins, session
from .signing import signed

CHUNK = 64 * 1024
LONGEST_WAIT_SECONDS = 86400
#: Methods that change nothing at the other side: a lost answer leaves nothing unknown.
SAFE = {"GET", "HEAD", "OPTIONS"}
#: TLS alerts with which a server refuses our certificate; in TLS 1.3 they come after the handshake (RFC 8446, 6.2).
CERTIFICATE_ALERTS = ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "UNKNOWN_CA", "CERTIFICATE_UNKNOWN", "ACCESS_DENIED")


@TRANSPORTS.add("https", "HTTPS interface")
class Https:
    """Calls below one base address. Plain HTTP is accepted on loopback, for sandboxes only.

    :param settings: ``address``, ``environment``, ``timeout_seconds``, ``max_bytes``, ``internal``,
        ``ca_pem``, ``tls_pins``, ``auth_scheme`` and what belongs to it, ``sign_…``, paths and paging;
        ``tokens`` keeps the OAuth2 token
    """

    def __init__(self, settings, secrets):
        self._settings, self._secrets = settings, secrets
        self._base = settings["address"].rstrip("/") + "/"
        self._check_address(self._base)
        self._host = urlsplit(self._base).hostname
        self._tokens = settings.get("tokens") or oauth.MemoryTokens()
        self._line = Line(
            guard=Guard(tuple(settings.get("internal") or ()), loopback=settings["environment"] == "sandbox"),
            ca_pem=settings.get("ca_pem") or "",
            pins=parsed_pins(settings.get("tls_pins") or ""),
            certificate=secrets.get("client_certificate") or "",
            private_key=secrets.get("client_key") or "",
            passphrase=secrets.get("passphrase") or "",
        )

    def _check_address(self, address):
        try:
            parts = urlsplit(address)
            host, _port = parts.hostname, parts.port
        except ValueError as error:
            raise ConfigurationError("the address must be an https:// URL", code="https.address") from error
        local = host in LOOPBACK and self._settings["environment"] == "sandbox"
        if not host or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not local):
            raise ConfigurationError("the address must be an https:// URL", code="https.address")

    def check(self):
        """Ask for what would be fetched, which takes nothing away there; else for the bare address."""
        receipt = self.call("GET", self._settings.get("pull_path") or "")
        return f"{self._host} answers with status {receipt.status}."

    # in

    def pull(self):
        """Each page is a parcel, or each item of it where ``items_path`` says where they are."""
        name = self._settings["pull_path"].partition("?")[0].strip("/").replace("/", "-") or self._host
        for number, receipt in enumerate(pages(self.call, self._settings), start=1):
            if self._settings.get("items_path"):
                yield from self._items(name, receipt)
            elif receipt.content:
                yield Parcel(
                    name=name if number == 1 else f"{name}-{number}",
                    content=receipt.content,
                    content_type=receipt.headers.get("Content-Type", "application/octet-stream"),
                    headers=receipt.headers,
                )

    def _items(self, name, receipt):
        items = dig(read_json(receipt.content), self._settings["items_path"]) if receipt.content else []
        if not isinstance(items, list):
            raise RemoteDefectError(f"the answer has no list at {self._settings['items_path']}", code="paging.items")
        for item in items:
            yield Parcel(name, write_json(item), content_type="application/json", headers=receipt.headers)

    def confirm(self, remote_id):
        """Reading does not take anything away over there."""

    # out

    def push(self, parcel, key):
        return self.call(
            "POST", self._settings["push_path"], body=parcel.content, key=key, content_type=parcel.content_type,
            headers=parcel.headers,
        )  # fmt: skip

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

    # one call

    def call(self, method, path, body=None, key=None, content_type="application/json", headers=None):
        """One call. Only what certainly never left, or certainly was refused, is said to have failed.

        :raise OutcomeUnknownError: a changing request went out and no clear answer came back
        """
        url = urljoin(self._base, path if "://" in path else path.lstrip("/"))
        if not same_origin(url, self._base):
            raise ConfigurationError(f"{url[:200]} is not on {self._host}", code="https.elsewhere")
        sent = {"Accept": "*/*", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = content_type
        if key:
            sent["Idempotency-Key"] = key
        with deadline(self._settings["timeout_seconds"]):
            token = self._token()
            answer, content = self._exchange(method, url, body, {**sent, **self._auth(token)})
            if answer.status_code == 401 and token:  # ended early or withdrawn: once more with a new one
                token = self._token(stale=token)
                answer, content = self._exchange(method, url, body, {**sent, **self._auth(token)})
        content = bytes_masked(content)  # some answers repeat what they were sent
        self._raise_for(answer, content, method)
        return _receipt(answer, content)

    def _exchange(self, method, url, body, headers):
        """Request and answer, whatever its status."""
        line, parts = session(self._line), urlsplit(url)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        headers = {**headers, **signed(self._settings, self._secrets, method, target, body or b"", time.time())}
        options = {"timeout": self._settings["timeout_seconds"], "allow_redirects": False, "stream": True}
        try:
            with line.request(method, url, data=body, headers=headers, **options) as answer:
                if not _whole(answer, method):
                    raise self._lost(method)
                return answer, self._read(answer)
        except requests.exceptions.SSLError as error:
            if any(alert in str(error) for alert in CERTIFICATE_ALERTS):
                raise AuthError(f"{self._host} refuses our certificate", code="https.client_certificate") from error
            raise self._lost(method) from error
        except (requests.exceptions.RequestException, HTTPError, ssl.SSLError, OSError) as error:
            raise self._lost(method) from error

    def _token(self, stale=None):
        if self._settings["auth_scheme"] != "oauth2":
            return None
        return self._tokens.get(lambda: oauth.fetch(self._call_token_service, self._settings, self._secrets), stale)

    def sign_in(self, code, verifier, return_url):
        """``(Token, refresh token or None)`` for a person who came back from the provider's page."""
        return oauth.signed_in(
            self._call_token_service, self._settings, self._secrets, code, verifier, return_url
        )

    def _call_token_service(self, method, url, body, content_type, headers):
        self._check_address(url)
        with deadline(self._settings["timeout_seconds"]):
            answer, content = self._exchange(method, url, body, {**headers, "Content-Type": content_type})
        self._raise_for(answer, content, method)
        return _receipt(answer, content)

    def _auth(self, token):
        scheme, secrets = self._settings["auth_scheme"], self._secrets
        if scheme == "basic":
            pair = f"{self._settings['username']}:{secrets.get('password') or ''}"
            return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        if scheme in ("bearer", "oauth2"):
            return {"Authorization": f"Bearer {token or secrets.get('token') or ''}"}
        if scheme == "api_key":
            return {self._settings.get("api_key_header") or "X-API-Key": secrets.get("api_key") or ""}
        return {}

    def _read(self, answer):
        """The body up to the cap, counted after unpacking."""
        packing = answer.headers.get("Content-Encoding", "identity").strip().lower()
        if packing not in ("identity", "gzip", "deflate", ""):
            raise RemoteDefectError(f"{self._host} answers in an unknown packing", code="https.packing")
        parts, size = [], 0
        while part := answer.raw.read1(CHUNK, decode_content=True):
            size += len(part)
            if size > self._settings["max_bytes"]:
                raise RemoteDefectError(f"{self._host} answers with too many bytes", code="https.size")
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
            raise RateLimitedError(words, code=code, retry_after=wait_of(answer.headers))
        if status in (409, 423):
            raise StateConflictError(f"{words}: {_excerpt(content)}", code=code)
        if status < 400:
            raise ConfigurationError(f"{words}: redirects are not followed", code=code)
        if status < 500:
            raise BusinessError(f"{words}: {_excerpt(content)}", code=code)
        if method in SAFE:
            raise TechnicalError(words, code=code, retry_after=wait_of(answer.headers))
        raise OutcomeUnknownError(words, code=code)


def _whole(answer, method):
    """Whether the answer says where it ends; one that was cut off in its headers looks like an empty success."""
    headers = answer.headers
    if "Content-Length" in headers or "Transfer-Encoding" in headers:
        return True
    if method == "HEAD" or answer.status_code in (204, 304):
        return True
    ends_with_line = "close" in headers.get("Connection", "").lower() or answer.raw.version == 10
    return ends_with_line and bool(headers)


def _receipt(answer, content):
    return Receipt(
        remote_id=answer.headers.get("Location"),
        content=content,
        status=answer.status_code,
        headers=dict(answer.headers),
    )


def wait_of(headers):
    """Seconds of ``Retry-After``: a number, or a date (RFC 9110, 10.2.3) by the other side's own clock."""
    text = (headers.get("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text), LONGEST_WAIT_SECONDS)
    until, now = _time(text), _time(headers.get("Date")) or datetime.now(timezone.utc)
    return until and min(max(int((until - now).total_seconds()), 0), LONGEST_WAIT_SECONDS)


def _time(text):
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def _excerpt(content):
    """The beginning of an answer; masked before it is cut, so that no half secret is left at the end."""
    return masked(content[:4096].decode("utf-8", "replace"))[:300].strip()
