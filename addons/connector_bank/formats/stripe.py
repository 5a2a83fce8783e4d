"""Stripe: payout reconciliation and balance activity (itemised CSV), balance transactions (JSON list).

A list that our interface fetched has the payout beside it and the sources of its transactions expanded.

Classified by ``reporting_category`` (docs.stripe.com/reports/reporting-categories). Reports state amounts in the
major unit; the API in the smallest one, which currencies differ in (docs.stripe.com/currencies).
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Exchange, Finding, Party, Reference

from . import payout
from .payout import (
    Fee,
    Row,
    Settlements,
    amount,
    begins_object,
    currency,
    day,
    document,
    first_line,
    inner,
    objects,
    text,
)

_TITLES = ("balance_transaction_id", "currency", "gross", "fee", "net", "reporting_category")
_PAYOUT_ID = "automatic_payout_id"
#: Where shops keep the number of the order or invoice, best first.
_NUMBERS = ("invoice_number", "payment_metadata[invoice_number]", "payment_metadata[order_id]", "order_id")
_METADATA = "payment_metadata["
#: The same in the metadata of a charge.
_NUMBERS_OF_CHARGE = ("invoice_number", "order_id")
_PAYOUT_PLACE = "$.payout"
#: What Stripe calls its own fees; the report has no name for them.
_OWN_FEE = "stripe_fee"
#: How a list of the API begins, whichever of its members comes first.
_LIST = re.compile(rb'\s*\{\s*"(?:object|data|has_more|url)"\s*:')
_BOTH_WAYS = (payout.PAYOUT, payout.PAYOUT_REVERSAL)
#: Smallest unit of the API; UGX and ISK have two decimals there though the currencies have none.
_NO_DECIMALS = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THREE_DECIMALS = frozenset("BHD JOD KWD OMR TND".split())

KINDS = {
    "charge": payout.PAYMENT,
    "charge_failure": payout.PAYMENT,
    "refund": payout.REFUND,
    "refund_failure": payout.REFUND,
    "partial_capture_reversal": payout.REFUND,
    "dispute": payout.CHARGEBACK,
    "dispute_reversal": payout.CHARGEBACK_REVERSAL,
    "fee": payout.FEE,
    "network_cost": payout.FEE,
    "tax": payout.TAX,
    "payout": payout.PAYOUT,
    "payout_reversal": payout.PAYOUT_REVERSAL,
    "risk_reserved_funds": payout.RESERVE,
    "connect_reserved_funds": payout.RESERVE,
    "topup": payout.TRANSFER,
    "topup_reversal": payout.TRANSFER,
    "transfer": payout.TRANSFER,
    "transfer_reversal": payout.TRANSFER,
    "connect_collection_transfer": payout.TRANSFER,
    "advance": payout.FINANCING,
    "advance_funding": payout.FINANCING,
    "anticipation_repayment": payout.FINANCING,
    "financing_paydown": payout.FINANCING,
    "financing_payout": payout.FINANCING,
    "other_adjustment": payout.ADJUSTMENT,
    "contribution": payout.ADJUSTMENT,
}


@FORMATS.add("stripe", "Stripe (payout reconciliation, balance transactions)")
class Stripe:
    keyed = True
    names_movements = True

    def recognises(self, head):
        line = first_line(head)
        if b"balance_transaction_id" in line and b"reporting_category" in line:
            return True
        return bool(_LIST.match(head)) and begins_object(head, "balance_transaction", "reporting_category")

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``csv_rows`` and ``json_value``"""
        if payout.begins_object(stream.peek(1)):
            yield from _transactions(document(stream)).events()
        else:
            yield from _report(stream).events()


def _report(stream):
    found = Settlements()
    for place, cells in payout.titled_rows(stream, _TITLES):
        unit = currency(cells["currency"], place)
        paid_by = cells.get(_PAYOUT_ID) or None
        settlement = found.of(
            (paid_by, unit), currency=unit, statement_id=paid_by, place=place, summed=bool(paid_by), profile="report"
        )
        settlement.rows.append(_report_row(cells, unit, place))
    for settlement in found:
        _turn_payouts(settlement)
    return found


