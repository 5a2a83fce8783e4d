"""Reconciliation of sure matches: bank items against invoices, at once, beside Odoo's two ways.

The pairs are prepared: the bank's item stands on the account of the invoice already. All are of an earlier day and by
somebody else, and something was said of each invoice, as in real books. Odoo reconciles fewer of them (one by one, and
in one plan), because it takes minutes otherwise; rates are compared. The same for pairs in another currency whose rates
differ, so that each brings an entry of the difference. Then the whole way of a match:
lines on suspense, of which half do not know the payer, get their counterpart and are reconciled, with what is told
and noted of it; beside the same with the quick way switched off in the settings.
"""

import sys
import time
from decimal import Decimal

PAIRS = 5_000
ONE_BY_ONE, IN_ONE_PLAN = 100, 300
FOREIGN_PAIRS, FOREIGN_ONE_BY_ONE, FOREIGN_IN_ONE_PLAN = 1_000, 60, 200
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
    UPDATE account_move SET write_date = '2026-01-01' WHERE id IN (SELECT new FROM copied_move);
    UPDATE account_move_line SET write_date = '2026-01-01' WHERE id IN (SELECT new FROM copied_item);
    INSERT INTO mail_message (model, res_id, message_type, date, body)
        SELECT 'account.move', new, 'notification', '2026-01-01', 'Invoice created' FROM copied_move;
"""


def entered(env, journal, partner, count):
    """Pairs of a bank item and the item of an invoice, by Odoo."""
    from odoo import Command

    invoices = env["account.move"].with_context(tracking_disable=True).create(
        [
            {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-02-01", "date": "2026-02-01",
             "currency_id": journal._finance_currency().id,
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
             "amount": item.amount_currency, "partner_id": partner.id, "counterpart_account_id": item.account_id.id}
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
    env.cr.execute("ANALYZE account_move, account_move_line, account_bank_statement_line, mail_message")
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


def foreign(env, partner):
    """Pairs a second where each leaves a difference of exchange: ours, ``reconcile()`` each, one plan."""
    pound = env.ref("base.GBP")
    pound.active = True
    for day, worth in (("2026-01-01", 0.8), ("2026-03-01", 0.85)):
        env["res.currency.rate"].create(
            {"currency_id": pound.id, "name": day, "rate": worth, "company_id": env.company.id}
        )
    journal = env["account.journal"].create({"name": "Pounds", "code": "PND", "type": "bank", "currency_id": pound.id})
    copies = multiplied(
        env, entered(env, journal, partner, ENTERED), FOREIGN_ONE_BY_ONE + FOREIGN_IN_ONE_PLAN + FOREIGN_PAIRS + 40
    )
    some, more, many = (
        copies[:FOREIGN_ONE_BY_ONE], copies[FOREIGN_ONE_BY_ONE:-FOREIGN_PAIRS], copies[-FOREIGN_PAIRS:],
    )  # fmt: skip
    one_by_one(some[:3])  # warm what both need
    ours = rate(env, many, env["finance.pair.writer"]._reconcile)
    env.cr.execute("ANALYZE")
    return ours, rate(env, some[3:], one_by_one), rate(env, more, env["account.move.line"]._reconcile_plan)


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
    abroad, abroad_single, abroad_plan = foreign(env, partner)
    items = [pair[1] for pair in entered(env, journal, partner, ENTERED)]
    whole = multiplied(env, on_suspense(env, journal, items), SETTLED_BY_ODOO + PAIRS)
    settled(env, whole[:5])
    company.finance_quick_writing = False
    by_odoo = settled(env, whole[5:SETTLED_BY_ODOO])
    company.finance_quick_writing = True
    at_once = settled(env, whole[SETTLED_BY_ODOO:])
    proofs = env["finance.writer.proof"].sudo().search([("company_id", "=", company.id)])
    print(f"ours {ours:.0f}, one by one {single:.1f}, one plan {plan:.1f}", file=sys.stderr)
    print(f"abroad {abroad:.0f}, one by one {abroad_single:.1f}, one plan {abroad_plan:.1f}", file=sys.stderr)
    print("proofs:", proofs.mapped(lambda proof: (proof.what, proof.state, proof.reason)), file=sys.stderr)
    return [
        {"name": f"{PAIRS} sure pairs reconciled, beside one reconcile() each", "ratio": round(ours / single, 1),
         "goal": 40, "ours": round(ours), "other": round(single, 1), "unit": "pairs/s"},
        {"name": f"{PAIRS} sure pairs reconciled, beside one _reconcile_plan", "ratio": round(ours / plan, 1),
         "goal": 4, "ours": round(ours), "other": round(plan, 1), "unit": "pairs/s"},
        {"name": f"{FOREIGN_PAIRS} pairs with a difference of exchange, beside one reconcile() each",
         "ratio": round(abroad / abroad_single, 1), "goal": 20, "ours": round(abroad),
         "other": round(abroad_single, 1), "unit": "pairs/s"},
        {"name": f"{FOREIGN_PAIRS} pairs with a difference of exchange, beside one _reconcile_plan",
         "ratio": round(abroad / abroad_plan, 1), "goal": 5, "ours": round(abroad), "other": round(abroad_plan, 1),
         "unit": "pairs/s"},
        {"name": f"{PAIRS} sure matches from open line to paid invoice, beside the same by Odoo", "goal": 10,
         "ratio": round(at_once / by_odoo, 1), "ours": round(at_once), "other": round(by_odoo, 1),
         "unit": "matches/s"},
    ]  # fmt: skip
