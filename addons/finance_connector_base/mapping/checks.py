"""What is wrong with the rows of a mapping before it is put before people."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, islice

from .table import ANY, ONE, _Sign, is_pattern, tokens

#: More signs in one pattern make its test slow, and nobody reads it.
MOST_SIGNS = 4
#: Pairs of patterns looked at; those of real mappings are far fewer.
MOST_PAIRS = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """:param blocks: must be mended; otherwise whoever approves decides"""

    code: str
    rows: tuple
    blocks: bool = True


def problems(rows, chained=False):
    """Yield what is wrong.

    :param chained: targets are values of the same kind, so that a circle is worth a look
    """
    for row in rows:
        if not row.source:
            yield Problem("source", (row,))
        if not row.target:
            yield Problem("target", (row,))
        if row.date_from and row.date_to and row.date_from > row.date_to:
            yield Problem("dates", (row,))
        if sum(part in (_Sign.ANY, _Sign.ONE) for part in tokens(row.source)) > MOST_SIGNS:
            yield Problem("signs", (row,))
    yield from _twice(rows)
    yield from _ambiguous([row for row in rows if is_pattern(row.source)])
    if chained:
        yield from _circles(rows)


def _twice(rows):
    """Rows for the same value and conditions on the same day; a dated row may stand beside one for always."""
    alike = defaultdict(list)
    for row in rows:
        if row.source:
            alike[row.source, row.company, row.country].append(row)
    for group in alike.values():
        always = [row for row in group if not row.date_from and not row.date_to]
        if len(always) > 1:
            yield Problem("duplicate", tuple(always))
        dated = [row for row in group if row.date_from or row.date_to]
        dated.sort(key=lambda row: (row.date_from is not None, row.date_from))
        last = None
        for row in dated:
            if last is not None and (not last.date_to or not row.date_from or row.date_from <= last.date_to):
                yield Problem("overlap", (last, row))
            if last is None or (last.date_to and (not row.date_to or row.date_to > last.date_to)):
                last = row


def _ambiguous(rows):
    """Patterns of equal weight that one value may fit both."""
    alike = defaultdict(list)
    for row in rows:
        alike[row.rank, row.company, row.country, row.date_from, row.date_to].append(row)
    pairs = (pair for group in alike.values() for pair in combinations(group, 2))
    for one, other in islice(pairs, MOST_PAIRS):
        if one.source != other.source and one.target != other.target and meet(one.source, other.source):
            yield Problem("ambiguous", (one, other), blocks=False)


def meet(one, other):
    """Whether some text fits both patterns."""
    left, right = tokens(one), tokens(other)
    reached = {(0, 0)}
    waiting = [(0, 0)]
    while waiting:
        i, j = waiting.pop()
        if i == len(left) and j == len(right):
            return True
        a = left[i] if i < len(left) else None
        b = right[j] if j < len(right) else None
        steps = []
        if a is _Sign.ANY:
            steps += [(i + 1, j)] + [(i, j + 1)] * (b is not None)
        if b is _Sign.ANY:
            steps += [(i, j + 1)] + [(i + 1, j)] * (a is not None)
        if a is not None and b is not None and (_Sign.ONE in (a, b) or a == b):
            steps.append((i + 1, j + 1))
        for step in steps:
            if step not in reached:
                reached.add(step)
                waiting.append(step)
    return False


def _circles(rows):
    """Values that lead back to where they began, if the answer were asked for again."""
    leads = {row.source: row for row in rows if row.target and not is_pattern(row.source)}
    done = set()
    for start in leads:
        path = []
        value = start
        while value in leads and value not in done and value not in path:
            path.append(value)
            value = leads[value].target
        if value in path and path[path.index(value) :] != [value]:
            yield Problem("circle", tuple(leads[one] for one in path[path.index(value) :]), blocks=False)
        done.update(path)


__all__ = ["ANY", "ONE", "Problem", "meet", "problems"]
