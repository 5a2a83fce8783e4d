"""Which rule takes a case, and why the others do not. The first rule all of whose conditions hold takes it."""

from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules look at. ``0`` or ``""`` where the case says nothing.

    :param amount: without sign, in the currency of the case
    :param company_amount: the same in the currency of the company
    """

    code: str
    category: str = ""
    area: str = ""
    company: int = 0
    connector: int = 0
    flow: int = 0
    partner: int = 0
    country: int = 0
    currency: int = 0
    amount: Decimal = Decimal(0)
    company_amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; what is empty asks for nothing.

    :param equal: attribute of the facts → the value it must have
    :param codes: patterns such as ``statement.*``; one of them must fit
    :param amount_to: the amount must be below; 0: no upper end
    """

    id: int
    name: str
    equal: dict = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    amount_from: Decimal = Decimal(0)
    amount_to: Decimal = Decimal(0)

    def misses(self, facts):
        """Names of the conditions that do not hold; empty where the rule takes the case."""
        found = [name for name, value in self.equal.items() if value and getattr(facts, name) != value]
        if self.codes and not any(fnmatchcase(facts.code, pattern) for pattern in self.codes):
            found.append("code")
        amount = facts.amount if self.equal.get("currency") else facts.company_amount
        if amount < self.amount_from or (self.amount_to and amount >= self.amount_to):
            found.append("amount")
        return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one rule: it takes the case, it does not fit, or an earlier one was first."""

    rule: Rule
    misses: tuple[str, ...]
    takes: bool


def patterns(text):
    """The patterns in a comma-separated field."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def first(rules, facts):
    """The rule that takes the case, or ``None``."""
    return next((rule for rule in rules if not rule.misses(facts)), None)


def explained(rules, facts):
    """A verdict on each rule, in their order."""
    taken, verdicts = None, []
    for rule in rules:
        misses = tuple(rule.misses(facts))
        takes = taken is None and not misses
        taken = rule if takes else taken
        verdicts.append(Verdict(rule, misses, takes))
    return verdicts


def filled(words, values):
    """``words`` with each ``{name}`` of ``values`` put in; anything else in braces stays as it is."""
    for name, value in values.items():
        words = words.replace("{" + name + "}", str(value))
    return words
