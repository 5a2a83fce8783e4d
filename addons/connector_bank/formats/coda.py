"""CODA, the Belgian coded statement of account (Febelfin, versions 1 and 2.x): records of 128 characters.

A file holds one or more statements, each ``0 1 (21 22? 23? (31 32? 33?)*)* 8 4* 9``. Movements with detail
number 0000 move the balance; those behind them under the same sequence number are what they consist of.
"""

import functools
import re
from datetime import datetime, time
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.safe.records import record_blocks
from odoo.addons.finance_connector_base.core.statement import (
    FORMATS,
    Charge,
    Detail,
    Entry,
    Finding,
    Footer,
    Header,
    Party,
)

from .coda_plain import movements
from .coda_texts import NO_CHARGES, communication, information
from .fixed import DAYS, cents, count, number, scaled, text

_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*0000[0 ]\d{6}[\d ]{5}[ D][^\r\n]{85,115}[12]\s*1[0-3]")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_REASON = re.compile(r"[A-Z]{2}[0-9]{2}|[A-Z]{4}")
_PURPOSE = re.compile(r"[A-Z]{4}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{10,30}(?= |$)")
_WIDTH = 128
_DAYS = DAYS["dmy"]
#: Account number and currency by account structure (position 2 of record 1).
_ACCOUNTS = {
    "0": (slice(0, 12), slice(13, 16)),
    "1": (slice(0, 34), slice(34, 37)),
    "2": (slice(0, 31), slice(34, 37)),
    "3": (slice(0, 34), slice(34, 37)),
}
#: First digit of the transaction code (CODA, enclosure II).
_TOTALS = frozenset("12")  # amounts that details make up; inside a movement: totals of a lower level
_COMPONENTS = frozenset("89")  # parts of one transaction: capital, interest, costs
_CORRECTIONS = frozenset(("49", "99"))
_R_TRANSACTIONS = {"1": "Reject", "2": "Return", "3": "Refund", "4": "Reversal", "5": "Cancellation"}


def _amount(sign, digits):
    if sign not in "01":
        raise FormatError("the sign is neither 0 (credit) nor 1 (debit)", code="coda.sign")
    value = scaled(digits, 3, "coda.amount")
    return -value if sign == "1" else value


def _day(digits):
    try:
        return _DAYS[digits]
    except ValueError as error:
        raise FormatError("a date is no day of the calendar", code="coda.date") from error


def _account(structure, zone):
    where = _ACCOUNTS.get(structure)
    if where is None:
        raise FormatError("the account structure is none of 0 to 3", code="coda.account")
    account, currency = (zone[part].replace(" ", "") or None for part in where)
    return account, currency and currency.upper()


class _Movement:
    """Records 21 to 33 of one movement or detail."""

    __slots__ = ("detail_number", "line", "number", "position", "second", "third", "told")

    def __init__(self, line, position):
        self.line, self.position = line, position
        self.number, self.detail_number = line[2:6], line[6:10]
        self.second = self.third = None  # records 22 and 23
        self.told = None  # [structured, text] of each information

    @property
    def kind(self):
        return self.line[53]

    @property
    def place(self):
        return f"line {self.position}"

    def amount(self):
        line = self.line
        sign = line[31]
        if line[46] == "0" and (sign == "0" or sign == "1") and line[32:47].isdigit() and line.isascii():
            value = Decimal(line[32:46] + "E-2")  # no third decimal
            return -value if sign == "1" else value
        return cents(_amount(line[31], line[32:47]))

    def communication(self):
        """Fields of a ``Detail`` that the communication gives."""
        said = self.line[62:115]
        if self.second:
            said += self.second[10:63]
        if self.third:
            said += self.third[82:125]
        if self.line[61] == "1":
            return communication(said)
        said = text(said)
        return {"remittance": (said,)} if said else {}

    def detail(self, currency):
        """Fields of a ``Detail``."""
        line, second = self.line, self.second
        values = self.communication()
        values["amount"], values["currency"] = self.amount(), currency
        values["bank_ref"], values["code"] = text(line[10:31]), _code(line[53:61])
        party = self._counterparty() if self.third else {}
        if "creditor_id" in values:
            party["identifier"] = values.pop("creditor_id")
        values["end_to_end_id"] = None
        if second:
            values["end_to_end_id"] = _not_nought(text(second[63:98]))
            party["bic"] = _bic(second[98:109])
            if second[112:125].strip():
                values |= _codes(second)
        values.setdefault("additional", None)
        if self.told:
            for structured, told in self.told:
                self._add(values, party, information(structured, told))
        values["counterparty"] = Party(**party) if any(party.values()) else None
        return values

    def _add(self, values, party, found):
        """What an information record adds."""
        party |= {name: value for name, value in found.get("counterparty", {}).items() if value}
        if said := found.get("additional"):
            values["additional"] = f"{values['additional']} {said}" if values["additional"] else said
        if ultimate := found.get("ultimate"):
            values["ultimate"] = ultimate
        if charges := found.get("charges"):
            values["charges"] = values.get("charges", ()) + charges

    def _counterparty(self):
        zone = self.third[10:47]
        if found := _IBAN.match(zone):
            account = found[0]
        else:
            *numbers, last = zone.split() or [""]
            account = _not_nought("".join(numbers if len(last) == 3 and last.isalpha() else (*numbers, last)))
        return {"account": account, "name": text(self.third[47:82])}


