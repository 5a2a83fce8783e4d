"""Bank CSV and XLSX files, read through profiles: layouts that are data (``profiles``)."""

import csv
import io
from dataclasses import dataclass

from odoo.addons.finance_connector_base.core.errors import ConfigurationError, FormatError
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK
from odoo.addons.finance_connector_base.core.statement import FORMATS, Finding

from ..profiles.columns import delimiter_of, fitting
from ..profiles.layout import Layout
from ..profiles.library import shipped
from ..profiles.propose import OPEN, propose
from ..profiles.reader import TableReader
from ..profiles.sheets import sheet_events
from ..profiles.table import Text, encoding_of, first_rows, is_workbook

_DELIMITERS = ";\t,|"
#: A text is a table from so many columns on, where so many rows have them.
_COLUMNS, _ROWS = 3, 2


@dataclass(frozen=True, slots=True)
class Tables:
    """Which profiles may read a table.

    :param own: layouts of the company; they go before those of the addon
    :param without: codes of the addon's that are switched off
    :param profile: code of the one to use, where a person chose
    :param propose: whether a table that no profile knows is read as proposed, where nothing is left open; for
        looking at files, never for booking them
    """

    own: tuple[Layout, ...] = ()
    without: frozenset[str] = frozenset()
    profile: str | None = None
    propose: bool = False

    @classmethod
    def read(cls, data):
        """From JSON values: ``own`` layouts as ``Layout.read`` takes them, ``without``, ``profile``, ``propose``."""
        data = data or {}
        own = tuple(Layout.read(one, own=True) for one in data.get("own", ()))
        return cls(own, frozenset(data.get("without", ())), data.get("profile"), data.get("propose", False))

    def layouts(self):
        given = (*self.own, *(layout for layout in shipped() if layout.code not in self.without))
        if self.profile is None:
            return given
        chosen = [layout for layout in given if layout.code == self.profile]
        if not chosen:
            raise FormatError(f"no profile is called {self.profile}", code="profile.missing")
        return chosen[:1]


@FORMATS.add("csv_bank", "Bank table (CSV, XLSX)")
class CsvBank:
    def __init__(self, tables=None):
        self._tables = Tables.read(tables)

    def recognises(self, head):
        return not is_workbook(head) and bool(fitting(self._tables.layouts(), None, head))

    def parse(self, stream):
        """:raise FormatError: ``profile.unknown``, ``profile.ambiguous``, ``profile.missing`` and those of
        ``TableReader``"""
        head = stream.peek(CHUNK)
        if not stream.seekable():
            stream = io.BytesIO(stream.read())  # out of a zip file
        layout = self._layout(stream, head)
        proposed = None if layout else self._proposed(stream, head)
        if is_workbook(head):
            yield from sheet_events(layout or proposed, stream)
        else:
            yield from TableReader(layout or proposed, _text(layout or proposed, stream, head)).events()
        if proposed:
            yield Finding("profile.proposed", "Read as proposed from the file itself; nobody has approved this profile")

    def _layout(self, stream, head):
        """The layout that knows the columns; None where there is none and one may be proposed."""
        layouts = self._tables.layouts()
        if self._tables.profile is not None:
            return layouts[0]
        found = fitting(layouts, stream, head)
        if len(found) > 1:
            names = ", ".join(layout.name for layout in found)
            raise FormatError(f"several profiles fit: {names}", code="profile.ambiguous")
        if not found and not self._tables.propose:
            raise FormatError("no profile knows these columns", code="profile.unknown")
        return found[0] if found else None

    @staticmethod
    def _proposed(stream, head):
        proposal = propose(stream, head)
        wrong = {note.code for note in proposal.notes if note.code in OPEN}
        try:
            layout = Layout.read(proposal.data)
        except ConfigurationError as error:
            layout, wrong = None, {error.place or error.code}
        if wrong:
            text = f"no profile knows these columns, and a proposal leaves open: {', '.join(sorted(wrong))}"
            raise FormatError(text, code="profile.unknown")
        return layout


def _text(layout, stream, head):
    return Text(stream, encoding_of(stream, layout.encodings), delimiter_of(layout, head), layout.quote)


def looks_like_table(head):
    """Whether ``head`` begins a workbook or a text with rows of equal width."""
    if is_workbook(head):
        return True
    if b"\0" in head[:CHUNK] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    for delimiter in _DELIMITERS:
        try:
            widths = [len(cells) for cells in first_rows(head, delimiter, '"')]
        except csv.Error:
            continue
        if sum(width >= _COLUMNS for width in widths) >= _ROWS:
            return True
    return False
