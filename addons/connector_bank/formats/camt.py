"""camt.053, camt.052 and camt.054 (ISO 20022 bank to customer statement, report, notification).

One streaming reader for every version, 001.01 to 001.13, and national dialect: elements are known by
their local name, so a prefix, another or no namespace, and any envelope around ``Document`` pass.
"""

import re

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.xml import (
    xml_documents,
    xml_events,
    xml_text,
)
from odoo.addons.finance_connector_base.core.statement import (
    FORMATS,
    Balance,
    Footer,
    Header,
)

from .camt_entry import EntryReader
from .camt_values import (
    LOCAL,
    Table,
    account,
    agent_bic,
    amount,
    choice,
    currency_code,
    day,
    day_choice,
    decimal,
    flag,
    is_debit,
    many,
    moment,
    number,
    party,
    signed,
    text,
)

_STATEMENTS = {"Stmt": "camt053", "Rpt": "camt052", "Ntfctn": "camt054"}
_TAGS = tuple(f"{{*}}{name}" for name in ("GrpHdr", "TxDtls", "Ntry", *_STATEMENTS))
_SIGNS = re.compile(r"camt\.05([234])\.\d{3}\.\d\d|<(?:[\w.-]+:)?BkToCstmr(Stmt|AcctRpt|DbtCdtNtfctn)")
_CODES = {
    "3": "camt053",
    "2": "camt052",
    "4": "camt054",
    "Stmt": "camt053",
    "AcctRpt": "camt052",
    "DbtCdtNtfctn": "camt054",
}


def sequence_number(element):
    """``Number`` is a decimal in the schema; only a whole one numbers statements."""
    value = decimal(element)
    return int(value) if value == value.to_integral_value() else None


_PAGE = Table({"PgNb": ("page", number), "LastPgInd": ("last_page", flag)})
_GROUP = Table({"CreDtTm": ("created_at", moment), "MsgPgntn": ("page", _PAGE)})
_PERIOD = Table(
    {
        "FrDtTm": ("from_on", day),
        "FrDt": ("from_on", day),
        "ToDtTm": ("to_on", day),
        "ToDt": ("to_on", day),
    }
)
_ACCOUNT = Table(
    {
        "Ccy": ("currency", currency_code),
        "Nm": ("name", text),
        "Ownr": ("owner", party),
        "Svcr": ("bic", agent_bic),
    }
)
_BALANCE = Table(
    {
        "Tp": ("kind", choice),
        "Amt": ("amount", amount),
        "CdtDbtInd": ("debit", is_debit),
        "Dt": ("on", day_choice),
    }
)
_TOTAL = Table({"NbOfNtries": ("entries", number), "Sum": ("sum", decimal)})
_SUMMARY = Table(
    {
        "TtlNtries": ("all", _TOTAL),
        "TtlCdtNtries": ("credits", _TOTAL),
        "TtlDbtNtries": ("debits", _TOTAL),
    }
)


def _account(element):
    return {"number": account(element), **_ACCOUNT(element)}


def _balance(element):
    values = _BALANCE(element)
    if "amount" not in values:
        raise FormatError("a balance has no Amt", code="camt.amount")
    value, currency = values["amount"]
    # Lithuanian banks leave CdtDbtInd out; the amount then stands as it is written.
    return Balance(
        values.get("kind", ""),
        signed(value, values.get("debit")),
        currency,
        values.get("on"),
    )


_STATEMENT = Table(
    {
        "Id": ("statement_id", text),
        "StmtPgntn": ("page", _PAGE),
        "RptPgntn": ("page", _PAGE),
        "NtfctnPgntn": ("page", _PAGE),
        "ElctrncSeqNb": ("electronic", sequence_number),
        "LglSeqNb": ("legal", sequence_number),
        "CreDtTm": ("created_at", moment),
        "FrToDt": ("period", _PERIOD),
        "Acct": ("account", _account),
        "Bal": many("balances", _balance),
        "TxsSummry": ("totals", _SUMMARY),
    }
)


