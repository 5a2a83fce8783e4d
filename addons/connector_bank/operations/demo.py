"""``odoo finance demo``: the demo company's bank files imported and matched, the result as a table."""

import json
import sys
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

from odoo.addons.finance_connector_base.core.errors import ConfigurationError
from odoo.addons.finance_connector_base.core.operation import OPERATIONS, Operation

LINE, STATEMENT = "account.bank.statement.line", "account.bank.statement"
COLUMNS = ("statements", "lines", "reconciled", "proposed", "in_case", "cases")
HEADS = ("Statements", "Lines", "Reconciled", "Proposed", "In a case", "Cases")


@OPERATIONS.add("demo", "import and match the demo company's bank files")
class Demo(Operation):
    def arguments(self, parser):
        parser.add_argument("--json", metavar="FILE", type=Path, help="write the result there as well")

    def run(self, options, env):
        result = run_demo(env)
        env["finance.checkpoint.check"]._cron_all()
        env["finance.traffic"]._cron_sum()
        if options.json:
            options.json.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        sys.stdout.write(table(result) + "\n")
        return None, 1 if result["totals"]["uncovered"] else 0


def run_demo(env):
    """Import what is new, match, and count what became of every file."""
    started = time.monotonic()
    company = env["finance.demo"]._company()
    if not company or not env.ref("connector_bank.demo_journal_eur", raise_if_not_found=False):
        raise ConfigurationError("no demo banks here: install connector_bank with demo data", code="demo.missing")
    env = env(context={**env.context, "allowed_company_ids": company.ids, "queue_job__no_delay": True})
    company = company.with_env(env)
    plan = env["finance.demo"]._plan()
    lines = env[LINE].search_count([("company_id", "=", company.id)])
    taken = [(file, *_take(env, company, file)) for file in plan.files]
    env["finance.matching"]._match_journals(
        env["account.journal"].search([("company_id", "=", company.id), ("type", "=", "bank")])
    )
    files = [_became(env, file, message, new) for file, message, new in taken]
    totals = {name: sum(file[name] for file in files) for name in (*COLUMNS, "uncovered")}
    totals["new_lines"] = env[LINE].search_count([("company_id", "=", company.id)]) - lines
    totals["amounts"] = _sum_amounts(file["amounts"] for file in files)
    if totals["new_lines"]:
        env["finance.demo"].sudo()._round_off()
    return {
        "database": env.cr.dbname,
        "company": company.name,
        "seconds": round(time.monotonic() - started, 1),
        "files": files,
        "totals": totals,
        "open_cases": _cases_by_code(env, company),
    }


def _take(env, company, file):
    """Bring a file in as its connector or a person does; the message, and whether it is new."""
    if file.by_hand:
        connector = env["finance.connector"]._upload_connector(company)
    else:
        connector = env.ref(f"connector_bank.demo_connector_{file.bank.key}")
    message, new = env["finance.intake"]._store(connector, "statement", file.content, name=file.name)
    if message.state not in ("processed", "cancelled"):
        message.action_process_now()
    return message, new


def _became(env, file, message, new):
    """One row: what stands in the ledger from this file, and what a person has to look at."""
    again = message.name != file.name  # the bytes of another file
    lines = env[LINE].search([("finance_message_id", "=", message.id)]) if not again else env[LINE]
    statements = env[STATEMENT].search([("finance_message_id", "=", message.id)]) if not again else env[STATEMENT]
    states = Counter(lines.mapped("finance_match_state"))
    cases = env["finance.exception"].search(
        ["&", ("state", "=", "open"), "|", "|", ("message_id", "=", 0 if again else message.id),
         "&", ("res_model", "=", LINE), ("res_id", "in", lines.ids),
         "&", ("res_model", "=", STATEMENT), ("res_id", "in", statements.ids)]
    )  # fmt: skip
    in_case = {case.res_id for case in cases if case.res_model == LINE}
    left = lines.filtered(lambda line: line.finance_match_state == "open")
    return {
        "name": file.name,
        "about": file.about,
        "new": new,
        "state": message.state,
        "statements": len(statements),
        "lines": len(lines),
        "reconciled": states["reconciled"],
        "proposed": states["proposed"],
        "in_case": sum(line.id in in_case for line in left),
        "uncovered": sum(line.id not in in_case for line in left),
        "cases": len(cases),
        "amounts": _amounts(lines),
    }


def _amounts(lines):
    """``{currency: {"in", "out"}}`` as exact decimal strings."""
    return {
        currency.name: {
            "in": _sum(currency, [line.amount for line in own if line.amount > 0]),
            "out": _sum(currency, [line.amount for line in own if line.amount < 0]),
        }
        for currency, own in lines.grouped("currency_id").items()
    }


def _sum(currency, amounts):
    places = currency.decimal_places
    return str(sum((Decimal(f"{amount:.{places}f}") for amount in amounts), Decimal(0).scaleb(-places)))


def _sum_amounts(parts):
    totals = {}
    for part in parts:
        for currency, amounts in part.items():
            total = totals.setdefault(currency, {"in": Decimal(0), "out": Decimal(0)})
            for side, amount in amounts.items():
                total[side] += Decimal(amount)
    return {currency: {side: str(amount) for side, amount in total.items()} for currency, total in totals.items()}


def _cases_by_code(env, company):
    """Open cases of the bank; those of other addons in the same company are no result of its files."""
    found = env["finance.exception"]._read_group(
        [("company_id", "=", company.id), ("domain", "=", "bank"), ("state", "=", "open")],
        ["code"], ["__count"], order="code",
    )  # fmt: skip
    return dict(found)


def table(result):
    """The result for people: a row for each file, then what it comes to."""
    rows = [("File", "", *HEADS, "In and out")]
    rows += [_row(file["name"], _status(file), file, _money(file["amounts"])) for file in result["files"]]
    rows.append(_row("Together", "", result["totals"], ()))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    ruler = "-" * (sum(widths) + 2 * len(widths))
    shown = [_aligned(row, widths) for row in rows]
    return "\n".join([shown[0], ruler, *shown[1:-1], ruler, shown[-1], "", *_words(result)])


def _row(name, status, counts, money):
    return (name, status, *(str(counts[column]) for column in COLUMNS), "   ".join(money))


def _money(amounts):
    for currency, sums in amounts.items():
        yield f"{currency} {Decimal(sums['in']):+,} {Decimal(sums['out']):,}"


def _aligned(row, widths):
    numbers = range(2, 2 + len(COLUMNS))
    cells = [cell.rjust(widths[n]) if n in numbers else cell.ljust(widths[n]) for n, cell in enumerate(row)]
    return "  ".join(cells).rstrip()


def _status(file):
    words = "new" if file["new"] else "seen before"
    return f"{words}, waits for a decision" if file["state"] == "refused" else words


def _words(result):
    totals = result["totals"]
    lines = totals["lines"] or 1
    yield (
        f"{totals['lines']} lines: {totals['reconciled'] * 100 // lines}% reconciled, {totals['proposed']} with a "
        f"proposal, {totals['in_case']} in a case, {totals['uncovered']} left over."
    )
    yield "Together in and out: " + ", ".join(_money(totals["amounts"]))
    yield f"{totals['new_lines']} new lines in this run, {result['seconds']} s."
    yield "Open cases: " + (", ".join(f"{code} {count}" for code, count in result["open_cases"].items()) or "none")
