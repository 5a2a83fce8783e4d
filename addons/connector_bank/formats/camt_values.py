"""Leaves of a camt message (ISO 20022 cash management): text, amounts, dates, codes, parties."""

import re
from datetime import date, datetime

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import money
from odoo.addons.finance_connector_base.core.safe.text import cleaned

#: What banks write where they know nothing: SEPA rulebooks (NOTPROVIDED), SWIFT field 61 (NONREF).
ABSENT = frozenset({"", "NOTPROVIDED", "NONREF"})

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_STATUS = {"BOOK": "booked", "PDNG": "pending", "INFO": "information", "FUTR": "future"}


class LocalNames(dict):
    """Element name without its namespace, looked up once per name."""

    def __missing__(self, tag):
        name = tag.rpartition("}")[2]
        if len(self) < 4096:  # a hostile file may invent names without end
            self[tag] = name
        return name


LOCAL = LocalNames()


class Table(dict):
    """Reads the children of an element: ``Table({name: (field, read)})(element)`` gives a dict of fields.

    The first of several children wins, unless the entry is made by ``many``: then all are kept in
    a list. What is empty is left out. As a dict it remembers the reader of each full tag.
    """

    __slots__ = ("_names",)

    def __init__(self, names):
        super().__init__()
        self._names = {name: (*reader, False)[:3] for name, reader in names.items()}

    def __missing__(self, tag):
        reader = self._names.get(LOCAL[tag])
        if len(self) < 4096:
            self[tag] = reader
        return reader

    def __call__(self, children):
        values = {}
        for child in children:
            reader = self[child.tag]
            if reader is None:
                continue
            field, read, several = reader
            value = read(child)
            if value is None:
                continue
            if several:
                values.setdefault(field, []).append(value)
            elif field not in values:
                values[field] = value
        return values


def many(field, read):
    return field, read, True


def itself(element):
    return element


def text(element):
    value = element.text
    if value is None:
        return None
    plain = value.isascii() and value.isprintable()
    value = (value if plain else cleaned(value)).strip()
    if value in ABSENT:
        return None
    return value if plain or "\n" not in value else " ".join(value.split())


def flag(element):
    return text(element) in ("true", "1")


def number(element):
    """A count; ``camt.number`` where it is none."""
    value = text(element)
    if value is None:
        return None
    if not re.fullmatch(r"\d{1,18}", value, re.ASCII):
        raise FormatError(f"{LOCAL[element.tag]} is not a number", code="camt.number")
    return int(value)


def decimal(element):
    try:
        return money(element.text or "")
    except ValueError as error:
        raise FormatError(f"{LOCAL[element.tag]} is not an amount", code="camt.amount") from error


def amount(element):
    """Amount and currency of an ``ActiveOrHistoricCurrencyAndAmount``."""
    return decimal(element), (element.get("Ccy") or "").upper() or None


def currency_code(element):
    """A currency in an element of its own; some banks write small letters."""
    value = text(element)
    return value and value.upper()


def is_debit(element):
    """``CdtDbtInd``: True for DBIT, False for CRDT."""
    value = text(element)
    if value == "CRDT":
        return False
    if value == "DBIT":
        return True
    raise FormatError("CdtDbtInd is neither CRDT nor DBIT", code="camt.sign")


def signed(value, debit):
    """``value`` as it moves the account; the indicator alone carries the sign (ISO 20022)."""
    if debit is None:
        return value
    if value < 0:
        raise FormatError("an amount has both a sign and CdtDbtInd", code="camt.sign")
    return -value if debit and value else value


def _time(value):
    match = _TIME.fullmatch(value)
    if match is None:
        raise ValueError("no ISO 8601 date")
    return match.groups()


def _dated(element, read):
    value = text(element)
    if value is None:
        return None
    try:
        return read(*_time(value))
    except ValueError as error:
        raise FormatError(f"{LOCAL[element.tag]} is not a date", code="camt.date") from error


def moment(element):
    """``CreDtTm``; None where only the day is given."""

    def read(day, time, fraction, zone):
        if time is None:
            return None
        zone = "+00:00" if zone == "Z" else zone or ""
        return datetime.fromisoformat(f"{day}T{time}.{(fraction or '0')[:6]:0<6}{zone}")

    return _dated(element, read)


