"""The server: finds the party of a call, shows the faults asked for, and answers the control address.

Control: ``GET /_control/effects?party=&kind=``, ``POST /_control/effects`` ``{"party", "kind", "key", …}`` (what
happens there by itself), ``GET /_control/calls``, ``POST /_control/seed``
``{"seed": 7}``, ``GET|POST|DELETE /_control/faults``, ``POST /_control/settings``
``{"party": …, "name": value}``, ``POST /_control/reset``.
"""

import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from .faults import Fault, Plan, Wire, play
from .ledger import Ledger
from .party import Answer, Request

LARGEST = 64 * 1024 * 1024  # bytes of one call


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A caller that hangs up is part of the game; anything else is a defect of the sandbox."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Sandbox:
    """All parties on one loopback port; a context manager in tests."""

    def __init__(self, parties=None, *, port=0, state=None, seed=0, tls=None, latency=0.0):
        if parties is None:
            from . import PARTIES as parties  # noqa: PLC0415 - the list needs the parties, they need this module
        self.ledger = Ledger(state)
        self.plan = Plan(seed)
        self.latency = latency  # seconds before each call is looked at
        self.calls = []
        self.parties = {party.name: party(self.ledger) for party in parties}
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), self._handler())
        self._scheme = "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._scheme = "https"

    @property
    def address(self):
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def url(self, party):
        return f"{self.address}/{self.parties[party].name}"

    def effects(self, party=None, kind=None):
        return self.ledger.effects(party, kind)

    def happen(self, party, kind, key, **data):
        """Something happens at a party by itself, a booking for example."""
        with self.ledger.lock:
            self.parties[party].effect(kind, key, **data)

    def fault(self, kind, **options):
        """Plan a fault; the options are those of ``Fault``."""
        self.plan.add(Fault(kind, **options))

    def reset(self, seed=0):
        """As new: no state, no faults, no calls counted."""
        with self.ledger.lock:
            self.ledger.clear()
            self.plan.reset(seed)
            self.calls.clear()
            for party in self.parties.values():
                party.restart()

    def serve(self):
        self._server.serve_forever(poll_interval=0.05)

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True, name="sandbox").start()
        return self

    def __exit__(self, *exc_info):
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method, target, headers, content, wire):
        """Answer one call on ``wire``."""
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        name, _slash, rest = parts.path.lstrip("/").partition("/")
        request = Request(method, f"/{rest}", query, headers, content)
        if name == "_control":
            return wire.send(self._control(request))
        party = self.parties.get(name)
        if party is None:
            return wire.send(Answer(404, {"error": f"no party {name!r}", "known": sorted(self.parties)}))
        self.calls.append({"party": name, "method": method, "path": request.path})
        if self.latency:
            self._stopping.wait(self.latency)
        fault = self.plan.pick(name, request)
        if fault and fault.kind == "late":
            self._stopping.wait(fault.seconds)
        answer = None if fault and fault.before else party.handle(request)
        return play(fault, answer, party, wire) if fault else wire.send(answer)

    def _control(self, request):
        try:
            given = json.loads(request.content) if request.content else {}
            match request.method, request.path:
                case "GET", "/effects":
                    return Answer(200, self.effects(request.query.get("party"), request.query.get("kind")))
                case "POST", "/effects":
                    self.happen(given.pop("party"), given.pop("kind"), given.pop("key"), **given)
                case "GET", "/calls":
                    return Answer(200, list(self.calls))
                case "GET", "/faults":
                    return Answer(200, self.plan.listed())
                case "POST", "/faults":
                    self.fault(given.pop("kind"), **given)
                case "DELETE", "/faults":
                    self.plan.reset()
                case "POST", "/seed":
                    self.plan.reset(given["seed"])
                case "POST", "/settings":
                    self.parties[given.pop("party")].settings.update(given)
                case "POST", "/reset":
                    self.reset(given.get("seed", 0))
                case _:
                    return Answer(404, {"error": "no such control address"})
        except (KeyError, TypeError, ValueError) as error:
            return Answer(400, {"error": repr(error)})
        return Answer(200, {"done": True})

    def _handler(self):
        sandbox = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            server_version = "Sandbox"
            sys_version = ""

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                if length > LARGEST:
                    return self.send_error(413)
                content = self.rfile.read(length)
                headers = {name.lower(): value for name, value in self.headers.items()}
                wire = Wire(self, sandbox._stopping)
                return sandbox.answer(self.command, self.path, headers, content, wire)

            do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

            def log_message(self, *args):
                """Quiet: the control address lists the calls."""

        return Handler
