"""Reading what a post says: JSON without surprises, values by path, times of either spelling."""

import json
import re
from datetime import UTC, datetime

from ..core.errors import FormatError
from ..core.safe.json import json_value
from ..core.webhook import malformed

_SECONDS = re.compile(r"[0-9]{1,11}", re.ASCII)
_MILLISECONDS = re.compile(r"[0-9]{12,14}", re.ASCII)
_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"


def document(body):
    """The JSON value of ``body``, ``None`` where it is none."""
    try:
        return json_value(body)
    except FormatError:
        return None


def json_object(body):
    """The JSON object in ``body``."""
    found = document(body)
    if not isinstance(found, dict):
        raise malformed("not a JSON object")
    return found


def items(body, name):
    """Bytes of each element of the list ``name`` in the object ``body``, exactly as they were signed.

    A name that comes twice is refused: readers disagree on which one counts.
    """
    found = None
    try:
        text = body.decode()
        for key, start, end in _members(text, _skip(text, 0)):
            if key == name:
                if found is not None:
                    raise malformed(f"{name} comes twice")
                found = [text[begin:stop].encode() for begin, stop in _elements(text[:end], start)]
    except (ValueError, IndexError, RecursionError) as error:
        raise malformed("not a JSON object") from error
    if found is None:
        raise malformed(f"{name} is missing")
    return found


def _skip(text, place):
    while text[place] in _BLANK:
        place += 1
    return place


def _expect(text, place, mark):
    if text[place] != mark:
        raise ValueError(f"{mark} expected")
    return _skip(text, place + 1)


def _members(text, place):
    """``(key, start, end)`` of each member of the object at ``place``."""
    place = _expect(text, place, "{")
    while text[place] != "}":
        key, place = _DECODER.raw_decode(text, place)
        if not isinstance(key, str):
            raise ValueError("name expected")
        start = _expect(text, _skip(text, place), ":")
        end = _DECODER.raw_decode(text, start)[1]
        yield key, start, end
        place = _skip(text, end)
        if text[place] == ",":
            place = _skip(text, place + 1)
        elif text[place] != "}":
            raise ValueError("comma expected")
    if text[place + 1 :].strip(_BLANK):
        raise ValueError("something follows")


def _elements(text, place):
    """``(start, end)`` of each element of the list at ``place``."""
    place = _expect(text, place, "[")
    while text[place] != "]":
        end = _DECODER.raw_decode(text, place)[1]
        yield place, end
        place = _skip(text, end)
        if text[place] == ",":
            place = _skip(text, place + 1)
        elif text[place] != "]":
            raise ValueError("comma expected")


def at(content, path):
    """The value at a dotted path such as ``data.id``; ``None`` where there is none."""
    if not path:
        return None
    for name in path.split("."):
        content = content.get(name) if isinstance(content, dict) else None
    return content


def number(text):
    """Unix seconds from digits; more than eleven of them are milliseconds. ``None`` for anything else."""
    text = str(text) if isinstance(text, int | str) and not isinstance(text, bool) else ""
    if _SECONDS.fullmatch(text):
        return int(text)
    return int(text) / 1000 if _MILLISECONDS.fullmatch(text) else None


def moment(value):
    """A time as UTC without zone, from Unix or ISO 8601 form; ``None`` where it says nothing certain."""
    seconds = number(value)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None, microsecond=0)
        found = datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else None
        # A time without zone says no certain moment.
        return found.astimezone(UTC).replace(tzinfo=None, microsecond=0) if found and found.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None
