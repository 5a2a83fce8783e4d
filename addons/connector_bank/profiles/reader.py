"""A table read through a layout: one statement for each account and currency in it.

The table is passed through once to learn what stands at its end: whether the balances of the rows follow
from the amounts (which also tells whether the newest row stands first), the rows around the table, the
accounts in it. Small tables are kept meanwhile; of large ones the rows are read anew, account by account,
so that memory does not grow.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.safe.limits import CsvLimits, active
from odoo.addons.finance_connector_base.core.statement import Balance, Finding, Footer, Header

from .balances import Chain
from .booking import RowReader, number_of
from .columns import bound
from .layout import folded
from .table import SEARCHED, shown
from .template import AMOUNTS, DAYS
from .values import amount_of, amount_reader, currency_of, date_reader, day_of

#: Bookings that are kept while the end of the table is not known.
KEPT = 10_000


#: A cell of a workbook that is a day, as text.
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?: 00:00:00)?", re.ASCII)


def _written(cell, mark):
    """A cell as the layout writes it: a number of a workbook has the mark of the amounts around it."""
    return plain(cell).replace(".", mark) if isinstance(cell, Decimal) else shown(cell)


@dataclass(slots=True)
class _Account:
    """What the first pass learns about one account and currency."""

    account: str | None
    currency: str | None
    place: str
    rows: object = field(default_factory=hashlib.sha256)
    chain: Chain = field(default_factory=Chain)
    first: date | None = None
    last: date | None = None
    kept: list = field(default_factory=list)

    def add(self, figures, cells):
        self.rows.update("\x1f".join(map(str, cells)).encode() + b"\x1e")
        if figures.status == "booked":
            day = figures.booked_on
            if self.first is None:
                self.first = self.last = day
            elif day < self.first:
                self.first = day
            elif day > self.last:
                self.last = day
            self.chain.add(figures.amount - figures.fee, figures.balance, day, figures.place)


class TableReader:
    """Events of one table (``table.Text`` or ``table.Sheet``) through one layout."""

    def __init__(self, layout, table):
        self._layout, self._table = layout, table
        self._facts, self._fact_places = {}, {}
        self._accounts, self._count, self._mark, self._currency = {}, 0, None, None

    def events(self):
        """Headers, entries and footers; what does not add up in the rows follows as findings.

        :raise FormatError: ``profile.header``, ``profile.fact``, ``profile.empty``, ``profile.accounts``,
            ``profile.number_form``, ``profile.currency`` and those of ``RowReader``
        """
        self._learn()
        facts = self._read_facts()
        if not self._accounts:
            if not facts.keys() & {"account", "opening", "closing", "from_on"}:
                raise FormatError("the table has no rows", code="profile.empty")
            self._accounts[None, None] = _Account(None, None, self._table.first)
        for key, found in self._accounts.items():
            header, footer, findings = self._ends(found, facts)
            yield header
            yield from self._entries(key)
            yield footer
            yield from findings

    def _learn(self):
        """The first pass, with the decimal mark that reads all amounts."""
        refusal, passed = None, []
        for mark in self._layout.decimals:
            self._facts, self._accounts, self._count = {}, {}, 0
            try:
                self._pass(mark)
            except FormatError as error:
                if error.code != "profile.amount":
                    raise
                refusal = refusal or error
            else:
                passed.append((mark, self._facts, self._accounts, self._count))
        if not passed:
            raise refusal
        if len(passed) > 1 and len({self._figures(one[2]) for one in passed}) > 1:
            raise FormatError(
                "the amounts can be read with a decimal comma and with a point", code="profile.number_form"
            )
        self._mark, self._facts, self._accounts, self._count = passed[0]

    @staticmethod
    def _figures(accounts):
        return tuple((key, one.chain.movement, one.chain.last) for key, one in accounts.items())

    def _pass(self, mark):
        for reader, figures, cells in self._rows(mark):
            key = figures.account, figures.currency
            found = self._accounts.get(key)
            if found is None:
                if len(self._accounts) >= active(CsvLimits).statements:
                    raise FormatError(
                        "more accounts in a file than allowed", code="profile.accounts", place=figures.place
                    )
                found = self._accounts[key] = _Account(*key, figures.place)
            found.add(figures, cells)
            if self._count <= KEPT:
                self._keep(found, reader.entries(figures, cells))

    def _keep(self, found, entries):
        kept = list(entries)
        self._count += len(kept)
        found.kept.extend(kept)
        if self._count > KEPT:
            for one in self._accounts.values():
                one.kept.clear()

    def _entries(self, key):
        """Entries of one account: those kept, or by a second pass."""
        if self._count <= KEPT:
            yield from self._accounts[key].kept
            return
        for reader, figures, cells in self._rows(self._mark):
            if (figures.account, figures.currency) == key:
                yield from reader.entries(figures, cells)

    def _rows(self, mark):
        """(reader, figures, cells) of each booking; rows around the table are noted as facts."""
        layout, reader, columns, seen, narrowest, last = self._layout, None, None, 0, None, None
        inside = [template for template in layout.fact_templates if template.looks_like_booking]
        for place, cells in self._table.rows():
            if not any(cells):
                continue
            if reader is None:
                columns = bound(layout, cells) if len(cells) > 1 else None
                if columns is None:
                    seen += 1
                    if seen > SEARCHED or not layout.header:
                        raise self._no_header(place)
                    self._note(cells, place, mark)
                    continue
                if self._mark is None:  # rows below the table are not known yet
                    self._currency = self._other_currency()
                reader, narrowest = RowReader(layout, columns, mark, self._currency), columns.width
                if layout.header:
                    continue
            if inside and self._note(cells, place, mark, inside):
                continue
            try:
                figures = reader.figures(cells, place)
            except FormatError:
                last = None
                again = [folded(shown(cell)) for cell in cells] == columns.header  # the titles, on a new page
                if again or self._note(cells, place, mark):
                    continue
                if self._ends_here(cells):
                    return
                raise
            narrowest, last = last[1] if last else narrowest, (place, min(len(cells), narrowest))
            if figures is not None:
                yield reader, figures, cells
        if reader is None:
            raise self._no_header(None)
        if last and last[1] < narrowest and self._table.breaks_off:
            raise FormatError("the last row breaks off", code="csv.truncated", place=last[0])

    def _no_header(self, place):
        return FormatError(f"the columns of {self._layout.name} are not there", code="profile.header", place=place)

    def _note(self, cells, place, mark, templates=None):
        """Whether this row is one that the layout knows beside the bookings; what it says is kept."""
        texts = [_written(cell, mark) for cell in cells]
        for template in self._layout.fact_templates if templates is None else templates:
            found = template.match(texts)
            if found is not None:
                for name, text in found.items():
                    if self._facts.setdefault(name, text) != text:
                        raise FormatError(f"{name} is said twice", code="profile.fact", place=place)
                    self._fact_places[name] = place
                return True
        return False

    def _other_currency(self):
        """What a row above the titles says instead of the layout."""
        try:
            said = currency_of(self._facts.get("currency", ""))
        except ValueError:
            return None
        return said if self._layout.currency else None

    def _ends_here(self, cells):
        texts = [shown(cell) for cell in cells]
        return any(template.match(texts) is not None for template in self._layout.end_templates)

    def _read_facts(self):
        amounts, days = amount_reader(self._mark), date_reader(self._layout.dates)
        found = {}
        for name, text in self._facts.items():
            try:
                found[name] = self._fact(name, text, amounts, days)
            except ValueError as error:
                raise FormatError(
                    f"{name} cannot be read", code="profile.fact", place=self._fact_places[name]
                ) from error
        currencies = {currency for _account, currency in self._accounts} - {None, found.get("currency")}
        if currencies and len(self._accounts) == 1 and "currency" in found and "currency" not in self._layout.columns:
            place = self._fact_places["currency"]
            raise FormatError("the rows are in another currency", code="profile.currency", place=place)
        return found

    @staticmethod
    def _fact(name, text, amounts, days):
        if name in AMOUNTS:
            return amount_of(text, amounts)[0]
        if name in DAYS:
            return date.fromisoformat(text[:10]) if _ISO.fullmatch(text) else day_of(text, days)
        if name == "entries":
            return int(text)
        if name == "currency":
            return currency_of(text)
        return number_of(text) if name == "account" else text

    def _ends(self, found, facts):
        """Header, footer and findings of one account."""
        alone = len(self._accounts) == 1  # of several accounts, rows around the table speak of none
        said = facts if alone else {}
        opening, closing = found.chain.ends()
        layout = self._layout
        header = Header(
            account=found.account or said.get("account"),
            currency=found.currency or said.get("currency") or layout.currency,
            opening=said.get("opening", opening),
            opening_on=said.get("opening_on"),
            statement_id=said.get("statement_id"),
            from_on=said.get("from_on") or found.first,
            to_on=said.get("to_on") or found.last,
            bic=said.get("bic"),
            owner=facts.get("owner"),
            format="csv_bank",
            profile=f"{layout.code} {layout.version}",
            rows_hash=found.rows.hexdigest(),
            place=found.place,
        )
        footer = Footer(
            closing=said.get("closing", closing),
            closing_on=said.get("closing_on"),
            balances=self._current(said, header.currency),
            entries=said.get("entries"),
            sum_credits=said.get("sum_credits"),
            sum_debits=abs(said["sum_debits"]) if "sum_debits" in said else None,
            place=found.place,
        )
        findings = []
        if found.chain.broken:
            text = "The balance of this row does not follow from the one before and the amount"
            findings.append(Finding("statement.chain", text, found.chain.broken))
        return header, footer, findings

    @staticmethod
    def _current(said, currency):
        """A balance of the day of the download: no closing balance of what was downloaded."""
        if "current" not in said:
            return ()
        return (Balance("ITBD", said["current"], currency, said.get("current_on")),)
