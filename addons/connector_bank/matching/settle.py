"""Does an amount settle some open items? Exactly, with a difference to book, in part, or not at all.

``Ledger`` knows what is left of each item while the run goes on; nothing here looks at texts.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from .items import ZERO, Part, WriteOff
from .reasons import Reason, because
from .withholding import explaining

_DISCOUNTS = 6  # subsets of discounts tried for one line: 2 to this power


class Ledger:
    """What is left of every open item, and which line took the rest."""

    def __init__(self, items):
        self._left = {item.id: item.residual for item in items}
        self.taken_by = {}

    def left(self, item):
        return self._left[item.id]

    def take(self, proposal):
        for part in proposal.parts:
            self._left[part.item_id] -= part.item_amount
            self.taken_by[part.item_id] = proposal.line_id


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an amount falls on items: parts + write-offs + rest = amount."""

    parts: tuple[Part, ...]
    reason: Reason | None
    write_offs: tuple[WriteOff, ...] = ()
    rest: Decimal = ZERO
    doubt: Reason | None = None
    exact: bool = False  # the amounts agree to the last place


def same_direction(amount, total):
    """Whether money of this sign settles an open total of that sign."""
    return (amount > 0) == (total > 0) and bool(amount) and bool(total)


def settle(line, amount, items, ledger, settings):
    """The best ``Settlement`` of ``items``, all together, by ``amount``; None in the wrong direction."""
    items = [item for item in items if ledger.left(item)]
    if not items or not amount:
        return None
    if any(item.currency != line.currency for item in items):
        return _foreign(line, amount, items, ledger, settings)
    total = sum(map(ledger.left, items), ZERO)
    if not same_direction(amount, total):
        return None
    kept = withheld(line, amount, items, ledger, settings) if settings.withholdings else None
    return (
        _whole(line, amount, items, total, ledger)
        or _unless(kept, _discounted(line, amount, items, total, ledger, settings))
        or (None if kept else _tolerated(amount, items, total, ledger, settings))
        or _unless(kept, _instalment(amount, items, ledger))
        or kept
        or (_partial(amount, items, total, ledger, settings) if abs(amount) < abs(total) else None)
        or _overpaid(amount, items, total, ledger)
    )


def _unless(kept, settlement):
    """``settlement``, with a doubt where a withholding explains the same amount."""
    if kept is None or settlement is None or settlement.doubt:
        return settlement
    return replace(settlement, doubt=because("withheld_too", kept.reason.facts[0]))


def withheld(line, amount, items, ledger, settings):
    """All of ``items`` settled, short by what a withholding of the company makes; the bank may have kept charges too.

    Without doubt only where one withholding alone explains it and may book without a person.
    """
    items = [item for item in items if ledger.left(item)]
    if not items or any(item.currency != line.currency for item in items):
        return None
    total = sum(map(ledger.left, items), ZERO)
    for charges in dict.fromkeys((ZERO, line.charges if amount == line.amount else ZERO)):
        missing = total + charges - amount
        if not same_direction(missing, total) or not same_direction(amount, total):
            continue
        rules = explaining(line, missing, items, ledger.left, settings)
        if rules:
            rule, doubt = rules[0], None
            if len(rules) > 1:
                doubt = because("withheld_too", rules[1].name)
            elif not rule.sure:
                doubt = because("withheld", rule.name)
            offs = (WriteOff("withholding", -missing, rule.name, rule.account_id, rule.id),)
            if charges:
                offs = (WriteOff("bank_fee", charges, "Bank charges"), *offs)
            reason = because("amount_withheld", rule.name, rule.percent, abs(missing))
            return Settlement(_all(items, ledger), reason, offs, doubt=doubt)
    return None


def in_part(line, amount, items, ledger, settings):
    """``items`` settled as far as the amount goes, whatever else explains it."""
    items = [item for item in items if ledger.left(item)]
    total = sum(map(ledger.left, items), ZERO)
    if any(item.currency != line.currency for item in items) or not same_direction(amount, total):
        return None
    return _partial(amount, items, total, ledger, settings) if abs(amount) < abs(total) else None


def deducted(line, amount, items, ledger, settings):
    """All of ``items`` settled although a little is missing: somebody kept charges or deducted something."""
    items = [item for item in items if ledger.left(item)]
    total = sum(map(ledger.left, items), ZERO)
    if not settings.deductions or any(item.currency != line.currency for item in items):
        return None
    missing = total - amount
    if not same_direction(amount, total) or not (_is_short(missing, total, settings) or _is_little(missing, settings)):
        return None
    off = WriteOff("bank_fee", -missing, "Charges or deduction")
    return Settlement(_all(items, ledger), None, (off,), ZERO, because("deducted", abs(missing)))


def _is_short(missing, total, settings):
    return same_direction(missing, total) and abs(missing) <= abs(total) * settings.short_percent / 100


def _is_little(missing, settings):
    """Whether banks on the way may have kept it, however small the document."""
    return abs(missing) <= settings.short_amount


def _all(items, ledger):
    return tuple(Part(item.id, ledger.left(item), ledger.left(item)) for item in items)


