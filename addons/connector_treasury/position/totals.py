"""Totals of a cash position: by currency, and in the reporting currency for what has a rate."""

from dataclasses import dataclass, field
from decimal import Decimal

from .rates import convert


@dataclass(frozen=True)
class Line:
    """One account: ``amount`` is None without evidence; ``group`` is what totals are made by."""

    account: str
    group: str
    currency: str
    amount: Decimal | None


@dataclass
class Total:
    """One group: money by currency, its value, and the accounts the value does not hold."""

    accounts: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    value: Decimal = Decimal(0)
    no_rate: list[str] = field(default_factory=list)
    no_balance: list[str] = field(default_factory=list)

    def add(self, line, rate, places):
        self.accounts += 1
        if line.amount is None:
            self.no_balance.append(line.account)
            return
        self.amounts[line.currency] = self.amounts.get(line.currency, Decimal(0)) + line.amount
        value = convert(line.amount, rate, places)
        if value is None:
            self.no_rate.append(line.account)
        else:
            self.value += value


def totals(lines, rates, places):
    """``{group: Total}`` in the order the groups first appear.

    Each account is rounded before it is added, so that a total is the sum of what is shown.
    """
    found = {}
    for line in lines:
        found.setdefault(line.group, Total()).add(line, rates.get(line.currency), places)
    return found
