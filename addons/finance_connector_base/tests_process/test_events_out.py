"""Subscribers of business events while writers work and workers die: one is good, one errs, one is dead."""

import base64
import hashlib
import hmac
import json
import os
import random
import secrets
import subprocess
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from runner.databases import odoo_command, odoo_environment
from runner.layout import ROOT
from runner.real import wait_until

#: 100 with FINANCE_SUPPLIERS=100 (2,000 events); fewer in a usual run, which has other things to do.
SUPPLIERS = int(os.environ.get("FINANCE_SUPPLIERS", 15))
WRITERS, ROUNDS = 2, 10  # a supplier is made, then changed nine times
EVENTS = WRITERS * SUPPLIERS * ROUNDS
KILLS = 6 if SUPPLIERS >= 100 else 2
ERRORS = 0.3  # of the answers of the subscriber that errs

SUBSCRIBE = """
for name, address, secret in {subscribers!r}:
    subscription = env["finance.subscription"].create({{
        "name": name, "address": address, "types": "supplier.*", "verified_on": "2026-01-01 00:00:00"}})
    subscription.connector_id.write({{"timeout_seconds": 2, "breaker_seconds": 1, "calls_at_once": 1}})
    subscription.flow_id.write({{"first_wait_seconds": 1, "factor": 1.0, "max_tries": 1000, "lease_seconds": 10,
                                "quiet_seconds": 1, "drain_seconds": 10}})
    env["finance.credential"].create({{
        "connector_id": subscription.connector_id.id, "purpose": "webhook", "secret": secret}})
    subscription.action_start()
env.cr.commit()
"""

#: Each supplier's reference counts its changes; every tenth transaction is rolled back, none of it may be told.
WRITE = """
import random
partners = env["res.partner"]
for number in range({suppliers}):
    partners |= env["res.partner"].create({{"name": "S", "is_company": True, "supplier_rank": 1, "ref": "0"}})
    if number % 10 == 9:
        env.cr.commit()
env.cr.commit()
for round in range(1, {rounds}):
    for start in range(0, len(partners), 10):
        some = partners[start:start + 10]
        if start % 100 == 90:
            some.write({{"ref": "never"}})
            env.cr.flush()
            env.cr.rollback()
            env.invalidate_all()
        some.write({{"ref": str(round)}})
        env.cr.commit()
"""


class Subscriber:
    """Verifies each post by itself, from the specification of Standard Webhooks."""

    def __init__(self, behave):
        self.key, self.taken, self.bad = secrets.token_bytes(32), [], []
        self.behave, self.lock = behave, threading.Lock()
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = subscriber.behave(lambda: subscriber.take(self.headers, body))
                if status is None:  # the answer is lost
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_given):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.secret = "whsec_" + base64.b64encode(self.key).decode()

    def take(self, headers, body):
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
        event = json.loads(body)
        with self.lock:
            good = fresh and expected in headers["webhook-signature"].split() and event["id"] == headers["webhook-id"]
            (self.taken if good else self.bad).append(event)

    def first_times(self):
        """What a subscriber that passes over known ids sees."""
        with self.lock:
            return list({event["id"]: event for event in self.taken}.values())


def good(take):
    take()
    return 200


def errs(take):
    """Refuses before, fails after it took the event, or takes it and says nothing."""
    if random.random() > ERRORS:
        take()
        return 200
    way = random.randrange(3)
    if way:
        take()
    return (503, 500, None)[way]


def dead(_take):
    time.sleep(60)


def start_in_odoo(database, script):
    process = subprocess.Popen(
        odoo_command("shell", "-d", database, "--no-http"), env=odoo_environment(), stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
    )
    process.stdin.write(script)
    process.stdin.close()
    return process


def finished(process):
    output = process.stdout.read()
    assert process.wait(120) == 0 and "Traceback" not in output, output[-3000:]


def check(subscriber):
    """Every event, nothing that was rolled back, in order for each object, all signed."""
    seen = defaultdict(list)
    for event in subscriber.first_times():
        seen[event["subject"]].append((int(event["data"]["reference"]), event["type"], event["sequence"]))
    assert not subscriber.bad, "a post was not signed as it should be"
    assert len(seen) == WRITERS * SUPPLIERS
    for subject, told in seen.items():
        assert [number for number, _kind, _sequence in told] == list(range(ROUNDS)), (subject, told)
        assert told[0][1] == "supplier.created"
        assert [sequence for *_rest, sequence in told] == sorted(sequence for *_rest, sequence in told)


def test_three_subscribers(odoo_database, odoo_server):
    random.seed(7)
    subscribers = {"good": Subscriber(good), "errs": Subscriber(errs), "dead": Subscriber(dead)}
    database = odoo_database()
    server = odoo_server(
        database, workers=4, environment={"ODOO_QUEUE_JOB_CHANNELS": "root:4,root.finance:4,root.finance.event:3"}
    )
    given = [(name, one.address, one.secret) for name, one in subscribers.items()]
    finished(start_in_odoo(database, SUBSCRIBE.format(subscribers=given)))
    began = time.monotonic()
    writers = [
        start_in_odoo(database, WRITE.format(suppliers=SUPPLIERS, rounds=ROUNDS)) for _number in range(WRITERS)
    ]
    for _kill in range(KILLS):
        time.sleep(4)
        random.choice(server.workers_alive()).kill()
    for writer in writers:
        finished(writer)

    def has_all(name):
        server.sql("NOTIFY queue_job, 'look'")
        return len(subscribers[name].first_times()) >= EVENTS

    took = {}
    for name in ("good", "errs"):
        wait_until(lambda name=name: has_all(name), 400, f"all events at the subscriber that is {name}")
        took[name] = time.monotonic() - began
        check(subscribers[name])
    assert server.sql("SELECT count(*) FROM finance_event WHERE position IS NULL") == "0"
    assert int(server.sql("SELECT count(*) FROM finance_attempt WHERE outcome = 'failed'")) > EVENTS * ERRORS / 2
    assert not subscribers["dead"].taken
    waits = "SELECT count(*) FROM finance_message m JOIN finance_connector c ON c.id = m.connector_id " \
            "WHERE c.code = 'events.dead' AND m.state IN ('ready', 'sending', 'unknown')"
    assert int(server.sql(waits)) == EVENTS, "what the dead subscriber did not get waits for it"
    doubles = {name: len(one.taken) - len(one.first_times()) for name, one in subscribers.items()}
    print(f"{EVENTS} events, {KILLS} workers killed: {took}, told more than once: {doubles}")
