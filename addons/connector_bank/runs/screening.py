"""Names compared with a list, such as a sanction list: what comes close is for a person to decide.

A check is a class registered in ``SCREENINGS``; all of them are asked. ``NameList`` reads a table in UTF-8 with the
titles ``name;source;note`` (an example: ``screening_example.csv``).
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from io import StringIO

from rapidfuzz import fuzz, process

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.registry import Registry

SCREENINGS = Registry("screening")
#: Legal forms say nothing about who somebody is.
_FORMS = frozenset(
    "ab ag aps as bv co company corp corporation doo eurl gmbh inc kg limited llc llp ltd nv oy plc sa sarl sas se "
    "spa srl the und and et".split()
)
USUAL_SCORE = 90
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` of 100 how much both names resemble each other."""

    entry: str
    source: str
    score: int


def plain(name):
    """A name without accents, signs, legal forms and the order of its words."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    words = re.findall(r"[^\W_]+", "".join(one for one in letters if not unicodedata.combining(one)))
    return " ".join(sorted(word for word in words if word not in _FORMS)) or " ".join(sorted(words))


@SCREENINGS.add("list", "List in a file")
class NameList:
    def __init__(self, content, score=USUAL_SCORE):
        """:raise FormatError: ``screening.list``, with the line"""
        self.score, self._sources, self._entries = score, [], []
        if len(content) > MOST_BYTES:
            raise FormatError("the list is too large", code="screening.list")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FormatError("the list is not in UTF-8", code="screening.list") from error
        rows = csv.reader(StringIO(text), delimiter=";")
        if (next(rows, None) or [""])[0].strip().casefold() != "name":
            raise FormatError("the first column has to be name", code="screening.list", place="line 1")
        for row in rows:
            if row and row[0].strip():
                self._entries.append(plain(row[0]))
                self._sources.append((row[0].strip(), row[1].strip() if len(row) > 1 else ""))

    def hits(self, names):
        """``{name: Hit}`` of those that come close."""
        found = {}
        for name in set(names):
            best = process.extractOne(plain(name), self._entries, scorer=fuzz.ratio, score_cutoff=self.score)
            if best:
                entry, source = self._sources[best[2]]
                found[name] = Hit(entry, source, round(best[1]))
        return found
