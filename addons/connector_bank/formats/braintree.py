"""Braintree: transaction-level fee report (CSV), transactions with their disbursement (JSON of a GraphQL search).

The fee report (developer.paypal.com/braintree/docs/reference/response/transaction-level-fee-report-row) says what each
transaction cost, not whether fees are kept back daily or billed by the month, so it states no payout. The search says
what of a transaction was disbursed, and when: a disbursement is the sum of these.
"""

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import FORMATS, Detail, Exchange, Finding, Reference

from . import payout
from .payout import Fee, Row, Settlements, amount, begins_object, currency, day, document, inner, objects, text

_TITLES = ("Merchant Account ID", "Transaction ID", "Transaction Type", "Settlement Amount", "Settlement Currency")
#: Columns of fees with what they are called as own code; of those before and after a bar only one is counted.
_FEES = (
    ("Braintree Total Amount", "braintree fee"),
    ("Interchange Total Amount|Est. Interchange Total Amount", "interchange"),
    ("Total Scheme Fees", "scheme fees"),
)
_ALL_FEES = ("Total Fee Amount", "Est. Total Fee Amount")

#: Type, in small letters and words → kind and sign. Amounts stand without a sign in most reports.
KINDS = {
    "sale": (payout.PAYMENT, 1),
    "credit": (payout.REFUND, -1),
    "refund": (payout.REFUND, -1),
    "dispute debit": (payout.CHARGEBACK, -1),
    "dispute credit": (payout.CHARGEBACK_REVERSAL, 1),
    "chargeback": (payout.CHARGEBACK, -1),
    "chargeback reversal": (payout.CHARGEBACK_REVERSAL, 1),
}


@FORMATS.add("braintree", "Braintree (transaction-level fees, disbursed transactions)")
class Braintree:
    keyed = True

    def recognises(self, head):
        line = payout.first_line(head)
        if all(title in line for title in (b"Merchant Account ID", b"Transaction ID", b"Settlement Amount")):
            return True
        return begins_object(head, "data", "search", "merchantAccountId")

    def parse(self, stream):
        """:raise FormatError: ``payout.…`` and those of ``csv_rows`` and ``json_value``"""
        if begins_object(stream.peek(1)):
            yield from _search(document(stream)).events()
        else:
            yield from _report(stream).events()


def _report(stream):
    found = Settlements()
    for place, cells in payout.titled_rows(stream, _TITLES):
        unit, account = currency(cells["Settlement Currency"], place), cells["Merchant Account ID"] or None
        paid_on = day(cells.get("Disbursement Date"), place)
        settlement = found.of(
            (account, unit, paid_on), account=account, currency=unit, place=place, summed=False,
            statement_id=f"{paid_on} fees" if paid_on else None,
        )  # fmt: skip
        settlement.rows.append(_report_row(cells, unit, paid_on, place))
    return found


def _report_row(cells, unit, paid_on, place):
    word, name = cells["Transaction Type"], cells["Transaction ID"]
    kind, sign = KINDS.get(word.lower().replace("_", " "), (payout.OTHER, None))
    gross = amount(cells["Settlement Amount"], place)
    if sign is None and gross > 0:
        raise FormatError("whether this type came or went cannot be told", code="payout.sign", place=place)
    return Row(
        place=place,
        booked_on=day(cells.get("Settlement Date") or cells.get("Created Date"), place) or paid_on,
        value_on=paid_on,
        code=kind,
        own_code=word or None,
        gross=gross if sign is None else sign * abs(gross),
        fees=_fees(cells, place),
        currency=unit,
        reference=f"{name} {word}".strip() or None,
        detail=Detail(
            transaction_id=cells.get("Original Transaction ID") or name or None,
            references=(Reference(cells["Order ID"]),) if cells.get("Order ID") else (),
        ),
        exchange=_presented(cells, unit, place),
    )


def _fees(cells, place):
    """Each fee, or their sum where only that is stated; positive where we pay it."""
    fees = []
    for titles, name in _FEES:
        value = next((cells[title] for title in titles.split("|") if cells.get(title)), None)
        fees.append(Fee(-amount(value, place, payout.ZERO), name))
    fees = tuple(fee for fee in fees if fee.amount)
    if fees:
        return fees
    value = next((cells[title] for title in _ALL_FEES if cells.get(title)), None)
    whole = amount(value, place, payout.ZERO)
    return (Fee(-whole, "fees"),) if whole else ()


def _presented(cells, unit, place):
    paid_in = (cells.get("Presentment Currency") or "").upper()
    if not paid_in or paid_in == unit:
        return None
    paid = abs(amount(cells.get("Presentment Amount"), place, payout.ZERO)) or None
    return Exchange(source=currency(paid_in, place), target=unit, instructed=paid, instructed_currency=paid_in)


def _search(answer):
    found = Settlements()
    hits = inner(inner(inner(answer, "data", "$"), "search", "$.data"), "transactions", "$.data.search")
    for place, edge in objects(hits, "edges", "$.data.search.transactions"):
        _disbursed(found, inner(edge, "node", place), f"{place}.node")
    more = inner(hits, "pageInfo", "$.data.search.transactions").get("hasNextPage") is True
    for settlement in found:
        if more:
            settlement.summed = False
            words = "The search goes on: other pages hold the rest"
            settlement.findings.append(Finding("payout.pages", words, settlement.place))
        elif settlement.statement_id:
            payout.add_sum(settlement)
    return found


def _disbursed(found, node, place):
    """A transaction as it was disbursed; one that is not yet is pending in the currency it was paid in."""
    paid = inner(node, "amount", place)
    out = inner(node, "disbursementDetails", place)
    share = inner(out, "amount", place)
    booked = bool(share) and out.get("fundsHeld") is not True
    unit = currency((share if booked else paid).get("currencyIsoCode"), place)
    paid_on = day(out.get("date"), place) if booked else None
    account, name = text(node.get("merchantAccountId")), text(node.get("legacyId")) or text(node.get("id"))
    if name is None:
        raise FormatError("a transaction without id", code="payout.structure", place=place)
    gross = amount((share if booked else paid).get("value"), place)
    paid_in, order = currency(paid.get("currencyIsoCode"), place), text(node.get("orderId"))
    exchange = None
    if booked and paid_in != unit:
        instructed = abs(amount(paid.get("value"), place))
        exchange = Exchange(source=paid_in, target=unit, instructed=instructed, instructed_currency=paid_in)
    settlement = found.of(
        (account, unit, paid_on), account=account, currency=unit, place=place, summed=bool(paid_on),
        statement_id=f"{account or ''} {paid_on}".strip() if paid_on else None,
    )  # fmt: skip
    settlement.rows.append(
        Row(
            place=place,
            booked_on=paid_on,
            code=payout.PAYMENT if gross >= 0 else payout.REFUND,
            own_code="transaction" if gross >= 0 else "refund",
            gross=gross,
            currency=unit,
            reference=f"{name} {'sale' if gross >= 0 else 'credit'}",  # as the fee report names it
            detail=Detail(transaction_id=name, references=(Reference(order),) if order else ()),
            exchange=exchange,
            status="booked" if booked else "pending",
        )
    )
