"""Invoices, bills and credit notes of the plan, numbered in the order of their dates."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from . import cast
from .calendar import LEAD_DAYS, workday
from .numbers import reference
from .values import Document

#: A customer who orders the same each time, so that the amount alone cannot tell his invoices apart.
STANDING_ORDER = {"Wolkenfurt Reisebedarf GmbH": Decimal("690.00")}
#: Customers that get a credit note; those paying by number deduct it, the others leave it open.
CREDITED = ("c01", "c08", "c10", "c16", "c20")


def make_documents(calendar, chance):
    """All documents, by date."""
    amounts = _Amounts(chance)
    invoices = [
        Document("out_invoice", customer, "", day, STANDING_ORDER.get(customer.name) or amounts.draw(180, 9_800))
        for customer in cast.customers()
        for day in _days(calendar, chance, LEAD_DAYS, (14, 26))
    ]
    invoices = _numbered(invoices, "RE")
    refunds = [
        Document("out_refund", customer, "", workday(calendar.monday(2) + timedelta(days=9 * place)),
                 amounts.draw(60, 170))
        for place, customer in enumerate(c for c in cast.customers() if c.key in CREDITED)
    ]
    bills = [
        Document("in_invoice", vendor, _vendor_number(vendor, chance), day, amounts.draw(90, 3_900))
        for vendor in cast.vendors()
        for day in _days(calendar, chance, 20, (15, 27))
    ]
    return sorted([*invoices, *_numbered(refunds, "GS"), *bills], key=lambda d: (d.dated_on, d.number))


class _Amounts:
    """Amounts with cents, each only once."""

    def __init__(self, chance):
        self._chance, self._drawn = chance, set()

    def draw(self, least, most):
        while (amount := Decimal(self._chance.randrange(least * 100, most * 100)).scaleb(-2)) in self._drawn:
            pass
        self._drawn.add(amount)
        return amount


def _days(calendar, chance, lead, step):
    """Working days on which one partner's documents are made."""
    day = calendar.start - timedelta(days=lead - chance.randrange(14))
    while day < calendar.today:
        if (on := workday(day)) < calendar.today:
            yield on
        day += timedelta(days=chance.randrange(*step))


def _numbered(documents, prefix):
    counter, numbered = Counter(), []
    for document in sorted(documents, key=lambda d: (d.dated_on, d.partner.key)):
        year = document.dated_on.year
        counter[year] += 1
        ref = reference(document.partner.style, year, counter[year]) if prefix == "RE" else None
        numbered.append(replace(document, number=f"{prefix}-{year}-{counter[year]:05}", reference=ref))
    return numbered


def _vendor_number(vendor, chance):
    letters = "".join(word[0] for word in vendor.name.split() if word[0].isalpha()).upper()[:3]
    return f"{letters}-{chance.randrange(1_000_000, 9_999_999)}"
