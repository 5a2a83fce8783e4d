"""Norma 43, the Spanish statement of account (AEB, cuaderno 43): records of 80 characters, in practice of any length.

Per account ``11 (22 23* 24?)* 33``, and 88 at the end of the file. Dates are ``YYMMDD``; some banks write ``DDMMYY``.
"""

import re
from itertools import chain, pairwise

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.records import record_blocks
from odoo.addons.finance_connector_base.core.statement import (
    FORMATS,
    Detail,
    Entry,
    Exchange,
    Finding,
    Footer,
    Header,
    Reference,
)

from .currency_numbers import CURRENCY_NUMBERS
from .fixed import DAYS, count, day, optional_scaled, scaled, spanish_account, text
from .n43_booking import CANCELLATION, REFERENCES, concept
from .n43_plain import transactions

_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:00\d{10}[^\n]*\n)?11\d{18}\d{12}[012]\d{14}\d{3}")
_WIDTH = 80
#: How many records are looked at before the order of the dates is decided.
_DECIDING = 200
_ORDERS = ("ymd", "dmy")  # the standard first
#: Days of a year but a few: two different days of a month lie as far apart where the day is taken for the year.
_NEARLY_A_YEAR = 360


def date_order(days):
    """The order of the six-digit ``days`` of a statement: the standard one if they fit it, else where they lie closer.

    Under the wrong order the days of one month are spread over years, or are no days at all. Where all are the same
    day of their months the orders differ by a leap day at most, which tells nothing.
    """
    spreads = {}
    for order in _ORDERS:
        try:
            found = [found for digits in days if (found := DAYS[order][digits])]
        except ValueError:
            continue
        spreads[order] = (max(found) - min(found)).days if found else 0
    standard = spreads.get(_ORDERS[0], _NEARLY_A_YEAR)
    return min(spreads, key=spreads.get) if spreads and standard >= _NEARLY_A_YEAR else _ORDERS[0]


@FORMATS.add("n43", "Norma 43 statement (Spain)")
class Norma43:
    """End-of-day statements of Spanish banks."""

    def recognises(self, head):
        return _HEAD.match(head) is not None

    def parse(self, stream):
        return _Reader().events(record_blocks(stream, _WIDTH))


def _order_of(lines):
    """The order of the dates of the statement that begins with ``lines``."""
    days = []
    for number, line in enumerate(filter(str.strip, lines)):
        line = line.lstrip()
        if number == _DECIDING or (number and line.startswith("11")):
            break
        days += _days(line)
    return date_order(days)


def _days(line):
    if line.startswith("11"):
        return line[20:26], line[26:32]
    return (line[10:16], line[16:22]) if line.startswith("22") else ()


