"""What became of a trial balance: the accounts that read otherwise now."""

from dataclasses import dataclass
from decimal import Decimal

from .rows import AMOUNTS, Row

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Change:
    """One account on both sides; a side is None where the account had no row."""

    before: Row | None
    after: Row | None

    @property
    def key(self):
        return (self.before or self.after).key

    @property
    def kind(self):
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    def side(self, name):
        """An amount before and after; a missing row counts as zero."""
        return tuple(getattr(row, name) if row else ZERO for row in (self.before, self.after))

    def difference(self, name):
        before, after = self.side(name)
        return after - before


def compare(before, after):
    """Changes from one trial balance to another in the order of their keys; names do not count."""
    old = {row.key: row for row in before}
    new = {row.key: row for row in after}
    changes = [Change(old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())]
    return [change for change in changes if any(change.difference(name) for name in AMOUNTS)]
