"""An Odoo server of the campaign: workers, cron, job runner, and the ways to hurt them."""

import contextlib
import re
from pathlib import Path

import psutil

from runner.real import Server

RUNNER = re.compile(r"Worker WorkerJobRunner \((\d+)\) alive")


class Node(Server):
    """``clock`` seconds before or after the machine's; needs libfaketime."""

    def __init__(self, stage, database, *, name="node", workers=3, clock=0, options=(), environment=None):
        self.stage, self.name = stage, name
        given = {"ODOO_RC": str(stage.configuration), **(environment or {})}
        super().__init__(database, workers=workers, options=options, environment=given, label=f"faults-{name}")
        self.set_clock(clock)

    def set_clock(self, seconds):
        """For the next start."""
        self.clock = seconds
        for name in ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "PYTHONPATH"):
            self.environment.pop(name, None)
        if seconds:
            self.environment |= {
                "LD_PRELOAD": str(self.stage.faketime()), "FAKETIME": f"{seconds:+d}s",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "PYTHONPATH": str(Path(__file__).with_name("clock")),
            }

    def start(self):
        super().start()
        self.stage.remember(self.process.pid)
        return self

    def sql(self, query):
        """As psql prints it: columns parted by ``|``."""
        rows = self.stage.rows(self.database, query)
        return "\n".join("|".join("" if cell is None else str(cell) for cell in row) for row in rows)

    def runner(self):
        """The job runner's process, or ``None`` while it is away."""
        found = RUNNER.findall(self.log.read_text())
        alive = {process.pid: process for process in self.workers_alive()}
        return next((alive[int(pid)] for pid in reversed(found) if int(pid) in alive), None)

    def job_workers(self):
        """Processes that may run jobs: everything but the job runner and the evented server."""
        runner = self.runner()
        with contextlib.suppress(psutil.NoSuchProcess):
            main = psutil.Process(self.process.pid)
            return [
                child for child in main.children()
                if child != runner and "gevent" not in child.cmdline()
            ]
        return []
