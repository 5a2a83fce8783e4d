"""Reconciliation of sure matches: bank items against invoices, at once, beside Odoo's two ways.

The pairs are prepared: the bank's item stands on the account of the invoice already. Odoo reconciles fewer of them
(one by one, and in one plan), because it takes minutes otherwise; rates are compared.
"""

import sys
import time

PAIRS = 5_000
ONE_BY_ONE, IN_ONE_PLAN = 100, 300
AT_ONCE = 500  # made at once when the pairs are prepared


def prepared(env, journal, partner, count):
    """Pairs of a bank item and the item of an invoice, entered past the ORM's statistics."""
    from odoo import Command

    found = []
    while len(found) < count:
        size = min(AT_ONCE, count - len(found))
        invoices = env["account.move"].with_context(tracking_disable=True).create(
            [
                {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-02-01",
                 "date": "2026-02-01",
                 "invoice_line_ids": [Command.create(
                     {"name": "Goods", "quantity": 1, "price_unit": 10 + len(found) + number, "tax_ids": []})]}
                for number in range(size)
            ]
        )  # fmt: skip
        invoices.with_context(tracking_disable=True).action_post()
        items = invoices.line_ids.filtered(lambda item: item.account_id.account_type == "asset_receivable")
        lines = env["account.bank.statement.line"].with_context(tracking_disable=True).create(
            [
                {"journal_id": journal.id, "date": "2026-03-05", "payment_ref": item.move_id.name,
                 "amount": item.balance, "partner_id": partner.id, "counterpart_account_id": item.account_id.id}
                for item in items
            ]
        )  # fmt: skip
        found += [line._seek_for_lines()[2] + item for line, item in zip(lines, items, strict=True)]
        env.flush_all()
        env.cr.flush()
        env.cr.execute("ANALYZE account_move, account_move_line, account_bank_statement_line")
    return found


def rate(env, plans, work):
    """Pairs a second, with cold caches and everything that a commit would write."""
    env.invalidate_all()
    begun = time.monotonic()
    work(plans)
    env.flush_all()
    env.cr.flush()
    seconds = time.monotonic() - begun
    if not all(plan[1].reconciled for plan in plans):
        raise AssertionError("not reconciled")
    return len(plans) / seconds


def one_by_one(plans):
    for plan in plans:
        plan.reconcile()


def run(env):
    company = env["res.company"].create({"name": "Bench", "currency_id": env.ref("base.EUR").id})
    env.user.company_ids += company
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
    journal = env["account.journal"].create({"name": "Bench", "code": "BNCH", "type": "bank"})
    partner = env["res.partner"].create({"name": "Almond Lane Bakery"})
    one_by_one(prepared(env, journal, partner, 5))  # warm what both need
    some, more = prepared(env, journal, partner, ONE_BY_ONE), prepared(env, journal, partner, IN_ONE_PLAN)
    many = prepared(env, journal, partner, PAIRS)
    ours = rate(env, many, env["finance.pair.writer"]._reconcile)
    env.cr.execute("ANALYZE")
    single, plan = rate(env, some, one_by_one), rate(env, more, env["account.move.line"]._reconcile_plan)
    proofs = env["finance.writer.proof"].sudo().search([("journal_id", "=", journal.id)])
    print(f"ours {ours:.0f}, one by one {single:.1f}, one plan {plan:.1f}", file=sys.stderr)
    print("proofs:", proofs.mapped(lambda proof: (proof.what, proof.state, proof.reason)), file=sys.stderr)
    return [
        {"name": f"{PAIRS} sure pairs reconciled, beside one reconcile() each", "ratio": round(ours / single, 1),
         "goal": 40, "ours": round(ours), "other": round(single, 1), "unit": "pairs/s"},
        {"name": f"{PAIRS} sure pairs reconciled, beside one _reconcile_plan", "ratio": round(ours / plan, 1),
         "goal": 4, "ours": round(ours), "other": round(plan, 1), "unit": "pairs/s"},
    ]  # fmt: skip
