"""OpenAPI 3.1 description of the HTTP interface, made from the registered types."""

from .objects import OBJECTS, VERSION
from .paging import CURSOR_PATTERN, FILTERS, SINCE_PATTERN
from .problem import CONTENT_TYPE as PROBLEM
from .scalars import SYSTEM
from .schema import components
from .versions import VERSIONS

BASE = f"/finance/api/{VERSION}"
_KEY_PATTERN = "^[\\x21-\\x7e]{1,255}$"
REQUEST_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

#: state of an item → what it means
ITEM_STATES = {
    "waiting": "Not looked at yet.",
    "done": "Written.",
    "unchanged": "Seen before with the same content; nothing was written.",
    "refused": "Not written; error, place and advice say why.",
    "superseded": "A later request brought the same object.",
}
MODES = {
    "each": "Each item by itself: what can be written is written.",
    "all": "All items or none.",
}


def description(server_url, max_items, page):
    """The whole description.

    :param max_items: items one request may hold
    :param page: objects one page of a list may hold
    """
    paths = {}
    for registered in OBJECTS.values():
        operations = {}
        if "r" in registered.access:
            operations["get"] = _list(registered, page)
            if registered.timed:
                paths[f"{BASE}/{registered.path}/{{external_id}}"] = {"get": _one(registered)}
        if "w" in registered.access:
            operations["post"] = _send(registered)
        if operations:
            paths[f"{BASE}/{registered.path}"] = operations
        if VERSIONS[VERSION].deprecated_on:
            for operation in operations.values():
                operation["deprecated"] = True
    paths[f"{BASE}/requests/{{request_id}}"] = {"get": _status()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Finance connectors: canonical interface",
            "version": VERSION,
            "description": "Business objects in one form for every other system. Every request is kept, is taken "
            "once, and can be looked up by its id.",
        },
        "servers": [{"url": server_url}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key of an API client."}},
            "schemas": components(registered.type for registered in OBJECTS.values() if registered.access)
            | _answers(max_items)
            | _wrappers(max_items, page),
        },
    }


def _ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def _json(name):
    return {"application/json": {"schema": _ref(name)}}


def _refusals(*statuses):
    words = {
        400: "Not of the described form.",
        401: "No valid key.",
        403: "The key may not do this.",
        404: "There is no such thing for this key.",
        406: "Only application/json is answered.",
        409: "The same key is being worked on.",
        410: "This version is not answered any more.",
        413: "Too large.",
        415: "Only application/json is taken.",
        422: "Understood, but not acceptable.",
        429: "Too many calls; Retry-After says when the next is welcome.",
        503: "Not available now.",
    }
    return {
        str(status): {"description": words[status], "content": {PROBLEM: {"schema": _ref("Problem")}}}
        for status in statuses
    }


def _send(registered):
    return {
        "operationId": f"send_{registered.name.replace('-', '_')}",
        "summary": f"Send: {registered.label}",
        "tags": [registered.label],
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "Chosen by the sender for each request; the same key again gives the same answer.",
                "schema": {"type": "string", "pattern": _KEY_PATTERN},
            },
            {
                "name": "Prefer",
                "in": "header",
                "required": False,
                "description": "respond-async: answer at once, work later (RFC 7240).",
                "schema": {"type": "string", "enum": ["respond-async"]},
            },
        ],
        "requestBody": {"required": True, "content": _json(f"{registered.schema}Batch")},
        "responses": {
            "200": {"description": "Every item has its outcome.", "content": _json("Request")},
            "202": {
                "description": "Kept; the outcome is at the address in Location.",
                "headers": {"Location": {"schema": {"type": "string"}}},
                "content": _json("Request"),
            },
            **_refusals(400, 401, 403, 409, 410, 413, 415, 422, 429, 503),
        },
    }


def _parameter(name, where, text, schema, required=False):
    return {"name": name, "in": where, "required": required, "description": text, "schema": schema}


def _list(registered, page):
    parameters = [
        _parameter(
            "cursor", "query", "From the answer before: what comes next, or changed since.",
            {"type": "string", "pattern": CURSOR_PATTERN},
        ),
        _parameter(
            "limit", "query", "Objects on a page.",
            {"type": "integer", "minimum": 1, "maximum": page, "default": min(100, page)},
        ),
    ]  # fmt: skip
    if registered.timed:
        text = "Without a cursor: only what changed at this moment or later."
        parameters.append(_parameter("since", "query", text, {"type": "string", "pattern": SINCE_PATTERN}))
    for name in registered.filters:
        form, text = FILTERS[name]
        schema = {"type": "string", "enum": list(form)} if isinstance(form, tuple) else form.schema()
        parameters.append(_parameter(name, "query", text, schema))
    order = "by age of the last change" if registered.timed else "in the order of their numbers"
    return {
        "operationId": f"list_{registered.name.replace('-', '_')}",
        "summary": f"Read, {order}: {registered.label}",
        "tags": [registered.label],
        "parameters": [*parameters, _unless()],
        "responses": {
            "200": {
                "description": "A page; where more is false, ask with its cursor again later.",
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": _json(f"{registered.schema}Page"),
            },
            "304": {"description": "Still as If-None-Match says."},
            **_refusals(400, 401, 403, 410, 422, 429, 503),
        },
    }


