"""The matching desk with 100,000 open lines and 100,000 open invoices, beside a list view of Odoo with the same lines.

One line and one invoice are made by Odoo and copied by SQL. Both screens are opened in Chromium on the same
server, from the click to the screen that is at rest; then lines are accepted with Enter, one after the other,
from the key to the facts of the next line.
"""

import json
import statistics
import subprocess
import sys
import time

from runner import databases
from runner.layout import PYTHON
from runner.real import Server, run_odoo

LINES, PROPOSED = 100_000, 5_000
ROUNDS, ACCEPTED = 5, 40
PAINT_SECONDS, ACCEPT_SECONDS = 1.5, 0.2

FILL = """
from odoo import Command
company = env.company
if not env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", company.id)]):
    env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
partner = env["res.partner"].create({{"name": "Customer"}})
journal = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
invoice = env["account.move"].create({{"move_type": "out_invoice", "partner_id": partner.id,
    "invoice_date": "2026-01-15", "invoice_line_ids": [Command.create({{
        "name": "x", "price_unit": 10.0, "tax_ids": [Command.clear()]}})]}})
invoice.action_post()
line = env["account.bank.statement.line"].create({{"journal_id": journal.id, "date": "2026-01-15", "amount": 10.0,
                                                  "payment_ref": "Customer pays"}})
env.flush_all()
cr = env.cr
cr.execute("SET LOCAL session_replication_role = replica")  # copies keep what their source refers to

def copies(table, source, count, **changes):
    "Copy one row; an id of a copy is first + n, for n from 1."
    cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    columns = [row[0] for row in cr.fetchall()]
    cr.execute(f"SELECT max(id) FROM {{table}}")
    first = cr.fetchone()[0]
    values = {{name: f's."{{name}}"' for name in columns}} | {{"id": f"{{first}} + n"}} | changes
    names = ", ".join(f'"{{name}}"' for name in columns)
    cr.execute(f"INSERT INTO {{table}} ({{names}}) SELECT {{', '.join(values[name] for name in columns)}} "
               f"FROM {{table}} s, generate_series(1, {{count}}) n WHERE s.id = {{source}}")
    cr.execute(f"SELECT setval('{{table}}_id_seq', (SELECT max(id) FROM {{table}}))")
    return first

def documents(move, name):
    made = copies("account_move", move.id, {lines}, name=f"'{{name}}' || n", sequence_number="n + 1000",
                  payment_reference=f"'{{name}}' || n")
    items = {{item: copies("account_move_line", item.id, {lines}, move_id=f"{{made}} + n",
                          move_name=f"'{{name}}' || n") for item in move.line_ids}}
    return made, items

_made, items = documents(invoice, "INV/B/")
term = items[invoice.line_ids.filtered(lambda item: item.display_type == "payment_term")]
moves, _items = documents(line.move_id, "BNK/B/")
lines = copies("account_bank_statement_line", line.id, {lines}, move_id=f"{{moves}} + n",
               payment_ref="'Customer pays INV/B/' || n", internal_index="'20260115' || lpad(n::text, 20, '0')")
for table, move in (("account_move", "id"), ("account_move_line", "move_id")):
    cr.execute(f"UPDATE {{table}} SET statement_line_id = {{move}} - {{moves}} + {{lines}} WHERE {{move}} > {{moves}}")
cr.execute(f'''
    INSERT INTO finance_match_proposal (line_id, company_id, journal_id, rule, score, rank, reasons, doubts, state,
                                        difference, rest, automatic, create_date)
    SELECT {{lines}} + n, {{company.id}}, {{journal.id}}, 'number', 1, 1, 'Number stands in the text', '', 'proposed',
           0, 0, false, now() FROM generate_series(1, {proposed}) n''')
cr.execute(f'''
    INSERT INTO finance_match_part (proposal_id, company_id, item_id, amount, item_amount)
    SELECT id, {{company.id}}, line_id - {{lines}} + {{term}}, '10.00', '10.00' FROM finance_match_proposal
     WHERE line_id > {{lines}}''')
env.cr.commit()
print("RESULT", lines)
"""
TABLES = ("account_move", "account_move_line", "account_bank_statement_line", "finance_match_proposal",
          "finance_match_part")

