"""One object taken apart into single values that a person can correct, and put together again."""

import copy
from dataclasses import dataclass

from .reading import fields_of
from .table import SEVERAL

#: Names an object; another name would be another object.
IDENTITY = ("external_id", "source_system")
#: Rows of an object that are shown; those with a fault always are.
SHOWN_LINES = 50


@dataclass(frozen=True, slots=True)
class Value:
    """``pointer`` leads to the value inside the object; ``text`` is empty where it is not known."""

    pointer: str
    label: str
    text: str
    needed: bool
    meaning: str


def values(cls, found, wrong=()):
    """``[Value]`` of an object, in the order of its fields.

    :param found: the object as JSON value; what is no object has no values
    :param wrong: pointers that must be among them
    """
    shown = []
    found = found if isinstance(found, dict) else {}
    for field in fields_of(cls):
        if field.name in IDENTITY:
            continue
        if field.kind == "list" and field.of.kind == "object":
            shown += _lines(field, found.get(field.name), wrong)
        else:
            shown.append(_value(field, found, f"/{field.name}", field.name.replace("_", " ")))
    return shown


def in_words(name, pointer):
    """Where a fault is inside the object ``name``, as a person reads it: ``E-1, row 2: account``."""
    parts = (pointer or "").split("/")[1:]
    if len(parts) > 1 and parts[0] == "lines" and parts[1].isdecimal():
        field = f": {parts[2].replace('_', ' ')}" if len(parts) > 2 else ""
        return f"{name}, row {int(parts[1]) + 1}{field}"
    return f"{name}, {parts[0].replace('_', ' ')}" if parts and parts[0] else name


def _lines(field, lines, wrong):
    shown = []
    for number, line in enumerate(lines if isinstance(lines, list) else []):
        start = f"/{field.name}/{number}/"
        if number >= SHOWN_LINES and not any(pointer.startswith(start) for pointer in wrong):
            continue
        for part in fields_of(field.of.of):
            label = f"row {number + 1}: {part.name.replace('_', ' ')}"
            value = _value(part, line if isinstance(line, dict) else {}, f"{start}{part.name}", label)
            if value.text or part.required or any(_same(pointer, value.pointer) for pointer in wrong):
                shown.append(value)
    return shown


def _same(pointer, value):
    return pointer == value or pointer.startswith(f"{value}/")


def _value(field, found, pointer, label):
    value = found.get(field.name)
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, list):
        text = SEVERAL.join(str(one) for one in value)
    else:
        text = "" if value is None else str(value)
    return Value(pointer, label, text, field.required, field.metadata["text"])


def applied(cls, found, changes):
    """The object with other values.

    :param changes: ``{pointer: text}`` of single values as ``values`` names them; an empty text takes one away
    :raise KeyError: there is no such value, or it is the object's name
    """
    result = copy.deepcopy(found)
    for pointer, text in changes.items():
        names = pointer.split("/")[1:]
        fields = {field.name: field for field in fields_of(cls)}
        target = result
        if len(names) == 3:
            lines = fields[names[0]]
            target, fields = result[names[0]][int(names[1])], {field.name: field for field in fields_of(lines.of.of)}
        name = names[-1]
        if name in IDENTITY or len(names) not in (1, 3):
            raise KeyError(pointer)
        field = fields[name]
        if not text:
            target.pop(name, None)
        elif field.kind == "list":
            target[name] = [one.strip() for one in text.split(SEVERAL)]
        elif field.kind == "boolean":
            target[name] = {"true": True, "false": False}.get(text, text)
        else:
            target[name] = text
    return result
