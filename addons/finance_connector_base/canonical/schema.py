"""JSON Schema 2020-12 of the canonical types; the same pieces serve the OpenAPI description."""

import inspect

from .objects import OBJECTS, VERSION
from .reading import fields_of, plain
from .scalars import Scalar

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(name):
    """The schema of one registered object as a document of its own; ``KeyError`` where there is none."""
    components = {}
    cls = OBJECTS[name].type
    _add(cls, components, "#/$defs/")
    root = components.pop(cls.__name__)
    return {
        "$schema": DIALECT,
        "$id": f"/finance/api/{VERSION}/schemas/{name}.json",
        **root,
        "$defs": components,
    }


def components(types, prefix="#/components/schemas/"):
    """The schemas of these types and of what they consist of, by name."""
    found = {}
    for cls in types:
        _add(cls, found, prefix)
    return found


def _add(cls, found, prefix):
    if cls.__name__ in found:
        return
    found[cls.__name__] = {}  # its place in the order, before its parts
    properties, required = {}, []
    for field in fields_of(cls):
        properties[field.name] = _property(field, found, prefix)
        if field.required:
            required.append(field.name)
    found[cls.__name__] = {
        "type": "object",
        "title": cls.__name__,
        "description": inspect.getdoc(cls),
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _property(field, found, prefix):
    piece = _piece(field, found, prefix)
    piece["description"] = field.metadata["text"]
    if field.metadata.get("example") is not None:
        piece["examples"] = [field.metadata["example"]]
    if not field.required and field.default not in (None, ()):
        piece["default"] = plain(field.default)
    return piece


def _piece(field, found, prefix):
    match field.kind:
        case "scalar":
            scalar: Scalar = field.of
            found.setdefault(scalar.name, scalar.schema())
            return {"$ref": f"{prefix}{scalar.name}"}
        case "choice":
            return {"type": "string", "enum": list(field.of)}
        case "boolean":
            return {"type": "boolean"}
        case "list":
            piece = {"type": "array", "items": _piece(field.of, found, prefix), "maxItems": field.metadata["longest"]}
            shortest = field.metadata.get("shortest")
            return piece | ({"minItems": shortest} if shortest else {})
    _add(field.of, found, prefix)
    return {"$ref": f"{prefix}{field.of.__name__}"}