BROWSER = """
import json, sys, time
from playwright.sync_api import sync_playwright

base, rounds, accepted = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SCREENS = {
    "desk": ("connector_bank.finance_desk_action", ".o_desk_line"),
    "list": ("connector_bank.statement_line_action", ".o_list_view .o_data_row"),
}
ACCEPT = '''() => new Promise((done, fail) => {
    const current = () => document.querySelector(".o_desk_row.o_current");
    const shown = () => document.querySelector(".o_desk_line .o_desk_ref");
    const before = current().id, text = shown().textContent, began = performance.now();
    document.querySelector(".o_desk_list").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
    const look = () => {
        const stands = current() && current().id !== before && shown() && shown().textContent !== text;
        if (stands) { done((performance.now() - began) / 1000); }
        else if (performance.now() - began > 20000) { fail(document.querySelector(".o_desk_foot").textContent); }
        else { requestAnimationFrame(look); }
    };
    look();
})'''
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(base + "/web/login")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", "admin")
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar", timeout=120000)
    found = {name: [] for name in (*SCREENS, "accept")}
    for turn in range(rounds + 1):
        for name, (action, rest) in SCREENS.items():
            page.evaluate("odoo.__WOWL_DEBUG__.root.env.services.action.doAction('base.action_res_users')")
            page.wait_for_selector(".o_breadcrumb:has-text('Users')", timeout=60000)
            page.wait_for_selector(".o_list_view .o_data_row", timeout=60000)
            started = time.monotonic()
            page.evaluate(f"odoo.__WOWL_DEBUG__.root.env.services.action.doAction('{action}', "
                          "{clearBreadcrumbs: true})")
            page.wait_for_selector(rest, timeout=60000)
            if turn:  # the first look loads what every later one has
                found[name].append(time.monotonic() - started)
    page.evaluate("odoo.__WOWL_DEBUG__.root.env.services.action.doAction('connector_bank.finance_desk_action')")
    page.wait_for_selector(".o_desk_line")
    page.keyboard.press("j")  # the line that was copied has no proposal, wherever it stands
    for turn in range(accepted + 3):
        page.wait_for_selector(".o_desk_proposal")
        seconds = page.evaluate(ACCEPT)
        if turn >= 3:  # every worker has answered once
            found["accept"].append(seconds)
    browser.close()
print(json.dumps(found))
"""


def fill(database):
    done = run_odoo("shell", "-d", database, "--no-http", "--log-level=warn",
                    stdin=FILL.format(lines=LINES, proposed=PROPOSED))
    if "RESULT" not in done.stdout:
        raise RuntimeError(done.stderr[-3000:])
    for table in TABLES:  # kept up by autovacuum on a server that runs for long
        databases.sql(database, f"VACUUM ANALYZE {table}")


def look(url):
    """Median seconds until each screen stands, and from Enter to the next line."""
    command = [str(PYTHON), "-c", BROWSER, url, str(ROUNDS), str(ACCEPTED)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=540)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return {name: statistics.median(seconds) for name, seconds in json.loads(done.stdout).items()}


def run():
    """Seconds of the desk beside its limits and beside a list view of Odoo with the same lines."""
    database = databases.new_database()
    server = Server(database, workers=2, options=["--log-level=warn", "--max-cron-threads=0"], label="bench")
    try:
        began = time.monotonic()
        fill(database)
        print(f"data made in {time.monotonic() - began:.0f} s", file=sys.stderr)
        server.start()
        seconds = {name: round(value, 3) for name, value in look(server.url).items()}
    finally:
        if server.process:
            server.stop()
        databases.drop_database(database)
    words = f"Matching desk, {LINES:,} open lines"
    paint = {"ours": seconds["desk"], "unit": "s"}
    return [
        {**paint, "name": f"{words}: first sight, beside its limit",
         "ratio": round(PAINT_SECONDS / seconds["desk"], 2), "goal": 1, "other": PAINT_SECONDS},
        {**paint, "name": f"{words}: first sight, beside a list view of Odoo with the same lines",
         "ratio": round(seconds["list"] / seconds["desk"], 2), "goal": None, "other": seconds["list"]},
        {"name": f"{words}: accept to next, beside its limit", "ours": seconds["accept"], "unit": "s",
         "ratio": round(ACCEPT_SECONDS / seconds["accept"], 2), "goal": 1, "other": ACCEPT_SECONDS},
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
