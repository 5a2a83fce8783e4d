"""Journal entries balance in every currency before anything else is looked at."""

from decimal import Decimal

from .reading import Fault


def unbalanced(entry, company_currency):
    """``[Fault]`` for each currency whose debits and credits differ.

    :param company_currency: ISO code that stands where entry and row name none
    """
    sums = {}
    for line in entry.lines:
        currency = line.currency or entry.currency or company_currency
        sums[currency] = sums.get(currency, Decimal(0)) + line.amount
    return [
        Fault("entry.unbalanced", f"debits and credits in {currency} differ by {total}", "/lines")
        for currency, total in sorted(sums.items())
        if total
    ]


def company_amounts(amounts, digits):
    """Converted amounts that sum to zero: what rounding leaves over goes to the last row.

    :param amounts: signed, in the company's currency, not rounded
    :param digits: decimals of that currency
    """
    step = Decimal(1).scaleb(-digits)
    rounded = [amount.quantize(step) for amount in amounts]
    rounded[-1] -= sum(rounded)
    return rounded
