"""A worker dies in the midst of an order over an interface: in the end every payment was made, and none twice."""

import pytest

from runner.real import wait_until
from runner.sandbox_process import SandboxProcess, in_odoo

PAYMENTS = 5

ORDER = """
env["res.currency"].search([("name", "=", "EUR"), ("active", "=", False)]).active = True
journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
journal.write({{"currency_id": env.ref("base.EUR").id}})
journal.set_bank_account("DE20500105175412907713")
connector = env["finance.connector"].create({{
    "name": "Hub", "code": "hub", "domain": "bank", "transport": "modern_treasury", "state": "active",
    "address": "{address}", "timeout_seconds": 6, "auth_scheme": "basic", "username": "SANDBOX-ORG",
    "credential_ids": [(0, 0, {{"purpose": "password", "secret": "SANDBOX-HUB"}})],
}})
flow = env["finance.flow"].create({{
    "name": "Orders", "connector_id": connector.id, "kind": "payment_order", "direction": "out", "resend": "key",
    "quiet_seconds": 1, "lease_seconds": 10, "moves_money": True, "needs_approval": True, "first_wait_seconds": 1,
}})
env["finance.flow"].create({{"name": "Answers", "connector_id": connector.id, "kind": "payment_answer",
                             "interval_number": 365, "interval_unit": "days"}})
env.cr.commit()
connector.action_find_accounts()
belgium = env.ref("base.be")
partner = env["res.partner"].create({{"name": "Blue Supplies", "city": "Brussels", "country_id": belgium.id}})
bank = env["res.partner.bank"].create({{"acc_number": "BE68539007547034", "partner_id": partner.id}})
env.flush_all()
env.cr.execute("ALTER TABLE res_partner_bank DISABLE TRIGGER USER")
env.cr.execute("UPDATE res_partner_bank SET allow_out_payment = TRUE WHERE id = %s", [bank.id])
env.cr.execute("ALTER TABLE res_partner_bank ENABLE TRIGGER USER")
env.invalidate_all()
payments = env["account.payment"].create([
    {{"payment_type": "outbound", "partner_id": partner.id, "amount": number + 1.25, "journal_id": journal.id,
      "partner_bank_id": bank.id, "memo": "Bill"}} for number in range({payments})
])
payments.action_post()
order = env["finance.payment.order"]._of_payments(payments)
order.action_hand_over()
message = order.message_id
flow.needs_approval = False  # who releases it is not what is tested here
message._enqueue()
env.cr.commit()
"""


@pytest.fixture
def hub():
    found = SandboxProcess(party="hub")
    yield found
    found.stop()


def test_killed_within_an_order(odoo_database, odoo_server, hub):
    database = odoo_database()
    server = odoo_server(database, workers=2)
    hub.fault("timeout_after", method="POST", skip=2, times=1, seconds=120)
    in_odoo(database, ORDER.format(address=hub.addresses["hub"], payments=PAYMENTS))

    def state():
        return server.sql("SELECT state FROM finance_message WHERE kind = 'payment_order'")

    wait_until(lambda: len(hub.payments()) == 3 and state() == "sending", 90, "a third payment without an answer")
    for worker in server.workers_alive():
        worker.kill()

    def through():
        server.sql("NOTIFY queue_job, 'look'")  # the runner looks for dead workers once a minute on its own
        return state() == "processed"

    wait_until(through, 240, "the order to be settled")
    paid = server.sql("SELECT finance_end_to_end FROM account_payment ORDER BY 1").splitlines()
    assert len(paid) == PAYMENTS
    assert sorted(hub.payments()) == paid
    numbers = server.sql("SELECT count(DISTINCT remote_id) FROM finance_payment_remote")
    assert int(numbers) == PAYMENTS
    asked = server.sql("SELECT count(*) FROM finance_attempt WHERE step = 'ask'")
    assert int(asked) >= 1, "nothing was asked about: the kill came too late to prove anything"
