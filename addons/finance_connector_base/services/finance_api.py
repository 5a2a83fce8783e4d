import contextlib
import dataclasses
import logging
import re
from dataclasses import dataclass

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from .. import server
from ..canonical import openapi, problem, schema
from ..canonical.control import control
from ..canonical.objects import OBJECTS
from ..canonical.reading import MAX_FAULTS, Fault, read
from ..canonical.versions import VERSIONS
from ..core.canonical import sha256
from ..core.errors import FormatError
from ..core.safe.json import json_value

_logger = logging.getLogger(__name__)

#: Path before the name of the version.
ROOT = "/finance/api/"
PATHS = {registered.path: registered for registered in OBJECTS.values()}
#: How often the short transaction that counts a call is run again where another one was faster.
ROUNDS = 20
KEY_CHARACTERS = 255
#: state of the message → state of the request
STATES = {"received": "waiting", "quarantined": "refused", "refused": "refused", "dead": "refused",
          "processed": "done", "cancelled": "cancelled"}  # fmt: skip


@dataclass(slots=True)
class Call:
    """One call, without anything of HTTP's libraries."""

    method: str
    path: str  # behind /finance/api/
    headers: object
    query: dict
    body: bytes
    remote: str


@dataclass(slots=True)
class Answer:
    status: int
    body: object = None
    headers: dict = dataclasses.field(default_factory=dict)


class Refusal(Exception):
    """Ends a call with a problem."""

    def __init__(self, status, code, text, faults=(), headers=None, **more):
        super().__init__(text)
        self.answer = Answer(status, problem.problem(status, code, str(text), faults, **more), headers or {})


