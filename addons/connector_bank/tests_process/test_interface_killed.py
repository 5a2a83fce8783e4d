"""Workers die while an account is read page by page: in the end every booking is there, and none is there twice."""

import json
import subprocess
import urllib.request

import pytest

from runner.databases import odoo_command, odoo_environment
from runner.layout import PYTHON, ROOT
from runner.real import wait_until

IBAN = "DE65500105175412907713"
BOOKINGS = 12

CONNECT = """
import urllib.error, urllib.request
env["res.currency"].search([("name", "=", "EUR"), ("active", "=", False)]).active = True
journal = env["account.journal"].search([("type", "=", "bank")], limit=1)
journal.write({{"currency_id": env.ref("base.EUR").id}})
journal.set_bank_account("{iban}")
connector = env["finance.connector"].create({{
    "name": "Bank", "code": "bank", "domain": "bank", "transport": "berlin_group", "state": "active",
    "address": "{address}", "timeout_seconds": 20, "history_days": 4000,
}})
env["finance.flow"].create({{
    "name": "Bookings", "connector_id": connector.id, "kind": "statement", "interval_number": 365,
    "interval_unit": "days",
}})
env.cr.commit()
consent = env["finance.bank.consent"]._ask(connector)
env.cr.commit()
class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None
try:
    urllib.request.build_opener(Stay).open(consent.link, timeout=10)
except urllib.error.HTTPError as answered:
    assert answered.code == 302
consent._look()
assert consent.state == "valid", consent.text
connector.access_ids.filtered(lambda one: one.currency != "EUR").active = False
env.cr.commit()
"""


class Bank:
    """The sandbox as a process of its own."""

    def __init__(self):
        command = [str(PYTHON), str(ROOT / "setup/sandbox/serve.py"), "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.addresses = {}
        while "control" not in self.addresses:
            name, address = self.process.stdout.readline().split()
            self.addresses[name] = address
        self.root = self.addresses["control"].rsplit("/", 1)[0]

    def tell(self, what, **values):
        request = urllib.request.Request(
            f"{self.root}/{what}", json.dumps(values).encode(), {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=10).close()

    def book(self, number):
        day = f"2026-03-{number % 3 + 1:02d}"
        self.tell(
            "effects", party="psd2", kind="booking", key=f"b{number}", account="acc-eur-1", amount=f"{number}.25",
            day=day, value=day, text="Order", name=None, iban=None, end_to_end=None,
        )  # fmt: skip

    def reads(self):
        with urllib.request.urlopen(f"{self.root}/calls", timeout=10) as answer:
            return sum(call["path"].endswith("/transactions") for call in json.load(answer))

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def bank():
    found = Bank()
    yield found
    found.stop()


def in_odoo(database, script):
    done = subprocess.run(
        odoo_command("shell", "-d", database, "--no-http"),
        env=odoo_environment(), input=script, capture_output=True, text=True, timeout=240, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-3000:]


def amounts(server):
    rows = server.sql("SELECT amount FROM account_bank_statement_line WHERE finance_fingerprint IS NOT NULL")
    return sorted(float(row) for row in rows.split())


def test_killed_between_pages(odoo_database, odoo_server, bank):
    database = odoo_database()
    in_odoo(database, CONNECT.format(iban=IBAN, address=bank.addresses["psd2"]))
    for number in range(1, BOOKINGS + 1):
        bank.book(number)
    bank.tell("settings", party="psd2", page_size=3, repeat=True, unnamed=True)
    bank.tell("faults", kind="timeout_before", party="psd2", path="/transactions", skip=2, times=1, seconds=120)
    server = odoo_server(database, workers=2)
    connector = server.call("finance.connector", "search", [[["code", "=", "bank"]]])

    server.call("finance.connector", "action_pull", [connector])
    wait_until(lambda: bank.reads() >= 3, 90, "a fetch that hangs between two pages")
    server.kill()
    assert amounts(server) == [], "half a list is no report"

    bank.book(BOOKINGS + 1)
    server.start()
    expected = [number + 0.25 for number in range(1, BOOKINGS + 2)]

    def everything():
        if not server.sql("SELECT 1 FROM queue_job WHERE state IN ('pending', 'enqueued', 'started')").strip():
            server.call("finance.connector", "action_pull", [connector])
        return len(amounts(server)) >= len(expected)

    wait_until(everything, 150, "all bookings after the kill")
    for number in (BOOKINGS + 2, BOOKINGS + 3):
        bank.book(number)
        seen = bank.reads()
        server.call("finance.connector", "action_pull", [connector])
        wait_until(lambda seen=seen: bank.reads() > seen, 90, "another fetch")
        server.kill()
        server.start()
    expected = [number + 0.25 for number in range(1, BOOKINGS + 4)]
    wait_until(everything, 150, "all bookings in the end")
    assert amounts(server) == expected
