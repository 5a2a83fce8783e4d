"""A copied database keeps still, however it was copied, while its original sends each payment once."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
from faults.cluster import Cluster
from test_nodes import SUBMIT

from runner import databases
from runner.layout import HOME, ROOT
from runner.real import Server, wait_until
from runner.sandbox_process import SandboxProcess

PAYMENTS = 50

CONFIGURATION = """
[options]
addons_path = {addons}
data_dir = {data}
db_host = {run}
db_port = 5432
db_user = odoo
max_cron_threads = 1
limit_time_cpu = 300
limit_time_real = 600

[queue_job]
host = 127.0.0.1
channels = root:6,root.finance:6,root.finance.pay:2
"""

#: Fifty approved payments: ready, planned, unknown, one whose job a worker holds; pollers of each kind, and a token.
CONNECT = """
from datetime import timedelta
values = {{"state": "active", "domain": "bank", "calls_at_once": 0, "timeout_seconds": 5}}
Connector = env["finance.connector"]
bank = Connector.create({{**values, "name": "Bank", "code": "bank", "transport": "https", "address": "{address}",
    "push_path": "/payments", "ask_path": "/payments/{{key}}"}})
env["finance.flow"].create({{"name": "single", "connector_id": bank.id, "kind": "file", "direction": "out",
    "quiet_seconds": 1, "moves_money": True, "needs_approval": True}})
env["res.users"].create({{"login": "ann", "password": "ann", "name": "Ann", "email": "ann@example.com",
    "group_ids": [(4, env.ref("finance_connector_base.group_approver").id)]}})
port = "{address}".rpartition(":")[2].partition("/")[0]
pollers = [
    {{"name": "Poll", "code": "poll", "transport": "https", "address": "{address}", "pull_path": "/payments"}},
    {{"name": "Token", "code": "token", "transport": "https", "address": "{address}", "pull_path": "/payments",
      "auth_scheme": "oauth2", "oauth_token_url": "{address}/token", "username": "us"}},
    {{"name": "Files", "code": "files", "transport": "sftp", "address": f"sftp://127.0.0.1:{{port}}/x",
      "username": "us", "host_keys": "ssh-ed25519 SHA256:" + "A" * 43}},
    {{"name": "Folder", "code": "folder", "transport": "folder", "address": "box"}},
]
for poller in pollers:
    connector = Connector.create({{**values, **poller}})
    env["finance.flow"].create({{"name": poller["name"], "connector_id": connector.id, "kind": "file",
        "direction": "in", "interval_number": 1}})
    env["finance.credential"].create({{"connector_id": connector.id, "purpose": "client_secret", "secret": "s" * 20}})
env.cr.commit()
"""

PREPARE = """
UPDATE finance_message SET next_try_on = now() AT TIME ZONE 'UTC' + '45 s' WHERE id % 5 = 1;
UPDATE finance_message SET state = 'unknown', arrived = 'maybe', attempt = 1,
       next_try_on = now() AT TIME ZONE 'UTC' + '40 s' WHERE id % 5 = 2;
UPDATE queue_job SET state = 'started', date_started = now() AT TIME ZONE 'UTC',
       date_enqueued = now() AT TIME ZONE 'UTC'
 WHERE id % 5 = 3;
DELETE FROM queue_job WHERE id % 5 = 4;
INSERT INTO ir_config_parameter (key, value) VALUES ('finance_connector_base.sweep_minutes', '0');
UPDATE ir_cron SET interval_number = 1, nextcall = now() AT TIME ZONE 'UTC' WHERE cron_name LIKE '%stuck messages%';
"""

#: Whatever the queue did, each message, flow and connection is tried once more by hand.
TRY_ALL = """
import json
found = {"claims": [], "pulls": [], "tests": []}
Message, deliver = env["finance.message"], env["finance.deliver"]
env["finance.connector"].search([("transport", "!=", "upload")]).action_activate()
env.cr.execute("UPDATE finance_message SET next_try_on = now() AT TIME ZONE 'UTC' - interval '1 s'")
env.cr.commit()
for message in Message.search([("direction", "=", "out")]).ids:
    why = deliver._next(message).why
    for _again in range(20):
        if why != "locked":
            break
        # a worker of the copy looks at it, too: wait until it is through
        env.cr.execute("SELECT id FROM finance_message WHERE id = %s FOR UPDATE", [message])
        env.cr.commit()
        why = deliver._next(message).why
    found["claims"].append(why)
