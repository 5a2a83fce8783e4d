"""Shopify Payments: transactions (CSV of the admin, JSON of the API), a payout with its transactions as our interface
fetches it (JSON of GraphQL), and payouts with their sums (CSV, JSON).

Shopify's net amount is the amount less the fee; a fee given back is negative.
"""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Exchange, Reference

from . import payout
from .payout import Fee, Row, Settlements, amount, begins_object, currency, day, document, inner, objects, text

_TITLES = ("Transaction Date", "Type", "Order", "Payout Status", "Payout Date", "Amount", "Fee", "Net", "Currency")
_SUM_TITLES = ("Payout Date", "Status", "Charges", "Refunds", "Fees", "Total", "Currency")
#: Titles of the sums of a payout; those the file has not are nothing.
_SUMS = (
    "Charges", "Refunds", "Adjustments", "Marketplace Sales Tax", "Advances", "Reserved Funds", "Fees",
    "Retried Amount",
)  # fmt: skip
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
    "retried_amount": payout.PAYOUT_REVERSAL,
    "marketplace_sales_tax": payout.TAX,
    "advances": payout.FINANCING,
    "fees": payout.FEE,
    # What GraphQL calls otherwise (ShopifyPaymentsTransactionType).
    "transfer": payout.PAYOUT,
    "transfer_failure": payout.PAYOUT_REVERSAL,
    "transfer_cancel": payout.PAYOUT_REVERSAL,
    "dispute_withdrawal": payout.CHARGEBACK,
    "chargeback_fee": payout.FEE,
    "chargeback_fee_refund": payout.FEE,
    "chargeback_hold": payout.RESERVE,
    "chargeback_hold_release": payout.RESERVE,
    "reserved_funds_reversal": payout.RESERVE,
    "reserved_funds_withdrawal": payout.RESERVE,
    "charge_adjustment": payout.ADJUSTMENT,
    "refund_adjustment": payout.ADJUSTMENT,
    "stripe_fee": payout.FEE,
    "advance": payout.FINANCING,
    "advance_funding": payout.FINANCING,
}
_STATUSES = {"paid": "booked", "in_transit": "pending", "scheduled": "future"}


@FORMATS.add("shopify", "Shopify Payments (transactions, payouts)")
class Shopify:
    keyed = True
    names_payouts = True

    def recognises(self, head):
        line = payout.first_line(head)
        if all(title in line for title in (b"Transaction Date", b"Payout Status", b"Payout Date", b"Net")):
            return True
        if _begins_sums(line):
            return True
        return any(
            begins_object(head, *names)
            for names in (
                ("shopifyPaymentsAccount", "balanceTransactions"),
                ("payouts", "charges_gross_amount"),
                ("transactions", "payout_id", "source_order_id"),
            )
        )

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``csv_rows`` and ``json_value``"""
        head = stream.peek(1)
        if not begins_object(head):
            sums = _begins_sums(payout.first_line(head))
            yield from (_exported_sums(stream) if sums else _export(stream)).events()
            return
        found = document(stream)
        if "shopifyPaymentsAccount" in found:
            yield from _fetched(found).events()
        else:
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


def _begins_sums(line):
    return all(title in line for title in (b"Payout Date", b"Charges", b"Refunds", b"Total"))


def _exported_sums(stream):
    """Payouts with their sums: one statement each, one entry for each kind of movement. Fees are negative here."""
    found = Settlements()
    for place, cells in payout.titled_rows(stream, _SUM_TITLES):
        unit = currency(cells["Currency"], place)
        payout_id = cells.get("Payout ID") or cells.get("Bank Reference") or None
        settlement = found.of((payout_id or place, unit), currency=unit, statement_id=payout_id, place=place)
        facts = {
            "place": place,
            "booked_on": day(cells["Payout Date"], place),
            "currency": unit,
            "status": _STATUSES.get(cells["Status"].lower().replace(" ", "_"), "information"),
        }
        for title in _SUMS:
            moved = amount(cells.get(title), place, payout.ZERO)
            reference = f"{payout_id}/{title}" if payout_id else None
            if moved:
                settlement.rows.append(
                    Row(code=_kind(title), own_code=title, gross=moved, reference=reference, **facts)
                )
        settlement.rows.append(
            Row(
                code=payout.PAYOUT,
                own_code="payout",
                gross=-amount(cells["Total"], place),
                reference=payout_id,
                detail=Detail(transaction_id=payout_id) if payout_id else None,
                **facts,
            )
        )
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


def _fetched(document_found):
    """What ``interfaces.shopify`` fetches. Days are those of the shop, as its admin shows them."""
    shop = inner(document_found, "shop", "$")
    account = inner(document_found, "shopifyPaymentsAccount", "$")
    place = "$.shopifyPaymentsAccount"
    zone, one = _zone(shop.get("ianaTimezone")), inner(account, "payout", place)
    payout_id = text(one.get("legacyResourceId"))
    unit, paid = _money(one, "net", place)
    found = Settlements()
    settlement = found.of(
        payout_id, account=text(shop.get("myshopifyDomain")), currency=unit, statement_id=payout_id, place=place
    )
    for where, item in objects(account, "balanceTransactions", place):
        settlement.rows.append(_movement(item, where, zone))
    if not any(row.code == payout.PAYOUT for row in settlement.rows):
        settlement.rows.append(
            Row(
                place=f"{place}.payout",
                booked_on=_day(one.get("issuedAt"), zone, place),
                code=payout.PAYOUT,
                own_code="TRANSFER",
                gross=abs(paid) if one.get("transactionType") == "WITHDRAWAL" else -abs(paid),
                currency=unit,
                reference=payout_id,
                detail=Detail(transaction_id=payout_id),
            )
        )
    return found


def _movement(item, place, zone):
    unit, gross = _money(item, "amount", place)
    fee, net = _money(item, "fee", place)[1], _money(item, "net", place)[1]
    word, order = text(item.get("type")), text(inner(item, "associatedOrder", place).get("name"))
    return Row(
        place=place,
        booked_on=_day(item.get("transactionDate"), zone, place),
        code=_kind(word),
        own_code=word,
        gross=gross,
        fees=(Fee(-fee, f"{word} fee"),) if fee else (),
        net=net,
        currency=unit,
        reference=(text(item.get("id")) or "").rpartition("/")[2] or None,
        detail=Detail(
            transaction_id=text(item.get("sourceOrderTransactionId")),
            references=(Reference(order),) if order else (),
            remittance=(f"Order {order}",) if order else (),
        ),
        status="information" if item.get("test") is True else "booked",
    )


def _money(parent, name, place):
    """``(currency, amount)`` of a MoneyV2."""
    found = inner(parent, name, place)
    return currency(found.get("currencyCode"), place), amount(found.get("amount"), place)


def _zone(name):
    try:
        return ZoneInfo(name) if isinstance(name, str) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _day(value, zone, place):
    """The day of a moment where the shop is; as it is written where that is not known."""
    try:
        moment = datetime.fromisoformat(text(value) or "")
    except ValueError:
        return day(value, place)
    return moment.astimezone(zone).date() if zone and moment.tzinfo else day(value, place)
