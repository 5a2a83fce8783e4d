"""Amounts as exact decimals; nothing here ever sees a float."""

import re
from decimal import Decimal

#: ISO 20022 ActiveOrHistoricCurrencyAndAmount allows 18 digits, 5 of them fractional; banks send more.
_PLAIN = re.compile(r"[+-]?(?:\d{1,22}(?:\.\d{0,15})?|\.\d{1,15})", re.ASCII)
MINUS_ONE = Decimal(-1)


def money(text):
    """Read ``text`` as an exact amount with a point as decimal mark.

    Raises ``ValueError`` for exponents, NaN, infinity, thousands marks, other digits than 0-9 and
    anything longer than 22 digits before or 15 after the point.
    """
    text = text.strip()
    if not _PLAIN.fullmatch(text):
        raise ValueError(f"not an amount: {text[:40]!r}")
    return Decimal(text)


def plain(amount):
    """``amount`` as people and files write it: no exponent, never ``-0``."""
    text = format(amount, "f")
    return text[1:] if not amount and text.startswith("-") else text
