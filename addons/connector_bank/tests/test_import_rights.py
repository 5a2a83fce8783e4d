"""Who may bring files in and decide, and that no company sees another's statements."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import BankCase
from .statement_maker import OTHER_ACCOUNT, UNKNOWN_ACCOUNT, Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestRights(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.person("reader", "finance_connector_base.group_user")

    def refused(self, method, *args):
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            method(*args)

    def test_import(self):
        self.refused(self.env["finance.statement.import"].with_user(self.reader).create, {})
        importer = self.env["finance.statement.import"].with_user(self.reader)
        self.refused(importer._import_files, self.company, [("x", b"x")])

    def test_decide(self):
        """Reading is free; to accept, reject, undo or match one has to be an operator."""
        invoice = self.invoice(100.0)
        line = self.line("40.00", invoice.name)
        self.match()
        proposal = line.finance_proposal_ids.with_user(self.reader)
        self.assertTrue(proposal.reasons)
        self.refused(proposal.action_accept)
        self.refused(proposal.action_reject)
        self.refused(line.with_user(self.reader).action_finance_match)
        self.refused(self.journal.with_user(self.reader).finance_match_job)
        self.assertEqual(proposal.state, "proposed")
        proposal.with_user(self.operator).action_accept()
        self.refused(proposal.action_undo)
        self.refused(line.with_user(self.reader).action_finance_undo)
        self.assertTrue(line.is_reconciled)

    def test_force(self):
        coffee = Booking("-2.50", "Coffee")
        self.bring(camt053(statement(coffee)))
        message = self.bring(camt053(statement(coffee, name="2", opening="80.00"), message="2"))
        self.refused(message.exception_ids.with_user(self.reader).action_force_import)
        self.refused(message.with_user(self.reader).action_process_now)
        self.refused(message.with_user(self.reader).action_retry)
        self.assert_booked(["-2.50"])

    def test_operator_is_no_superuser(self):
        """The whole way in and the match are done with the rights of the operator."""
        invoice = self.invoice(5.0)
        message = self.bring(camt053(statement(Booking("5.00", invoice.name))))
        self.match()
        self.assertEqual(self.lines().create_uid, self.operator)
        self.assertEqual(message.create_uid, self.operator)
        self.assertEqual(invoice.payment_state, "paid")


@tagged("post_install", "-at_install")
class TestCompanies(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Elsewhere", currency_id=cls.euro.id)["company"]
        cls.stranger = cls.person("stranger", "finance_connector_base.group_operator", cls.other)

    def test_apart(self):
        """An operator of one company sees nothing of the other's."""
        invoice = self.invoice(100.0)
        self.line("40.00", invoice.name)
        self.match()
        self.bring(camt053(statement(Booking("1.00", "x"), account=UNKNOWN_ACCOUNT)))
        for model in (
            "finance.message", "finance.exception", "finance.match.proposal", "finance.match.part",
            "finance.bank.balance", "account.bank.statement.line", "account.bank.statement", "finance.connector",
        ):
            domain = [("company_id", "=", self.company.id)]
            self.assertTrue(self.env[model].sudo().search_count(domain), model)
            seen = self.env[model].with_user(self.stranger).with_context(allowed_company_ids=self.other.ids)
            self.assertFalse(seen.search_count(domain), model)

    def test_same_account_elsewhere(self):
        """The file of a company never lands in a journal of another, though that has the account."""
        self.bank_journal("BNKE", OTHER_ACCOUNT, company=self.other)
        message = self.bring(camt053(statement(Booking("5.00", "one"), account=OTHER_ACCOUNT)))
        self.assertEqual(self.cases(message), ["statement.account_unknown"])

    def test_same_file_in_two_companies(self):
        """Each company has its own messages: the same bytes are new to the other one."""
        content = camt053(statement(Booking("5.00", "one")))
        self.bring(content)
        journal = self.bank_journal("BNKE", company=self.other)
        bank = self.env["res.partner.bank"].create(
            {"acc_number": self.journal.bank_account_id.acc_number, "partner_id": self.other.partner_id.id}
        )
        journal.bank_account_id = bank
        self.bring(content, user=self.stranger)
        self.assert_booked(["5.00"])
        self.assert_booked(["5.00"], journal)

    def test_invoice_of_other_company(self):
        """A line never pays a document of another company."""
        theirs = self.env["account.move"].with_company(self.other).create(
            {
                "move_type": "out_invoice", "partner_id": self.customer.id, "invoice_date": "2026-02-20",
                "company_id": self.other.id,
                "invoice_line_ids": [(0, 0, {"name": "x", "price_unit": 100.0, "tax_ids": []})],
            }
        )
        theirs.action_post()
        line = self.line("100.00", theirs.name)
        self.match()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(theirs.payment_state, "not_paid")

    def test_branch(self):
        """A file brought to the company reaches the journal of its branch."""
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids += branch
        self.operator.company_ids += branch
        self.env.invalidate_all()
        journal = self.bank_journal("BNKF", company=branch)
        journal.bank_account_id = self.env["res.partner.bank"].create(
            {"acc_number": OTHER_ACCOUNT, "partner_id": branch.partner_id.id}
        )
        message = self.bring(camt053(statement(Booking("5.00", "one"), account=OTHER_ACCOUNT)))
        self.assertEqual(message.state, "processed", message.result_text)
        self.assert_booked(["5.00"], journal)
        self.assertEqual(self.lines(journal).company_id, branch)
