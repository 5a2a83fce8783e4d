"""GnuPG in a home of its own for each use: made for it, gone after it.

The program's status lines come over a pipe of their own (``--status-fd``). A wrapper that reads them
from the stream of human words can be fooled by names in a message (CVE-2018-12020), and an exit code
of 0 proves no signature. Keys are on disk only while they are used; the agent ends with the home.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

from ..core.errors import ConfigurationError, TechnicalError

PROGRAM = "gpg"
BASIC = ("--batch", "--no-tty", "--no-options", "--quiet", "--no-auto-key-retrieve", "--trust-model", "always",
         "--pinentry-mode", "loopback", "--disable-dirmngr")  # fmt: skip
#: What makes a signature worthless although it is mathematically right.
BAD = ("BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "FAILURE", "UNEXPECTED")


class Result(NamedTuple):
    ok: bool
    output: bytes
    status: list  # [[word, …]] of the status lines

    def lines(self, word):
        return [words[1:] for words in self.status if words[0] == word]

    def has(self, *words):
        return any(line[0] in words for line in self.status)


class Gpg:
    """:param seconds: limit for one run of the program
    :param max_bytes: limit for what it may give out
    """

    def __init__(self, home, seconds, max_bytes):
        self.home, self._seconds, self._max_bytes = Path(home), seconds, max_bytes

    def import_key(self, armored, passphrase=None):
        """Fingerprints (of primary keys) that came in."""
        result = self.run(["--import"], armored.encode(), passphrase)
        return {words[1] for words in result.lines("IMPORT_OK") if len(words) > 1}

    def listing(self, armored):
        """Rows of the machine-readable listing of keys, without taking them in (doc/DETAILS, colon listings)."""
        line = [PROGRAM, *BASIC, "--homedir", str(self.home), "--with-colons", "--show-keys"]
        try:
            done = subprocess.run(line, input=armored.encode(), capture_output=True, timeout=self._seconds, check=False)
        except subprocess.TimeoutExpired as error:
            raise TechnicalError(f"gpg did not end in {self._seconds} seconds", code="pgp.time") from error
        return [row.split(":") for row in done.stdout.decode("utf-8", "replace").splitlines()]

    def run(self, command, content, passphrase=None):
        """One run; ``content`` goes in, status lines and output come out."""
        status_out, status_in = os.pipe()
        secret_out, secret_in = os.pipe()
        target = self.home / "output"
        target.unlink(missing_ok=True)
        line = [PROGRAM, *BASIC, "--homedir", str(self.home), "--status-fd", str(status_in),
                "--passphrase-fd", str(secret_out), "--max-output", str(self._max_bytes),
                "--output", str(target), *command]  # fmt: skip
        os.write(secret_in, (passphrase or "").encode() + b"\n")
        os.close(secret_in)
        found = []
        reader = threading.Thread(target=lambda: found.append(_all(status_out)), daemon=True)
        reader.start()
        try:
            done = subprocess.run(
                line, input=content, capture_output=True, timeout=self._seconds, pass_fds=(status_in, secret_out)
            )
        except subprocess.TimeoutExpired as error:
            raise TechnicalError(f"gpg did not end in {self._seconds} seconds", code="pgp.time") from error
        finally:
            os.close(status_in)
            os.close(secret_out)
            reader.join(5)
        status = [row[9:].split() for row in b"".join(found).decode("utf-8", "replace").splitlines()]
        output = target.read_bytes() if target.exists() else b""
        return Result(done.returncode == 0, output, [words for words in status if words])


def _all(handle):
    with os.fdopen(handle, "rb") as stream:
        return stream.read()


@contextlib.contextmanager
def gpg(seconds, max_bytes):
    if shutil.which(PROGRAM) is None:
        raise ConfigurationError("PGP needs the program gpg on this server (package gnupg)", code="pgp.program")
    with tempfile.TemporaryDirectory(prefix="fcpgp") as home:  # short: it holds the agent's socket
        try:
            yield Gpg(home, seconds, max_bytes)
        finally:
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], capture_output=True, timeout=10)
