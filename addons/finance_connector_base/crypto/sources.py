"""Where the key-encryption keys come from: a file (the default) or the environment; Vault in ``vault.py``.

A source has ``place`` (words for the settings) and

- ``ring(fresh=False)`` → ``KeyRing``; ``fresh`` looks past every cache, for a secret whose key is unknown
- ``make()``: the first key of a new host, where the source can write
- ``add(key, first=True)``: one key more, in front (it seals from then on) or behind (it only opens)

Running servers notice a change by themselves: no restart.
"""

import contextlib
import fcntl
import os
import secrets
import stat
import threading
from pathlib import Path

from ..core.errors import ConfigurationError
from .envelope import KeyRing, key_id, new_key

#: A key file holds a few lines; anything larger is another file.
MOST_BYTES = 64 * 1024


class FileKeys:
    """A text file, one key a line, the current one first; lines that begin with ``#`` are remarks."""

    def __init__(self, path):
        self._path = Path(path)
        self._known = None, None  # signature of the file, its ring
        self._lock = threading.Lock()

    @property
    def place(self):
        return str(self._path)

    def ring(self, fresh=False):
        """:raise ConfigurationError: no file, no key in it, or others may read it"""
        try:
            found = self._path.stat()
        except OSError as error:
            raise ConfigurationError(
                f"the file of secret keys is not there: {self._path}", code="secret.key_file"
            ) from error
        if found.st_mode & 0o077:
            raise ConfigurationError(
                f"{self._path} can be read by others; set its mode to 0600", code="secret.key_mode"
            )
        signature = (found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)
        known, ring = self._known
        if fresh or known != signature:
            ring = KeyRing(_keys(self._lines()))
            self._known = signature, ring
        return ring

    def make(self):
        """Write a file with a fresh key where there is none."""
        if self._path.exists():
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            if not self._path.exists():
                self._write([new_key()])

    def add(self, key, first=True):
        """The file is replaced as a whole: whoever reads it meanwhile sees the old or the new one."""
        with self._lock, self._locked():
            lines = self._lines()
            known = _keys(lines)
            if key_id(key) not in map(key_id, known):
                self._write([key, *lines] if first else [*lines, key])

    def _lines(self):
        try:
            with self._path.open("rb") as stream:
                return stream.read(MOST_BYTES).decode().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"the file of secret keys cannot be read: {self._path}", code="secret.key_file"
            ) from error

    def _write(self, lines):
        beside = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        try:
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as stream:
                stream.write("\n".join(lines) + "\n")
                stream.flush()
                self._keep_owner(stream.fileno())
                os.fsync(stream.fileno())
            beside.replace(self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise ConfigurationError(
                f"the file of secret keys cannot be written: {error.strerror} ({self._path})", code="secret.key_file"
            ) from error

    def _keep_owner(self, handle):
        """An administrator's command must not take the file away from the server's user."""
        with contextlib.suppress(FileNotFoundError):
            owner = self._path.stat()
            if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(handle, owner.st_uid, owner.st_gid)
            os.fchmod(handle, 0o600 if owner.st_mode & stat.S_IWUSR else 0o400)

    @contextlib.contextmanager
    def _locked(self):
        """One writer at a time, on this host."""
        handle = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


class EnvironmentKeys:
    """An environment variable, keys separated by blanks or commas, the current one first."""

    def __init__(self, name):
        self._name = name
        self.place = f"environment variable {name}"

    def ring(self, fresh=False):
        return KeyRing(_keys(os.environ.get(self._name, "").replace(",", " ").split()))

    def make(self):
        """The environment is given; nothing can be made here."""

    def add(self, key, first=True):
        raise ConfigurationError(
            f"the keys come from the {self.place}: put the new key into it, in front, and restart the servers",
            code="secret.source",
        )


def _keys(lines):
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
