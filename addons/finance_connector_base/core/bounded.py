"""Reading of files from outside in a process that the kernel stops when it takes too much memory or time.

``bounded_lines`` runs a generator of text lines over a file and passes its lines on. The work is done by
a child of a helper process: the helper starts once per process of ours, knows the pure packages only
(never Odoo, no database socket, no environment) and forks a child for each file, which costs about two
milliseconds. The child cannot write files, start processes or outlive its limits (``bounded_helper``).

What comes back is text, never pickled objects: ``core.codec`` turns it into typed records.
"""

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from . import errors, native
from .errors import BusinessError, FinanceError, FormatError, TechnicalError
from .safe.limits import CHUNK, ParseLimits, active, changed

#: The helper answers within a moment, or it is beyond hope.
_ANSWER_SECONDS = 30
_OUT_OF_MEMORY = 71  # exit code of the child, as in ``bounded_helper``


def bounded_lines(task, source, options=None, modules=(), limits=None):
    """Yield the lines that ``task`` makes of ``source``, without their line ends.

    :param task: ``module:function``; called there with a binary stream and ``options``, yields text lines
    :param source: path, bytes or open binary file; a file is read from its start
    :param options: JSON values
    :param modules: further modules to import first, such as those that register themselves
    :raise FinanceError: what the task raised, or ``parse.memory``, ``parse.time``, ``parse.crash``
    :raise TechnicalError: ``parse.helper``: the helper is gone; the same call may work later
    """
    limits = limits or active(ParseLimits)
    job = {
        "task": task,
        "modules": [task.partition(":")[0], *modules],
        "options": options or {},
        "limits": changed(),
        "bytes": limits.megabytes << 20,
        "seconds": limits.seconds,
    }
    job["packages"] = _packages(job["modules"])
    with _opened(source) as file:
        yield from _Run(_helper(job), job, file, limits).lines()


def _packages(modules):
    """Where the addons of ``modules`` lie: the helper mounts them bare, so that nothing imports Odoo."""
    names = {".".join(name.split(".")[:3]) for name in (__name__, *modules)}
    return {name: list(importlib.import_module(name).__path__) for name in sorted(names)}


@contextlib.contextmanager
def _opened(source):
    """A real file, which the child gets by its descriptor."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        with tempfile.TemporaryFile() as file:
            file.write(source)
            file.flush()
            yield file
    elif isinstance(source, (str, os.PathLike)):
        with _file(source) as file:
            yield file
    else:
        yield source


def _file(path):
    try:
        return open(path, "rb")
    except OSError as error:
        raise FormatError("the file cannot be opened", code="file.unreadable") from error


class _Run:
    """One file in one child: its lines, its end, its time."""

    def __init__(self, helper, job, file, limits):
        self._helper, self._job, self._file, self._limits = helper, job, file, limits
        self._waited = 0.0

    def lines(self):
        inside, outside = os.pipe()
        with open(inside, "rb", buffering=0) as output:
            try:
                pid = self._helper.run(self._job, self._file.fileno(), outside)
            finally:
                os.close(outside)
            status = None
            try:
                for line in self._split(output):
                    mark, text = line[:1], line[1:]
                    if mark == b"+":
                        yield text.decode()
                    elif mark == b"!":
                        raise _refusal(json.loads(text))
                    else:
                        status = self._helper.end(pid)
                        return
                status = self._helper.end(pid)
                raise self._death(status)
            finally:
                if status is None:
                    self._helper.end(pid)

    def _split(self, output):
        rest = b""
        while chunk := self._next(output):
            first, *others = chunk.split(b"\n")
            rest += first
            for line in others:
                yield rest
                rest = line
            if len(rest) > self._limits.line_bytes:
                raise BusinessError("one record of the file is too large", code="parse.memory")

    def _next(self, output):
        """The next bytes; only the time we wait for the child counts, not what we do with its lines."""
        left = self._limits.seconds - self._waited
        waiter = select.poll()
        waiter.register(output, select.POLLIN)
        started = time.monotonic()
        ready = left > 0 and waiter.poll(left * 1000)
        self._waited += time.monotonic() - started
        if not ready:
            raise self._too_long()
        return output.read(CHUNK)

    def _too_long(self):
        return BusinessError(f"reading took longer than {self._limits.seconds} seconds", code="parse.time")

    def _death(self, status):
        number = os.waitstatus_to_exitcode(status["status"])
        if number == _OUT_OF_MEMORY:
            return BusinessError(f"reading needs more than {self._limits.megabytes} MiB", code="parse.memory")
        if -number == signal.SIGXCPU or (-number == signal.SIGKILL and status["cpu"] >= self._limits.seconds):
            return self._too_long()
        return BusinessError(f"reading broke off ({number})", code="parse.crash")


def _refusal(found):
    """The error that the child met, as if it had been raised here."""
    kind = getattr(errors, found.pop("class"), FinanceError)
    if not (isinstance(kind, type) and issubclass(kind, FinanceError)):
        kind = FinanceError
    return kind(found.pop("text"), **found)


class _Helper:
    """The process that forks a child for each file; one question and one answer at a time."""

    def __init__(self, job):
        self._lock = threading.Lock()
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_ANSWER_SECONDS)
        script = os.path.join(os.path.dirname(__file__), "bounded_helper.py")
        with other:
            subprocess.run(
                [sys.executable, "-I", "-S", script, str(other.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(other.fileno(),),
                env={"LC_ALL": "C.UTF-8", native.SWITCH: "1" if native.wanted() else "0"},
                cwd="/",
                start_new_session=True,
                check=True,
                timeout=_ANSWER_SECONDS,
            )
        self._ask({"path": [place for place in sys.path if place], **job})

    def alive(self):
        """Whether it still holds its end of the socket; it says nothing unasked."""
        if self._socket.fileno() < 0:
            return False
        waiter = select.poll()
        waiter.register(self._socket, select.POLLIN)
        return not waiter.poll(0)

    def run(self, job, file, output):
        """Start a child; its pid stays its own until ``end``."""
        return self._ask(job, file, output)["pid"]

    def end(self, pid):
        """Make sure that the child is over: its wait status and the CPU seconds it took."""
        return self._ask({"end": pid})

    def _ask(self, question, *descriptors):
        try:
            with self._lock:
                socket.send_fds(self._socket, [json.dumps(question).encode()], list(descriptors))
                answer = self._socket.recv(CHUNK)
        except OSError as error:
            self._socket.close()  # its end, too, where it still lives
            raise TechnicalError("the helper that reads files does not answer", code="parse.helper") from error
        if not answer:
            self._socket.close()
            raise TechnicalError("the helper that reads files is gone", code="parse.helper")
        return json.loads(answer)


_helpers = {}  # by our pid: a forked worker needs one of its own
_starting = threading.Lock()


def _helper(job):
    with _starting:
        mine = _helpers.get(os.getpid())
        if mine is None or not mine.alive():
            _helpers.clear()
            mine = _helpers[os.getpid()] = _Helper(job)
        return mine
