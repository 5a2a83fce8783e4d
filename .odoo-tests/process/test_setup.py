"""What make setup leaves behind works, and running it again is quick and changes nothing."""

import subprocess
import time

from runner.layout import HOME, ROOT
from runner.real import run_odoo, wait_until


def test_again_changes_nothing():
    kept = {name: (HOME / name).read_bytes() for name in ("settings", "odoo.conf")}
    began = time.monotonic()
    done = subprocess.run(
        [ROOT / "setup" / "setup.sh", "run"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    steps = done.stdout.splitlines()
    assert len(steps) > 5 and all(" ok, " in step for step in steps), done.stdout
    assert time.monotonic() - began < 60
    assert {name: (HOME / name).read_bytes() for name in kept} == kept


def test_a_server_runs_jobs(odoo_database, odoo_server):
    server = odoo_server(odoo_database(), workers=2)
    queued = run_odoo(
        "shell", "-d", server.database, "--no-http", "--log-level=error",
        stdin="env['queue.job'].with_delay(description='proof')._test_job(); env.cr.commit()",
    )
    assert queued.returncode == 0, queued.stderr
    query = "SELECT state FROM queue_job WHERE name = 'proof'"
    wait_until(lambda: server.sql(query) == "done", 90, f"a job to be done; it is {server.sql(query)!r}")
