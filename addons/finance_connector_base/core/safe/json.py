"""JSON from outside (RFC 8259): exact numbers, no doubled names, bounded in depth, size and digits."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal

from ..errors import FormatError
from .limits import JsonLimits, active
from .text import WRONG_IN_TEXT, text_lines, wrong_character

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


def json_value(content, limits=None, fraction=Decimal):
    """The value of ``content`` (bytes in UTF-8); fractions are ``Decimal``, never float.

    :param fraction: what makes a fraction of its digits, as they stand there
    :raise FormatError: ``json.encoding``, ``json.malformed``, ``json.depth``, ``json.number``, ``json.duplicate``,
        ``json.limit``, ``text.nul``, ``text.control``, ``text.bidi``; the place is ``line:column`` or a path
    """
    limits = limits or active(JsonLimits)
    if len(content) > limits.total_bytes:
        raise FormatError("the document is too large", code="json.limit")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError("JSON is not in UTF-8", code="json.encoding", place=f"byte {error.start + 1}") from error
    return _value(text, limits, fraction)


def json_lines(stream, limits=None) -> Iterator[tuple[int, object]]:
    """Yield ``(line number, value)`` of a file with one document a line; empty lines are passed over."""
    limits = limits or active(JsonLimits)
    for number, line in text_lines(stream):
        if line.strip():
            try:
                yield number, _value(line, limits)
            except FormatError as error:
                column = (error.place or "").removeprefix("1:")
                error.place = f"line {number}" + (f", {column}" if column else "")
                raise


def _value(text, limits, made=Decimal):
    _check_depth(text, limits)

    def whole(digits):
        return int(_bounded(digits, limits))

    def fraction(digits):
        exponent = _bounded(digits, limits).lower().partition("e")[2]
        if exponent and abs(int(exponent)) > limits.digits:
            raise FormatError("a number is too large or too small", code="json.number", place=digits[:40])
        return made(digits)

    try:
        found = json.loads(
            text,
            parse_int=whole,
            parse_float=fraction,
            parse_constant=_constant,
            object_pairs_hook=_once,
        )
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise FormatError(f"not JSON: {error.msg}", code="json.malformed", place=place) from error
    _check_texts(found)
    return found


def _check_depth(text, limits):
    depth = 0
    for token in _TOKENS.finditer(text):
        sign = token[0][0]
        if sign in "[{":
            depth += 1
            if depth > limits.depth:
                line = text.count("\n", 0, token.start()) + 1
                column = token.start() - text.rfind("\n", 0, token.start())
                raise FormatError("nested too deeply", code="json.depth", place=f"{line}:{column}")
        elif sign in "]}":
            depth -= 1


def _bounded(digits, limits):
    if len(digits) > limits.digits:
        raise FormatError("a number has too many digits", code="json.number", place=f"{digits[:20]}…")
    return digits


def _constant(name):
    raise FormatError(f"{name} is no number", code="json.number", place=name)


def _once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise FormatError("a name stands twice in one object", code="json.duplicate", place=double[:80])
    return found


def _check_texts(value, path="$"):
    if isinstance(value, str):
        wrong = WRONG_IN_TEXT.search(value)
        if wrong:
            raise wrong_character(wrong[0], path)
    elif isinstance(value, dict):
        for name, one in value.items():
            _check_texts(name, path)
            _check_texts(one, f"{path}.{name}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            _check_texts(one, f"{path}[{number}]")
