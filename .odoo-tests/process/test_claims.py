"""Eight workers with real transactions claim at the same moment: each message, probe, token and place once."""

import json

from runner.real import run_odoo

WORKERS = 8

SCRIPT = """
import json, threading
from odoo.addons.finance_connector_base.core.breaker import Limits

connector = env["finance.connector"].create({{
    "name": "Bank", "code": "bank", "domain": "bank", "transport": "https", "state": "active",
    "address": "http://127.0.0.1:9", "calls_at_once": 0,
}})
flow = env["finance.flow"].create({{
    "name": "Payments", "connector_id": connector.id, "kind": "file", "direction": "out",
}})
env.cr.commit()
numbers = iter(range(100_000))

def submit(count):
    deliver = env["finance.deliver"]
    found = [
        deliver._submit(connector, "file", b"{{}}", key=f"K{{next(numbers)}}", name="x").id for _n in range(count)
    ]
    env["queue.job"].search([]).unlink()
    env.cr.commit()
    return found

def race(ids, method="_claim"):
    # All workers go for all messages, each in an order of its own; counted are the calls they may make.
    start, calls, errors = threading.Barrier({workers}), [], []
    def work(number):
        mine = ids[number:] + ids[:number]
        start.wait()
        for message_id in mine:
            try:
                found = env["finance.deliver"]._own("finance.deliver", method, message_id)
            except Exception as error:
                errors.append(repr(error))
            else:
                if getattr(found, "attempt_id", None):
                    calls.append(message_id)
    threads = [threading.Thread(target=work, args=(number,)) for number in range({workers})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    env.invalidate_all()
    return {{"calls": len(calls), "messages": len(set(calls)), "errors": errors}}

def clear():
    env.cr.execute("UPDATE finance_message SET state = 'cancelled' WHERE state <> 'processed'")
    env.cr.execute("DELETE FROM finance_gate")
    env.cr.commit()

found = {{}}
found["claim"] = race(submit(40))
clear()
connector.calls_at_once = 3
env.cr.commit()
found["places"] = race(submit(40))
clear()
connector.write({{"calls_at_once": 0, "rate_calls": 60, "rate_unit": "hour", "rate_burst": 7}})
env.cr.commit()
found["bucket"] = race(submit(40))
clear()
connector.rate_calls = 0
for _time in range(3):
    env["finance.breaker"]._hear(connector.id, "send", False, Limits(threshold=3), "down")
connector.breaker_ids.until = "2020-01-01"
env.cr.commit()
found["probe"] = race(submit(40))
clear()
env["finance.quota"].create({{"connector_id": connector.id, "limit_calls": 5, "spread": False}})
incoming = env["finance.flow"].create({{
    "name": "In", "connector_id": connector.id, "kind": "file", "direction": "in",
}})
env["finance.breaker"].search([]).unlink()
env.cr.commit()
passed = []
start = threading.Barrier({workers})
def pull(number):
    start.wait()
    for _time in range(5):
        if not env["finance.deliver"]._own("finance.flow", "_admit_pull", incoming.id, True):
            passed.append(number)
threads = [threading.Thread(target=pull, args=(number,)) for number in range({workers})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
env.invalidate_all()
found["budget"] = {{"calls": len(passed), "messages": len(passed), "errors": []}}
found["attempts"] = env["finance.attempt"].search_count([])
print("RESULT", json.dumps(found))
"""


def test_eight_workers(odoo_database):
    database = odoo_database()
    script = SCRIPT.format(workers=WORKERS)
    done = run_odoo(
        "shell", "-d", database, "--no-http", "--log-level=warn", "--db_maxconn=32", stdin=script,
        timeout=240,
    )
    lines = [line for line in done.stdout.splitlines() if "RESULT" in line]
    assert lines, done.stderr[-3000:]
    found = json.loads(lines[0].partition("RESULT")[2])
    attempts = found.pop("attempts")
    print(found)
    assert {what: result["calls"] for what, result in found.items()} == {
        "claim": 40, "places": 3, "bucket": 7, "probe": 1, "budget": 5,
    }
    assert all(result["calls"] == result["messages"] and not result["errors"] for result in found.values())
    assert attempts == 40 + 3 + 7 + 1
