"""One dead bank does not slow the others: B's payments take as long whether A answers or not."""

import statistics
import time
import urllib.request

from runner.real import wait_until
from runner.sandbox_process import SandboxProcess, in_odoo

ROUNDS = 2
PAYMENTS = 40  # for each bank in each phase
PAUSE = 0.25
#: Below this a busy machine's own noise is larger than what is measured.
FLOOR = 0.25

CONNECT = """
for code, address in (("a", "{a}"), ("b", "{b}")):
    connector = env["finance.connector"].create({{
        "name": code, "code": code, "domain": "bank", "transport": "https", "state": "active", "address": address,
        "push_path": "/payments", "ask_path": "/payments/{{key}}", "timeout_seconds": 1, "calls_at_once": 1,
    }})
    env["finance.flow"].create({{
        "name": "Payments", "connector_id": connector.id, "kind": "file", "direction": "out", "quiet_seconds": 5,
    }})
env.cr.commit()
"""

#: Both banks get a payment at each beat; the name of a message is the time at which it was handed over.
SUBMIT = """
import json, time
connectors = env["finance.connector"].search([("code", "in", ("a", "b"))])
for number in range({count}):
    for connector in connectors:
        key = f"{phase}-{{number}}"
        content = json.dumps({{"end_to_end_id": key, "amount": "10.00", "currency": "EUR"}}).encode()
        env["finance.deliver"]._submit(
            connector, "file", content, key=key, name=str(time.time()), content_type="application/json")
        env.cr.commit()
    time.sleep({pause})
"""

SECONDS = """
SELECT extract(epoch FROM a.ended_on AT TIME ZONE 'UTC') - m.name::float
  FROM finance_message m JOIN finance_attempt a ON a.message_id = m.id AND a.outcome = 'ok'
  JOIN finance_connector c ON c.id = m.connector_id
 WHERE c.code = 'b' AND m.dedup_key LIKE '{phase}-%'
"""


def forget_faults(bank):
    urllib.request.urlopen(urllib.request.Request(f"{bank.control}/faults", method="DELETE"), timeout=10).close()


def seconds_of_b(server, phase):
    in_odoo(server.database, SUBMIT.format(count=PAYMENTS, phase=phase, pause=PAUSE))
    left = "SELECT count(*) FROM finance_message m JOIN finance_connector c ON c.id = m.connector_id " \
           f"WHERE c.code = 'b' AND m.state <> 'processed' AND dedup_key LIKE '{phase}-%'"
    wait_until(lambda: server.sql(left) == "0", 60, "the payments of bank B")
    return [float(row) for row in server.sql(SECONDS.format(phase=phase)).split()]


def p95(values):
    return statistics.quantiles(values, n=20)[-1]


def test_one_dead_bank(odoo_database, odoo_server):
    banks = SandboxProcess(), SandboxProcess()
    try:
        database = odoo_database()
        in_odoo(database, CONNECT.format(a=banks[0].addresses["bank"], b=banks[1].addresses["bank"]))
        server = odoo_server(database, workers=3)
        seconds_of_b(server, "warm")
        healthy, dead = [], []
        for number in range(ROUNDS):
            healthy += seconds_of_b(server, f"healthy-{number}")
            banks[0].fault("timeout_before", method="POST", times=None, seconds=60)
            dead += seconds_of_b(server, f"dead-{number}")
            forget_faults(banks[0])
            server.sql("UPDATE finance_breaker SET state = 'closed', failures = 0, open_seconds = 0, until = NULL")
            time.sleep(6)
        opened = server.sql("SELECT count(*) FROM finance_exception WHERE code = 'line.down'")
        assert int(opened) >= 1, "bank A was never noticed to be dead"
        assert len(dead) == len(healthy) == ROUNDS * PAYMENTS
        words = f"p95 of bank B: {p95(healthy):.3f} s, with A dead {p95(dead):.3f} s"
        print(words)
        assert p95(dead) < 1.2 * max(p95(healthy), FLOOR), words
    finally:
        for bank in banks:
            bank.stop()
