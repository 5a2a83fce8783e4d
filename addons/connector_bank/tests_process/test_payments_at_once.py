"""Two people press buttons about the same money in the same second: nothing is paid twice, nothing unapproved."""

import json
import os
from threading import Barrier, Thread

import pytest

from runner.real import run_odoo, wait_until

#: More with FINANCE_RACES; each round takes seconds, because each call checks a password.
ROUNDS = int(os.environ.get("FINANCE_RACES", 2))
BILLS = 3
PEOPLE = {
    "r_maker": "finance_connector_base.group_operator",
    "r_second": "finance_connector_base.group_operator",
    "r_checker": "finance_connector_base.group_approver",
}
SETUP = """
import json
env = env(context={"tracking_disable": True, "mail_notrack": True})
for name, groups in PEOPLE.items():
    env["res.users"].create({"login": name, "password": name, "name": name, "email": name + "@example.com",
                             "group_ids": [(6, 0, [env.ref(groups).id])]})
company = env.company
company.write({"street": "Road 1", "city": "Brussels", "country_id": env.ref("base.be").id})
journal = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
euro = env.ref("base.EUR")
euro.active = True
journal.write({"bank_acc_number": "BE62510007547061", "currency_id": euro.id})
partner = env["res.partner"].create(
    {"name": "Cobalt Works", "street": "Road 2", "zip": "1000", "city": "Brussels",
     "country_id": env.ref("base.be").id})
bank = env["res.bank"].create({"name": "B", "bic": "KREDBEBB", "country": env.ref("base.be").id})
account = env["res.partner.bank"].create(
    {"acc_number": "BE68539007547034", "partner_id": partner.id, "bank_id": bank.id})
journal.bank_account_id.bank_id = bank
for table in ("res_partner_bank",):  # how trust is given is tested elsewhere
    env.cr.execute("ALTER TABLE %s DISABLE TRIGGER USER" % table)
env.cr.execute("UPDATE res_partner_bank SET allow_out_payment = TRUE WHERE id = %s", [account.id])
connector = env["finance.connector"].create(
    {"name": "Bank", "code": "bank", "transport": "portal", "domain": "bank", "company_id": company.id})
env["finance.flow"].create(
    {"name": "Payments", "connector_id": connector.id, "kind": "payment_order", "direction": "out",
     "needs_approval": True, "moves_money": True})
connector.state = "active"
env.cr.commit()
print("RESULT", json.dumps({"journal": journal.id, "partner": partner.id, "account": account.id,
                            "euro": euro.id}))
"""


@pytest.fixture(scope="module")
def server(odoo_database, odoo_server):
    database = odoo_database()
    script = SETUP.replace("PEOPLE", repr(PEOPLE), 1)
    done = run_odoo("shell", "-d", database, "--no-http", stdin=f"exec({script!r}, globals())\n")
    line = next((row for row in done.stdout.splitlines() if "RESULT " in row), None)
    assert line, done.stderr[-3000:]
    running = odoo_server(database, workers=4, options=["--max-cron-threads", "0"])
    running.made = json.loads(line.partition("RESULT ")[2])
    running.made["uids"] = {login: running._uid(login, login) for login in PEOPLE}
    return running