for flow in env["finance.flow"].search([("direction", "=", "in")]):
    found["pulls"].append(flow.pull_job(False))
for connector in env["finance.connector"].search([("transport", "!=", "upload")]):
    connector.action_test()
    found["tests"].append(connector.health_text)
    found.setdefault("words", connector.permit_text)
env.cr.commit()
print("RESULT", json.dumps(found))
"""

KEPT = """
SELECT md5(string_agg(
           concat_ws('|', dedup_key, state, attempt, tries, arrived, approved_hash, sha256), ',' ORDER BY id))
  FROM finance_message WHERE direction = 'out'
"""


class Trap:
    """A port that counts who comes, whatever they speak."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port, self.connections = self.socket.getsockname()[1], 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self):
        with contextlib.suppress(OSError):
            while True:
                caller, _address = self.socket.accept()
                self.connections += 1
                caller.close()


class Host:
    """A machine that runs Odoo: its data folder with the secret key, and the cluster it uses."""

    def __init__(self, folder, cluster, data=None):
        self.folder, self.cluster, self.data = folder, cluster, data or folder / "data"
        folder.mkdir(exist_ok=True)
        self.data.mkdir(exist_ok=True)
        self.rc = folder / "odoo.conf"
        addons = [str(ROOT / "addons"), *_odoo_addons()]
        self.rc.write_text(CONFIGURATION.format(addons=",".join(addons), data=self.data, run=cluster.run))
        self.environment = {"ODOO_RC": str(self.rc), "FINANCE_DATABASE_ADDRESS": ""}

    def run(self, *arguments, stdin=""):
        return subprocess.run(
            databases.odoo_command(*arguments), env=databases.odoo_environment(**self.environment), input=stdin,
            capture_output=True, text=True, timeout=200, cwd=ROOT, check=False,
        )

    def shell(self, database, script):
        done = self.run("shell", "-d", database, "--no-http", "--log-level=warn", stdin=script)
        assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-3000:]
        return done.stdout.partition("RESULT")[2].strip()

    def server(self, name, *options):
        """A server of its own for each: copies hold the same jobs, which one runner cannot tell apart."""
        environment = dict(self.environment)
        return Server(name, workers=2, options=options, environment=environment, label="copies").start(wait=False)

    def one(self, database, query):
        rows = self.cluster.rows(database, query)
        return rows[0][0] if rows else None


def _odoo_addons():
    for line in (HOME / "odoo.conf").read_text().splitlines():
        if line.startswith("addons_path"):
            return [path for path in line.partition("=")[2].strip().split(",")[1:] if path]
    return []


def copied_files(cluster, folder):
    """The files of a stopped cluster, copied: same system identifier, same names and numbers."""
    folder.mkdir()
    folder.chmod(0o755)
    other = Cluster(folder)
    subprocess.run(["cp", "-a", str(cluster.data), str(other.data)], check=True)
    other.run.mkdir()
    if os.getuid() == 0:
        for place in (folder, other.run):
            shutil.chown(place, other._user.pw_uid, other._user.pw_gid)
    with (other.data / "postgresql.conf").open("a") as stream:
        stream.write(f"unix_socket_directories = '{other.run}'\n")
    return other


def approve_all(host):
    """A second person releases each payment over JSON-RPC; no job runner is at work meanwhile."""
    server = host.server("books", "--load", "base,rpc,web")
    try:
        server.wait_until_answering()
        person = {"login": "ann", "password": "ann"}
        waiting = server.call("finance.approval", "search", [[("state", "=", "waiting")]], **person)
        for approval in waiting:
            server.call("finance.approval", "action_approve", [[approval]], **person)
    finally:
        server.kill()
    approved = "SELECT count(*) FROM finance_message WHERE direction = 'out' AND approved_hash = sha256"
    assert host.one("books", approved) == PAYMENTS


