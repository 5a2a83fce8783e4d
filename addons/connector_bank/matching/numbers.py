"""Document numbers: normal forms, and how good an occurrence in free text is.

**Groups.** A text is cut into runs of letters and runs of digits, upper case, compatibility forms
resolved (Unicode NFKC); everything else is a separator. ``INV/2026/00042`` is INV · 2026 · 00042.

**Strict form**: the groups put together, ``INV202600042``. Blanks inserted by a bank, line ends and
other separators leave it as it is. A run of digits is never cut, so 0004 is not found in 00042.

**Loose form**: the groups without leading zeros, ``INV/2026/42``. Never enough alone: two documents
may share it, so the payer must confirm it. Of digits alone fewer than six are left, or a year: weak.

**Grade of a number** (what its mere occurrence in a text proves):

* ``strong``: letters and digits, at least 4 digits and 6 signs, and the digits are no date.
* ``dated``: as strong, but the digits can be read as a day (INV/2026/0101): strong only where it is
  written with the very separators of the document.
* ``number``: digits alone, at least 8 and no date: the payer must confirm it.
* ``weak``: anything else with at least 3 digits (42, a year, a month, F-117): supports, never decides.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cached_property

_GROUP = re.compile(r"[^\W\d_]+|\d+")
_PERIOD = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])?|(?:0[1-9]|1[0-2])(?:19|20)\d\d", re.ASCII)
_MAX_GROUPS = 8
_FEW = 6  # fewer digits alone are read everywhere


def upper(text):
    """Upper case in compatibility form; the base of everything here."""
    return text.upper() if text.isascii() else unicodedata.normalize("NFKC", text).upper()


def strict(text):
    """Letters and digits alone, upper case."""
    return "".join(_GROUP.findall(upper(text)))


def digit_runs(text):
    """(digits without leading zeros, start, end) of each run of digits in ``text``, which is in upper case."""
    return [(hit.group().lstrip("0"), hit.start(), hit.end()) for hit in _GROUP.finditer(text) if hit.group().isdigit()]


def quoted(texts):
    """Strict forms of all that may be a number in ``texts``, singly and put together: 4 digits, at most 8 groups."""
    found = set()
    for text in (*texts, "".join(texts)) if len(texts) > 1 else texts:
        groups = _GROUP.findall(upper(text))
        for start in range(len(groups)):
            for end in range(start + 1, min(start + _MAX_GROUPS, len(groups)) + 1):
                number = "".join(groups[start:end])
                if sum(sign.isdigit() for sign in number) > 3:
                    found.add(number)
    return found


#: Digits with a point or comma between them and others are amounts and days.
_RUN = re.compile(r"(?<![\d])(?<!\d[.,])\d{3,}(?![.,]?\d)", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
LEAST_SHORT = 3  # digits of a short number
SURE_SHORT = 4  # the same, zeros in front included, where the payer is not known by his account


def short_runs(texts):
    """{run of digits without leading zeros: as it is written} of ``texts``, but for amounts and days.

    Banks cut long texts anywhere: what stands in all of them put together counts as well.
    """
    found = {}
    for text in (*texts, "".join(texts)) if len(texts) > 1 else texts:
        for run in _RUN.findall(upper(text)):
            found.setdefault(run.lstrip("0"), run)
    return found


def shortened(name):
    """What payers quote for the number ``name``: its last digits, or all its digits; without leading zeros.

    Nothing that may as well be a year, nor a part of it that may be a day.
    """
    groups = _GROUP.findall(upper(name))
    digits = [group for group in groups if group.isdecimal()]
    found = {"".join(digits).lstrip("0"), digits[-1].lstrip("0")} if digits else ()
    long = [short for short in found if len(short) >= LEAST_SHORT and not _YEAR.fullmatch(short)]
    return long if len(groups) == 1 else [short for short in long if not looks_like_date(short)]


def _is_day(year, month, day):
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def looks_like_date(digits):
    """Whether ``digits`` can be a day: YYYYMMDD, DDMMYYYY, MMDDYYYY, YYMMDD or DDMMYY."""
    if len(digits) == 8:
        forms = (
            (digits[:4], digits[4:6], digits[6:]),
            (digits[4:], digits[2:4], digits[:2]),
            (digits[4:], digits[:2], digits[2:4]),
        )
        return any(form[0][:2] in ("19", "20") and _is_day(*form) for form in forms)
    if len(digits) == 6:
        forms = ((digits[:2], digits[2:4], digits[4:]), (digits[4:], digits[2:4], digits[:2]))
        return any(_is_day("20" + year, month, day) for year, month, day in forms)
    return False


def is_short(digits):
    """Whether ``digits``, which lost their leading zeros, may as well be a year, a month or a count."""
    return len(digits) < _FEW or bool(_PERIOD.fullmatch(digits))


@dataclass(frozen=True)
class Number:
    """A document number as the document writes it."""

    text: str
    groups: tuple[str, ...]

    @classmethod
    def of(cls, text):
        """The number in ``text``, or None where it has fewer than 3 digits or too many groups."""
        text = upper(text).strip()
        groups = tuple(_GROUP.findall(text))
        digits = sum(len(group) for group in groups if group[0].isdigit())
        return cls(text, groups) if digits >= 3 and len(groups) <= _MAX_GROUPS else None

    @cached_property
    def strict(self):
        return "".join(self.groups)

    @cached_property
    def loose(self):
        return "/".join(group.lstrip("0") or "0" for group in self.groups)

    @cached_property
    def bounds(self):
        """Places in the strict form where a new group begins."""
        places, place = set(), 0
        for group in self.groups:
            places.add(place)
            place += len(group)
        return frozenset(places)

    @cached_property
    def grade(self):
        digits = "".join(group for group in self.groups if group[0].isdigit())
        if _PERIOD.fullmatch(digits):
            return "weak"
        if len(digits) == len(self.strict):
            return "number" if len(digits) >= 8 and not looks_like_date(digits) else "weak"
        if len(digits) < 4 or len(self.strict) < 6:
            return "weak"
        return "dated" if looks_like_date(digits) else "strong"

    @property
    def family(self):
        """Leading letters and lengths of the digit groups: tells sister numbers; None without letters first."""
        if self.groups[0][0].isdigit() or self.grade not in ("strong", "dated"):
            return None
        lengths = tuple(len(group) if group[0].isdigit() else 0 for group in self.groups[1:])
        return self.groups[0], lengths


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring groups of a text read as one number."""

    strict: str
    loose: str
    starts: tuple[int, ...]  # where its groups begin in the strict form
    lengths: tuple[int, ...]  # of the groups after the first; 0 for letters
    start: int  # place in the text
    end: int
    glued: bool  # stands directly against further letters or digits


