"""Keys kept in HashiCorp Vault: one secret of a KV version 2 engine, read over HTTPS.

The secret has a field ``keys``: a list, or a text with one key a line, the current one first. The token
comes from a file (as Vault Agent writes it) or from AppRole (two files). Keys once read stay in memory:
while Vault is down, secrets still open; only a server that starts meanwhile has to wait for it.
Reference: Vault HTTP API, KV secrets engine version 2 (read secret version) and AppRole (login).
"""

import json
import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import requests

from ..core.errors import AuthError, ConfigurationError, FinanceError, TechnicalError
from ..core.masking import remember
from .envelope import KeyRing

_logger = logging.getLogger(__name__)

LARGEST_ANSWER_BYTES = 256 * 1024


@dataclass(frozen=True)
class VaultSettings:
    """``address`` (https://…), ``mount`` and ``path`` of the secret; a token file, or the two files of AppRole.

    ``seconds``: how long keys are used without looking; ``pause_seconds``: how long Vault is left alone
    after it did not answer, and between two looks for an unknown key.
    """

    address: str
    path: str
    mount: str = "secret"
    token_file: str = ""
    role_id_file: str = ""
    secret_id_file: str = ""
    approle: str = "approle"
    namespace: str = ""
    ca_file: str = ""
    seconds: float = 300
    pause_seconds: float = 15
    timeout_seconds: float = 5


class VaultKeys:
    """A source of keys, see ``sources.py``."""

    def __init__(self, settings, clock=time.monotonic):
        self._settings, self._clock = settings, clock
        if urlsplit(settings.address).scheme != "https":
            raise ConfigurationError("the address of Vault must be an https:// URL", code="secret.vault_setup")
        if not settings.path or not (settings.token_file or (settings.role_id_file and settings.secret_id_file)):
            raise ConfigurationError(
                "Vault needs the path of the secret, and a token file or the two files of AppRole",
                code="secret.vault_setup",
            )
        self._ring, self._token = None, None
        self._read_at = self._tried_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def place(self):
        return f"Vault {self._settings.address}, {self._settings.mount}/{self._settings.path}"

    def ring(self, fresh=False):
        """:raise TechnicalError: Vault cannot be asked and no keys were loaded yet"""
        if not self._is_due(fresh):
            return self._ring
        waiting = self._ring is None
        if not self._lock.acquire(blocking=waiting):  # another thread asks already
            return self._ring
        try:
            if self._is_due(fresh):
                self._load()
            return self._ring
        finally:
            self._lock.release()

    def _is_due(self, fresh):
        if self._ring is None:
            return True
        now = self._clock()
        rested = now - self._tried_at >= self._settings.pause_seconds
        return rested and (fresh or now - self._read_at >= self._settings.seconds)

    def _load(self):
        self._tried_at = self._clock()
        try:
            self._ring = KeyRing(self._read())
            self._read_at = self._clock()
        except FinanceError as error:
            if self._ring is None:
                raise
            _logger.warning("the keys loaded before stay in use: %s", error)

    def make(self):
        """Vault is filled by its own administrators."""

    def add(self, key, first=True):
        raise ConfigurationError(
            "the keys are kept in Vault: write the new key there, in front of the others; "
            f"running servers take it up within {self._settings.seconds:.0f} seconds",
            code="secret.source",
        )

    # the API

    def _read(self):
        """Key texts, the current one first."""
        path = f"{quote(self._settings.mount)}/data/{quote(self._settings.path)}"
        try:
            answer = self._call("GET", path, token=self._sign_in())
        except AuthError:
            if self._settings.token_file:
                raise
            self._token = None  # it ended or was withdrawn: once more with a new one
            answer = self._call("GET", path, token=self._sign_in())
        try:
            keys = answer["data"]["data"]["keys"]
            found = keys.split() if isinstance(keys, str) else [str(key) for key in keys]
        except (KeyError, TypeError) as error:
            raise ConfigurationError(
                f"the secret {self._settings.path} in Vault has no field keys", code="secret.vault_secret"
            ) from error
        return found

    def _sign_in(self):
        if self._settings.token_file:
            return self._file(self._settings.token_file)
        if self._token is None:
            answer = self._call(
                "POST",
                f"auth/{quote(self._settings.approle)}/login",
                body={
                    "role_id": self._file(self._settings.role_id_file),
                    "secret_id": self._file(self._settings.secret_id_file),
                },
            )
            try:
                self._token = answer["auth"]["client_token"]
            except (KeyError, TypeError) as error:
                raise TechnicalError("Vault gave no token", code="secret.vault") from error
        return self._token

    @staticmethod
    def _file(path):
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigurationError(f"cannot read {path}", code="secret.vault_setup") from error
        remember(text)
        return text

    def _call(self, method, path, token=None, body=None):
        """One call; never redirected (a token must not travel on), TLS always verified."""
        headers = {"X-Vault-Request": "true"}
        if token:
            remember(token)
            headers["X-Vault-Token"] = token
        if self._settings.namespace:
            headers["X-Vault-Namespace"] = self._settings.namespace
        url = f"{self._settings.address.rstrip('/')}/v1/{path}"
        with requests.Session() as session:
            session.trust_env = False
            try:
                with session.request(
                    method, url, json=body, headers=headers, timeout=self._settings.timeout_seconds,
                    verify=self._settings.ca_file or True, allow_redirects=False, stream=True,
                ) as answer:  # fmt: skip
                    content = answer.raw.read(LARGEST_ANSWER_BYTES + 1, decode_content=True)
                    status = answer.status_code
            except requests.exceptions.SSLError as error:
                raise ConfigurationError("the certificate of Vault is not trusted", code="secret.vault_tls") from error
            except (requests.exceptions.RequestException, OSError) as error:
                raise TechnicalError("Vault does not answer", code="secret.vault") from error
        return _sorted(status, content, path)


def _sorted(status, content, path):
    """The answer as dict, or an error that says who can put it right."""
    if status in (400, 401, 403):
        raise AuthError(f"Vault refuses our sign-in ({status})", code="secret.vault_denied")
    if status == 404:
        raise ConfigurationError(f"Vault has no secret at {path}", code="secret.vault_secret")
    if status != 200:  # sealed, a standby, busy
        raise TechnicalError(f"Vault answers {status}", code="secret.vault")
    try:
        if len(content) > LARGEST_ANSWER_BYTES:
            raise ValueError("too large")
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise TechnicalError("Vault answers something unreadable", code="secret.vault") from error
