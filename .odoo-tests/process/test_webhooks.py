"""Real workers, real commits: each event is stored once however often it comes, and a 2xx means it is stored."""

import base64
import hashlib
import hmac
import json
import random
import subprocess
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.databases import odoo_command, odoo_environment, sql
from runner.layout import ROOT
from runner.real import wait_until

EVENTS, DELIVERIES, THREADS, KILLS = 50, 20, 6, 2
KEY = b"canary-key-of-twenty-four"
BODY_CANARY = "canary-body-0815"

CONNECT = """
connector = env["finance.connector"].create({
    "name": "Provider", "code": "provider", "domain": "bank", "state": "active", "webhook_scheme": "standard",
})
env["finance.credential"].create({"connector_id": connector.id, "purpose": "webhook", "secret": "%s"})
env.cr.commit()
"""


class Provider:
    """Signs and delivers; it believes an event has arrived only where it read a 2xx."""

    def __init__(self, server):
        self.server = server
        token = server.sql("SELECT token FROM finance_webhook_address WHERE valid_until IS NULL")
        self.address = f"{server.url}/finance/hook/{token}"
        self.statuses, self.believed, self.broken_promises = [], set(), []
        self._lock = threading.Lock()

    def deliver(self, event_id, body=None, key=KEY, verify=False, **headers):
        """The status read, or ``None`` where the line broke."""
        body = body if body is not None else self.body(event_id)
        moment = str(int(time.time()))
        mark = base64.b64encode(hmac.new(key, f"{event_id}.{moment}.".encode() + body, hashlib.sha256).digest())
        signed = {
            "webhook-id": event_id, "webhook-timestamp": moment, "webhook-signature": f"v1,{mark.decode()}",
            "Content-Type": "application/json", **headers,
        }
        request = urllib.request.Request(self.address, body, signed)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            status = None
        kept = not verify or status != 200 or self.is_stored(event_id)
        with self._lock:
            self.statuses.append(status)
            if status == 200:
                self.believed.add(event_id)
            if not kept:
                self.broken_promises.append(event_id)
        return status

    @staticmethod
    def body(event_id):
        return json.dumps({"type": "payout.paid", "event": event_id, "note": BODY_CANARY}).encode()

    def is_stored(self, event_id):
        return self.server.sql(f"SELECT count(*) FROM finance_message WHERE dedup_key = '{event_id}'") == "1"


@pytest.fixture(scope="module")
def server(odoo_database, odoo_server):
    database = odoo_database()
    secret = "whsec_" + base64.b64encode(KEY).decode()
    done = subprocess.run(
        odoo_command("shell", "-d", database, "--no-http"), env=odoo_environment(), input=CONNECT % secret,
        capture_output=True, text=True, timeout=120, cwd=ROOT, check=False,
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-3000:]
    return odoo_server(database, workers=3)


def test_each_event_is_stored_once_while_workers_die(server):
    provider = Provider(server)
    ids = [f"evt_{number}" for number in range(EVENTS)]
    deliveries = ids * DELIVERIES
    random.Random(7).shuffle(deliveries)
    killed = []

    def kill_workers():
        for _kill in range(KILLS):
            enough = len(provider.statuses) + 150
            wait_until(lambda enough=enough: len(provider.statuses) > enough, 120, "deliveries before the next kill")
            worker = next(iter(server.workers_alive()))
            worker.kill()
            killed.append(worker.pid)

    killer = threading.Thread(target=kill_workers)
    killer.start()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda event_id: provider.deliver(event_id, verify=True), deliveries))
    killer.join()
    for event_id in set(ids) - provider.believed:  # a provider repeats what was not confirmed
        assert provider.deliver(event_id) == 200

    assert len(killed) == KILLS
    assert provider.broken_promises == []
    assert server.sql("SELECT count(*), count(DISTINCT dedup_key) FROM finance_message") == f"{EVENTS}|{EVENTS}"
    assert set(provider.statuses) <= {200, 500, 502, 503, None}, set(provider.statuses)
    assert provider.statuses.count(200) >= 0.9 * len(deliveries)
    copies = int(server.sql("SELECT sum(duplicates) FROM finance_message"))
    assert 0 < copies <= len(deliveries) - EVENTS

    def processed():
        server.sql("NOTIFY queue_job, 'look'")
        return server.sql("SELECT count(*) FROM finance_message WHERE state = 'processed'") == str(EVENTS)

    wait_until(processed, 180, "every event to be processed")
    assert server.sql("SELECT count(*) FROM finance_attempt WHERE step = 'process'") == str(EVENTS)