class _Reader:
    """Where in the file we are; turns records into events."""

    def __init__(self):
        self._order = _ORDERS[0]
        self._days = DAYS[self._order]
        self._statements = 0
        self._header = None
        self._account = None
        self._to_on = None
        self._currency = None
        self._line = self._position = None  # of the booking
        self._texts = []  # of the booking
        self._converted = None  # original amount of the booking
        self._counted = 0
        self._ended = False
        self._records = {
            "00": self._begin_file,
            "11": self._open,
            "22": self._book,
            "23": self._tell,
            "24": self._exchange,
            "33": self._close,
            "88": self._end,
        }

    def events(self, blocks):
        """Events of ``record_blocks``; one is always ahead, because a statement is looked into before it is read."""
        line: str
        kind: str
        position = None
        try:
            for (first, lines), (_number, ahead) in pairwise(chain(blocks, [(0, [])])):
                at, end = 0, len(lines)
                while at < end:
                    line, position = lines[at], first + at
                    at += 1
                    kind = line[:2]
                    if kind == "23" and self._line is not None:
                        self._counted += 1
                        self._texts.append(line[4:42])
                        self._texts.append(line[42:])
                    elif kind == "22" and self._header is not None:
                        if self._line is not None:
                            yield self._entry()
                        entries, after = transactions(lines, at - 1, position, self._currency, self._days)
                        if entries:
                            yield from entries
                            self._counted += after - at + 1
                            at = after
                            continue
                        self._counted += 1
                        self._line, self._position = line, position
                    elif line and not line.isspace():
                        line = line.lstrip().ljust(_WIDTH)
                        if line.startswith("11"):
                            self._order = _order_of([line, *lines[at : at + _DECIDING], *ahead[:_DECIDING]])
                            self._days = DAYS[self._order]
                        yield from self._read(line, position)
        except FormatError as error:
            error.place = error.place or f"line {position}"
            raise
        if not self._statements:
            raise FormatError("the file holds no statement", code="n43.empty")
        if self._header is None and not self._ended:
            yield Finding("statement.end", "The record that ends the file is missing; more may have followed")

    def _read(self, line, position):
        """Events of one record."""
        record = self._records.get(line[:2])
        if record is None:
            raise FormatError("no Norma 43 record begins like this", code="n43.record")
        return record(line, position)

    def _begin_file(self, line, position):
        """Some banks name themselves and the day before everything else."""
        if self._header is not None:
            raise FormatError("a file begins inside a statement", code="n43.structure")
        return ()

    def _open(self, line, position):
        if self._header is not None:
            raise FormatError("a statement begins inside another", code="n43.structure")
        self._counted += 1
        self._statements += 1
        self._ended = False
        self._account = line[2:20]
        self._to_on = day(line[26:32], self._order, "n43.date")
        from_on = day(line[20:26], self._order, "n43.date")
        account = spanish_account(line[2:6], line[6:10], line[10:20])
        if account is None:
            raise FormatError("the account is no number", code="n43.account")
        self._header = Header(
            account=account,
            currency=_currency(line[47:50]),
            opening=_signed(line[32], line[33:47]),
            opening_on=from_on,
            from_on=from_on,
            to_on=self._to_on,
            owner=text(line[51:77]),
            place=f"line {position}",
        )
        self._currency = self._header.currency
        return (self._header,)

    def _book(self, line, position):
        self._inside()
        self._counted += 1
        found = self._finished()
        self._line, self._position = line, position
        return found

    def _tell(self, line, position):
        self._of_booking()
        self._texts += (line[4:42], line[42:])
        return ()

    def _exchange(self, line, position):
        self._of_booking()
        currency, amount = CURRENCY_NUMBERS.get(line[4:7]), optional_scaled(line[7:21], 2)
        if amount and currency not in (None, self._header.currency):
            self._converted = Exchange(instructed=amount, instructed_currency=currency)
        return ()

    def _close(self, line, position):
        self._inside()
        self._counted += 1
        found = self._finished()
        if line[2:20] != self._account:
            raise FormatError("the end of another account stands inside the statement", code="n43.account")
        debits, credits = count(line[20:25], "n43.count"), count(line[39:44], "n43.count")
        footer = Footer(
            closing=_signed(line[58], line[59:73]),
            closing_on=self._to_on,
            entries=debits + credits,
            sum_debits=scaled(line[25:39], 2, "n43.amount"),
            sum_credits=scaled(line[44:58], 2, "n43.amount"),
            place=f"line {position}",
        )
        self._header = None
        return (*found, footer)

    def _end(self, line, position):
        if self._header is not None:
            raise FormatError("the file ends inside a statement", code="n43.structure")
        declared, counted = count(line[20:26].strip(), "n43.count"), self._counted
        self._counted, self._ended = 0, True
        if declared == counted:
            return ()
        told = f"The file declares {declared} records, it holds {counted}"
        return (Finding("statement.records", told, f"line {position}"),)

    def _inside(self):
        if self._header is None:
            raise FormatError("a record stands outside a statement", code="n43.structure")

    def _of_booking(self):
        self._counted += 1
        if self._line is None:
            raise FormatError("a text stands without its booking", code="n43.structure")

    def _finished(self):
        return () if self._line is None else (self._entry(),)

    def _entry(self):
        """The booking that is complete, now that another record begins."""
        line, place, currency = self._line, f"line {self._position}", self._currency
        if len(line) < _WIDTH:
            line = line.ljust(_WIDTH)
        texts, exchange = self._texts, self._converted
        self._line, self._texts, self._converted = None, [], None
        try:
            if line[27] != "1" and line[27] != "2":
                raise FormatError("the sign is neither 1 (debit) nor 2 (credit)", code="n43.sign")
            amount = _signed(line[27], line[28:42])
            booked_on, value_on = self._days[line[10:16]], self._days[line[16:22]]
        except FormatError as error:
            error.place = place
            raise
        except ValueError as error:
            raise FormatError("a date is no day of the calendar", code="n43.date", place=place) from error
        common, own_code, meaning = concept(line[22:27])
        references = []
        if line[42:80].strip(" 0"):
            references = [Reference(text(line[at]), kind) for kind, at in REFERENCES if line[at].strip(" 0")]
        remittance = [text(part) for part in texts]
        return Entry(
            booked_on=booked_on,
            amount=amount,
            currency=currency,
            value_on=value_on,
            reversal=common == CANCELLATION,
            code=common,
            own_code=own_code,
            additional=meaning,
            exchange=exchange,
            details=(
                Detail(
                    amount=amount,
                    currency=currency,
                    remittance=tuple([said for said in remittance if said is not None]),
                    other_references=tuple(references),
                ),
            ),
            place=place,
        )


def _signed(sign, digits):
    """1 is a debit, 2 a credit; some banks write 0 for a balance in credit, which the entries then prove."""
    if sign not in "012":
        raise FormatError("the sign is neither 1 (debit) nor 2 (credit)", code="n43.sign")
    value = scaled(digits, 2, "n43.amount")
    return -value if sign == "1" else value


def _currency(digits):
    currency = CURRENCY_NUMBERS.get(digits)
    if currency is None:
        raise FormatError("no currency has this number", code="n43.currency")
    return currency
