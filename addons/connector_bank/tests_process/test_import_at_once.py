"""The same statement brought by several people in the same second: real processes, real transactions."""

import base64
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

PEOPLE = 4
ENTRIES = 20
JOURNAL = "DE09000000000000000001"  # of no bank
ENTRY = (
    '<Ntry><Amt Ccy="{currency}">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2026-03-02</Dt></BookgDt><BkTxCd/>"
    "<NtryDtls><TxDtls><RmtInf><Ustrd>Coffee {number}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
)
FILE = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>{message}</MsgId>'
    "<CreDtTm>2026-03-02T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>{statement}</Id><Acct><Id><IBAN>{account}</IBAN></Id>"
    "<Ccy>{currency}</Ccy></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"
)


@pytest.fixture(scope="module")
def server(odoo_database, odoo_server):
    running = odoo_server(odoo_database(), workers=PEOPLE)
    found = running.call("account.journal", "search_read", [[["type", "=", "bank"]], ["company_id"]], {"limit": 1})
    running.call("account.journal", "write", [[found[0]["id"]], {"bank_acc_number": JOURNAL}])
    running.currency = running.sql(
        "SELECT c.name FROM res_currency c JOIN res_company co ON co.currency_id = c.id "
        f"WHERE co.id = {found[0]['company_id'][0]}"
    ).strip()
    return running


def content(server, message, statement):
    entries = "".join(
        ENTRY.format(currency=server.currency, number=number // 2) for number in range(ENTRIES)
    )
    return FILE.format(
        message=message, statement=statement, account=JOURNAL, currency=server.currency, entries=entries
    ).encode()


def bring_at_once(server, contents):
    """Everybody presses Import in the same moment."""
    wizards = []
    for number, one in enumerate(contents):
        wizard = server.call("finance.statement.import", "create", [{}])
        file = {"res_model": "finance.statement.import", "res_id": wizard}
        file |= {"name": f"file{number}.xml", "datas": base64.b64encode(one).decode()}
        wizards.append((wizard, server.call("ir.attachment", "create", [file])))
    start = Barrier(len(wizards))

    def press(wizard):
        start.wait()
        return server.call("finance.statement.import", "import_file", [[wizard[0]], wizard[1]])

    with ThreadPoolExecutor(len(wizards)) as people:
        list(people.map(press, wizards))


def count(server, table, where):
    return int(server.sql(f"SELECT count(*) FROM {table} WHERE {where}"))


def test_same_bytes(server):
    one = content(server, "SAME", "S1")
    bring_at_once(server, [one] * PEOPLE)
    assert count(server, "account_bank_statement_line", "finance_fingerprint IS NOT NULL") == ENTRIES
    assert count(server, "finance_message", "kind = 'statement'") == 1
    assert count(server, "account_bank_statement", "finance_identity IS NOT NULL") == 1


def test_same_statement_in_other_bytes(server):
    before = count(server, "account_bank_statement_line", "finance_fingerprint IS NOT NULL")
    later = [
        content(server, f"OTHER{number}", "S2").replace(b"2026-03-02", b"2026-03-03") for number in range(PEOPLE)
    ]
    bring_at_once(server, later)
    assert count(server, "account_bank_statement_line", "finance_fingerprint IS NOT NULL") == before + ENTRIES
    assert count(server, "finance_message", "kind = 'statement' AND state = 'processed'") == 1 + PEOPLE
    assert count(server, "account_bank_statement", "finance_identity IS NOT NULL") == 2
    assert count(server, "finance_exception", "code LIKE 'statement%' OR code = 'job.failed'") == 0
