"""Cuts an MT940 or MT942 file into its fields, whatever stands around the messages."""

import re
from itertools import chain

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.limits import TextLimits, active
from odoo.addons.finance_connector_base.core.safe.text import forgiving_lines

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
    tag, parts, start, kind = None, [], 0, None
    dash = closed = False
    limit = active(TextLimits).line_characters
    for number, line in _lines(stream):
        if tag is not None and not dash and (line[:1].isalnum() or line[:1] == "?"):  # most lines go on with a text
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


def _lines(stream):
    """The lines of the file; ``@@`` ends one where the file begins with it (FinTS transport)."""
    lines = forgiving_lines(stream)
    first = next(((number, line) for number, line in lines if line.strip()), (0, ""))
    lines = chain((first,), lines)
    if first[1].startswith("@@"):
        return ((number, part) for number, line in lines for part in line.split("@@"))
    return lines


def _header(line, mark, kind):
    """(message type, what stands behind ``:20:`` on the line of the header)."""
    found = _KIND.search(mark)
    return (f"mt{found[1] or found[2]}" if found else kind), line.partition("{4::20:")[2]
