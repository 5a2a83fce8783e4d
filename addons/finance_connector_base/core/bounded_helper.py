"""Started as a script by ``core.bounded``: waits for files and forks a child with limits for each.

It stays small and single-threaded; what it imports are the pure packages that the first job names.
Messages are JSON: a job with two descriptors is answered by the pid of its child, ``{"end": pid}`` ends
that child and is answered by how it ended. The end of the socket ends the helper and its children.
"""

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
import traceback
from types import ModuleType

_OUT_OF_MEMORY = 71
_MESSAGE_BYTES = 1 << 20
_DESCRIPTORS = 64


def main():
    if os.fork():
        os._exit(0)  # nobody's child: whoever started it need not look after it
    control = socket.socket(fileno=int(sys.argv[1]))
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    children = set()
    try:
        while True:
            message, descriptors, _flags, _address = socket.recv_fds(control, _MESSAGE_BYTES, 2)
            if not message:
                return
            control.send(json.dumps(_answer(json.loads(message), descriptors, children, control)).encode())
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)


def _answer(job, descriptors, children, control):
    if "end" in job:
        return _end(job["end"], children)
    if "path" in job:
        return _prepare(job)
    pid = os.fork()
    if pid == 0:
        control.close()
        _work(job, *descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    children.add(pid)
    return {"pid": pid}


def _end(pid, children):
    children.discard(pid)
    over, status, usage = os.wait4(pid, os.WNOHANG)
    if not over:
        os.kill(pid, signal.SIGKILL)
        _pid, status, usage = os.wait4(pid, 0)
    return {"status": status, "cpu": usage.ru_utime + usage.ru_stime}


def _prepare(job):
    sys.path[:] = job["path"]
    _import(job)
    gc.collect()
    gc.freeze()
    return {}


def _import(job):
    for name in ("odoo", "odoo.addons"):
        sys.modules.setdefault(name, _bare(name, []))
    for name, places in job["packages"].items():
        sys.modules.setdefault(name, _bare(name, places))
    for name in job["modules"]:
        importlib.import_module(name)


def _bare(name, places):
    """A package without its ``__init__``: that of an addon would import Odoo."""
    package = ModuleType(name)
    package.__path__ = places
    return package


def _work(job, file, output):
    """In the child: never returns."""
    code = 1
    try:
        os.dup2(output, 1)
        _bind(job)
        with open(1, "wb", buffering=1 << 16, closefd=False) as answer:
            code = _tell(job, file, answer)
    finally:
        os._exit(code)


def _bind(job):
    for name, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _DESCRIPTORS),
        (resource.RLIMIT_AS, job["bytes"]),
        (resource.RLIMIT_DATA, job["bytes"]),
    ):
        resource.setrlimit(name, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"] + 1))


def _tell(job, file, answer):
    """Write the lines of the task; the last line says how it ended."""
    try:
        with open(file, "rb") as stream:
            stream.seek(0)
            for line in _lines(job, stream):
                answer.write(b"+" + line.encode() + b"\n")
        answer.write(b".\n")
    except MemoryError:
        return _OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001  told to the parent
        if _starved(error):
            return _OUT_OF_MEMORY
        answer.write(b"!" + json.dumps(_words(error)).encode() + b"\n")
    return 0


def _lines(job, stream):
    _import(job)
    limits = importlib.import_module("odoo.addons.finance_connector_base.core.safe.limits")
    limits.configure(job["limits"])
    module, _colon, name = job["task"].partition(":")
    return getattr(sys.modules[module], name)(stream, **job["options"])


def _starved(error):
    """A library may have wrapped the want of memory in words of its own."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _words(error):
    errors = importlib.import_module("odoo.addons.finance_connector_base.core.errors")
    if isinstance(error, errors.FinanceError):
        return {"class": type(error).__name__, "text": str(error), "code": error.code, "place": error.place}
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(place.filename)}:{place.lineno}"
    return {"class": "BusinessError", "text": f"{type(error).__name__} at {where}", "code": "parse.crash"}


if __name__ == "__main__":
    with contextlib.suppress(ConnectionError, KeyboardInterrupt):
        main()
