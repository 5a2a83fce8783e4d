"""The sheets of a workbook through one layout: each that has its columns is a table of its own."""

from itertools import islice

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.limits import CsvLimits, active
from odoo.addons.finance_connector_base.core.statement import Finding, Header

from .columns import bound
from .reader import TableReader
from .sample import has_bookings, looked_at
from .table import SEARCHED, sheets

#: Tables in a workbook: a sheet for each day of two months.
MOST = 62


def sheet_events(layout, stream):
    """Events of all sheets that people see and that have the columns of ``layout``.

    Others, and hidden ones, are left; where they hold rows with a day and an amount the finding ``profile.sheet`` says
    so. Sheets without rows count only where no other has any.

    :raise FormatError: ``profile.sheets``, ``profile.accounts`` (of all sheets together) and those of ``TableReader``
    """
    with sheets(stream) as (seen, hidden):
        tables = [sheet for sheet in seen if _fits(layout, sheet)]
        if len(tables) > MOST:
            raise FormatError(f"more than {MOST} sheets with bookings", code="profile.sheets", place=tables[MOST].name)
        if not seen:
            raise FormatError("every sheet is hidden", code="profile.header")
        empty, statements = None, 0
        for sheet in tables or seen[:1]:
            try:
                for event in TableReader(layout, sheet).events():
                    statements += isinstance(event, Header)
                    if statements > active(CsvLimits).statements:
                        raise FormatError(
                            "more accounts in a file than allowed", code="profile.accounts", place=event.place
                        )
                    yield event
            except FormatError as error:
                if error.code != "profile.empty":
                    raise
                empty = empty or error
        if empty and not statements:
            raise empty
        for sheet in seen + hidden:
            if sheet not in tables and has_bookings(looked_at(sheet)):
                words = f"Sheet {sheet.name} was not read, though it has rows with a day and an amount"
                yield Finding("profile.sheet", words, sheet.name)


def _fits(layout, sheet):
    """Whether the columns stand in the first rows; without titles the first row tells."""
    rows = (cells for _place, cells in islice(sheet.rows(), SEARCHED if layout.header else 1))
    return any(len(cells) > 1 and bound(layout, cells) is not None for cells in rows)
