"""Withholding tax: a payment that is short by a percentage the payer pays to his tax office instead."""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Withholding:
    """A withholding the company knows; an empty condition is met by all. The ledger ``account_id`` takes what is kept.

    ``base`` is what the percentage is of: ``untaxed`` amount, ``tax`` or ``total`` of the document.
    """

    id: int
    name: str
    percent: Decimal
    base: str = "untaxed"
    account_id: int | None = None
    direction: str = "both"  # in: kept from what we are owed; out: kept by us
    payers: frozenset = frozenset()  # commercial partners
    countries: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    journals: frozenset = frozenset()
    tolerance: Decimal = ZERO  # payers that round to whole units; in the currency of the line
    sure: bool = False  # somebody let it book without a person


def explaining(line, missing, items, left, settings):
    """Withholdings that make ``missing`` of ``items`` (signed like them), in the order of the settings.

    A payer may round each document up or down to the smallest unit.
    """
    unit = Decimal(1).scaleb(-settings.decimals.get(line.currency, 2))
    documents = len({item.document for item in items})
    found = []
    for rule in settings.withholdings:
        if _applies(rule, line, items):
            kept = sum((_base(rule, item, left(item)) for item in items), ZERO) * rule.percent / 100
            off = abs(kept - missing)
            if kept and (off < unit * documents or off <= rule.tolerance):
                found.append(rule)
    return found


def _applies(rule, line, items):
    if rule.direction != "both" and (rule.direction == "in") != (line.amount > 0):
        return False
    if rule.currencies and line.currency not in rule.currencies:
        return False
    if rule.journals and line.journal_id not in rule.journals:
        return False
    return all(
        item.untaxed is not None
        and (not rule.payers or item.payer in rule.payers)
        and (not rule.countries or item.country in rule.countries)
        for item in items
    )


def _base(rule, item, left):
    """The base as far as it is still open."""
    untaxed = item.untaxed * left / item.residual
    return {"untaxed": untaxed, "total": left, "tax": left - untaxed}[rule.base]
