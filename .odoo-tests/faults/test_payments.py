"""Payments from the ledger to the statement, with careless banks and dying workers: journals equal the ledger."""

import time

import pytest

from .payment_world import BANKS, PaymentWorld
from .plan import PLAN

pytestmark = pytest.mark.timeout(0)


def test_payments(stage, part):
    part.title = "Payments from the ledger to the statement, four banks that answer carelessly"
    world = PaymentWorld(stage)
    began = time.monotonic()
    orders, killed = PLAN.payments // PLAN.payments_in_order, 0
    for number in range(orders):
        world.submit(BANKS[number % len(BANKS)], PLAN.payments_in_order)
        while killed < (number + 1) * PLAN.payment_kills // orders:
            world.kill()
            killed += 1
    world.settle("the answers")
    world.statements()
    found, (states, places, proofs) = world.verdict(), world.prove()
    world.close()
    counts = {name: sum(bank.counts[name] for bank in world.banks.values()) for name in ("answers", "lost", "doubled")}
    part.trial("payments", orders * PLAN.payments_in_order, doubles=found["doubles"], lost=found["lost"])
    part.figure("answers sent, lost for good, sent twice", list(counts.values()))
    part.figure("refused, returned", [sum(len(bank.refused) for bank in world.banks.values()),
                                      sum(len(bank.returned) for bank in world.banks.values())])  # fmt: skip
    part.figure("checkpoints of payments that agree", f"{places}, {', '.join(states)}")
    part.figure("minutes", round((time.monotonic() - began) / 60, 1))
    assert not any(found.values()), found
    assert (states, proofs) == (["agree"], ["agree"]), (states, proofs)
