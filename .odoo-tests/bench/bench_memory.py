"""Memory of a process that imports: the highest of a file of 10,000 lines, beside one of 100,000."""

import sys
import time

import import_world as world

SHORT, LONG = 10_000, 100_000
MOST = 1.15  # times as much for ten times the lines


def run(env):
    codes = world.prepared(env, 2)
    env["res.partner.bank"].create({"partner_id": env["res.partner"].create({"name": "Almond Lane Bakery"}).id,
                                    "acc_number": world.PAYER})  # fmt: skip
    env.cr.commit()
    world.analyse(env)
    found = []
    for number, (code, entries) in enumerate(zip(codes, (SHORT, LONG), strict=True)):
        begun = time.monotonic()
        found.append(world.Import(env, code, entries, 50 + number).result())
        print(f"{entries} lines: {found[-1]:.0f} MiB, {entries / (time.monotonic() - begun):.0f} lines/s",
              file=sys.stderr)  # fmt: skip
    short, long = found
    return [
        {"name": f"memory of an import of {LONG} lines, beside {SHORT}", "ratio": round(short / long, 2),
         "goal": round(1 / MOST, 2), "ours": round(long), "other": round(short), "unit": "MiB"}
    ]  # fmt: skip
