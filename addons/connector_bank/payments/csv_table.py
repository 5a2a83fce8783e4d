"""Tables for portals and banks of their own: one row a payment, the columns are data of the profile.

``options``: ``delimiter``, ``encoding``, ``line_end``, ``decimal_mark``, ``day`` (as ``strftime`` has it), ``titles``
(whether the first row names the columns) and ``columns``, each with ``title`` and either ``path`` (a field of the
order) or ``text`` (always the same). The order of the columns is that of the rows.
"""

import csv
import dataclasses
import functools
import typing
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO

from odoo.addons.finance_connector_base.core.errors import FinanceError, FormatError
from odoo.addons.finance_connector_base.core.money import money
from odoo.addons.finance_connector_base.core.safe.csv import csv_rows

from . import order
from .broken import Broken
from .checks import decimals
from .formats import PAYMENT_FORMATS, PaymentFormat
from .order import CREDIT_TRANSFER, DIRECT_DEBIT, Batch, Party, Run
from .paths import found_at
from .rules_of_fields import levels

_IMPLIED = {"run.created_at", "run.sequence", "batch.kind"}
_NEEDED = ("payment.end_to_end_id", "payment.amount", "payment.currency", "batch.executed_on", "batch.id")
_FORMULA = ("=", "+", "-", "@")


@PAYMENT_FORMATS.add("csv_table", "Table (CSV) by profile")
class CsvTable(PaymentFormat):
    kinds = (CREDIT_TRANSFER, DIRECT_DEBIT)
    file_extension = "csv"

    def lengths(self, profile):
        return {}

    def carries(self, profile):
        return _IMPLIED | set(_paths(profile))

    def settled(self, run, profile):
        """What no column holds is told by none: time and id of the file, who sends it."""
        day = run.batches[0].executed_on if run.batches else run.created_at.date()
        initiator = run.initiator if any(path.startswith("run.initiator") for path in _paths(profile)) else Party()
        message_id = run.message_id if "run.message_id" in _paths(profile) else None
        created_at = datetime.combine(day, time())
        return dataclasses.replace(run, message_id=message_id, created_at=created_at, initiator=initiator, sequence=1)

    def broken(self, run, profile):
        for path in _NEEDED:
            if path not in _paths(profile):
                yield Broken("csv.column", f"The profile has no column for {path}", "profile")
        for held, place, _other in levels(run):
            if "payment" not in held:
                continue
            for path in _paths(profile):
                value = found_at(held, path)
                if isinstance(value, str) and value.startswith(_FORMULA):
                    text = f"{value[:20]!r} would be a formula in a spreadsheet"
                    yield Broken("csv.formula", text, f"{place}: {path}")

    def write(self, run, profile):
        options, columns = profile.options, profile.options["columns"]
        table = StringIO()
        rows = csv.writer(table, delimiter=options["delimiter"], lineterminator=options["line_end"])
        if options["titles"]:
            rows.writerow(column["title"] for column in columns)
        for held, _place, _other in levels(run):
            if "payment" in held:
                rows.writerow(_cell(held, column, options) for column in columns)
        return table.getvalue().encode(options["encoding"])

    def read(self, content, profile):
        """Raises ``FormatError``: ``csv.titles``, ``csv.cell``, ``csv.columns``, ``csv.empty``."""
        options, columns = profile.options, profile.options["columns"]
        rows = list(csv_rows(BytesIO(content), delimiter=options["delimiter"], encoding=options["encoding"]))
        if options["titles"] and rows:
            titles = rows.pop(0)[1]
            if titles != [column["title"] for column in columns]:
                raise FormatError(f"the titles are {', '.join(titles)}", code="csv.titles", place="line 1")
        if not rows:
            raise FormatError("the table has no row", code="csv.empty")
        return _run([_values(cells, columns, options, f"line {line}") for line, cells in rows])


def _paths(profile):
    return [column["path"] for column in profile.options["columns"] if "path" in column]


def _cell(held, column, options):
    if "text" in column:
        return column["text"]
    value = found_at(held, column["path"])
    if value is None:
        return ""
    if isinstance(value, Decimal):
        shown = f"{value:.{decimals(held['payment'].currency)}f}"
        return shown.replace(".", options["decimal_mark"])
    return value.strftime(options["day"]) if isinstance(value, date) else value


def _values(cells, columns, options, place):
    if len(cells) != len(columns):
        raise FormatError(f"{len(cells)} cells, {len(columns)} columns", code="csv.columns", place=place)
    found = {}
    for cell, column in zip(cells, columns, strict=True):
        if "text" in column:
            if cell != column["text"]:
                text = f"{column['title']} is {cell!r}, not {column['text']!r}"
                raise FormatError(text, code="csv.cell", place=place)
        elif cell:
            found[column["path"]] = _read_cell(cell, column, options, place)
    return found


def _read_cell(cell, column, options, place):
    last = column["path"].rpartition(".")[2]
    try:
        if last == "amount":
            return money(cell.replace(options["decimal_mark"], "."))
        if last in ("executed_on", "signed_on"):
            return datetime.strptime(cell, options["day"]).date()  # noqa: DTZ007  files hold days and local times
    except (ValueError, FinanceError) as error:
        raise FormatError(f"{column['title']} cannot be read", code="csv.cell", place=place) from error
    return cell


def _run(rows):
    batches = {}
    for row in rows:
        key = tuple(value for path, value in row.items() if path.startswith("batch."))
        batches.setdefault(key, []).append(row)
    made = tuple(_batch(held) for held in batches.values())
    day = datetime.combine(made[0].executed_on, time())
    return _made(Run, "run", rows[0], message_id=rows[0].get("run.message_id"), created_at=day, batches=made)


def _batch(rows):
    kind = DIRECT_DEBIT if any(path.startswith("payment.mandate.") for path in rows[0]) else CREDIT_TRANSFER
    payments = tuple(_made(order.Payment, "payment", row) for row in rows)
    return _made(Batch, "batch", rows[0], kind=kind, payments=payments)


def _made(cls, path, row, **given):
    """An object of the order from the cells below ``path``."""
    values = dict(given)
    for name, hint in _hints(cls):
        at = f"{path}.{name}"
        if name in given:
            continue
        if at in row:
            values[name] = (row[at],) if typing.get_origin(hint) is tuple else row[at]
        elif hint in _PARTS and any(one.startswith(f"{at}.") for one in row):
            values[name] = _made(hint, at, row)
    for name in ("party", "initiator", "owner"):
        if name in cls.__dataclass_fields__:
            values.setdefault(name, Party())
    if cls is Batch:
        values.setdefault("account", None)
    return cls(**values)


_PARTS = frozenset(
    {order.Party, order.Address, order.Agent, order.Account, order.Remittance, order.Reference, order.Mandate}
)


@functools.cache
def _hints(cls):
    """``(field, class)``, the class of ``Party | None`` being Party."""
    found = []
    for name, hint in typing.get_type_hints(cls).items():
        inner = [one for one in typing.get_args(hint) if one is not type(None)]
        found.append((name, hint if typing.get_origin(hint) is tuple else (inner[0] if inner else hint)))
    return tuple(found)
