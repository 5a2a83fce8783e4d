"""Single fields of MT940 and MT942 (SWIFT, category 9): amounts, dates, balances, the statement line ``:61:``."""

import functools
import re
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from odoo.addons.finance_connector_base.core.check_digits import mod97_right
from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.record import record

#: ``15d``: a comma is the decimal mark. Some banks leave it out, some write a point before two decimals or none.
_AMOUNT = r"\d{1,22}(?:,\d{0,5}|\.(?:\d\d)?)?(?![\d.,])"
_BALANCE = re.compile(rf"(C|D)(\d{{6}})([A-Z]{{3}})\s*({_AMOUNT})\s*", re.ASCII)
#: Floor limit ``:34F:`` and sums ``:90D:``, ``:90C:``.
_LIMIT = re.compile(rf"([A-Z]{{3}})([CD])?\s*({_AMOUNT})\s*", re.ASCII)
_SUM = re.compile(rf"(\d{{1,9}})\s*([A-Z]{{3}})\s*({_AMOUNT})\s*", re.ASCII)
_NUMBER = re.compile(r"(\d{1,9})(?:\s*/\s*(\d{1,9}))?", re.ASCII)
_MOMENT = re.compile(r"(\d{6})(\d{4})(?:([+-])(\d\d)(\d\d))?", re.ASCII)
_LINE = re.compile(
    rf"""\s*(?P<value>\d{{6}})\s*(?P<booked>\d{{4}})?\s*
    (?P<mark>(?i:R[CD]|E[CD]|C|D))(?P<funds>[A-Za-z])?\s*
    (?P<amount>{_AMOUNT})\s*
    (?:(?P<kind>[A-Z][A-Z0-9\ ]{{0,3}}|(?<=[\d,.])[nfs][a-z0-9]{{3}})|(?=//)|$)
    (?P<rest>.*)""",
    re.ASCII | re.VERBOSE,
)
#: Sides in the order of their marks: a reversed credit (RC) takes money away again.
_DEBIT = frozenset({"D", "RC", "ED"})
_WIDE = re.compile(r"\s{2,}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
#: Before a local account number any word may stand, so one of eleven letters is none.
_SURE_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:XXX|(?=[A-Z]*\d)[A-Z0-9]{3})?", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}", re.ASCII)
#: Written where nothing is known: SWIFT, and German, Dutch and Polish pointers to the text of ``:86:``.
NO_REFERENCE = frozenset(
    ("", "N", "X", "NONREF", "NOREF", "NOTPROVIDED", "NOT PROVIDED", "KREF", "KREF+", "EREF", "EREF+", "PREF", "MARF",
     "REF")
)  # fmt: skip


@record
class Line:
    """What ``:61:`` says."""

    value_on: date
    booked_on: date
    amount: Decimal  # signed
    reversal: bool
    expected: bool  # EC, ED: announced only
    kind: str | None  # NTRF …
    reference: str | None  # of the account owner
    bank_ref: str | None
    supplementary: tuple[str, ...]


def decimal(text):
    return Decimal(text.replace(",", "."))


@functools.lru_cache(4096)
def day(text):
    """``YYMMDD``; None for zeros. Years up to 79 are of this century (SWIFT).

    A day past the end of its month (30 February of interest calendars) is the last of that month.
    """
    if text == "000000":
        return None
    year, month, number = int(text[:2]), int(text[2:4]), int(text[4:])
    year += 1900 if year >= 80 else 2000
    if not (1 <= month <= 12 and 1 <= number <= 31):
        raise FormatError("this is no date", code="mt.date")
    return date(year, month, min(number, monthrange(year, month)[1]))


@functools.lru_cache(4096)
def entry_day(value, text):
    """``MMDD`` of the year in which it is nearest to the value date."""
    month, number = int(text[:2]), int(text[2:])
    if not (1 <= month <= 12 and 1 <= number <= 31):
        raise FormatError("this is no date", code="mt.date")
    years = (value.year - 1, value.year, value.year + 1)
    days = (date(year, month, min(number, monthrange(year, month)[1])) for year in years)
    return min(days, key=lambda one: abs(one - value))