def day(element):
    """Day of an ``ISODate`` or ``ISODateTime`` as the bank writes it, in the bank's own time zone."""
    value = element.text
    if value is not None and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise FormatError(f"{LOCAL[element.tag]} is not a date", code="camt.date") from error
    return _dated(element, lambda day, *_time: date.fromisoformat(day))


def day_choice(element):
    """``DateAndDateTimeChoice``: ``Dt`` or ``DtTm``."""
    for child in element:
        if LOCAL[child.tag] in ("Dt", "DtTm"):
            return day(child)
    return day(element)


def choice(element):
    """A code, be it ``Cd``, ``Prtry`` (with ``Id`` in newer versions) or the bare text of old versions."""
    for child in element:
        name = LOCAL[child.tag]
        if name in ("Cd", "PrtryCd"):
            return text(child)
        if name in ("CdOrPrtry", "Prtry"):
            return choice(child)
        if name == "Id":
            return text(child)
    return text(element)


def status(element):
    """Entry status; a proprietary one says nothing we may book on."""
    value = choice(element)
    return None if value is None else _STATUS.get(value, "information")


def transaction_code(element):
    """``BkTxCd`` as (ISO 20022 code, the bank's own); each may be missing."""
    own, parts = None, []
    for child in element:
        if LOCAL[child.tag] == "Prtry":
            own = choice(child)
        else:
            _code_parts(child, parts)
    return "-".join(parts) or None, own


def _code_parts(element, parts):
    """``Domn/Cd``, ``Fmly/Cd`` and ``SubFmlyCd`` in this order."""
    for child in element:
        if LOCAL[child.tag] == "Fmly":
            _code_parts(child, parts)
        elif (value := text(child)) is not None:
            parts.append(value)


def account(element):
    """Number of a ``CashAccount``: IBAN without blanks, else the local number (``Othr``, ``BBAN`` …)."""
    for child in element:
        if LOCAL[child.tag] == "Id":
            for identification in child:
                value = choice(identification)
                if value is not None:
                    value = value.replace(" ", "")
                    return value.upper() if LOCAL[identification.tag] == "IBAN" else value
    return None


def institution(element):
    """BIC and name of a ``BranchAndFinancialInstitutionIdentification``."""
    values = _INSTITUTION(element)
    return values.get("institution", values)


_INSTITUTION = Table(
    {
        "FinInstnId": ("institution", institution),
        "CmbndId": ("institution", institution),  # camt.05x.001.01
        "NmAndAdr": ("institution", institution),  # camt.05x.001.01
        "BIC": ("bic", text),
        "BICFI": ("bic", text),
        "Nm": ("name", text),
    }
)


def agent_bic(element):
    return institution(element).get("bic")


def address(element):
    """Postal address on one line: address lines, street, town, country."""
    values = _ADDRESS(element)
    street = " ".join(filter(None, (values.get("street"), values.get("building"))))
    town = " ".join(filter(None, (values.get("postcode"), values.get("town"))))
    lines = (*values.get("lines", ()), street, town, values.get("country"))
    return ", ".join(filter(None, lines)) or None


_ADDRESS = Table(
    {
        "AdrLine": many("lines", text),
        "StrtNm": ("street", text),
        "BldgNb": ("building", text),
        "PstCd": ("postcode", text),
        "TwnNm": ("town", text),
        "Ctry": ("country", text),
    }
)


def identifier(element):
    """Organisation or private id: the generic one (``Othr``) before a BIC, LEI or old special number."""
    special = None
    for kind in element:
        for child in kind:
            name = LOCAL[child.tag]
            value = choice(child)
            if name in ("Othr", "PrtryId", "OthrId") and value:
                return value
            if name not in ("DtAndPlcOfBirth", "Issr"):
                special = special or value
    return special


def party(element):
    """Name, id and address of a party; from version 08 on inside ``Pty``, or ``Agt`` for a bank."""
    values = _PARTY(element)
    return values.get("party", values)


_PARTY = Table(
    {
        "Nm": ("name", text),
        "Id": ("identifier", identifier),
        "PstlAdr": ("address", address),
        "Pty": ("party", party),
        "Agt": ("party", institution),
    }
)
