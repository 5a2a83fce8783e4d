"""Where Sales, Purchase and Expenses are installed, many reconciliations are still written at once, as Odoo would."""

import re

from runner.real import run_odoo

MODULES = "sale,purchase,hr_expense"


def test_reconciliation(odoo_database):
    done = run_odoo(
        "-d", odoo_database(), "-i", MODULES, "-u", "connector_bank",
        "--test-tags", "/connector_bank:TestPairWriterOrders", "--stop-after-init", "--no-http",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    [told] = re.findall(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests", done.stderr)
    assert told == ("0", "0", "2")
