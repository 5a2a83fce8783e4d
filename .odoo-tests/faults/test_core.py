"""The protocol alone, over many schedules: crashes at every step, zombies, forgetful banks."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.layout import PYTHON, ROOT

from .plan import PLAN, SEED

pytestmark = pytest.mark.timeout(0)
LANES = 2

#: Runs in a process of its own: the addon is mounted without Odoo.
SCRIPT = """
import json, sys
from runner import pure
pure.mount()
from odoo.addons.finance_connector_base.simulation.senders import careful, naive
from odoo.addons.finance_connector_base.simulation.world import World
from odoo.addons.finance_connector_base.simulation.bank import Habits

FORGETFUL = Habits(idempotency=False, query=True, booking=20, late=30, lost=0.3)
first, last = map(int, sys.argv[1:])
found = dict(seeds=0, messages=0, crashes=0, zombies=0, doubles=0, naive=0, faults=[])
for seed in range(first, last):
    world = World(seed, careful, habits=FORGETFUL if seed % 3 == 0 else None).play()
    found["seeds"] += 1
    found["messages"] += len(world.rows)
    found["crashes"] += world.crashes
    found["zombies"] += world.zombies
    found["doubles"] += world.doubles()
    found["faults"] += [(seed, words) for words in world.faults()]
    if seed % 100 == 0:
        found["naive"] += World(seed, naive, habits=FORGETFUL).play().doubles()
print(json.dumps(found))
"""


def play(first, last):
    done = subprocess.run(
        [str(PYTHON), "-c", SCRIPT, str(first), str(last)], cwd=ROOT / ".odoo-tests", capture_output=True, text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_core(part):
    part.title = "The protocol simulated"
    first, each = SEED * 1_000_000, -(-PLAN.core_seeds // LANES)
    with ThreadPoolExecutor(LANES) as pool:
        found = list(pool.map(lambda lane: play(first + lane * each, first + (lane + 1) * each), range(LANES)))
    total = {name: sum(each[name] for each in found) for name in found[0] if name != "faults"}
    faults = [fault for each in found for fault in each["faults"]]
    part.trial("schedules", total["seeds"], doubles=total["doubles"], lost=len(faults))
    for name in ("messages", "crashes", "zombies"):
        part.figure(name, total[name])
    part.figure("doubles of the naive sender (each hundredth schedule)", total["naive"])
    assert faults == [] and total["doubles"] == 0
    assert total["crashes"] > total["seeds"] / 2, "too quiet to prove anything"
    assert total["naive"] > 0, "the simulation is blind"
