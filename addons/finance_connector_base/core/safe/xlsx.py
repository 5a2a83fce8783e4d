"""XLSX from outside: rows of values, streamed. Formulas are never evaluated; a cell gives what Excel last showed."""

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from ..errors import FormatError
from .limits import XlsxLimits, ZipLimits, active
from .text import WRONG_IN_TEXT, wrong_character
from .zip import zip_members

_HEAD = 4096
_DOCTYPES = (b"<!doctype", b"<!entity")
#: Parts of a workbook that do more than hold values.
_ACTIVE_PARTS = {
    "xl/externallinks/": "xlsx.external",
    "xl/connections.xml": "xlsx.external",
    "xl/querytables/": "xlsx.external",
    "xl/vbaproject.bin": "xlsx.macro",
    "xl/macrosheets/": "xlsx.macro",
    "xl/embeddings/": "xlsx.embedded",
    "xl/activex/": "xlsx.embedded",
}
_PLAIN = (str, bool, int, date, datetime, time, timedelta, type(None))


class Workbook:
    """A workbook from outside, looked through when it is opened; its sheets can be read again and again.

    :ivar names: of its sheets, in their order
    :raise FormatError: ``xlsx.external``, ``xlsx.macro``, ``xlsx.embedded``, ``xlsx.limit``, ``xlsx.malformed``,
        ``xlsx.encrypted``, ``xml.doctype``, those of ``zip_members`` and, while reading, of texts
    """

    def __init__(self, stream, limits=None):
        self._limits = limits or active(XlsxLimits)
        _guard(stream, self._limits)
        self._book, listed = _opened(stream)
        self.names = self._book.sheetnames
        self._taken = {}  # rows and cells of each sheet, as far as it was read
        try:
            self._check_names(listed)
        except FormatError:
            self._book.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._book.close()

    def _check_names(self, listed):
        """A sheet that is named and not there, or there twice, would be lost or doubled."""
        if len(self.names) != listed:
            raise FormatError("a sheet is missing", code="xlsx.malformed", place="xl/workbook.xml")
        known = set()
        for sheet in self._book:
            if wrong := WRONG_IN_TEXT.search(sheet.title):
                raise wrong_character(wrong[0], "xl/workbook.xml")
            marks = {sheet.title.casefold(), getattr(sheet, "_worksheet_path", None)} - {None}
            if known & marks:
                raise FormatError("two sheets are the same", code="xlsx.malformed", place=sheet.title[:40])
            known |= marks

    def is_hidden(self, name):
        return getattr(self._book[name], "sheet_state", "visible") != "visible"

    def rows(self, *names) -> Iterator[tuple[str, int, tuple]]:
        """Yield ``(sheet, row number, values)`` of the rows that hold something; numbers are ``int`` or ``Decimal``.

        The limits hold for all sheets together, however often each is read.
        """
        limits = self._limits
        for name in names:
            others = [taken for one, taken in self._taken.items() if one != name]
            rows, cells = map(sum, zip((0, 0), *others, strict=True))
            own = 0
            for number, row in enumerate(_rows(self._book, name), start=1):
                own += len(row)
                self._taken[name] = max(self._taken.get(name, (0, 0)), (number, own))
                place = f"{name}!{number}"
                if rows + number > limits.rows or len(row) > limits.columns or cells + own > limits.cells:
                    raise FormatError("too many rows, columns or cells", code="xlsx.limit", place=place)
                if any(value is not None for value in row):
                    yield name, number, tuple(_value(value, place) for value in row)


def xlsx_rows(stream, sheet=None, limits=None) -> Iterator[tuple[str, int, tuple]]:
    """Yield ``(sheet, row number, values)`` of the rows of a workbook that hold something.

    :param sheet: its name; all of them where None
    :raise FormatError: ``xlsx.sheet`` and those of ``Workbook``
    """
    with Workbook(stream, limits) as book:
        if sheet is not None and sheet not in book.names:
            raise FormatError(f"there is no sheet {sheet[:40]}", code="xlsx.sheet")
        yield from book.rows(*([sheet] if sheet is not None else book.names))


def _guard(stream, limits):
    """Unpack everything once, counting, before anything is believed."""
    start = stream.tell()
    if stream.read(4) == b"\xd0\xcf\x11\xe0":
        raise FormatError("an old or encrypted workbook", code="xlsx.encrypted")
    stream.seek(start)
    bounds = ZipLimits(ratio=limits.ratio, member_bytes=limits.part_bytes, total_bytes=limits.total_bytes)
    for name, content in zip_members(stream, bounds):
        part = name.lower()
        for start_of, code in _ACTIVE_PARTS.items():
            if part.startswith(start_of):
                raise FormatError("the workbook holds more than values", code=code, place=name)
        head = content.read(_HEAD)
        if part.endswith((".xml", ".rels")) and not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
            raise FormatError("a part is not XML in UTF-8", code="xlsx.malformed", place=name)
        tail = b""
        while head:
            if any(mark in (tail + head).lower() for mark in _DOCTYPES):
                raise FormatError("a part holds a DOCTYPE", code="xml.doctype", place=name)
            tail, head = head[-16:], content.read(1 << 16)
    stream.seek(start)


def _opened(stream):
    """The workbook and how many sheets it names; openpyxl leaves out those whose part is missing."""
    from openpyxl.reader.excel import ExcelReader  # slow to import, and most files are no workbooks

    def read():
        reader = ExcelReader(stream, read_only=True, data_only=True, keep_links=False)
        reader.read()
        return reader.wb, len(reader.parser.sheets)

    return _translated(read, None)


def _rows(book, name):
    sheet = book[name]
    if not hasattr(sheet, "reset_dimensions"):  # a sheet of charts
        return
    sheet.reset_dimensions()  # what the file claims about its size counts for nothing
    rows = iter(sheet.iter_rows(values_only=True))
    while (row := _translated(lambda: next(rows, None), name)) is not None:
        yield row


def _translated(call, place):
    try:
        return call()
    except MemoryError:
        raise
    except Exception as error:  # openpyxl meets damaged files with whatever its code runs into  # noqa: BLE001
        raise FormatError("the workbook cannot be read", code="xlsx.malformed", place=place) from error


def _value(value, place):
    if isinstance(value, float):
        if not math.isfinite(value):
            raise FormatError("a cell holds no number", code="xlsx.number", place=place)
        return Decimal(repr(value))  # the shortest decimal that Excel stores as this
    if isinstance(value, str) and (wrong := WRONG_IN_TEXT.search(value)):
        raise wrong_character(wrong[0], place)
    if isinstance(value, int) and abs(value) >= 10**15:  # beyond what Excel keeps exactly
        raise FormatError("a number has too many digits", code="xlsx.number", place=place)
    return value if isinstance(value, _PLAIN) else str(value)
