"""One version of a mapping as a frozen table: which row translates a value, and by what right."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from ..core.canonical import sha256

#: Signs of a pattern: any text, one character; a backslash before one makes it an ordinary character.
ANY, ONE = "*", "?"
#: Changes when the hashed form of the rows does.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Row:
    """What one outside value, or all that fit a pattern, stand for; ``*`` alone takes what no other row takes.

    :param target: ``model,id`` of a record, or a text
    :param company: only for this company; None: for all
    :param country: only for this country (ISO 3166 alpha-2)
    :param date_from: first day on which it counts
    :param date_to: last day
    :param id: where the row is kept; not part of the content
    """

    source: str
    target: str
    company: int | None = None
    country: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    id: int | None = field(default=None, compare=False)

    @property
    def key(self):
        """What tells one row from another, whatever it leads to."""
        return self.source, self.company, self.country, self.date_from, self.date_to

    def holds(self, company, country, on):
        """Whether the conditions are met; a row with dates needs a day to be met on."""
        if self.company not in (None, company) or self.country not in (None, country):
            return False
        if self.date_from is None and self.date_to is None:
            return True
        return on is not None and (self.date_from or on) <= on <= (self.date_to or on)

    @property
    def rank(self):
        """The row with the highest rank wins: a plain value before a pattern, the longer pattern before the shorter,
        then a row for the company, for the country, for some days, before those that count always.
        """
        parts = tokens(self.source)
        signs = sum(part in (_Sign.ANY, _Sign.ONE) for part in parts)
        conditions = (self.company is not None, self.country is not None, bool(self.date_from or self.date_to))
        return (not signs, len(parts) - signs, -signs, *conditions)


class _Sign:
    ANY, ONE = object(), object()


def normal(value):
    """An outside value as it is compared: composed Unicode (NFC), no outer blanks, inner ones single."""
    return " ".join(unicodedata.normalize("NFC", value or "").split())


def tokens(source):
    """Characters and signs of a source value."""
    found, escaped = [], False
    for character in source:
        if escaped or character not in (ANY, ONE, "\\"):
            found.append(character)
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            found.append(_Sign.ANY if character == ANY else _Sign.ONE)
    return [*found, "\\"] if escaped else found


def escaped(value):
    """The source that stands for exactly this value, whatever signs it holds."""
    return re.sub(r"([*?\\])", r"\\\1", value)


def is_pattern(source):
    return any(part in (_Sign.ANY, _Sign.ONE) for part in tokens(source))


def expression(source):
    """The regular expression of a pattern."""
    signs = {_Sign.ANY: ".*", _Sign.ONE: "."}
    return re.compile("".join(signs.get(part) or re.escape(part) for part in tokens(source)), re.DOTALL)


class Table:
    """Rows ready for looking up; one for each version, used for many values."""

    def __init__(self, rows):
        self._exact, self._patterns = {}, []
        for row in sorted(rows, key=lambda row: (row.rank, row.source), reverse=True):
            if is_pattern(row.source):
                self._patterns.append((expression(row.source), row))
            else:
                self._exact.setdefault("".join(tokens(row.source)), []).append(row)

    def find(self, value, company=None, country=None, on=None):
        """The row that translates ``value`` on the day ``on``, or None."""
        value = normal(value)
        for row in self._exact.get(value, ()):
            if row.holds(company, country, on):
                return row
        for pattern, row in self._patterns:
            if row.holds(company, country, on) and pattern.fullmatch(value):
                return row
        return None


def fingerprint(rows):
    """Hex SHA-256 of the content, whatever the order of the rows."""
    plain = sorted([[str(part or "") for part in row.key] + [row.target] for row in rows])
    return sha256({"version": VERSION, "rows": plain})


def changes(old, new):
    """Yield ``(row, old target, new target)`` for every row that is not the same; None where it is missing."""
    before, after = ({row.key: row for row in rows} for rows in (old, new))
    for key in sorted({*before, *after}, key=lambda key: [str(part or "") for part in key]):
        was, becomes = before.get(key), after.get(key)
        if was is None or becomes is None or was.target != becomes.target:
            yield becomes or was, was and was.target, becomes and becomes.target
