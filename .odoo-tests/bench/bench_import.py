"""Import of bank lines: from the camt file to posted entries, beside Odoo's bare ``create`` of equal lines.

Ours is the whole way in: message, parsing, checks against doubles, lines, statement, cases. OCA's importer is
not measured here.
"""

import gc
import importlib.util
import io
import sys
import time
from pathlib import Path

LINES = 10_000
BY_ODOO = 400
ROUNDS = 3
LEAST = 25


def made(entries, seed):
    """A camt.053 file of one statement."""
    from odoo.addons.connector_bank import __path__ as homes

    path = Path(homes[0]) / "tests" / "camt_maker.py"
    spec = importlib.util.spec_from_file_location("camt_maker", path)
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    target = io.StringIO()
    maker.write_camt053(target, entries, seed=seed)
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


def run(env):
    company = env["res.company"].create({"name": "Bench", "currency_id": env.ref("base.EUR").id})
    env.user.company_ids += company
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    company.currency_id = env.ref("base.EUR")  # the chart of accounts set its own
    journal, other = bank(env, company, "BNCHA"), bank(env, company, "BNCHB")
    by_odoo(env, other, 20, 0)  # warm caches for both
    rates, odoo = [], []
    for seed in range(1, ROUNDS + 1):
        env.cr.execute("ANALYZE")
        odoo.append(by_odoo(env, other, BY_ODOO, seed))
        rates.append(LINES / ours(env, company, journal if seed == 1 else bank(env, company, f"BN{seed}"),
                                  made(LINES, seed)))  # fmt: skip
        gc.collect()
        print(f"round {seed}: ours {rates[-1]:.0f} lines/s, Odoo {odoo[-1]:.1f} lines/s", file=sys.stderr)
    proofs = env["finance.writer.proof"].sudo().search([("company_id", "=", company.id)])
    print("proofs:", proofs.mapped(lambda proof: (proof.state, proof.reason)), file=sys.stderr)
    middle = sorted(rates)[ROUNDS // 2], sorted(odoo)[ROUNDS // 2]
    return [
        {"name": f"import of {LINES} camt lines, whole way in, beside Odoo's bare create",
         "ratio": round(middle[0] / middle[1], 1), "goal": LEAST, "ours": round(middle[0]),
         "other": round(middle[1], 1), "unit": "lines/s"}
    ]  # fmt: skip
