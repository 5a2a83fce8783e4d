"""A sandbox bank as a process of its own, with a journal that nothing of ours can take along."""

import json
import subprocess
import urllib.request
from urllib.parse import urlsplit

from runner.layout import PYTHON, ROOT

from .proxy import Line


class Bank:
    """The other side: ``line`` is the way to it, ``payments()`` its journal."""

    def __init__(self, name, folder, seed=0):
        self.name = name
        command = [
            str(PYTHON), str(ROOT / "setup/sandbox/serve.py"), "--port", "0", "--seed", str(seed),
            "--state", str(folder / f"{name}.jsonl"),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        addresses = {}
        while "control" not in addresses:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("the sandbox did not start")
            party, address = line.split()
            addresses[party] = address
        self._control = addresses["control"].rsplit("/", 1)[0]
        self.line = Line(urlsplit(self._control).port, name)

    def address(self, party="bank"):
        """The party's address through the line that can be broken."""
        return f"http://127.0.0.1:{self.line.port}/{party}"

    def _ask(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._control}/{path}", data, {"Content-Type": "application/json"})
        if method:
            request.method = method
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def fault(self, kind, **options):
        self._ask("faults", {"kind": kind, "party": "bank", **options})

    def forget_faults(self):
        self._ask("faults", method="DELETE")

    def settings(self, **values):
        self._ask("settings", {"party": "bank", **values})

    def payments(self):
        """What was really executed, in order: dicts with end_to_end_id, amount, currency, creditor_account."""
        return [effect["data"] for effect in self._ask("effects?party=bank&kind=payment")]

    def stop(self):
        self.line.close()
        self.process.kill()
        self.process.wait()
