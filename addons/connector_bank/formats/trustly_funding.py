"""Trustly in North America: settlement funding file (P11KFUN, CSV without titles).

H header, F one payout to the bank, I its items, L totals (amer.developers.trustly.com/payments/docs/
reference-reporting). An item without funding trace id tells of a change of state and moves nothing.
"""

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.safe.csv import csv_rows
from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Finding, Reference

from . import payout
from .payout import Fee, Row, Settlements, amount, currency, day

_MAGIC = "P11KFUN"
_HEADER, _FUNDING, _ITEM, _TOTALS = 7, 7, 23, 4
#: Reasons of returns by which the payer disputes a debit (Nacha Operating Rules, appendix 4).
_DISPUTED = frozenset({"R05", "R07", "R08", "R10", "R11", "R29", "R51"})


@FORMATS.add("trustly_funding", "Trustly North America (settlement funding file)")
class TrustlyFunding:
    keyed = True

    def recognises(self, head):
        return payout.first_line(head).replace(b'"', b"").startswith(f"H,{_MAGIC},".encode())

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``csv_rows``"""
        found, merchant, totals, later, items = Settlements(), None, None, False, 0
        for number, cells in csv_rows(stream, delimiter=",", ragged=True):
            place, kind = f"line {number}", cells[0].strip()
            if totals:
                raise FormatError("something follows the totals", code="payout.structure", place=place)
            if kind == "H" and merchant is None:
                _need(cells, _HEADER, place)
                merchant, later = cells[5].strip(), not cells[6].strip().endswith("of0001")
            elif merchant is None:
                raise FormatError("no header", code="payout.structure", place=place)
            elif kind == "F":
                _funding(found, merchant, cells, place)
            elif kind == "I":
                _item(found, merchant, cells, place)
                items += 1
            elif kind == "L":
                _need(cells, _TOTALS, place)
                totals = cells, place
            else:
                raise FormatError("an unknown kind of record", code="payout.structure", place=place)
        if not totals:
            raise FormatError("the totals at the end are missing", code="payout.truncated")
        for settlement in found:
            if later:
                settlement.summed = False
                settlement.findings.append(Finding("payout.pages", "The report has several files", settlement.place))
        yield from found.events()
        if not later:
            yield from _totals(found, items, *totals)


def _totals(found, items, cells, place):
    """What the last record declares against what the file holds."""
    declared = amount(cells[1], place)
    if declared != items:
        yield Finding("payout.sum", f"The file declares {plain(declared)} items, it holds {items}", place)
    paid = sum((-row.gross for each in found for row in each.rows if row.code == payout.PAYOUT), payout.ZERO)
    if len(cells) > _TOTALS and amount(cells[4], place) != paid:
        words = f"The file declares payouts of {plain(amount(cells[4], place))}, it holds {plain(paid)}"
        yield Finding("payout.sum", words, place)


def _need(cells, count, place):
    if len(cells) < count:
        raise FormatError("the record is too short", code="payout.columns", place=place)


def _settlement(found, merchant, trace, unit, place):
    return found.of(
        (trace, unit), account=merchant or None, currency=unit, statement_id=trace or None, place=place,
        summed=bool(trace),
    )  # fmt: skip


def _funding(found, merchant, cells, place):
    _need(cells, _FUNDING, place)
    unit, trace = currency(cells[4], place), cells[3].strip()
    _settlement(found, merchant, trace, unit, place).rows.append(
        Row(
            place=place,
            booked_on=day(cells[6], place),
            code=payout.PAYOUT,
            own_code="funding",
            gross=-amount(cells[5], place),
            currency=unit,
            reference=trace or None,
            detail=Detail(transaction_id=trace or None),
        )
    )


def _item(found, merchant, cells, place):
    _need(cells, _ITEM, place)
    cells = [cell.strip() for cell in cells]
    unit, trace, gross = currency(cells[14], place), cells[16], amount(cells[15], place)
    word, reason = cells[19], cells[17]
    fee = amount(cells[22], place, payout.ZERO)
    numbers = dict.fromkeys(number for number in (cells[20], cells[9]) if number)
    _settlement(found, merchant, trace, unit, place).rows.append(
        Row(
            place=place,
            booked_on=day(cells[13] or cells[2], place),
            code=_kind(word, reason, gross),
            own_code=" ".join(part for part in (word, reason) if part) or None,
            gross=gross,
            fees=(Fee(fee, f"{word} fee"),) if fee else (),
            currency=unit,
            reference=f"{cells[1]} {word}".strip() or None,
            detail=Detail(
                transaction_id=cells[3] or cells[1] or None,
                references=tuple(Reference(number) for number in numbers),
                return_text=reason or None,
            ),
            status="booked" if trace else "information",
        )
    )


def _kind(word, reason, gross):
    if word.lower() == "refund":
        return payout.REFUND
    if reason in _DISPUTED:
        return payout.CHARGEBACK if gross < 0 else payout.CHARGEBACK_REVERSAL
    return payout.PAYMENT
