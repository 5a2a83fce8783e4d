"""Quick writing in a real database: an addon nobody has read makes it step back; users work on while it runs."""

import json
import textwrap
from pathlib import Path

import pytest

from runner.real import run_odoo

ADDONS = Path(__file__).resolve().parents[2]

STRANGER = {
    "__manifest__.py": '{"name": "Stranger", "version": "19.0.1.0.0", "depends": ["connector_bank"], "author": "X", '
    '"license": "LGPL-3"}',
    "__init__.py": "from . import models",
    "models.py": """
        from odoo import api, fields, models

        class AccountBankStatementLine(models.Model):
            _inherit = "account.bank.statement.line"

            stranger_large = fields.Boolean(compute="_compute_stranger_large", store=True)

            @api.depends("amount")
            def _compute_stranger_large(self):
                for line in self:
                    line.stranger_large = line.amount > 50

            @api.model_create_multi
            def create(self, vals_list):
                for values in vals_list:
                    values["payment_ref"] = f"{values['payment_ref']} (seen)"
                return super().create(vals_list)
    """,
}

PREPARE = """
    import json, time
    from datetime import date
    from odoo import Command, api
    company = env["res.company"].search([("chart_template", "!=", False)], limit=1) or env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    def values(count):
        return [{"journal_id": journal.id, "statement_id": False, "date": date(2026, 3, 1 + number % 28),
                 "payment_ref": f"Payment {number}", "partner_id": False, "amount": number + 1.0}
                for number in range(count)]
    def answer(**found):
        print("ANSWER" + json.dumps(found))
    journal = env["account.journal"].search([("code", "=", "QUICK"), ("company_id", "=", company.id)]) or env[
        "account.journal"].create({"name": "Quick", "code": "QUICK", "type": "bank", "company_id": company.id})
    partner = env["res.partner"].create({"name": "Almond Lane Bakery"})
    env.cr.commit()
"""


def shell(database, script, *, addons=()):
    """What the script answers in a shell of Odoo."""
    done = run_odoo(
        "shell", "-d", database, "--no-http", "--log-level=error", *addons,
        stdin=textwrap.dedent(PREPARE) + textwrap.dedent(script), timeout=400,
    )  # fmt: skip
    answers = [line for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    assert answers, done.stderr[-3000:]
    return json.loads(answers[-1].removeprefix("ANSWER"))


@pytest.fixture(scope="module")
def database(odoo_database):
    return odoo_database()


def test_users_work_on(database):
    """While many lines wait for their commit, another user posts an invoice and changes a partner at once."""
    found = shell(
        database,
        """
        lines = env["finance.line.writer"]._create(values(300))
        env.cr.flush()
        proof = env["finance.writer.proof"].search([("journal_id", "=", journal.id)], limit=1)
        with env.registry.cursor() as other:
            other.execute("SET LOCAL lock_timeout = '3s'")
            user = api.Environment(other, env.uid, {"allowed_company_ids": company.ids})
            begun = time.monotonic()
            invoice = user["account.move"].create({
                "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-03-01",
                "invoice_line_ids": [Command.create({"name": "Goods", "price_unit": 10, "tax_ids": []})]})
            invoice.action_post()
            user["res.partner"].browse(partner.id).name = "Almond Lane"
            user["account.journal"].browse(journal.id).name = "Quick bank"
            other.flush()
            posted, seconds = invoice.state, time.monotonic() - begun
            other.rollback()
        answer(posted=posted, seconds=seconds, state=proof.state, reason=proof.reason, lines=len(lines))
        env.cr.rollback()
        """,
    )
    assert found["state"] == "alike", found["reason"]
    assert found["posted"] == "posted"
    assert found["lines"] == 300


def test_stranger_steps_back(database, tmp_path):
    """An addon that overrides ``create`` and adds a stored field: its lines are written by Odoo, and it is said."""
    home = tmp_path / "stranger"
    home.mkdir()
    for name, text in STRANGER.items():
        (home / name).write_text(textwrap.dedent(text))
    addons = ("--addons-path", f"{ADDONS},{tmp_path}")
    installed = run_odoo("-d", database, "-i", "stranger", "--stop-after-init", "--no-http", *addons, timeout=500)
    assert installed.returncode == 0, installed.stderr[-3000:]
    found = shell(
        database,
        """
        lines = env["finance.line.writer"]._create(values(100))
        proof = env["finance.writer.proof"].search([("journal_id", "=", journal.id)], limit=1)
        answer(state=proof.state, reason=proof.reason, seen=all(line.payment_ref.endswith("(seen)") for line in lines),
               large=sum(lines.mapped("stranger_large")),
               cases=env["finance.exception"].search_count([("code", "=", "writer.differs")]))
        env.cr.rollback()
        """,
        addons=addons,
    )
    assert found["state"] == "differs"
    assert "stranger" in found["reason"]
    assert found["seen"]
    assert found["large"] == 50
    assert found["cases"] == 1
