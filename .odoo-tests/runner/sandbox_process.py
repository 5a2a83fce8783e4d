"""The sandbox of banks beside a real server, and scripts run inside Odoo."""

import json
import subprocess
import urllib.request

from runner.databases import odoo_command, odoo_environment
from runner.layout import PYTHON, ROOT


class SandboxProcess:
    """The sandbox as a process of its own: its journal outlives every kill of ours.

    :param party: whose faults are ordered and whose payments are counted
    """

    def __init__(self, *options, party="bank"):
        self.party = party
        command = [str(PYTHON), str(ROOT / "setup/sandbox/serve.py"), "--port", "0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.addresses = {}
        while "control" not in self.addresses:
            name, address = self.process.stdout.readline().split()
            self.addresses[name] = address
        self.control = self.addresses["control"].rsplit("/", 1)[0]

    def fault(self, kind, **options):
        self.tell("faults", kind=kind, party=self.party, **options)

    def tell(self, what, **values):
        """Order something of the sandbox: ``effects``, ``faults``, ``settings``."""
        self.post(f"{self.control}/{what}", **values)

    def post(self, address, **values):
        """Ask one of its addresses, a bank's desk for example."""
        body = json.dumps(values).encode()
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).close()

    def untell(self, what):
        """No faults any more."""
        request = urllib.request.Request(f"{self.control}/{what}", method="DELETE")
        urllib.request.urlopen(request, timeout=10).close()

    def effects(self, party, kind):
        """What really happened there."""
        with urllib.request.urlopen(f"{self.control}/effects?party={party}&kind={kind}", timeout=10) as answer:
            return json.load(answer)

    def payments(self):
        return [effect["data"]["end_to_end_id"] for effect in self.effects(self.party, "payment")]

    def stop(self):
        self.process.kill()
        self.process.wait()


def in_odoo(database, script):
    """Run Python inside Odoo, as an administrator at the shell does."""
    done = subprocess.run(
        odoo_command("shell", "-d", database, "--no-http"),
        env=odoo_environment(), input=script, capture_output=True, text=True, timeout=180, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr[-3000:]
