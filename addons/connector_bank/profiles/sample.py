"""A table nobody has described yet: where its titles stand, what its columns hold."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.charset import charset

from .layout import folded
from .looks import is_balance
from .table import Text, encoding_of, first_rows, is_workbook, sheets, shown
from .values import DASHES, amount_of, amount_reader, date_reader, day_of
from .words import CLOSING, CURRENCIES, CURRENT, OPENING, PENDING

ENCODINGS = ("utf-8", "windows-1252")
_DELIMITERS = ";\t,|"
#: Rows that are looked at; a proposal from so many is as sure as from all.
LOOKED_AT = 2000
_YEARS = range(1990, 2100)
#: A booking has this part of the usual number of cells at least.
_SHORTEST = 0.6
#: Cells of a row that says a balance at most: label, day, amount, currency.
_SAID = 4
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def _forms():
    for mark in "./- ":
        for order in ("DD-MM-YYYY", "MM-DD-YYYY", "YYYY-MM-DD", "DD-MM-YY", "MM-DD-YY", "D-M-YYYY", "M-D-YYYY"):
            yield order.replace("-", mark)
    yield from ("YYYY.MM.DD.", "YYYY. MM. DD.", "D. M. YYYY")
    yield from ("YYYYMMDD", "DD MMM YYYY", "D MMM YYYY", "DD-MMM-YYYY", "MMM DD, YYYY", "MMM D, YYYY", "DD MMM YY")


FORMS = tuple(_forms())
#: The same with a time behind.
TIMED = (*(f"{form}{mark}*" for form in FORMS for mark in " T"), "YYYY.MM.DD., *")


@dataclass(slots=True)
class Column:
    """What one column of the sample holds."""

    number: int
    title: str
    values: list
    forms: frozenset[str] = frozenset()  # of dates that read all its values
    marks: frozenset[str] = frozenset()  # decimal marks that read all its values
    decided: bool = False  # some value can be read with one mark only
    typed: bool = False  # a workbook holds dates or numbers

    @property
    def texts(self):
        return [shown(value) for value in self.values]

    @property
    def filled(self):
        return [value for value in self.values if value != ""]

    @property
    def ibans(self):
        texts = ["".join(text.split()) for text in self.texts if text]
        return bool(texts) and sum(bool(_IBAN.fullmatch(text)) for text in texts) > len(texts) / 2

    @property
    def currencies(self):
        texts = {text.upper() for text in self.texts if text}
        return bool(texts) and texts <= set(CURRENCIES)


@dataclass(slots=True)
class Sample:
    encoding: str | None
    delimiter: str
    quote: str | None
    header: bool
    columns: list[Column] = field(default_factory=list)
    rows: list = field(default_factory=list)  # of bookings
    above: list = field(default_factory=list)  # rows before the titles
    below: list = field(default_factory=list)  # others among the bookings and behind them

    @property
    def width(self):
        return len(self.columns)

    def keep(self, chosen):
        """Only the rows that ``chosen`` takes are bookings; the others stand around them."""
        kept = [row for row in self.rows if chosen(row)]
        self.below += [[shown(cell) for cell in row] for row in self.rows if not chosen(row)]
        self.rows = kept
        for column in self.columns:
            column.values = [row[column.number] for row in kept]


def sampled(stream, head):
    """The sample of a file.

    :raise FormatError: ``profile.no_table``: no rows with a day and an amount in them; those of the container
    """
    if is_workbook(head):
        sample = Sample(None, ";", '"', header=True)
        lines = _lines_of_sheet(stream)
    else:
        encoding = encoding_of(stream, _charsets(head))
        delimiter, quote = _shape(head)
        sample = Sample(encoding, delimiter, quote, header=True)
        lines = looked_at(Text(stream, charset(encoding), delimiter, quote))
    lines = [["" if cell in DASHES else cell for cell in cells] for cells in lines]
    lines = [cells for cells in lines if any(cell != "" for cell in cells)]
    _divide(sample, lines)
    if not sample.rows:
        raise FormatError("no rows with a day and an amount", code="profile.no_table")
    return sample


def looked_at(table):
    return [cells for _place, cells in itertools.islice(table.rows(), LOOKED_AT)]


def _lines_of_sheet(stream):
    """Those of the first sheet with bookings, under titles if any has; a cover may lie before it."""
    found = []
    with sheets(stream) as (seen, _hidden):
        for sheet in seen:
            lines = looked_at(sheet)
            if any(_bookings(lines)):
                return lines
            if not found and has_bookings(lines):
                found = lines
    return found


def has_bookings(lines):
    """Whether a row has a day and an amount, and is no balance."""
    return any(True for _titled in _bookings(lines))


def _bookings(lines):
    """Of each row that looks like a booking, whether day and amount stand under titles."""
    titles = ()
    for cells in lines:
        if _are_titles(cells, cells):
            titles = cells
            continue
        days, amounts = _days_and_amounts(cells)
        if days and amounts and not any(map(is_balance, cells)):
            titled = _titled(titles, days) and _titled(titles, amounts)
            if titled or not _says_balance(cells):
                yield titled


def _titled(titles, numbers):
    return any(number < len(titles) and titles[number] != "" for number in numbers)


def _days_and_amounts(cells):
    """Numbers of the columns; a day may be written as a number where no other is."""
    days = {number for number, cell in enumerate(cells) if _is_day(cell)}
    days = days or {number for number, cell in enumerate(cells) if _is_number_of_day(cell)}
    amounts = {number for number, cell in enumerate(cells) if number not in days and _is_sum(cell)}
    return days, amounts


def _is_number_of_day(cell):
    return type(cell) is int and _reads_day(str(cell), "YYYYMMDD")


def _is_sum(cell):
    return _is_amount(cell) and not isinstance(cell, (bool, time, timedelta))


def _says_balance(cells):
    """A row such as ``Balance on | 31.01.2026 | 1,500.00 | EUR``."""
    filled = [cell for cell in cells if cell != ""]
    label = folded(filled[0]) if filled and isinstance(filled[0], str) else ""
    return len(filled) <= _SAID and label.startswith((*CURRENT, *OPENING, *CLOSING))


#: Parts of titles by which files of bytes are told: Polish, Czech, Slovak, Hungarian, Slovene; Baltic; Cyrillic.
_TELLING = {
    "windows-1250": (
        b"kwota", b"rachun", b"waluta", b"operacji", b"\xe8\xe1stka", b"\xe8iastka", b"\xfa\xe8t", b"m\xecna",
        b"z\xf9statek", b"\xf6sszeg", b"k\xf6zlem\xe9ny", b"sz\xe1mlasz\xe1m", b"znesek",
    ),
    "windows-1257": (b"valiuta", b"s\xe0skait", b"val\xfbta"),
    "windows-1251": (b"\xe4\xe0\xf2\xe0", b"\xc4\xe0\xf2\xe0", b"\xf1\xf3\xec\xe0", b"\xd1\xf3\xec\xe0"),
}  # fmt: skip


def _charsets(head):
    """UTF-8, else what the titles tell, else the usual one."""
    head = head.lower()
    told = [name for name, words in _TELLING.items() if any(word in head for word in words)]
    return ("utf-8", *told, "windows-1252")


def _shape(head):
    """(delimiter, quote) that gives the most rows of equal width."""
    best, found = (0, 0), (";", '"')
    for delimiter in _DELIMITERS:
        widths = Counter(len(cells) for cells in first_rows(head, delimiter, '"', ENCODINGS) if len(cells) > 1)
        if widths:
            width, count = max(widths.items(), key=lambda one: (one[1], one[0]))
            if (count, width) > best:
                best, found = (count, width), (delimiter, '"')
    return found


def _divide(sample, lines):
    """Titles, bookings, and the rest."""
    booking = [_is_booking(cells) for cells in lines]
    if not any(booking):
        return
    usual = Counter(len(cells) for cells, is_one in zip(lines, booking, strict=True) if is_one).most_common(1)[0][0]
    booking = [is_one and len(cells) >= usual * _SHORTEST for cells, is_one in zip(lines, booking, strict=True)]
    first = booking.index(True)
    titles = next((number for number in range(first - 1, -1, -1) if _are_titles(lines[number], lines[first])), None)
    sample.header = titles is not None
    width = max(len(cells) for cells, is_one in zip(lines, booking, strict=True) if is_one)
    names = [shown(cell) for cell in lines[titles]] if sample.header else []
    for number, cells in enumerate(lines):
        if booking[number] and (not sample.header or number > titles):
            sample.rows.append([*cells, *[""] * (width - len(cells))])
        elif number != titles:
            around = sample.below if sample.header and number > titles else sample.above
            around.append([shown(cell) for cell in cells])
    width = min(width, len(names)) if sample.header else width
    for number in range(width):
        title = names[number] if sample.header else str(number + 1)
        sample.columns.append(_typed(Column(number, title, [row[number] for row in sample.rows])))


def _is_booking(cells):
    """Whether a row has a day and an amount."""
    days = sum(_is_day(cell) for cell in cells)
    return bool(days) and sum(_is_amount(cell) for cell in cells) > sum(map(_is_both, cells))


def _are_titles(cells, row):
    named = [shown(cell) for cell in cells if cell != ""]
    values = any(_is_day(cell) or _is_amount(cell) for cell in cells)
    return len(cells) >= len(row) / 2 and len(named) >= 2 and not values


def _is_day(cell):
    if isinstance(cell, date):
        return True
    return isinstance(cell, str) and (_waits(cell) or any(_reads_day(shown(cell), form) for form in (*FORMS, *TIMED)))


def _waits(cell):
    """A word in the place of the day of what is not booked yet."""
    return isinstance(cell, str) and folded(shown(cell)) in PENDING


def _is_amount(cell):
    if not isinstance(cell, str):
        return not isinstance(cell, date)
    return any(_reads_amount(shown(cell), mark) for mark in ",.") if any(map(str.isdigit, cell)) else False


def _is_both(cell):
    """``20260131`` is a day rather than an amount."""
    return isinstance(cell, str) and _is_day(cell) and _is_amount(cell)


def _reads_day(text, form):
    try:
        return day_of(text, date_reader((form,))).year in _YEARS
    except ValueError:
        return False


def _reads_amount(text, mark):
    try:
        amount_of(text, amount_reader(mark))
    except ValueError:
        return False
    return True


def _typed(column):
    filled = [value for value in column.filled if not _waits(value)]
    if not filled:
        return column
    if not all(isinstance(value, str) for value in filled):
        column.typed = True
        if all(isinstance(value, date) for value in filled if not isinstance(value, str)):
            texts = [value for value in filled if isinstance(value, str)]
            column.forms = _read_all(texts, FORMS) if texts else frozenset(FORMS[:1])
        elif not any(isinstance(value, date) for value in filled):
            column.marks = frozenset(
                mark for mark in ",." if all(_reads_amount(shown(v), mark) for v in filled if isinstance(v, str))
            )
        return column
    column.forms = _read_all([shown(value) for value in filled], FORMS) or _read_all(
        [shown(value) for value in filled], TIMED
    )
    readable = {mark: [_reads_amount(shown(value), mark) for value in filled] for mark in ",."}
    column.marks = frozenset(mark for mark, found in readable.items() if all(found))
    column.decided = len(column.marks) == 1
    return column


def _read_all(texts, forms):
    """Forms that read all the texts; none where a text is read by none."""
    left = list(forms)
    for text in texts:
        left = [form for form in left if _reads_day(text, form)]
        if not left:
            break
    return frozenset(left)
