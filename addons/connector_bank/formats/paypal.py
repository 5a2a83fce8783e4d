"""PayPal: settlement report (STL) and transaction detail report (TRR) as CSV, transaction search as JSON.

Records of a report: RH and FH (report, file), SH (section: one account), CH (titles), SB (a transaction), SF (totals
of a currency), SC (number of transactions), RF, RC and FF (the same of report and file). Amounts of reports are
hundredths in every currency, also where it has no decimals (developer.paypal.com, Settlement Report Specification).
"""

from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.safe.csv import csv_rows
from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Finding, Party, Reference

from . import payout
from .payout import Fee, Row, Settlements, amount, begins_object, currency, day, document, inner, objects, text
from .paypal_codes import kind, status

_FIRST_RECORDS = ("RH", "FH", "SH", "CH")
_IGNORED = ("FH", "RF", "RC")
_TITLES = (
    "Transaction ID",
    "Transaction Event Code",
    "Transaction Debit or Credit",
    "Gross Transaction Amount",
    "Gross Transaction Currency",
    "Fee Debit or Credit",
    "Fee Amount",
    "Fee Currency",
)
#: Profile of what a transaction search gives: movements of some days, not a settlement.
SEARCH = "search"
_SIGNS = {"CR": 1, "DR": -1}
#: Record, currency, gross credits and debits, two fees, three or more pairs of balances, number of transactions.
_FOOTER_CELLS = 11


