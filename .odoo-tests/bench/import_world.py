"""Imports in processes of their own: the file, the process, its memory."""

import io
import re
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from runner import databases

PAYER = "DE31000000000000001933"


def prepared(env, count):
    """The company in euro, with so many bank journals; their codes."""
    company = env.company
    euro = env.ref("base.EUR")
    euro.active = True
    company.currency_id = euro
    if not env["account.account"].search([("company_ids", "in", company.ids)], limit=1):
        env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
        company.currency_id = euro
    codes = [f"BNCM{number}" for number in range(count)]
    for code in codes:
        env["account.journal"].create(
            {"name": f"Bench {code}", "code": code, "type": "bank", "finance_auto_match": False}
        )
    env.cr.commit()
    return codes


def analyse(env):
    env.cr.execute("ANALYZE")
    env.cr.commit()


def made(entries, seed, payer=PAYER):
    """A camt.053 file of one statement of an account of its own, all of one payer."""
    from odoo.addons.connector_bank import __path__ as homes

    spec = spec_from_file_location("camt_maker", Path(homes[0]) / "tests" / "camt_maker.py")
    maker = module_from_spec(spec)
    spec.loader.exec_module(maker)
    target = io.StringIO()
    maker.write_camt053(target, entries, seed=seed)
    text = re.sub(r"(?<=<Acct><Id><IBAN>)\w+", maker.iban("DE", "00000000", 70_000 + seed), target.getvalue(), count=1)
    return re.sub(r"((?:btr|dtr)Acct><Id><IBAN>)\w+", rf"\g<1>{payer}", text).encode()


class Process:
    """One process under way."""

    def __init__(self, *arguments, given=None):
        self._process = subprocess.Popen(
            databases.odoo_command(*arguments), env=databases.odoo_environment(),
            stdin=subprocess.PIPE if given else subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        if given:
            self._process.stdin.write(given)
            self._process.stdin.close()

    def over(self):
        return self._process.poll() is not None

    def end(self):
        """What it answered."""
        answer = self._process.stdout.read()
        self._process.wait()
        return answer


class Import(Process):
    """One import by a process that does what a worker does: it never holds the bytes of the file."""

    def __init__(self, env, journal, entries, seed):
        self._entries = entries
        journal = env["account.journal"].search([("code", "=", journal)])
        connector = env["finance.connector"]._upload_connector(journal.company_id)
        message, _new = env["finance.intake"]._store(
            connector, "statement", made(entries, seed), name=f"{seed}.xml", options={"journal_id": journal.id}
        )
        env.cr.commit()
        script = f"""
message = env["finance.message"].browse({message.id})
message._work_off()
print("LINES", (message.result or {{}}).get("lines"))
print(*(line for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
        super().__init__("shell", "-d", env.cr.dbname, "--no-http", "--log-level=error", given=script)

    def result(self):
        """The highest memory of its process in MiB, once it is over.

        As its own memory counts it: what the system says of a process that ended includes its parent's at its birth.
        """
        answer = self.end()
        if f"LINES {self._entries}\n" not in answer:
            raise AssertionError(answer)
        return int(re.search(r"VmHWM:\s+(\d+) kB", answer)[1]) / 1024
