"""Lines from and to another company of the database: said, proposed to the account set for it, never booked alone."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .settle_case import SettleCase
from .statement_maker import ACCOUNT, UNKNOWN_ACCOUNT


@tagged("post_install", "-at_install")
class TestIntercompany(SettleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Walnut Grove Holding", currency_id=cls.euro.id)["company"]
        cls.env.user.company_ids = [Command.link(cls.other.id)]
        cls.far = cls.bank_journal("BNKZ", UNKNOWN_ACCOUNT, company=cls.other)
        cls.between = cls.account("Due from and to Walnut Grove", "174000", "asset_receivable")
        cls.admin = cls.person("keeper", "finance_connector_base.group_admin,account.group_account_manager")
        cls.both = cls.person("both", "finance_connector_base.group_operator")
        cls.both.company_ids = [Command.link(cls.other.id)]

    def set_account(self, **values):
        return self.env["finance.intercompany.account"].with_user(self.admin).create(
            {"company_id": self.company.id, "partner_id": self.other.partner_id.id, "account_id": self.between.id}
            | values
        )

    def from_other(self, amount="700.00", **values):
        return self.line(amount, "group funding", **{"account": UNKNOWN_ACCOUNT, **values})

    def far_line(self, amount="-700.00", **values):
        """The same money in the books of the other company."""
        return self.env["account.bank.statement.line"].with_company(self.other).create(
            {"journal_id": self.far.id, "date": "2026-03-03", "payment_ref": "funding", "amount": float(amount),
             "account_number": ACCOUNT, **values}
        )  # fmt: skip

    def test_said_without_account(self):
        line = self.from_other()
        self.match()
        self.assert_open(line, proposals=0)
        self.assertIn("The counterparty's account is one of Walnut Grove Holding", line.finance_why_not)

    def test_proposed_and_accepted(self):
        """Nothing is booked in the other company."""
        self.set_account()
        far = self.far_line()
        line = self.from_other()
        self.match()
        self.assert_open(line, proposals=1)
        found = self.proposals(line)
        self.assertEqual((found.rule, found.partner_id), ("intercompany", self.other.partner_id))
        self.assertIn("nothing is booked without a person", found.doubts)
        self.env.invalidate_all()  # the operator works in this company only
        found.action_accept()
        self.assertTrue(line.is_reconciled)
        self.assert_balanced(line)
        self.assertEqual(self.balance(self.between), -700.0)
        item = line.line_ids.filtered(lambda one: one.account_id == self.between)
        self.assertEqual(item.partner_id, self.other.partner_id)
        self.assertFalse(far.is_reconciled)
        line.with_user(self.operator).action_finance_undo()
        self.assert_open(line)
        self.assertEqual(self.balance(self.between), 0.0)

    def test_known_by_partner_and_by_name(self):
        self.set_account()
        by_name = self.line("70.00", "funding", name="WALNUT GROVE HOLDING")
        by_partner = self.line("80.00", "funding")
        by_partner.partner_id = self.other.partner_id
        stranger = self.line("90.00", "funding", name="Walnut Grove Bakery")
        self.match()
        self.assertEqual(self.proposals(by_name).rule, "intercompany")
        self.assertEqual(self.proposals(by_partner).rule, "intercompany")
        self.assert_open(stranger, proposals=0)

    def test_invoice_first(self):
        """An invoice of the other company is paid as anybody's."""
        self.set_account()
        invoice = self.invoice(700.0, partner=self.other.partner_id)
        line = self.from_other()
        line.payment_ref = invoice.name
        self.match()
        self.assertNotIn("intercompany", line.finance_proposal_ids.mapped("rule"))

    def test_other_side_for_those_who_work_there(self):
        """What stands on the line tells nothing of the other books; they are read with the rights of the reader."""
        self.set_account()
        far, line = self.far_line(), self.from_other()
        self.match()
        told = line.with_user(self.both).finance_other_side
        self.assertIn(far.move_id.name, told)
        self.assertIn("700.00", told)
        self.assertFalse(line.with_user(self.operator).finance_other_side)
        stored = "\n".join(filter(None, (self.proposals(line).reasons, self.proposals(line).doubts)))
        self.assertNotIn(far.move_id.name, stored)
        desk = self.env["finance.desk"].with_user(self.operator).read_lines(line.ids)[line.id]
        self.assertNotIn(far.move_id.name, str(desk))
        desk = self.env["finance.desk"].with_user(self.both).read_lines(line.ids)[line.id]
        self.assertIn(far.move_id.name, str(desk))

    def test_other_side_has_to_fit(self):
        line = self.from_other()
        for values in ({"amount": -699.0}, {"account_number": "DE00999"}, {"date": "2026-04-20"}):
            self.far_line(**values)
        self.assertIn("has not come in", line.with_user(self.both).finance_other_side)
        self.assertFalse(self.line("10.00", "somebody").with_user(self.both).finance_other_side)

    def test_account_changed_meanwhile(self):
        account = self.set_account()
        line = self.from_other()
        self.match()
        account.active = False
        with self.assertRaises(UserError):
            self.proposals(line).action_accept()

    def test_contact_of_another_company(self):
        for partner in (self.customer, self.company.partner_id):
            with self.subTest(partner.name), self.assertRaises(ValidationError):
                self.set_account(partner_id=partner.id)
