"""Import of bank lines: from the camt file to posted entries, beside Odoo's bare ``create`` of equal lines.

Ours is the whole way in: message, parsing, checks against doubles, lines, statement, cases. OCA's importer reads
a shorter file of the same kind in a database of its own (``peer_oca.py``); without it, its row is left out.
"""

import gc
import importlib.util
import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from runner import databases
from runner.layout import ADDONS, HOME

LINES = 10_000
BY_ODOO = 400
BY_OCA = 200
ROUNDS = 3
LEAST = 25
PEERS = HOME / "bench-libraries" / "odoo" / "addons"


def made(entries, seed):
    """A camt.053 file of one statement."""
    from odoo.addons.connector_bank import __path__ as homes

    path = Path(homes[0]) / "tests" / "camt_maker.py"
    spec = importlib.util.spec_from_file_location("camt_maker", path)
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    target = io.StringIO()
    maker.write_camt053(target, entries, seed=seed, account=20_000 + seed)
    return target.getvalue().encode()


def bank(env, company, code):
    env.ref("base.EUR").active = True
    return env["account.journal"].create(
        {"name": f"Bench {code}", "code": code, "type": "bank", "company_id": company.id,
         "currency_id": env.ref("base.EUR").id if company.currency_id.name != "EUR" else False}
    )  # fmt: skip


def ours(env, company, journal, content):
    """Seconds of the whole way in."""
    importer = env["finance.statement.import"]
    begun = time.monotonic()
    messages, _worked = importer._import_files(company, [("bench.xml", content)], journal)
    env.cr.flush()
    seconds = time.monotonic() - begun
    result = messages.result or {}
    if result.get("lines") != LINES:
        raise AssertionError(messages.result_text)
    return seconds


def by_odoo(env, journal, count, seed):
    """Lines a second of one bare ``create``, with tracking off."""
    model = env["account.bank.statement.line"].with_context(tracking_disable=True)
    values = [
        {"journal_id": journal.id, "date": f"2024-02-{number % 28 + 1:02}", "amount": number + 1.25,
         "payment_ref": f"Invoice INV/2024/{seed}/{number}", "partner_name": "Almond Lane Bakery",
         "transaction_details": {"end_to_end": f"E2E-{number}"}}
        for number in range(count)
    ]  # fmt: skip
    begun = time.monotonic()
    model.create(values)
    env.cr.flush()
    return count / (time.monotonic() - begun)


class Oca:
    """OCA's importer in a database that is there while it is measured."""

    def __enter__(self):
        self.database = databases.new_database(addons=[])
        self._odoo("-i", "account_statement_import_camt", "--stop-after-init", "--log-level=error")
        return self

    def __exit__(self, *error):
        databases.drop_database(self.database)

    def _odoo(self, *arguments, command=(), given=None, **more):
        options = ["-d", self.database, f"--addons-path={ADDONS},{PEERS}", "--no-http", "--max-cron-threads=0"]
        done = subprocess.run(
            databases.odoo_command(*command, *options, *arguments), env=databases.odoo_environment(**more),
            input=given, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return done.stdout

    def rate(self, seed):
        """Lines a second of one import."""
        with tempfile.NamedTemporaryFile(suffix=".xml") as file:
            file.write(made(BY_OCA, seed))
            file.flush()
            script = (Path(__file__).parent / "peer_oca.py").read_text()
            told = self._odoo("--log-level=error", command=["shell"], given=script, BENCH_FILE=file.name)
        lines, seconds = next(line.split()[1:] for line in told.splitlines() if line.startswith("OCA "))
        if int(lines) != BY_OCA:
            raise AssertionError(told)
        return int(lines) / float(seconds)


def run(env):
    if not PEERS.exists():
        return measured(env)
    with Oca() as oca:
        return measured(env, oca)


def measured(env, oca=None):
    company = env["res.company"].create({"name": "Bench", "currency_id": env.ref("base.EUR").id})
    env.user.company_ids += company
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    company.currency_id = env.ref("base.EUR")  # the chart of accounts set its own
    journal, other = bank(env, company, "BNCHA"), bank(env, company, "BNCHB")
    by_odoo(env, other, 20, 0)  # warm caches for both
    rates, odoo, peers = [], [], []
    for seed in range(1, ROUNDS + 1):
        env.cr.execute("ANALYZE")
        odoo.append(by_odoo(env, other, BY_ODOO, seed))
        rates.append(LINES / ours(env, company, journal if seed == 1 else bank(env, company, f"BN{seed}"),
                                  made(LINES, seed)))  # fmt: skip
        peers += [oca.rate(seed)] if oca else []
        gc.collect()
        print(f"round {seed}: ours {rates[-1]:.0f} lines/s, Odoo {odoo[-1]:.1f}, OCA {peers[-1:]}", file=sys.stderr)
    proofs = env["finance.writer.proof"].sudo().search([("company_id", "=", company.id)])
    print("proofs:", proofs.mapped(lambda proof: (proof.state, proof.reason)), file=sys.stderr)
    beside = {"Odoo's bare create": odoo, "OCA's camt importer": peers}
    return [
        {"name": f"import of {LINES} camt lines, whole way in, beside {name}", "goal": LEAST,
         "ratio": round(statistics.median(map(float.__truediv__, rates, them)), 1),
         "ours": round(statistics.median(rates)), "other": round(statistics.median(them), 1), "unit": "lines/s"}
        for name, them in beside.items() if them
    ]  # fmt: skip
