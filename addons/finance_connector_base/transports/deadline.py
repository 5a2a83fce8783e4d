"""One time limit for a whole call: it holds for each byte, so that no drip of bytes keeps a worker.

The limit is the calling thread's. Sockets made here look at it before each operation; ``requests``
alone has a limit for each read only, which a server that sends a byte now and then never reaches.
"""

import contextlib
import socket
import ssl
import threading
import time

_clock = threading.local()


@contextlib.contextmanager
def deadline(seconds):
    """Everything inside ends after ``seconds``, or earlier where an outer limit is shorter."""
    outer = getattr(_clock, "ends_at", None)
    ends_at = time.monotonic() + seconds
    _clock.ends_at = ends_at if outer is None else min(outer, ends_at)
    try:
        yield
    finally:
        _clock.ends_at = outer


def remaining(limit=None):
    """Seconds left in this thread, at most ``limit``; ``None`` without any limit.

    :raise TimeoutError: nothing is left
    """
    ends_at = getattr(_clock, "ends_at", None)
    if ends_at is None:
        return limit
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time limit of the call is over")
    return left if limit is None else min(limit, left)


class _Limited:
    """Socket operations within what is left of the thread's limit."""

    def recv(self, *args):
        self.settimeout(remaining(self.gettimeout()))
        return super().recv(*args)

    def recv_into(self, *args):
        self.settimeout(remaining(self.gettimeout()))
        return super().recv_into(*args)

    def send(self, *args):
        self.settimeout(remaining(self.gettimeout()))
        return super().send(*args)

    def sendall(self, *args):
        self.settimeout(remaining(self.gettimeout()))
        return super().sendall(*args)


class DeadlineSocket(_Limited, socket.socket):
    """A plain socket under the limit."""


class DeadlineSSLSocket(_Limited, ssl.SSLSocket):
    """A TLS socket under the limit; give it to a context as ``sslsocket_class``."""

    def do_handshake(self, *args):
        self.settimeout(remaining(self.gettimeout()))
        return super().do_handshake(*args)
