"""How single values are written: each scalar knows its JSON Schema and how to read and write itself."""

import re
from dataclasses import MISSING, dataclass, field
from datetime import date
from decimal import Decimal

#: Control characters, line ends, and the marks by which a text shows other than it reads.
FORBIDDEN = "\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ufffe\\uffff"
_AMOUNT = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$"
_POSITIVE = r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A JSON string with a meaning.

    :param name: also the name of its schema component
    :param pattern: what the whole text must match
    """

    name: str
    text: str
    pattern: str
    longest: int | None = None
    shortest: int = 0
    form: str | None = None  # ``format`` of JSON Schema
    kind: str = "text"  # text, amount or day

    def schema(self):
        found = {"type": "string", "description": self.text}
        if self.form:
            found["format"] = self.form
        else:
            found["pattern"] = self.pattern
        if self.longest is not None:
            found |= {"minLength": self.shortest, "maxLength": self.longest}
        return found

    def read(self, value):
        """The value as Python holds it; ``ValueError`` where the text is not of this form."""
        if not isinstance(value, str) or not _compiled(self.pattern).search(value):
            raise ValueError(self.text)
        if self.longest is not None and not self.shortest <= len(value) <= self.longest:
            raise ValueError(self.text)
        if self.kind == "amount":
            return Decimal(value)
        if self.kind == "day":
            return date.fromisoformat(value)
        return value


_patterns = {}


def _compiled(pattern):
    """``$`` of JSON Schema is the very end; that of Python allows a line end behind it."""
    if pattern not in _patterns:
        _patterns[pattern] = re.compile(pattern.removesuffix("$") + r"\Z")
    return _patterns[pattern]


def _text(name, text, longest, shortest=1):
    # one visible character at least, so that a name of blanks is none
    pattern = f"^[^{FORBIDDEN}]*[^{FORBIDDEN}\\s][^{FORBIDDEN}]*$" if shortest else f"^[^{FORBIDDEN}]*$"
    return Scalar(name, text, pattern, longest, shortest)


AMOUNT = Scalar(
    "Amount", "A decimal number as text, point as separator, no exponent, at most six decimals.", _AMOUNT, kind="amount"
)
POSITIVE_AMOUNT = Scalar("PositiveAmount", "A decimal number as text that is not negative.", _POSITIVE, kind="amount")
DAY = Scalar(
    "Day", "A calendar day like 2026-12-31 (ISO 8601).", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", form="date", kind="day"
)
CURRENCY = Scalar("Currency", "ISO 4217 code of the currency.", "^[A-Z]{3}$")
COUNTRY = Scalar("Country", "ISO 3166-1 alpha-2 code of the country.", "^[A-Z]{2}$")
IDENTIFIER = Scalar(
    "Identifier", "Identifier in the source system: letters, digits and ._:/-", "^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$"
)
CODE = _text("Code", "Short code of an account, journal, tax, cost centre …, at most 64 characters.", 64)
#: No slash: links are kept as system/identifier, and identifiers may hold slashes.
SYSTEM = Scalar("System", "Code of a system: letters, digits, blanks and ._:+-", "^[A-Za-z0-9][A-Za-z0-9 ._:+-]{0,63}$")
NAME = _text("Name", "One line of text, at most 128 characters.", 128)
LINE = _text("Line", "One line of text, at most 512 characters.", 512)


def told(text, default=MISSING, example=None, **more):
    """A field of a canonical object: what it means, and its default where it may be left out."""
    metadata = {"text": text, "example": example, **more}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)
