"""Adyen settlement detail report (CSV, versions 2 and 3): what one batch settles, and its payout.

Gross amounts are in the currency of the shopper (GC), net amounts and fees in that of the settlement (NC).
"""

from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Exchange, Finding, Reference

from . import payout
from .payout import Fee, Row, Settlements, amount, currency, day

#: Title of each fee and what it is called as own code.
_FEES = {
    "Commission (NC)": "commission",
    "Markup (NC)": "markup",
    "Scheme Fees (NC)": "scheme fees",
    "Interchange (NC)": "interchange",
}
_TITLES = (
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Creation Date",
    "Type",
    "Modification Reference",
    "Gross Currency",
    "Gross Debit (GC)",
    "Gross Credit (GC)",
    "Exchange Rate",
    "Net Currency",
    "Net Debit (NC)",
    "Net Credit (NC)",
    "Batch Number",
    *_FEES,
)
#: How far a converted amount may lie from the rate, in the currency of the settlement: both are rounded.
_ROUNDED = Decimal("0.02")

KINDS = {
    "settled": payout.PAYMENT,
    "settledbulk": payout.PAYMENT,
    "settledininstallments": payout.PAYMENT,
    "settledreversed": payout.PAYMENT,
    "refunded": payout.REFUND,
    "refundedbulk": payout.REFUND,
    "refundedininstallments": payout.REFUND,
    "refundedreversed": payout.REFUND,
    "chargeback": payout.CHARGEBACK,
    "secondchargeback": payout.CHARGEBACK,
    "chargebackreversed": payout.CHARGEBACK_REVERSAL,
    "fee": payout.FEE,
    "misccosts": payout.FEE,
    "invoicededuction": payout.FEE,
    "merchantpayout": payout.PAYOUT,
    "merchantpayin": payout.TRANSFER,
    "paidout": payout.TRANSFER,
    "paidoutreversed": payout.TRANSFER,
    "balancetransfer": payout.TRANSFER,
    "internaltransfer": payout.TRANSFER,
    "depositcorrection": payout.RESERVE,
    "reserveadjustment": payout.RESERVE,
    "manualcorrected": payout.ADJUSTMENT,
}


@FORMATS.add("adyen", "Adyen (settlement detail report)")
class Adyen:
    keyed = True

    def recognises(self, head):
        line = payout.first_line(head)
        return all(title in line for title in (b"Merchant Account", b"Net Debit (NC)", b"Batch Number"))

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``csv_rows``"""
        found = Settlements()
        for place, cells in payout.titled_rows(stream, _TITLES):
            unit = currency(cells["Net Currency"], place)
            account, batch = cells["Merchant Account"] or None, cells["Batch Number"] or None
            settlement = found.of(
                (account, batch, unit),
                account=account,
                currency=unit,
                statement_id=f"batch {batch}" if batch else None,
                place=place,
                summed=bool(batch),
            )
            row = _row(cells, unit, place)
            settlement.rows.append(row)
            settlement.findings.extend(_conversion(row))
        yield from found.events()


def _row(cells, unit, place):
    kind = KINDS.get(cells["Type"].lower(), payout.OTHER)
    net = _two_sided(cells, "Net Debit (NC)", "Net Credit (NC)", place)
    gross = _two_sided(cells, "Gross Debit (GC)", "Gross Credit (GC)", place)
    if net is None:
        raise FormatError("no net amount", code="payout.amount", place=place)
    fees = [Fee(-amount(cells[title], place, payout.ZERO), name) for title, name in _FEES.items()]
    fees = tuple(fee for fee in fees if fee.amount)
    exchange = None
    if gross is not None and cells["Gross Currency"] and cells["Gross Currency"] != unit:
        paid_in = currency(cells["Gross Currency"], place)
        rate = amount(cells["Exchange Rate"], place) if cells["Exchange Rate"] else None
        exchange = Exchange(
            source=paid_in, target=unit, unit=paid_in, rate=rate, instructed=abs(gross), instructed_currency=paid_in
        )
    if gross is None or exchange is not None:
        gross = net - sum((fee.amount for fee in fees), payout.ZERO)
    return Row(
        place=place,
        booked_on=day(cells.get("Booking Date") or cells["Creation Date"], place),
        code=kind,
        own_code=cells["Type"],
        gross=gross,
        fees=fees,
        net=net,
        currency=unit,
        reference=_reference(cells),
        detail=_detail(cells),
        exchange=exchange,
    )


def _conversion(row):
    """Whether a converted amount is what its rate makes of the shopper's."""
    exchange = row.exchange
    if exchange is None or exchange.rate is None:
        return
    expected = exchange.instructed * exchange.rate
    if abs(expected - abs(row.gross)) > _ROUNDED:
        yield Finding(
            "payout.sum",
            f"{plain(exchange.instructed)} {exchange.source} at {plain(exchange.rate)} give "
            f"{plain(round(expected, 2))}, but net amount and fees give {plain(abs(row.gross))} {exchange.target}",
            row.place,
        )


def _two_sided(cells, debit, credit, place):
    """Credit less debit; None where both are empty."""
    if not cells[debit] and not cells[credit]:
        return None
    sides = [amount(cells[side], place, payout.ZERO) for side in (debit, credit)]
    if min(sides) < 0:
        raise FormatError("a negative amount in a column of debits or credits", code="payout.amount", place=place)
    return sides[1] - sides[0]


def _reference(cells):
    """Adyen's id; fees and payouts have none, and the same words return in every batch."""
    if cells["Psp Reference"]:
        return cells["Modification Reference"] or cells["Psp Reference"]
    return f"batch {cells['Batch Number']}: {cells['Modification Reference']}"


def _detail(cells):
    has_id = bool(cells["Psp Reference"])
    numbers = dict.fromkeys((cells["Merchant Reference"], cells.get("Merchant Order Reference")))
    words = None if has_id else cells["Modification Reference"]
    return Detail(
        transaction_id=cells["Psp Reference"] or None,
        references=tuple(Reference(number) for number in numbers if number),
        remittance=(words,) if words else (),
        code=cells.get("Payment Method") or None,
    )
