"""Reconciliation of sure matches: bank items against invoices, at once, beside Odoo's two ways.

The pairs are prepared: the bank's item stands on the account of the invoice already. Odoo reconciles fewer of them
(one by one, and in one plan), because it takes minutes otherwise; rates are compared. Then the whole way of a match:
lines on suspense, of which half do not know the payer, get their counterpart and are reconciled, with what is told
and noted of it; beside the same with the quick way switched off in the settings.
"""

import sys
import time
from decimal import Decimal

PAIRS = 5_000
ONE_BY_ONE, IN_ONE_PLAN = 100, 300
SETTLED_BY_ODOO = 100
ENTERED = 100  # by Odoo; the others are copies of these

COPY = """
    CREATE TEMP TABLE copied_move ON COMMIT DROP AS
        SELECT m.id AS old, nextval('account_move_id_seq')::int AS new, n AS copy
          FROM account_move m, generate_series(1, %(times)s) n WHERE m.id = ANY(%(moves)s);
    CREATE TEMP TABLE copied_line ON COMMIT DROP AS
        SELECT l.id AS old, nextval('account_bank_statement_line_id_seq')::int AS new, c.copy, c.new AS move
          FROM account_bank_statement_line l JOIN copied_move c ON c.old = l.move_id;
    CREATE TEMP TABLE copied_item ON COMMIT DROP AS
        SELECT i.id AS old, nextval('account_move_line_id_seq')::int AS new, c.copy, c.new AS move
          FROM account_move_line i JOIN copied_move c ON c.old = i.move_id;
    WITH line AS (
        INSERT INTO account_bank_statement_line SELECT (jsonb_populate_record(
            l, jsonb_build_object('id', c.new, 'move_id', c.move))).*
          FROM account_bank_statement_line l JOIN copied_line c ON c.old = l.id)
    INSERT INTO account_move SELECT (jsonb_populate_record(
            m, jsonb_build_object('id', c.new, 'name', m.name || '-' || c.copy, 'statement_line_id', l.new))).*
      FROM account_move m JOIN copied_move c ON c.old = m.id
      LEFT JOIN copied_line l ON l.old = m.statement_line_id AND l.copy = c.copy;
    INSERT INTO account_move_line SELECT (jsonb_populate_record(
            i, jsonb_build_object('id', c.new, 'move_id', c.move, 'statement_line_id', l.new))).*
      FROM account_move_line i JOIN copied_item c ON c.old = i.id
      LEFT JOIN copied_line l ON l.old = i.statement_line_id AND l.copy = c.copy;
"""


def entered(env, journal, partner, count):
    """Pairs of a bank item and the item of an invoice, by Odoo."""
    from odoo import Command

    invoices = env["account.move"].with_context(tracking_disable=True).create(
        [
            {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-02-01", "date": "2026-02-01",
             "invoice_line_ids": [Command.create(
                 {"name": "Goods", "quantity": 1, "price_unit": 10 + number, "tax_ids": []})]}
            for number in range(count)
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
    env.flush_all()
    env.cr.flush()
    return [line._seek_for_lines()[2] + item for line, item in zip(lines, items, strict=True)]


def multiplied(env, pairs, count):
    """``count`` more pairs, copies of these."""
    moves = [item.move_id.id for pair in pairs for item in pair]
    env.cr.execute(COPY, {"times": count // len(pairs), "moves": moves})
    env.cr.execute("SELECT old, copy, new FROM copied_item")
    new = {(old, copy): item for old, copy, item in env.cr.fetchall()}
    env.cr.execute("DROP TABLE copied_move, copied_line, copied_item")
    env.cr.execute("ANALYZE account_move, account_move_line, account_bank_statement_line")
    env.invalidate_all()
    return [
        pairs[0].browse([new[item, copy] for item in pair.ids])
        for copy in range(1, count // len(pairs) + 1)
        for pair in pairs
    ]


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


def on_suspense(env, journal, items):
    """Pairs of an open line's suspense item and the item of an invoice."""
    lines = env["account.bank.statement.line"].with_context(tracking_disable=True).create(
        [
            {"journal_id": journal.id, "date": "2026-03-05", "payment_ref": item.move_id.name, "amount": item.balance,
             "partner_id": item.partner_id.id if place % 2 else False}
            for place, item in enumerate(items)
        ]
    )  # fmt: skip
    env.flush_all()
    env.cr.flush()
    return [line._seek_for_lines()[1] + item for line, item in zip(lines, items, strict=True)]


def settled(env, pairs):
    """Matches a second, from open lines to paid invoices."""
    from odoo.addons.connector_bank.matching.items import Part, Proposal

    proposals = []
    for suspense, item in pairs:
        amount = Decimal(str(item.amount_residual))
        part = Part(item.id, amount, amount)
        proposals.append(Proposal(suspense.statement_line_id.id, (part,), (), Decimal(0), 0.99, True, "number", ()))
    return rate(env, pairs, lambda _pairs: env["finance.settle"]._settle_all(proposals))


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
    pairs = entered(env, journal, partner, ENTERED)
    copies = multiplied(env, pairs, ONE_BY_ONE + IN_ONE_PLAN + PAIRS)
    some, more, many = copies[:ONE_BY_ONE], copies[ONE_BY_ONE:-PAIRS], copies[-PAIRS:]
    one_by_one(pairs[:5])  # warm what both need
    ours = rate(env, many, env["finance.pair.writer"]._reconcile)
    env.cr.execute("ANALYZE")
    single, plan = rate(env, some, one_by_one), rate(env, more, env["account.move.line"]._reconcile_plan)
    items = [pair[1] for pair in entered(env, journal, partner, ENTERED)]
    whole = multiplied(env, on_suspense(env, journal, items), SETTLED_BY_ODOO + PAIRS)
    settled(env, whole[:5])
    company.finance_quick_writing = False
    by_odoo = settled(env, whole[5:SETTLED_BY_ODOO])
    company.finance_quick_writing = True
    at_once = settled(env, whole[SETTLED_BY_ODOO:])
    proofs = env["finance.writer.proof"].sudo().search([("journal_id", "=", journal.id)])
    print(f"ours {ours:.0f}, one by one {single:.1f}, one plan {plan:.1f}", file=sys.stderr)
    print("proofs:", proofs.mapped(lambda proof: (proof.what, proof.state, proof.reason)), file=sys.stderr)
    return [
        {"name": f"{PAIRS} sure pairs reconciled, beside one reconcile() each", "ratio": round(ours / single, 1),
         "goal": 40, "ours": round(ours), "other": round(single, 1), "unit": "pairs/s"},
        {"name": f"{PAIRS} sure pairs reconciled, beside one _reconcile_plan", "ratio": round(ours / plan, 1),
         "goal": 4, "ours": round(ours), "other": round(plan, 1), "unit": "pairs/s"},
        {"name": f"{PAIRS} sure matches from open line to paid invoice, beside the same by Odoo", "goal": 10,
         "ratio": round(at_once / by_odoo, 1), "ours": round(at_once), "other": round(by_odoo, 1),
         "unit": "matches/s"},
    ]  # fmt: skip
