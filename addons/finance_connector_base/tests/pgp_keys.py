"""PGP keys made by the real program."""

import shutil
import subprocess
import tempfile
import unittest


class PgpKeys:
    """Context manager: a home in which keys are made and used as the other side would."""

    def __enter__(self):
        if not shutil.which("gpg"):
            raise unittest.SkipTest("no gpg")
        self._temporary = tempfile.TemporaryDirectory(prefix="pgp")
        self.home = self._temporary.name
        return self

    def __exit__(self, *exc_info):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False)
        self._temporary.cleanup()

    def gpg(self, *command, content=b"", check=True):
        line = ["gpg", "--homedir", self.home, "--batch", "--quiet", "--trust-model", "always"]
        line += ["--pinentry-mode", "loopback", "--passphrase", "", *command]
        return subprocess.run(line, input=content, check=check, capture_output=True).stdout

    def make(self, name, expires="never"):
        """The fingerprint of a new key for signing and encryption."""
        self.gpg("--quick-generate-key", name, "rsa2048", "sign,encrypt", expires)
        rows = self.gpg("--list-keys", "--with-colons", name).decode().splitlines()
        return next(row.split(":")[9] for row in rows if row.startswith("fpr"))

    def public(self, name):
        return self.gpg("--armor", "--export", name).decode()

    def private(self, name):
        return self.gpg("--armor", "--export-secret-keys", name).decode()
