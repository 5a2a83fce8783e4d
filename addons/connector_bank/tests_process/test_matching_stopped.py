"""A worker dies while many lines are matched in jobs, a person stops and goes on: each line meets its invoice once."""

import base64
import contextlib

import psutil
import pytest

from runner.real import wait_until

LINES, CHUNK = 60, 4  # a job ends after its first chunk
JOURNAL = "DE09000000000000000001"  # of no bank
ENTRY = (
    '<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2026-03-02</Dt></BookgDt><BkTxCd/>"
    "<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
)
FILE = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>MANY</MsgId>'
    "<CreDtTm>2026-03-02T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>MANY</Id><Acct><Id><IBAN>{account}</IBAN></Id>"
    "<Ccy>{currency}</Ccy></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
)
RECONCILED = "SELECT count(*) FROM account_bank_statement_line WHERE finance_fingerprint IS NOT NULL AND is_reconciled"
JOBS = (
    "SELECT count(*) FROM queue_job WHERE method_name = 'finance_match_job'"
    " AND state IN ('pending', 'enqueued', 'started')"
)


@pytest.fixture(scope="module")
def server(odoo_database, odoo_server):
    environment = {"FINANCE_RUNNER_SECONDS": "2", "FINANCE_MATCH_CHUNK": str(CHUNK), "FINANCE_MATCH_SECONDS": "0.0001"}
    running = odoo_server(odoo_database(), workers=2, environment=environment)
    [found] = running.call("account.journal", "search_read", [[["type", "=", "bank"]], ["company_id"]], {"limit": 1})
    running.journal = found["id"]
    running.call("account.journal", "write", [[found["id"]], {"bank_acc_number": JOURNAL}])
    running.currency = running.sql(
        "SELECT c.name FROM res_currency c JOIN res_company co ON co.currency_id = c.id "
        f"WHERE co.id = {found['company_id'][0]}"
    ).strip()
    return running


def number(server, query):
    return int(server.sql(query).strip() or 0)


def invoices(server):
    """``[(name, amount)]`` of as many posted invoices."""
    customer = server.call("res.partner", "create", [{"name": "Almond Lane Bakery"}])
    moves = server.call(
        "account.move", "create",
        [[{
            "move_type": "out_invoice", "partner_id": customer, "invoice_date": "2026-02-20", "date": "2026-02-20",
            "invoice_line_ids": [[0, 0, {"name": "Bread", "price_unit": 10.0 + one, "tax_ids": [[5]]}]],
        } for one in range(LINES)]],
    )  # fmt: skip
    server.call("account.move", "action_post", [moves])
    return [
        (move["name"], move["amount_total"])
        for move in server.call("account.move", "read", [moves, ["name", "amount_total"]])
    ]


def bring(server):
    entries = "".join(
        ENTRY.format(currency=server.currency, amount=f"{amount:.2f}", text=name) for name, amount in invoices(server)
    )
    file = FILE.format(account=JOURNAL, currency=server.currency, entries=entries).encode()
    wizard = server.call("finance.statement.import", "create", [{}])
    attachment = server.call(
        "ir.attachment", "create",
        [{"res_model": "finance.statement.import", "res_id": wizard, "name": "many.xml",
          "datas": base64.b64encode(file).decode()}],
    )  # fmt: skip
    server.call("finance.statement.import", "import_file", [[wizard], attachment])


def shown(server):
    """What the screens show of the account; nothing while no worker answers."""
    with contextlib.suppress(OSError, RuntimeError):
        fields = ["finance_match_state", "finance_match_words"]
        [journal] = server.call("account.journal", "read", [[server.journal], fields])
        return journal["finance_match_state"], journal["finance_match_words"]
    return None, ""


def kill_workers(server):
    """All but the runner: the server makes new ones."""
    runner = server.runner()
    for process in server.workers_alive():
        if not runner or process.pid != runner.pid:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def test_killed_stopped_gone_on_with(server):
    bring(server)
    wait_until(lambda: number(server, RECONCILED) >= 2 * CHUNK, 120, "the second job")
    kill_workers(server)
    killed_at = number(server, RECONCILED)
    assert killed_at % CHUNK == 0, "half a chunk"
    wait_until(lambda: number(server, RECONCILED) > killed_at, 120, "a job after the kill")
    assert shown(server)[0] == "running"
    server.call("account.journal", "action_finance_match_stop", [[server.journal]])
    wait_until(lambda: number(server, JOBS) == 0, 60, "the end of the job under way")
    stopped_at = number(server, RECONCILED)
    assert stopped_at < LINES, "stopped too late to show anything"
    state, words = shown(server)
    assert state == "stopped", words
    assert "stopped by" in words
    server.call("account.journal", "action_finance_match_resume", [[server.journal]])
    wait_until(lambda: shown(server)[0] == "done", 180, "the last job")
    assert number(server, RECONCILED) == LINES
    assert f"{LINES} reconciled" in shown(server)[1]
    paid = "move_type = 'out_invoice' AND payment_state IN ('paid', 'in_payment')"
    assert number(server, f"SELECT count(*) FROM account_move WHERE {paid}") == LINES
    assert number(server, "SELECT count(*) FROM account_partial_reconcile") == LINES
