"""Bank accounts with reported balances, at a fixed moment."""

from datetime import datetime

from odoo import Command, fields
from odoo.tests import freeze_time

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

#: A Wednesday at noon.
NOW = datetime(2026, 7, 1, 12)


class CashCase(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.company = cls.company_data["company"]
        cls.company.currency_id.rate_ids.unlink()
        cls.env.user.group_ids = [Command.link(cls.env.ref("finance_connector_base.group_user").id)]
        cls.bank = cls.company_data["default_journal_bank"]
        banks = [("company_id", "=", cls.company.id), ("type", "in", ("bank", "credit"))]
        (cls.env["account.journal"].search(banks) - cls.bank).active = False
        cls.view = cls.env["finance.cash.position"]

    @classmethod
    def account(cls, name, company=None, currency=None, **values):
        """A bank journal."""
        company = company or cls.company
        return cls.env["account.journal"].create(
            {
                "name": name,
                "type": "bank",
                "code": name[:5],
                "company_id": company.id,
                "currency_id": currency.id if currency else False,
                **values,
            }
        )

    @classmethod
    def report(cls, journal, day, amount, kind="closing", reported_on=None, **values):
        """A balance as the bank reports it."""
        currency = journal.currency_id or journal.company_id.currency_id
        balances = cls.env["finance.bank.balance"].sudo()
        return balances.create(
            {
                "company_id": journal.company_id.id,
                "journal_id": journal.id,
                "kind": kind,
                "amount": amount,
                "currency_id": currency.id,
                "balance_on": day,
                "reported_on": reported_on,
                **values,
            }
        )

    def position(self, journal, on=None):
        return self.view.with_context(finance_on=on).search([("journal_id", "=", journal.id)])

    def on(self, text):
        return fields.Date.to_date(text)
