"""A real OpenSSH server on a free loopback port, with keys and folders of its own."""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")


class Sshd:
    """Context manager; ``root`` holds the folders ``in``, ``out``, ``archive`` and ``sent``."""

    def __init__(self, **options):
        if not PROGRAM:
            raise unittest.SkipTest("no sshd: make test installs openssh-server")
        self._options = options
        self.user = getpass.getuser()

    def __enter__(self):
        self._temporary = tempfile.TemporaryDirectory(prefix="sshd")
        self.home = Path(self._temporary.name)
        self.root = self.home / "bank"
        for name in ("in", "out", "archive", "sent"):
            (self.root / name).mkdir(parents=True)
        self.make_key("host")
        self.make_key("user")
        shutil.copy(self.home / "user.pub", self.home / "authorized")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()
        self._temporary.cleanup()

    def make_key(self, name, *more):
        for old in self.home.glob(f"{name}*"):
            old.unlink()
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(self.home / name), *more]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return self.text(name)

    def text(self, name):
        return (self.home / name).read_text()

    def fingerprint(self, name="host"):
        shown = subprocess.run(
            ["ssh-keygen", "-l", "-f", str(self.home / f"{name}.pub")], check=True, capture_output=True, text=True
        )
        return shown.stdout.split()[1]

    def start(self):
        lines = {
            "Port": self.port,
            "ListenAddress": "127.0.0.1",
            "HostKey": self.home / "host",
            "AuthorizedKeysFile": self.home / "authorized",
            "PidFile": "none",
            "StrictModes": "no",
            "UsePAM": "no",
            "PermitRootLogin": "prohibit-password",
            "PasswordAuthentication": "no",
            "KbdInteractiveAuthentication": "no",
            "UseDNS": "no",
            "Subsystem": "sftp internal-sftp",
            **self._options,
        }
        config = self.home / "config"
        config.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
        if os.geteuid() == 0:  # where privileges are separated; Debian makes it at boot only
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with open(self.home / "log", "wb") as log:
            self._process = subprocess.Popen(
                [PROGRAM, "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        for _time in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"sshd does not answer: {self.text('log')}")

    def stop(self):
        self._process.terminate()
        self._process.wait(10)

    def new_host_key(self):
        """As after a move of the server, or with somebody in between."""
        self.stop()
        self.make_key("host")
        self.start()

    def settings(self, **changes):
        return {
            "address": f"sftp://127.0.0.1:{self.port}{self.root}",
            "environment": "sandbox",
            "username": self.user,
            "in": "in",
            "out": "out",
            "archive": "archive",
            "sent": "",
            "pattern": "*",
            "max_bytes": 1_000_000,
            "timeout_seconds": 10,
            "settle_seconds": 0,
            "host_keys": f"ssh-ed25519 {self.fingerprint()}",
            **changes,
        }

    def secrets(self):
        return {"private_key": self.text("user")}
