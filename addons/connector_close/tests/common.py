"""A small company with a month to close."""

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.finance_connector_base.core.figure import FIGURES, Figure


class CloseCase(TransactionCase):
    """January 2025 of a company with few accounts, looked at by its roles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Meadow Foods", "currency_id": cls.env.ref("base.EUR").id})
        cls.env.user.write({"company_ids": [Command.link(cls.company.id)]})
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.company = cls.company.with_env(cls.env)
        cls.accounts = {
            code: cls.env["account.account"].create(
                {"code": code, "name": name, "account_type": kind, "company_ids": cls.company.ids}
            )
            for code, name, kind in (
                ("1000", "Cash", "asset_current"),
                ("3000", "Capital", "equity"),
                ("4000", "Sales", "income"),
                ("6000", "Rent", "expense"),
                ("9999", "Undistributed profits", "equity_unaffected"),
            )
        }
        cls.journal = cls.env["account.journal"].create(
            {"name": "Entries", "code": "ENT", "type": "general", "company_id": cls.company.id}
        )
        cls.preliminary = cls.env.ref("connector_close.milestone_preliminary")
        cls.subledgers = cls.env.ref("connector_close.milestone_subledgers")
        cls.final = cls.env.ref("connector_close.milestone_final")
        cls.period = cls.env["finance.close.period"].create(
            {"company_id": cls.company.id, "date_from": "2025-01-01", "date_to": "2025-01-31"}
        )
        cls.post("2024-06-30", ("1000", 500), ("4000", -500))
        cls.post("2024-12-31", ("1000", 1000), ("3000", -1000))
        cls.post("2025-01-15", ("6000", 40), ("1000", -40))

    @classmethod
    def draft(cls, on, *amounts, journal=None, **values):
        """An entry of ``(account code, balance)`` pairs."""
        lines = [
            Command.create({"account_id": cls.accounts[code].id, "balance": balance, **more})
            for code, balance, *rest in amounts
            for more in (rest or [{}])
        ]
        journal = journal or cls.journal
        return cls.env["account.move"].create({"journal_id": journal.id, "date": on, "line_ids": lines, **values})

    @classmethod
    def post(cls, on, *amounts, **values):
        move = cls.draft(on, *amounts, **values)
        move.action_post()
        return move

    @classmethod
    def person(cls, *roles):
        """A user of the company with roles of the connectors."""
        groups = ",".join(f"finance_connector_base.group_{role}" for role in roles)
        user = new_test_user(
            cls.env, "close-" + "-".join(roles), groups=groups, company_id=cls.company.id, company_ids=cls.company.ids
        )
        return user

    def take_all(self):
        for milestone in (self.preliminary, self.subledgers, self.final):
            snapshot = self.period._take(milestone)
        return snapshot

    def only_gate(self, figure="close.test", **values):
        """One check alone before Preliminary, on a figure whose value the test sets."""
        self.env["finance.close.gate"].search([]).active = False
        self.period.sudo().result_ids.unlink()
        if figure == "close.test":
            self.register_figure()
        gate = {"name": "Nothing left over", "figure": figure, "advice": "Tidy up.", **values}
        return self.env["finance.close.gate"].create({"milestone_id": self.preliminary.id, **gate})

    def register_figure(self):
        """A figure of this addon for the test; ``self.number`` is its value."""
        test = self

        class TestFigure(Figure):
            domain = "close"
            model = "account.move"

            def records(self, env, companies, on=None):
                return [("company_id", "in", companies.ids), ("date", "<=", fields.Date.to_string(on))]

            def value(self, env, companies, on=None):
                return test.number

        FIGURES.add("close.test", "Left over")(TestFigure)
        self.addCleanup(FIGURES._entries.pop, "close.test")
