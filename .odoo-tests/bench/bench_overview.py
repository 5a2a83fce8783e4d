"""Overview and technical board with a million messages and 100,000 open cases beside Odoo's own list of invoices.

All are opened in Chromium, one after the other on the same server, from the click to the screen that is
at rest; the data is made by SQL, because only its amount counts here.
"""

import sys

import screens

from runner import databases
from runner.real import run_odoo

MESSAGES, CASES, INVOICES = 1_000_000, 100_000, 200
ROUNDS = 7
LIMIT_SECONDS, TECHNICAL_SECONDS = 1.5, 1.0

FILL = """
INSERT INTO finance_message (name, company_id, connector_id, direction, kind, state, dedup_key, correlation_id,
                             sha256, create_date, write_date, done_on, arrived, tries, attempt)
SELECT 'm' || n, c.company_id, c.id, CASE WHEN n % 3 = 0 THEN 'out' ELSE 'in' END, 'file',
       CASE WHEN n % 100 = 0 THEN 'received' WHEN n % 1000 = 7 THEN 'unknown' WHEN n % 1000 = 13 THEN 'dead'
            WHEN n % 10 = 3 THEN 'refused' ELSE 'processed' END,
       'k' || n, 'c' || n, md5(n::text), now() AT TIME ZONE 'UTC' - n * interval '3 second',
       now() AT TIME ZONE 'UTC', CASE WHEN n % 100 <> 0 AND n % 1000 NOT IN (7, 13) AND n % 10 <> 3
       THEN now() AT TIME ZONE 'UTC' - (n * 3 - n % 90) * interval '1 second' END, 'no', 0, 0
  FROM generate_series(1, {messages}) n
  JOIN (SELECT id, company_id, row_number() OVER (ORDER BY id) - 1 AS place
          FROM finance_connector WHERE code LIKE 'bench.%') c ON c.place = n % 40;

INSERT INTO finance_exception (name, message_id, connector_id, company_id, domain, code, category, text, state,
                               due_on, create_date, priority, occurrences, blocking, last_seen_on)
SELECT 'case', id, connector_id, company_id, 'bank', 'bench', 'data', 'text', 'open',
       create_date + interval '8 hour', create_date, '0', 1, true, create_date
  FROM finance_message WHERE state = 'refused' ORDER BY id LIMIT {cases};

INSERT INTO finance_attempt (message_id, company_id, connector_id, number, step, outcome, started_on, ended_on,
                             create_date)
SELECT id, company_id, connector_id, 1, 'process', CASE WHEN id % 50 = 0 THEN 'failed' ELSE 'ok' END, create_date,
       coalesce(done_on, create_date), create_date
  FROM finance_message;

INSERT INTO finance_figure_value (code, company_id, at, value, daily)
SELECT f.code, c.id, date_trunc('day', now() AT TIME ZONE 'UTC') - d * interval '1 day', d, true
  FROM (VALUES ('cases.open'), ('messages.waiting'), ('messages.unknown')) f(code), res_company c,
       generate_series(1, 30) d;
"""
#: Kept up by autovacuum on a server that runs for long.
SETTLE = ["VACUUM ANALYZE finance_message", "VACUUM ANALYZE finance_exception", "VACUUM ANALYZE finance_attempt",
          "VACUUM ANALYZE account_move"]

RECORDS_SCRIPT = """
partner = env["res.partner"].create({{"name": "Customer"}})
if not env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", env.company.id)]):
    env["account.chart.template"].try_loading("generic_coa", env.company, install_demo=False)
moves = env["account.move"].create([
    {{"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-01-15",
      "invoice_line_ids": [(0, 0, {{"name": "x", "price_unit": 10 + n}})]}} for n in range({invoices})])
moves[: len(moves) // 2].action_post()
env["finance.connector"].create([
    {{"name": f"Bank {{n}}", "code": f"bench.{{n}}", "transport": "folder", "state": "active"}} for n in range(40)])
env.cr.commit()
print("RESULT", env["account.move"].search_count([("move_type", "=", "out_invoice")]))
"""

EXACT_SCRIPT = """
board = env["finance.board"]
found = {f["code"]: f["value"] for d in board.read_board()["domains"] for f in d["figures"]}
env.cr.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;"
               "SET LOCAL enable_bitmapscan = off")
env.cr.execute("SELECT count(*) FROM finance_exception WHERE state = 'open' AND company_id = %s", [env.company.id])
cases = env.cr.fetchone()[0]
env.cr.execute("SELECT state, count(*) FROM finance_message WHERE company_id = %s GROUP BY state", [env.company.id])
states = dict(env.cr.fetchall())
assert found["cases.open"] == cases, (found["cases.open"], cases)
assert found["messages.unknown"] == states["unknown"], states
assert found["messages.stuck"] == states["dead"], states
assert found["messages.waiting"] == sum(states.get(s, 0) for s in ("ready", "sending", "sent", "received")), states
import time
began = time.monotonic()
env["finance.traffic"]._cron_sum()
env.cr.commit()
print("RESULT exact", round(time.monotonic() - began, 2))
"""

SCREENS = {
    "overview": ("finance_connector_base.finance_overview_action", "[data-figure='cases.open']"),
    "technical": ("finance_connector_base.finance_technical_action", "[data-figure='waiting']"),
    "invoices": ("account.action_move_out_invoice_type", ".o_list_view .o_data_row"),
}


def fill(database):
    done = run_odoo("shell", "-d", database, "--no-http", "--log-level=warn",
                    stdin=RECORDS_SCRIPT.format(invoices=INVOICES))
    if "RESULT" not in done.stdout:
        raise RuntimeError(done.stderr[-3000:])
    databases.sql(database, FILL.format(messages=MESSAGES, cases=CASES))
    for statement in SETTLE:
        databases.sql(database, statement)
    done = run_odoo("shell", "-d", database, "--no-http", "--log-level=warn", stdin=EXACT_SCRIPT)
    if "RESULT exact" not in done.stdout:
        raise RuntimeError(f"the figures are not exact: {done.stdout[-1000:]} {done.stderr[-3000:]}")
    print(f"a day of traffic summed in {done.stdout.rpartition('exact')[2].strip()} s", file=sys.stderr)


def run():
    """Seconds of the screens, beside their limits and beside Odoo's list of invoices."""
    seconds = screens.measured(fill, SCREENS, ROUNDS)
    words = f"Overview, {MESSAGES:,} messages and {CASES:,} open cases"
    return [
        screens.row(f"{words}, beside its limit", seconds["overview"], LIMIT_SECONDS, goal=1),
        screens.row(f"{words}, beside Odoo's list of invoices", seconds["overview"], seconds["invoices"]),
        screens.row("Technical board, the same, beside its limit", seconds["technical"], TECHNICAL_SECONDS, goal=1),
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
