"""SFTP with a pinned host key: nothing is exchanged with a server that cannot prove who it is.

Weak algorithms (CBC, 3DES, MD5, SHA-1) are off although the library still offers some. The host key
is compared before we sign in; a key seen for the first time is shown to a person, never accepted.
"""

import base64
import contextlib
import hashlib
import io
import logging
import posixpath
import stat
import threading
import time
from urllib.parse import urlsplit

import paramiko
from paramiko.sftp import CMD_EXTENDED

from ..core.errors import AuthError, ConfigurationError, SecurityError, TechnicalError
from ..core.transport import TRANSPORTS
from .deadline import deadline
from .exchange import FileExchange
from .files import Look
from .guard import Guard

#: The library also logs, from a thread of its own, what it raises to us.
LOG_CHANNEL = f"{__name__}.library"
logging.getLogger(LOG_CHANNEL).setLevel(logging.CRITICAL)

CHUNK = 64 * 1024
KEEP_ALIVE_SECONDS = 15
WEAK = ("cbc", "3des", "md5", "sha1", "group1-", "group14-sha1", "ssh-rsa", "ssh-dss")


@TRANSPORTS.add("sftp", "SFTP")
class Sftp(FileExchange):
    """:param settings: those of ``FileExchange`` and

    - ``address``: ``host``, ``host:port`` or ``sftp://host:port/base``; folders are below the base
    - ``username``, ``timeout_seconds`` (for each step: sign in, list, one file), ``internal``
    - ``host_keys``: one a line, ``ssh-ed25519 SHA256:…`` or the key itself as in known_hosts

    Secrets: ``private_key`` (OpenSSH or PEM) with ``passphrase``, and/or ``password``.
    """

    def __init__(self, settings, secrets):
        super().__init__(settings, secrets)
        address = settings["address"]
        parts = urlsplit(address if "://" in address else f"sftp://{address}")
        if parts.scheme != "sftp" or not parts.hostname:
            raise ConfigurationError(
                "the address must be host, host:port or sftp://host:port/folder", code="sftp.address"
            )
        self._host, self._port = parts.hostname, parts.port or 22
        self._base = parts.path or "."
        self._seconds = settings["timeout_seconds"]
        self._pins = parsed_pins(settings.get("host_keys") or "")
        self._guard = Guard(tuple(settings.get("internal") or ()), loopback=settings["environment"] == "sandbox")

    def check(self):
        return f"{self._host} knows us. {super().check()}"

    @contextlib.contextmanager
    def _open(self):
        transport = self._connected()
        try:
            with self._sorted(""), Watchdog(transport, self._seconds):
                client = paramiko.SFTPClient.from_transport(transport)
                client.get_channel().settimeout(self._seconds)
            yield RemoteFiles(client, self._base, self._seconds, self._sorted)
        finally:
            transport.close()

    def _connected(self):
        """A transport whose host key is pinned and that knows us."""
        with self._sorted(""), deadline(self._seconds):
            sock = self._guard.connect(self._host, self._port)
        transport = paramiko.Transport(sock)
        transport.set_log_channel(LOG_CHANNEL)
        try:
            with self._sorted(""), Watchdog(transport, self._seconds):
                self._strong_only(transport)
                transport.start_client(timeout=self._seconds)
                self._compare(transport.get_remote_server_key())
                self._sign_in(transport)
                transport.set_keepalive(KEEP_ALIVE_SECONDS)
        except BaseException:
            transport.close()
            raise
        return transport

    def _strong_only(self, transport):
        """Only strong algorithms, and host keys of the pinned kinds where they are known."""
        options = transport.get_security_options()
        for part in ("ciphers", "digests", "kex", "key_types"):
            strong = tuple(name for name in getattr(options, part) if not any(weak in name for weak in WEAK))
            setattr(options, part, strong)
        kinds = {kind for kind, _fingerprint in self._pins if kind}
        if kinds and all(kind for kind, _fingerprint in self._pins):
            wanted = tuple(name for name in options.key_types if _kind(name) in kinds)
            options.key_types = wanted or options.key_types

    def _compare(self, key):
        found = fingerprint(key.asbytes())
        shown = f"{key.get_name()} {found}"
        if not self._pins:
            raise ConfigurationError(
                f"the host key of {self._host} is not confirmed yet: {shown}. Compare it with what the other "
                "side told you, then confirm it",
                code="sftp.host_key_unknown",
                place=shown,
            )
        if found not in {pinned for _kind_of_key, pinned in self._pins}:
            known = ", ".join(pinned for _kind_of_key, pinned in self._pins)
            raise SecurityError(
                f"{self._host} shows another host key: {shown} instead of {known}. Nothing was exchanged. Ask the "
                "other side whether they changed it, and confirm the new one only then",
                code="sftp.host_key",
                place=shown,
            )

    def _sign_in(self, transport):
        user, password = self._settings["username"], self._secrets.get("password")
        pem = self._secrets.get("private_key")
        if not user or not (pem or password):
            raise ConfigurationError("the user name, and a private key or a password, are missing", code="sftp.secret")
        transport.auth_timeout = self._seconds
        try:
            wanted = transport.auth_publickey(user, private_key(pem, self._secrets.get("passphrase"))) if pem else None
            if password and (wanted or not pem):
                wanted = transport.auth_password(user, password)
        except paramiko.BadAuthenticationType as error:
            takes = ", ".join(error.allowed_types)
            raise AuthError(f"{self._host} lets {user} sign in only with: {takes}", code="sftp.auth") from error
        except paramiko.AuthenticationException as error:
            what = "private key" if pem else "password"
            raise AuthError(f"{self._host} refuses the {what} of {user}", code="sftp.auth") from error
        if wanted:
            raise AuthError(f"{self._host} wants in addition: {', '.join(wanted)}", code="sftp.auth")

    @contextlib.contextmanager
    def _sorted(self, folder):
        """Errors of the library as ours; ``folder`` is what a person would look for.

        A line that was cut because the time was over says so, whichever of the library's threads noticed first.
        """
        started = time.monotonic()
        try:
            yield
        except FileNotFoundError as error:
            raise ConfigurationError(f"the folder {folder!r} is missing on {self._host}", code="sftp.folder") from error
        except PermissionError as error:
            raise ConfigurationError(f"{self._host} does not let us use {folder!r}", code="sftp.rights") from error
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"a file name in {folder!r} is not UTF-8", code="sftp.name") from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            if isinstance(error, TimeoutError) or time.monotonic() - started >= self._seconds:
                words = f"{self._host} did not answer in {self._seconds} seconds"
                raise TechnicalError(words, code="sftp.time") from error
            raise TechnicalError(f"the line to {self._host} broke: {_words(error)}", code="sftp.line") from error


