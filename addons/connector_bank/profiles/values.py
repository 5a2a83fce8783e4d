"""Amounts and days as banks write them in tables; nothing is guessed: a form reads a value or refuses it."""

import functools
import re
from datetime import date, datetime
from decimal import Decimal

#: Marks that may group thousands, beside the one that is the decimal mark.
_GROUPING = ".,'\u2019 \u00a0\u202f"
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_SYMBOLS = {
    "US$": "USD", "R$": "BRL", "€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON",
    "$": None, "kr": None, "Fr.": "CHF",
}  # fmt: skip
_UNITS = "|".join(map(re.escape, _SYMBOLS))
_WORN = re.compile(rf"(?P<before>[A-Z]{{3}}|{_UNITS})?\s*(?P<number>[-+(]?.*?[-+)]?)\s*(?P<after>[A-Z]{{3}}|{_UNITS})?")
#: What stands for no amount.
DASHES = frozenset({"-", "\u2013", "\u2014"})
_DIGITS = 22  # before the decimal mark, as ``core.money`` has it
_CURRENCY = re.compile("[A-Z]{3}", re.ASCII)

#: First letters of month names, as they stand in statements.
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan", "feb febr fév fev", "mar mär mrt maa", "apr avr abr", "may mai mei maj mag", "jun jui giu czerw",
            "jul juil lug", "aug aoû aou ago sie", "sep set wrz", "oct okt ott paź", "nov lis", "dec dez déc dic gru",
        ),
        start=1,
    )
    for name in names.split()
}
_TOKENS = {
    "YYYY": r"(?P<year>\d{4})", "YY": r"(?P<year>\d{2})", "MMM": r"(?P<name>[^\W\d_]{3,9})\.?",
    "MM": r"(?P<month>\d{2})", "DD": r"(?P<day>\d{2})", "M": r"(?P<month>\d{1,2})", "D": r"(?P<day>\d{1,2})",
    "*": ".*",
}
_TOKEN = re.compile("|".join(map(re.escape, _TOKENS)))
#: Dates kept at hand; a statement has as many as days, seldom more.
_KEPT = 4096


@functools.cache
def amount_reader(mark):
    """A function ``text → (amount, ISO code that stands with it or None)``; ``ValueError`` where it is no amount.

    Read are a sign before or behind, outside or inside of a currency, parentheses for minus, one kind of grouping
    mark in groups of three (beside a point also of two, as in India), and a currency before or behind.

    :param mark: decimal mark, ``.`` or ``,``
    """
    plain = re.compile(rf"-?\d{{1,{_DIGITS}}}(?:{re.escape(mark)}\d{{1,15}})?", re.ASCII)
    others = "".join(re.escape(one) for one in _GROUPING if one != mark)
    size = "2,3" if mark == "." else "3"
    groups = rf"(?P<group>[{others}])\d{{{size}}}(?:(?P=group)\d{{{size}}})*(?<=(?P=group)\d\d\d)"
    grouped = re.compile(
        rf"(\d{{1,3}}(?:{groups})?|\d{{1,{_DIGITS}}})"
        rf"(?:{re.escape(mark)}(\d{{1,15}})?)?",
        re.ASCII,
    )
    bare = re.compile(rf"{re.escape(mark)}(\d{{1,15}})", re.ASCII)

    def read(text):
        if plain.fullmatch(text):
            return Decimal(text.replace(mark, ".")), None
        text = text.strip().translate(_MINUS)
        outside, negative = _unsigned(text)  # -£5.00
        worn = _WORN.fullmatch(outside)
        if not worn:  # several lines
            raise ValueError("not an amount")
        number = worn["number"].strip()
        if outside == text:
            number, negative = _unsigned(number)  # £-5.00
        found = grouped.fullmatch(number)
        if found:
            whole, part = re.sub(r"\D", "", found[1]), found[3]
        elif found := bare.fullmatch(number):
            whole, part = "0", found[1]
        else:
            raise ValueError("not an amount")
        if worn["before"] and worn["after"]:
            raise ValueError("two currencies")
        unit = worn["before"] or worn["after"]
        value = Decimal(f"{whole}.{part}" if part else whole)
        return (-value if negative else value), _SYMBOLS.get(unit, unit)

    return read


def _unsigned(text):
    """The number without its sign, and whether that was a minus; two signs are none."""
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text[:1] in "+-":
        return text[1:].lstrip(), text.startswith("-")
    if text[-1:] in "+-":
        return text[:-1].rstrip(), text.endswith("-")
    return text, False


@functools.cache
def date_reader(forms):
    """A function ``text → date``; ``ValueError`` where none of ``forms`` reads it.

    :param forms: such as ``DD.MM.YYYY``, ``D/M/YY``, ``DD MMM YYYY``, ``YYYY-MM-DD*``; ``*`` is anything, such as
        the time; ``YY`` counts from 2000; the day is that which the bank writes, whatever the time zone
    """
    patterns = [_pattern(form) for form in forms]

    @functools.lru_cache(_KEPT)
    def read(text):
        for pattern in patterns:
            if found := pattern.fullmatch(text):
                return _date(found.groupdict())
        raise ValueError("not a date")

    return read


def _pattern(form):
    place, parts = 0, []
    for token in _TOKEN.finditer(form):
        parts += [re.escape(form[place : token.start()]), _TOKENS[token[0]]]
        place = token.end()
    pattern = re.compile("".join([*parts, re.escape(form[place:])]), re.ASCII if "MMM" not in form else 0)
    names = pattern.groupindex.keys()
    if not {"year", "day"} <= names or not {"month", "name"} & names:
        raise ValueError(f"{form} names no day, month or year")
    return pattern


def _date(found):
    year = int(found["year"])
    month = int(found["month"]) if found.get("month") else _month(found["name"])
    return date(year + 2000 if len(found["year"]) == 2 else year, month, int(found["day"]))


def _month(name):
    name = name.casefold()
    for length in (5, 4, 3):
        if name[:length] in _MONTHS:
            return _MONTHS[name[:length]]
    raise ValueError("not a month")


def day_of(value, read):
    """The day in a cell: text by ``read``, or what a workbook holds as a date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return read(value)
    raise ValueError("not a date")


def amount_of(value, read):
    """The amount in a cell and its currency; a workbook holds numbers."""
    if isinstance(value, str):
        return read(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ValueError("not an amount")
    return Decimal(value), None


def currency_of(text):
    """An ISO 4217 code; ``ValueError`` for anything else."""
    code = text.upper()
    if not _CURRENCY.fullmatch(code):
        raise ValueError("not a currency")
    return code
