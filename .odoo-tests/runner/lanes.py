"""Two Odoo processes, each on its own copy of the database, run the chosen tests side by side."""

import json
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from . import databases
from .layout import LOGS, PYTHON, ROOT, addons, with_dependencies

LANES = min(2, os.cpu_count() or 1)
INSIDE = Path(__file__).with_name("inside_odoo.py")
SILENCE_SECONDS = 900       # a lane that says nothing for so long hangs; a busy machine makes a demo in half of it
#: Tests undo what they write. Statistics taken in between say that the tables are empty, and Odoo's own queries
#: are then planned for no rows: the demo's 174 lines once took six minutes instead of half of one.
NO_STATISTICS = """
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', name); END LOOP;
    END $$
"""


def list_tests() -> dict:
    """All tests that Odoo's loader finds in the addons, those it passes over, and addons it cannot import."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "tests.json"
        command = [str(PYTHON), str(INSIDE), "list", ",".join(addons()), str(target)]
        done = subprocess.run(
            command, env=databases.odoo_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"Odoo could not import the tests:\n{done.stderr[-3000:]}")
        return json.loads(target.read_text())


class Lanes:
    """Start once, then ask for the result of each test; asking waits until it is there."""

    def __init__(self, keys: list[str]):
        self.keys = keys
        self.addons = sorted({key.split(".")[2] for key in keys})
        self.results: dict[str, dict] = {}
        self.class_events: dict[str, dict] = {}
        self.stray: list[str] = []
        self.running = 0
        self.broken: str | None = None
        self.changed = threading.Condition()
        self.folder = tempfile.TemporaryDirectory(prefix="finance-tests-")
        self.heard: dict[subprocess.Popen, float] = {}      # when each process last said something

    def start(self) -> None:
        (Path(self.folder.name) / "claims").mkdir()
        self.running = LANES
        threading.Thread(target=self._prepare, daemon=True).start()

    def _prepare(self) -> None:
        """The first copy makes the template if the addons changed; the rest follows in a second."""
        try:
            wanted = with_dependencies(set(self.addons))
            names = [databases.new_database(addons=wanted) for _lane in range(LANES)]
            for name in names:
                databases.sql(name, NO_STATISTICS)
        except RuntimeError as error:
            with self.changed:
                self.broken, self.running = str(error), 0
                self.changed.notify_all()
            return
        for number, name in enumerate(names):
            threading.Thread(target=self._lane, args=(number, name), daemon=True).start()

    def _lane(self, number: int, database: str) -> None:
        read, write = os.pipe()
        plan = Path(self.folder.name) / f"plan-{number}.json"
        claims = Path(self.folder.name) / "claims"
        plan.write_text(json.dumps(
            {"keys": self.keys, "claims": str(claims), "backwards": number % 2 == 1, "pipe": write}
        ))
        log = LOGS / f"test-lane-{number + 1}.log"
        command = [
            str(PYTHON), str(INSIDE), "run", str(plan), "-d", database, "--stop-after-init",
            "--test-tags", ",".join(f"/{addon}" for addon in self.addons), "--max-cron-threads", "0",
            "--http-port", str(databases.free_port()), "--gevent-port", str(databases.free_port()),
            "--screenshots", str(LOGS / "screenshots"),
        ]
        with log.open("w") as output:
            process = subprocess.Popen(
                command, env=databases.odoo_environment(), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, pass_fds=(write,), cwd=ROOT,
            )
        os.close(write)
        self.heard[process] = time.monotonic()
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()
        with os.fdopen(read) as events:
            for line in events:
                self.heard[process] = time.monotonic()
                self._take(json.loads(line))
        process.wait()
        databases.drop_database(database)
        with self.changed:
            self.running -= 1
            if process.returncode not in (0, 1):    # 1: tests failed, which the events have told
                self.stray.append(f"Odoo ended with code {process.returncode}; see {log.relative_to(ROOT)}")
            self.changed.notify_all()

    def _watch(self, process: subprocess.Popen) -> None:
        while process.poll() is None:
            time.sleep(1)
            if time.monotonic() - self.heard[process] > SILENCE_SECONDS:
                process.kill()

    def _take(self, event: dict) -> None:
        with self.changed:
            if event["event"] == "finished":
                self.results[event["key"]] = event
            elif event["event"] == "class":
                # "setUpClass (odoo.addons.x.tests.test_y.TestZ)"
                where, _, name = event["name"].partition(" (")
                self.class_events.setdefault(name.rstrip(")"), event)
                if where == "tearDownClass":
                    self.stray.append(f"{event['name']}: {event.get('problem')}")
            self.changed.notify_all()

    def result(self, key: str) -> dict:
        """``{"problems": [...], "skipped": reason or None, "seconds": ...}``; waits for it."""
        owner = key.rpartition(".")[0]
        with self.changed:
            self.changed.wait_for(
                lambda: key in self.results or owner in self.class_events or not self.running
            )
            if key in self.results:
                return self.results[key]
            if owner in self.class_events:
                event = self.class_events[owner]
                problem = event.get("problem")
                return {"problems": [problem] if problem else [], "skipped": event.get("skipped"), "seconds": 0}
        if self.broken:
            reason, self.broken = self.broken, "Not run: there is no database to run it on, see the first failure."
        else:
            reason = "Odoo did not run it. " + " ".join(self.stray)
        return {"problems": [reason], "skipped": None, "seconds": 0}

    def finish(self) -> list[str]:
        """Wait for the processes to end; what went wrong outside of any test."""
        with self.changed:
            self.changed.wait_for(lambda: not self.running)
        return self.stray

    def stop(self) -> None:
        for process in self.heard:
            if process.poll() is None:
                process.kill()
        self.folder.cleanup()