@FORMATS.add("paypal", "PayPal (settlement report, transaction search)")
class PayPal:
    keyed = True
    names_movements = True

    def recognises(self, head):
        line = payout.first_line(head).replace(b'"', b"")
        if line[:2].decode("ascii", "replace") in _FIRST_RECORDS and b"Transaction Event Code" in head:
            return True
        return begins_object(head, "transaction_details", "transaction_info")

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``csv_rows`` and ``json_value``"""
        if begins_object(stream.peek(1)):
            yield from _search(document(stream)).events()
        else:
            yield from _Report(stream).read().events()


class _Report:
    def __init__(self, stream):
        self._stream, self._found = stream, Settlements()
        self._account = self._from = self._to = self._titles = None
        self._needs_end = False
        self._section_rows = self._section = 0

    def read(self):
        for number, cells in csv_rows(self._stream, ragged=True):
            cells = [cell.strip() for cell in cells]
            place, record = f"line {number}", cells[0]
            if record == "RH":
                self._needs_end = True
            elif record == "FF":
                self._needs_end = False
            elif record == "SH":
                self._begin(cells, place)
            elif record == "CH":
                self._read_titles(cells, place)
            elif record == "SB":
                self._transaction(cells, place)
            elif record == "SF":
                self._footer(cells, place)
            elif record == "SC":
                self._count(cells, place)
            elif record not in _IGNORED:
                raise FormatError("an unknown record", code="payout.structure", place=place)
        if self._needs_end:
            raise FormatError("the file ends before its last record (FF)", code="payout.truncated")
        return self._found

    def _begin(self, cells, place):
        if len(cells) < 4:
            raise FormatError("a section without an account", code="payout.structure", place=place)
        self._from, self._to, self._account = day(cells[1], place), day(cells[2], place), cells[3] or None
        self._section, self._section_rows = self._section + 1, 0

    def _read_titles(self, cells, place):
        missing = [title for title in _TITLES if title not in cells]
        if missing:
            raise FormatError(f"columns are missing: {', '.join(missing)}", code="payout.columns", place=place)
        self._titles = cells

    def _settlement(self, unit, place):
        return self._found.of(
            (self._section, unit),
            account=self._account,
            currency=unit,
            from_on=self._from,
            to_on=self._to,
            place=place,
            summed=False,  # a withdrawal takes what it likes
        )

    def _transaction(self, cells, place):
        if self._titles is None or len(cells) > len(self._titles) or len(cells) < len(_TITLES):
            raise FormatError("a transaction without its titles", code="payout.structure", place=place)
        self._section_rows += 1
        row = dict(zip(self._titles, cells, strict=False))
        unit = currency(row.get("Gross Transaction Currency"), place)
        gross = _signed(row.get("Transaction Debit or Credit"), row.get("Gross Transaction Amount"), place)
        fee = _signed(row.get("Fee Debit or Credit"), row.get("Fee Amount"), place, payout.ZERO)
        fee_unit = currency(row["Fee Currency"], place) if row.get("Fee Currency") else unit
        code = row["Transaction Event Code"]
        booked_on = row.get("Transaction Completion Date") or row.get("Transaction Initiation Date")
        _add(
            self._settlement,
            fee,
            fee_unit,
            Row(
                place=place,
                booked_on=day(booked_on, place),
                code=kind(code),
                own_code=code,
                gross=gross,
                currency=unit,
                reference=row["Transaction ID"] or None,
                status=status(code, row.get("Transactional Status") or None),
                detail=_report_detail(row),
            ),
        )

    def _footer(self, cells, place):
        """Totals and balances; of fees there are two figures, whose order differs between versions."""
        if len(cells) < _FOOTER_CELLS:
            return
        settlement = self._settlement(currency(cells[1], place), place)
        settlement.opening = _signed(cells[6], cells[7], place)
        settlement.closing = _signed(cells[8], cells[9], place)
        for words, sign, cell in (("credits", 1, cells[2]), ("debits", -1, cells[3])):
            stated = _signed("CR", cell, place)
            found = sum((abs(row.gross) for row in settlement.rows if row.gross * sign > 0), payout.ZERO)
            if stated != found:
                said = f"The report declares gross {words} of {plain(stated)}, it holds {plain(found)}"
                settlement.findings.append(Finding("payout.sum", said, place))

    def _count(self, cells, place):
        stated = cells[-1]
        if not stated.isdecimal() or int(stated) != self._section_rows:
            said = f"the section declares {stated[:20]} transactions, it holds {self._section_rows}"
            raise FormatError(said, code="payout.truncated", place=place)


def _add(settlement, fee, fee_unit, row):
    """Put the row where it belongs; a fee in another currency is a row there."""
    found = settlement(row.currency, row.place)
    if fee and fee_unit == row.currency:
        row.fees = (Fee(fee, f"{row.own_code} fee"),)
    found.rows.append(row)
    if fee and fee_unit != row.currency:
        settlement(fee_unit, row.place).rows.append(
            Row(
                place=row.place,
                booked_on=row.booked_on,
                code=payout.FEE,
                own_code=f"{row.own_code} fee",
                gross=fee,
                currency=fee_unit,
                reference=row.reference,
                status=row.status,
            )
        )


def _signed(mark, digits, place, default=None):
    """Hundredths with ``CR`` or ``DR`` beside them; both may be absent where there is a default."""
    if not mark and not digits and default is not None:
        return default
    if mark not in _SIGNS or not (digits or "").isascii() or not (digits or "").isdecimal() or len(digits) > 18:
        raise FormatError("an amount or its side cannot be read", code="payout.amount", place=place)
    return _SIGNS[mark] * Decimal(digits).scaleb(-2)


def _report_detail(row):
    name = row.get("Consumer Business Name") or " ".join(
        part for part in (row.get("First Name"), row.get("Last Name")) if part
    )
    texts = (row.get("Transaction Subject"), row.get("Transaction Note"))
    return _detail(
        row.get("Transaction ID"),
        invoice=row.get("Invoice ID"),
        custom=row.get("Custom Field"),
        related=(row.get("PayPal Reference ID Type"), row.get("PayPal Reference ID")),
        payer=Party(name=name or None, identifier=row.get("Payer's Account ID") or row.get("Consumer ID") or None),
        texts=texts,
        bank_ref=row.get("Bank Reference ID"),
    )


def _detail(transaction, *, invoice, custom, related, payer, texts, bank_ref=None):
    others = (("custom", custom), (related[0] or "paypal", related[1]), ("bank", bank_ref))
    return Detail(
        transaction_id=transaction or None,
        counterparty=payer if payer != Party() else None,
        references=(Reference(invoice),) if invoice else (),
        other_references=tuple(Reference(value, kind=name) for name, value in others if value),
        remittance=tuple(dict.fromkeys(filter(None, texts))),
    )


def _search(found):
    """The answer of ``/v1/reporting/transactions``: amounts in the major unit, with their sign."""
    settlements = Settlements()
    facts = {
        "account": text(found.get("account_number")),
        "from_on": day(found.get("start_date"), "$.start_date"),
        "to_on": day(found.get("end_date"), "$.end_date"),
        "summed": False,
        "profile": SEARCH,
    }

    ends = [_balances(found, f"{name}_balances") for name in ("opening", "closing")]

    def settlement(unit, place):
        opening, closing = (balances.get(unit) for balances in ends)
        return settlements.of(unit, currency=unit, place=place, opening=opening, closing=closing, **facts)

    given = objects(found, "transaction_details")
    for place, one in given:
        _searched(one, place, settlement)
    pages, items = found.get("total_pages"), found.get("total_items")
    if pages not in (None, 0, 1) or items not in (None, len(given)):
        for each in settlements:
            said = f"One page of {text(pages)}: {len(given)} of {text(items)} transactions"
            each.findings.append(Finding("payout.pages", said, each.place))
    return settlements


def _balances(found, name):
    """``{currency: what is at our disposal}``: holds are bookings of their own, so they are no part of it."""
    balances = {}
    for place, one in objects(found, name) if name in found else ():
        available = inner(one, "available_balance", place)
        if available:
            unit, value = _value(available, place)
        else:
            unit, total = _value(inner(one, "total_balance", place), place)
            value = total - _value(inner(one, "withheld_balance", place), place, (unit, payout.ZERO))[1]
        balances[unit] = value
    return balances


def _searched(one, place, settlement):
    info = inner(one, "transaction_info", place)
    payer = inner(one, "payer_info", place)
    unit, gross = _value(inner(info, "transaction_amount", place), place)
    fee_unit, fee = _value(inner(info, "fee_amount", place), place, (unit, payout.ZERO))
    code = text(info.get("transaction_event_code"))
    _add(
        settlement,
        fee,
        fee_unit,
        Row(
            place=place,
            # The day of an update changes, and with it what tells whether a transaction came before.
            booked_on=day(info.get("transaction_initiation_date"), place),
            code=kind(code),
            own_code=code,
            gross=gross,
            currency=unit,
            reference=text(info.get("transaction_id")),
            status=status(code, text(info.get("transaction_status")) or "none"),
            detail=_detail(
                text(info.get("transaction_id")),
                invoice=text(info.get("invoice_id")),
                custom=text(info.get("custom_field")),
                related=(text(info.get("paypal_reference_id_type")), text(info.get("paypal_reference_id"))),
                payer=Party(
                    name=text(inner(payer, "payer_name", place).get("alternate_full_name")),
                    identifier=text(payer.get("email_address")) or text(payer.get("account_id")),
                ),
                texts=(text(info.get("transaction_subject")), text(info.get("transaction_note"))),
                bank_ref=text(info.get("bank_reference_id")),
            ),
        ),
    )


def _value(found, place, default=None):
    """``(currency, amount)``; the default where the object is absent."""
    if not found and default:
        return default
    return currency(found.get("currency_code"), place), amount(found.get("value"), place)
