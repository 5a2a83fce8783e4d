"""OCA's camt importer, in a process and database of its own: seconds of one import of a file.

Run by Odoo's shell (``env`` is given); where the file lies stands in ``BENCH_FILE``.
"""

import base64
import os
import re
import time
from pathlib import Path

content = Path(os.environ["BENCH_FILE"]).read_bytes()
company = env.company  # noqa: F821
company.currency_id = env.ref("base.EUR")  # noqa: F821
company.currency_id.active = True
if not env["account.account"].search([], limit=1):  # noqa: F821
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)  # noqa: F821
    company.currency_id = env.ref("base.EUR")  # noqa: F821
journal = env["account.journal"].create({"name": "OCA", "code": "OCABN", "type": "bank"})  # noqa: F821
journal.set_bank_account(re.search(rb"<IBAN>(\w+)</IBAN>", content)[1].decode())
wizard = env["account.statement.import"].create(  # noqa: F821
    {"statement_file": base64.b64encode(content), "statement_filename": "bench.xml"}
)
# not all tables: the measuring process holds the shared ones
env.cr.execute("ANALYZE account_move, account_move_line, account_bank_statement_line")  # noqa: F821
begun = time.monotonic()
wizard._import_file()
env.cr.flush()  # noqa: F821
seconds = time.monotonic() - begun
lines = env["account.bank.statement.line"].search_count([("journal_id", "=", journal.id)])  # noqa: F821
print(f"OCA {lines} {seconds:.3f}")
