"""A worker dies between the upload of an order over EBICS and its confirmation: the bank carries it out once."""

import pytest

from runner.real import wait_until
from runner.sandbox_process import SandboxProcess, in_odoo

ORDERS = 3

CONNECT = """
import json, urllib.request
from odoo.addons.connector_bank.ebics import keys
connector = env["finance.connector"].create({{
    "name": "Bank", "code": "bank", "domain": "bank", "transport": "ebics", "state": "active", "timeout_seconds": 8,
    "address": "{address}/", "ebics_host_id": "SANDBOX", "ebics_partner_id": "PARTNER1", "ebics_user_id": "USER1",
    "ebics_key_bits": 2048,
}})
env["finance.flow"].create({{
    "name": "Orders", "connector_id": connector.id, "kind": "file", "direction": "out", "quiet_seconds": 1,
    "ebics_preset": "sepa_sct",
}})
env.cr.commit()
user = connector.ebics_user_ids
user.action_make_keys()
env.cr.commit()
user.action_send_keys()
env.cr.commit()
user.action_letter()
env.cr.commit()
def desk(path, values=None):
    request = urllib.request.Request("{address}/desk/" + path, values and json.dumps(values).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
desk("activate", {{"user": "USER1", "hashes": {{
    "A006": user.signature_hash, "X002": user.authentication_hash, "E002": user.encryption_hash}}}})
user.action_fetch_bank_keys()
env.cr.commit()
told = desk("letter")
user.write({{"told_authentication": told["X002"], "told_encryption": told["E002"]}})
user.action_confirm_bank_keys()
assert user.state == "ready", user.trouble
env.cr.commit()
"""

SUBMIT = """
connector = env["finance.connector"].search([("code", "=", "bank")])
for number in range({first}, {orders}):
    content = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CdtTrfTxInf><PmtId><EndToEndId>E2E-%s'
        '</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">10.00</InstdAmt></Amt></CdtTrfTxInf></Document>' % number
    ).encode()
    env["finance.deliver"]._submit(connector, "file", content, key=f"K{{number}}", name=f"order{{number}}.xml")
env.cr.commit()
"""


@pytest.fixture
def bank():
    found = SandboxProcess(party="ebics")
    yield found
    found.stop()


def states(server):
    rows = server.sql("SELECT state, count(*) FROM finance_message GROUP BY 1")
    return dict(row.split("|") for row in rows.splitlines())


def test_killed_between_upload_and_confirmation(odoo_database, odoo_server, bank):
    database = odoo_database()
    in_odoo(database, CONNECT.format(address=bank.addresses["ebics"]))
    server = odoo_server(database, workers=2)
    bank.fault("timeout_after", skip=1, times=1, seconds=120)  # the answer to the first order's last segment
    in_odoo(database, SUBMIT.format(first=0, orders=1))

    wait_until(lambda: bank.payments() and "sending" in states(server), 90, "an order carried out without an answer")
    for worker in server.workers_alive():
        worker.kill()
    in_odoo(database, SUBMIT.format(first=1, orders=ORDERS))

    def all_done():
        server.sql("NOTIFY queue_job, 'look'")  # the runner looks for dead workers once a minute on its own
        return states(server) == {"processed": str(ORDERS)}

    wait_until(all_done, 240, "all orders to be settled")
    assert sorted(bank.payments()) == [f"E2E-{number}" for number in range(ORDERS)]
    asked = server.sql("SELECT count(DISTINCT message_id) FROM finance_attempt WHERE step = 'ask' AND outcome = 'ok'")
    assert int(asked) >= 1, "nothing was asked about: the kill came too late to prove anything"
    assert server.sql("SELECT count(*) FROM finance_ebics_transfer") == str(ORDERS)
