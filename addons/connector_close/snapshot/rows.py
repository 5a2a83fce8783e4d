"""The rows of a trial balance: what one account holds at the end of a period."""

from dataclasses import dataclass
from decimal import Decimal

AMOUNTS = ("opening", "debit", "credit", "closing", "closing_currency")
LABELS = ("company", "account", "name", "currency")


@dataclass(frozen=True, slots=True)
class Row:
    """One account of one company in one currency.

    ``opening`` to ``closing`` are in the currency of the books; ``closing_currency`` is the same
    closing balance in ``currency``.
    """

    company: str
    account: str
    name: str
    currency: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal
    closing_currency: Decimal

    @property
    def key(self):
        """What makes two rows the same; the account's name may change."""
        return (self.company, self.account, self.currency)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all rows; opening and closing of complete books are zero."""

    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal


def totals(rows):
    zero = Decimal(0)
    sums = {name: sum((getattr(row, name) for row in rows), zero) for name in AMOUNTS[:4]}
    return Totals(**sums)
