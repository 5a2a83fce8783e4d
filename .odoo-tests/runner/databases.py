"""Databases, ports and commands for tests: the scripts of setup/ do the work, here they get names."""

import itertools
import os
import socket
import subprocess

from .layout import BIN, HOME, PYTHON

_numbers = itertools.count(1)


def odoo_environment(**more) -> dict:
    """What Odoo needs; settings that the caller's shell may hold for other servers are left out.

    All processes of a test name the database server alike, whatever line leads them there.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "ODOO_"))}
    return {**kept, "ODOO_RC": str(HOME / "odoo.conf"), "FINANCE_DATABASE_ADDRESS": "tests", **more}


def odoo_command(*arguments: str) -> list[str]:
    return [str(PYTHON), str(BIN / "server.py"), *arguments]


def new_database(*, demo: bool = False, addons: list[str] | None = None) -> str:
    """A fresh copy with all or the given addons installed; its name tells which process it belongs to."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    chosen = f"--addons={','.join(addons)}" if addons else "--addons"
    command = [str(BIN / "newdb"), name, chosen, *(["--demo"] if demo else [])]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or done.stdout[-2000:])
    return name


def sql(database: str, query: str) -> str:
    """Rows as psql prints them, columns parted by ``|``."""
    command = [str(BIN / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", "-d", database]
    done = subprocess.run(command, input=query, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout.rstrip("\n")


def drop_database(name: str) -> None:
    subprocess.run([str(BIN / "dropdb"), name], stdin=subprocess.DEVNULL, capture_output=True, check=False)


def drop_leftovers() -> None:
    """Databases of test runs that were ended before they could clean up."""
    for name in sql("postgres", r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'").split():
        owner = name.split("_")[1]
        if owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            drop_database(name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
