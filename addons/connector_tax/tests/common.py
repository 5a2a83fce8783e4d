"""A company in Philadelphia whose customer invoices a tax engine on loopback taxes."""

from odoo import Command

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.finance_connector_base.tests.sandbox import ACCOUNT, LICENSE, sandbox


class TaxCase(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("finance_connector_base.group_admin")
        cls.sandbox = cls.enterClassContext(sandbox())
        cls.company = cls.company_data["company"]
        cls.usd = cls.env.ref("base.USD")
        cls.company.partner_id.write(cls.address("PA", "19147", "Philadelphia"))
        cls.customer = cls.env["res.partner"].create(
            {"name": "Blue Door Bikes", "ref": "C-100", **cls.address("CA", "90012", "Los Angeles")}
        )
        cls.connector = cls.env["finance.connector"].create(
            {
                "name": "Engine",
                "code": "engine",
                "company_id": cls.company.id,
                "domain": "tax",
                "environment": "sandbox",
                "transport": "https",
                "auth_scheme": "basic",
                "username": ACCOUNT,
                "address": cls.sandbox.url("avatax"),
                "timeout_seconds": 10,
                "state": "active",
                "tax_provider": "avatax",
                "tax_company_code": "DEMO",
                "tax_default_code": "P0000000",
                "credential_ids": [Command.create({"purpose": "password", "secret": LICENSE})],
            }
        )
        cls.connector.action_tax_create_taxes()
        cls.position = cls.env["account.fiscal.position"].create(
            {"name": "Engine", "company_id": cls.company.id, "tax_connector_id": cls.connector.id}
        )
        cls.goods = cls.env["product.product"].create({"name": "Bicycle", "list_price": 100.0})
        cls.food = cls.env["product.product"].create({"name": "Bread", "finance_tax_code": "PF050001"})

    def setUp(self):
        super().setUp()
        self.sandbox.reset()

    @classmethod
    def address(cls, state, postcode, city):
        country = cls.env.ref("base.us")
        region = cls.env["res.country.state"].search([("country_id", "=", country.id), ("code", "=", state)])
        return {
            "country_id": country.id,
            "state_id": region.id,
            "zip": postcode,
            "city": city,
            "street": "1 Main St",
        }

    def invoice(self, *prices, move_type="out_invoice", **values):
        lines = [
            Command.create({"product_id": self.goods.id, "quantity": 1, "price_unit": price, "tax_ids": False})
            for price in prices or (100.0,)
        ]
        return self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-02",
                "date": "2026-03-02",
                "fiscal_position_id": self.position.id,
                "currency_id": self.usd.id,
                "invoice_line_ids": lines,
                **values,
            }
        )

    def calls(self, path="/api/v2/transactions/create"):
        return [call for call in self.sandbox.calls if call["path"] == path]

    def tax_lines(self, move):
        return sorted(
            (line.tax_line_id.invoice_label, line.amount_currency) for line in move.line_ids.filtered("tax_line_id")
        )
