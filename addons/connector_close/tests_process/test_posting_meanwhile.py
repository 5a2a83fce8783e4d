"""Milestones beside sessions that post at the same time, over real connections."""

import json
import subprocess
from pathlib import Path

import pytest

from runner.databases import odoo_command, odoo_environment

SCRIPT = Path(__file__).with_name("posting_meanwhile.py")


@pytest.fixture(scope="module")
def results(odoo_database):
    command = odoo_command("shell", "-d", odoo_database(), "--no-http", "--log-level", "error")
    done = subprocess.run(
        command, env=odoo_environment(), input=SCRIPT.read_text(), capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    answer = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert answer, done.stderr[-4000:]
    return json.loads(answer[0].removeprefix("RESULT "))


def test_lower_id_that_is_committed_later_is_late(results):
    assert results["lower_id_commits_later"] == {
        "lower_id_later": True,
        "same_snapshot": True,
        "same_hash": True,
        "verified": [True, True],
        "late": [-7.0, 7.0],
        "late_ids_are_the_lower": True,
    }


def test_entry_committed_while_the_milestone_is_taken_is_late(results):
    assert results["committed_between_two_reads"] == {
        "verified": [[True, True], [True, True]],
        "late": [-100.0, 100.0],
        "adds_up": 0,
    }


@pytest.mark.parametrize("takes", ["same_milestone_at_once", "two_periods_at_once"])
def test_two_sessions_take_at_once(results, takes):
    assert results[takes] == {
        "second": ["serialization failure"],
        "ours": [True, True],
        "repeated": [True, True],
    }
