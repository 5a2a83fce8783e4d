"""Faults a party can be told to show, once or often, before or after the effect.

Three ways to ask for one: header ``X-Sandbox-Fault: timeout_after; seconds=2``, a magic value in the
call (``fault-503-once`` inside any code or name), or ``POST /_control/faults``.
"""

import random
import re
import socket
import struct
import threading
import time
from dataclasses import asdict, dataclass

from .party import Answer

#: name → (does the effect happen, what the caller should learn from it)
KINDS = {
    "timeout_before": (False, "no answer, nothing happened"),
    "timeout_after": (True, "no answer, but it happened"),
    "reset_before": (False, "connection cut, nothing happened"),
    "reset_after": (True, "connection cut, but it happened"),
    "429": (False, "asked to slow down, told for how long"),
    "429_bare": (False, "asked to slow down, not told for how long"),
    "503": (False, "down, nothing happened"),
    "502_after": (True, "a gateway error after it happened"),
    "error_inside": (False, "status 200 with an error inside"),
    "malformed": (True, "status 200 with half an answer"),
    "html": (False, "status 200 with a web page"),
    "slow": (True, "the answer drips, byte by byte"),
    "late": (True, "nothing happens until the caller has gone, and then it does"),
    "total_wrong": (True, "an answer whose total is not the sum of its lines"),
    "line_missing": (True, "an answer without its last line"),
}
MAGIC = re.compile(r"fault-(" + "|".join(sorted(KINDS, key=len, reverse=True)) + r")(-once)?", re.IGNORECASE)


@dataclass
class Fault:
    """One fault in the plan; ``times`` None is for ever."""

    kind: str
    party: str | None = None
    method: str | None = None
    path: str = ""  # regular expression found in the path
    times: int | None = 1
    skip: int = 0  # calls that match and still pass
    chance: float = 1.0
    seconds: float = 30.0  # how long a timeout lasts, how long a slow answer takes, Retry-After

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind!r}; known: {', '.join(KINDS)}")

    @property
    def before(self):
        return not KINDS[self.kind][0]

    def matches(self, party, request):
        return (
            self.times != 0
            and self.party in (None, party)
            and self.method in (None, request.method)
            and re.search(self.path, request.path) is not None
        )


class Plan:
    """The faults to come. The same seed and the same calls give the same faults."""

    def __init__(self, seed=0):
        self._lock = threading.Lock()
        self.reset(seed)

    def reset(self, seed=0):
        with self._lock:
            self._random = random.Random(seed)
            self._faults = []
            self._spent = set()

    def add(self, fault):
        with self._lock:
            self._faults.append(fault)

    def listed(self):
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def pick(self, party, request):
        """The fault for this call, or None."""
        with self._lock:
            return self._from_header(request) or self._from_plan(party, request) or self._from_value(request)

    def _from_header(self, request):
        kind, *options = (part.strip() for part in request.headers.get("x-sandbox-fault", "").split(";"))
        if not kind:
            return None
        given = dict(option.split("=", 1) for option in options if "=" in option)
        return Fault(kind, seconds=float(given.get("seconds", 30)))

    def _from_plan(self, party, request):
        for fault in self._faults:
            if not fault.matches(party, request):
                continue
            if fault.skip:
                fault.skip -= 1
            elif self._random.random() < fault.chance:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def _from_value(self, request):
        found = MAGIC.search(request.path) or MAGIC.search(request.text())
        if not found:
            return None
        kind, once = found[1].lower(), found[2]
        spot = (kind, request.method, request.path)
        if once and spot in self._spent:
            return None
        self._spent.add(spot)
        return Fault(kind)


def play(fault, answer, party, wire):
    """Show ``fault`` on ``wire``; ``answer`` is None where the effect did not happen."""
    kind = fault.kind
    if kind.startswith("timeout"):
        wire.hold(fault.seconds)
    elif kind.startswith("reset"):
        wire.cut()
    elif kind == "429":
        wire.send(Answer(429, {"error": "too many calls"}, {"Retry-After": str(int(fault.seconds))}))
    elif kind == "429_bare":
        wire.send(Answer(429, {"error": "too many calls"}))
    elif kind in ("503", "502_after"):
        wire.send(Answer(int(kind[:3]), b"<html>unavailable</html>", {"Content-Type": "text/html"}))
    elif kind == "error_inside":
        wire.send(Answer(200, party.error_inside()))
    elif kind == "html":
        wire.send(Answer(200, b"<html>Please sign in</html>", {"Content-Type": "text/html"}))
    elif kind == "malformed":
        content = answer.content()
        wire.send(Answer(answer.status, content[: len(content) // 2], answer.headers))
    elif kind == "slow":
        wire.drip(answer, fault.seconds)
    elif kind == "late":
        wire.send(answer)
    else:
        wire.send(_falsified(kind, answer))


def _falsified(kind, answer):
    body = dict(answer.body) if isinstance(answer.body, dict) else {}
    if kind == "total_wrong" and "totalTax" in body:
        body["totalTax"] = round(float(body["totalTax"]) + 0.01, 2)
    elif kind == "line_missing" and body.get("lines"):
        body["lines"] = body["lines"][:-1]
    return Answer(answer.status, body or answer.body, answer.headers)


class Wire:
    """The connection to one caller, with the ways a connection can go wrong."""

    def __init__(self, handler, stopping):
        self._handler, self._stopping = handler, stopping

    def send(self, answer):
        content = answer.content()
        self._head(answer, len(content))
        self._handler.wfile.write(content)

    def hold(self, seconds):
        """Say nothing, then hang up."""
        self._stopping.wait(seconds)
        self._handler.close_connection = True

    def cut(self):
        """Reset the connection: the caller's system reports it, not a clean end."""
        linger = struct.pack("ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.connection.close()
        self._handler.close_connection = True

    def drip(self, answer, seconds):
        """Send the answer byte by byte over ``seconds``: a time-out per read never ends it."""
        content = answer.content()
        self._head(answer, len(content))
        pause = seconds / max(len(content), 1)
        due = time.monotonic()
        for byte in content:
            self._handler.wfile.write(bytes((byte,)))
            due += pause
            if self._stopping.wait(max(due - time.monotonic(), 0)):
                return

    def _head(self, answer, length):
        handler = self._handler
        handler.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
