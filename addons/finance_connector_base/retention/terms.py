"""Finds a person's names, addresses and account numbers in texts and files, however they are broken and spelled.

The same pattern is understood by Python and by PostgreSQL.
"""

import codecs
import re

from ..core.letters import without_marks

#: Shorter ones would be found everywhere.
SHORTEST = 4
ERASED = "•••"
#: Between two letters of a word a line may end (MT940 breaks after 27 or 65 characters, and counts subfields).
INSIDE = r"(?:\r?\n|\?\d\d)?"
BETWEEN = r"(?:[\s,;+/]|\?\d\d){1,4}"
#: Account numbers are written in groups.
GROUPED = r"[ .-]?"
SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "oe",
                         "å": "aa", "æ": "ae", "Ø": "Oe", "Å": "Aa", "Æ": "Ae"})  # fmt: skip


def pattern(terms):
    """One regular expression for all terms, to be used without regard to case; ``None`` where none is long enough."""
    found = []
    for term in terms:
        for spelling in _spellings(" ".join(term.split())):
            if len(spelling) >= SHORTEST:
                expression = _expression(spelling)
                if expression not in found:
                    found.append(expression)
    return "|".join(sorted(found, key=len, reverse=True)) or None


def _spellings(term):
    """As it is, with umlauts written out as banks do (SEPA's letters), and without accents."""
    yield from dict.fromkeys((term, term.translate(SPELLED), without_marks(term)))
    words = term.split()
    if len(words) == 2:  # family name first
        yield from dict.fromkeys(_spelled(f"{words[1]} {words[0]}"))


def _spelled(term):
    yield term
    yield term.translate(SPELLED)


def _expression(term):
    if sum(sign.isdigit() for sign in term) >= SHORTEST and "@" not in term:
        return GROUPED.join(map(_escaped, re.sub(r"[\s.-]", "", term)))
    return BETWEEN.join(INSIDE.join(map(_escaped, word)) for word in term.split())


def _escaped(sign):
    return sign if sign.isalnum() else f"\\{sign}"


def mentions(expression, content):
    """Whether bytes of any usual encoding name the person."""
    return re.search(expression, _text(content), re.IGNORECASE) is not None


def _text(content):
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")
