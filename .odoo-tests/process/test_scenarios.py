"""The scenarios in small: each one tells its story to the end, and all that it checks holds."""

import itertools
import os
import subprocess

import pytest

from runner.layout import ROOT

SECONDS = 550
_numbers = itertools.count(1)


@pytest.mark.parametrize("name", ["three_countries", "distributor"])
def test_scenario(name):
    database = f"test_{os.getpid()}_{name}{next(_numbers)}"
    command = [str(ROOT / ".odoo-tests/scenarios/run"), name, "--short", "--drop", "--database", database]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=SECONDS, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert " 0 wrong" in done.stdout
