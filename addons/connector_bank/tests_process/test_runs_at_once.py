"""Several people propose what is due, and cancel, in the same second: no open item in two live lines."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

PEOPLE, BILLS, ROUNDS = 4, 15, 3
LIVE = "state IN ('proposed', 'released')"


@pytest.fixture(scope="module")
def server(odoo_database, odoo_server):
    running = odoo_server(odoo_database(), workers=PEOPLE)
    journal = running.call("account.journal", "search_read", [[["type", "=", "bank"]], ["company_id"]], {"limit": 1})[0]
    running.call("account.journal", "write", [[journal["id"]], {"bank_acc_number": "DE09000000000000000001"}])
    running.journal, running.company = journal["id"], journal["company_id"][0]
    user = running.call("res.users", "search", [[["login", "=", "admin"]]])
    group = running.sql(
        "SELECT res_id FROM ir_model_data WHERE module = 'finance_connector_base' AND name = 'group_operator'"
    )
    running.call("res.users", "write", [user, {"group_ids": [[4, int(group)]]}])
    running.partner = running.call("res.partner", "create", [{"name": "Cobalt Works"}])
    return running


def bills(server, count):
    """Posted bills that are due."""
    made = server.call(
        "account.move", "create",
        [[{"move_type": "in_invoice", "partner_id": server.partner, "invoice_date": "2026-01-10",
           "invoice_date_due": "2026-01-20", "ref": f"B{number}",
           "invoice_line_ids": [[0, 0, {"name": "Goods", "quantity": 1, "price_unit": 10 + number, "tax_ids": []}]]}
          for number in range(count)]],
    )  # fmt: skip
    server.call("account.move", "action_post", [made])
    return made


def at_once(server, method, runs):
    """Everybody presses the same button in the same moment."""
    start = Barrier(len(runs))

    def press(run):
        start.wait()
        server.call("finance.payment.run", method, [[run]])

    with ThreadPoolExecutor(len(runs)) as people:
        list(people.map(press, runs))


def new_runs(server, count):
    values = {"kind": "vendor", "keep_minimum": False, "journal_ids": [[6, 0, [server.journal]]]}
    return [server.call("finance.payment.run", "create", [values]) for _one in range(count)]


def number(server, query):
    return int(server.sql(query))


def test_proposed_at_once(server):
    for round_ in range(1, ROUNDS + 1):
        bills(server, BILLS)
        at_once(server, "action_propose", new_runs(server, PEOPLE))
        held = number(server, f"SELECT count(*) FROM finance_payment_run_line WHERE {LIVE}")
        different = number(server, f"SELECT count(DISTINCT item_id) FROM finance_payment_run_line WHERE {LIVE}")
        assert (held, different) == (BILLS * round_, BILLS * round_)


def test_given_free_and_proposed_at_once(server):
    """One cancels while the others propose: what is given free is taken by one of them at most."""
    first = number(server, f"SELECT run_id FROM finance_payment_run_line WHERE {LIVE} LIMIT 1")
    others = new_runs(server, PEOPLE - 1)
    start = Barrier(PEOPLE)

    def press(run):
        start.wait()
        server.call("finance.payment.run", "action_cancel" if run == first else "action_propose", [[run]])

    with ThreadPoolExecutor(PEOPLE) as people:
        list(people.map(press, [first, *others]))
    at_once(server, "action_propose", others)
    held = number(server, f"SELECT count(*) FROM finance_payment_run_line WHERE {LIVE}")
    different = number(server, f"SELECT count(DISTINCT item_id) FROM finance_payment_run_line WHERE {LIVE}")
    assert (held, different) == (BILLS * ROUNDS, BILLS * ROUNDS)
