"""Balances that stand with the rows: do they follow from the amounts, and from which end?"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(slots=True)
class _Way:
    """The balances read with the oldest row first, or with the newest first."""

    newest_first: bool
    holds: bool = True
    broken: str | None = None
    last: Decimal | None = None
    between: Decimal = ZERO  # amounts since the last row with a balance

    def add(self, amount, balance, place):
        if self.newest_first:
            if balance is not None:
                self._compare(balance, None if self.last is None else self.last - self.between, place)
                self.between = ZERO
            self.between += amount
        else:
            self.between += amount
            if balance is not None:
                self._compare(balance, None if self.last is None else self.last + self.between, place)
                self.between = ZERO

    def _compare(self, balance, expected, place):
        if expected is not None and expected != balance:
            self.holds = False
            self.broken = self.broken or place
        self.last = balance


@dataclass(slots=True)
class Chain:
    """The balances of one account. Rows without one are passed over: banks give it once a day, or not at all."""

    oldest: _Way = field(default_factory=lambda: _Way(newest_first=False))
    newest: _Way = field(default_factory=lambda: _Way(newest_first=True))
    count: int = 0  # rows with a balance
    movement: Decimal = ZERO
    first: Decimal | None = None
    before_first: Decimal = ZERO  # amounts above the first balance
    until_first: Decimal = ZERO  # the same with its own row
    first_on: date | None = None
    last_on: date | None = None
    place: str | None = None  # of the last row

    def add(self, amount, balance, day, place):
        if self.first is None:
            self.until_first += amount
            if balance is None:
                self.before_first += amount
            else:
                self.first = balance
        self.count += balance is not None
        self.movement += amount
        self.first_on = self.first_on or day
        self.last_on, self.place = day, place
        self.oldest.add(amount, balance, place)
        self.newest.add(amount, balance, place)

    @property
    def last(self):
        return self.oldest.last

    @property
    def holds_oldest_first(self):
        """Whether the balances follow from the amounts, and the days do not run the other way."""
        return self.oldest.holds and not (self.first_on and self.first_on > self.last_on)

    @property
    def holds_newest_first(self):
        """The same, read from below. A balance *before* the row with turned signs would look alike but for the days."""
        return self.newest.holds and not (self.first_on and self.first_on < self.last_on)

    @property
    def broken(self):
        """The place of the first balance that fits neither way, else ``None``."""
        if not self.count or self.holds_oldest_first or self.holds_newest_first:
            return None
        falls = bool(self.first_on and self.first_on > self.last_on)
        return (self.newest if falls else self.oldest).broken or self.place

    @property
    def proves(self):
        """Whether the balances prove amounts, signs and order: two at least, on several days, one way only."""
        several = self.first_on != self.last_on
        return self.count > 1 and several and (self.holds_oldest_first or self.holds_newest_first)

    def ends(self):
        """(opening, closing) balance; None where the rows do not prove them."""
        newest_first = self._newest_first()
        if newest_first is None:
            return None, None
        if newest_first:
            closing = self.first + self.before_first
            return closing - self.movement, closing
        opening = self.first - self.until_first
        return opening, opening + self.movement

    def _newest_first(self):
        if not self.count or not (self.holds_oldest_first or self.holds_newest_first):
            return None
        if self.holds_oldest_first != self.holds_newest_first:
            return self.holds_newest_first
        same = self.first - self.until_first == self.first + self.before_first - self.movement
        return False if same else None  # one day, and both ways would do
