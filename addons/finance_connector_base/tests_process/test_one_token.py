"""Many workers need an access token in the same moment: one fetches or refreshes it, the others wait and use it."""

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


REFRESH = f"""
import json, threading, time
from odoo.addons.finance_connector_base.core.transport import Receipt
from odoo.addons.finance_connector_base.services.finance_token import RefreshStore, TokenStore
from odoo.addons.finance_connector_base.transports import oauth

connector = env["finance.connector"].create({{"name": "Race", "code": "race", "transport": "upload"}})
env.cr.commit()
RefreshStore(env.registry, connector.id).keep("refresh 0")
shown, found, failed, start = [], [], [], threading.Barrier({WORKERS})

def call(method, url, body, content_type, headers):
    shown.append(body.decode().rpartition("=")[2])
    time.sleep(1)
    number = len(shown)
    answer = {{"access_token": f"token {{number}}", "refresh_token": f"refresh {{number}}", "expires_in": 600}}
    return Receipt(content=json.dumps(answer).encode(), status=200)

def work():
    settings = {{"oauth_grant": "authorization_code", "username": "c", "oauth_token_url": "https://x.example",
                 "oauth_refresh": RefreshStore(env.registry, connector.id)}}
    store, stale = TokenStore(env.registry, connector.id, lease=60), None
    try:
        for _round in range(3):
            start.wait()
            stale = store.get(lambda: oauth.fetch(call, settings, {{}}), stale=stale)
        found.append(stale)
    except Exception as error:
        failed.append(repr(error))
        start.abort()

threads = [threading.Thread(target=work) for _number in range({WORKERS})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
kept = RefreshStore(env.registry, connector.id).read()
print("RESULT", json.dumps({{"shown": shown, "found": sorted(set(found)), "kept": kept, "failed": failed}}))
"""


def test_one_worker_refreshes(odoo_database):
    """Each refresh token is shown once, however many workers are refused in the same moment."""
    done = run_odoo("shell", "-d", odoo_database(), "--no-http", stdin=REFRESH)
    line = next((row for row in done.stdout.splitlines() if "RESULT" in row), None)
    assert line, done.stderr[-3000:]
    result = json.loads(line.partition("RESULT ")[2])
    assert result == {
        "shown": ["refresh+0", "refresh+1", "refresh+2"], "found": ["token 3"], "kept": "refresh 3", "failed": [],
    }  # fmt: skip
