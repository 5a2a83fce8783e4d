"""The command line as a process of its own: arguments, JSON, exit codes, and what is committed."""

import json
import subprocess

import pytest

from runner import databases
from runner.layout import ROOT

LINES = "SELECT string_agg(coalesce(hold, FALSE)::text, ',' ORDER BY id) FROM finance_message"


@pytest.fixture(scope="module")
def database(odoo_database):
    """A database with three held messages, one of them in a flow that moves money."""
    made = odoo_database()
    run_shell(
        made,
        """
upload = env["finance.connector"]._upload_connector(env.company)
plain = {"connector_id": upload.id, "kind": "file", "direction": "in"}
files, cash = env["finance.flow"].create([{**plain, "name": "Files"}, {**plain, "name": "Cash", "moves_money": True}])
for number in range(3):
    env["finance.intake"]._store(upload, "file", b"%d" % number, name=str(number), dedup_key=f"K{number}",
                                 flow=cash if number == 2 else files)
env.cr.commit()
""",
    )
    return made


def run_shell(database, code):
    command = databases.odoo_command("shell", "-d", database, "--no-http")
    subprocess.run(
        command, input=code, text=True, check=True, cwd=ROOT, env=databases.odoo_environment(), timeout=300,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def finance(*arguments):
    command = [*databases.odoo_command()[:2], "finance", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=databases.odoo_environment(), timeout=300,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_hold_release_and_what_a_second_person_must_agree_with(database):
    common = ["-d", database, "--as", "admin", "--reason", "the bank asked"]
    code, out, _err = finance("hold", *common, "--connector", "upload.bank")
    assert (code, json.loads(out)["dry_run"], json.loads(out)["found"]) == (0, True, 3)
    assert databases.sql(database, LINES) == "false,false,false"
    code, out, _err = finance("hold", *common, "--connector", "upload.bank", "--yes")
    assert (code, len(json.loads(out)["done"])) == (0, 3)
    assert databases.sql(database, LINES) == "true,true,true"
    code, out, _err = finance("release", *common, "--connector", "upload.bank", "--yes")
    assert (code, len(json.loads(out)["done"]), len(json.loads(out)["asked"])) == (4, 2, 1)
    assert databases.sql(database, LINES) == "false,false,true"


def test_refusals_are_json_with_a_code(database):
    code, out, err = finance("replay", "-d", database, "--key", "nowhere", "--reason", "x")
    assert (code, out, json.loads(err)["error"]) == (1, "", "operation.nothing")
    code, _out, err = finance("hold", "-d", database, "--key", "K0")
    assert code == 2
    assert "--reason" in err


def test_help_tells_commands_and_exit_codes():
    code, out, _err = finance("--help")
    assert code == 0
    assert all(f"    {command} " in out for command in ("hold", "release", "replay", "status", "import"))
    code, out, _err = finance("release", "--help")
    assert (code, "exit codes" in out, "second person" in out) == (0, True, True)
