"""Two accounts are imported by two processes at once, beside one after the other."""

import sys
import time

import import_world as world

LINES = 10_000


def run(env):
    codes = world.prepared(env, 4)
    world.analyse(env)
    begun = time.monotonic()
    for number, code in enumerate(codes[:2]):
        world.Import(env, code, LINES, 20 + number).result()
    one_by_one = time.monotonic() - begun
    begun = time.monotonic()
    for one in [world.Import(env, code, LINES, 30 + number) for number, code in enumerate(codes[2:])]:
        one.result()
    at_once = time.monotonic() - begun
    print(f"two of {LINES} lines: {one_by_one:.1f} s one after the other, {at_once:.1f} s at once", file=sys.stderr)
    return [
        {"name": f"two accounts of {LINES} lines at once, beside one after the other",
         "ratio": round(one_by_one / at_once, 2), "goal": None, "ours": round(at_once, 1),
         "other": round(one_by_one, 1), "unit": "s"}
    ]  # fmt: skip