def at_once(server, *calls):
    """``(login, model, method, *arguments)`` of each, started together; their errors, ``None`` where it went well."""
    start, errors = Barrier(len(calls)), [None] * len(calls)

    def work(number):
        login, model, method, *given = calls[number]
        start.wait()
        try:
            press(server, login, model, method, *given)
        except RuntimeError as error:
            errors[number] = str(error)

    threads = [Thread(target=work, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    return errors


def press(server, login, model, method, *given):
    uid = server.made["uids"][login]
    return server.rpc("object", "execute_kw", server.database, uid, login, model, method, list(given), {})


def bills(server, count=BILLS):
    made = server.call(
        "account.move", "create",
        [[{"move_type": "in_invoice", "partner_id": server.made["partner"], "invoice_date": "2026-01-10",
           "invoice_date_due": "2026-01-20", "currency_id": server.made["euro"],
           "invoice_line_ids": [[0, 0, {"name": "Goods", "quantity": 1, "price_unit": bills.price + number,
                                        "tax_ids": []}]]}
          for number in range(count)]],
    )  # fmt: skip
    bills.price += count
    server.call("account.move", "action_post", [made])
    return made


bills.price = 10


def asked(server):
    """A run of new bills that waits for the checker; its id, its approval and its lines."""
    bills(server)
    values = {"kind": "vendor", "keep_minimum": False, "journal_ids": [[6, 0, [server.made["journal"]]]]}
    run = press(server, "r_maker", "finance.payment.run", "create", values)
    press(server, "r_maker", "finance.payment.run", "action_propose", [run])
    press(server, "r_maker", "finance.payment.run", "action_request", [run])
    approval = number(server, f"SELECT approval_id FROM finance_payment_run WHERE id = {run}")
    lines = [int(one) for one in server.sql(
        f"SELECT id FROM finance_payment_run_line WHERE run_id = {run} ORDER BY id").split()]  # fmt: skip
    assert len(lines) == BILLS
    return run, approval, lines


def paid(server, run):
    """The run's own job is through; its only order."""
    wait_until(lambda: state(server, "finance_payment_run", run) == "released", 120, "the job of the run")
    return number(server, f"SELECT id FROM finance_payment_order WHERE run_id = {run}")


def number(server, query):
    return int(server.sql(query) or 0)


def state(server, table, record):
    return server.sql(f"SELECT state FROM {table} WHERE id = {record}").strip()


def payments(server, run):
    return number(
        server, "SELECT count(*) FROM account_payment p WHERE p.id IN (SELECT payment_id FROM finance_payment_run_line"
        f" WHERE run_id = {run})",
    )  # fmt: skip


def test_two_releases(server):
    """Jobs that run at the same time make each payment once."""
    for _round in range(ROUNDS):
        run, approval, _lines = asked(server)
        before = number(server, "SELECT count(*) FROM account_payment")
        press(server, "r_checker", "finance.approval", "action_approve", [approval])
        at_once(server, *[("r_checker", "finance.payment.run", "release_job", [run])] * 3)
        paid(server, run)
        made = number(server, "SELECT count(*) FROM account_payment") - before
        assert (made, payments(server, run)) == (BILLS, BILLS)
        assert number(server, f"SELECT count(*) FROM finance_payment_order WHERE run_id = {run}") == 1


def test_approval_or_change(server):
    """One agrees while the other changes a line: what is paid is what was agreed, or nothing is."""
    outcomes = set()
    for _round in range(ROUNDS):
        run, approval, lines = asked(server)
        at_once(
            server,
            ("r_checker", "finance.approval", "action_approve", [approval]),
            ("r_maker", "finance.payment.run.line", "write", [lines[0]], {"amount": 1}),
        )
        at_once(server, *[("r_checker", "finance.payment.run", "release_job", [run])] * 2)
        changed = server.sql(f"SELECT amount::text FROM finance_payment_run_line WHERE id = {lines[0]}").strip()
        made = payments(server, run)
        outcomes.add((state(server, "finance_payment_run", run), made))
        assert made == 0 or float(changed) != 1, "paid, although it was changed"
        assert made in (0, BILLS)
    assert outcomes


def test_handed_over_twice(server):
    for _round in range(ROUNDS):
        run, approval, _lines = asked(server)
        press(server, "r_checker", "finance.approval", "action_approve", [approval])
        order = paid(server, run)
        at_once(
            server,
            ("r_maker", "finance.payment.order", "action_hand_over", [order]),
            ("r_second", "finance.payment.order", "action_hand_over", [order]),
            ("r_second", "finance.payment.run", "action_hand_over", [run]),
        )
        about = f"res_model = 'finance.payment.order' AND res_id = {order}"
        assert number(server, f"SELECT count(*) FROM finance_message WHERE {about}") == 1
        assert state(server, "finance_payment_order", order) == "handed"


def test_release_or_cancel(server):
    """One releases the file while the other takes the order back: it is one of both, for good."""
    for _round in range(ROUNDS):
        run, approval, _lines = asked(server)
        press(server, "r_checker", "finance.approval", "action_approve", [approval])
        order = paid(server, run)
        press(server, "r_maker", "finance.payment.order", "action_hand_over", [order])
        message = number(server, f"SELECT message_id FROM finance_payment_order WHERE id = {order}")
        release = number(server, f"SELECT approval_id FROM finance_message WHERE id = {message}")
        at_once(
            server,
            ("r_checker", "finance.approval", "action_approve", [release]),
            ("r_maker", "finance.payment.order", "action_cancel", [order]),
            ("r_second", "finance.message", "send_job", [message]),
        )
        held = number(server, f"SELECT count(*) FROM account_payment WHERE finance_order_id = {order}")
        both = (state(server, "finance_payment_order", order), state(server, "finance_message", message), held)
        assert both in (("cancelled", "cancelled", 0), ("handed", "ready", BILLS)), both


def test_into_two_orders(server):
    """Two people put the same payment into an order: it is in one."""
    for _round in range(ROUNDS):
        payee = {"partner_id": server.made["partner"], "partner_bank_id": server.made["account"]}
        values = {**payee, "payment_type": "outbound", "amount": 7, "journal_id": server.made["journal"],
                  "currency_id": server.made["euro"]}  # fmt: skip
        payment = server.call("account.payment", "create", [values])
        server.call("account.payment", "action_post", [[payment]])
        people = ("r_maker", "r_second")
        errors = at_once(server, *[(who, "account.payment", "action_finance_order", [payment]) for who in people])
        order = number(server, f"SELECT finance_order_id FROM account_payment WHERE id = {payment}")
        empty = number(
            server, "SELECT count(*) FROM finance_payment_order o WHERE o.state = 'draft'"
            " AND NOT EXISTS (SELECT FROM account_payment p WHERE p.finance_order_id = o.id)",
        )  # fmt: skip
        assert order, errors
        assert empty == 0, "an empty order was left"
