"""Statements as links of a chain of balances: the evidence whether a statement is new or overlaps."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate, groupby, pairwise


@dataclass(frozen=True, slots=True)
class Link:
    """One statement: its days, its balances and those it passes through."""

    from_on: date | None
    to_on: date | None
    opening: Decimal | None = None
    closing: Decimal | None = None
    amounts: tuple[Decimal, ...] = ()
    number: int | None = None  # of the bank
    id: int | None = None
    proved: bool = True  # the bank said a balance; otherwise only the difference of both counts: what its lines move

    def touches(self, other):
        return self.from_on <= other.to_on and other.from_on <= self.to_on

    def precedes(self, other):
        """Joins: it closes with what the other opens with, and not after the other began."""
        return self.closing == other.opening and self.to_on <= other.from_on

    @property
    def balances(self):
        """Balances after each booking, read from the first to the last and the other way round."""
        if self.opening is None or self.closing is None:
            return set()
        downwards = (-amount for amount in self.amounts)
        return {*accumulate(self.amounts, initial=self.opening), *accumulate(downwards, initial=self.closing)}


def exact(amount, places):
    """A stored amount, a float that Odoo rounded, as the decimal it stands for."""
    return Decimal(f"{amount or 0.0:.{places}f}")


def fits(link, chain):
    """Whether the balances say that ``link`` continues or precedes the chain, or fills a hole of it.

    A statement on the same day as another that it does not join, or that opens like it, may hold the
    same bookings: that is no evidence.
    """
    if None in (link.opening, link.closing, link.from_on):
        return False
    before = [one for one in chain if one.precedes(link) and not _joined(one, chain, after=True)]
    after = [one for one in chain if link.precedes(one) and not _joined(one, chain, after=False)]
    near = [one for one in chain if one.touches(link)]
    return bool(before or after) and all(
        (one in before or one in after) and one.opening != link.opening for one in near
    )


@dataclass(frozen=True, slots=True)
class Join:
    """Two neighbours and what is missing between them: ``"balance"``, a number of the bank, or ``None``."""

    before: Link
    after: Link
    missing: str | int | None
    reached: Decimal | None  # the balance after ``before``, where one is known


def joins(chain):
    """A ``Join`` for each two neighbours of ``chain``, which is ordered."""
    reached = None
    for before, after in pairwise(chain):
        if before.proved:
            reached = before.closing
        elif reached is not None:
            reached += before.closing - before.opening
        missing = "balance" if after.proved and reached not in (None, after.opening) else _number_between(before, after)
        yield Join(before, after, missing, reached)
        if missing is not None:
            reached = None


def _number_between(before, after):
    same_year = before.to_on.year == after.to_on.year
    if before.number and after.number and same_year and after.number - before.number > 1:
        return before.number + 1
    return None


def unproved(chain):
    """Ids of statements that no balance of the bank proves: they have none, and stand not between two that join."""
    found, waiting, anchored = set(), [], False
    missing = {join.after.id: join.missing for join in joins(chain)}
    for link in chain:
        if missing.get(link.id) is not None:
            found.update(waiting)
            waiting, anchored = [], False
        if not link.proved:
            waiting.append(link.id)
        else:
            if not anchored:
                found.update(waiting)
            waiting, anchored = [], True
    return found.union(waiting)


def _joined(link, chain, *, after):
    """Whether another link of the chain follows (or precedes) this one without a hole."""
    others = (one for one in chain if one is not link)
    return any(link.precedes(one) if after else one.precedes(link) for one in others)


def overlaps(link, chain):
    """Whether ``link`` repeats days of the chain: it passes through at least two of the same balances.

    Neighbours share one balance. Where the file gives none, the days alone have to do.
    """
    if link.from_on is None:
        return False
    near = [one for one in chain if one.touches(link)]
    if link.opening is None or link.closing is None:
        return bool(near)
    return any(len(link.balances & one.balances) > 1 for one in near)


def ordered(links):
    """By day and number; those of one day without numbers as their balances join."""
    found = []
    for _day, group in groupby(sorted(links, key=_day_and_number), _day_and_number):
        waiting = sorted(group, key=lambda link: link.opening != link.closing)
        while waiting:
            following = _following(waiting, found[-1] if found else None)
            waiting = [link for link in waiting if link is not following]
            found.append(following)
    return found


def _day_and_number(link):
    return link.to_on, link.number or 0


def _following(waiting, last):
    """The one that joins the last; else one that joins none of the others; else any."""
    if last:
        for link in waiting:
            if link.opening == last.closing:
                return link
    closings = {id(link): {other.closing for other in waiting if other is not link} for link in waiting}
    return next((link for link in waiting if link.opening not in closings[id(link)]), waiting[0])
