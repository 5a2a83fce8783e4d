"""Two nodes on one database share the work, and go on when either of them, or both, are lost."""

import time
from collections import Counter

import pytest

from runner.real import wait_until
from runner.sandbox_process import SandboxProcess, in_odoo

PAYMENTS = 240
CHANNELS = "root:8,root.finance:8,root.finance.pay:2"

CONNECT = """
connector = env["finance.connector"].create({{
    "name": "Bank", "code": "bank", "domain": "bank", "transport": "https", "state": "active",
    "address": "{address}", "push_path": "/payments", "ask_path": "/payments/{{key}}", "timeout_seconds": 5,
    "calls_at_once": 0,
}})
for name, batch in (("single", 0), ("batch", 1000)):
    env["finance.flow"].create({{
        "name": name, "connector_id": connector.id, "kind": "file", "direction": "out", "quiet_seconds": 1,
        "drain_messages": batch,
    }})
env.cr.commit()
"""

SUBMIT = """
import json
connector = env["finance.connector"].search([("code", "=", "bank")])
flow = env["finance.flow"].search([("name", "=", "{flow}")])
for number in range({count}):
    key = f"{round}-{{number}}"
    content = json.dumps({{"end_to_end_id": key, "amount": "10.00", "currency": "EUR"}}).encode()
    env["finance.deliver"]._submit(
        connector, "file", content, key=key, name=key, content_type="application/json", flow=flow)
env.cr.commit()
"""


class Nodes:
    """Two servers on one database, and the bank they send to."""

    def __init__(self, database, servers, bank):
        self.database, self.servers, self.bank = database, servers, bank
        self.expected = []

    def submit(self, round_, flow="single", count=PAYMENTS):
        in_odoo(self.database, SUBMIT.format(flow=flow, count=count, round=round_))
        self.expected += [f"{round_}-{number}" for number in range(count)]

    def sql(self, query):
        return self.servers[0].sql(query)

    def left(self):
        return int(self.sql("SELECT count(*) FROM finance_message WHERE state <> 'processed'"))

    def tries(self, round_):
        """Successful tries of a round by node."""
        rows = self.sql(
            "SELECT a.node, count(*) FROM finance_attempt a JOIN finance_message m ON m.id = a.message_id "
            f"WHERE a.step = 'send' AND a.outcome = 'ok' AND m.dedup_key LIKE '{round_}-%' GROUP BY 1"
        )
        return Counter({node: int(count) for node, count in (row.split("|") for row in rows.splitlines())})

    def begun(self, round_, part):
        """Wait until a part of the round is done, so that what happens next hits it in the middle."""
        done = f"SELECT count(*) FROM finance_message WHERE state = 'processed' AND dedup_key LIKE '{round_}-%'"
        wait_until(lambda: int(self.sql(done)) >= PAYMENTS * part, 90, f"round {round_} to be on its way")

    def settled(self, seconds=120):
        """Seconds until nothing is left; then each payment was executed once."""
        began = time.monotonic()
        wait_until(lambda: self.left() == 0, seconds, "all payments to be settled")
        took = time.monotonic() - began
        executed = Counter(self.bank.payments())
        assert executed == Counter(self.expected), executed - Counter(self.expected)
        return took

    def alive(self):
        recently = "now() AT TIME ZONE 'UTC' - '20 s'::interval"
        return self.sql(f"SELECT count(*) FROM finance_node WHERE last_seen > {recently}")


@pytest.fixture(scope="module")
def nodes(odoo_database, odoo_nodes):
    bank = SandboxProcess("--latency", "0.02")
    database = odoo_database()
    in_odoo(database, CONNECT.format(address=bank.addresses["bank"]))
    servers = odoo_nodes(database, 2, workers=2, environment={"ODOO_QUEUE_JOB_CHANNELS": CHANNELS})
    yield Nodes(database, servers, bank)
    bank.stop()


def test_both_do_a_fair_part(nodes):
    wait_until(lambda: nodes.alive() == "2", 60, "both runners")
    for round_, flow in (("single", "single"), ("batch", "batch")):
        nodes.submit(round_, flow)
        print(f"{round_}: {nodes.settled():.1f} s")
        tries = nodes.tries(round_)
        print(dict(tries))
        assert {server.node for server in nodes.servers} == set(tries)
        assert min(tries.values()) >= 0.25 * PAYMENTS, tries


@pytest.mark.parametrize("lost", [0, 1])
def test_one_is_lost(nodes, lost):
    """Whichever it is: there is no leader whose loss would be special."""
    round_ = f"lost{lost}"
    nodes.submit(round_)
    nodes.begun(round_, 0.2)
    nodes.servers[lost].kill()
    print(f"without node {lost}: settled after {nodes.settled():.1f} s")
    assert nodes.tries(round_)[nodes.servers[1 - lost].node] >= 0.4 * PAYMENTS
    nodes.servers[lost].start()
    wait_until(lambda: nodes.alive() == "2", 60, "the lost node to be back")


def test_both_are_lost(nodes):
    nodes.submit("both")
    nodes.begun("both", 0.2)
    for server in nodes.servers:
        server.kill()
    for server in nodes.servers:
        server.start(wait=False)
    for server in nodes.servers:
        server.wait_until_answering()
    print(f"both lost and started again: settled after {nodes.settled():.1f} s")


def test_one_that_comes_back_late(nodes):
    """A node that was frozen past its leases finds that others have done its work."""
    nodes.submit("frozen")
    nodes.begun("frozen", 0.2)
    nodes.servers[0].freeze()
    try:
        wait_until(lambda: nodes.left() <= 8, 120, "the other node to do all but what is under way")
    finally:
        nodes.servers[0].thaw()
    nodes.settled()
