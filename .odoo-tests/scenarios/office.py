"""Inside Odoo: companies, banks, connectors, payees and documents of a scenario."""

from odoo import Command, fields

PASSWORD = "scenario-password"  # noqa: S105 - as in stage.py, which Odoo's process does not load
ROLES = (
    "finance_connector_base.group_operator", "finance_connector_base.group_approver", "account.group_account_manager",
    "base.group_user",
)  # fmt: skip


def company(env, name, country, currency, city):
    """A company with a chart of accounts in its own currency, and an account for payments under way."""
    money = env["res.currency"].with_context(active_test=False).search([("name", "=", currency)])
    money.active = True
    made = env["res.company"].create(
        {"name": name, "currency_id": money.id, "city": city}
    )
    made.partner_id.country_id = env.ref(f"base.{country}")  # the company's own would install its country's charts
    env.user.company_ids = [Command.link(made.id)]
    env["account.chart.template"].try_loading("generic_coa", company=made, install_demo=False)
    env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", made.id)]).unlink()  # the chart's own
    made.currency_id = money  # the chart brings its own
    return made


def of(env, company):
    """The environment of somebody at work in this company alone."""
    return env(context={**env.context, "allowed_company_ids": company.ids})


def people(env, companies, names):
    """Makers and checkers: they hand over and release, each what the others made."""
    env.ref("base.user_admin").company_ids = [Command.link(one.id) for one in companies]
    groups = [Command.link(env.ref(group).id) for group in ROLES]
    for login, name in names.items():
        env["res.users"].with_context(no_reset_password=True).create(
            {"name": name, "login": login, "password": PASSWORD, "email": f"{login}@example.com", "group_ids": groups,
             "company_id": companies[0].id, "company_ids": [Command.set([one.id for one in companies])]}
        )  # fmt: skip


def bank_journal(env, company, code, name, number, opening, *, currency=None, bic=None, clearing=None, **values):
    """A bank account of the company, with the money that is on it."""
    env = of(env, company)
    bank = env["res.bank"].create({"name": name, "bic": bic})
    money = env["res.currency"].with_context(active_test=False).search([("name", "=", currency or "")])
    money.active = True
    foreign = money if money != company.currency_id else money.browse()
    journal = env["account.journal"].create(
        {"name": name, "code": code, "type": "bank", "company_id": company.id, "currency_id": foreign.id, **values}
    )
    journal.set_bank_account(number, bank.id)
    journal.bank_account_id.clearing_number = clearing
    outstanding = env["account.account"].create(
        {"name": f"Under way {code}", "code": f"10199{journal.id % 10}{journal.id}"[:10], "reconcile": True,
         "account_type": "asset_current"}
    )  # fmt: skip
    journal.outbound_payment_method_line_ids.payment_account_id = outstanding
    fund(env, journal, opening)
    return journal


def fund(env, journal, amount):
    company = journal.company_id
    equity = env["account.account"].search(
        [("account_type", "=", "equity"), ("company_ids", "in", company.ids)], limit=1
    )
    general = env["account.journal"].search([("type", "=", "general"), ("company_id", "=", company.id)], limit=1)
    day = fields.Date.subtract(fields.Date.today(), days=60)
    money = journal.currency_id or company.currency_id
    worth = money._convert(amount, company.currency_id, company, day)
    env["account.move"].create(
        {"journal_id": general.id, "date": day, "ref": "Opening", "line_ids": [
            Command.create({"account_id": journal.default_account_id.id, "balance": worth, "currency_id": money.id,
                            "amount_currency": amount}),
            Command.create({"account_id": equity.id, "balance": -worth})]}
    ).action_post()  # fmt: skip


def connector(env, company, code, name, transport, flows, *, owner, secrets=(), **values):
    """A connector in use, with its flows; ``{name of flow: id}`` beside it."""
    made = env["finance.connector"].create(
        {"name": name, "code": code, "domain": values.pop("domain", "bank"), "transport": transport,
         "owner_id": env["res.users"].search([("login", "=", owner)]).id, "company_id": company.id, "state": "active",
         "environment": "sandbox", "settle_seconds": 0, **values}
    )  # fmt: skip
    for purpose, secret in dict(secrets).items():
        env["finance.credential"].create({"connector_id": made.id, "purpose": purpose, "secret": secret})
    ids = {}
    for flow in flows:
        kind = flow["kind"]
        usual = {"direction": "in", "mode": "batch", "interval_number": 1, "interval_unit": "days"}
        if kind == "payment_order":
            usual = {"direction": "out", "needs_approval": True, "moves_money": True}
        ids[flow["name"]] = env["finance.flow"].create({"connector_id": made.id, **usual, **flow}).id
    return made, ids


def line(sftp, name):
    """Where and how a connector reaches a folder of the OpenSSH server."""
    return {**sftp["fields"], "address": f"{sftp['address']}/{name}", "secrets": {"private_key": sftp["key"]}}


def partner(env, name, country, city, number=None, *, bic=None, clearing=None, kind=None):
    """A vendor or customer; ``trust`` makes the account one that is paid to."""
    made = env["res.partner"].create(
        {"name": name, "city": city, "country_id": env.ref(f"base.{country}").id, "street": "1 Example Street",
         "zip": "10115", "is_company": True}
    )  # fmt: skip
    if number:
        bank = env["res.bank"].create({"name": f"Bank of {name}", "bic": bic})
        account = env["res.partner.bank"].create(
            {"acc_number": number, "partner_id": made.id, "bank_id": bank.id, "clearing_number": clearing}
        )
        if kind:
            account.finance_account_kind = kind
    return made


def trust(env, *, but=()):
    """Payees' accounts were agreed by two people long ago, those of the partners ``but`` not yet."""
    env.flush_all()
    env.cr.execute("ALTER TABLE res_partner_bank DISABLE TRIGGER finance_guard")
    env.cr.execute(
        "UPDATE res_partner_bank SET allow_out_payment = TRUE, create_date = create_date - interval '90 days',"
        " write_date = write_date - interval '90 days', finance_edited_on = finance_edited_on - interval '90 days'"
        " WHERE partner_id <> ALL(%s)",
        [[one.id for one in but]],
    )
    env.cr.execute("ALTER TABLE res_partner_bank ENABLE ALWAYS TRIGGER finance_guard")
    env.invalidate_all()


def document(env, company, kind, partner, amount, *, ref=None, due_days=-1, currency=None):
    """A posted bill or invoice of exactly this amount; its number."""
    env = of(env, company)
    today = fields.Date.today()
    money = env["res.currency"].search([("name", "=", currency)]) if currency else company.currency_id
    day = fields.Date.subtract(today, days=30)
    move = env["account.move"].create(
        {"move_type": kind, "partner_id": partner.id, "invoice_date": day, "date": day, "ref": ref,
         "currency_id": money.id, "invoice_date_due": fields.Date.add(today, days=due_days),
         "invoice_line_ids": [Command.create({"name": "Goods", "price_unit": amount, "tax_ids": [Command.clear()]})]}
    )  # fmt: skip
    move.action_post()
    return move.name
