"""Makes an API client on a real server's database, in an Odoo shell: ``print(json.dumps(client(env)))``."""

from datetime import timedelta

from odoo import Command, fields

from .common import ROLES, at_the_screen


def client(env, **values):
    """Accounts, a client without a limit of calls, who leads what, and a key: what a caller needs to know."""
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    connector = env["finance.connector"].create(
        {
            "name": "Payroll", "code": "payroll", "transport": "upload", "domain": "other", "state": "active",
            "api_client": True, "company_id": company.id, **values,
            "flow_ids": [Command.create({"name": "Objects", "kind": "canonical", "mode": "event"})],
        }
    )  # fmt: skip
    people = {
        role: env["res.users"].create(
            {"name": role, "login": f"fc_{role}", "email": f"{role}@example.com",
             "group_ids": [Command.link(env.ref(ROLES[role]).id)]}
        )
        for role in ("admin", "approver")
    }  # fmt: skip
    with at_the_screen():
        for name in ("partner", "invoice", "entry", "payment", "cost_centre"):
            rule = env["finance.authority"].with_user(people["admin"]).create(
                {"object": name, "company_id": company.id, "connector_id": connector.id}
            )  # fmt: skip
            rule.action_request()
            rule.approval_id.with_user(people["approver"]).action_approve()
    key = env["finance.api.key"].create(
        {
            "name": "Test", "connector_id": connector.id, "expires_on": fields.Date.today() + timedelta(days=1),
            "scope_ids": env["finance.api.scope"].search([]).ids,
        }
    )  # fmt: skip
    token = key._make()
    accounts = env["account.account"].search([("account_type", "in", ("expense", "income"))], limit=2)
    journal = env["account.journal"].search([("type", "=", "general"), ("company_id", "=", company.id)], limit=1)
    env.cr.commit()
    return {"token": token, "accounts": accounts.mapped("code"), "ids": accounts.ids, "journal": journal.id}
