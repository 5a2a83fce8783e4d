"""A PostgreSQL cluster of the campaign's own: it may be stopped at any moment and hurts nobody."""

import contextlib
import os
import pwd
import shlex
import shutil
import subprocess
from pathlib import Path

import psycopg2

from runner.layout import HOME

CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{run}'
port = 5432
max_connections = 200
shared_buffers = 128MB
max_wal_size = 512MB
fsync = off
full_page_writes = off
log_line_prefix = '%m [%p] '
"""


def settings():
    """What ``make setup`` found or chose."""
    found = {}
    for line in (HOME / "settings").read_text().splitlines():
        name, _equals, value = line.partition("=")
        found[name] = "".join(shlex.split(value))
    return found


def programs():
    """Folder of PostgreSQL's programs, the newest installed where setup uses a server elsewhere."""
    chosen = settings().get("PG_BIN")
    if chosen and Path(chosen, "initdb").exists():
        return Path(chosen)
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not installed:
        raise RuntimeError("the fault campaign needs PostgreSQL's programs here, to break a server of its own")
    return installed[-1].parent


def server_user():
    """PostgreSQL refuses to run as root."""
    if os.getuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody'")


class Cluster:
    """Start, stop hard, connect; role ``odoo`` owns everything, over a socket only."""

    def __init__(self, folder: Path):
        self.folder, self.data, self.run = folder, folder / "data", folder / "run"
        self.programs, self._user = programs(), server_user()

    def _as_server(self, *command):
        user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        done = subprocess.run(
            [str(part) for part in command], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, timeout=120, **user,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stdout[-2000:]}")

    def create(self):
        for place in (self.folder, self.run):
            place.mkdir(mode=0o755, parents=True, exist_ok=True)
            if self._user:
                shutil.chown(place, self._user.pw_uid, self._user.pw_gid)
        initdb = self.programs / "initdb"
        self._as_server(
            initdb, "-D", self.data, "-U", "odoo", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        with (self.data / "postgresql.conf").open("a") as stream:
            stream.write(CONFIGURATION.format(run=self.run))
        self.start()
        return self

    def start(self):
        """Does nothing where it runs; a crash that it survived by itself counts as running."""
        if not self.is_ready():
            # The log goes to a file of PostgreSQL's own; a pipe of ours would keep the caller waiting for ever.
            log = self.folder / "log"
            self._as_server(self.programs / "pg_ctl", "-D", self.data, "-l", log, "-w", "-t", 60, "start")

    def stop(self, mode="immediate"):
        """``immediate`` is the power cut of a database: nothing is written, nobody is told."""
        with contextlib.suppress(RuntimeError):
            self._as_server(self.programs / "pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", 60, "stop")

    def is_ready(self):
        command = [str(self.programs / "pg_isready"), "-q", "-h", str(self.run), "-p", "5432"]
        return subprocess.run(command, check=False).returncode == 0

    def connect(self, database="postgres"):
        connection = psycopg2.connect(
            host=str(self.run), port=5432, user="odoo", dbname=database, application_name="campaign"
        )
        connection.autocommit = True
        return connection

    def rows(self, database, query, given=None):
        """Rows of one query on a connection of its own: it must not matter which others died."""
        with contextlib.closing(self.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(query, given)
            return cursor.fetchall() if cursor.description else []

    def load(self, database):
        """Copy a database of the project's server into this cluster."""
        other = settings()
        source = {"PGHOST": other["PGHOST"], "PGPORT": other["PGPORT"], "PGUSER": other["PGUSER"]}
        if other.get("PGPASSWORD"):
            source["PGPASSWORD"] = other["PGPASSWORD"]
        file = self.folder / f"{database}.dump"
        dump = [str(self.programs / "pg_dump"), "-Fc", "-Z0", "-f", str(file), database]
        subprocess.run(dump, env={**os.environ, **source}, check=True, capture_output=True, timeout=300)
        self.rows("postgres", f'CREATE DATABASE "{database}"')
        restore = [
            str(self.programs / "pg_restore"), "-h", str(self.run), "-p", "5432", "-U", "odoo", "-j", "2", "--no-owner",
            "-d", database, str(file),
        ]
        subprocess.run(restore, check=True, capture_output=True, timeout=300)
        file.unlink()