def line(parts):
    """``:61:``: its first line, and the supplementary details below it.

    :raise FormatError: ``mt.entry``, ``mt.date``
    """
    match = _LINE.fullmatch(parts[0])
    if match is None:
        raise FormatError("the line of an entry cannot be read", code="mt.entry")
    value, booked, mark, _funds, amount, kind, rest = match.groups()
    value_on = day(value)
    if value_on is None:
        raise FormatError("an entry has no value date", code="mt.date")
    amount = decimal(amount)
    supplementary = [part for part in map(str.strip, parts[1:]) if part] if len(parts) > 1 else []
    reference, _slashes, bank_ref = rest.partition("//")
    reference = reference.strip()
    if "  " in reference:  # 16 characters filled up with blanks, then a name
        reference, name = _WIDE.split(reference, 1)
        supplementary.insert(0, name)
    bank_ref = bank_ref.strip()
    mark = mark.upper()
    first = mark[0]
    return Line(
        value_on,
        entry_day(value_on, booked) if booked else value_on,
        -amount if mark in _DEBIT and amount else amount,
        first == "R",
        first == "E",
        kind.strip().upper() if kind else None,
        None if reference.upper() in NO_REFERENCE else reference,
        None if bank_ref.upper() in NO_REFERENCE else bank_ref,
        tuple(supplementary),
    )


def balance(text):
    """(signed amount, currency, day) of ``:60F:`` and its like; ``mt.balance``."""
    match = _BALANCE.fullmatch(text.strip().upper())
    if match is None:
        raise FormatError("a balance cannot be read", code="mt.balance")
    side, on, currency, amount = match.groups()
    amount = decimal(amount)
    return -amount if side == "D" and amount else amount, currency, day(on)


def floor_currency(text):
    """Currency of ``:34F:``, the amount from which on entries are listed; ``mt.limit``."""
    match = _LIMIT.fullmatch(text.strip().upper())
    if match is None:
        raise FormatError("the floor limit cannot be read", code="mt.limit")
    return match[1]


def total(text):
    """(number, sum, currency) of ``:90D:`` and ``:90C:``; ``mt.total``."""
    match = _SUM.fullmatch(text.strip().upper())
    if match is None:
        raise FormatError("a declared sum cannot be read", code="mt.total")
    return int(match[1]), decimal(match[3]), match[2]


def number(text):
    """(statement number, page) of ``:28C:``, each None where it is 0 or none."""
    match = _NUMBER.match(text.strip())
    if match is None:
        return None, None
    return int(match[1]) or None, int(match[2] or 0) or None


def moment(text):
    """``:13D:``, with its zone where it names one; None where it says no time."""
    match = _MOMENT.match(text.strip())
    if match is None:
        return None
    on, time, sign, hours, minutes = match.groups()
    zone = None
    try:
        if sign:
            shift = timedelta(hours=int(hours), minutes=int(minutes))
            zone = timezone(shift if sign == "+" else -shift)
        found = day(on)
        return found and datetime(found.year, found.month, found.day, int(time[:2]), int(time[2:]), tzinfo=zone)
    except ValueError:
        return None


def account(text, currency):
    """(account, BIC) of ``:25:``: an IBAN stands alone; every other number stays as the bank writes it."""
    lines = [part.strip() for part in text.split("\n")]
    found = lines[0] or None
    bic = next((part for part in lines[1:] if _BIC.fullmatch(part)), None)  # :25P:
    if found is None:
        return None, bic
    compact = found.replace(" ", "")
    if currency and compact.endswith(currency):
        compact = compact.removesuffix(currency)
    if _IBAN.fullmatch(compact):
        return compact, bic
    first = found.partition("/")[0]
    return found, bic or (first if "/" in found and _SURE_BIC.fullmatch(first) else None)


def is_iban(text):
    """Whether the check digits of an IBAN are right (ISO 13616)."""
    return _IBAN.fullmatch(text) is not None and mod97_right(text)


@functools.lru_cache(4096)
def is_bic(text):
    return _BIC.fullmatch(text) is not None
