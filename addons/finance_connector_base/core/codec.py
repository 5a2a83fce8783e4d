"""Frozen dataclasses as JSON lines and back, strictly typed: what is not exactly right is refused.

Fields at their default are left out, amounts are decimal strings, days are ISO 8601. Used where records
come from a process that is not trusted; nothing is ever unpickled.
"""

import contextlib
import functools
import json
import re
import types
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Union, get_args, get_origin, get_type_hints

from .errors import BusinessError
from .money import plain

_dumps = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
_DECIMAL = re.compile(r"-?\d{1,60}(\.\d{1,60})?", re.ASCII)


class Codec:
    """Lines of the given dataclasses; the first name of each line tells which."""

    def __init__(self, *kinds):
        self._kinds = {kind.__name__.lower(): kind for kind in kinds}
        self._names = {kind: name for name, kind in self._kinds.items()}
        self._read = {name: _reader(kind) for name, kind in self._kinds.items()}

    def line(self, record):
        found = {"event": self._names[type(record)], **content(record)}
        return _dumps(found)

    def record(self, line):
        """:raise BusinessError: ``parse.crash``: the line is none of ours"""
        with _unreadable():
            found = json.loads(line, parse_float=_refuse, parse_constant=_refuse)
            return self._read[found.pop("event")](found)

    def restored(self, name, values):
        """The record of which ``content`` made these plain JSON values.

        :raise BusinessError: ``parse.crash``
        """
        with _unreadable():
            return self._read[name](values)


@contextlib.contextmanager
def _unreadable():
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BusinessError("reading gave something unreadable", code="parse.crash") from error


def content(record):
    """A record as plain JSON values; fields at their default are left out."""
    found = {}
    for name, default in _defaults(type(record)):
        value = getattr(record, name)
        if value is default:
            continue
        if value != default:
            found[name] = value if type(value) in _PLAIN else _value(value)
    return found


@functools.cache
def _defaults(kind):
    return tuple((field.name, field.default) for field in fields(kind))


_PLAIN = frozenset((str, int, bool, types.NoneType))


def _value(value):
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):  # datetime too
        return value.isoformat()
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return content(value) if is_dataclass(value) else value


def _refuse(text):
    raise ValueError(f"not a value of ours: {text[:40]}")


def _reader(kind):
    """A function from a plain JSON value to ``kind``."""
    if is_dataclass(kind):
        return _record_reader(kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = _reader(next(one for one in get_args(kind) if one is not types.NoneType))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        item = _reader(get_args(kind)[0])
        return lambda value: tuple(item(one) for one in _exactly(list)(value))
    return _LEAVES.get(kind) or _exactly(kind)


def _record_reader(kind):
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}

    def read(value):
        return kind(**{name: readers[name](one) for name, one in _exactly(dict)(value).items()})

    return read


def _exactly(kind):
    def read(value):
        if type(value) is not kind:
            raise TypeError(f"not {kind.__name__}")
        return value

    return read


def _decimal(value):
    if not _DECIMAL.fullmatch(value):
        raise ValueError("not a decimal")
    return Decimal(value)


_LEAVES = {Decimal: _decimal, date: date.fromisoformat, datetime: datetime.fromisoformat}
