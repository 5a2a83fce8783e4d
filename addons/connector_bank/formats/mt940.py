"""MT940 customer statement and MT942 interim report (SWIFT category 9), in the dialects of the banks.

Several messages in a file, with or without SWIFT's envelope. Each message is one statement; the pages of a
statement (``:60M:``, ``:62M:``) stay apart as in the file, and must follow on each other.
"""

import re

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import (
    FORMATS,
    Balance,
    Entry,
    Finding,
    Footer,
    Header,
)

from . import mt_fields, mt_plain
from .mt_details import joined, numbered_owner, read
from .mt_dialects import STRUCTURED, TOTALS
from .mt_message import END, fields

_START = rb"(?:^|[\r\n]|@@)[\s\x00-\x1f]*"
_REFERENCE = re.compile(_START + rb"(?:\{1:[^\r\n]*\{4:)?:20:")
_SECOND = re.compile(_START + rb":(?:25P?|28C?|60[FM]?|61|34F):")
_FRAGMENT = re.compile(rb"[\s\x00-\x1f]*:(?:25P?|28C?|60[FM]|61|86):")
_INTERIM = re.compile(_START + rb":(?:34F|13D?|90[CD]|942):|\{2:[IO]942")
_BOOKED = re.compile(_START + rb":(?:60[FM]?|62[FM]?|940):|\{2:[IO]940")
#: So far into the file the kind of the first message shows.
_KIND_BYTES = 4096
_KINDS = {"60F": "OPBD", "60M": "ITBD", "60": "OPBD", "62F": "CLBD", "62M": "ITBD", "62": "CLBD",
          "64": "CLAV", "65": "FWAV"}  # fmt: skip


class _Message:
    """What is known of one message while it is read."""

    def __init__(self, kind, number, complete):
        self.kind, self.number = kind, number
        self.complete = complete  # begins with :20:, so it must have an end
        self.reference = self.account_text = self.owner = self.created_at = self.opening = self.closing = None
        self.sequence = self.page = self.currency = self.first_tag = None
        self.balances, self.totals, self.texts = [], {}, []
        self.header = None
        self.waiting = None  # the entry whose texts are being read
        self.entries = 0
        self.status = "information"  # neither an interim report nor a fragment is evidence
        self.interim = False  # has fields of MT942

    def next_page(self, number):
        """The message after a closing balance that another head follows without ``:20:``."""
        page = _Message(self.kind, number, True)
        page.reference, page.account_text = self.reference, self.account_text
        page.sequence, page.page, page.owner = self.sequence, self.page, self.owner
        return page

    @property
    def name(self):
        """``:20:``, unless it is a word that stands in every statement (STARTUMS): then its number and page."""
        reference = self.reference or ""
        if self.sequence and not any(letter.isdigit() for letter in reference):
            return f"{self.sequence}/{self.page}" if self.page else str(self.sequence)
        return reference or None

    @property
    def place(self):
        return f"line {self.number}"


