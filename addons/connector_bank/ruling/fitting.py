"""Conditions of a rule against the facts of a line."""

import re
from dataclasses import dataclass
from decimal import Decimal
from re import _constants as constants
from re import _parser as parser

#: A pattern is tried against at most so many characters, holds at most so many open repeats, none inside another.
TEXT, PATTERN, REPEATS = 400, 200, 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may look at."""

    amount: Decimal  # signed as our account sees it
    currency: str
    journal_id: int
    texts: str = ""
    name: str = ""
    account: str = ""
    codes: tuple[str, ...] = ()  # ``PMNT-RCDT-ESCT``, or the bank's own
    partner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Empty conditions ask nothing; the others must all be met. Text and code stand for each other."""

    id: int
    direction: str = "both"  # in, out, both
    journals: frozenset = frozenset()
    currencies: frozenset = frozenset()
    partners: frozenset = frozenset()
    least: Decimal | None = None
    most: Decimal | None = None
    contains: str | None = None
    without: str | None = None
    pattern: re.Pattern | None = None
    codes: tuple[str, ...] = ()  # beginnings: domain, family, sub-family, or ``-CHRG`` for a sub-family anywhere
    counterparty: str | None = None  # part of the name or the account

    @property
    def speaks(self):
        """Whether it says enough of a line to be applied at all."""
        return bool(self.contains or self.pattern or self.codes or self.counterparty or self.partners)


def checked_pattern(text):
    """A regular expression that cannot take long.

    :raise ValueError: not readable, too long, repeats or alternatives inside a repeat, too many open repeats,
        a back reference
    """
    if len(text) > PATTERN:
        raise ValueError("too long")
    try:
        tree = parser.parse(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if _repeats(tree, inside=False) > REPEATS:
        raise ValueError("too many repeats")
    return re.compile(text, re.IGNORECASE)


def _repeats(tree, inside):
    count = 0
    for code, argument in tree:
        if code in (constants.GROUPREF, constants.GROUPREF_EXISTS):
            raise ValueError("a back reference")
        if code in (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT):
            _least, most, below = argument
            open_end = most > 20
            if inside:
                raise ValueError("a repeat inside a repeat")
            count += open_end + _repeats(below, inside or most > 1)
        else:
            if inside and code is constants.BRANCH:
                raise ValueError("alternatives inside a repeat")
            for below in _below(argument):
                count += _repeats(below, inside)
    return count


def _below(argument):
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for each in argument:
            yield from _below(each)


def missed(rule, facts):
    """Codes of the conditions that ``facts`` do not meet; none: the rule fits."""
    found = []
    if rule.direction != "both" and (rule.direction == "in") != (facts.amount > 0):
        found.append("direction")
    if rule.journals and facts.journal_id not in rule.journals:
        found.append("journal")
    if rule.currencies and facts.currency not in rule.currencies:
        found.append("currency")
    if rule.partners and facts.partner_id not in rule.partners:
        found.append("partner")
    size = abs(facts.amount)
    if (rule.least is not None and size < rule.least) or (rule.most is not None and size > rule.most):
        found.append("amount")
    if not _text_or_code(rule, facts):
        found.append("text")
    if rule.without and rule.without.casefold() in facts.texts.casefold():
        found.append("without")
    if rule.counterparty:
        wanted = rule.counterparty.casefold()
        if wanted not in facts.name.casefold() and "".join(wanted.split()) not in facts.account.casefold():
            found.append("counterparty")
    return found


def _text_or_code(rule, facts):
    asks = False
    if rule.contains:
        asks = True
        if rule.contains.casefold() in facts.texts.casefold():
            return True
    if rule.pattern:
        asks = True
        if rule.pattern.search(facts.texts[:TEXT]):
            return True
    if rule.codes:
        asks = True
        if any(
            code.endswith(wanted) if wanted.startswith("-") else code.startswith(wanted)
            for wanted in rule.codes
            for code in facts.codes
        ):
            return True
    return not asks
