"""The matching desk with 100,000 open lines and 100,000 open invoices, beside a list view of Odoo with the same lines.

One line and one invoice are made by Odoo and copied by SQL. Both screens are opened in Chromium on the same
server, from the click to the screen that is at rest. Then lines are accepted with Enter, one after the other: from
the key to the facts of the next line, which are there before the server has answered, and to its answer, after which
the line is gone from the list. At last Enter is pressed as fast as the desk takes it, until all is confirmed.
"""

import statistics

import screens

from runner import databases
from runner.real import run_odoo

LINES, PROPOSED = 100_000, 5_000
ROUNDS, ACCEPTED, IN_A_ROW = 5, 40, 40
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

SCREENS = {
    "desk": ("connector_bank.finance_desk_action", ".o_desk_line"),
    "list": ("connector_bank.statement_line_action", ".o_list_view .o_data_row"),
}
#: Milliseconds from Enter to the next line with its facts, and to the accepted one gone from the list.
ACCEPT = """() => new Promise((done, fail) => {
    const current = () => document.querySelector(".o_desk_row.o_current");
    const shown = () => document.querySelector(".o_desk_line .o_desk_ref");
    const before = current().id, text = shown().textContent, began = performance.now();
    let next = 0;
    document.querySelector(".o_desk_list").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
    const look = () => {
        const now = performance.now() - began;
        if (!next && current() && current().id !== before && shown() && shown().textContent !== text) { next = now; }
        if (next && !document.getElementById(before)) { done([next, now]); }
        else if (now > 20000) { fail(document.querySelector(".o_desk_foot").textContent); }
        else { requestAnimationFrame(look); }
    };
    look();
})"""
#: Milliseconds until so many lines are accepted and confirmed, Enter pressed whenever a proposal is in sight.
IN_ONE_GO = """(count) => new Promise((done, fail) => {
    const mine = () => parseInt(document.querySelector(".o_desk_tally strong").textContent);
    const first = mine(), began = performance.now();
    const press = () => {
        const waiting = document.querySelectorAll(".o_desk_row.o_waiting").length;
        if (mine() - first >= count) { return done(performance.now() - began); }
        if (performance.now() - began > 60000) { return fail(document.querySelector(".o_desk_foot").textContent); }
        if (mine() - first + waiting < count && document.querySelector(".o_desk_proposal.o_current")) {
            const key = new KeyboardEvent("keydown", {key: "Enter", bubbles: true});
            document.querySelector(".o_desk_list").dispatchEvent(key);
        }
        requestAnimationFrame(press);
    };
    press();
})"""


def fill(database):
    done = run_odoo("shell", "-d", database, "--no-http", "--log-level=warn",
                    stdin=FILL.format(lines=LINES, proposed=PROPOSED))
    if "RESULT" not in done.stdout:
        raise RuntimeError(done.stderr[-3000:])
    for table in TABLES:  # kept up by autovacuum on a server that runs for long
        databases.sql(database, f"VACUUM ANALYZE {table}")


def accept(page):
    """Median seconds from Enter to the next line, to the answer, and of a line where nothing is waited for."""
    screens.show(page, "connector_bank.finance_desk_action")
    page.wait_for_selector(".o_desk_line")
    page.keyboard.press("j")  # the line that was copied has no proposal, wherever it stands
    found = []
    for turn in range(ACCEPTED + 3):
        page.wait_for_selector(".o_desk_proposal")
        seconds = page.evaluate(ACCEPT)
        if turn >= 3:  # every worker has answered once
            found.append(seconds)
    shown, confirmed = (statistics.median(column) / 1000 for column in zip(*found, strict=True))
    return {"shown": shown, "confirmed": confirmed, "each": page.evaluate(IN_ONE_GO, IN_A_ROW) / 1000 / IN_A_ROW}


def run():
    """Seconds of the desk beside its limits and beside a list view of Odoo with the same lines."""
    seconds = screens.measured(fill, SCREENS, ROUNDS, accept)
    words = f"Matching desk, {LINES:,} open lines"
    return [
        screens.row(f"{words}: first sight, beside its limit", seconds["desk"], PAINT_SECONDS, goal=1),
        screens.row(f"{words}: first sight, beside a list view of Odoo with the same lines", seconds["desk"],
                    seconds["list"]),
        screens.row(f"{words}: accept to next, beside its limit", seconds["shown"], ACCEPT_SECONDS, goal=1),
        screens.row(f"{words}: accept to the server's answer", seconds["confirmed"], ACCEPT_SECONDS),
        screens.row(f"{words}: each of {IN_A_ROW} accepted as fast as it goes", seconds["each"], ACCEPT_SECONDS),
    ]


if __name__ == "__main__":
    for found in run():
        print(found)
