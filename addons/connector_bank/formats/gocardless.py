"""GoCardless payout items (API, JSON), with the payout they belong to and its payments where they stand beside them.

Items alone name neither payout nor currency: ``{"payouts": {…}, "payout_items": […]}`` has all. What a payment is for
stands in the payment itself (``"payments": […]``); where they are given, one that is missing is a finding. Amounts are
in the smallest unit, two decimals in every currency GoCardless knows; fees may be fractions of it, and the payout is
their sum, rounded (developer.gocardless.com, Payout items).
"""

from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Finding, Reference

from . import payout
from .payout import Row, Settlements, amount, begins_object, currency, day, document, inner, objects, text

_UNIT = Decimal("0.01")
_PAYOUT_PLACE = "$.payouts"

KINDS = {
    "payment_paid_out": payout.PAYMENT,
    "payment_failed": payout.PAYMENT,
    "payment_charged_back": payout.CHARGEBACK,
    "payment_refunded": payout.REFUND,
    "refund": payout.REFUND,
    "refund_funds_returned": payout.REFUND,
    "gocardless_fee": payout.FEE,
    "app_fee": payout.FEE,
    "surcharge_fee": payout.FEE,
    "revenue_share": payout.FEE,
}
#: What the bank line of a payout in this state is: only paid ones have left.
_STATUSES = {"paid": "booked", "pending": "pending"}


@FORMATS.add("gocardless", "GoCardless (payout items)")
class GoCardless:
    keyed = True

    def recognises(self, head):
        return begins_object(head, "payout_items")

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``json_value``"""
        found = document(stream)
        paid = inner(found, "payouts", _PAYOUT_PLACE)
        unit = currency(paid.get("currency"), _PAYOUT_PLACE) if paid else None
        payments = _payments(found)
        settlements = Settlements()
        settlement = None
        for place, item in objects(found, "payout_items"):
            settlement = settlement or settlements.of(unit, place=place, **_facts(paid, unit))
            settlement.rows.append(_row(item, place, paid, unit, payments or {}))
        if settlement:
            if payments is not None:
                settlement.findings.extend(_untold(settlement, payments))
            _whole(settlement, paid)
            if text(inner(inner(found, "meta", "$.meta"), "cursors", "$.meta").get("after")):
                settlement.summed = False
                words = "The list goes on: other pages hold the rest"
                settlement.findings.append(Finding("payout.pages", words, settlement.place))
        yield from settlements.events()


def _facts(paid, unit):
    return {
        "account": text(inner(paid, "links", _PAYOUT_PLACE).get("creditor")),
        "currency": unit,
        "statement_id": text(paid.get("id")),
    }


def _payments(found):
    """``{id: (references, remittance)}`` of the payments, ``None`` where none are given."""
    if found.get("payments") is None:
        return None
    payments = {}
    for _place, one in objects(found, "payments"):
        given = one.get("metadata")
        numbers = map(text, (one.get("reference"), *(given.values() if isinstance(given, dict) else ())))
        words = text(one.get("description"))
        payments[text(one.get("id"))] = (tuple(filter(None, numbers)), (words,) if words else ())
    return payments


def _untold(settlement, payments):
    rows = [row for row in settlement.rows if row.code == payout.PAYMENT]
    missing = [row for row in rows if row.detail.transaction_id not in payments]
    if missing:
        words = f"GoCardless did not give description and reference of {len(missing)} payments of {len(rows)}"
        yield Finding("payout.texts", words, missing[0].place)


def _row(item, place, paid, unit, payments):
    kind = text(item.get("type"))
    links = inner(item, "links", place)
    target = text(links.get("payment")) or text(links.get("refund"))
    settles = target and KINDS.get(kind) == payout.PAYMENT  # only a payment settles an invoice
    numbers, remittance = payments.get(target, ((), ())) if settles else ((), ())
    return Row(
        place=place,
        booked_on=day(paid.get("created_at"), _PAYOUT_PLACE),
        code=KINDS.get(kind, payout.OTHER),
        own_code=kind,
        gross=_major(item.get("amount"), place),
        currency=unit,
        reference="/".join(filter(None, (text(paid.get("id")), target, kind))) or None,
        detail=Detail(
            transaction_id=target,
            mandate_id=text(links.get("mandate")),
            references=tuple(map(Reference, dict.fromkeys((*numbers, target)))) if settles else (),
            remittance=remittance,
        ),
    )


def _major(value, place):
    """In the major unit, with two decimals where they are all there is."""
    found = amount(value, place).scaleb(-2)
    return found if found % _UNIT else found.quantize(_UNIT)


def _whole(settlement, paid):
    """Fees with fractions become one entry of each type, in whole units; then comes the payout itself."""
    exact = sum((row.gross for row in settlement.rows), payout.ZERO)
    if any(row.gross % _UNIT for row in settlement.rows):
        settlement.rows = list(_together(settlement.rows))
    if paid and paid.get("amount") is not None:
        left = _major(paid.get("amount"), _PAYOUT_PLACE)
        if left % _UNIT:
            raise FormatError("the payout is no whole amount", code="payout.amount", place=_PAYOUT_PLACE)
    else:
        left = None
    total = exact.quantize(_UNIT, ROUND_HALF_UP)
    if left is not None and abs(left - exact) <= _UNIT / 2:
        total = left
    rest = total - sum((row.gross for row in settlement.rows), payout.ZERO)
    first = settlement.rows[0]
    if rest:
        settlement.rows.append(_beside(first, payout.ROUNDING, "rounding", rest, first.place))
    if left is not None:
        state = text(paid.get("status"))
        row = _beside(first, payout.PAYOUT, "payout", -left, _PAYOUT_PLACE)
        row.value_on = day(paid.get("arrival_date"), _PAYOUT_PLACE)  # it changes; rows keep their identity
        row.status = _STATUSES.get(state, "information") if state else "booked"
        words = text(paid.get("reference"))
        row.detail = Detail(transaction_id=settlement.statement_id, remittance=(words,) if words else ())
        settlement.rows.append(row)


def _together(rows):
    fees = {}
    for row in rows:
        if row.gross % _UNIT or row.own_code in fees or row.code == payout.FEE:
            fees.setdefault(row.own_code, []).append(row)
        else:
            yield row
    for kind, same in fees.items():
        total = sum((row.gross for row in same), payout.ZERO)
        one = _beside(same[0], same[0].code, kind, total.quantize(_UNIT, ROUND_HALF_UP), same[0].place)
        one.batch_count = len(same)
        one.detail = Detail(additional=f"{len(same)} items, exactly {plain(total)}")
        yield one


def _beside(row, code, own_code, gross, place):
    """A row of the same payout."""
    return Row(
        place=place,
        booked_on=row.booked_on,
        code=code,
        own_code=own_code,
        gross=gross,
        currency=row.currency,
        reference="/".join(filter(None, ((row.reference or "").partition("/")[0], own_code))),
    )
