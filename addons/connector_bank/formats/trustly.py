"""Trustly: settlement report (CSV of ViewAutomaticSettlementDetailsCSV) and account ledger (JSON of AccountLedger).

Amounts are signed, in the major unit (eu.developers.trustly.com/doc/reference). ``total`` is what the settlement pays
out, the same on each row; ``settlementbankwithdrawalid`` stands on the bank's line.
"""

from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Exchange, Finding, Reference

from . import payout
from .payout import Row, Settlements, amount, begins_object, currency, day, document, inner, objects, text

_TITLES = ("datestamp", "accountname", "currency", "amount", "total", "orderid", "ordertype", "messageid")
_NUMBER = "settlementbankwithdrawalid"

KINDS = {
    "deposit": payout.PAYMENT,
    "charge": payout.PAYMENT,
    "direct debit": payout.PAYMENT,
    "refund": payout.REFUND,
    "deposit chargeback": payout.CHARGEBACK,
    "chargeback": payout.CHARGEBACK,
    "settlement": payout.PAYOUT,
}
#: Words of the ledger's transaction type and account, the first that is there.
_LEDGER = (
    ("transaction_fee", payout.FEE),
    ("chargeback", payout.CHARGEBACK),
    ("refund", payout.REFUND),
    ("settlement", payout.PAYOUT),
    ("user deposit", payout.PAYMENT),
    ("charge", payout.PAYMENT),
)


@FORMATS.add("trustly", "Trustly (settlement report, account ledger)")
class Trustly:
    keyed = True

    def recognises(self, head):
        line = payout.first_line(head)
        if all(title in line for title in (b"datestamp", b"accountname", b"ordertype", b"messageid")):
            return True
        return begins_object(head, "AccountLedger", "accountname")

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``csv_rows`` and ``json_value``"""
        if begins_object(stream.peek(1)):
            yield from _ledger(document(stream)).events()
        else:
            yield from _report(stream).events()


def _report(stream):
    found, totals = Settlements(), {}
    for place, cells in payout.titled_rows(stream, _TITLES):
        unit = currency(cells["currency"], place)
        account, number = cells.get("username") or None, cells.get(_NUMBER) or None
        key = (account, number, unit)
        settlement = found.of(key, account=account, currency=unit, statement_id=number, place=place)
        settlement.rows.append(_report_row(cells, unit, place))
        total = amount(cells["total"], place)
        first = totals.setdefault(key, (settlement, total))[1]
        if total != first:
            words = f"The settlement pays {plain(first)} by one row, {plain(total)} by another"
            settlement.findings.append(Finding("payout.sum", words, place))
    for settlement, total in totals.values():
        settlement.rows.append(_payout(settlement, total))
    return found


def _payout(settlement, total):
    days = [row.booked_on for row in settlement.rows if row.booked_on]
    return Row(
        place=settlement.place,
        booked_on=max(days, default=None),
        code=payout.PAYOUT,
        own_code="total",
        gross=-total,
        currency=settlement.currency,
        reference=settlement.statement_id,
        detail=Detail(transaction_id=settlement.statement_id),
    )


def _report_row(cells, unit, place):
    word = cells["ordertype"]
    number = cells.get("externalreference") or cells.get("extraref")
    return Row(
        place=place,
        booked_on=day(cells["datestamp"], place),
        code=payout.FEE if word.lower().endswith(" fee") else KINDS.get(word.lower(), payout.OTHER),
        own_code=word or None,
        gross=amount(cells["amount"], place),
        currency=unit,
        reference=f"{cells['orderid']} {word}".strip() or None,
        detail=_detail(cells["orderid"], cells["messageid"], number),
        exchange=_paid_in(cells, unit, place),
    )


def _paid_in(cells, unit, place):
    paid_in = (cells.get("fxpaymentcurrency") or "").upper()
    if not paid_in or paid_in == unit:
        return None
    paid = abs(amount(cells.get("fxpaymentamount"), place, payout.ZERO)) or None
    return Exchange(source=currency(paid_in, place), target=unit, instructed=paid, instructed_currency=paid_in)


def _ledger(answer):
    """One statement for each currency; the ledger goes on, nothing in it is summed up."""
    found = Settlements()
    for place, one in objects(inner(answer, "result", "$"), "data", "$.result"):
        unit = currency(one.get("currency"), place)
        word, account = text(one.get("transactiontype")) or "", text(one.get("accountname")) or ""
        words = f"{account} {word}".lower()
        order = text(one.get("orderid"))
        found.of(unit, currency=unit, place=place, summed=False).rows.append(
            Row(
                place=place,
                booked_on=day(one.get("datestamp"), place),
                code=next((kind for part, kind in _LEDGER if part in words), payout.OTHER),
                own_code=word or account or None,
                gross=_ledger_amount(one.get("amount"), place),
                currency=unit,
                reference=f"{order or ''} {account}".strip() or None,
                detail=_detail(order, text(one.get("messageid")), None),
            )
        )
    return found


def _detail(order, message, number):
    """``messageid`` is the merchant's own id of the order, which a fee or refund repeats in words of its own."""
    numbers = dict.fromkeys(each for each in (number, message) if each)
    return Detail(transaction_id=order or None, references=tuple(Reference(each) for each in numbers))


def _ledger_amount(value, place):
    """The ledger writes twenty decimals: zeros behind hundredths go."""
    whole, point, decimals = (text(value) or "").partition(".")
    return amount(f"{whole}{point}{decimals[:2]}{decimals[2:].rstrip('0')}", place)