class RemoteFiles:
    """Files on the other side; each step within the time limit."""

    def __init__(self, client, base, seconds, sorted_errors):
        self._client, self._base, self._seconds = client, base, seconds
        self._sorted = sorted_errors

    @contextlib.contextmanager
    def _step(self, folder):
        with self._sorted(folder), Watchdog(self._client.get_channel().get_transport(), self._seconds):
            yield

    def _path(self, folder, name=""):
        return posixpath.join(self._base, folder, name)

    def listing(self, folder):
        with self._step(folder):
            return {entry.filename: _look(entry) for entry in self._client.listdir_attr(self._path(folder))}

    def look(self, folder, name):
        with self._step(folder):
            try:
                return _look(self._client.lstat(self._path(folder, name)))
            except FileNotFoundError:
                return None

    def read(self, folder, name, size):
        """Up to one byte more than ``size``: a file that grew is seen."""
        with self._step(folder), self._client.open(self._path(folder, name), "rb") as stream:
            stream.prefetch(size, max_concurrent_requests=64)
            return stream.read(size) + stream.read(1)

    def write(self, folder, name, content):
        path = self._path(folder, name)
        with self._step(folder):
            with self._client.open(path, "wx") as stream:
                stream.set_pipelined(True)
                for start in range(0, len(content), CHUNK):
                    stream.write(content[start : start + CHUNK])
                stream.set_pipelined(False)
                self._sync(stream)
            if self._client.lstat(path).st_size != len(content):
                raise EOFError("not all bytes arrived")

    def _sync(self, stream):
        """OpenSSH's extension; a server that does not know it says so."""
        stream.flush()
        with contextlib.suppress(OSError):
            self._client._request(CMD_EXTENDED, "fsync@openssh.com", stream.handle)

    def rename(self, folder, name, target_folder, target):
        """Without overwriting: SFTP's own rename refuses where the target exists."""
        with self._step(target_folder):
            self._client.rename(self._path(folder, name), self._path(target_folder, target))

    def remove(self, folder, name):
        with self._step(folder), contextlib.suppress(FileNotFoundError):
            self._client.remove(self._path(folder, name))


class Watchdog:
    """Closes the line when time is over: it holds however the bytes drip."""

    def __init__(self, transport, seconds):
        self._fired = False
        self._transport = transport
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True

    def _fire(self):
        self._fired = True
        self._transport.close()

    def __enter__(self):
        self._timer.start()
        return self

    def __exit__(self, kind, error, trace):
        self._timer.cancel()
        if self._fired and kind is not None and issubclass(kind, Exception):
            raise TimeoutError("the time limit is over") from error


def _look(entry):
    return Look(entry.st_size or 0, entry.st_mtime or 0, entry.st_mode is not None and stat.S_ISREG(entry.st_mode))


def _words(error):
    return str(error) or type(error).__name__


def _kind(name):
    """The kind of key behind the name of a signature algorithm (RFC 8332)."""
    return "ssh-rsa" if name.startswith("rsa-sha2-") else name


def fingerprint(blob):
    """As ``ssh-keygen -l`` shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).rstrip(b"=").decode()


def parsed_pins(text):
    """``[(kind or None, fingerprint)]`` from lines with fingerprints or whole keys."""
    pins = []
    for line in filter(None, map(str.strip, text.splitlines())):
        words = line.split()
        kind = next((word for word in words if word.startswith(("ssh-", "ecdsa-"))), None)
        for word in words:
            if word.startswith("SHA256:"):
                pins.append((kind, word.rstrip("=")))
                break
            if word.startswith("AAAA"):
                with contextlib.suppress(ValueError):
                    pins.append((kind, fingerprint(base64.b64decode(word, validate=True))))
                    break
        else:
            raise ConfigurationError(f"this is no host key: {line[:80]}", code="sftp.pin")
    return pins


def private_key(pem, passphrase):
    """A private key of any usable kind."""
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(pem.strip() + "\n"), password=passphrase)
        except paramiko.PasswordRequiredException as error:
            raise ConfigurationError("the private key needs its passphrase", code="sftp.key") from error
        except (paramiko.SSHException, ValueError, IndexError, TypeError):
            continue
    raise ConfigurationError(
        "the private key cannot be read: it must be an OpenSSH or PEM key (Ed25519, ECDSA, RSA), "
        "and the passphrase must fit",
        code="sftp.key",
    )
