"""Journal entries through the canonical interface beside one JSON-RPC ``create`` each, on the same server."""

import http.cookiejar
import json
import os
import time
import urllib.request

from runner import databases
from runner.real import Server, run_odoo

ENTRIES = int(os.environ.get("FINANCE_BENCH_ENTRIES", 10_000))
#: Created one by one; the rate stands for all.
ONE_BY_ONE = 200
SETUP = """
import json
from odoo.addons.finance_connector_base.tests.canonical_setup import client
print("RESULT", json.dumps(client(env)))
"""


def run():
    """Entries a second, from the first byte sent to the last entry in the ledger: as drafts, then posted."""
    database = databases.new_database(addons=["finance_connector_base"])
    server = Server(database, workers=2, label="bench",
                    options=["--log-level=warn", "--limit-time-real=600", "--limit-time-cpu=600"])  # fmt: skip
    try:
        done = run_odoo("shell", "-d", database, "--no-http", "--log-level=warn", stdin=SETUP)
        lines = [line for line in done.stdout.splitlines() if "RESULT" in line]
        if not lines:
            raise RuntimeError(done.stderr[-3000:])
        known = json.loads(lines[0].partition("RESULT")[2])
        server.start()
        one_by_one(server, known, 10)  # both workers have loaded the database
        slow = one_by_one(server, known, ONE_BY_ONE)
        fast = through_interface(server, known, "Canonical", ENTRIES)
        slow_posted = one_by_one(server, known, ONE_BY_ONE, post=True)
        fast_posted = through_interface(server, known, "Posted", ENTRIES, post=True)
        for ref, state in (("Canonical", "draft"), ("Posted", "posted")):
            counted = f"SELECT count(*) FROM account_move WHERE ref LIKE '{ref} %' AND state = '{state}'"
            written = int(server.sql(counted))
            if written != ENTRIES:
                raise RuntimeError(f"{written} entries are {state}, not {ENTRIES}")
    finally:
        server.stop()
        databases.drop_database(database)
    return [
        row(f"{ENTRIES} canonical journal entries beside one JSON-RPC create each", 5, fast, slow),
        row(f"{ENTRIES} canonical journal entries, posted, beside one create and post each", None, fast_posted,
            slow_posted),
    ]  # fmt: skip


def row(name, goal, ours, other):
    figures = {"ratio": round(ours / other, 2), "ours": round(ours, 1), "other": round(other, 1)}
    return {"name": name, "goal": goal, "unit": "entries/s", **figures}


def one_by_one(server, known, count, post=False):
    """With a session, as the web client calls: a password in each call would cost more than the entry."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    sign_in = {"db": server.database, "login": "admin", "password": "admin"}
    json_rpc(opener, server, "/web/session/authenticate", sign_in)
    first, second = known["ids"]
    started = time.monotonic()
    for number in range(count):
        rows = [
            (0, 0, {"account_id": account, "name": f"Plain {number}", "debit": debit, "credit": credit})
            for account, debit, credit in ((first, 10, 0), (second, 0, 10))
        ]
        values = {"move_type": "entry", "journal_id": known["journal"], "date": "2026-01-31", "line_ids": rows}
        values["ref"] = f"Plain {number}"
        wanted = {"model": "account.move", "method": "create", "args": [[values]], "kwargs": {}}
        created = json_rpc(opener, server, "/web/dataset/call_kw/account.move/create", wanted)
        if post:
            wanted = {"model": "account.move", "method": "action_post", "args": [created], "kwargs": {}}
            json_rpc(opener, server, "/web/dataset/call_kw/account.move/action_post", wanted)
    return count / (time.monotonic() - started)


def json_rpc(opener, server, path, parameters):
    body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters}).encode()
    request = urllib.request.Request(server.url + path, data=body, headers={"Content-Type": "application/json"})
    with opener.open(request, timeout=120) as answer:
        result = json.loads(answer.read())
    if "error" in result:
        raise RuntimeError(result["error"])
    return result["result"]


def through_interface(server, known, ref, count, post=False):
    first, second = known["accounts"]
    items = [
        {
            "external_id": f"{ref}-{number}",
            "dated_on": "2026-01-31",
            "reference": f"{ref} {number}",
            "lines": [{"account": first, "amount": "10.00"}, {"account": second, "amount": "-10.00"}],
        }
        for number in range(count)
    ]
    started = time.monotonic()
    body = json.dumps({"items": items, "post": post}).encode()
    answer = call(server, known, "/finance/api/v1/journal-entries", body, ref)
    while answer["state"] == "waiting":
        time.sleep(0.5)
        answer = call(server, known, answer["links"]["self"])
    seconds = time.monotonic() - started
    if answer["counts"] != {"done": count}:
        raise RuntimeError(f"{answer['state']}: {answer['counts']} {answer.get('text')}")
    return count / seconds


def call(server, known, path, body=None, key=None):
    headers = {"Authorization": f"Bearer {known['token']}", "Content-Type": "application/json"}
    if body:
        headers["Idempotency-Key"] = key
    request = urllib.request.Request(server.url + path, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    for found in run():
        print(found)
