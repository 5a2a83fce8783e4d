"""Many workers need an access token in the same moment: one fetches it, the others wait and use it."""

import json

from runner.real import run_odoo

WORKERS = 8

RACE = f"""
import json, threading, time
from odoo.addons.finance_connector_base.services.finance_token import TokenStore
from odoo.addons.finance_connector_base.transports.oauth import Token

connector = env["finance.connector"].create({{"name": "Race", "code": "race", "transport": "upload"}})
env.cr.commit()
fetched, found, start = [], [], threading.Barrier({WORKERS})

def fetch():
    fetched.append(1)
    time.sleep(1)
    return Token(f"token {{len(fetched)}}", time.time() + 600)

def work():
    store = TokenStore(env.registry, connector.id)
    start.wait()
    first = store.get(fetch)
    start.wait()
    found.append((first, store.get(fetch, stale=first)))

threads = [threading.Thread(target=work) for _number in range({WORKERS})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("RESULT", json.dumps({{"fetched": len(fetched), "found": sorted(set(found))}}))
"""


def test_one_worker_fetches(odoo_database):
    done = run_odoo("shell", "-d", odoo_database(), "--no-http", stdin=RACE)
    line = next((row for row in done.stdout.splitlines() if "RESULT" in row), None)
    assert line, done.stderr[-3000:]
    result = json.loads(line.partition("RESULT ")[2])
    assert result == {"fetched": 2, "found": [["token 1", "token 2"]]}
