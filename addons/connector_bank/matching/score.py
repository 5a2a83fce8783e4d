"""Scores of proposals, and how alike two names are."""

import re
from functools import lru_cache

from rapidfuzz.fuzz import token_sort_ratio

from odoo.addons.finance_connector_base.core.letters import without_marks

from .numbers import upper

#: From here on two names are taken for variants of one; never enough to book by.
ALIKE = 0.85
#: From here on they are one name, should a number and the amount say so as well.
_SAME = 0.95
_WORD = re.compile(r"\w+")
_LEGAL_FORMS = frozenset(
    "AB AG APS AS BV BVBA CO CORP CORPORATION DOO EK EURL EV GBR GMBH INC INCORPORATED KFT KG KGAA LIMITED LLC LLP LTD"
    " MBH NV OHG OY OYJ PLC SA SARL SAS SCA SCS SE SL SNC SP SPA SPZOO SRL SRO UG VOF".split()
)
_TITLES = frozenset("DR FA FIRMA FRAU HERR MADAME MONSIEUR MR MRS MS PROF".split())
_NO_NAMES = _LEGAL_FORMS | _TITLES


_NAMING = frozenset(
    ("end_to_end", "reference", "number", "number_loose", "number_weak", "number_short", "number_misspelt")
)


def score(reasons, doubts):
    """0 to 1: what speaks for a proposal less the doubts; of several documents named the weakest counts."""
    naming = min((reason.weight for reason in reasons if reason.code in _NAMING), default=0)
    total = naming + sum(reason.weight for reason in reasons if reason.code not in _NAMING)
    total += sum(doubt.weight for doubt in doubts)
    return round(min(max(total, 0.0), 1.0), 4)


#: Letters that are no others with a mark, and how banks write them.
_LETTERS = str.maketrans({"Æ": "AE", "Œ": "OE", "Ø": "O", "Ł": "L", "Đ": "D", "Þ": "TH"})
_WRITTEN_OUT = re.compile(r"(?<![AEIOU])([AOU])E|(?<=A)A")


def _folded(name):
    """Upper case without marks on letters; Müller, MUELLER and MULLER are one (but Bauer is not Baur)."""
    text = upper(name)
    if not text.isascii():
        text = without_marks(text.translate(_LETTERS))
    return _WRITTEN_OUT.sub(r"\1", text)  # a group without match is empty


@lru_cache(maxsize=65536)
def spelled(name):
    """The words of a name that tell one party from another, in their order: folded, without legal form and title."""
    words = _WORD.findall(_folded(name).replace(".", ""))
    return tuple(word for word in words if word not in _NO_NAMES) or tuple(words)


@lru_cache(maxsize=65536)
def name_words(name):
    """The words of a name, without those of one or two letters."""
    return frozenset(word for word in spelled(name) if len(word) > 2) if name else frozenset()


@lru_cache(maxsize=65536)
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


def is_named(written, name):
    """Whether ``written`` is ``name``, where a number and the amount say so as well; more words may stand beside."""
    if alike(written, name) >= _SAME:
        return True
    words = spelled(name) if written and name else ()
    return len(words) > 1 and set(words) <= set(spelled(written))
