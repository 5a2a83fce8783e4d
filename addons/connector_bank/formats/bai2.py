"""BAI2 balance reporting (Bank Administration Institute, ANSI X9.121), previous day and same day.

File (01 … 99) › group of one bank and day (02 … 98) › account (03 … 49) › transactions (16), each with
continuations (88). Trailers say sums and counts: a sum or a number of accounts that is wrong refuses the file,
a number of records is only reported, because banks count them differently.
"""

import re

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import FORMATS, Balance, Entry, Finding, Footer, Header

from .bai2_codes import BALANCES, MEANINGS, TOTAL_CREDITS, TOTAL_DEBITS, sign
from .bai2_details import detail
from .bai2_plain import transactions
from .bai2_records import amount, cells, count, day, decimals, minor, moment, records

_SIGN = re.compile(rb"\s*01,[^,\r\n]{0,40},[^,\r\n]{0,40},\d{6,8},\d{0,4},[^,\r\n]{0,40},[^\r\n]{0,40}")
#: As-of modifiers of data that are not final: of the previous day, of the same day.
_INTERIM = ("1", "3")
_VERSIONS = ("2", "3")  # 3: the successor BTRS, alike in what is read here
#: Number of fields that a kind of funds availability adds in front of the references.
_SPREAD_FIELDS = 1000
_SPREAD = {"": 0, "Z": 0, "0": 0, "1": 0, "2": 0, "S": 3, "V": 2}


class _Level:
    """What a trailer is checked against: its file, group or account."""

    __slots__ = ("children", "facts", "number", "records", "total")

    def __init__(self, number, facts=None):
        self.number, self.facts = number, facts
        self.total = self.children = self.records = 0


class _Account(_Level):
    __slots__ = (
        "balances", "booked", "credits", "currency", "debits", "entries", "entry_total", "on", "places", "status",
    )  # fmt: skip


