"""OFX and QFX, versions 1 (SGML, elements without end) and 2 (XML): bank, credit card and cash of investments.

One reader for both: what calls itself XML is often SGML and the other way round. Known by their place are only the
aggregates named here; everything else is passed over.
"""

import re

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import FORMATS, Balance, Finding, Footer, Header

from .fixed import french_account
from .ofx_text import ACCOUNTS, BALANCES, ENTRIES, LISTS, STATEMENTS, aggregates
from .ofx_values import amount, day, entry, moment

_HEAD = re.compile(r"(?:\A|[\n\r>])\s*(?:OFXHEADER\s*[:=]|<\?OFX\b|<(?:\w+:)?OFX[\s>])", re.IGNORECASE)
#: ISO 20022 type of each balance, and its element.
_BALANCES = {"LEDGERBAL": ("CLBD", "BALAMT"), "AVAILBAL": ("CLAV", "BALAMT"), "INVBAL": ("ITAV", "AVAILCASH")}
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_BLANKS = re.compile(r"\s+")


@FORMATS.add("ofx", "OFX / QFX statement")
class Ofx:
    """What accounts were asked for, up to now: the ledger balance is that of its own day."""

    def recognises(self, head):
        encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
        text = head[: len(head) & ~1].decode(encoding, "replace")
        return _HEAD.search(text.removeprefix("\xef\xbb\xbf")) is not None

    def parse(self, stream):
        reader = _Reader()
        for name, values, opens in aggregates(stream):
            try:
                yield from reader.read(name, values, opens)
            except FormatError as error:
                error.place = error.place or reader.place()
                raise
        yield from reader.finish()


class _Reader:
    """Where in the file we are; turns finished aggregates into events."""

    def __init__(self):
        self._statement = None  # values of the open statement
        self._kind = None
        self._header = None
        self._period = {}
        self._account = {}
        self._balances = {}
        self._created = None
        self._refusals = []  # what the bank says it cannot deliver
        self._statements = self._entries = 0

    def place(self):
        """As a path a person can follow: ``STMTRS[1]/STMTTRN[7]``, counted over the file."""
        if self._statement is None:
            return None
        return f"{self._kind}[{self._statements}]/STMTTRN[{self._entries + 1}]"

    def read(self, name, values, opens):
        """``opens`` tells the beginning of an aggregate from its end."""
        if name in STATEMENTS:
            yield from self._close()
            if opens:
                self._open(name, values)
        elif opens or self._statement is None:
            self._outside(name, values, opens)
        elif name in ENTRIES:
            yield from self._entry(name, values)
        elif name in ACCOUNTS:
            self._account = self._account or values
        elif name in LISTS:
            self._period = self._period or values
        elif name in BALANCES:
            self._balances.setdefault(name, values)

    def finish(self):
        yield from self._close()
        if not self._statements:
            if self._refusals:
                raise FormatError(f"the bank refused: {self._refusals[0]}", code="ofx.refused")
            raise FormatError("the file holds no statement", code="ofx.empty")

    def _open(self, name, values):
        self._statements += 1
        self._statement, self._kind, self._entries = values, name, 0
        self._header, self._account, self._period, self._balances = None, {}, {}, {}

    def _outside(self, name, values, opens):
        if opens:
            if name in LISTS and not self._period:
                self._period = values
        elif name == "SONRS":
            self._created = moment(values.get("DTSERVER"))
        elif name == "STATUS" and values.get("SEVERITY", "").upper() == "ERROR":
            self._refusals.append(f"{values.get('MESSAGE', '')} ({values.get('CODE', '?')})".strip())

    def _begun(self):
        """The header, once; what stands behind the first entry comes too late for it."""
        if self._header is not None:
            return
        account, period = self._account, self._period
        self._header = Header(
            account=_number(account),
            currency=_currency(self._statement.get("CURDEF")),
            statement_id=self._created and self._created.isoformat(),  # a download of the same days may say more
            created_at=self._created,
            from_on=day(period.get("DTSTART")),
            to_on=day(period.get("DTEND")),
            bic=_bic(account.get("BANKID")),
            place=f"{self._kind}[{self._statements}]",
        )
        yield self._header

    def _entry(self, name, values):
        yield from self._begun()
        found, doubt = entry(name, values, self._header.currency, self.place())
        self._entries += 1
        yield found
        if doubt:
            yield Finding("ofx.correction", doubt, found.place)

    def _close(self):
        if self._statement is None:
            return
        yield from self._begun()
        place = self._header.place
        balances = {name: _balance(name, self._balances[name], self._header.currency) for name in self._balances}
        closing = balances.get("LEDGERBAL")
        yield Footer(
            closing=closing and closing.amount,
            closing_on=closing and closing.on,
            balances=tuple(filter(None, balances.values())),
            place=place,
        )
        for refusal in self._refusals:
            yield Finding("ofx.refused", f"The bank refused a part: {refusal}", place)
        self._refusals = []
        self._statement = None


def _number(values):
    """A French account as its BBAN, where bank and branch say that it is one; else the number as given."""
    account = _BLANKS.sub("", values.get("ACCTID", ""))
    bank, branch = values.get("BANKID", "").strip(), values.get("BRANCHID", "").strip()
    return french_account(bank, branch, account) or account or None


def _bic(value):
    return value if value and _BIC.fullmatch(value) else None


def _currency(value):
    return value.upper() if value and re.fullmatch(r"[A-Za-z]{3}", value) else None


def _balance(name, values, currency):
    """None where the bank leaves the amount blank."""
    kind, element = _BALANCES[name]
    if element not in values:
        return None
    return Balance(kind, amount(values[element]), currency, day(values.get("DTASOF")))
