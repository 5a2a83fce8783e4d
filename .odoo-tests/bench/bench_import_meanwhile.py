"""An import of many lines by the command line, in a process of its own: its memory, and people who work meanwhile.

Memory: highest of the importing process, of a short and of a ten times longer statement. Waits: a person edits the
partner that all lines name, and posts an invoice; slowest twentieth of each, beside the same without an import.
"""

import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from runner import databases

PAYER = "DE31000000000000001933"
MEANWHILE = 20_000
SHORT, LONG = 10_000, 100_000
ALONE = 15  # rounds of work without an import


def run(env):
    company = env.company
    euro = env.ref("base.EUR")
    euro.active = True
    company.currency_id = euro
    if not env["account.account"].search([("company_ids", "in", company.ids)], limit=1):
        env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
        company.currency_id = euro
    env["account.journal"].create({"name": "Bench", "code": "BNCHM", "type": "bank", "finance_auto_match": False})
    for number in range(3):
        env["account.journal"].create(
            {"name": f"Bench {number}", "code": f"BNCM{number}", "type": "bank", "finance_auto_match": False}
        )
    partner = env["res.partner"].create({"name": "Almond Lane Bakery"})
    env["res.partner.bank"].create({"partner_id": partner.id, "acc_number": PAYER})
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return [*waits(env, partner.id), memory(env)]


def made(entries, seed):
    from odoo.addons.connector_bank import __path__ as homes

    spec = spec_from_file_location("camt_maker", Path(homes[0]) / "tests" / "camt_maker.py")
    maker = module_from_spec(spec)
    spec.loader.exec_module(maker)
    target = io.StringIO()
    maker.write_camt053(target, entries, seed=seed)
    return re.sub(r"(btrAcct><Id><IBAN>|dtrAcct><Id><IBAN>)\w+", rf"\g<1>{PAYER}", target.getvalue()).encode()


class Import:
    """One import under way; ``peak`` is the highest memory of its process in MiB once it is over."""

    def __init__(self, database, journal, entries, seed):
        handle, name = tempfile.mkstemp(suffix=".xml")
        os.close(handle)
        self._file = Path(name)
        self._file.write_bytes(made(entries, seed))
        self._entries = entries
        command = databases.odoo_command("finance", "import", "-d", database, "--journal", journal, name)
        self._process = subprocess.Popen(
            command, env=databases.odoo_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def over(self):
        """Asked so that ``result`` still learns what it used."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def result(self):
        """``(what it answered, MiB)``"""
        answer = self._process.stdout.read()
        _pid, _status, used = os.wait4(self._process.pid, 0)
        self._file.unlink()
        found = json.loads(answer)
        if found["lines"] != self._entries:
            raise AssertionError(answer)
        return found, used.ru_maxrss / 1024


def waits(env, partner):
    work(env, partner)  # warm
    alone = [work(env, partner) for _number in range(ALONE)]
    importing = Import(env.cr.dbname, "BNCHM", MEANWHILE, 7)
    meanwhile = []
    while not importing.over():
        meanwhile.append(work(env, partner))
    importing.result()
    env.cr.commit()
    named = env["account.bank.statement.line"].search_count([("partner_id", "=", partner)])
    if named != MEANWHILE:
        raise AssertionError(f"{named} lines name the partner")
    return [row(name, [one[at] for one in meanwhile], [one[at] for one in alone]) for at, name in enumerate(WORK)]


WORK = ("a partner edited", "an invoice posted")


def row(name, meanwhile, alone):
    ours, other = slowest(meanwhile), slowest(alone)
    print(f"{name}: {len(meanwhile)} times, p95 {ours:.0f} ms, longest {max(meanwhile):.0f} ms,"
          f" median {statistics.median(meanwhile):.0f} ms; alone p95 {other:.0f} ms", file=sys.stderr)  # fmt: skip
    return {"name": f"{name} while {MEANWHILE} lines come in, p95", "ratio": round(other / ours, 2), "goal": None,
            "ours": round(ours), "other": round(other), "unit": "ms"}  # fmt: skip


def slowest(seconds):
    return sorted(seconds)[max(int(len(seconds) * 0.95) - 1, 0)]


def work(env, partner):
    """Milliseconds that a person waits for each of ``WORK``, committed."""
    return [timed(env, lambda own, one=one: one(own, partner)) for one in (edit, invoice)]


def timed(env, do):
    with env.registry.cursor() as cr:
        own = env(cr=cr)
        begun = time.monotonic()
        do(own)
        cr.commit()
        return (time.monotonic() - begun) * 1000


def edit(env, partner):
    record = env["res.partner"].browse(partner)
    record.comment = f"Called {time.monotonic()}"


def invoice(env, partner):
    from odoo import Command

    env["account.move"].create(
        {"move_type": "out_invoice", "partner_id": partner, "invoice_date": "2024-02-01",
         "invoice_line_ids": [Command.create({"name": "Goods", "quantity": 1, "price_unit": 10, "tax_ids": []})]}
    ).action_post()  # fmt: skip