def _unless():
    text = "ETag of an answer before; 304 where nothing is different now."
    return _parameter("If-None-Match", "header", text, {"type": "string"})


def _one(registered):
    return {
        "operationId": f"get_{registered.name.replace('-', '_')}",
        "summary": f"Read one: {registered.label}",
        "tags": [registered.label],
        "parameters": [
            _parameter(
                "external_id", "path", "Its identifier in the source system, with / written as %2F.",
                {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"}, required=True,
            ),
            _parameter(
                "source_system", "query", "The client's own code if left out; `here`: Odoo's own number is given.",
                SYSTEM.schema(),
            ),
            _unless(),
        ],
        "responses": {
            "200": {
                "description": "The object.",
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": _json(registered.schema),
            },
            "304": {"description": "Still as If-None-Match says."},
            **_refusals(400, 401, 403, 404, 410, 422, 429, 503),
        },
    }  # fmt: skip


def _status():
    return {
        "operationId": "get_request",
        "summary": "What became of a request",
        "tags": ["Requests"],
        "parameters": [
            {
                "name": "request_id",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "pattern": REQUEST_PATTERN},
            }
        ],
        "responses": {
            "200": {"description": "State, counts and the outcome of each item.", "content": _json("Request")},
            **_refusals(400, 401, 403, 404, 410, 429, 503),
        },
    }


def _wrappers(max_items, page):
    """What objects travel in: a batch to us, a page from us."""
    found = {}
    for registered in OBJECTS.values():
        items = {"type": "array", "items": _ref(registered.schema)}
        if "w" in registered.access:
            found[f"{registered.schema}Batch"] = {
                "type": "object",
                "additionalProperties": False,
                "required": ["items"],
                "properties": {
                    "items": items | {"minItems": 1, "maxItems": max_items},
                    "mode": {
                        "type": "string",
                        "enum": list(MODES),
                        "default": "each",
                        "description": " ".join(f"{name}: {text}" for name, text in MODES.items()),
                    },
                    "post": {
                        "type": "boolean",
                        "default": False,
                        "description": "Post documents and entries; otherwise they wait as drafts for a person.",
                    },
                },
            }
        if "r" in registered.access:
            found[f"{registered.schema}Page"] = {
                "type": "object",
                "required": ["items", "withdrawn", "skipped", "cursor", "more"],
                "properties": {
                    "items": items | {"maxItems": page},
                    "withdrawn": {
                        "type": "array",
                        "maxItems": page,
                        "items": _identity(),
                        "description": "No longer in force: set back to draft, cancelled, or archived.",
                    },
                    "skipped": {
                        "type": "array",
                        "maxItems": page,
                        "items": _identity("code", "detail", "pointer"),
                        "description": "In force, but not to be said in the form of this version; read them in Odoo.",
                    },
                    "cursor": {"type": "string", "description": "Where the next page begins."},
                    "more": {"type": "boolean"},
                },
            }
    return found


def _identity(*more):
    names = ("source_system", "external_id", *more)
    return {"type": "object", "required": list(names), "properties": {name: {"type": "string"} for name in names}}


def _answers(max_items):
    text = {"type": "string"}
    fault = {"code": text, "detail": text, "pointer": text, "advice": text}
    item = {
        "position": {"type": "integer", "minimum": 0},
        "external_id": text,
        "source_system": text,
        "state": {
            "type": "string",
            "enum": list(ITEM_STATES),
            "description": " ".join(f"{name}: {words}" for name, words in ITEM_STATES.items()),
        },
        "record": {
            "type": "object",
            "required": ["model", "id"],
            "properties": {"model": text, "id": {"type": "integer"}},
        },
        "error": {"type": "object", "required": ["code", "detail", "pointer"], "properties": fault},
    }
    return {
        "Problem": {
            "type": "object",
            "description": "Problem details, RFC 9457.",
            "required": ["type", "title", "status", "detail", "code", "advice"],
            "properties": {
                "type": text,
                "title": text,
                "status": {"type": "integer"},
                "detail": text,
                "code": {**text, "description": "Stable; programs decide by it."},
                "advice": text,
                "instance": text,
                "errors": {
                    "type": "array",
                    "items": {"type": "object", "required": ["code", "detail", "pointer"], "properties": fault},
                },
            },
        },
        "Request": {
            "type": "object",
            "required": ["id", "object", "state", "total", "counts", "links"],
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "object": {"type": "string", "enum": [one.name for one in OBJECTS.values() if "w" in one.access]},
                "state": {"type": "string", "enum": ["waiting", "done", "refused", "cancelled"]},
                "total": {"type": "integer", "minimum": 0},
                "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
                "text": text,
                "items": {
                    "type": "array",
                    "maxItems": max_items,
                    "items": {"type": "object", "required": ["position", "state"], "properties": item},
                },
                "links": {"type": "object", "additionalProperties": text},
            },
        },
    }
