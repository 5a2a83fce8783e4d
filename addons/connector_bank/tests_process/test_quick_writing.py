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


def test_somebody_takes_a_number(database):
    """An entry posted by somebody between the two tries takes their number: it is tried again, and stays quick."""
    found = shell(
        database,
        """
        from unittest.mock import patch
        writer = env.registry["finance.line.writer"]
        patterns, taken = writer._patterns, []
        def meanwhile(self, *given):
            if len(taken) < 2:
                with env.registry.cursor() as other:
                    user = api.Environment(other, env.uid, {"allowed_company_ids": company.ids})
                    account = user["account.journal"].browse(journal.id).suspense_account_id
                    entry = user["account.move"].create({"journal_id": journal.id, "date": "2026-03-01", "line_ids": [
                        Command.create({"account_id": account.id, "debit": debit, "credit": 5 - debit})
                        for debit in (5, 0)]})
                    entry.action_post()
                    taken.append(entry.name)
            return patterns(self, *given)
        with patch.object(writer, "_patterns", meanwhile):
            lines = env["finance.line.writer"]._create(values(200))
        proof = env["finance.writer.proof"].search([("journal_id", "=", journal.id), ("what", "=", "lines")], limit=1)
        names = sorted(lines.move_id.mapped("name"))
        answer(state=proof.state, reason=proof.reason, taken=taken, names=names,
               left=env["finance.writer.batch"]._words([("journal_id", "=", journal.id), ("what", "=", "lines")]))
        env.cr.rollback()
        """,
    )
    assert found["state"] == "alike", found["reason"]
    assert found["left"] == ""
    assert len(found["taken"]) == 2
    assert len(set(found["names"])) == 200
    assert not set(found["taken"]) & set(found["names"])


def test_books_of_earlier_days(database):
    """Invoices and lines of transactions before, of another user and with messages, are reconciled at once."""
    found = shell(
        database,
        """
        admin = env(user=env.ref("base.user_admin").id)
        pound = env.ref("base.GBP")
        pound.active = True
        for day, worth in (("2026-01-01", 0.8), ("2026-03-01", 0.85)):
            env["res.currency.rate"].create(
                {"currency_id": pound.id, "name": day, "rate": worth, "company_id": company.id})
        abroad = env["account.journal"].create(
            {"name": "Pounds", "code": "QUICP", "type": "bank", "company_id": company.id, "currency_id": pound.id})
        env.user.company_ids += company
        admin.user.company_ids += company
        admin.user.group_ids += env.ref("account.group_account_manager")
        admin = admin(context={"allowed_company_ids": company.ids})
        pairs = []
        for number in range(84):
            account = abroad if number % 2 else journal
            invoice = admin["account.move"].create({
                "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-02-01",
                "date": "2026-02-01", "currency_id": account._finance_currency().id,
                "invoice_line_ids": [Command.create({"name": "Goods", "price_unit": 10 + number, "tax_ids": []})]})
            invoice.action_post()
            item = invoice.line_ids.filtered(lambda one: one.account_id.account_type == "asset_receivable")
            line = admin["account.bank.statement.line"].create({
                "journal_id": account.id, "date": "2026-03-05", "payment_ref": invoice.name,
                "amount": item.amount_currency, "partner_id": partner.id,
                "counterpart_account_id": item.account_id.id})
            pairs.append((line._seek_for_lines()[2] + item).ids)
        env.cr.commit()
        env.invalidate_all()
        plans = [env["account.move.line"].browse(pair) for pair in pairs]
        env["finance.pair.writer"]._reconcile(plans)
        env.cr.commit()
        proofs = env["finance.writer.proof"].search([("journal_id", "in", (journal + abroad).ids)])
        answer(proofs=sorted(proofs.mapped(lambda one: [one.what, one.state, one.reason or ""])),
               paid=sum(plan[1].move_id.payment_state == "paid" for plan in plans),
               exchanged=sum(bool(plan[1].matched_credit_ids.exchange_move_id) for plan in plans),
               left=env["finance.writer.batch"]._words([("journal_id", "in", (journal + abroad).ids)]))
        """,
    )
    assert found["proofs"] == [["exchange", "alike", ""], ["reconciliation", "alike", ""]], found
    assert (found["paid"], found["exchanged"], found["left"]) == (84, 42, "")


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