class _Reader:
    """Turns the fields of a file into events."""

    def __init__(self):
        self._message = None
        self._carried = None  # (account, closing balance) of a page with another to follow
        self.found = False

    def events(self, stream):
        handlers = {tag: getattr(self, f"_read_{name}") for tag, name in _HANDLERS.items()}
        number = 0
        try:
            for tag, parts, number, kind in fields(stream):
                if tag == END:
                    yield from self._finish()
                    continue
                if tag == "20":
                    yield from self._finish()
                elif self._message is not None and self._message.closing is not None and tag in _HEADS:
                    before = self._message
                    yield from self._finish()
                    self._message = before.next_page(number)
                if self._message is None:
                    self._message = _Message(kind, number, tag == "20")
                    self.found = True
                message = self._message
                if message.waiting is not None and tag in _TEXTS:
                    message.waiting[_TEXTS[tag]].append(parts)
                    continue
                if message.waiting is not None:
                    yield self._entry(message)
                if tag == "61" and message.header is not None:
                    self._read_line(message, parts, number)
                    continue
                yield from handlers[tag](message, tag, parts, number)
            yield from self._finish()
        except FormatError as error:
            error.place = error.place or f"line {number}"
            raise

    # -- fields -----------------------------------------------------------------------------------

    def _read_reference(self, message, tag, parts, number):
        message.reference = parts[0].strip() or None
        return ()

    def _read_nothing(self, message, tag, parts, number):
        """``:21:`` repeats the reference of a request of ours."""
        return ()

    def _read_numbered(self, message, tag, parts, number):
        """``:NS:`` of a whole statement."""
        message.owner = message.owner or numbered_owner(parts)
        message.texts.append(joined(parts))
        return ()

    def _read_account(self, message, tag, parts, number):
        text = "\n".join(parts).strip()
        if message.header is None:
            message.account_text = text
            return ()
        if not STRUCTURED.match(text):
            raise FormatError("another account inside a statement", code="mt.order")
        # a tag of the bank gone wrong: the text of an entry under :25:
        message.texts.append(joined(parts))
        return (Finding("mt.text", "A text stands where an account should", f"line {number}"),)

    def _read_number(self, message, tag, parts, number):
        message.sequence, message.page = mt_fields.number("".join(parts))
        return ()

    def _read_opening(self, message, tag, parts, number):
        balance = self._balance(message, tag, parts)
        if message.opening is None:
            if message.header is not None:
                raise FormatError("an opening balance behind entries", code="mt.order")
            message.opening = balance
            message.first_tag = tag
        elif balance.amount != message.opening.amount:
            return (Finding("mt.opening", "Several opening balances; the first one counts", f"line {number}"),)
        return ()

    def _read_entry(self, message, tag, parts, number):
        events = self._open(message)
        self._read_line(message, parts, number)
        return events

    @staticmethod
    def _read_line(message, parts, number):
        if message.closing is not None:
            raise FormatError("an entry behind the closing balance", code="mt.order")
        message.waiting = (mt_plain.line(parts) or mt_fields.line(parts), number, [], [])
        message.entries += 1

    def _read_text(self, message, tag, parts, number):
        message.texts.append(joined(parts))
        return ()

    def _read_closing(self, message, tag, parts, number):
        events = self._open(message)
        if message.header.format == "mt942":
            raise FormatError("a closing balance without an opening one", code="mt.order")
        balance = self._balance(message, tag, parts)
        if message.closing is not None and balance.amount != message.closing.amount:
            raise FormatError("two closing balances", code="mt.order")
        message.closing = balance
        return events

    def _read_balance(self, message, tag, parts, number):
        self._balance(message, tag, parts)
        return ()

    def _read_limit(self, message, tag, parts, number):
        message.interim = True
        message.currency = message.currency or mt_fields.floor_currency(parts[0])
        return ()

    def _read_moment(self, message, tag, parts, number):
        message.interim = True
        message.created_at = mt_fields.moment(parts[0])
        return ()

    def _read_total(self, message, tag, parts, number):
        message.interim = True
        events = self._open(message)
        count, amount, _currency = mt_fields.total(parts[0])
        side = "credits" if tag == "90C" else "debits"
        message.totals[side], message.totals[f"sum_{side}"] = count, amount
        return events

    # -- events -----------------------------------------------------------------------------------

    def _balance(self, message, tag, parts):
        amount, currency, on = mt_fields.balance(parts[0])
        if message.currency is None:
            message.currency = currency
        elif tag[0] == "6" and tag[1] in "02" and currency != message.currency:
            raise FormatError(f"balances in {message.currency} and {currency}", code="mt.currency")
        balance = Balance(_KINDS[tag], amount, currency, on)
        message.balances.append(balance)
        return balance

    def _open(self, message):
        """Header of the message before its first entry or total; a page must go on from the one before."""
        if message.header is not None:
            return ()
        kind = message.kind
        if message.opening is not None:
            kind = "mt940"
        elif message.interim:
            kind = "mt942"
        elif kind is None:
            kind = "mt942" if message.complete else "mt940"
        account, bic = mt_fields.account(message.account_text or "", message.currency)
        opening = message.opening
        message.header = header = Header(
            account=account,
            currency=message.currency,
            opening=opening and opening.amount,
            opening_on=opening and opening.on,
            statement_id=message.name,
            sequence=message.sequence,
            created_at=message.created_at,
            bic=bic,
            owner=message.owner,
            page=message.page,
            intraday=kind == "mt942",
            format=kind,
            place=message.place,
        )
        if kind == "mt940" and (message.complete or opening is not None):
            message.status = "booked"
        events = [header]
        if self._carried and message.first_tag == "60M":
            before, amount = self._carried
            if before == account and amount != opening.amount:
                events.append(
                    Finding(
                        "mt.pages",
                        f"The page before ended with {plain(amount)}, this one begins with {plain(opening.amount)}",
                        message.place,
                    )
                )
        return events

    def _entry(self, message):
        line, number, texts, numbered = message.waiting
        message.waiting = None
        found = None
        if len(texts) == 1 and not numbered and not line.supplementary:
            found = mt_plain.text(texts[0], line)
        posting, own_code, detail = found or read(texts, line, message.currency, numbered)
        return Entry(
            booked_on=line.booked_on,
            amount=line.amount,
            currency=message.currency,
            value_on=line.value_on,
            status="future" if line.expected else message.status,
            reversal=line.reversal,
            bank_ref=line.bank_ref,
            code=line.kind,
            own_code=own_code,
            additional=posting,
            details=() if detail is None else (detail,),
            place=f"line {number}",
        )

    def _finish(self):
        message = self._message
        if message is None:
            return
        if message.waiting is not None:
            yield self._entry(message)
        fragment = message.opening is None and not message.complete
        yield from self._open(message)
        header, closing = message.header, message.closing
        if closing is None and header.format == "mt940" and (message.complete or (message.entries and not fragment)):
            raise FormatError("a statement has no closing balance", code="mt.truncated", place=message.place)
        totals = self._totals(message)
        last_page = closing is not None and closing.kind == "CLBD"
        self._carried = None if closing is None or last_page else (header.account, closing.amount)
        yield Footer(
            closing=closing and closing.amount,
            closing_on=closing and closing.on,
            balances=tuple(message.balances),
            entries=totals["debits"] + totals["credits"] if {"debits", "credits"} <= totals.keys() else None,
            sum_credits=totals.get("sum_credits"),
            sum_debits=totals.get("sum_debits"),
            place=message.place,
            additional=" ".join(message.texts) or None,
        )
        if closing is None and not message.complete:
            yield Finding("mt.fragment", "A part of a statement; nothing of it is booked", message.place)
        self._message = None

    @staticmethod
    def _totals(message):
        if message.totals:
            return message.totals
        for text in message.texts:
            for pattern in TOTALS:
                if match := pattern.match(text):
                    found = match.groupdict()
                    return {
                        name: mt_fields.decimal(value) if name.startswith("sum_") else int(value)
                        for name, value in found.items()
                    }
        return {}


