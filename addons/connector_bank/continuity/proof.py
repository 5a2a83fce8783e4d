"""What is proved of each day of an account: by a statement that joins its neighbours, by less, or by nothing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from ..importing.chain import joins, unproved
from .bank_days import Expected

#: States of a day; of two that fit, the later one here is told.
STATES = ("none", "closed", "awaited", "complete", "intraday", "parts", "late", "gap")
RANK = {state: rank for rank, state in enumerate(STATES)}
#: A statement speaks of at most so many days; more is a mistake in the file.
LONGEST = timedelta(400)
DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class Finding:
    """Days without evidence: ``gap`` (``statement``: id of the one that does not join), ``late``, ``parts``, or
    ``unproved`` (the bank said no balance)."""

    kind: str
    from_on: date
    to_on: date
    statement: int | None = None
    due_at: datetime | None = None


@dataclass(slots=True)
class Proof:
    """``days``: state of each day of the period; ``until``: last day of the last statement."""

    days: dict = field(default_factory=dict)
    statements: dict = field(default_factory=dict)  # day → id of the statement that speaks of it
    findings: list = field(default_factory=list)
    until: date | None = None
    late_since: date | None = None
    due_at: datetime | None = None  # of the first statement that is not there

    @property
    def counts(self):
        return Counter(self.days.values())

    def runs(self, coarse=False):
        """``[state, first day, number of days]``; ``coarse``: closed days belong to the days around them."""
        days = self._coarse() if coarse else list(self.days.items())
        found = []
        for state, group in groupby(days, key=lambda item: item[1]):
            members = [day for day, _state in group]
            found.append([state, members[0], len(members)])
        return found

    def _coarse(self):
        days = list(self.days.items())
        states = [state for _day, state in days]
        before, after = None, [None] * len(states)
        for position in range(len(states) - 1, 0, -1):
            after[position - 1] = states[position] if states[position] != "closed" else after[position]
        for position, state in enumerate(states):
            if state != "closed":
                before = state
            elif before == after[position] and before is not None:
                states[position] = before
        return [(day, state) for (day, _state), state in zip(days, states, strict=True)]


def prove(chain, first, last, now, expected=None, *, broken=(), booked=(), intraday=()):
    """The proof of an account for the days ``first`` to ``last``.

    :param chain: ``Link`` of each statement, ordered (``importing.chain.ordered``)
    :param now: by the clock of the company, without zone
    :param broken: ids of statements whose lines do not lead from opening to closing balance
    :param booked: days with lines that no statement holds
    :param intraday: days of which only a report during the day speaks
    """
    expected, broken, booked, intraday = expected or Expected(), set(broken), set(booked), set(intraday)
    chain = [link for link in chain if link.from_on]
    proof, is_open = Proof(), expected.days.is_open
    marks = {}

    def mark(from_on, to_on, state, statement=None, only_open=False):
        for day in _days(max(from_on, first), min(to_on, last, from_on + LONGEST)):
            if only_open and not is_open(day):
                continue
            if RANK[state] >= RANK[marks.get(day, "none")]:
                marks[day] = state
            if statement is not None:
                proof.statements.setdefault(day, statement)

    alone = unproved(chain)
    for link in chain:
        whole = link.id not in broken
        mark(link.from_on, link.to_on, "complete" if whole and link.id not in alone else "parts", link.id)
        if not whole and _touches(link.from_on, link.to_on, first, last):
            proof.findings.append(Finding("parts", link.from_on, link.to_on, link.id))
    for is_alone, links in groupby(chain, lambda link: link.id in alone):
        _without_balance(proof, list(links) if is_alone else [], first, last)
    for join in joins(chain):
        state = "parts" if {join.before.id, join.after.id} & alone else "complete"
        _between(proof, mark, join, state, (first, last), is_open)
    _after_the_last(proof, mark, chain, last, now, expected)
    for days, state in ((booked, "parts"), (intraday, "intraday")):
        for day in days:
            if first <= day <= last and marks.get(day, "none") in ("none", "awaited"):
                marks[day] = state
    for day in _days(first, last):
        proof.days[day] = marks.get(day) or ("none" if is_open(day) or not _inside(day, chain, now) else "closed")
    proof.findings.sort(key=lambda finding: (finding.from_on, finding.kind))
    return proof


def _without_balance(proof, links, first, last):
    """One finding for neighbours of which no balance of the bank proves anything."""
    if links and _touches(links[0].from_on, links[-1].to_on, first, last):
        proof.findings.append(Finding("unproved", links[0].from_on, links[-1].to_on, links[0].id))


def _between(proof, mark, join, state, period, is_open):
    """Days between two neighbours: nothing moved where the balances join, nothing is known where they do not.

    :param state: of the days between them where they join
    """
    after = join.after
    first, last = join.before.to_on + DAY, after.from_on - DAY
    if join.missing is None:
        mark(first, last, state, after.id, only_open=True)
        return
    missing = [day for day in _days(first, min(last, first + LONGEST)) if is_open(day)]
    if missing:
        mark(first, last, "gap", after.id, only_open=True)
    else:  # no day is left between them: what is missing is of the day where they meet
        missing = [after.from_on]
        mark(after.from_on, after.from_on, "gap", after.id)
    if _touches(missing[0], missing[-1], *period):
        proof.findings.append(Finding("gap", missing[0], missing[-1], after.id))


def _after_the_last(proof, mark, chain, last, now, expected):
    """What is due since the last statement, and what is not due yet; nothing is expected before the first one."""
    if not chain:
        return
    proof.until = max(link.to_on for link in chain)
    today, late = now.date(), []
    for day in _days(proof.until + DAY, min(today, proof.until + LONGEST)):
        if not expected.days.is_open(day):
            continue
        due_at = expected.due(day)
        proof.due_at = proof.due_at or due_at
        if due_at is not None and due_at <= now:
            late.append(day)
            mark(day, day, "late")
        else:
            mark(day, day, "awaited")
    if late:
        proof.late_since = late[0]
        proof.findings.append(Finding("late", late[0], late[-1], due_at=proof.due_at))


def _inside(day, chain, now):
    """A closed day says something only from the first statement on, and not of the future."""
    return bool(chain) and chain[0].from_on <= day <= now.date()


def _touches(from_on, to_on, first, last):
    return from_on <= last and first <= to_on


def _days(first, last):
    day = first
    while day <= last:
        yield day
        day += DAY
