"""JSON values in, canonical objects out; whatever does not fit is a fault with its JSON pointer (RFC 6901)."""

import dataclasses
import functools
import types
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Union, get_args, get_origin, get_type_hints

from .scalars import Scalar

#: Faults told of one object; the rest of a wholly wrong object says nothing new.
MAX_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """``code`` is stable, ``pointer`` leads to the value inside the request."""

    code: str
    text: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a canonical type, its type taken apart."""

    name: str
    kind: str  # scalar, choice, boolean, list or object
    of: object  # Scalar, tuple of choices, Field of the items, or type
    required: bool
    default: object
    metadata: dict


def read(cls, value, pointer=""):
    """``(object, [])``, or ``(None, faults)`` where ``value`` is no object of type ``cls``."""
    faults = []
    found = _read_object(cls, value, pointer, faults)
    return (None, faults[:MAX_FAULTS]) if faults else (found, [])


def plain(found):
    """The JSON value of a canonical object; what is not known is left out."""
    if dataclasses.is_dataclass(found):
        values = ((field.name, getattr(found, field.name)) for field in dataclasses.fields(found))
        return {name: plain(value) for name, value in values if value is not None and value != ()}
    if isinstance(found, Decimal):
        return format(found, "f")
    if isinstance(found, date):
        return found.isoformat()
    if isinstance(found, tuple):
        return [plain(one) for one in found]
    return found


@functools.cache
def fields_of(cls):
    """The fields of a canonical type, in their order."""
    hints = get_type_hints(cls, include_extras=True)
    found = []
    for field in dataclasses.fields(cls):
        required = field.default is dataclasses.MISSING
        kind, of = _kind(hints[field.name], field)
        found.append(Field(field.name, kind, of, required, None if required else field.default, dict(field.metadata)))
    return tuple(found)


def _kind(hint, field):
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        hint = next(one for one in get_args(hint) if one is not type(None))
        return _kind(hint, field)
    if origin is Annotated:
        return "scalar", next(one for one in get_args(hint) if isinstance(one, Scalar))
    if origin is Literal:
        return "choice", get_args(hint)
    if origin is tuple:
        kind, of = _kind(get_args(hint)[0], field)
        return "list", Field(field.name, kind, of, True, None, {})
    return ("boolean", bool) if hint is bool else ("object", hint)


def _read_object(cls, value, pointer, faults):
    if not isinstance(value, dict):
        faults.append(Fault("schema.type", "an object is expected", pointer))
        return None
    fields = fields_of(cls)
    unknown = value.keys() - {field.name for field in fields}
    for name in sorted(unknown)[:MAX_FAULTS]:
        faults.append(Fault("schema.unknown", "no such field", f"{pointer}/{_escaped(name)}"))
    found = {}
    for field in fields:
        if field.name in value:
            found[field.name] = _read_field(field, value[field.name], f"{pointer}/{field.name}", faults)
        elif field.required:
            faults.append(Fault("schema.missing", f"{field.name} is missing", f"{pointer}/{field.name}"))
    return None if faults else cls(**found)


def _read_field(field, value, pointer, faults):
    match field.kind:
        case "scalar":
            try:
                return field.of.read(value)
            except ValueError:
                faults.append(Fault(f"schema.{field.of.name.lower()}", f"expected: {field.of.text}", pointer))
        case "choice":
            if isinstance(value, str) and value in field.of:
                return value
            faults.append(Fault("schema.choice", f"one of {', '.join(field.of)} is expected", pointer))
        case "boolean":
            if isinstance(value, bool):
                return value
            faults.append(Fault("schema.type", "true or false is expected", pointer))
        case "list":
            return _read_list(field, value, pointer, faults)
        case "object":
            return _read_object(field.of, value, pointer, faults)
    return None


def _read_list(field, value, pointer, faults):
    shortest, longest = field.metadata.get("shortest", 0), field.metadata["longest"]
    if not isinstance(value, list) or not shortest <= len(value) <= longest:
        faults.append(Fault("schema.length", f"a list of {shortest} to {longest} is expected", pointer))
        return None
    found = []
    for number, one in enumerate(value):
        found.append(_read_field(field.of, one, f"{pointer}/{number}", faults))
        if len(faults) >= MAX_FAULTS:
            return None
    return tuple(found)


def _escaped(name):
    return name[:80].replace("~", "~0").replace("/", "~1")
