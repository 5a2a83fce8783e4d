"""The same banks and kills for payments sent the naive way: they must be doubled, or the campaign is blind."""

import json
import time
from collections import Counter

import pytest

from runner.real import wait_until

from . import injectors
from .plan import PLAN, chance

pytestmark = pytest.mark.timeout(0)

SUBMIT = """
payments = env["faults.payment"].create(
    [{"key": key, "address": address, "content": content} for key, content in orders])
for payment in payments:
    payment.with_delay(max_retries=0).send_job()
"""
AGAIN = "env['faults.payment']._cron_again()"


class NaiveWorld:
    """As much of the outbound world as the injectors ask for."""

    def __init__(self, stage):
        self.stage, self.journal, self.luck = stage, stage.journal, chance("naive")
        self.database = stage.database("naive")
        stage.run_odoo("-d", self.database, "-i", "faults_naive", "--stop-after-init", "--no-http")
        self.clerk, self.bank = stage.clerk(self.database), stage.bank("naive")
        self.bank.settings(idempotency=False)
        for kind, often, seconds in (("timeout_after", 0.02, 4), ("reset_after", 0.03, 0)):
            self.bank.fault(kind, method="POST", times=None, chance=often, seconds=seconds)
        self.nodes = [stage.node(self.database, name="naive", workers=3)]

    def rows(self, query):
        return self.stage.rows(self.database, query)

    def submit(self, first, count):
        orders = [
            (key, json.dumps({"end_to_end_id": key, "amount": "10.00", "currency": "EUR"}))
            for key in (f"naive-{number:06d}" for number in range(first, first + count))
        ]
        self.clerk.run(SUBMIT, orders=orders, address=f"{self.bank.address()}/payments")

    def left(self):
        return self.rows("SELECT count(*) FROM faults_payment WHERE state <> 'done'")[0][0]


def test_naive(stage, part):
    part.title = "Control: payments sent the naive way"
    world = NaiveWorld(stage)
    each = PLAN.naive_messages // PLAN.naive_kills
    for number in range(PLAN.naive_kills):
        world.submit(number * each, each)
        time.sleep(0.5)
        injectors.kill_worker(world)
        time.sleep(1)

    def drained():
        world.clerk.run(AGAIN)
        time.sleep(2)
        return world.left() == 0

    wait_until(drained, 300, "the naive payments to be done")
    times = Counter(paid["end_to_end_id"] for paid in world.bank.payments())
    doubles = sum(count - 1 for count in times.values())
    part.trial("payments the naive way (must be doubled)", len(times), doubles=doubles)
    part.figure("doubles of the naive sender", doubles)
    world.nodes[0].kill()
    assert doubles > 0, "the campaign is blind"
