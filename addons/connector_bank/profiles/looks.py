"""What titles and cells look like: words in a title, signs of amounts, rows of balances."""

import re

from odoo.addons.finance_connector_base.core.letters import without_marks

from .layout import folded
from .table import shown
from .words import ALONE, CLOSING, OPENING, TURNOVER

NEGATIVE = r"[-(\u2212]|.*-$"
_ACCOUNT_DIGITS = 5
#: Whole texts of rows among the bookings that are none.
_BALANCES = frozenset(
    f"{phrase}{more}" for phrase in (*OPENING, *CLOSING, *TURNOVER) for more in ("", " balance", " al", " on", " am")
) - {"opening", "closing", "beginning", "ending"}


def is_own(column):
    """Whether the same number stands in every one of several rows."""
    values = set(column.texts)
    return len(column.values) > 1 and len(values) == 1 and sum(map(str.isdigit, values.pop())) >= _ACCOUNT_DIGITS


def day_of(form):
    return form.removesuffix("*").rstrip(" ,T") if form.endswith("*") else form


def holds(taken, column):
    return any(column in columns for columns in taken.values())


def negative(column):
    return any(re.match(NEGATIVE, text) for text in column.texts if re.search("[1-9]", text))


def is_balance(cell):
    """Whether a cell says nothing but that its row is a balance or a sum: ``Opening balance 01.02.``."""
    words = " ".join(re.findall(r"[^\W\d_]+", folded(shown(cell)))) if isinstance(cell, str) else ""
    return words in _BALANCES


def bare(text):
    """A title without accents: many banks leave them out."""
    return without_marks(folded(text))


def speaks(word, title):
    """Whether a title has the word: long ones anywhere, short ones as a word of their own; accents do not count."""
    title, word = bare(title), bare(word)
    if title == word or word in ALONE:
        return title == word
    return word in title if len(word) > 3 else bool(re.search(rf"\b{re.escape(word)}\b", title))


def exclusive(one, other):
    """Whether of two columns never both, and always one, has a value."""
    pairs = list(zip(one.texts, other.texts, strict=True))
    filled = [(bool(re.search("[1-9]", first)), bool(re.search("[1-9]", second))) for first, second in pairs]
    return all(first != second for first, second in filled) and len({first for first, _second in filled}) == 2


def day_first(form):
    """True where the day stands before the month, False where behind, None where the year leads."""
    form = form.upper()
    if form.startswith("YYYY") or "MMM" in form:
        return None
    return form.index("D") < form.index("M")
