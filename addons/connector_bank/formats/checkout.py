"""Checkout.com: settlement breakdown and financial actions (CSV), financial actions (JSON of the API).

All amounts are those of the holding currency, in the major unit, signed (checkout.com/docs/funds-management). The
breakdown is what one payout is made of and does not state it: the payout is the sum of its net amounts.
"""

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Exchange, Finding, Reference

from . import payout
from .payout import Fee, Row, Settlements, amount, begins_object, currency, day, document, objects, text

_BREAKDOWN = (
    "Client Entity ID", "Type", "Payment ID", "Processed On", "Holding Currency", "Payout ID",
    "Gross In Holding Currency", "Net In Holding Currency",
)  # fmt: skip
_ACTIONS = ("Action Type", "Action ID", "Payment ID", "Breakdown Type", "Holding Currency", "Holding Currency Amount")
#: Title of each deduction, its kind, and what it is called as own code.
_DEDUCTIONS = (
    ("Processing Fee In Holding Currency", payout.FEE, "processing fee"),
    ("Scheme Fee In Holding Currency", payout.FEE, "scheme fee"),
    ("Interchange In Holding Currency", payout.FEE, "interchange"),
    ("Tax In Holding Currency", payout.TAX, "tax"),
    ("Reserve In Holding Currency", payout.RESERVE, "reserve"),
)
_WHOLE = "Deduction In Holding Currency"

KINDS = {
    "charge": payout.PAYMENT,
    "capture": payout.PAYMENT,
    "refund": payout.REFUND,
    "partial refund": payout.REFUND,
    "refund reversal": payout.REFUND,
    "chargeback": payout.CHARGEBACK,
    "dispute": payout.CHARGEBACK,
    "chargeback reversal": payout.CHARGEBACK_REVERSAL,
    "dispute reversal": payout.CHARGEBACK_REVERSAL,
    "payout": payout.PAYOUT,
    "payout return": payout.PAYOUT_REVERSAL,
    "top up": payout.TRANSFER,
    "reserve": payout.RESERVE,
    "rolling reserve": payout.RESERVE,
    "adjustment": payout.ADJUSTMENT,
}


@FORMATS.add("checkout", "Checkout.com (settlement breakdown, financial actions)")
class Checkout:
    keyed = True

    def recognises(self, head):
        line = payout.first_line(head)
        return (
            all(title in line for title in (b"Client Entity ID", b"Net In Holding Currency"))
            or all(title in line for title in (b"Breakdown Type", b"Holding Currency Amount"))
            or begins_object(head, "data", "action_id", "breakdown")
        )

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``csv_rows`` and ``json_value``"""
        head = stream.peek(1)
        if begins_object(head):
            yield from _from_api(document(stream)).events()
        elif b"Breakdown Type" in payout.first_line(head):
            yield from _actions(stream).events()
        else:
            yield from _breakdown(stream).events()


def _settlement(found, account, payout_id, unit, place):
    return found.of(
        (account, payout_id, unit), account=account, currency=unit, statement_id=payout_id, place=place,
        summed=bool(payout_id),
    )  # fmt: skip


def _breakdown(stream):
    found = Settlements()
    for place, cells in payout.titled_rows(stream, _BREAKDOWN):
        unit = currency(cells["Holding Currency"], place)
        account, payout_id = cells["Client Entity ID"] or None, cells["Payout ID"] or None
        _settlement(found, account, payout_id, unit, place).rows.append(_breakdown_row(cells, unit, place))
    for settlement in found:
        if settlement.statement_id:
            payout.add_sum(settlement)
    return found


def _breakdown_row(cells, unit, place):
    word = cells["Type"]
    fees = [
        Fee(amount(cells.get(title), place, payout.ZERO), name, kind) for title, kind, name in _DEDUCTIONS
    ]
    fees = tuple(fee for fee in fees if fee.amount)
    whole = amount(cells.get(_WHOLE), place, payout.ZERO)
    if not fees and whole:
        fees = (Fee(whole, f"{word} fee"),)
    return Row(
        place=place,
        booked_on=day(cells["Processed On"], place),
        value_on=day(cells.get("Available On"), place),
        code=_kind(word),
        own_code=word or None,
        gross=amount(cells["Gross In Holding Currency"], place),
        fees=fees,
        net=amount(cells["Net In Holding Currency"], place),
        currency=unit,
        reference=f"{cells['Payment ID']} {word}".strip() or None,
        detail=_detail(cells["Payment ID"], cells.get("Reference"), cells.get("Payment Method")),
        exchange=_exchange(
            cells.get("Processing Currency"), cells.get("Gross In Processing Currency"),
            cells.get("FX Rate Applied"), unit, place,
        ),
    )  # fmt: skip


def _actions(stream):
    found = Settlements()
    for place, cells in payout.titled_rows(stream, _ACTIONS):
        facts = {name.lower().replace(" ", "_"): value for name, value in cells.items()}
        _add_action(found, facts, facts, place)
    return found


def _from_api(page):
    found = Settlements()
    for place, one in objects(page, "data"):
        for where, part in objects(one, "breakdown", place):
            _add_action(found, one, part, where)
    if not payout.inner(page, "_links", "$").get("next"):
        return found
    for settlement in found:
        settlement.summed = False
        words = "The list goes on: other pages hold the rest"
        settlement.findings.append(Finding("payout.pages", words, settlement.place))
    return found


def _add_action(found, action, part, place):
    """One part of a financial action; a row of the report is both."""
    unit = currency(part.get("holding_currency"), place)
    word = text(part.get("breakdown_type"))
    if word is None:
        raise FormatError("no breakdown type", code="payout.structure", place=place)
    account = text(action.get("entity_id")) or text(action.get("client_entity_id"))
    payout_id = text(action.get("payout_id"))
    exchange = _exchange(
        part.get("processing_currency"), part.get("processing_currency_amount"), part.get("fx_rate_applied"), unit,
        place,
    )  # fmt: skip
    _settlement(found, account, payout_id, unit, place).rows.append(
        Row(
            place=place,
            booked_on=day(action.get("processed_on") or action.get("requested_on"), place),
            code=_kind(word),
            own_code=word,
            gross=amount(part.get("holding_currency_amount"), place),
            currency=unit,
            reference=f"{text(action.get('action_id')) or ''} {word}".strip(),
            detail=_detail(text(action.get("payment_id")), text(action.get("reference")), None),
            exchange=exchange,
        )
    )


def _kind(word):
    name = (word or "").lower()
    if name in KINDS:
        return KINDS[name]
    if "tax" in name.split():
        return payout.TAX
    return payout.FEE if "fee" in name or "interchange" in name else payout.OTHER


def _detail(payment, reference, method):
    return Detail(
        transaction_id=payment or None,
        references=(Reference(reference),) if reference else (),
        code=method or None,
    )


def _exchange(paid_in, paid, rate, unit, place):
    """What the customer paid, where that was another currency."""
    paid_in = (text(paid_in) or "").upper()
    if not paid_in or paid_in == unit:
        return None
    instructed = abs(amount(paid, place, payout.ZERO)) or None
    return Exchange(
        source=currency(paid_in, place), target=unit, rate=amount(rate, place) if text(rate) else None,
        instructed=instructed, instructed_currency=paid_in,
    )  # fmt: skip
