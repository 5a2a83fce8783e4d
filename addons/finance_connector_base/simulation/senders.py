"""Who sends: by the protocol, and two wrong ways that have to show doubles, or the simulation is blind."""

from dataclasses import replace

from ..core import machine
from .world import ConnectionLost

TIMES = 3  # a worker tries to write its result before it gives up


def careful(world, key):
    """By the protocol: claim, commit, call, confirm; every decision is the machine's."""
    row, policy, began = world.rows[key], world.policy, world.now
    call = yield from world.transaction(lambda: world.apply(row, _begin(world, row)))
    if call is None:
        return
    attempt = row.standing.attempt
    yield 0.01  # committed, and nothing sent yet: here a worker may die, or sleep past its lease
    result = yield from CALLS[call.step](world, key, began)
    for last in (False, False, True):
        try:
            yield from world.transaction(lambda: world.apply(row, _result(world, row, call, attempt, result)))
            break
        except ConnectionLost:
            if last:
                raise
    if policy.follows and world.chance.random() < 0.1:  # the same acknowledgement once more
        yield from world.transaction(lambda: world.apply(row, _result(world, row, call, attempt, result)))


def _begin(world, row):
    steps = {"ready": machine.claim, "sending": machine.expire, "unknown": machine.ask}
    if row.standing.state in steps:
        return steps[row.standing.state](row.standing, world.policy, world.now)
    return machine.follow(row.standing, world.now)


def _send(world, key, began):
    if world.now - began > world.policy.call_within():
        return "turn"  # held up for too long: another may have taken over
    pause, result = world.bank.send(key, world.now)
    yield pause
    return result


def _ask(world, key, _began):
    pause, result = world.bank.ask(key, world.now)
    yield pause
    return result


def _follow(_world, _key, _began):
    yield 0.1
    return "followed"


CALLS = {"send": _send, "ask": _ask, "follow": _follow}


def _result(world, row, call, attempt, result):
    standing, policy = row.standing, world.policy
    if result == "followed":
        return machine.followed(standing) if standing.state == "sent" else machine.Step(standing)
    if result in ("ok", "found"):
        return machine.confirmed(standing, attempt, policy)
    if result == "absent":
        return machine.absent(standing, attempt, policy)
    if result == "impossible":
        return machine.cannot_ask(standing, attempt, policy)
    way = machine.failed if call.step == "send" else machine.ask_failed
    return way(standing, attempt, policy, world.now, result)


def naive(world, key):
    """Sends inside the transaction and repeats what failed, as connectors in the field do."""
    row = world.rows[key]
    yield 0.1
    if row.standing.state != "ready":
        return
    pause, result = world.bank.send(key, world.now)
    yield pause

    def keep():
        state = "processed" if result == "ok" else "ready"
        world.apply(row, machine.Step(replace(row.standing, state=state)))

    yield from world.transaction(keep)
    if result != "ok":
        world.wake(key, 30)