def _report_row(cells, unit, place):
    category = cells["reporting_category"]
    fee = amount(cells["fee"], place, payout.ZERO)
    return Row(
        place=place,
        booked_on=day(cells.get("created") or cells.get("created_utc"), place),
        value_on=day(cells.get("available_on") or cells.get("available_on_utc"), place),
        code=KINDS.get(category, payout.OTHER),
        own_code=category,
        gross=amount(cells["gross"], place),
        fees=(Fee(-fee, f"{category} fee"),) if fee else (),
        net=amount(cells["net"], place),
        currency=unit,
        reference=cells["balance_transaction_id"] or None,
        detail=_report_detail(cells),
        exchange=_customer_facing(cells, unit, place),
    )


def _report_detail(cells):
    numbers = [cells[name] for name in _NUMBERS if cells.get(name)]
    numbers += [value for name, value in cells.items() if name.startswith(_METADATA) and value]
    customer = Party(
        name=cells.get("customer_name") or cells.get("customer_description") or None,
        identifier=cells.get("customer_email") or cells.get("customer_id") or None,
    )
    return Detail(
        transaction_id=cells.get("charge_id") or cells.get("source_id") or None,
        instruction_id=cells.get("payment_intent_id") or None,
        counterparty=customer if customer != Party() else None,
        references=tuple(Reference(number) for number in dict.fromkeys(numbers)),
        remittance=(cells["description"],) if cells.get("description") else (),
        code=cells.get("payment_method_type") or None,
    )


def _customer_facing(cells, unit, place):
    """What the customer paid, where that was another currency."""
    paid_in = (cells.get("customer_facing_currency") or "").upper()
    if not paid_in or paid_in == unit:
        return None
    paid = amount(cells.get("customer_facing_amount"), place, payout.ZERO)
    return Exchange(
        source=currency(paid_in, place), target=unit, instructed=abs(paid) or None, instructed_currency=paid_in
    )


def _turn_payouts(settlement):
    """Reconciliation reports state a payout as what arrives; here it leaves the balance, against the rows it settles.

    Where no payout is named, as in the balance report, payouts may be stated either way: negative ones already leave
    the balance, positive ones arrive, and so do their reversals, unless other rows say that nothing was there to pay.
    """
    payouts = [row for row in settlement.rows if row.code == payout.PAYOUT and row.gross]
    settled = sum((row.moved for row in settlement.rows if row.code not in _BOTH_WAYS), payout.ZERO)
    if settlement.summed:
        settled += sum((row.moved for row in settlement.rows if row.code == payout.PAYOUT_REVERSAL), payout.ZERO)
        turned = [row for row in payouts if (row.gross > 0) == (settled >= 0)]
    elif all(row.gross < 0 for row in payouts):
        turned = ()
    else:
        turned = payouts + [row for row in settlement.rows if row.code == payout.PAYOUT_REVERSAL]
        doubtful = settled < 0 or any((row.gross > 0) != (row.code == payout.PAYOUT) for row in turned)
        if doubtful:
            words = "Whether the payout left or came cannot be told: import the payout reconciliation"
            raise FormatError(words, code="payout.sign", place=payouts[0].place)
    for row in turned:
        row.gross, row.net = -row.gross, -row.net


def _transactions(found):
    settlements = Settlements()
    for place, one in objects(found, "data"):
        if one.get("object") != "balance_transaction":
            raise FormatError("not a balance transaction", code="payout.structure", place=place)
        unit = currency(one.get("currency"), place)
        settlement = settlements.of(unit, currency=unit, place=place, profile="api")
        settlement.rows.append(_transaction(one, unit, place))
    paid = inner(found, "payout", _PAYOUT_PLACE)
    for settlement in settlements:
        payouts = {row.detail.transaction_id for row in settlement.rows if row.code == payout.PAYOUT}
        if found.get("has_more"):
            settlement.summed = False
            words = "The list goes on: other pages hold the rest"
            settlement.findings.append(Finding("payout.pages", words, settlement.place))
        elif len(payouts) == 1:
            settlement.statement_id = payouts.pop()
        if paid:
            settlement.statement_id = text(paid.get("id"))
            settlement.findings.extend(_payout_findings(settlement, paid))
    return settlements


