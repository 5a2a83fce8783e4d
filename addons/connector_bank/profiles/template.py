"""Rows around the table, such as ``Period | {from_on} - {to_on}``: what a bank says beside its bookings."""

import re

from odoo.addons.finance_connector_base.core.errors import ConfigurationError

#: What a row may say; amounts, days and plain texts.
AMOUNTS = ("opening", "closing", "current", "sum_credits", "sum_debits")
DAYS = ("opening_on", "closing_on", "current_on", "from_on", "to_on")
TEXTS = ("account", "currency", "owner", "bic", "statement_id", "entries")
FACTS = (*AMOUNTS, *DAYS, *TEXTS)
_PLACE = re.compile(r"\{(\w+)\}")
#: Last cell of a template: whatever follows.
REST = "*"


class Template:
    """Cells that a row must have one by one; ``{name}`` stands for what is read, ``{_}`` for anything.

    Case and blanks do not count; empty cells behind the last one neither.
    """

    def __init__(self, cells):
        self.cells = tuple(cells)
        self._open = self.cells[-1:] == (REST,)
        self._patterns = [self._pattern(cell) for cell in (self.cells[:-1] if self._open else self.cells)]

    @property
    def looks_like_booking(self):
        """Whether a row of this kind begins with anything, such as a day, and has its name further on: a balance
        among the bookings."""
        return self.cells[0] == "{_}" and any(_PLACE.sub("", cell).strip() for cell in self.cells)

    @staticmethod
    def _pattern(cell):
        parts = []
        for number, part in enumerate(_PLACE.split(squeezed(cell))):
            if not number % 2:
                parts.append(re.escape(part))
            elif part == "_":
                parts.append(".*?")
            elif part in FACTS:
                parts.append(f"(?P<{part}>.+?)")
            else:
                raise ConfigurationError(f"a row says nothing called {part}", code="profile.invalid", place=cell)
        try:
            return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
        except re.error as error:
            raise ConfigurationError("a row says something twice", code="profile.invalid", place=cell) from error

    def match(self, texts):
        """``{name: text}`` of what the row says, or ``None`` where it is another row."""
        given = texts[: len(self._patterns)]
        given += [""] * (len(self._patterns) - len(given))
        if not self._open and any(texts[len(self._patterns) :]):
            return None
        found = {}
        for pattern, text in zip(self._patterns, given, strict=True):
            hit = pattern.fullmatch(squeezed(text))
            if not hit:
                return None
            found.update(hit.groupdict())
        return {name: text.strip() for name, text in found.items()}


def squeezed(text):
    return " ".join(text.split())
