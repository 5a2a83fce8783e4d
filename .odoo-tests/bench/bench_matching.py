"""Matching 100,000 lines against as many open items and more: time, memory, and the truth of every line."""

import resource
import time

from odoo.addons.connector_bank.matching import match
from odoo.addons.connector_bank.tests.matching_maker import judge, make

LINES = 100_000
SEED = 19
SECONDS, MIB = 60, 2048
AUTOMATIC, FIRST_THREE = 0.92, 0.97


def run():
    """Goals are met at a ratio of one or more; of what must not go wrong there is one row with nothing wrong."""
    world = make(SEED, LINES)
    started = time.perf_counter()
    result = match(world.lines, world.items, settled=world.settled_of)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    right, wrong = judge(world, result)
    decided = {proposal.line_id for proposal in result.sure}
    meant = [line.id for line in world.lines if world.truth[line.id]]
    rest = [line for line in meant if line not in decided]
    found = _first_three(world, result, rest)
    if wrong:
        raise AssertionError(f"{len(wrong)} wrong automatic matches: {wrong[:3]}")
    size = f"{len(world.lines):,} lines, {len(world.items):,} open items"
    return [
        _row(f"matching {size}: seconds, of 60 allowed", SECONDS / seconds, 1, seconds, SECONDS, "s"),
        _row("matching: memory, of 2 GiB allowed", MIB / peak, 1, peak, MIB, "MiB"),
        _row("matching: automatic, of those that have an answer", len(right) / len(meant), AUTOMATIC,
             len(right), len(meant), "lines"),
        _row("matching: right answer among the first three of the rest", found / len(rest), FIRST_THREE,
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