def _payout_findings(settlement, paid):
    """What is wrong between the payout and its transactions."""
    if paid.get("automatic") is False:
        settlement.summed = False
        words = "A payout made by hand: Stripe does not say which payments it settles. Import the balance report"
        yield Finding("payout.manual", words, settlement.place)
    unit = currency(paid.get("currency"), _PAYOUT_PLACE)
    stated = _minor(paid.get("amount"), unit, _PAYOUT_PLACE)
    own = [row for row in settlement.rows if row.code == payout.PAYOUT and row.detail.transaction_id == paid.get("id")]
    left = -sum((row.gross for row in own), payout.ZERO)
    if unit != settlement.currency or stated != left:
        words = f"The payout is {plain(stated)} {unit}, its transaction takes {plain(left)} {settlement.currency}"
        yield Finding("payout.sum", words, settlement.place)


def _transaction(one, unit, place):
    category = text(one.get("reporting_category")) or text(one.get("type"))
    description = text(one.get("description"))
    remittance = (description,) if description else ()
    if isinstance(one.get("source"), dict):  # expanded
        detail = _source_detail(inner(one, "source", place), remittance, place)
    else:
        detail = Detail(transaction_id=text(one.get("source")), remittance=remittance)
    return Row(
        place=place,
        booked_on=_moment(one.get("created"), place),
        value_on=_moment(one.get("available_on"), place),
        code=KINDS.get(category, payout.OTHER),
        own_code=category,
        gross=_minor(one.get("amount"), unit, place),
        fees=_fees(one, category, unit, place),
        net=_minor(one.get("net"), unit, place),
        currency=unit,
        reference=text(one.get("id")),
        detail=detail,
        exchange=_converted(one, unit, place),
    )


def _source_detail(source, remittance, place):
    """Whom and what a transaction is about, by the names that the report has for it."""
    given, method = inner(source, "metadata", place), inner(source, "payment_method_details", place)
    payer = inner(source, "billing_details", place)
    names = (*_NUMBERS_OF_CHARGE, *given) if source.get("object") == "charge" else ()
    numbers = [text(given.get(name)) for name in names]
    customer = Party(
        name=text(payer.get("name")), identifier=text(payer.get("email")) or text(source.get("customer"))
    )
    return Detail(
        transaction_id=text(source.get("charge")) or text(source.get("id")),
        instruction_id=text(source.get("payment_intent")),
        counterparty=customer if customer != Party() else None,
        references=tuple(Reference(number) for number in dict.fromkeys(filter(None, numbers))),
        remittance=remittance,
        code=text(method.get("type")),
    )


def _converted(one, unit, place):
    """The rate of a conversion, and what the customer paid where his charge stands beside it."""
    rate, source = one.get("exchange_rate"), one.get("source")
    if rate is None:
        return None
    found = Exchange(target=unit, rate=amount(rate, place))
    if isinstance(source, dict) and source.get("amount") is not None and source.get("currency"):
        paid_in = currency(source["currency"], place)
        paid = abs(_minor(source["amount"], paid_in, place))
        if paid_in != unit:
            found = replace(found, source=paid_in, instructed=paid or None, instructed_currency=paid_in)
    return found


def _fees(one, category, unit, place):
    """The fees one by one, or their sum where the details are not all of it, or all of them Stripe's own."""
    total = _minor(one.get("fee"), unit, place)
    details = objects(one, "fee_details", place) if one.get("fee_details") else []
    fees = [(_minor(fee.get("amount"), unit, where), text(fee.get("type"))) for where, fee in details]
    kinds = {kind for _fee, kind in fees}
    whole = sum((fee for fee, _kind in fees), payout.ZERO) == total and None not in kinds
    if not whole or kinds == {_OWN_FEE}:
        fees = [(total, f"{category} fee")]
    return tuple(Fee(-fee, kind, payout.TAX if kind == "tax" else payout.FEE) for fee, kind in fees if fee)


def _minor(value, unit, place):
    """An amount of the API: a whole number of the smallest unit."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise FormatError("not a whole number of the smallest unit", code="payout.amount", place=place)
    decimals = 0 if unit in _NO_DECIMALS else 3 if unit in _THREE_DECIMALS else 2
    return Decimal(value).scaleb(-decimals)


def _moment(value, place):
    """The day of a moment of the API (seconds since 1970), in UTC."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise FormatError("not a moment", code="payout.date", place=place)
    try:
        return datetime.fromtimestamp(value, UTC).date()
    except (OverflowError, OSError, ValueError) as error:
        raise FormatError("not a moment", code="payout.date", place=place) from error
