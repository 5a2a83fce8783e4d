"""Tasks for ``core.bounded`` that behave as a broken or seized reader would."""

import os
import signal
import socket
import time

from ..core.errors import FormatError


def lines(stream, copies=1):
    """A well-behaved one."""
    for line in stream:
        for _copy in range(copies):
            yield line.decode().rstrip("\n")


def memory(stream):
    held = []
    while True:
        held.append(bytearray(1 << 20))
        yield "more"


def computing(stream):
    yield "begun"
    while True:
        pass


def sleeping(stream):
    yield "begun"
    time.sleep(3600)


def killed(stream):
    yield "begun"
    os.kill(os.getpid(), signal.SIGKILL)


def leaving(stream):
    yield "begun"
    os._exit(0)


def refusing(stream):
    yield "begun"
    raise FormatError("no such row", code="demo.row", place="line 7")


def failing(stream):
    yield "begun"
    raise KeyError("DE02secret")


def endless(stream):
    """A record without an end."""
    yield "x" * (8 << 20)


def writing(stream, path):
    with open(path, "w") as file:
        file.write("x")
        file.flush()
    yield "written"


def forking(stream):
    if os.fork() == 0:
        os._exit(0)
    yield "forked"


def inheritance(stream):
    """What the child has of ours: variables, and descriptors that are sockets."""
    yield ",".join(sorted(os.environ))
    for descriptor in range(256):
        try:
            socket.socket(fileno=os.dup(descriptor)).close()
        except OSError:
            continue
        yield f"socket {descriptor}"
