"""Scores of proposals, and how alike two names are."""

import re
from functools import lru_cache

from rapidfuzz.fuzz import token_sort_ratio

from .numbers import upper

#: From here on two names are taken for variants of one; never enough to book by.
ALIKE = 0.85
_WORD = re.compile(r"\w+")
_LEGAL_FORMS = frozenset(
    "AB AG AS BV BVBA CO CORP DOO EURL GMBH INC KFT KG LIMITED LLC LLP LTD MBH NV OHG OY OYJ PLC SA SARL SAS SE SL SP"
    " SPA SPZOO SRL SRO UG".split()
)


_NAMING = frozenset({"end_to_end", "reference", "number", "number_loose", "number_weak", "number_misspelt"})


def score(reasons, doubts):
    """0 to 1: what speaks for a proposal less the doubts; of several documents named the weakest counts."""
    naming = min((reason.weight for reason in reasons if reason.code in _NAMING), default=0)
    total = naming + sum(reason.weight for reason in reasons if reason.code not in _NAMING)
    total += sum(doubt.weight for doubt in doubts)
    return round(min(max(total, 0.0), 1.0), 4)


@lru_cache(maxsize=65536)
def spelled(name):
    """The words of a name that tell one party from another, in their order: upper case, without legal form."""
    words = _WORD.findall(upper(name).replace(".", ""))
    return tuple(word for word in words if word not in _LEGAL_FORMS) or tuple(words)


def name_key(name):
    """The words of a name in alphabetical order: the same however they are ordered."""
    return " ".join(sorted(spelled(name)))


def alike(one, other):
    """How alike two names are, 0 to 1; 1 only for the same words, legal form and order left aside."""
    if not one or not other:
        return 0.0
    one, other = name_key(one), name_key(other)
    if one == other:
        return 1.0
    return min(token_sort_ratio(one, other) / 100, 0.99)