def _whole(line, amount, items, total, ledger):
    if amount == total:
        documents = len({item.document for item in items})
        reason = because("amount_sum", documents) if documents > 1 else because("amount")
        return Settlement(_all(items, ledger), reason, exact=True)
    if line.charges and amount == line.amount and amount - line.charges == total:
        fee = WriteOff("bank_fee", line.charges, "Bank charges")
        return Settlement(_all(items, ledger), because("amount_fee", abs(line.charges)), (fee,), exact=True)
    return None


def _discounted(line, amount, items, total, ledger, settings):
    """Early payment discounts, of all items or of some, that make the amount.

    To the last place; else but for one unit of it a document, where the payer rounds the discount and Odoo the rest.
    """
    offers = [item for item in items if item.discount and ledger.left(item) == item.residual]
    if not offers:
        return None
    missing = total - amount
    sizes = range(len(offers), 0, -1) if len(offers) <= _DISCOUNTS else (len(offers),)
    subsets = [subset for size in sizes for subset in combinations(offers, size)]
    unit = Decimal(1).scaleb(min(missing.as_tuple().exponent, 0))
    for rounded in (ZERO, unit):
        for chosen in subsets:
            offered = sum((item.discount.amount for item in chosen), ZERO)
            if abs(offered - missing) <= rounded * len(chosen):
                off = WriteOff("discount", -missing, "Early payment discount")
                doubt = _late(line, chosen, settings)
                return Settlement(_all(items, ledger), because("amount_discount", abs(missing)), (off,), ZERO, doubt)
    return None


def _late(line, items, settings):
    paid = line.value_on or line.booked_on
    until = min(item.discount.until for item in items)
    if paid is None or (paid - until).days > settings.discount_grace_days:
        return because("discount_late", until, paid or "unknown date")
    return None


def _tolerated(amount, items, total, ledger, settings):
    limit = min(settings.tolerance_amount, abs(total) * settings.tolerance_percent / 100)
    difference = amount - total
    if abs(difference) > limit:
        return None
    words = "less" if abs(amount) < abs(total) else "more"
    reason = because("amount_tolerance", abs(difference), words, settings.tolerance_amount)
    return Settlement(_all(items, ledger), reason, (WriteOff("tolerance", difference, "Small difference"),))


def _instalment(amount, items, ledger):
    """One document with several instalments: those due first, or the only one of this amount."""
    if len(items) < 2 or len({item.document for item in items}) > 1:
        return None
    due, reached = [], ZERO
    for item in items:
        due.append(item)
        reached += ledger.left(item)
        if reached == amount:
            return Settlement(_all(due, ledger), because("amount_instalment", item.name), exact=True)
    equal = [item for item in items if ledger.left(item) == amount]
    if equal:
        return Settlement(_all(equal[:1], ledger), because("amount_instalment", equal[0].name), exact=True)
    return None


def _partial(amount, items, total, ledger, settings):
    """Credit notes in full, then what is due first."""
    parts, left = [], amount
    for item in sorted(items, key=lambda item: same_direction(amount, ledger.left(item))):
        open_amount = ledger.left(item)
        if same_direction(amount, open_amount):
            open_amount = (min if amount > 0 else max)(open_amount, left)
        if open_amount:
            parts.append(Part(item.id, open_amount, open_amount))
            left -= open_amount
    missing = total - amount
    code = "partial"
    if _is_short(missing, total, settings):
        code = "short"
    elif _is_little(missing, settings):
        code = "little"
    return Settlement(tuple(parts), None, doubt=because(code, abs(missing)))


def _overpaid(amount, items, total, ledger):
    rest = amount - total
    return Settlement(_all(items, ledger), None, rest=rest, doubt=because("overpaid", abs(rest)))


def _foreign(line, amount, items, ledger, settings):
    """A document in another currency, alone and whole: the company amounts must be near each other."""
    item = items[0]
    ours = line.amount if line.company_amount is None else line.company_amount
    theirs = item.residual if item.company_residual is None else item.company_residual
    if len(items) > 1 or amount != line.amount or ledger.left(item) != item.residual:
        return None
    if not same_direction(ours, theirs) or abs(ours - theirs) > abs(theirs) * settings.rate_percent / 100:
        return None
    part = Part(item.id, amount, item.residual)
    return Settlement((part,), None, doubt=because("currency", line.currency, item.currency))


def subsets(amount, units, settings, most=2):
    """Up to ``most`` different sets of ``units`` ((key, value) pairs) whose values make ``amount`` exactly.

    Meeting in the middle: all sums of one half are looked up against those of the other, so that 20
    units cost some thousand steps. Sets of few units are found first; too many units find nothing.
    Returns (list of tuples of keys, whether the search was complete).
    """
    if len(units) > settings.subset_items:
        return [], False
    middle = len(units) // 2
    first, second = _sums(units[:middle]), _sums(units[middle:])
    by_sum = defaultdict(list)
    for total, keys in first:
        by_sum[total].append(keys)
    found = []
    for total, keys in second:
        for others in by_sum.get(amount - total, ()):
            if 0 < len(keys) + len(others) <= settings.subset_parts:
                found.append(others + keys)
                if len(found) == most:
                    return found, True
    return found, True


def _sums(units):
    """(sum, keys) of every subset, the small ones first."""
    sums = [(ZERO, ())]
    for key, value in units:
        sums += [(total + value, (*keys, key)) for total, keys in sums]
    return sorted(sums, key=lambda pair: len(pair[1]))
