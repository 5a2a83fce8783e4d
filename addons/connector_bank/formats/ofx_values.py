"""Values of OFX: days, amounts, entries."""

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import money
from odoo.addons.finance_connector_base.core.statement import Detail, Entry, Exchange, Party, Reference

_DAY = re.compile(r"([0-9]{4})[-/.]?([0-9]{2})[-/.]?([0-9]{2})")
_MOMENT = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})?(?:\.[0-9]+)?"
    r"(?:\s*\[([+-]?[0-9]{1,2}(?:\.[0-9]{1,2})?)(?::[^\]]*)?\])?"
)
_SIMPLE = re.compile(r"-?[0-9]+\.[0-9]+")
_PLAIN = re.compile(r"[+-]?(?:([0-9]+)(?:([.,])([0-9]*))?|[.,][0-9]+)")
_GROUPED = re.compile(r"([+-]?[0-9]{1,3}(?:([,.' \u00a0])[0-9]{3})(?:\2[0-9]{3})*)([.,])([0-9]{1,2})")
_PENDING = "STMTTRNP"
_REFERENCES = ("REFNUM", "SRVRTID", "PAYEEID")
_ADDRESS = ("ADDR1", "ADDR2", "ADDR3", "POSTALCODE", "CITY", "STATE", "COUNTRY")


def day(value):
    """Day of a date or moment as the bank writes it, in the bank's own time zone; None where it is no day."""
    return _day(value[:10]) if value else None


@lru_cache(maxsize=4096)
def _day(value):
    found = _DAY.match(value)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def moment(value):
    """Moment with the zone the bank names; None where it is none."""
    found = _MOMENT.match(value or "")
    if not found:
        return None
    *numbers, hours = found.groups()
    try:
        zone = timezone(timedelta(hours=float(hours))) if hours else None
        return datetime(*(int(number or 0) for number in numbers), tzinfo=zone)
    except ValueError:
        return None


def amount(value):
    """Exact amount with a point or comma as decimal mark (OFX 3.2.9.2), thousands marked where that is plain to see.

    ``ofx.amount`` for anything else: ``1,234`` may be one or a thousand.
    """
    try:
        return money(_with_point(value.strip()))
    except ValueError as error:
        raise FormatError("an amount cannot be read", code="ofx.amount") from error


def _with_point(value):
    if _SIMPLE.fullmatch(value):
        return value
    if found := _GROUPED.fullmatch(value):
        whole, thousands, mark, cents = found.groups()
        if thousands != mark:
            return f"{whole.replace(thousands, '')}.{cents}"
    found = _PLAIN.fullmatch(value)
    if not found:
        raise ValueError("no number")
    whole, mark, decimals = found.groups()
    if mark == "," and len(decimals) == 3 and len(whole) < 4 and whole.strip("0"):
        raise ValueError("a comma for decimals or for thousands")
    return value.replace(",", ".")


def entry(kind, values, currency, place):
    """Entry of a ``STMTTRN`` or ``STMTTRNP``, and in words what it corrects, or None; a correction books nothing."""
    if "TRNAMT" not in values:
        raise FormatError("a transaction has no TRNAMT", code="ofx.amount")
    value = amount(values["TRNAMT"])
    own_currency, exchange = _currencies(values, currency)
    booked_on = day(values.get("DTTRAN" if kind == _PENDING else "DTPOSTED"))
    status = "pending" if kind == _PENDING else "booked"
    doubt = None
    if "CORRECTFITID" in values:
        status = "information"
        action = values.get("CORRECTACTION", "correction")
        doubt = f"{action} of transaction {values['CORRECTFITID']}: the bank corrects what it sent before"
    found = Entry(
        booked_on=booked_on,
        amount=value,
        currency=own_currency,
        value_on=day(values.get("DTAVAIL")),
        status=status,
        bank_ref=values.get("FITID"),
        code=(values.get("TRNTYPE") or "").upper() or None,
        exchange=exchange,
        details=(_detail(values, value, own_currency),),
        place=place,
    )
    return found, doubt


def _currencies(values, currency):
    """CURRENCY: the amount is in that one. ORIGCURRENCY: it was converted from that one (OFX 5.2)."""
    stated = values.get("CURRENCY") or values.get("ORIGCURRENCY")
    symbol = stated.get("CURSYM", "").upper() if stated else None
    if not symbol or symbol == currency:
        return currency, None
    return symbol if values.get("CURRENCY") else currency, _exchange(symbol, currency, stated)


def _exchange(source, target, values):
    try:
        rate = money(values.get("CURRATE", "").replace(",", ".")) or None
    except ValueError:
        rate = None
    return Exchange(source=source, target=target, rate=rate)


def _detail(values, value, currency):
    name, memo, cheque = values.get("NAME"), values.get("MEMO"), values.get("CHECKNUM")
    references = [Reference(values[kind], kind) for kind in _REFERENCES if kind in values]
    return Detail(
        amount=value,
        currency=currency,
        cheque_number=cheque if cheque and cheque.strip("0") else None,
        other_references=tuple(references),
        counterparty=_party(values, name),
        remittance=_texts(name, memo),
        additional=values.get("EXTDNAME"),
    )


def _party(values, name):
    payee = values.get("PAYEE") or values.get("EXTDPAYEE")
    account = values.get("BANKACCTTO") or values.get("CCACCTTO")
    if not payee and not account:
        return Party(name) if name else None
    address = " ".join(filter(None, map(payee.get, _ADDRESS))) if payee else None
    number = account.get("ACCTID", "").replace(" ", "") if account else None
    return Party((payee and payee.get("NAME")) or name, number or None, address=address or None)


def _texts(name, memo):
    """NAME and MEMO, unless MEMO repeats the name."""
    if not memo:
        return (name,) if name else ()
    return (memo,) if not name or name in memo else (name, memo)