class _StatementReader:
    """Facts around the entries of one ``Stmt``, ``Rpt`` or ``Ntfctn``."""

    def __init__(self, element, position, group, before):
        name = LOCAL[element.tag]
        if name not in _STATEMENTS:
            raise FormatError("an entry stands outside a statement", code="camt.structure")
        self.element, self.place, self.format = (
            element,
            f"{name}[{position}]",
            _STATEMENTS[name],
        )
        self.entries = 0
        self._group = group
        self._values = {}
        self._balances = []
        self.absorb(before)
        facts = self._values.get("account", {})
        owner = facts.get("owner", {}).get("name") or facts.get("name")
        self.own = (facts.get("number"), owner)
        #: A statement holds booked entries only (ISO 20022); elsewhere a missing status books nothing.
        self.default_status = "booked" if name == "Stmt" else "information"

    def absorb(self, before):
        """Read and free what stands before the element ``before``, to the end where it is None."""
        children = []
        for child in self.element:
            if child is before:
                break
            children.append(child)
        values = _STATEMENT(children)
        if values:
            self._balances += values.pop("balances", [])
            self._values = {**values, **self._values}
        del self.element[: len(children)]

    def header(self, entry_currency):
        values = self._values
        facts, period = values.get("account", {}), values.get("period", {})
        opening = self._opening()
        page = values.get("page") or self._group.get("page", {})
        return Header(
            account=facts.get("number"),
            currency=facts.get("currency") or self._balance_currency() or entry_currency,
            opening=opening and opening.amount,
            opening_on=opening and opening.on,
            statement_id=values.get("statement_id"),
            sequence=values.get("electronic", values.get("legal")),
            created_at=values.get("created_at") or self._group.get("created_at"),
            from_on=period.get("from_on"),
            to_on=period.get("to_on"),
            bic=facts.get("bic"),
            owner=self.own[1],
            page=page.get("page"),
            last_page=page.get("last_page"),
            intraday=self.format != "camt053",
            format=self.format,
            place=self.place,
        )

    def footer(self):
        closing, totals = self._closing(), self._values.get("totals", {})
        return Footer(
            closing=closing and closing.amount,
            closing_on=closing and closing.on,
            balances=tuple(self._balances),
            entries=totals.get("all", {}).get("entries"),
            sum_credits=totals.get("credits", {}).get("sum"),
            sum_debits=totals.get("debits", {}).get("sum"),
            place=self.place,
        )

    def _balance_currency(self):
        return next((balance.currency for balance in self._balances if balance.currency), None)

    def _opening(self):
        """The earliest of the best kind; a report may know only what was available (OPAV)."""
        kinds = ("OPBD", "PRCD") if self.format == "camt053" else ("OPBD", "PRCD", "OPAV")
        for kind in kinds:
            if found := self._of_kind(kind):
                return min(found, key=_day_number)
        page = self._values.get("page", {}).get("page") or 1
        interim = self._of_kind("ITBD")
        if page > 1 and len(interim) + len(self._of_kind("CLBD")) > 1:
            return interim[0] if interim else None  # a later page goes on from the interim balance
        return None

    def _closing(self):
        """The latest of the best kind; the interim one where the day or the page is not closed."""
        for kind in ("CLBD", "ITBD"):
            if found := self._of_kind(kind):
                return max(reversed(found), key=_day_number)
        return None

    def _of_kind(self, kind):
        return [balance for balance in self._balances if balance.kind == kind]


def _day_number(balance):
    return balance.on.toordinal() if balance.on else 0


class _DocumentReader:
    """Turns the finished elements of one XML document into events, and frees them."""

    def __init__(self, counted):
        self.counted = counted  # statements already read from the file
        self._group = {}
        self._statement = None
        self._entry = None

    def events(self, document):
        elements = xml_events(document, _TAGS)
        try:
            for element in elements:
                name = LOCAL[element.tag]
                if name == "TxDtls":
                    self._read_transaction(element)
                elif name == "Ntry":
                    yield from self._read_entry(element)
                elif name == "GrpHdr":
                    self._group = _GROUP(element)
                    _free(element)
                else:
                    yield from self._read_statement(element)
        except FormatError as error:
            error.place = error.place or self._place()
            raise

    def _read_transaction(self, element):
        group = element.getparent()
        entry = group
        if group is not None and LOCAL[group.tag] == "NtryDtls":
            entry = group.getparent()
        if entry is None or LOCAL[entry.tag] != "Ntry":
            raise FormatError("TxDtls stands outside an entry", code="camt.structure")
        if self._entry is None:
            self._open_entry(entry)
        self._entry.add(element)
        earlier = element.getprevious()
        if earlier is not None and earlier.tag == element.tag:
            group.remove(earlier)

    def _read_entry(self, element):
        if self._entry is None:
            self._open_entry(element)
        statement = self._statement
        entry = self._entry.finish(self._place())
        if statement.entries == 0:
            yield statement.header(entry.currency)
        statement.entries += 1
        self._entry = None
        element.clear()
        yield entry

    def _read_statement(self, element):
        self._open_statement(element, None)
        statement = self._statement
        statement.absorb(None)
        if statement.entries == 0:
            yield statement.header(None)
        yield statement.footer()
        self._statement = self._entry = None
        _free(element)

    def _open_statement(self, element, before):
        statement = self._statement
        if statement is None:
            self.counted += 1
            self._statement = _StatementReader(element, self.counted, self._group, before)
        elif statement.element is not element:
            raise FormatError("statements overlap", code="camt.structure")

    def _open_entry(self, element):
        """Read what the statement says before the entry, then the entry's own fields."""
        parent = element.getparent()
        if parent is None:
            raise FormatError("an entry stands outside a statement", code="camt.structure")
        self._open_statement(parent, element)
        statement = self._statement
        statement.absorb(element)
        self._entry = EntryReader(element, statement.own, statement.default_status)

    def _place(self):
        """As a path a person can follow: ``Stmt[1]/Ntry[7]``, counted over the file."""
        statement = self._statement
        if statement is None:
            return None
        return f"{statement.place}/Ntry[{statement.entries + 1}]"


def _free(element):
    """Give back the memory of an element that is read, and of all before it."""
    element.clear()
    while (earlier := element.getprevious()) is not None:
        element.getparent().remove(earlier)


class Camt:
    """What the three messages share; ``code`` is set where a format is registered."""

    def recognises(self, head):
        found = _SIGNS.search(xml_text(head))
        return found is not None and _CODES[found[1] or found[2]] == self.code

    def parse(self, stream):
        counted = 0
        for document in xml_documents(stream):
            reader = _DocumentReader(counted)
            yield from reader.events(document)
            counted = reader.counted
        if not counted:
            raise FormatError("the message holds no statement", code="camt.empty")


@FORMATS.add("camt053", "camt.053 bank statement")
class Camt053(Camt):
    """End-of-day statement: booked entries between two balances."""


@FORMATS.add("camt052", "camt.052 account report")
class Camt052(Camt):
    """Report during the day: entries may still be pending."""


@FORMATS.add("camt054", "camt.054 debit and credit notification")
class Camt054(Camt):
    """Details of entries that a statement books; has no balances."""
