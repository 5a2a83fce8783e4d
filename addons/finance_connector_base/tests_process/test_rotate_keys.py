"""Keys rotate while a server opens secrets without pause: none fails; two nodes may rotate at once."""

import base64
import hashlib
import hmac
import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from runner.databases import odoo_command, odoo_environment
from runner.layout import ROOT
from runner.real import Server, wait_until

PROVIDERS, ROTATIONS = 12, 3

CONNECT = """
for number in range(%d):
    connector = env["finance.connector"].create({
        "name": f"Provider {number}", "code": f"p{number}", "state": "active", "webhook_scheme": "standard",
    })
    env["finance.credential"].create({"connector_id": connector.id, "purpose": "webhook", "secret": "%s"})
env.cr.commit()
"""
KEY = b"key-of-twenty-four-bytes"


@pytest.fixture
def key_file(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def server(odoo_database, key_file):
    environment = {"FINANCE_KEY_FILE": str(key_file)}
    database = odoo_database()
    secret = "whsec_" + base64.b64encode(KEY).decode()
    finished(odoo(key_file, "shell", "-d", database, "--no-http", stdin=CONNECT % (PROVIDERS, secret)))
    options = ["--load", "base,rpc,web,queue_job,finance_connector_base"]
    found = Server(database, workers=2, environment=environment, options=options, label="rotate").start()
    yield found
    found.stop()


def odoo(key_file, *arguments, stdin=""):
    return subprocess.run(
        odoo_command(*arguments), env=odoo_environment(FINANCE_KEY_FILE=str(key_file)), input=stdin,
        capture_output=True, text=True, timeout=180, cwd=ROOT, check=False,
    )


def finished(done):
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-3000:] + done.stdout[-2000:]
    return done.stdout


def post(url, number):
    """A signed post: to check it a worker opens the connector's secret."""
    body, moment, event = b'{"type": "ping"}', str(int(time.time())), f"evt_{number % 5}"
    mark = base64.b64encode(hmac.new(KEY, f"{event}.{moment}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": event, "webhook-timestamp": moment, "webhook-signature": f"v1,{mark}",
               "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_secrets_open_while_keys_rotate(server, key_file):
    tokens = server.sql("SELECT token FROM finance_webhook_address ORDER BY id").splitlines()
    urls = [f"{server.url}/finance/hook/{token}" for token in tokens]
    assert len(urls) == PROVIDERS
    statuses, stop = [], threading.Event()

    def open_without_pause(start):
        number = start
        while not stop.is_set():
            statuses.append(post(urls[number % PROVIDERS], number))
            number += 1

    loops = [threading.Thread(target=open_without_pause, args=(start,)) for start in range(2)]
    for loop in loops:
        loop.start()
    wait_until(lambda: len(statuses) > 20, 60, "the first posts")
    seen = []
    try:
        for rotation in range(ROTATIONS):
            arguments = ("finance", "rotate-keys", "-d", server.database)
            with ThreadPoolExecutor(2) as pool:  # two nodes, one with the new key
                runs = [pool.submit(odoo, key_file, *arguments, *more) for more in (("--new-key",), ())]
                reports = [json.loads(finished(run.result())) for run in runs]
            report = json.loads(finished(odoo(key_file, *arguments)))
            assert report["keys"].pop(report["current"]) == PROVIDERS
            assert set(report["keys"].values()) == {0} and report["removable"]
            assert sum(each["rewrapped"] for each in [*reports, report]) >= PROVIDERS
            seen.append(report["current"])
            before = len(statuses)
            left = key_file.with_suffix(".new")
            left.write_text(key_file.read_text().splitlines()[0] + "\n")
            left.chmod(0o600)
            left.rename(key_file)  # the old one is taken out, at once: a file half written is no key file
            wait_until(lambda before=before: len(statuses) > before + 30, 60, f"posts after rotation {rotation}")
    finally:
        stop.set()
        for loop in loops:
            loop.join()
    assert len(set(seen)) == ROTATIONS
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert len(statuses) > 100
    assert set(statuses) == {200}, {status: statuses.count(status) for status in set(statuses)}
    assert server.sql("SELECT count(*) FROM finance_exception WHERE code LIKE 'hook.%' OR code LIKE 'secret.%'") == "0"


def test_the_loop_notices_a_lost_key(server, key_file):
    """The same loop, with the key taken out too early: it must fail, or the test above proves nothing."""
    token = server.sql("SELECT token FROM finance_webhook_address LIMIT 1")
    assert post(f"{server.url}/finance/hook/{token}", 1) == 200
    key_file.write_text(base64.urlsafe_b64encode(hashlib.sha256(KEY).digest()).decode() + "\n")
    assert post(f"{server.url}/finance/hook/{token}", 2) == 401
    done = odoo(key_file, "finance", "rotate-keys", "-d", server.database)
    assert done.returncode == 1
    refusal = json.loads(done.stderr.splitlines()[-1])
    assert refusal["error"] == "secret.key_missing" and "Provider 11: Webhook secret" in refusal["text"]
