"""An emergency stop while eight workers claim: from the moment it has the line, no send begins."""

import json

from runner.real import run_odoo

WORKERS, MESSAGES, AFTER = 8, 400, 80

SCRIPT = """
import json, threading, time

connector = env["finance.connector"].create({{
    "name": "Bank", "code": "stop", "domain": "bank", "transport": "https", "state": "active",
    "address": "http://127.0.0.1:9", "calls_at_once": 0,
}})
flow = env["finance.flow"].create({{
    "name": "Payments", "connector_id": connector.id, "kind": "file", "direction": "out",
}})
deliver = env["finance.deliver"]
ids = [deliver._submit(connector, "file", b"{{}}", key=f"K{{n}}", name="x", flow=flow).id for n in range({messages})]
env["queue.job"].search([]).unlink()
env.cr.commit()

waiting, claimed, whys, errors, enough = list(reversed(ids)), [], [], [], threading.Event()

def work():
    while waiting:
        try:
            message_id = waiting.pop()
            found = env["finance.deliver"]._own("finance.deliver", "_claim", message_id)
        except IndexError:
            return
        except Exception as error:
            errors.append(repr(error))
            continue
        if getattr(found, "attempt_id", None):
            claimed.append(message_id)
        else:
            whys.append(found.why)
        if len(claimed) >= {after}:
            enough.set()

threads = [threading.Thread(target=work) for _number in range({workers})]
for thread in threads:
    thread.start()
enough.wait(60)
begun = time.monotonic()
with env.registry.cursor() as cr:
    here = env(cr=cr)
    here["finance.stop"].create({{"scope": "{scope}", "connector_id": connector.id, "reason": "strange payments"}})
    took = time.monotonic() - begun
    cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
    locked_on = cr.fetchone()[0]
    time.sleep(0.5)     # claims that would slip in before the commit have time to do so
for thread in threads:
    thread.join()
env.cr.rollback()
env.cr.execute("SELECT count(*) FROM finance_attempt WHERE started_on > %s", [locked_on])
print("RESULT", json.dumps({{
    "claimed": len(claimed), "after": env.cr.fetchone()[0], "whys": sorted(set(whys)), "stopped": whys.count("stopped"),
    "errors": errors, "seconds": round(took, 3),
}}))
"""


def race(database, scope):
    script = SCRIPT.format(workers=WORKERS, messages=MESSAGES, after=AFTER, scope=scope)
    done = run_odoo("shell", "-d", database, "--no-http", stdin=script)
    line = next((row for row in done.stdout.splitlines() if "RESULT" in row), None)
    assert line, done.stderr[-3000:]
    return json.loads(line.partition("RESULT ")[2])


def check(result):
    print(result)
    assert result["errors"] == []
    assert result["claimed"] >= AFTER
    assert result["after"] == 0, "a send began after the stop had the line"
    assert result["whys"] == ["stopped"]
    assert result["claimed"] + result["stopped"] == MESSAGES
    assert result["seconds"] < 2


def test_stop_of_a_connector(odoo_database):
    check(race(odoo_database(), "connector"))


def test_stop_of_everything(odoo_database):
    check(race(odoo_database(), "all"))
