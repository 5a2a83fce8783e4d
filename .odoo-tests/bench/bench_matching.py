"""Matching 100,000 lines against as many open items and more: time, memory, and the truth of every line.

A second world of another shape, smaller, has no goals for what is found: half of its payers hide. It shows that
nothing is booked wrongly there either.
"""

import resource
import time

from odoo.addons.connector_bank.matching import match
from odoo.addons.connector_bank.tests.matching_maker import judge, make
from odoo.addons.connector_bank.tests.matching_other_maker import make_other

LINES = 100_000
SEED = 19
OTHER_LINES, OTHER_SEED = 20_000, 77
SECONDS, MIB = 60, 2048
AUTOMATIC, FIRST_THREE = 0.92, 0.97


def run():
    """Goals are met at a ratio of one or more; of what must not go wrong there is one row with nothing wrong."""
    world = make(SEED, LINES)
    started = time.perf_counter()
    result = match(world.lines, world.items, settled=world.settled_of)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    automatic, first_three = _found(world, result, AUTOMATIC, FIRST_THREE)
    size = f"{len(world.lines):,} lines, {len(world.items):,} open items"
    return [
        _row(f"matching {size}: seconds, of 60 allowed", SECONDS / seconds, 1, seconds, SECONDS, "s"),
        _row("matching: memory, of 2 GiB allowed", MIB / peak, 1, peak, MIB, "MiB"),
        automatic,
        first_three,
        *_other_world(),
    ]


def _other_world():
    world, settings = make_other(OTHER_SEED, OTHER_LINES)
    return _found(world, match(world.lines, world.items, settings, settled=world.settled_of), name="another world")


def _found(world, result, automatic=None, first_three=None, name="matching"):
    """Two rows: what was booked of the lines with an answer, and of the rest what can be chosen; nothing is wrong."""
    right, wrong = judge(world, result)
    if wrong:
        raise AssertionError(f"{name}: {len(wrong)} wrong automatic matches: {wrong[:3]}")
    decided = {proposal.line_id for proposal in result.sure}
    meant = [line.id for line in world.lines if world.truth[line.id]]
    rest = [line for line in meant if line not in decided]
    found = _first_three(world, result, rest)
    return [
        _row(f"{name}: automatic, of those that have an answer", len(right) / len(meant), automatic,
             len(right), len(meant), "lines"),
        _row(f"{name}: right answer among the first three of the rest", found / len(rest), first_three,
             found, len(rest), "lines"),
    ]  # fmt: skip


def _first_three(world, result, lines):
    shown = {}
    for proposal in result.proposals:
        parts = {part.item_id: part.item_amount for part in proposal.parts}
        shown.setdefault(proposal.line_id, []).append(parts)
    return sum(world.truth[line] in shown.get(line, ())[:3] for line in lines)


def _row(name, ratio, goal, ours, other, unit):
    return {"name": name, "ratio": round(ratio, 4), "goal": goal, "ours": round(ours, 1), "other": other, "unit": unit}


if __name__ == "__main__":
    for row in run():
        print(row)
