"""Two nodes that fetch statement files from folders and a real SFTP server, and what is found afterwards."""

import contextlib
import hashlib
import threading
import time

import psutil

from odoo.addons.finance_connector_base.tests.sshd import Sshd

from . import bank_files, bank_writer
from .inbound import EFFECTS

SETTLE_SECONDS = 2
WRITERS = 8
CONNECT = """
env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")]).active = True
euro = env.ref("base.EUR")
for kind, number in accounts.items():
    journal = env["account.journal"].create(
        {"name": kind, "code": kind[:5].upper(), "type": "bank", "currency_id": euro.id, "finance_auto_match": False}
    )
    journal.set_bank_account(number)
result = {}
for line in lines:
    key = line.pop("private_key", None)
    steps = line.pop("steps", False)
    connector = env["finance.connector"].create(
        {"name": line["code"], "domain": "bank", "state": "active", "settle_seconds": settle, **line}
    )
    if key:
        env["finance.credential"].create({"connector_id": connector.id, "purpose": "private_key", "secret": key})
    flow = env["finance.flow"].create({
        "name": "Statements", "connector_id": connector.id, "kind": "statement", "direction": "in", "steps": steps,
        "pattern": "*.xml, *.zip", "mode": "microbatch", "interval_number": 1,
    })
    result[line["code"]] = flow.id
"""
PULL = """
env["finance.flow"].browse(flows)._enqueue_pull(planned=False)
"""


class FileWorld:
    """A context manager: the SFTP server ends with it."""

    def __init__(self, stage, workers=3):
        self.stage, self.root = stage, stage.folder / "exchange"
        self._sshd = Sshd(MaxStartups="100")
        self._workers = workers

    def __enter__(self):
        self._sshd.__enter__()
        self.database = self.stage.database("files")
        self.clerk = self.stage.clerk(self.database)
        self.folders, lines = {}, []
        for code in ("folder_plain", bank_files.HASHED, "sftp_plain", bank_files.CONTROLLED):
            base = (self._sshd.root if code.startswith("sftp") else self.root) / code
            for name in ("in", "out", "archive"):
                (base / name).mkdir(parents=True)
            self.folders[code] = base
            lines.append(self._line(code, base))
        numbers = {kind: account.number for kind, account in bank_files.ACCOUNTS.items()}
        self.flows = self.clerk.run(CONNECT, accounts=numbers, lines=lines, settle=SETTLE_SECONDS)
        self.stage.rows(self.database, EFFECTS)
        environment = {"FINANCE_FOLDER_ROOT": str(self.root), "FINANCE_ENVIRONMENT": "sandbox"}
        self.nodes = [
            self.stage.node(self.database, name=name, workers=self._workers, environment=environment)
            for name in ("one", "two")
        ]
        return self

    def __exit__(self, *exc_info):
        self._sshd.__exit__(*exc_info)

    def _line(self, code, base):
        line = {"code": code, "transport": code.partition("_")[0], "address": code}
        if code == bank_files.HASHED:
            line |= {"companion": ".sha256", "steps": "sha256"}
        if code == bank_files.CONTROLLED:
            line |= {"companion": ".ctl", "steps": "control"}
        if line["transport"] == "sftp":
            settings = self._sshd.settings()
            line |= {
                "address": f"sftp://127.0.0.1:{self._sshd.port}{base}", "username": settings["username"],
                "host_keys": settings["host_keys"], "private_key": self._sshd.secrets()["private_key"],
            }
        return line

    def pull(self):
        self.clerk.run(PULL, flows=list(self.flows.values()))

    # what is found

    def messages(self):
        """``{(line, sha256): (state, codes of its cases)}``"""
        rows = self.stage.rows(
            self.database,
            "SELECT c.code, m.sha256, m.state, array_agg(e.code) FROM finance_message m "
            "JOIN finance_connector c ON c.id = m.connector_id LEFT JOIN finance_exception e ON e.message_id = m.id "
            "GROUP BY m.id, 1, 2, 3",
        )
        return {(line, mark): (state, codes) for line, mark, state, codes in rows}

    def lines(self):
        """``{reference: how many statement lines}``"""
        return dict(
            self.stage.rows(
                self.database, "SELECT finance_bank_ref, count(*) FROM account_bank_statement_line GROUP BY 1"
            )
        )

    def broken_bytes(self):
        """Messages whose kept bytes are not those whose hash was taken when they came."""
        inline = self.stage.rows(
            self.database,
            "SELECT id FROM finance_message WHERE body IS NOT NULL AND "
            "encode(sha256(decode(convert_from(body, 'UTF8'), 'base64')), 'hex') <> sha256",
        )
        apart = self.stage.rows(
            self.database,
            "SELECT m.id, m.sha256, a.store_fname FROM finance_message m "
            "LEFT JOIN ir_attachment a ON a.id = m.attachment_id WHERE m.body IS NULL",
        )
        store = self.stage.data / "filestore" / self.database
        return [row[0] for row in inline] + [
            number for number, mark, name in apart
            if not name or hashlib.sha256((store / name).read_bytes()).hexdigest() != mark
        ]

    def archived(self, line):
        folder = self.folders[line] / "archive"
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}

    def left(self, line):
        return {path.name for path in (self.folders[line] / "in").iterdir()}


class Writers:
    """Banks' programs that lay the drops down side by side; a context manager that waits for them."""

    def __init__(self, world, drops):
        self._world, self._drops, self._lock = world, iter(drops), threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _number in range(WRITERS)]
        self.done, self.errors = 0, []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc_info):
        for thread in self._threads:
            thread.join()

    def _run(self):
        while (drop := self._next()) is not None:
            try:
                bank_writer.lay_down(self._world.folders[drop.line] / "in", drop)
            except OSError as error:
                self.errors.append((drop.name, repr(error)))
            with self._lock:
                self.done += 1

    def _next(self):
        with self._lock:
            return next(self._drops, None)


class Watch:
    """Looks all the time at what must never be: files archived before they are stored, workers that swell.

    :param growing: names of files that are written to in the archive: what is stored may be their beginning
    """

    def __init__(self, world, growing=()):
        self._world, self._growing, self._stop = world, frozenset(growing), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.too_soon, self.looked_up, self.grown_bytes = [], 0, 0
        self._seen, self._first = {line: set() for line in world.folders}, {}

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(0.5):
            for line in self._world.folders:
                self._look_at_archive(line)
            self._weigh()

    def _look_at_archive(self, line):
        folder, seen = self._world.folders[line] / "archive", self._seen[line]
        new = [path for path in folder.iterdir() if path.name not in seen and path.suffix not in (".sha256", ".ctl")]
        if not new:
            return
        marks = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in new}
        stored = {row[0] for row in self._world.stage.rows(
            self._world.database, "SELECT sha256 FROM finance_message WHERE sha256 = ANY(%s)", [list(marks.values())]
        )}
        self.too_soon += [(line, name) for name, mark in marks.items()
                          if mark not in stored and name not in self._growing]
        self.looked_up += len(marks)
        seen.update(marks)

    def _weigh(self):
        for node in self._world.nodes:
            for process in node.workers_alive():
                with contextlib.suppress(psutil.NoSuchProcess):
                    weight = process.memory_info().rss
                    first = self._first.setdefault((process.pid, process.create_time()), weight)
                    self.grown_bytes = max(self.grown_bytes, weight - first)


def pull_until(world, condition, seconds, every=1.0):
    """Wake the pollers as a short interval does, until ``condition`` holds; whether it came to hold."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        world.pull()
        if condition():
            return True
        time.sleep(every)
    return False
