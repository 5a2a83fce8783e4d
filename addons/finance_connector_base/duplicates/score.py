"""How alike two parties are, and why."""

from dataclasses import dataclass
from zlib import crc32

from rapidfuzz import fuzz

#: Below this likeness (percent) names count as different.
LIKE = 85
#: What each reason weighs; a whole of 100 is as sure as it gets.
WEIGHTS = {"tax": 60, "account": 50, "name": 40, "email": 15, "phone": 15, "address": 15}
AGAINST = {"tax_differs": -45, "country_differs": -15}
#: From here on a person looks at it: an equal name alone is enough, a number alone, too.
THRESHOLD = 40


@dataclass(frozen=True, slots=True)
class Party:
    """One entry of a master file, in normal forms; None where nothing is known."""

    id: int
    name: tuple[str, ...] = ()
    tax: str | None = None
    accounts: frozenset = frozenset()
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    country: str | None = None

    @property
    def text(self):
        return " ".join(self.name)


def keys(party):
    """Blocking keys: who shares none is never compared. ``(strength, number)``; the strong ones are never cut off."""
    found = [(True, "t", party.tax), *((True, "a", account) for account in party.accounts)]
    found += [(False, "e", party.email), (False, "p", party.phone), (False, "d", party.address)]
    if party.name:
        longest = max(party.name, key=len)
        found += [(True, "n", party.text), (False, "b", party.text[:6]), (False, "l", longest)]
        if len(party.name) > 1:
            found.append((False, "f", " ".join(word[:3] for word in party.name[:3])))
    return {(strong, crc32(f"{kind}{value}".encode())) for strong, kind, value in found if value}


def score(one, other, like=LIKE):
    """``(0 to 100, reasons)``; a reason is ``(code, likeness in percent)``."""
    reasons = []
    if one.tax and other.tax:
        reasons.append(("tax" if one.tax == other.tax else "tax_differs", 100))
    if one.accounts & other.accounts:
        reasons.append(("account", 100))
    likeness = 100 if one.name and one.name == other.name else fuzz.ratio(one.text, other.text, score_cutoff=like)
    if likeness and one.name and other.name:
        reasons.append(("name", round(likeness)))
    for name in ("email", "phone", "address"):
        if getattr(one, name) and getattr(one, name) == getattr(other, name):
            reasons.append((name, 100))
    if one.country and other.country and one.country != other.country:
        reasons.append(("country_differs", 100))
    total = sum(_points(code, percent) for code, percent in reasons)
    return max(0, min(100, round(total))), tuple(reasons)


def _points(code, percent):
    if code == "name":
        return WEIGHTS["name"] * (percent - 70) / 30
    return WEIGHTS.get(code) or AGAINST[code]


def found_pairs(pairs, parties, threshold=THRESHOLD, like=LIKE):
    """Yield ``(left id, right id, score, reasons)`` of the pairs that a person should see.

    :param pairs: of ids, from the blocking keys
    :param like: below this likeness (percent) names count as different
    """
    for left, right in pairs:
        points, reasons = score(parties[left], parties[right], like)
        if points >= threshold:
            yield left, right, points, reasons
