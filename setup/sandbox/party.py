"""What a simulated party is made of: requests, answers, routes and effects."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from .ledger import number, read


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it came in; ``path`` is without the name of the party."""

    method: str
    path: str
    query: dict
    headers: dict  # names in lower case
    content: bytes

    def json(self):
        """The body as JSON with exact decimals; ``ValueError`` where it is none."""
        return read(self.content.decode("utf-8"))

    def text(self):
        return self.content.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply; ``body`` is JSON content, or bytes sent as they are."""

    status: int
    body: Any = None
    headers: dict = field(default_factory=dict)

    def content(self):
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body, default=number).encode()


def route(method, pattern):
    """Mark a method of a party: ``{name}`` in ``pattern`` is one part of the path."""
    expression = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern) + "/?")

    def mark(function):
        function.route = (method, expression)
        return function

    return mark


class Party:
    """Base of the parties. A subclass sets ``name`` and ``defaults`` and marks its routes."""

    name = ""
    defaults = {}  # settings that the control address may change

    def __init__(self, ledger):
        self.ledger = ledger
        self._routes = [
            (*function.route, getattr(self, name))
            for name in dict.fromkeys(name for owner in type(self).__mro__ for name in vars(owner))
            if hasattr(function := getattr(type(self), name), "route")
        ]
        self.restart()

    def restart(self):
        """State as the journal has it, settings as they were at first."""
        self.settings = dict(self.defaults)
        self.clear()
        for effect in self.ledger.effects(self.name):
            self.apply(effect)

    def clear(self):
        """Forget all state."""

    def apply(self, effect):
        """Change the state by one effect; nothing else changes it."""

    def effect(self, kind, key, **data):
        effect = self.ledger.add(self.name, kind, key, data)
        self.apply(effect)
        return effect

    def handle(self, request):
        """The answer to ``request``; one call at a time, as a check and its effect belong together."""
        with self.ledger.lock:
            refusal = self.refuse(request)
            if refusal is not None:
                return refusal
            for method, expression, function in self._routes:
                found = expression.fullmatch(request.path)
                if found and method == request.method:
                    return function(request, **found.groupdict())
        return self.unknown(request)

    def refuse(self, request):
        """An answer where the caller may not come in at all."""

    def unknown(self, request):
        return Answer(404, {"error": f"no such address: {request.method} {request.path}"})

    def error_inside(self):
        """The body this party sends when it says success and means an error."""
        return {"error": {"code": "InternalError", "message": "An error wrapped in a success."}}
