"""Payments to four banks while everything dies in turn: each executed once, none lost, none without an owner."""

import functools
import time

import pytest

from . import injectors
from .outbound import BANKS, World
from .plan import FULL, PLAN, WINDOW_SECONDS

pytestmark = pytest.mark.timeout(0)
CLOCKS = (300, -300)
#: How often a fault looks for somebody to hit.
TRIES = 60


@pytest.fixture(scope="module")
def world(stage):
    found = World(stage)
    yield found
    found.close()


def each(count, fault, gap, *given):
    """``fault`` so many times while payments are under way, with a pause after each."""

    def paced(world, number):
        injectors.wait_for_traffic(world)
        for _try in range(TRIES):
            if fault(world, *(value(number) for value in given)) is not False:
                break
            time.sleep(0.3)
        time.sleep(gap)

    return [functools.partial(paced, number=number) for number in range(count)]


def windows(count):
    """On all lines at once; in between they work long enough to be of use."""
    return each(
        count // len(BANKS), functools.partial(injectors.break_lines, seconds=WINDOW_SECONDS), WINDOW_SECONDS[0] * 2,
        lambda number: number,
    )


FAULTS = {
    "kills": ("Workers killed and frozen", 0.34, lambda: _mixed(
        each(PLAN.worker_kills, injectors.kill_worker, 1.5), each(PLAN.worker_kills // 10, injectors.freeze_worker, 0.5)
    )),
    "terminations": ("Database sessions ended", 0.1, lambda: each(PLAN.terminations, injectors.terminate_backend, 1.5)),
    "switches": ("Whole nodes killed", 0.13, lambda: each(PLAN.switches, injectors.switch_node, 3)),
    "runners": ("Job runners killed", 0.11, lambda: each(PLAN.runner_losses, injectors.lose_runner, 5)),
    "stops": ("Database stopped at once", 0.1, lambda: each(PLAN.database_stops, injectors.stop_database, 5)),
    "network": ("Dead and slow lines", 0.12, lambda: windows(PLAN.windows)),
    "disk": ("Disk full", 0.03, lambda: each(PLAN.disk_fulls, injectors.fill_disk, 5)),
    "clocks": ("Clocks five minutes off", 0.07, lambda: each(
        PLAN.clock_shifts, injectors.shift_clock, 10, lambda number: CLOCKS[number % 2]
    )),
}
assert abs(sum(share for _title, share, _faults in FAULTS.values()) - 1) < 1e-6


def _mixed(*groups):
    """Several kinds, spread evenly over each other."""
    placed = [((number + 0.5) / len(faults), fault) for faults in groups for number, fault in enumerate(faults)]
    return [fault for _place, fault in sorted(placed, key=lambda pair: pair[0])]


#: The quick campaign plays all kinds at once, the full one each by itself: what fails is then known by name.
PHASES = list(FAULTS) if FULL else ["all"]


@pytest.mark.parametrize("phase", PHASES)
def test_outbound(world, part, phase):
    if phase == "all":
        part.title, messages = "Payments while everything dies in turn", PLAN.messages
        faults = _mixed(*(faults() for _title, _share, faults in FAULTS.values()))
    else:
        title, share, chosen = FAULTS[phase]
        part.title, messages = f"Payments: {title[0].lower()}{title[1:]}", round(PLAN.messages * share)
        faults = chosen()
    known = len(world.orders)
    lasted = world.play(messages, [functools.partial(fault, world) for fault in faults])
    recovery = world.recover()
    verdict = world.check()
    new = len(world.orders) - known
    part.trial("payments", new, doubles=len(verdict.doubles), lost=len(verdict.lost), wrong=len(verdict.wrong))
    for what, times in sorted(world.journal.counts.items()):
        part.trial(what, times, doubles=len(verdict.doubles), lost=len(verdict.lost))
    part.figure("recovery seconds", round(recovery, 1))
    part.figure("minutes under faults", round(lasted / 60, 1))
    part.figure("payments a second under faults", round(new / lasted, 1))
    part.figure("states of all payments so far", dict(sorted(verdict.states.items())))
    part.figure("red jobs so far", world.rows("SELECT count(*) FROM queue_job WHERE state = 'failed'")[0][0])
    asked = world.rows("SELECT count(*) FROM finance_attempt WHERE step = 'ask'")[0][0]
    part.figure("questions to banks so far", asked)
    decided = world.rows("SELECT count(*) FROM finance_decision WHERE state = 'done'")[0][0]
    part.figure("settled by two persons so far", decided)
    part.figure("sent again by a person after they were given up, so far", world.retried)
    if world.takeovers:
        part.figure("seconds until the other node went on, worst", max(world.takeovers))
    assert verdict.is_good(), verdict.words()
    assert new >= messages * 0.95
