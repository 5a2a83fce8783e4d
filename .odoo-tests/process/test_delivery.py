"""A worker dies between send and confirm: the bank still executes each payment exactly once."""

import pytest

from runner.real import wait_until
from runner.sandbox_process import SandboxProcess, in_odoo

PAYMENTS = 6

CONNECT = """
connector = env["finance.connector"].create({{
    "name": "Bank", "code": "bank", "domain": "bank", "transport": "https", "state": "active",
    "address": "{address}", "push_path": "/payments", "ask_path": "/payments/{{key}}", "timeout_seconds": 5,
}})
env["finance.flow"].create({{
    "name": "Payments", "connector_id": connector.id, "kind": "file", "direction": "out", "quiet_seconds": 1,
}})
env.cr.commit()
"""

SUBMIT = """
import json
connector = env["finance.connector"].search([("code", "=", "bank")])
for number in range({payments}):
    key = f"E2E-{{number}}"
    content = json.dumps({{"end_to_end_id": key, "amount": "10.00", "currency": "EUR"}}).encode()
    env["finance.deliver"]._submit(connector, "file", content, key=key, name=key, content_type="application/json")
env.cr.commit()
"""


@pytest.fixture
def bank():
    found = SandboxProcess()
    yield found
    found.stop()


def states(server):
    rows = server.sql("SELECT state, count(*) FROM finance_message GROUP BY 1")
    return dict(row.split("|") for row in rows.splitlines())


def test_killed_between_send_and_confirm(odoo_database, odoo_server, bank):
    database = odoo_database()
    in_odoo(database, CONNECT.format(address=bank.addresses["bank"]))
    server = odoo_server(database, workers=2)
    bank.fault("timeout_after", method="POST", times=2, seconds=120)
    in_odoo(database, SUBMIT.format(payments=PAYMENTS))

    wait_until(lambda: bank.payments() and "sending" in states(server), 90, "a payment at the bank without an answer")
    for worker in server.workers_alive():
        worker.kill()

    def all_done():
        server.sql("NOTIFY queue_job, 'look'")  # the runner looks for dead workers once a minute on its own
        return states(server) == {"processed": str(PAYMENTS)}

    wait_until(all_done, 240, "all messages to be settled")
    assert sorted(bank.payments()) == [f"E2E-{number}" for number in range(PAYMENTS)]
    asked = server.sql("SELECT count(DISTINCT message_id) FROM finance_attempt WHERE step = 'ask' AND outcome = 'ok'")
    assert int(asked) >= 1, "nothing was asked about: the kill came too late to prove anything"
    assert server.sql("SELECT count(*) FROM finance_attempt WHERE outcome = 'running'") == "0"