class _Reader:
    def __init__(self):
        self._file = self._group = self._account = None
        self._miscounted = False
        self.found = False

    def events(self, stream):
        handlers = {
            "01": self._file_header, "02": self._group_header, "03": self._account_header, "49": self._account_end,
            "98": self._group_end, "99": self._file_end,
        }  # fmt: skip
        start = 0
        try:
            for code, start, text, rest, size in records(stream, self._plain):
                if code == "16":
                    yield self._entry(start, text, rest, size)
                elif code is None:
                    yield from text
                else:
                    yield from handlers[code](start, text, rest, size)
        except FormatError as error:
            error.place = error.place or f"line {start}"
            raise
        open_level = self._account or self._group or self._file
        if open_level:
            raise FormatError(
                "the file ends before its trailers", code="bai2.truncated", place=f"line {open_level.number}"
            )

    # -- headers ----------------------------------------------------------------------------------

    def _file_header(self, number, text, rest, size):
        if self._file:
            raise FormatError("a file inside a file", code="bai2.order")
        _sender, _receiver, on, at, identifier, *more = cells(text, rest) + [""] * 5
        version = next(filter(None, reversed(more)), "")  # the last field; some banks leave out those before it
        if version not in _VERSIONS:
            raise FormatError(f"version {version!r} is not read", code="bai2.version")
        self._file = _Level(number, (moment(day(on), at), f"{on}-{identifier}" if identifier else on))
        self._file.records = size
        self._miscounted = False
        return ()

    def _group_header(self, number, text, rest, size):
        if self._file is None or self._group:
            raise FormatError("a group outside a file", code="bai2.order")
        _receiver, _originator, status, on, _at, currency, modifier, *_more = cells(text, rest) + [""] * 7
        if status in ("2", "4"):
            words = "to be deleted" if status == "2" else "a test"
            raise FormatError(f"the bank says that this group is {words}", code="bai2.status")
        self._group = _Level(number, (day(on), currency.upper() or None, modifier))
        self._group.records = size
        if status == "3":
            return (Finding("bai2.correction", "The bank says that this corrects earlier data", f"line {number}"),)
        return ()

    def _account_header(self, number, text, rest, size):
        if self._group is None or self._account:
            raise FormatError("an account outside a group", code="bai2.order")
        on, group_currency, modifier = self._group.facts
        name, currency, *summary = cells(text, rest) + [""]  # noqa: RUF005  what Cython compiles
        account = self._account = _Account(number)
        account.records, account.entries, account.entry_total, account.on = size, 0, 0, on
        account.currency = currency.upper() or group_currency
        account.places = decimals(account.currency)
        account.balances, account.credits, account.debits = [], (None, None), (None, None)
        self._read_summary(summary)
        self.found = True
        kinds = {balance.kind: balance for balance in account.balances}
        intraday = modifier in _INTERIM
        account.status = "information" if intraday else "booked"
        opening = kinds.get("OPBD")
        created_at, identifier = self._file.facts
        header = Header(
            account=name or None,
            currency=account.currency,
            opening=opening and opening.amount,
            opening_on=opening and on,
            statement_id=identifier,
            created_at=created_at,
            from_on=on,
            to_on=on,
            intraday=intraday,
            format="bai2",
            place=f"line {number}",
        )
        return (header,)

    def _read_summary(self, summary):
        """Quadruples of type, amount, number of items and availability."""
        account, at = self._account, 0
        while at < len(summary):
            code, value, items, funds, *_rest = summary[at : at + 4] + [""] * 4
            if not code:  # nothing said, or a comma too many where the record breaks
                at += 1
                continue
            at += 4 + _spread(funds, summary, at + 4)
            if not value:
                continue
            figure = minor(value)
            account.total += figure
            money = amount(figure, account.places)
            if code in (TOTAL_CREDITS, TOTAL_DEBITS):
                pair = (money, count(items) if items else None)
                if code == TOTAL_CREDITS:
                    account.credits = pair
                else:
                    account.debits = pair
            elif code < TOTAL_CREDITS:
                account.balances.append(Balance(BALANCES.get(code, code), money, account.currency, account.on))

    # -- entries ----------------------------------------------------------------------------------

    def _plain(self, lines, at, number):
        account = self._account
        if account is None:
            return (), at
        entries, after, figures = transactions(lines, at, number, account)
        account.entries += len(entries)
        account.records += after - at
        account.total += figures
        account.entry_total += figures
        return entries, after

    def _entry(self, number, text, rest, size):
        account = self._account
        if account is None:
            raise FormatError("a transaction outside an account", code="bai2.order")
        account.records += size
        account.entries += 1
        code: str
        value: str
        funds: str
        fields: list = text.split(",", 3)
        code, value, funds, more = fields if len(fields) == 4 else _whole(text, rest)
        code, value, funds = code.strip(), value.strip(), funds.strip().upper()
        direction = sign(code)
        figure = minor(value or ("0" if direction == 0 else ""))
        if direction is None or (direction == 0 and figure):
            raise FormatError(f"type {code!r} says neither credit nor debit", code="bai2.type")
        account.total += figure
        account.entry_total += figure
        money = amount(figure, account.places)
        value_on = None
        if _SPREAD.get(funds) != 0:
            spread, more = _availability(funds, more, rest)
            value_on = day(spread[0].strip()) if funds == "V" else None
        if more is None:
            more = rest.pop(0) if rest else ""
        references: list = more.split(",", 2)
        while len(references) < 3 and rest:
            more = f"{more},{rest.pop(0)}"
            references = more.split(",", 2)
        return Entry(
            booked_on=account.on,
            amount=-money if direction == -1 and figure else money,
            currency=account.currency,
            value_on=value_on,
            status=account.status if direction else "information",
            bank_ref=references[0].strip() or None,
            code=code,
            additional=MEANINGS.get(code),
            details=detail(code, direction, references, rest),
            place=f"line {number}",
        )

    # -- trailers ---------------------------------------------------------------------------------

    def _account_end(self, number, text, rest, size):
        account = self._account
        if account is None:
            raise FormatError("an account ends that did not begin", code="bai2.order")
        declared = self._check(account, cells(text, rest), size, (account.total, account.entry_total))
        self._account = None
        group = self._group
        group.total += declared[0]
        group.children += 1
        group.records += account.records
        kinds = {balance.kind: balance for balance in account.balances}
        closing = kinds.get("CLBD")
        counts = (account.credits[1], account.debits[1])
        yield Footer(
            closing=closing and closing.amount,
            closing_on=closing and account.on,
            balances=tuple(account.balances),
            entries=None if None in counts else sum(counts),
            sum_credits=account.credits[0],
            sum_debits=account.debits[0],
            place=f"line {account.number}",
        )
        yield from self._count_records(account, declared[1], number)

    def _group_end(self, number, text, rest, size):
        group = self._group
        if group is None or self._account:
            raise FormatError("a group ends inside an account or without a beginning", code="bai2.order")
        total, *counts = self._check(group, cells(text, rest), size, (group.total,), children="accounts")
        self._group = None
        self._file.total += total
        self._file.children += 1
        self._file.records += group.records
        yield from self._count_records(group, counts[1], number)

    def _file_end(self, number, text, rest, size):
        file = self._file
        if file is None or self._group:
            raise FormatError("the file ends inside a group or without a beginning", code="bai2.order")
        _total, *counts = self._check(file, cells(text, rest), size, (file.total,), children="groups")
        self._file = None
        yield from self._count_records(file, counts[1], number)

    @staticmethod
    def _check(level, figures, size, totals, children=None):
        """The declared figures, the sum and the number of children being right."""
        level.records += size
        figures = [*figures, "", "", ""]
        total = minor(figures[0])
        if total not in totals:
            raise FormatError(
                f"the control total says {total}, the amounts make {totals[0]}", code="bai2.control"
            )
        if children is None:
            return total, count(figures[1])
        if count(figures[1]) != level.children:
            raise FormatError(
                f"the trailer says {figures[1]} {children}, the file holds {level.children}", code="bai2.count"
            )
        return total, level.children, count(figures[2])

    def _count_records(self, level, declared, number):
        if declared != level.records and not self._miscounted:
            self._miscounted = True  # what is around it counts wrong, too
            yield Finding(
                "bai2.records",
                f"The trailer says {declared} records, the file holds {level.records}; the sums are right",
                f"line {number}",
            )


