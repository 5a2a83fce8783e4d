"""A company in euro with a bank journal, its people, and files that come in the way people bring them."""

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .statement_maker import ACCOUNT, Booking, camt053, statement


class BankCase(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.euro = cls.env.ref("base.EUR")
        cls.env.user.group_ids += cls.env.ref("finance_connector_base.group_auditor")
        cls.operator = cls.person("operator", "finance_connector_base.group_operator")
        cls.journal = cls.bank_journal("BNKA", ACCOUNT)
        cls.customer = cls.env["res.partner"].create({"name": "Almond Lane Bakery"})
        cls.supplier = cls.env["res.partner"].create({"name": "Cobalt Works"})

    @classmethod
    def setup_independent_company(cls, **kwargs):
        euro = cls.env.ref("base.EUR")
        euro.active = True
        return super().setup_independent_company(currency_id=euro.id, **kwargs)

    @classmethod
    def person(cls, login, groups, company=None):
        company = company or cls.company_data["company"]
        return new_test_user(
            cls.env, login, groups=groups, company_id=company.id, company_ids=[Command.set(company.ids)]
        )

    @classmethod
    def bank_journal(cls, code, account=None, *, company=None, **values):
        journal = cls.env["account.journal"].create(
            {
                "name": f"Bank {code}",
                "code": code,
                "type": "bank",
                "company_id": (company or cls.company_data["company"]).id,
                **values,
            }
        )
        if account:
            journal.set_bank_account(account)
        return journal

    @classmethod
    def account(cls, name, code, account_type):
        return cls.env["account.account"].create({"name": name, "code": code, "account_type": account_type})

    # the way in

    def bring(self, *contents, journal=None, user=None):
        """Import files as a person does; the messages, in the order of the files."""
        user = user or self.operator
        env = self.env(user=user, context={**self.env.context, "allowed_company_ids": user.company_ids.ids})
        wizard = env["finance.statement.import"].create(
            {"company_id": user.company_id.id, "journal_id": journal.id if journal else False}
        )
        for number, content in enumerate(contents, start=1):
            file = {"name": f"file{number}.xml", "raw": content, "res_model": wizard._name, "res_id": wizard.id}
            wizard.import_file(env["ir.attachment"].create(file).id)
        return wizard.message_ids.sorted("id")

    def retry(self, message):
        """Press Retry, then let the job run."""
        message.with_user(self.operator).action_retry()
        message.with_user(self.operator).process_job()

    def lines(self, journal=None):
        return self.env["account.bank.statement.line"].search(
            [("journal_id", "=", (journal or self.journal).id)], order="internal_index"
        )

    def statements(self, journal=None):
        return self.env["account.bank.statement"].search(
            [("journal_id", "=", (journal or self.journal).id)], order="date, id"
        )

    def cases(self, *messages, state="open"):
        """Codes of the cases in this state, of these messages or of the company."""
        domain = [("company_id", "=", self.company.id), ("state", "=", state)]
        if messages:
            domain.append(("message_id", "in", [message.id for message in messages]))
        return sorted(self.env["finance.exception"].search(domain).mapped("code"))

    def case(self, code):
        return self.env["finance.exception"].search(
            [("company_id", "=", self.company.id), ("code", "=", code)], order="id desc", limit=1
        )

    def assert_booked(self, amounts, journal=None):
        """The journal holds exactly these amounts, in the order of the ledger, each balanced and on suspense."""
        lines = self.lines(journal)
        self.assertEqual([f"{line.amount:.2f}" for line in lines], list(amounts))
        for line in lines:
            self.assertEqual(line.move_id.state, "posted")
            self.assertTrue(line.company_id.currency_id.is_zero(sum(line.move_id.line_ids.mapped("balance"))))

    # documents

    def invoice(self, amount, *, partner=None, move_type="out_invoice", day="2026-02-20", **values):
        """A posted invoice, bill or credit note of exactly this amount."""
        partner = partner or (self.supplier if move_type.startswith("in_") else self.customer)
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": [
                    Command.create({"name": "Goods", "quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]})
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def line(self, amount, text="", *, journal=None, **values):
        """One statement line, brought in by a file of its own."""
        journal = journal or self.journal
        number = len(self.lines(journal)) + 1
        made = statement(
            Booking(amount, text, ref=f"REF{number}", **values),
            name=f"L{number}",
            account=journal.bank_account_id.sanitized_acc_number,
            currency=(journal.currency_id or journal.company_id.currency_id).name,
            opening=f"{self._closing(journal):.2f}",
        )
        message = self.bring(camt053(made, message=f"M{number}"), journal=journal)
        self.assertEqual(message.state, "processed", message.result_text)
        return self.lines(journal).filtered(lambda line: line.finance_bank_ref == f"REF{number}")

    def _closing(self, journal):
        return self.statements(journal)[-1:].balance_end_real or 100.0

    def match(self, *lines):
        """Match these lines, or all of the journal, as the operator."""
        service = self.env["finance.matching"].with_user(self.operator)
        if lines:
            return service._match(self.env["account.bank.statement.line"].concat(*lines).with_user(self.operator))
        return service._match_journals(self.journal.with_user(self.operator))
