"""Shopify Payments: transactions (CSV of the admin, JSON of the API) and payouts with their sums (JSON).

Shopify's net amount is the amount less the fee; a fee given back is negative.
"""

from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Exchange, Reference

from . import payout
from .payout import Fee, Row, Settlements, amount, begins_object, currency, day, document, inner, objects, text

_TITLES = ("Transaction Date", "Type", "Order", "Payout Status", "Payout Date", "Amount", "Fee", "Net", "Currency")
_GROSS = "_gross_amount"

KINDS = {
    "charge": payout.PAYMENT,
    "refund": payout.REFUND,
    "refund_failure": payout.REFUND,
    "payment_refund": payout.REFUND,
    "dispute": payout.CHARGEBACK,
    "chargeback": payout.CHARGEBACK,
    "chargeback_won": payout.CHARGEBACK_REVERSAL,
    "dispute_reversal": payout.CHARGEBACK_REVERSAL,
    "reserve": payout.RESERVE,
    "adjustment": payout.ADJUSTMENT,
    "credit": payout.ADJUSTMENT,
    "debit": payout.ADJUSTMENT,
    "payout": payout.PAYOUT,
    "payout_failure": payout.PAYOUT_REVERSAL,
    "payout_cancellation": payout.PAYOUT_REVERSAL,
    # The sums of a payout.
    "charges": payout.PAYMENT,
    "refunds": payout.REFUND,
    "adjustments": payout.ADJUSTMENT,
    "reserved_funds": payout.RESERVE,
    "retried_payouts": payout.PAYOUT_REVERSAL,
}
_STATUSES = {"paid": "booked", "in_transit": "pending", "scheduled": "future"}


@FORMATS.add("shopify", "Shopify Payments (transactions, payouts)")
class Shopify:
    keyed = True

    def recognises(self, head):
        line = payout.first_line(head)
        if all(title in line for title in (b"Transaction Date", b"Payout Status", b"Payout Date", b"Net")):
            return True
        return begins_object(head, "payouts", "charges_gross_amount") or begins_object(
            head, "transactions", "payout_id", "source_order_id"
        )

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``csv_rows`` and ``json_value``"""
        if not begins_object(stream.peek(1)):
            yield from _export(stream).events()
            return
        found = document(stream)
        yield from (_payouts(found) if "payouts" in found else _transactions(found)).events()


def _kind(word):
    return KINDS.get((word or "").lower().replace(" ", "_"), payout.OTHER)


def _settlement(found, payout_id, group, unit, place):
    return found.of(
        (payout_id or group, unit), currency=unit, statement_id=payout_id, place=place, summed=bool(payout_id)
    )


def _export(stream):
    found = Settlements()
    for place, cells in payout.titled_rows(stream, _TITLES):
        unit = currency(cells["Currency"], place)
        fee = amount(cells["Fee"], place, payout.ZERO)
        word, order = cells["Type"], cells["Order"]
        row = Row(
            place=place,
            booked_on=day(cells["Transaction Date"], place),
            code=_kind(word),
            own_code=word or None,
            gross=amount(cells["Amount"], place),
            fees=(Fee(-fee, f"{word} fee"),) if fee else (),
            net=amount(cells["Net"], place),
            currency=unit,
            reference=cells.get("Checkout") or cells.get("Payout ID") or None,
            detail=Detail(
                transaction_id=cells.get("Checkout") or None,
                references=(Reference(order),) if order else (),
                remittance=(f"Order {order}",) if order else (),
                code=cells.get("Payment Method Name") or None,
            ),
            exchange=_presentment(cells, unit, place),
        )
        payout_id = cells.get("Payout ID") or None
        _settlement(found, payout_id, cells["Payout Date"], unit, place).rows.append(row)
    return found


def _presentment(cells, unit, place):
    """What the customer paid, where that was another currency."""
    paid_in = cells.get("Presentment Currency")
    if not paid_in or paid_in == unit:
        return None
    paid = abs(amount(cells.get("Presentment Amount"), place, payout.ZERO)) or None
    return Exchange(source=currency(paid_in, place), target=unit, instructed=paid, instructed_currency=paid_in)


def _transactions(document_found):
    found = Settlements()
    for place, one in objects(document_found, "transactions"):
        unit = currency(one.get("currency"), place)
        fee = amount(one.get("fee"), place, payout.ZERO)
        word, order = text(one.get("type")), text(one.get("source_order_id"))
        row = Row(
            place=place,
            booked_on=day(one.get("processed_at"), place),
            code=_kind(word),
            own_code=word,
            gross=amount(one.get("amount"), place),
            fees=(Fee(-fee, f"{word} fee"),) if fee else (),
            net=amount(one.get("net"), place),
            currency=unit,
            reference=text(one.get("id")),
            detail=Detail(
                transaction_id=text(one.get("source_order_transaction_id")) or text(one.get("source_id")),
                references=(Reference(order),) if order else (),
            ),
            status="information" if one.get("test") is True else "booked",
        )
        _settlement(found, text(one.get("payout_id")), None, unit, place).rows.append(row)
    return found


def _payouts(document_found):
    """One entry for each kind of movement, for who does not want each of them."""
    found = Settlements()
    for place, one in objects(document_found, "payouts"):
        unit, payout_id = currency(one.get("currency"), place), text(one.get("id"))
        settlement = found.of((payout_id, place), currency=unit, statement_id=payout_id, place=place)
        facts = {
            "place": place,
            "booked_on": day(one.get("date"), place),
            "currency": unit,
            "status": _STATUSES.get(text(one.get("status")), "information"),
        }
        summary = inner(one, "summary", place)
        for name in (name for name in summary if name.endswith(_GROSS)):
            word = name.removesuffix(_GROSS)
            fee = amount(summary.get(f"{word}_fee_amount"), place, payout.ZERO)
            gross = amount(summary[name], place)
            if gross or fee:
                settlement.rows.append(
                    Row(
                        code=_kind(word),
                        own_code=word,
                        gross=gross,
                        fees=(Fee(-fee, f"{word} fee"),) if fee else (),
                        reference=f"{payout_id}/{word}",
                        **facts,
                    )
                )
        paid = amount(one.get("amount"), place)
        settlement.rows.append(
            Row(
                code=payout.PAYOUT,
                own_code="payout",
                gross=-paid,
                reference=payout_id,
                detail=Detail(transaction_id=payout_id),
                **facts,
            )
        )
    return found
