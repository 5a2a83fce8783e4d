"""pytest plugin: real databases and real Odoo servers for tests of what crosses process borders.

Such tests are plain pytest functions in ``addons/*/tests_process/`` or ``.odoo-tests/process/``::

    def test_kill(odoo_database, odoo_server):
        server = odoo_server(odoo_database(), workers=2)
        server.call("res.partner", "create", [{"name": "Real"}])
        server.kill()           # SIGKILL to it and its workers
        server.start()

Two nodes on one database are two servers: ``a, b = odoo_nodes(odoo_database(), 2)``; ``a.node`` is the name
that stands on the attempts ``a`` made and in ``finance_node``.
"""

import contextlib
import json
import re
import signal
import subprocess
import threading
import time
import urllib.request

import psutil
import pytest

from . import databases
from .layout import LOGS, ROOT

START_SECONDS = 120
SERVER_WIDE = "base,rpc,web,queue_job,finance_connector_base"


class Server:
    """An Odoo server with workers and job runner, on a database and ports of its own.

    ``database`` may name several, separated by commas: ``call`` and ``sql`` then use the first.
    """

    def __init__(self, database: str, *, workers: int = 2, options=(), environment=None, label: str = "server"):
        self.databases, self.workers = database, workers
        self.database = database.split(",")[0]
        self.options, self.environment = list(options), dict(environment or {})
        self.port, self.gevent_port = databases.free_port(), databases.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.node = self.environment.setdefault("FINANCE_NODE", f"node-{self.port}")
        self.log = LOGS / f"{label}-{self.database}-{self.port}.log"
        self.process: subprocess.Popen | None = None

    def start(self, wait: bool = True) -> "Server":
        """Start, or start again. Without ``wait`` call ``wait_until_answering`` later."""
        command = databases.odoo_command(
            "-d", self.databases, "--workers", str(self.workers), "--http-port", str(self.port),
            "--gevent-port", str(self.gevent_port), "--load", SERVER_WIDE, *self.options,
        )
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                command, env=databases.odoo_environment(**self.environment), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True,
            )
        if wait:
            self.wait_until_answering()
        return self

    def wait_until_answering(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/web/health", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.2)
        self.kill()
        raise RuntimeError(f"Odoo did not start:\n{self.log.read_text()[-3000:]}")

    def processes(self) -> list[psutil.Process]:
        """The server and its workers that are alive."""
        try:
            main = psutil.Process(self.process.pid)
            return [main, *main.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def workers_alive(self) -> list[psutil.Process]:
        """What a fault test may kill: children of the main process."""
        return self.processes()[1:]

    def runner(self) -> psutil.Process | None:
        """The process of the job runner, as the log names it; ``None`` before it began or after it died."""
        began = re.findall(r"^\S+ \S+ (\d+) .*jobrunner\.runner: starting$", self.log.read_text(), re.MULTILINE)
        alive = {process.pid: process for process in self.workers_alive()}
        return alive.get(int(began[-1])) if began else None

    def freeze(self) -> None:
        """Stop all its processes where they are, as a swapped-out or cut-off machine does."""
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()

    def thaw(self) -> None:
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()

    def stop(self) -> None:
        """End as an administrator would, with time to finish."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the server and all its workers, as a power cut does."""
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if self.process:
            self.process.wait()

    def call(self, model: str, method: str, args=(), kwargs=None, *, login="admin", password="admin"):
        """Call a method as a user, the way any outside program does."""
        return self.rpc("object", "execute_kw", self.database, self._uid(login, password), password,
                        model, method, list(args), kwargs or {})

    def _uid(self, login: str, password: str) -> int:
        uid = self.rpc("common", "login", self.database, login, password)
        if not uid:
            raise RuntimeError(f"{login} may not log in")
        return uid

    def rpc(self, service: str, method: str, *args):
        body = {"jsonrpc": "2.0", "id": 1, "params": {"service": service, "method": method, "args": args}}
        request = urllib.request.Request(
            f"{self.url}/jsonrpc", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            found = json.load(answer)
        if "error" in found:
            raise RuntimeError(found["error"]["data"]["debug"])
        return found.get("result")  # a method that returns nothing has none

    def sql(self, query: str) -> str:
        return databases.sql(self.database, query)


def wait_until(condition, seconds: float = 60, what: str = "the condition"):
    """Poll; returns the first true answer."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def make_demo_template() -> None:
    """Whoever needs the template waits for it, and says so when it cannot be made."""
    with contextlib.suppress(RuntimeError):
        databases.drop_database(databases.new_database(demo=True))


def pytest_collection_finish(session):
    """While one core installs the addons for the first tests, the other one does so with demo data."""
    if not session.config.option.collectonly and any(item.get_closest_marker("demo") for item in session.items):
        threading.Thread(target=make_demo_template, daemon=True).start()


@pytest.fixture(scope="module")
def odoo_database():
    """Makes databases with all addons installed; they go when the test file is done."""
    made = []

    def make(*, demo: bool = False) -> str:
        made.append(databases.new_database(demo=demo))
        return made[-1]

    yield make
    for name in made:
        databases.drop_database(name)


@pytest.fixture(scope="module")
def odoo_server(request):
    """Starts servers; they end when the test file is done."""
    started = []

    def start(database: str, **options) -> Server:
        server = Server(database, label=request.path.stem, **options)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="module")
def odoo_nodes(request):
    """Starts several servers on one database at the same time; they end when the test file is done."""
    started = []

    def start(database: str, count: int = 2, **options) -> list[Server]:
        servers = [Server(database, label=request.path.stem, **options) for _node in range(count)]
        started.extend(servers)
        for server in servers:
            server.start(wait=False)
        for server in servers:
            server.wait_until_answering()
        return servers

    yield start
    for server in started:
        server.stop()


def run_odoo(*arguments: str, stdin: str = "", timeout: float = 300) -> subprocess.CompletedProcess:
    """Run Odoo or ``odoo finance`` once; standard output is the answer, standard error the log."""
    return subprocess.run(
        databases.odoo_command(*arguments), env=databases.odoo_environment(), input=stdin,
        capture_output=True, text=True, timeout=timeout, cwd=ROOT, check=False,
    )
