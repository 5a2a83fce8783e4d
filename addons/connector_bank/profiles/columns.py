"""Where a layout finds its columns in a table, and which layout a table belongs to."""

import re
from dataclasses import dataclass, field
from itertools import islice

from odoo.addons.finance_connector_base.core.errors import FormatError

from .layout import folded
from .table import SEARCHED, first_rows, is_workbook, sheets, shown
from .values import amount_of, amount_reader, date_reader, day_of

_CURRENCY_IN_TITLE = "{currency}"


@dataclass(slots=True)
class Columns:
    """The columns of one layout in one table, by number from 0."""

    of: dict[str, tuple[int, ...]]
    names: list[str]
    titles: int  # how many titles were known: the more, the surer
    currency: str | None = None  # as a title says it
    header: list[str] = field(default_factory=list)

    @property
    def width(self):
        """Cells that a row needs to have all of them."""
        return max(number for numbers in self.of.values() for number in numbers) + 1

    def name(self, number):
        return self.names[number] if number < len(self.names) and self.names[number] else str(number + 1)


def bound(layout, cells):
    """The columns of ``layout`` where ``cells`` are its titles, else ``None``."""
    if not layout.header:
        return _numbered(layout, cells)
    header = [folded(shown(cell)) for cell in cells]
    titles = _counted(header)
    known = {title: number for number, title in enumerate(titles)}
    found, currencies, used = {}, set(), set()
    for role, wanted in (*layout.columns.items(), ("", layout.titles)):
        numbers = []
        for column in wanted:
            number, currency = _place(column, known)
            if number is None:
                if not column.endswith("?"):
                    return None
                continue
            numbers.append(number)
            used.add(number)
            currencies |= {currency} - {None}
        if role and numbers:
            found[role] = tuple(numbers)
    currency = currencies.pop() if len(currencies) == 1 else None
    return Columns(found, [shown(cell) for cell in cells], len(used), currency, header)


def _place(column, known):
    """Number of a column that any of the titles of ``column`` names, and the currency inside the title."""
    for title in column.removesuffix("?").split("|"):
        title = folded(title)
        if title in known:
            return known[title], None
        if _CURRENCY_IN_TITLE in title:
            before, after = map(re.escape, title.split(_CURRENCY_IN_TITLE, 1))
            for one, number in known.items():
                if hit := re.fullmatch(f"{before}([a-z]{{3}}){after}", one):
                    return number, hit[1].upper()
    return None, None


def _counted(titles):
    """Titles with the second of a name as ``name#2``."""
    seen, found = {}, []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        found.append(title if seen[title] == 1 else f"{title}#{seen[title]}")
    return found


def _numbered(layout, cells):
    """Without a header: a row of the right width whose day and amounts can be read is one of ours."""
    if len(cells) != layout.width:
        return None
    found = {role: tuple(number - 1 for number in numbers) for role, numbers in layout.columns.items()}
    days, amounts = date_reader(layout.dates), [amount_reader(mark) for mark in layout.decimals]
    try:
        day_of(cells[found["booked_on"][0]], days)
        for role in {"amount", "debit", "credit", "balance"} & found.keys():
            cell = cells[found[role][0]]
            if cell != "" and not any(_reads(cell, read) for read in amounts):
                return None
        if "currency" in found and not re.fullmatch("[A-Z]{3}", shown(cells[found["currency"][0]])):
            return None
    except ValueError:
        return None
    return Columns(found, [], 0)


def _reads(cell, read):
    try:
        amount_of(cell, read)
    except ValueError:
        return False
    return True


def fitting(layouts, stream, head):
    """The layouts whose titles stand in the table: of those that fit, the ones that know the most titles.

    A company's own layout goes before one that comes with the addon. Several remain only where
    nothing tells them apart.
    """
    found, read = [], {}
    for layout in layouts:
        best = max((columns.titles for columns in _bindings(layout, stream, head, read)), default=None)
        if best is not None:
            found.append(((layout.own, layout.header, best), layout))
    rank = max((rank for rank, _layout in found), default=None)
    return [layout for one, layout in found if one == rank]


def _bindings(layout, stream, head, read):
    for delimiter in layout.delimiters:
        for table in _first(layout, delimiter, stream, head, read):
            for cells in table if layout.header else table[:1]:  # without titles its first row tells
                if len(cells) > 1 and (columns := bound(layout, cells)):
                    yield columns


def _first(layout, delimiter, stream, head, read):
    """The first rows of each table in the file."""
    key = (None,) if is_workbook(head) else (delimiter, layout.quote, layout.encodings)
    if key not in read:
        read[key] = _workbook_rows(stream) if is_workbook(head) else [first_rows(head, *key)]
    return read[key]


def _workbook_rows(stream):
    with sheets(stream) as (seen, _hidden):
        return [[cells for _place, cells in islice(sheet.rows(), SEARCHED)] for sheet in seen]


def delimiter_of(layout, head):
    """The delimiter with which the titles of ``layout`` stand in the first rows.

    :raise FormatError: ``profile.header``: the titles are not there
    """
    for delimiter in layout.delimiters:
        for cells in first_rows(head, delimiter, layout.quote, layout.encodings):
            if len(cells) > 1 and bound(layout, cells):
                return delimiter
            if not layout.header:
                break
    raise FormatError(f"the columns of {layout.name} are not there", code="profile.header")