#: Fields that tell of the entry above them → where they are kept until it is complete.
_TEXTS = {"86": 2, "NS": 3}
#: Fields with which a statement begins, behind ``:20:``.
_HEADS = frozenset({"25", "25P", "28", "28C", "60F", "60M", "60"})
_HANDLERS = {
    "20": "reference", "21": "nothing", "NS": "numbered", "25": "account", "25P": "account", "28": "number",
    "28C": "number", "60F": "opening", "60M": "opening", "60": "opening", "61": "entry", "86": "text",
    "62F": "closing", "62M": "closing", "62": "closing", "64": "balance", "65": "balance", "34F": "limit",
    "13": "moment", "13D": "moment", "90D": "total", "90C": "total",
}  # fmt: skip


def _recognised(head):
    """Code of the first message in ``head``, or None."""
    if not (_REFERENCE.search(head) and _SECOND.search(head)) and not _FRAGMENT.match(head):
        return None
    head = head[:_KIND_BYTES]
    interim, booked = _INTERIM.search(head), _BOOKED.search(head)
    return "mt942" if interim and not (booked and booked.start() < interim.start()) else "mt940"


class Mt:
    """What both messages share; ``code`` is set where a format is registered."""

    def recognises(self, head):
        return _recognised(head.removeprefix(b"\xef\xbb\xbf")) == self.code

    def parse(self, stream):
        reader = _Reader()
        yield from reader.events(stream)
        if not reader.found:
            raise FormatError("the file holds no statement", code="mt.empty")


@FORMATS.add("mt940", "MT940 bank statement")
class Mt940(Mt):
    """End-of-day statement between two balances."""


@FORMATS.add("mt942", "MT942 interim report")
class Mt942(Mt):
    """Report during the day, without balances."""
