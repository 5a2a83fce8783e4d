"""A company with accounts, an API client with a key, and objects as other systems send them."""

import json
from datetime import timedelta

from odoo import fields

from ..services.finance_api import Call
from .common import FinanceCase, at_the_screen


class CanonicalCase(FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading("generic_coa", cls.company, install_demo=False)
        cls.client = cls.connector("upload", "Payroll", api_client=True)
        cls.flow = cls.env["finance.flow"].create(
            {"name": "Objects", "connector_id": cls.client.id, "kind": "canonical", "mode": "event"}
        )
        cls.accounts = cls.env["account.account"].search([("account_type", "in", ("expense", "income"))], limit=2)
        for name in ("partner", "invoice", "entry", "payment", "cost_centre"):
            cls.led(name, cls.client)
        cls.env["finance.api.scope"]._complete()
        cls.key = cls.env["finance.api.key"].create(
            {
                "name": "Test",
                "connector_id": cls.client.id,
                "scope_ids": cls.env["finance.api.scope"].search([]).ids,
                "expires_on": fields.Date.today() + timedelta(days=1),
            }
        )
        cls.token = cls.key._make()

    @classmethod
    def led(cls, name, connector):
        """It is approved that the system behind ``connector`` leads these objects; Odoo where it is none."""
        values = {"object": name, "company_id": cls.company.id, "connector_id": connector.id}
        with at_the_screen():
            rule = cls.env["finance.authority"].with_user(cls.roles["admin"]).create(values)
            rule.action_request()
            rule.approval_id.with_user(cls.roles["approver"]).action_approve()

    def entry(self, external_id="E-1", amount="10.00", **values):
        first, second = self.accounts.mapped("code")
        return {
            "external_id": external_id,
            "dated_on": "2026-01-31",
            "reference": f"Payroll {external_id}",
            "lines": [{"account": first, "amount": amount}, {"account": second, "amount": f"-{amount}"}],
            **values,
        }

    def invoice(self, external_id="I-1", **values):
        return {
            "external_id": external_id,
            "partner": "C-1",
            "issued_on": "2026-01-31",
            "lines": [{"text": "Licence", "unit_price": "100.00"}],
            "total": "100.00",
            **values,
        }

    def call(self, method, path, content=None, **headers):
        """A call as it comes from the controller, without HTTP."""
        call = self.env["finance.api"]
        body = content if isinstance(content, bytes) else json.dumps(content).encode() if content is not None else b""
        wanted = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        path, _sign, query = path.partition("?")
        query = dict(part.split("=") for part in query.split("&")) if query else {}
        return call._answer(Call(method, f"v1/{path}", wanted, query, body, "192.0.2.7"))

    def send(self, path, *items, key=None, **options):
        self.sent = getattr(self, "sent", 0) + 1
        headers = {"Idempotency-Key": key or f"{self.id()}-{self.sent}"}
        return self.call("POST", path, {"items": list(items), **options}, **headers)

    def record(self, answer, position=0):
        record = answer.body["items"][position]["record"]
        return self.env[record["model"]].browse(record["id"])

    def message(self, answer):
        uuid = answer.headers["Location"].rpartition("/")[2]
        return self.env["finance.message"].search([("correlation_id", "=", uuid)])
