"""Whether two cases have the same cause: code, connector, and the words without what differs each time."""

import hashlib
import re

#: In this order: what is quoted, accounts and references with digits, numbers of any kind.
_VARYING = (
    (re.compile(r"“[^”]*”|\"[^\"]*\"|'[^']*'"), "“”"),
    (re.compile(r"\b(?=\w*\d)[\w/.\-:]+"), "#"),
    (re.compile(r"[\s#.,:;/()\-]+"), " "),
)


def normalised(text):
    """The first line of ``text`` without names in quotes, references and numbers."""
    words = (text or "").strip().partition("\n")[0].lower()
    for pattern, instead in _VARYING:
        words = pattern.sub(instead, words)
    return words.strip()


def fingerprint(code, connector, place, text):
    """16 hexadecimal digits; equal for cases with the same cause.

    :param connector: id of the connector, or 0
    """
    parts = (code or "", str(connector or 0), normalised(place), normalised(text))
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:16]
