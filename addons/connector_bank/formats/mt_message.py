"""Cuts an MT940 or MT942 file into its fields, whatever stands around the messages."""

import re

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.limits import TextLimits, active
from odoo.addons.finance_connector_base.core.safe.text import forgiving_blocks

TAGS = frozenset(
    {
        "20", "21", "25", "25P", "28", "28C", "60F", "60M", "60", "61", "86", "62F", "62M", "62", "64", "65",
        "34F", "13", "13D", "90D", "90C", "NS",
    }
)
#: End of a message; after it come headers of the next one, of SWIFT or of the bank.
END = "-"
#: The message type where a header says it: block 2, or a line of its own.
_KIND = re.compile(r"\{2:[IO](94[02])|^:?(94[02])\b")
_CLOSING = ("62", "90")
_CHECKED_LINES = 128  # so often a growing field is measured


def fields(stream):
    """Yield ``(tag, lines, line number, message type or None)``; ``END`` is the tag of an end mark.

    :raise FormatError: ``text.limit``: one field is longer than a line may be

    A line with ``-`` ends a message, unless the message has no closing balance yet and goes on below it.
    """
    line: str
    mark: str
    name: str
    tag: str = None
    parts: list = []
    start, kind = 0, None
    dash = closed = False
    limit = active(TextLimits).line_characters
    for first, lines in _blocks(stream):
        number = first - 1
        for line in lines:
            number += 1
            if tag is not None and not dash and line and (line[0].isalnum() or line[0] == "?"):  # goes on with a text
                parts.append(line)
                if len(parts) % _CHECKED_LINES == 0 and sum(map(len, parts)) > limit:
                    raise FormatError("a field is too long", code="text.limit", place=f"line {start}")
                continue
            if line[:1] == " " and tag != "86" and line.lstrip()[:1] == ":":
                line = line.lstrip()
            if line[:1] == ":":
                name = line[1 : line.find(":", 2, 6)]
                if name in TAGS:
                    if tag is not None:
                        yield tag, parts, start, kind
                    if dash and (closed or name == "20"):
                        yield END, [], number, kind
                        closed = False
                    elif name == "20":
                        closed = False
                    if name[:2] in _CLOSING:
                        closed = True
                    tag, start, parts, dash = name, number, [line[len(name) + 2 :]], False
                    continue
            mark = line.strip()
            if not mark:
                continue
            if dash and tag is not None:
                if mark[0] != "{" and tag in ("61", "86") and not closed:
                    parts += ["-", line]
                    dash = False
                    continue
                yield tag, parts, start, kind
                yield END, [], number, kind
                tag, dash, closed = None, False, False
            if tag is None:
                kind, rest = _header(line, mark, kind)
                if rest:
                    tag, start, parts = "20", number, [rest]
            elif mark == "-":
                dash = True
            elif mark.startswith(("-}", "{1:", "{5:")):
                yield tag, parts, start, kind
                yield END, [], number, kind
                tag, closed = None, False
                kind = _header(line, mark, kind)[0]
            else:
                parts.append(line)
                if len(parts) % _CHECKED_LINES == 0 and sum(map(len, parts)) > limit:
                    raise FormatError("a field is too long", code="text.limit", place=f"line {start}")
    if tag is not None:
        yield tag, parts, start, kind
        yield END, [], start, kind


def _blocks(stream):
    """``(number of the first line, lines)``; ``@@`` ends a line where the file begins with it (FinTS transport)."""
    packed = None
    for first, lines in forgiving_blocks(stream):
        if packed is None:
            whole = next(filter(str.strip, lines), None)
            packed = whole and whole.startswith("@@")
        if packed:
            for number, line in enumerate(lines, first):
                for part in line.split("@@"):
                    yield number, (part,)
        else:
            yield first, lines


def _header(line, mark, kind):
    """(message type, what stands behind ``:20:`` on the line of the header)."""
    found = _KIND.search(mark)
    return (f"mt{found[1] or found[2]}" if found else kind), line.partition("{4::20:")[2]
