"""Files that take too much memory or time among good ones, on a real server: nobody else notices."""

import base64
import io
import random
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from odoo.addons.connector_bank.simulation.good import Account, good
from odoo.addons.connector_bank.tests.camt_maker import write_camt053

NUMBER = "DE09000000000000000001"  # of no bank
GOOD = 12
SECONDS = 3


@pytest.fixture(scope="module")
def server(odoo_database, odoo_server):
    bounds = {"FINANCE_PARSE_MEGABYTES": "128", "FINANCE_PARSE_SECONDS": str(SECONDS)}
    running = odoo_server(odoo_database(), workers=3, environment=bounds)
    found = running.call("account.journal", "search_read", [[["type", "=", "bank"]], ["company_id"]], {"limit": 1})
    running.call("account.journal", "write", [[found[0]["id"]], {"bank_acc_number": NUMBER}])
    at_once = ["finance_connector_base.import_now_megabytes", "64"]
    running.call("ir.config_parameter", "set_param", at_once)
    running.currency = running.sql(
        "SELECT c.name FROM res_currency c JOIN res_company co ON co.currency_id = c.id "
        f"WHERE co.id = {found[0]['company_id'][0]}"
    ).strip()
    return running


def memory_bomb(text):
    """Seven million bytes that become a tree of a million elements before the first entry."""
    return text.replace("<GrpHdr>", "<GrpHdr>" + "<a/>" * 1_900_000, 1).encode()


def time_bomb():
    """Minutes of honest work, packed into a small file."""
    text = io.StringIO()
    write_camt053(text, 120_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("statement.xml", text.getvalue())
    return packed.getvalue()


def bring(server, name, content):
    """The file's message after it was processed, and the seconds a person waited."""
    wizard = server.call("finance.statement.import", "create", [{}])
    file = {"res_model": "finance.statement.import", "res_id": wizard}
    file |= {"name": name, "datas": base64.b64encode(content).decode()}
    attachment = server.call("ir.attachment", "create", [file])
    started = time.monotonic()
    server.call("finance.statement.import", "import_file", [[wizard], attachment])
    seconds = time.monotonic() - started
    return server.call("finance.message", "search_read", [[["name", "=", name]], ["state", "sha256"]])[0], seconds


def codes(server, name):
    return server.sql(
        "SELECT code FROM finance_exception e JOIN finance_message m ON m.id = e.message_id "
        f"WHERE e.state = 'open' AND m.name = '{name}'"
    ).split()


def test_greedy_files(server):
    chance = random.Random(5)
    account = Account(NUMBER, server.currency)
    bring(server, "first.xml", good(chance, account).encode())
    before = {process.pid for process in server.workers_alive()}
    greedy = {"memory.xml": memory_bomb(good(chance, account)), "time.zip": time_bomb()}
    others = {f"good{number}.xml": good(chance, account).encode() for number in range(GOOD)}
    with ThreadPoolExecutor(3) as people:
        stopped = {name: people.submit(bring, server, name, content) for name, content in greedy.items()}
        taken = [people.submit(bring, server, name, content) for name, content in others.items()]
        assert {message.result()[0]["state"] for message in taken} == {"processed"}
        waits = sorted(message.result()[1] for message in taken)
        assert {name: message.result()[0]["state"] for name, message in stopped.items()} == dict.fromkeys(
            greedy, "refused"
        )
    assert codes(server, "memory.xml") == ["parse.memory"]
    assert codes(server, "time.zip") == ["parse.time"]
    assert {process.pid for process in server.workers_alive()} == before
    assert waits[len(waits) // 2] < SECONDS + 5, waits
    kept = server.sql("SELECT count(*) FROM finance_message WHERE body IS NOT NULL OR attachment_id IS NOT NULL")
    assert int(kept) == GOOD + len(greedy) + 1
    assert server.sql("SELECT count(*) FROM account_bank_statement") == str(GOOD + 1)
