"""What a scenario plays on: a database, a server with workers, people at the web client, banks on loopback."""

import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from odoo.addons.finance_connector_base.tests.sshd import Sshd

from runner import databases
from runner.layout import BIN, ROOT
from runner.person import Person
from runner.real import Server, wait_until
from runner.sandbox_process import SandboxProcess

from .camera import Camera, NoCamera, browser

#: Everything a story waits for is a matter of seconds; a loaded machine takes longer.
PATIENCE = 120
PASSWORD = "scenario-password"  # noqa: S105 - of people who exist in the scenario's database alone
OFFICE = """
import json, sys
sys.path.insert(0, {path!r})
from scenarios.{module} import build
given = json.loads({given!r})
result = build(env, **given)
env.cr.commit()
with open({target!r}, "w") as stream:
    json.dump(result, stream)
"""
#: Jobs that are due, and messages that nobody has worked on yet.
UNDER_WAY = """
SELECT (SELECT count(*) FROM queue_job WHERE state IN ('pending', 'enqueued', 'started')
                                         AND (eta IS NULL OR eta <= now() AT TIME ZONE 'UTC'))
     + (SELECT count(*) FROM finance_message WHERE direction = 'in' AND state = 'received')
"""


class Stage:
    """A context manager; all processes end with it, the database stays where ``keep`` says so."""

    def __init__(self, database, *, keep=True, pictures=None):
        self.database, self.keep, self.pictures = database, keep, pictures
        self.checks, self.began, self._browser = [], time.monotonic(), None

    def __enter__(self):
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="scenario")))
        self.sshd = self._stack.enter_context(Sshd(MaxStartups="100"))
        self.sandbox = SandboxProcess(party="psd2")
        self._stack.callback(self.sandbox.stop)
        command = [str(BIN / "newdb"), self.database, "--addons"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
        if not self.keep:
            self._stack.callback(databases.drop_database, self.database)
        self.environment = {"FINANCE_ENVIRONMENT": "sandbox", "FINANCE_FOLDER_ROOT": str(self.folder)}
        self.say(f"database {self.database}, OpenSSH server, sandbox of banks")
        return self

    def __exit__(self, *exc_info):
        self._stack.__exit__(*exc_info)

    # the company's side

    def build(self, module, **given):
        """Run ``build(env, **given)`` of a module of this package inside Odoo; what it returns."""
        target = self.folder / "built.json"
        script = OFFICE.format(
            path=str(ROOT / ".odoo-tests"), module=module, given=json.dumps(given), target=str(target)
        )
        done = subprocess.run(
            databases.odoo_command("shell", "-d", self.database, "--no-http", "--log-level=warn"),
            env=databases.odoo_environment(**self.environment), input=script, capture_output=True, text=True,
            timeout=300, cwd=ROOT, check=False,
        )  # fmt: skip
        if done.returncode or not target.exists():
            raise RuntimeError(f"the company was not made:\n{done.stderr[-4000:]}")
        return json.loads(target.read_text())

    def serve(self):
        """Open the office: a server with two workers, its schedule and its queue."""
        self.server = Server(self.database, workers=2, environment=self.environment, label="scenario")
        self._stack.callback(self.server.stop)
        self.server.start()
        self.say(f"Odoo with two workers on {self.server.url}")

    def person(self, login, companies, password=PASSWORD):
        return Person(self.server, login, password, allowed_company_ids=companies, lang="en_US")

    def camera(self, login):
        """Looks over a person's shoulder; takes nothing where no pictures were asked for."""
        if not self.pictures:
            return NoCamera()
        if self._browser is None:
            self._browser = self._stack.enter_context(browser())
        return Camera(self._browser, self.server.url, login, PASSWORD, Path(self.pictures))

    def rows(self, query):
        """Rows of the database, as lists of texts."""
        return [row.split("|") for row in self.server.sql(query).splitlines()]

    def count(self, query):
        return int(self.server.sql(query))

    # the tale

    def say(self, text):
        sys.stdout.write(f"[{time.monotonic() - self.began:5.0f} s] {text}\n")
        sys.stdout.flush()

    def wait(self, condition, what, seconds=PATIENCE):
        return wait_until(condition, seconds, what)

    def quiet(self, what="all jobs and messages to be done"):
        self.wait(lambda: self.count(UNDER_WAY) == 0, what)

    def check(self, name, found, expected):
        """Keep a result; the scenario goes on, and fails in the end where they differ."""
        self.checks.append((name, found, expected))

    @property
    def wrong(self):
        return [check for check in self.checks if check[1] != check[2]]

    def verdict(self):
        """Print what was checked; the exit code."""
        for name, found, expected in self.checks:
            mark = "ok   " if found == expected else "WRONG"
            tail = "" if found == expected else f": {found!r}, expected {expected!r}"
            sys.stdout.write(f"  {mark} {name}{tail}\n")
        self.say(f"{len(self.checks)} checks, {len(self.wrong)} wrong")
        return 1 if self.wrong else 0


def table(heads, rows):
    """Columns of texts under each other; numbers to the right."""
    cells = [tuple(map(str, row)) for row in (heads, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    shown = ["  ".join(_cell(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    shown.insert(1, "-" * len(max(shown, key=len)))
    sys.stdout.write("\n" + "\n".join(shown) + "\n\n")


def _cell(text, width):
    return text.rjust(width) if text[-1:].isdigit() else text.ljust(width)
