"""A real RabbitMQ on free loopback ports, with data and names of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PROGRAM = shutil.which("rabbitmq-server", path="/usr/lib/rabbitmq/bin:/usr/sbin:/usr/local/sbin:/sbin")
START_SECONDS = 90


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class RabbitMq:
    """Context manager; user ``guest``, password ``guest``.

    :param authority: issues a certificate for a TLS port beside the plain one
    """

    def __init__(self, authority=None):
        if not PROGRAM:
            raise unittest.SkipTest("no RabbitMQ: make test installs rabbitmq-server")
        self._authority = authority

    def __enter__(self):
        self._temporary = tempfile.TemporaryDirectory(prefix="rabbitmq")
        self.home = Path(self._temporary.name)
        self.port, self.tls_port, self._distribution, self._epmd = (free_port() for _each in range(4))
        lines = [f"listeners.tcp.local = 127.0.0.1:{self.port}", "loopback_users.guest = true",
                 "vm_memory_high_watermark.absolute = 512MB", "disk_free_limit.absolute = 10MB"]  # fmt: skip
        if self._authority:
            certificate, key = self._authority.issue("localhost", "127.0.0.1")
            for name, pem in (("cacertfile", self._authority.pem), ("certfile", certificate), ("keyfile", key)):
                (self.home / name).write_text(pem)
                lines.append(f"ssl_options.{name} = {self.home / name}")
            lines.append(f"listeners.ssl.local = 127.0.0.1:{self.tls_port}")
        (self.home / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (self.home / "plugins").write_text("[].\n")
        self.environment = {
            **os.environ,
            "HOME": str(self.home),
            "RABBITMQ_NODENAME": f"test{self.port}@localhost",
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.home / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_PID_FILE": str(self.home / "pid"),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self._epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",  # it ends although a killed node has not left it yet
        }
        self.process = None
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info):
        self.kill()
        subprocess.run(["epmd", "-port", str(self._epmd), "-kill"], env=self.environment, capture_output=True,
                       check=False)  # fmt: skip
        self._temporary.cleanup()

    def start(self):
        """Start, or start again with what is on its disk."""
        with (self.home / "output").open("a") as output:
            self.process = subprocess.Popen(
                [PROGRAM], env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd=self.home, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as found:
                    found.sendall(b"AMQP\0\0\x09\1")
                    if found.recv(1):
                        return
            except OSError:
                time.sleep(0.3)
        raise RuntimeError(f"RabbitMQ did not start:\n{(self.home / 'output').read_text()[-2000:]}")

    def kill(self):
        """As a power cut does."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def freeze(self):
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    @property
    def address(self):
        return f"amqp://127.0.0.1:{self.port}"

    @property
    def tls_address(self):
        return f"amqps://localhost:{self.tls_port}"