@pytest.fixture(scope="module")
def stage():
    """The original on its host, with fifty payments waiting; PostgreSQL's own user can get into its folder."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="finance-copies-")))
        folder.chmod(0o755)
        cluster = Cluster(folder / "pg").create()
        stack.callback(cluster.stop)
        name = databases.new_database()
        cluster.load(name)
        databases.drop_database(name)
        cluster.rows("postgres", f'ALTER DATABASE "{name}" RENAME TO books')
        bank, host = SandboxProcess(), Host(folder / "home", cluster)
        stack.callback(bank.stop)
        (host.data / "finance_connectors" / "box" / "in").mkdir(parents=True)
        host.shell("books", CONNECT.format(address=bank.addresses["bank"]))
        host.shell("books", SUBMIT.format(flow="single", count=PAYMENTS, round="E2E"))
        approve_all(host)
        cluster.rows("books", PREPARE)
        yield folder, host, bank, stack


def dumped(host, old, new, cluster=None):
    cluster = cluster or host.cluster
    file = host.folder / "dump"
    pg = [str(cluster.programs / "pg_dump"), "-h", str(host.cluster.run), "-U", "odoo", "-Fc", "-f", str(file), old]
    subprocess.run(pg, check=True)
    cluster.rows("postgres", f'CREATE DATABASE "{new}"')
    pg = [str(cluster.programs / "pg_restore"), "-h", str(cluster.run), "-U", "odoo", "-d", new, str(file)]
    subprocess.run(pg, check=True)


@pytest.mark.timeout(1500)
def test_copies_keep_still(stage):
    folder, host, bank, stack = stage
    trap, cluster = Trap(), host.cluster
    # copies of the files of the whole cluster, as snapshots make them
    cluster.stop("fast")
    twin = copied_files(cluster, folder / "twin")
    stranger = copied_files(cluster, folder / "stranger")
    cluster.start()
    # copies on the same host
    dumped(host, "books", "restored")
    dumped(host, "books", "neutral")
    cluster.rows("postgres", 'CREATE DATABASE "template_copy" TEMPLATE "books"')
    duplicate = "import odoo.service.db as db; db.exp_duplicate_database('books', 'duplicate')"
    done = host.run("shell", "-d", "books", "--no-http", stdin=duplicate)
    assert cluster.rows("postgres", "SELECT 1 FROM pg_database WHERE datname = 'duplicate'"), done.stderr[-2000:]
    done = host.run("neutralize", "-d", "neutral")
    assert done.returncode == 0, done.stderr[-2000:]
    twin.start()
    stranger.start()
    stack.callback(twin.stop)
    stack.callback(stranger.stop)
    other = Cluster(folder / "other").create()  # another cluster, another host, the original's name
    stack.callback(other.stop)
    dumped(host, "books", "books", other)
    places = [
        (host, ("restored", "neutral", "template_copy", "duplicate")),
        (Host(folder / "same-data", twin, host.data), ("books",)),  # the host's own secrets, another address
        (Host(folder / "strange", stranger), ("books",)),
        (Host(folder / "elsewhere", other), ("books",)),
    ]
    for place, names in places:
        for name in names:
            place.cluster.rows(
                name,
                "UPDATE finance_connector SET address = regexp_replace(address, '127.0.0.1:[0-9]+', %s),"
                " oauth_token_url = regexp_replace(oauth_token_url, '127.0.0.1:[0-9]+', %s)"
                " WHERE address LIKE '%%127%%'",
                (f"127.0.0.1:{trap.port}",) * 2,
            )
    kept = host.one("books", KEPT)
    servers = [host.server("books"), *(place.server(name) for place, names in places for name in names)]
    for server in servers:
        stack.callback(server.kill)
    for server in servers:
        server.wait_until_answering()

    def looked_at():
        """In each copy that is not neutralised every wake-up that was left was followed."""
        waiting = (
            "SELECT count(*) FROM queue_job"
            " WHERE method_name = 'send_job' AND state NOT IN ('done', 'cancelled', 'failed')"
        )
        return all(place.one(name, waiting) == 0 for place, names in places for name in names)

    wait_until(looked_at, 150, "the job runners to have tried everything")
    done = "SELECT count(*) FROM finance_message WHERE direction = 'out' AND state = 'processed'"
    wait_until(lambda: host.one("books", done) == PAYMENTS, 200, "the original to have sent all")
    for place, names in places:
        for name in names:
            found = json.loads(place.shell(name, TRY_ALL))
            print(name, place.folder.name, found["words"])
            assert found["claims"] == ["permit"] * PAYMENTS, (name, found)
            assert found["words"] and all(found["words"] in words for words in found["pulls"] + found["tests"]), found
            if name != "neutral":
                assert place.one(name, KEPT) == kept, name
            attempts = "SELECT count(*) FROM finance_attempt"
            assert place.one(name, attempts) == 0
    assert trap.connections == 0
    assert sorted(bank.payments()) == sorted(f"E2E-{number}" for number in range(PAYMENTS))
