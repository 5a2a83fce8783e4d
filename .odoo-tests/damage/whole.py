"""The damage run as a whole (``connector_bank.simulation.damage``): whole.py [COUNT] [SEED]."""

import json
import sys
import time

from runner import pure

COUNT, SEED, SHOWN = 200_000, 1, 20


def main(count=COUNT, seed=SEED) -> int:
    pure.mount()
    from odoo.addons.connector_bank.simulation.damage import damage
    from odoo.addons.connector_bank.tests.damage_samples import damage_samples

    started = time.monotonic()
    found = damage(damage_samples(), int(count), seed=int(seed), progress=_progress)
    found["seconds"] = round(time.monotonic() - started)
    faults = found.pop("faults")
    print(json.dumps({**found, "faults": len(faults), "first_faults": faults[:SHOWN]}, indent=1, ensure_ascii=False))
    return 1 if faults else 0


def _progress(done):
    if done % 10_000 == 0:
        print(done, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
