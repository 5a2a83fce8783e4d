"""The canonical interface on a real server: by its own description, and many equal calls at once."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runner import databases
from runner.real import Server, run_odoo

SETUP = """
import json
from odoo.addons.finance_connector_base.tests.canonical_setup import client
print("RESULT", json.dumps(client(env)))
"""
#: 422 is an answer to data of the right form: the account or customer it names does not exist.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "304", "403", "404", "409", "422", "429"]
"""
#: Calls made up for each operation, right ones and wrong ones each.
EXAMPLES = 4
AT_ONCE = 20
#: Objects in one request here, so that requests at the limit stay small.
MAX_ITEMS = 2


@pytest.fixture(scope="module")
def served():
    database = databases.new_database(addons=["finance_connector_base"])
    done = run_odoo("shell", "-d", database, "--no-http", "--log-level=warn", stdin=SETUP)
    line = next((row for row in done.stdout.splitlines() if "RESULT" in row), None)
    assert line, done.stderr[-3000:]
    server = Server(
        database,
        workers=2,
        options=["--log-level=warn"],
        environment={"FINANCE_API_MAX_ITEMS": str(MAX_ITEMS)},
        label="canonical",
    )
    server.start()
    yield server, json.loads(line.partition("RESULT")[2])
    server.stop()
    databases.drop_database(database)


def test_by_its_description(served, tmp_path):
    """schemathesis makes up calls from the description; every answer must be one that is described."""
    server, known = served
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "--config-file", config, "run",
            f"{server.url}/finance/api/v1/openapi.json", "-H", f"Authorization: Bearer {known['token']}",
            "--max-examples", str(EXAMPLES), "--phases", "examples,fuzzing", "--mode", "all",
            "--generation-deterministic", "--no-shrink",
        ],
        capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert "Tested: 35" in done.stdout


def test_twenty_equal_calls_at_once(served):
    server, known = served
    body = json.dumps({"items": [entry(known, "TWENTY")]}).encode()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _number: post(server, known, body, "twenty"), range(AT_ONCE)))
    assert {status for status, _content in answers} == {200}, answers
    assert len({content for _status, content in answers}) == 1
    assert server.sql("SELECT count(*) FROM account_move WHERE ref = 'TWENTY'").strip() == "1"
    messages = server.sql("SELECT count(*) FROM finance_message WHERE remote_id = 'twenty'")
    assert messages.strip() == "1"


def test_twenty_calls_for_one_object(served):
    """Each with a key of its own: the identifier alone keeps it from being written twice."""
    server, known = served
    body = json.dumps({"items": [entry(known, "OBJECT")]}).encode()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda number: post(server, known, body, f"object-{number}"), range(AT_ONCE)))
    assert {status for status, _content in answers} <= {200, 202}, answers
    assert server.sql("SELECT count(*) FROM account_move WHERE ref = 'OBJECT'").strip() == "1"


def entry(known, name):
    first, second = known["accounts"]
    lines = [{"account": first, "amount": "1.00"}, {"account": second, "amount": "-1.00"}]
    return {"external_id": name, "dated_on": "2026-01-31", "reference": name, "lines": lines}


def post(server, known, body, key):
    headers = {
        "Authorization": f"Bearer {known['token']}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    request = urllib.request.Request(f"{server.url}/finance/api/v1/journal-entries", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