def _whole(text, rest):
    """First fields of a transaction that breaks before its references."""
    while text.count(",") < 3 and rest:
        text = f"{text},{rest.pop(0)}"
    found = text.split(",", 3)
    if len(found) < 2:
        raise FormatError("a transaction without an amount", code="bai2.record")
    return found if len(found) == 4 else [*found[:2], "".join(found[2:]), None]


def _spread(funds, values, at):
    """How many fields belong to the availability ``funds``, in ``values`` from ``at`` on; ``bai2.funds``."""
    funds = funds.upper()
    if funds == "D":
        days = values[at] if at < len(values) else ""
        return 1 + 2 * count(days)
    if funds not in _SPREAD:
        raise FormatError(f"availability {funds!r} is not known", code="bai2.funds")
    return _SPREAD[funds]


def _availability(funds, more, rest):
    """(fields of the availability, what follows them, None where the record breaks there) of a transaction."""
    more = more or ""
    while True:
        found = more.split(",")
        try:
            width = _spread(funds, [cell.strip() for cell in found], 0)
        except FormatError:
            if funds == "D" and not found[0].strip() and rest:
                width = len(found) + 1
            else:
                raise
        if len(found) >= width or not rest or width > _SPREAD_FIELDS:
            break
        more = f"{more},{rest.pop(0)}"
    if width > _SPREAD_FIELDS or len(found) < width:
        raise FormatError("the availability is not complete", code="bai2.funds")
    return found[:width], more.split(",", width)[width] if len(found) > width else None


@FORMATS.add("bai2", "BAI2 balance report")
class Bai2:
    """Groups of accounts with balances and transactions, checked by control totals."""

    implies_decimals = True

    def recognises(self, head):
        return _SIGN.match(head.removeprefix(b"\xef\xbb\xbf")) is not None

    def parse(self, stream):
        reader = _Reader()
        yield from reader.events(stream)
        if not reader.found:
            raise FormatError("the file holds no account", code="bai2.empty")
