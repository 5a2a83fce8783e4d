"""Workers die in the middle of a long file, and a person stops and resumes it: each line is there once."""

import base64
import contextlib
import random
import time
from decimal import Decimal

import psutil
import pytest

from runner.real import wait_until

KILLS = 10
LINES, PIECE = 3_000, 100
JOURNAL = "DE09000000000000000001"  # of no bank
ENTRY = (
    '<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2026-03-02</Dt></BookgDt><BkTxCd/>"
    "<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
)
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>"
)
FILE = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>LONG</MsgId>'
    "<CreDtTm>2026-03-02T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>LONG</Id><Acct><Id><IBAN>{account}</IBAN></Id>"
    "<Ccy>{currency}</Ccy></Acct>{balances}{entries}</Stmt></BkToCstmrStmt></Document>"
)
WHERE = "finance_fingerprint IS NOT NULL"


@pytest.fixture(scope="module")
def server(odoo_database, odoo_server):
    running = odoo_server(odoo_database(), workers=2, environment={"FINANCE_RUNNER_SECONDS": "2"})
    found = running.call("account.journal", "search_read", [[["type", "=", "bank"]], ["company_id"]], {"limit": 1})
    company = found[0]["company_id"][0]
    running.call("account.journal", "write", [[found[0]["id"]], {"bank_acc_number": JOURNAL}])
    running.call("res.company", "write", [[company], {"finance_whole_lines": PIECE, "finance_piece_lines": PIECE}])
    running.call("ir.config_parameter", "set_param", ["finance_connector_base.import_now_megabytes", "0"])
    running.currency = running.sql(
        f"SELECT c.name FROM res_currency c JOIN res_company co ON co.currency_id = c.id WHERE co.id = {company}"
    ).strip()
    return running


def amounts():
    """A third of the lines are equal, far from each other in the file."""
    return [Decimal("3.10") if number % 3 == 0 else Decimal(f"{number}.07") for number in range(LINES)]


def content(server):
    def balance(kind, amount):
        return BALANCE.format(kind=kind, currency=server.currency, amount=amount)

    entries = "".join(
        ENTRY.format(currency=server.currency, amount=amount, text="Coffee" if number % 3 == 0 else f"Order {number}")
        for number, amount in enumerate(amounts())
    )
    balances = balance("OPBD", "10.00") + balance("CLBD", 10 + sum(amounts()))
    return FILE.format(account=JOURNAL, currency=server.currency, balances=balances, entries=entries).encode()


def bring(server):
    wizard = server.call("finance.statement.import", "create", [{}])
    file = {"res_model": "finance.statement.import", "res_id": wizard, "name": "long.xml"}
    file["datas"] = base64.b64encode(content(server)).decode()
    attachment = server.call("ir.attachment", "create", [file])
    return server.call("finance.statement.import", "import_file", [[wizard], attachment])["message_id"]


def number(server, query):
    return int(server.sql(query).strip() or 0)


def lines(server):
    return number(server, f"SELECT count(*) FROM account_bank_statement_line WHERE {WHERE}")


def at_work(server):
    """Whether a piece is being written: the job has begun, and its transaction is open."""
    return number(
        server, "SELECT count(*) FROM queue_job WHERE method_name = 'process_job' AND state = 'started'"
    ) > 0  # fmt: skip


def kill_workers(server):
    """All but the runner: the server makes new ones."""
    runner = server.runner()
    for process in server.workers_alive():
        if not runner or process.pid != runner.pid:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def test_killed_stopped_resumed(server):
    message = bring(server)
    dice = random.Random(7)
    for kill in range(KILLS):
        before = lines(server)
        wait_until(lambda: lines(server) > before, 120, f"a piece after {before} lines")  # noqa: B023
        wait_until(lambda: at_work(server), 60, "a piece under way")
        time.sleep(dice.uniform(0, 0.7))  # anywhere in a piece
        kill_workers(server)
        assert lines(server) % PIECE == 0, "half a piece"
        assert number(server, "SELECT count(*) FROM account_bank_statement WHERE finance_coming") == 1
        if kill == KILLS // 2:
            wait_until(lambda: answers(server), 60, "new workers")
            stop_and_resume(server, message)
    wait_until(lambda: state(server, message) != "received", 400, "the end of the file")
    said = server.sql(f"SELECT result_text FROM finance_message WHERE id = {message}")
    assert state(server, message) == "processed", said
    assert lines(server) == LINES
    moved = server.sql(f"SELECT sum(amount) FROM account_bank_statement_line WHERE {WHERE}").strip()
    assert Decimal(moved) == sum(amounts())
    equal = f"SELECT count(*) FROM account_bank_statement_line WHERE {WHERE} AND payment_ref = 'Coffee'"
    assert number(server, equal) == sum(amount == Decimal("3.10") for amount in amounts())
    places = f"SELECT count(DISTINCT finance_place) FROM account_bank_statement_line WHERE {WHERE}"
    assert number(server, places) == LINES
    whole = "is_complete AND finance_identity IS NOT NULL AND finance_coming IS NOT TRUE"
    assert number(server, f"SELECT count(*) FROM account_bank_statement WHERE {whole}") == 1
    assert number(server, "SELECT count(*) FROM finance_long_import_piece") == 0
    assert number(server, "SELECT count(*) FROM finance_exception WHERE state = 'open' AND blocking") == 0


def answers(server):
    with contextlib.suppress(OSError, RuntimeError):
        return server.call("res.users", "search_count", [[]])
    return False


def state(server, message):
    return server.sql(f"SELECT state FROM finance_message WHERE id = {message}").strip()


def stop_and_resume(server, message):
    server.call("finance.message", "action_stop_import", [[message]])
    wait_until(lambda: number(server, f"SELECT hold::int FROM finance_message WHERE id = {message}"), 60, "the stop")
    before = lines(server)
    server.call("finance.message", "action_refresh", [[message]])
    [shown] = server.call("finance.message", "read", [[message], ["coming_words", "hold_reason"]])
    assert "stopped by" in shown["coming_words"], shown
    assert not at_work(server)
    assert lines(server) == before
    server.call("finance.message", "action_resume_import", [[message]])
