"""Records of fixed width, described in one line each, for writing and reading alike."""

import re

from odoo.addons.finance_connector_base.core.errors import FormatError

_TOKEN = re.compile(r"(?P<name>[a-z_0-9]*)(?P<kind>[:#=])(?P<rest>\S+)")


class Record:
    """A record as words apart by blanks: ``=06`` those very characters, ``:8`` eight blanks, ``name:24`` a text,
    ``amount#16`` a whole number with zeros in front."""

    def __init__(self, length, description):
        self.length = length
        self._parts, at = [], 0
        for token in description.split():
            name, kind, rest = _TOKEN.fullmatch(token).groups()
            size = len(rest) if kind == "=" else int(rest)
            self._parts.append((name, kind, rest, at, at + size))
            at += size
        if at != length:
            raise ValueError(f"the record has {at} places, not {length}")

    def write(self, **values):
        """The line. Raises ``ValueError`` for what does not fit: the rules have to come first."""
        line = "".join(self._written(values, *part) for part in self._parts)
        if len(line) != self.length or values:
            raise ValueError(f"{sorted(values)} do not fit the record")
        return line

    @staticmethod
    def _written(values, name, kind, rest, start, end):
        if kind == "=":
            return rest
        value = values.pop(name, None) if name else None
        if kind == "#":
            return f"{int(value or 0):0{end - start}}"
        return (value or "").ljust(end - start)

    def read(self, line, code, place):
        """Values by name: whole numbers, and texts without the blanks that fill them up (None where blank).

        Raises ``FormatError`` ``code`` for another length, other fixed characters and numbers that are none.
        """
        if len(line) != self.length:
            raise FormatError(f"the record has {len(line)} places, not {self.length}", code=code, place=place)
        found = {}
        for name, kind, rest, start, end in self._parts:
            text = line[start:end]
            if kind == "=":
                if text != rest:
                    raise FormatError(f"place {start + 1} holds {text!r}, not {rest!r}", code=code, place=place)
            elif kind == "#":
                if not re.fullmatch(r"[0-9]+", text):
                    raise FormatError(f"the {name.replace('_', ' ')} is no number", code=code, place=place)
                found[name] = int(text)
            elif name:
                found[name] = text.rstrip() or None
        return found


def lines_of(content, encoding, code):
    """``(number, line)`` of each line that is not empty. Raises ``FormatError`` ``code``."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FormatError(f"this is no {encoding} text", code=code, place=f"byte {error.start + 1}") from error
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if line:
            yield number, line
