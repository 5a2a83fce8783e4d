"""Bills that are due, from vendors with trusted accounts: the same for whoever pays them in a benchmark."""

ENTERED = 100  # by Odoo; the others are copies of these
VENDORS = 50

COPY = """
    CREATE TEMP TABLE copied_move ON COMMIT DROP AS
        SELECT m.id AS old, nextval('account_move_id_seq')::int AS new, n AS copy
          FROM account_move m, generate_series(1, %(times)s) n WHERE m.id = ANY(%(moves)s);
    INSERT INTO account_move SELECT (jsonb_populate_record(
            m, jsonb_build_object('id', c.new, 'name', m.name || '-' || c.copy, 'ref', m.ref || '-' || c.copy,
                                  'payment_reference', m.payment_reference || '-' || c.copy))).*
      FROM account_move m JOIN copied_move c ON c.old = m.id;
    INSERT INTO account_move_line SELECT (jsonb_populate_record(
            i, jsonb_build_object('id', nextval('account_move_line_id_seq')::int, 'move_id', c.new))).*
      FROM account_move_line i JOIN copied_move c ON c.old = i.move_id;
    DROP TABLE copied_move;
"""


def iban(number):
    """A German IBAN of no bank, with right check digits."""
    bban = f"99999999{number:010d}"
    return f"DE{98 - int(bban + '131400') % 97:02d}{bban}"


def bills(env, count):
    """``(bank journal, vendors)``; ``count`` posted bills in euro that are due, each with its own reference."""
    from odoo import Command

    company = env.company
    euro = env.ref("base.EUR")
    euro.active = True
    if company.currency_id != euro:
        company.currency_id = euro
    journal = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
    journal.bank_acc_number = iban(0)
    belgium = env.ref("base.be")
    vendors = env["res.partner"].create(
        [{"name": f"Vendor {number}", "city": "Brussels", "country_id": belgium.id} for number in range(1, VENDORS + 1)]
    )
    accounts = env["res.partner.bank"].create(
        [{"acc_number": iban(number), "partner_id": vendor.id} for number, vendor in enumerate(vendors, start=1)]
    )
    trust(env, accounts)
    quiet = env["account.move"].with_context(tracking_disable=True)
    moves = quiet.create(
        [
            {"move_type": "in_invoice", "partner_id": vendors[number % VENDORS].id, "invoice_date": "2026-02-01",
             "invoice_date_due": "2026-02-20", "date": "2026-02-01", "ref": f"B{number}",
             "payment_reference": f"B{number}", "partner_bank_id": accounts[number % VENDORS].id,
             "invoice_line_ids": [Command.create(
                 {"name": "Goods", "quantity": 1, "price_unit": 10 + number, "tax_ids": []})]}
            for number in range(min(ENTERED, count))
        ]
    )  # fmt: skip
    moves.action_post()
    env.flush_all()
    if count > len(moves):
        env.cr.execute(COPY, {"times": count // len(moves) - 1, "moves": moves.ids})
    env.cr.execute("ANALYZE account_move, account_move_line, res_partner, res_partner_bank")
    env.invalidate_all()
    return journal, vendors


def trust(env, accounts):
    """As if each account had been called back and agreed to: nothing here is about that."""
    guarded = env["ir.module.module"].search([("name", "=", "finance_connector_base"), ("state", "=", "installed")])
    env.flush_all()
    if guarded:
        env.cr.execute("ALTER TABLE res_partner_bank DISABLE TRIGGER finance_guard")
    env.cr.execute("UPDATE res_partner_bank SET allow_out_payment = TRUE WHERE id = ANY(%s)", [accounts.ids])
    if guarded:
        env.cr.execute("ALTER TABLE res_partner_bank ENABLE ALWAYS TRIGGER finance_guard")
    env.invalidate_all()


def flow(env):
    """A way to a bank that wants a release."""
    connector = env["finance.connector"].sudo().create(
        {"name": "Bank", "code": "bench_bank", "transport": "upload", "domain": "bank", "state": "active",
         "company_id": env.company.id}
    )  # fmt: skip
    return env["finance.flow"].sudo().create(
        {"name": "Payments", "connector_id": connector.id, "kind": "payment_order", "direction": "out",
         "needs_approval": True, "moves_money": True}
    )  # fmt: skip