def test_forged_posts_at_once_are_all_counted(server):
    provider = Provider(server)
    before = server.sql("SELECT count(*) FROM finance_message")
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda number: provider.deliver(f"forged_{number}", key=b"wrong"), range(100)))
    assert set(found) == {401}
    assert server.sql("SELECT code, sum(times) FROM finance_webhook_tally GROUP BY 1") == "hook.signature|100"
    assert server.sql("SELECT count(*) FROM finance_exception WHERE code = 'hook.signature'") == "1"
    assert server.sql("SELECT count(*) FROM finance_message") == before
    assert server.log.read_text().count("hook.signature") == 1


def test_two_contents_under_one_id(server):
    """Both at once: one is stored, the other waits in quarantine, both are answered."""
    provider = Provider(server)
    bodies = [json.dumps({"type": "payout.paid", "amount": amount}).encode() for amount in range(4)]
    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(lambda body: provider.deliver("conflict", body), bodies * 3)) == {200}
    rows = server.sql(
        "SELECT state = 'quarantined', count(*) FROM finance_message WHERE remote_id = 'conflict' GROUP BY 1 ORDER BY 1"
    )
    assert rows == "f|1\nt|3"


def test_a_copy_does_not_wait_for_the_job(server):
    """A job may hold its message for minutes; the provider wants its answer in seconds."""
    provider = Provider(server)
    assert provider.deliver("busy") == 200
    wait_until(lambda: server.sql("SELECT state FROM finance_message WHERE remote_id = 'busy'") == "processed", 60)
    hold = "BEGIN; SELECT 1 FROM finance_message WHERE remote_id = 'busy' FOR UPDATE; SELECT pg_sleep(8); COMMIT"
    holder = threading.Thread(target=server.sql, args=(hold,))
    holder.start()
    time.sleep(1)
    started = time.monotonic()
    assert provider.deliver("busy") == 200
    assert time.monotonic() - started < 4
    holder.join()
    assert provider.deliver("busy") == 200
    assert server.sql("SELECT duplicates FROM finance_message WHERE remote_id = 'busy'") == "1"


def test_a_database_of_several_must_be_named(server):
    """The server of this test serves one database; another name in the header opens nothing."""
    provider = Provider(server)
    assert provider.deliver("elsewhere", **{"X-Odoo-Database": "no_such_database"}) == 503
    assert provider.deliver("here", **{"X-Odoo-Database": server.database}) == 200


def test_a_dead_database_is_never_acknowledged(server):
    provider = Provider(server)
    assert provider.deliver("before") == 200
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{server.database}'"
    sql("postgres", f"ALTER DATABASE {server.database} ALLOW_CONNECTIONS false; {cut}")
    try:
        found = {provider.deliver(f"dead_{number}") for number in range(6)}
    finally:
        sql("postgres", f"ALTER DATABASE {server.database} ALLOW_CONNECTIONS true")
    assert all(status is None or status >= 500 for status in found), found
    wait_until(lambda: provider.deliver("dead_0") == 200, 60, "the database to be back")
    assert provider.is_stored("dead_0")


def test_nothing_secret_in_the_log(server):
    text = server.log.read_text()
    for canary in (KEY.decode(), base64.b64encode(KEY).decode(), BODY_CANARY):
        assert canary not in text
        assert base64.b64encode(canary.encode()).decode()[:-4] not in text