class Text:
    """All texts of a line, read once, in their order; repeated fields are read once."""

    def __init__(self, texts):
        self.text = "\n".join(dict.fromkeys(upper(text) for text in texts if text))
        self.groups = [(hit.group(), hit.start(), hit.end()) for hit in _GROUP.finditer(self.text)]

    def windows(self, begins, longest):
        """Windows up to ``longest`` signs; ``begins(group)`` tells how many signs may be left out."""
        for first, (value, start, _end) in enumerate(self.groups):
            for skip in begins(value):
                yield from self._from(first, value[skip:], start + skip, longest)

    def _from(self, first, value, start, longest):
        strict_form, loose, starts, lengths = value, value.lstrip("0") or "0", (0,), ()
        groups, last = self.groups, len(self.groups) - 1
        for place in range(first, min(first + _MAX_GROUPS, last + 1)):
            end = groups[place][2]
            if place > first:
                value = groups[place][0]
                starts += (len(strict_form),)
                lengths += (len(value) if value[0].isdigit() else 0,)
                strict_form += value
                loose += "/" + (value.lstrip("0") or "0")
            if len(strict_form) > longest:
                return
            glued = start > groups[first][1] or (place < last and groups[place + 1][1] == end)
            if first and groups[first - 1][2] == groups[first][1]:
                glued = True
            yield Window(strict_form, loose, starts, lengths, start, end, glued)

    def continued(self, start, end):
        """Whether the number goes on: a joining sign with a letter or digit behind it, at either end.

        A payment code word before it (``/INV/``, ``/RFB/``) is no part of the number.
        """
        text = self.text
        right = text[end : end + 2]
        if len(right) == 2 and right[0] in "/-_." and right[1].isalnum():
            return True
        left = text[max(start - 2, 0) : start]
        if len(left) == 2 and left[1] in "/-_" and left[0].isalnum():
            return not re.search(r"(?:^|\s|/)/[A-Z]{3,4}/$", text[max(start - 7, 0) : start])
        return False
