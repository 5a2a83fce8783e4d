"""OCA's payment batch on a database of its own: payments_oca.py LIBRARIES COUNT; prints ``STEP name seconds`` lines.

Its addons are AGPL and for this comparison alone: they lie apart from everything that runs.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import payments_world

from runner import databases

MODULE = "account_payment_sepa_credit_transfer"


def install(libraries):
    """The name of a new database with OCA's addons."""
    name = f"test_{os.getpid()}_oca"
    subprocess.run([str(databases.BIN / "newdb"), name], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(
        [str(databases.BIN / "odoo"), "-d", name, "-i", MODULE, "--stop-after-init", "--no-http", "--log-level=error"],
        check=True, env={**os.environ, "PYTHONPATH": str(libraries)}, stdout=sys.stderr,
    )  # fmt: skip
    return name


def pay(env, count):
    journal, _vendors = payments_world.bills(env, count)
    method = env["account.payment.method"].search([("code", "=", "sepa_credit_transfer")])
    account = env["account.payment"].new({"company_id": env.company.id})._get_outstanding_account("outbound")
    line = env["account.payment.method.line"].create(
        {"name": "SEPA", "payment_method_id": method.id, "journal_id": journal.id, "selectable": True,
         "payment_account_id": account.id, "group_lines": False, "bank_account_link": "fixed",
         "default_target_move": "posted", "default_date_type": "due", "default_payment_mode": "any"}
    )  # fmt: skip
    order = env["account.payment.order"].create(
        {"payment_method_line_id": line.id, "journal_id": journal.id, "payment_type": "outbound"}
    )

    def propose():
        wizard = env["account.payment.line.create"].with_context(
            active_model="account.payment.order", active_id=order.id
        ).create({"due_date": "2026-12-31", "date_type": "due", "payment_mode": "any"})
        wizard.populate()
        wizard.create_payment_lines()

    for name, work in (
        ("proposal", propose), ("payments", order.draft2open), ("file", order.open2generated),
        ("posted and reconciled", order.generated2uploaded),
    ):  # fmt: skip
        env.cr.execute("ANALYZE account_move, account_move_line, account_payment, account_partial_reconcile")
        started = time.perf_counter()
        work()
        env.flush_all()
        print("STEP", name, f"{time.perf_counter() - started:.3f}", flush=True)
    paid = env["account.move"].search_count([("move_type", "=", "in_invoice"), ("payment_state", "=", "in_payment")])
    assert (len(order.payment_ids), paid) == (count, count), (len(order.payment_ids), paid)


def main(libraries, count):
    name = install(libraries)
    try:
        sys.path.append(str(libraries))
        from odoo import SUPERUSER_ID, api
        from odoo.modules.registry import Registry
        from odoo.tools import config

        config.parse_config(["-d", name, "--log-level=error"], setup_logging=True)
        with Registry(name).cursor() as cr:
            pay(api.Environment(cr, SUPERUSER_ID, {}), count)
            cr.rollback()
    finally:
        databases.drop_database(name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
