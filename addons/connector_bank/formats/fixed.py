"""Fields of fixed-width records (CODA, CFONB, Norma 43): days of six digits, amounts without a point, accounts."""

import re
from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError

#: What banks write where they know nothing.
ABSENT = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"})
_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")  # of the RIB key
_CENT = Decimal("0.01")
_CCC_WEIGHTS = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
_DIGITS = re.compile(r"[0-9]+")


def text(value):
    """``value`` with single blanks, or None where it says nothing."""
    value = value.strip()
    if not value:
        return None
    if "  " in value:
        value = " ".join(value.split())
    return None if value in ABSENT else value


def number(value):
    """A count or a number of a statement; None where it is blank, zero or no number."""
    value = value.strip()
    return (int(value) or None) if _DIGITS.fullmatch(value) else None


def count(value, code):
    """A count that has to be there."""
    if not _DIGITS.fullmatch(value):
        raise FormatError("a count is no number", code=code)
    return int(value)


def scaled(digits, decimals, code):
    """An amount in units of ``10 ** -decimals``; refused with ``code`` where it is not all digits."""
    if not (digits.isdigit() and digits.isascii()):
        raise FormatError("an amount is not all digits", code=code)
    return Decimal(f"{digits}E-{decimals}")


def optional_scaled(digits, decimals):
    """The same for amounts that only inform: None where they are absent, zero or unreadable."""
    digits = digits.strip()
    return (Decimal(digits).scaleb(-decimals) or None) if _DIGITS.fullmatch(digits) else None


def cents(value):
    """``value`` of a format with three decimals: a zero at the end is no third decimal of the amount."""
    cut = value.quantize(_CENT)
    return cut if cut == value else value


class _Days(dict):
    """Days by their six digits in one order, each computed once; there are less than 40,000."""

    def __init__(self, order):
        super().__init__()
        self._order = order

    def __missing__(self, digits):
        found = self[digits] = _day(digits, self._order)
        return found


def _day(digits, order):
    if not digits.strip(" 0"):
        return None
    if not _DIGITS.fullmatch(digits):
        raise ValueError("not a day")
    first, month, last = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    day, year = (first, last) if order == "dmy" else (last, first)
    return date(year + (1900 if year >= 80 else 2000), month, day)


#: Order ``dmy`` or ``ymd`` → six digits → day; None for blanks and zeros, ``ValueError`` for what is no day.
#: Two-digit years from 80 on are of the last century.
DAYS = {order: _Days(order) for order in ("dmy", "ymd")}


def day(digits, order, code):
    try:
        return DAYS[order][digits]
    except ValueError as error:
        raise FormatError("a date is no day of the calendar", code=code) from error


def french_account(bank, branch, account):
    """BBAN of a French account (bank, branch, number) with its key, by which it is part of the IBAN.

    None where a part is missing: then there is no key. Source: CFONB, relevé d'identité bancaire.
    """
    parts = [part.strip().upper() for part in (bank, branch, account)]
    if not re.fullmatch(r"[0-9]{5} [0-9]{5} [0-9A-Z]{11}", " ".join(parts)):
        return None
    digits = [int(part.translate(_LETTERS)) for part in parts]
    key = 97 - (89 * digits[0] + 15 * digits[1] + 3 * digits[2]) % 97
    return f"{''.join(parts)}{key:02}"


def spanish_account(bank, branch, account):
    """Código cuenta cliente: bank, branch, two check digits, number, as it stands in the IBAN; None if no number."""
    if not _DIGITS.fullmatch(bank + branch + account):
        return None
    return f"{bank}{branch}{_ccc_digit('00' + bank + branch)}{_ccc_digit(account)}{account}"


def _ccc_digit(ten):
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(_CCC_WEIGHTS, ten, strict=True)) % 11
    return {10: 1, 11: 0}.get(rest, rest)


def events(reader, lines):
    """What ``reader.read(line, number)`` gives for each of ``(number, line)``; refusals name the line."""
    number = None
    try:
        for number, line in lines:
            yield from reader.read(line, number)
    except FormatError as error:
        error.place = error.place or f"line {number}"
        raise