class FinanceApi(models.AbstractModel):
    """The canonical interface: checks a call, keeps it as a message, works on it or lets a job do so.

    A request and its answer are stored in one transaction; two equal ones at the same moment collide at
    the idempotency key, and the later one runs again and finds the answer.
    """

    _name = "finance.api"
    _description = "Canonical interface"

    @api.model
    def _answer(self, call):
        name, _sign, rest = call.path.partition("/")
        version = VERSIONS.get(name)
        try:
            if version is None:
                raise Refusal(404, "api.version", self.env._("There is no version %s here.", name[:20]))
            if version.ended(fields.Date.today()):
                text = self.env._("Version %s is not answered any more.", name)
                raise Refusal(410, "api.version_ended", text)
            answer = self._routed(call, rest)
        except Refusal as refused:
            answer = refused.answer
        if version:
            answer.headers = {**version.headers(ROOT), **answer.headers}
        return answer

    def _routed(self, call, rest):
        first, _sign, rest = rest.partition("/")
        if first == "openapi.json" and not rest:
            self._only(("GET",), call)
            return Answer(200, self._openapi())
        if first == "schemas" and rest:
            self._only(("GET",), call)
            return self._schema(rest)
        key = self._key(call)
        if first == "requests" and rest:
            self._only(("GET",), call)
            return self._request(key, rest)
        registered = PATHS.get(first)
        allowed = self._methods(registered, rest) if registered else ()
        if not allowed:
            raise Refusal(404, "api.path", self.env._("There is nothing at this path."))
        self._only(allowed, call)
        if call.method == "POST":
            return self._send(key, registered, call)
        self._allowed(key, registered, "read")
        return self._read_one(key, registered, rest, call) if rest else self._read_list(key, registered, call)

    def _methods(self, registered, rest):
        """What is answered at the path of an object, or of one of its kind."""
        if rest:
            return ("GET",) if "r" in registered.access and registered.timed else ()
        return tuple(method for sign, method in (("r", "GET"), ("w", "POST")) if sign in registered.access)

    def _only(self, methods, call):
        allowed = [method for one in methods for method in (("GET", "HEAD") if one == "GET" else (one,))]
        if call.method not in allowed:
            text = self.env._("Only %s is answered here.", ", ".join(allowed))
            raise Refusal(405, "api.method", text, headers={"Allow": ", ".join(allowed)})

    def _openapi(self):
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url", "/").rstrip("/") or "/"
        return openapi.description(base, server.api_max_items(), server.api_page())

    def _schema(self, name):
        name = name.removesuffix(".json")
        if name not in OBJECTS:
            raise Refusal(404, "api.path", self.env._("There is no such schema."))
        return Answer(200, schema.schema(name))

    # who calls

    def _key(self, call):
        scheme, _sign, text = call.headers.get("Authorization", "").partition(" ")
        token = text.strip() if scheme.lower() == "bearer" else ""
        key, error = self.env["finance.api.key"]._verified(token, call.remote)
        if error:
            _logger.info("a call of the canonical interface is refused: %s", error.code)
            status = 403 if error.code == "api.network" else 401
            raise Refusal(status, error.code, error, headers={"WWW-Authenticate": "Bearer"} if status == 401 else None)
        self._count(key)
        return key

    def _count(self, key):
        """Take a token from the client's bucket, in a transaction of its own: what is refused counts, too."""
        connector = key.connector_id
        values = {
            "connector_id": connector.id,
            "rate_calls": connector.rate_calls,
            "rate_unit": connector.rate_unit,
            "rate_burst": connector.rate_burst,
        }
        for _round in range(ROUNDS):
            with contextlib.suppress(psycopg2.errors.SerializationFailure), self.env.registry.cursor() as cr:
                env = self.env(cr=cr)
                key.with_env(env)._touch()
                if env["finance.gate"]._take(env["finance.standing"]._row(values), at_once=False):
                    return
                break
        raise Refusal(
            429, "rate_limited", self.env._("More calls than this client may make."), headers={"Retry-After": "1"}
        )

    def _allowed(self, key, registered, right):
        if not key._may(registered.name, right):
            raise Refusal(403, "api.scope", self.env._("The key lacks the scope %s.", f"{registered.name}:{right}"))

    # requests

    def _send(self, key, registered, call):
        self._allowed(key, registered, "write")
        idempotency_key = self._idempotency_key(call)
        mime = call.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if mime != "application/json" or call.headers.get("Content-Encoding", "identity") != "identity":
            raise Refusal(415, "api.content_type", self.env._("Only application/json is taken, not packed."))
        wait = call.headers.get("Prefer", "").strip() != "respond-async"
        asked = sha256(f"{registered.path}\n{wait}\n".encode() + call.body)
        known = self._known_answer(key, idempotency_key, asked)
        if known:
            return known
        items, options = self._parsed(registered, call.body)
        return self._accept(key, registered, call, idempotency_key, asked, items, options, wait)

    def _idempotency_key(self, call):
        text = call.headers.get("Idempotency-Key", "")
        if not 1 <= len(text) <= KEY_CHARACTERS or not text.isascii() or not text.isprintable() or " " in text:
            raise Refusal(
                400,
                "idempotency.key",
                self.env._("Each request needs an Idempotency-Key: 1 to %s visible ASCII signs.", KEY_CHARACTERS),
            )
        return text

    def _known_answer(self, key, idempotency_key, asked):
        stored = (
            self.env["finance.api.answer"]
            .sudo()
            .search([("connector_id", "=", key.connector_id.id), ("key", "=", idempotency_key)], limit=1)
        )
        if not stored:
            return None
        if stored.fingerprint != asked:
            raise Refusal(
                422, "idempotency.mismatch", self.env._("This idempotency key came before with another request.")
            )
        headers = {"Idempotency-Replayed": "true"} | ({"Location": stored.location} if stored.location else {})
        return Answer(stored.status, stored.body, headers)

    def _parsed(self, registered, body):
        """``(canonical objects, options)`` of a request; every fault with its JSON pointer."""
        try:
            value = json_value(body)
        except FormatError as error:
            raise Refusal(400, error.code, error, place=error.place or "") from error
        faults = []
        if not isinstance(value, dict):
            raise Refusal(400, "schema.type", self.env._("An object with items is expected."))
        faults += [
            Fault("schema.unknown", "no such field", f"/{name[:80]}")
            for name in sorted(value.keys() - {"items", "mode", "post"})
        ]
        mode, post, items = value.get("mode", "each"), value.get("post", False), value.get("items")
        if mode not in list(openapi.MODES):
            faults.append(Fault("schema.choice", f"one of {', '.join(openapi.MODES)} is expected", "/mode"))
        if not isinstance(post, bool):
            faults.append(Fault("schema.type", "true or false is expected", "/post"))
        largest = server.api_max_items()
        if not isinstance(items, list) or not 1 <= len(items) <= largest:
            faults.append(Fault("schema.length", f"a list of 1 to {largest} is expected", "/items"))
            items = []
        found = []
        for number, one in enumerate(items):
            thing, wrong = read(registered.type, one, f"/items/{number}")
            faults += wrong
            found.append(thing)
            if len(faults) >= MAX_FAULTS:
                break
        if faults:
            raise Refusal(400, "schema", self.env._("The request is not of the described form."), faults[:MAX_FAULTS])
        return found, {"object": registered.name, "mode": mode, "post": post, "count": len(found)}

    def _accept(self, key, registered, call, idempotency_key, asked, items, options, wait):
        connector = key.connector_id.with_env(self.env)
        intake = self.env["finance.intake"].with_company(connector.company_id)
        flow = connector._flow("canonical", "in")
        stored = self._claim(connector, idempotency_key, asked)
        message, _new = intake._store(
            connector,
            "canonical",
            call.body,
            name=self.env._("%(what)s, %(count)s from %(who)s", what=registered.label, count=len(items), who=key.name),
            dedup_key=f"{registered.name}:{idempotency_key}:{stored.id}",
            flow=flow,
            content_type="application/json",
            remote_id=idempotency_key,
            event_kind=registered.name,
            options=options,
        )
        source = connector.code
        self.env["finance.message.item"]._add(
            message,
            registered.name,
            [
                (n, f"/items/{n}", one.source_system or source, one.external_id, *control(one))
                for n, one in enumerate(items)
            ],
        )
        at_once = wait and len(items) <= server.api_sync_items() and connector.state == "active"
        if at_once:
            intake._process(message, now=True)
        answer = self._outcome(message, registered)
        if message.state == "received":
            message._enqueue(new=True)
        stored.sudo().write(
            {
                "message_id": message.id,
                "status": answer.status,
                "location": answer.headers.get("Location"),
                "body": answer.body,
            }
        )
        return answer

    def _claim(self, connector, idempotency_key, asked):
        """One row for each key; who comes second collides here, runs again and finds the answer."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO finance_api_answer (connector_id, key, fingerprint, create_uid, create_date) "
                "VALUES (%s, %s, %s, %s, now() AT TIME ZONE 'UTC') "
                "ON CONFLICT (connector_id, key) DO NOTHING RETURNING id",
                connector.id,
                idempotency_key,
                asked,
                self.env.uid,
            ),
            log_exceptions=False,
        )
        row = self.env.cr.fetchone()
        if row is None:
            text = self.env._("A request with this idempotency key is being worked on.")
            raise Refusal(409, "idempotency.busy", text, headers={"Retry-After": "1"})
        return self.env["finance.api.answer"].browse(row[0])

    def _outcome(self, message, registered):
        """What is answered to a request: 200, 202 while it waits, 422 where nothing of it was taken."""
        content = self._shown(message)
        location = content["links"]["self"]
        if content["state"] == "waiting":
            del content["items"]
            return Answer(202, content, {"Location": location})
        if content["counts"].get("done") or content["counts"].get("unchanged"):
            return Answer(200, content, {"Location": location})
        errors = [item["error"] for item in content["items"] if "error" in item]
        case = message.sudo().exception_ids.filtered(lambda one: one.state == "open")[:1]
        known = {error["code"] for error in errors} or {case.code}
        code = known.pop() if len(known) == 1 else None
        text = errors[0]["detail"] if len(errors) == 1 else self.env._("Nothing of the request was taken.")
        body = problem.problem(
            422, code or "request.refused", text if errors else message.result_text or text, instance=location
        )
        return Answer(422, body | ({"errors": errors} if errors else {}), {"Location": location})

    def _request(self, key, text):
        if not re.fullmatch(openapi.REQUEST_PATTERN, text):
            raise Refusal(400, "api.path", self.env._("This is no id of a request."))
        message = self.env["finance.message"].search(
            [
                ("connector_id", "=", key.connector_id.id),
                ("direction", "=", "in"),
                ("kind", "=", "canonical"),
                ("correlation_id", "=", text),
            ],
            limit=1,
        )
        if not message or not any(key._may(message.options["object"], right) for right in ("read", "write")):
            raise Refusal(404, "api.request", self.env._("There is no such request."))
        return Answer(200, self._shown(message))

    def _shown(self, message):
        """A request as its sender sees it."""
        rows = self.env["finance.message.item"].sudo().search([("message_id", "=", message.id)], order="position")
        counts = {}
        for row in rows:
            counts[row.state] = counts.get(row.state, 0) + 1
        return {
            "id": message.correlation_id,
            "object": message.options["object"],
            "state": STATES.get(message.state, "waiting"),
            "total": len(rows),
            "counts": counts,
            **({"text": message.result_text} if message.result_text else {}),
            "items": [self._shown_item(row) for row in rows],
            "links": {"self": f"{openapi.BASE}/requests/{message.correlation_id}"},
        }

    def _shown_item(self, row):
        shown = {
            "position": row.position,
            "external_id": row.external_id,
            "source_system": row.source_system,
            "state": row.state,
        }
        if row.res_id:
            shown["record"] = {"model": row.res_model, "id": row.res_id}
        if row.state == "refused":
            fault = Fault(row.error_code, row.error_text, f"/items/{row.position}{row.error_pointer or ''}")
            shown["error"] = problem.fault(fault)
        return shown
