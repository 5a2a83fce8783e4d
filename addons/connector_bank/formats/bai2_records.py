"""Cuts a BAI2 file into its records, and records into their fields."""

import functools
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.limits import TextLimits, active
from odoo.addons.finance_connector_base.core.safe.text import forgiving_blocks

#: First characters of a line → record code.
_CODES = {f"{code},": code for code in ("01", "02", "03", "16", "49", "88", "98", "99")}
#: Several records on one line, as some banks write them; only looked for where the first line has it.
_NEXT = re.compile(r"/\s+(?=(?:02|03|49|98|99),|16,\d{3},|88,)")
_CHECKED_LINES = 128  # so often a growing record is measured
_AMOUNT = re.compile(r"[+-]?\d{1,22}", re.ASCII)
_POINT = re.compile(r"[+-]?\d{1,20}\.\d{1,5}", re.ASCII)
_DAY = re.compile(r"(?:\d\d)?\d{6}", re.ASCII)
_COUNT = re.compile(r"\d{1,12}", re.ASCII)
#: Digits behind the decimal point of currencies that have not two (ISO 4217).
_DECIMALS = {
    **dict.fromkeys(("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF").split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


def records(stream, plain):
    """Yield ``(code, line number, text, continuations, number of records)``.

    Text and continuations (88) come without their code and final slash. A line that begins with no code goes
    on with the text above it.

    :param plain: reads transactions by itself: (lines, index of the first, its number) → (events, index of the next);
        its events are yielded with the code None in place of the text
    """
    limit = active(TextLimits).line_characters
    code: str = None
    line: str
    text: str = ""
    start, rest, size, ended = 0, [], 0, False
    for first, lines in _blocks(stream):
        at, end = 0, len(lines)
        while at < end:
            number = first + at
            line = lines[at].strip()
            at += 1
            found: str = _CODES.get(line[:3])
            if found is None:
                if not line or line == "/":
                    continue
                if code is None or ended:
                    raise FormatError("this is no record", code="bai2.record", place=f"line {number}")
                ended = line[-1] == "/"
                line = line.removesuffix("/")
                if rest:
                    rest[-1] = f"{rest[-1]} {line}"
                else:
                    text = f"{text} {line}"
                if len(text) > limit or (rest and len(rest[-1]) > limit):
                    raise FormatError("a record is too long", code="text.limit", place=f"line {start}")
                continue
            ended = line[-1] == "/"
            line = line[3:-1] if ended else line[3:]
            if found != "88":
                if code is not None:
                    yield code, start, text, rest, size
                if found == "16":
                    events, after = plain(lines, at - 1, number)
                    if events:
                        yield None, number, events, (), 0
                        code, at = None, after
                        continue
                code, start, text, rest, size = found, number, line, [], 1
            elif code is None:
                raise FormatError("a continuation of nothing", code="bai2.order", place=f"line {number}")
            else:
                rest.append(line)
                size += 1
                if size % _CHECKED_LINES == 0 and sum(map(len, rest)) > limit:
                    raise FormatError("a record is too long", code="text.limit", place=f"line {start}")
    if code is not None:
        yield code, start, text, rest, size


def _blocks(stream):
    """``(number of the first line, lines)``; one by one where the first one holds several records."""
    packed = None
    for first, lines in forgiving_blocks(stream):
        if packed is None:
            whole = next(filter(str.strip, lines), None)
            packed = whole and _NEXT.search(whole) is not None
        if packed:
            for number, line in enumerate(lines, first):
                for part in _NEXT.split(line):
                    yield number, [part]
        else:
            yield first, lines


def cells(text, rest):
    """Fields of a record with its continuations; a record may break behind any field."""
    return [cell.strip() for part in (text, *rest) for cell in part.split(",")]


def minor(text):
    """An amount as the file gives it, in minor units; exact with a point, where a bank writes one."""
    if text.isdigit() and len(text) < 23 and text.isascii():
        return int(text)
    if _AMOUNT.fullmatch(text):
        return int(text)
    if _POINT.fullmatch(text):
        return Decimal(text)
    raise FormatError("this is no amount", code="bai2.amount")


def decimals(currency):
    return _DECIMALS.get(currency, 2)


def amount(value, places):
    """``minor`` in units of the currency."""
    return value if type(value) is Decimal else Decimal(f"{value}E-{places}")


def count(text):
    if not _COUNT.fullmatch(text):
        raise FormatError("this is no number of records", code="bai2.count")
    return int(text)


@functools.lru_cache(1024)
def day(text):
    """``YYMMDD`` or ``YYYYMMDD``; None where there is none."""
    if not text or not text.strip("0"):
        return None
    if not _DAY.fullmatch(text):
        raise FormatError("this is no date", code="bai2.date")
    year = int(text[:-4])
    if len(text) == 6:
        year += 1900 if year >= 80 else 2000
    try:
        return date(year, int(text[-4:-2]), int(text[-2:]))
    except ValueError as error:
        raise FormatError("this is no date", code="bai2.date") from error


def moment(on, text):
    """Date and ``HHMM``; 2400 and 9999 are the end of the day. None where no time is said."""
    if on is None or not _COUNT.fullmatch(text):
        return None
    if text in ("2400", "9999"):
        return datetime.combine(on + timedelta(days=1), time())
    try:
        return datetime.combine(on, time(int(text[:-2] or 0), int(text[-2:])))
    except ValueError:
        return None
