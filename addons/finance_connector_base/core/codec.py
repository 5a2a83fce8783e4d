"""Records as JSON lines and back, strictly typed: what is not exactly right is refused.

Fields at their default are left out, amounts are decimal strings, days are ISO 8601. Used where records
come from a process that is not trusted; nothing is ever unpickled. Reading is msgspec's, in C; only amounts
come by here, because it would take NaN and any exponent for a ``Decimal``.
"""

import functools
import json
import re
import types
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Union

import msgspec
from msgspec.structs import astuple

from .errors import BusinessError
from .money import plain

_dumps = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
#: Without ``plain``, Python writes small and round amounts with an exponent.
_decimal_text = re.compile(r"-?\d{1,60}(\.\d{1,60})?(E[+-]\d{1,2})?", re.ASCII).fullmatch


class Codec:
    """Lines of the given kinds of record, made with ``core.record.tagged``."""

    def __init__(self, *kinds):
        self._kinds = {kind.__struct_config__.tag: kind for kind in kinds}
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(Union[kinds], dec_hook=_decimal).decode  # noqa: UP007  of a tuple

    def line(self, record):
        """The canonical line, as it is shown and compared: the tag first, spaces, amounts without exponent."""
        found = {"event": record.__struct_config__.tag, **content(record)}
        return _dumps(found)

    def quick_line(self, record):
        """A line for ``record`` to read again, a tenth of the work of ``line``; its spelling is no promise."""
        return self._encode(record).decode()

    def record(self, line):
        """:raise BusinessError: ``parse.crash``: the line is none of ours"""
        try:
            return self._decode(line)
        except (ValueError, TypeError, RecursionError) as error:
            raise _unreadable() from error

    def restored(self, name, values):
        """The record of which ``content`` made these plain JSON values.

        :raise BusinessError: ``parse.crash``
        """
        try:
            return msgspec.convert(values, self._kinds[name], dec_hook=_decimal)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise _unreadable() from error


def _unreadable():
    return BusinessError("reading gave something unreadable", code="parse.crash")


def _decimal(_kind, text):
    """An amount as ``plain`` writes it, whatever way it was written."""
    if not _decimal_text(text):
        raise ValueError("not a decimal")
    amount = Decimal(text)
    return amount if amount and "E" not in text else Decimal(plain(amount))


def content(record):
    """A record as plain JSON values; fields at their default are left out."""
    found = {}
    for (name, default), value in zip(_defaults(type(record)), astuple(record), strict=True):
        if value is not default and value != default:
            found[name] = value if type(value) in _PLAIN else _value(value)
    return found


@functools.cache
def _defaults(kind):
    return tuple((field.name, field.default) for field in fields(kind))


_PLAIN = frozenset((str, int, bool, types.NoneType))


def _value(value):
    if isinstance(value, msgspec.Struct):
        return content(value)
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value  # datetime too