def _codes(second):
    """Purpose and return of version 2.3 and later; files of earlier versions hold numbers of the bank there."""
    purposes = (value for value in (second[121:125], second[117:121]) if _PURPOSE.fullmatch(value))
    found = {"purpose": next(purposes, None)}
    reason = text(second[113:117])
    if second[112] in _R_TRANSACTIONS and (reason is None or _REASON.fullmatch(reason)):
        found |= {"return_text": _R_TRANSACTIONS[second[112]], "return_reason": reason}
    return found


def _not_nought(value):
    return value if value and value.strip("0") else None


@functools.lru_cache(4096)
def _code(value):
    return text(value)


@functools.lru_cache(4096)
def _bic(value):
    value = value.strip()
    return value if _BIC.fullmatch(value) else None


@FORMATS.add("coda", "CODA statement (Belgium)")
class Coda:
    """End-of-day statements of Belgian banks."""

    def recognises(self, head):
        return _HEAD.match(head) is not None

    def parse(self, stream):
        reader = _Reader()
        yield from reader.events(record_blocks(stream, _WIDTH))
        if reader.header is None and not reader.statements:
            raise FormatError("the file holds no statement", code="coda.empty")


class _Reader:
    """Where in the file we are; turns records into events."""

    def __init__(self):
        self.header = None
        self.statements = 0
        self._file = None  # record 0
        self._structure = None  # of the account
        self._main = None
        self._parts = []  # of the movement
        self._last = None  # movement or part that is being read
        self._closing = None
        self._notes = []
        self._moved = False
        self._counted = 0
        self._records = {
            "0": self._start,
            "1": self._open,
            "2": self._move,
            "3": self._inform,
            "4": self._note,
            "8": self._close,
            "9": self._end,
        }

    def events(self, blocks):
        """Events of ``record_blocks``; refusals name the line."""
        line: str
        position = None
        try:
            for first, lines in blocks:
                at, end = 0, len(lines)
                while at < end:
                    line, position = lines[at], first + at
                    at += 1
                    if len(line) < _WIDTH:
                        line = line.lstrip().ljust(_WIDTH)
                        if line.isspace():
                            continue
                    elif line[0] == " ":
                        line = line.lstrip().ljust(_WIDTH)
                    if self._continues(line):
                        continue
                    if line[:2] == "21" and self.header is not None and self._closing is None:
                        entries, after = movements(lines, at - 1, position, self.header.currency, self._open_number())
                        if entries:
                            yield from self._finished()
                            yield from entries
                            self._counted += after - at + 1
                            self._moved, at = True, after
                            continue
                    yield from self._read(line, position)
        except FormatError as error:
            error.place = error.place or f"line {position}"
            raise

    def _continues(self, line):
        """Whether the record simply goes on with the movement before it; then it is taken."""
        movement = self._last
        if movement is None or line[2:6] != movement.number:
            return False
        kind = line[:2]
        if kind == "22" and movement.second is None and line[6:10] == movement.detail_number:
            movement.second = line
        elif kind == "23" and movement.third is None and line[6:10] == movement.detail_number:
            movement.third = line
        elif kind == "31":
            if movement.told is None:
                movement.told = []
            movement.told.append([line[39] == "1", line[40:113]])
        elif kind == "32" and movement.told:
            movement.told[-1][1] += line[10:115]
        elif kind == "33" and movement.told:
            movement.told[-1][1] += line[10:100]
        else:
            return False
        self._counted += 1
        return True

    def _read(self, line, position):
        """Events of one record."""
        kind = line[0]
        if kind not in self._records:
            raise FormatError("no CODA record begins like this", code="coda.record")
        if kind in "1238":
            self._counted += 1
        return self._records[kind](line, position)

    def _open_number(self):
        """Of the movement that is being read; what comes under the same one may be part of it."""
        return None if self._main is None else self._main.number

    def _note(self, line, position):
        """What the bank wants to tell all its customers."""
        self._notes.append(line[32:112])
        return ()

    def _start(self, line, position):
        if self.header is not None:
            raise FormatError("a statement begins inside another", code="coda.structure")
        self._file, self._counted = line, 0
        return ()

    def _open(self, line, position):
        if self._file is None or self.header is not None:
            raise FormatError("an old balance stands at the wrong place", code="coda.structure")
        self._structure = line[1]
        account, currency = _account(self._structure, line[5:42])
        made = _day(self._file[5:11])
        self.header = Header(
            account=account,
            currency=currency,
            opening=cents(_amount(line[42], line[43:58])),
            opening_on=_day(line[58:64]),
            sequence=number(line[125:128]) or number(line[2:5]),
            created_at=made and datetime.combine(made, time()),
            bic=_bic(self._file[60:71]),
            owner=text(line[64:90]) or text(self._file[34:60]),
            place=f"line {position}",
        )
        self.statements += 1
        self._moved = False
        return (self.header,)

    def _move(self, line, position):
        self._inside()
        self._moved = True
        if line[1] != "1":
            self._current(line, line[6:10])
            raise FormatError("a movement record is neither 21, 22 nor 23, or twice there", code="coda.record")
        main, movement = self._main, _Movement(line, position)
        same = main is not None and movement.number == main.number
        if movement.detail_number != "0000" and not same:
            raise FormatError("a detail stands without its movement", code="coda.structure")
        found = ()
        if same and (movement.detail_number != "0000" or (self._parts and self._parts[-1].detail_number == "9999")):
            self._parts.append(movement)
        else:
            found = self._finished()
            self._main = movement
        self._last = movement
        return found

    def _inform(self, line, position):
        self._inside()
        self._current(line)
        raise FormatError("an information record stands without its first part", code="coda.structure")

    def _close(self, line, position):
        self._inside()
        found = self._finished()
        account, _currency = _account(self._structure, line[4:41])
        amount = cents(_amount(line[41], line[42:57]))
        self._closing = amount, _day(line[57:63]), account, f"line {position}"
        return found

    def _close_empty(self, position):
        """A statement without movements needs no new balance (CODA 7.3): it is the old one."""
        if self.header is None or self._main is not None or self._moved:
            raise FormatError("the end stands without a new balance", code="coda.structure")
        self._closing = self.header.opening, self.header.opening_on, self.header.account, f"line {position}"

    def _end(self, line, position):
        if self._closing is None:
            self._close_empty(position)
        if line[127] not in "12":
            raise FormatError("the last record is cut", code="statement.truncated")
        amount, on, account, where = self._closing
        footer = Footer(
            closing=amount,
            closing_on=on,
            sum_debits=cents(scaled(line[22:37], 3, "coda.amount")),
            sum_credits=cents(scaled(line[37:52], 3, "coda.amount")),
            place=where,
            additional=text(" ".join(self._notes)),
        )
        found, declared = [footer], count(line[16:22], "coda.count")
        if declared != self._counted:
            told = f"The file declares {declared} records, it holds {self._counted}"
            found.append(Finding("statement.records", told, f"line {position}"))
        if account != self.header.account:
            found.append(Finding("statement.account", "The new balance names another account than the old one", where))
        self._file = self.header = self._closing = None
        self._notes = []
        return found

    def _inside(self):
        if self.header is None or self._closing is not None:
            raise FormatError("a movement stands outside a statement", code="coda.structure")

    def _current(self, line, detail_number=None):
        """Refuse a record that does not belong to the movement before it."""
        movement = self._last
        wrong = movement is None or movement.number != line[2:6]
        if wrong or detail_number not in (None, movement.detail_number):
            raise FormatError("a record stands without its movement", code="coda.structure")

    def _finished(self):
        main, parts = self._main, self._parts
        if main is None:
            return ()
        self._main, self._parts, self._last = None, [], None
        try:
            return (self._entry(main, parts),)
        except FormatError as error:
            error.place = main.place
            raise

    def _entry(self, main, parts):
        line, currency = main.line, self.header.currency
        whole = main.detail(currency)
        amount, bank_ref, code = whole["amount"], whole["bank_ref"], whole["code"]
        details = _details(main, parts, currency) if parts else (Detail(**whole),)
        additional = batch = None
        if len(details) > 1:
            additional = " ".join(filter(None, (*whole.get("remittance", ()), whole["additional"]))) or None
            batch = whole["end_to_end_id"]
        return Entry(
            booked_on=_day(line[115:121]),
            amount=amount,
            currency=currency,
            value_on=_day(line[47:53]),
            reversal=line[56:58] in _CORRECTIONS,
            entry_ref=main.number,
            bank_ref=bank_ref,
            code=code,
            additional=additional,
            details=details,
            payment_info_id=batch,
            place=main.place,
        )


def _details(main, parts, currency):
    """One detail a transaction; totals of a lower level are left out, or their money would count twice."""
    whole = [main, []]
    transactions = []
    for part in parts:
        if part.kind in _COMPONENTS:
            (transactions[-1] if transactions and part.kind == "9" else whole)[1].append(part)
        elif part.kind not in _TOTALS:
            transactions.append([part, []])
    return tuple(_transaction(part, components, currency) for part, components in transactions or [whole])


def _transaction(part, components, currency):
    values = part.detail(currency)
    for component in components:
        amount, said = component.amount(), component.detail(currency)
        category = component.line[58:61]
        words = [*said.get("remittance", ()), said.get("additional")]
        if category in NO_CHARGES:
            words.insert(0, f"{category} {plain(amount)}")
        else:
            values["charges"] = (*values.get("charges", ()), Charge(amount, currency, True, category))
        values["additional"] = " ".join(filter(None, [values["additional"], *words])) or None
    return Detail(**values)
