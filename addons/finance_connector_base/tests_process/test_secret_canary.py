"""No secret is found anywhere: logs at the finest level, the database as text, files, what each role may read."""

import base64
import json
import re
import subprocess
from pathlib import Path

import canaries as birds
import pytest

from runner.databases import odoo_command, odoo_environment
from runner.layout import HOME, ROOT
from runner.real import Server

DRIVE = Path(__file__).with_name("canary_drive.py")
ROLES = ("user", "operator", "approver", "admin", "auditor")
DEBUG = ["--log-handler", ":DEBUG", "--log-handler", "odoo.sql_db:DEBUG", "--log-handler", "odoo.http.rpc:DEBUG"]
PG_DUMP = """
set -eu
. "$1/setup/lib/common.sh"
. "$1/setup/lib/postgres.sh"
connect_postgres
exec "${PG_BIN:+$PG_BIN/}pg_dump" "$2"
"""


class Drive:
    """A database in which every kind of secret was used, and all that was written meanwhile."""

    def __init__(self, database, folder, leak=False):
        self.database = database
        self.environment = {"FINANCE_FOLDER_ROOT": str(folder / "root"), "FINANCE_KEY_FILE": str(folder / "keys")}
        self.canaries = birds.new_canaries()
        result = folder / "result.json"
        given = f"CANARIES = {self.canaries!r}\nLEAK = {leak!r}\nRESULT = {str(result)!r}\n"
        done = subprocess.run(
            odoo_command("shell", "-d", database, "--no-http", *DEBUG), env=odoo_environment(**self.environment),
            input=given + DRIVE.read_text(), capture_output=True, text=True, timeout=240, cwd=ROOT, check=False,
        )  # fmt: skip
        assert result.exists(), done.stderr[-3000:]
        found = json.loads(result.read_text())
        self.log, self.steps = done.stderr + done.stdout, found["done"]
        self.canaries |= found["used"]

    def dump(self):
        command = ["bash", "-c", PG_DUMP, "-", str(ROOT), self.database]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode("utf-8", "replace")

    def files(self):
        """The file store, whatever is in it."""
        folder = HOME / "data" / "filestore" / self.database
        return "\n".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())

    def hits(self, text):
        return birds.hits(self.canaries, text)

    def where(self, text):
        """Lines around what was found, for the one who has to mend it."""
        return "\n".join(line[:300] for line in text.splitlines() if self.hits(line))[:4000]


@pytest.fixture(scope="module")
def drive(odoo_database, tmp_path_factory):
    return Drive(odoo_database(), tmp_path_factory.mktemp("drive"))


def test_every_way_was_driven(drive):
    """Success and failure of each kind, or finding nothing means nothing."""
    states = {what: (state, health) for what, state, health in drive.steps}
    assert len(states) >= 20
    for what in ("basic 200", "bearer 200", "api_key 200", "mtls right", "sftp key", "pgp right"):
        assert states[what] == ("processed", "ok"), (what, states[what])
    for what in ("basic 400", "bearer 401", "api_key 409", "basic 500", "oauth body /400", "mtls wrong",
                 "sftp password", "sftp damaged key", "pgp wrong", "dead server"):  # fmt: skip
        assert states[what][0] != "processed", (what, states[what])
    assert {"soap EUR", "soap USD", "webhook 200", "webhook 401"} <= states.keys()
    sftp = "odoo.addons.finance_connector_base.transports.sftp.library"  # where paramiko speaks
    for library in ("urllib3.connectionpool", sftp, "odoo.sql_db"):
        assert re.search(rf" DEBUG \S+ {re.escape(library)}: ", drive.log), f"{library} did not log"


def test_not_in_the_log(drive):
    assert "***" in drive.log
    assert drive.hits(drive.log) == [], drive.where(drive.log)


def test_not_in_the_database(drive):
    text = drive.dump()
    assert "COPY public.finance_credential" in text and "COPY public.queue_job" in text
    assert drive.hits(text) == [], drive.where(text)
    assert drive.hits(drive.files()) == []


def test_not_for_any_role(drive):
    """Every field of every model of ours that a role may read, by RPC, and what it may export."""
    server = Server(drive.database, workers=2, environment=drive.environment, options=DEBUG, label="canary").start()
    try:
        text, seen = crawl(server, drive)
    finally:
        server.stop()
    assert seen["finance.credential"] == {"admin"}
    assert {"finance.attempt", "finance.exception", "finance.message", "finance.connector"} <= seen.keys()
    assert len(text) > 100_000
    assert drive.hits(text) == [], drive.where(text)
    assert drive.hits(server.log.read_text()) == [], drive.where(server.log.read_text())
    assert drive.hits(drive.dump()) == []


def crawl(server, drive):
    uid = server.rpc("common", "login", server.database, "admin", "admin")

    def call(uid, password, *given):
        try:
            return server.rpc("object", "execute_kw", server.database, uid, password, *given)
        except RuntimeError as refused:
            return str(refused)  # what an error tells is read by people, too

    typed = {"secret": drive.canaries["typed"], "purpose": "signing_key"}
    connector = call(uid, "admin", "finance.connector", "search", [[("code", "like", "canary.")]], {"limit": 1})
    connector = call(uid, "admin", "finance.connector", "copy", [connector[0], {"code": "canary.typed"}])
    made = call(uid, "admin", "finance.credential", "create", [{**typed, "connector_id": connector[0]}])
    assert isinstance(made, int), made
    models = call(uid, "admin", "ir.model", "search_read", [[("model", "=like", "finance.%"), ("transient", "=", False),
                                                             ("abstract", "=", False)], ["model"]])  # fmt: skip
    models = [row["model"] for row in models] + ["queue.job", "ir.attachment", "mail.message", "mail.tracking.value"]
    parts, seen = [], {}
    for role in ROLES:
        login = f"canary_{role}"
        mine = server.rpc("common", "login", server.database, login, login)
        for model in models:
            ids = call(mine, login, model, "search", [[]], {"limit": 400})
            if not isinstance(ids, list) or not ids:
                parts.append(str(ids))
                continue
            seen.setdefault(model, set()).add(role)
            rows = call(mine, login, model, "read", [ids])
            names = list(rows[0]) if isinstance(rows, list) else ["id"]
            exported = call(mine, login, model, "export_data", [ids[:50], names])
            grouped = call(mine, login, model, "name_search", [""])
            parts += [json.dumps(each, ensure_ascii=False) for each in (rows, exported, grouped)]
            parts += [opened(value) for row in rows if isinstance(row, dict) for value in row.values()]
    return "\n".join(parts), seen


def opened(value):
    """Contents of files come as base64; other texts are looked at as they are."""
    try:
        return base64.b64decode(value, validate=True).decode("latin-1") if isinstance(value, str) else ""
    except ValueError:
        return ""


def test_a_leak_is_found(odoo_database, tmp_path):
    """The same drive with the masking of known secrets switched off: the search above must find them."""
    drive = Drive(odoo_database(), tmp_path, leak=True)
    assert {"password", "token", "api_key"} <= set(drive.hits(drive.log))
    assert {"password", "token", "api_key"} <= set(drive.hits(drive.dump()))
