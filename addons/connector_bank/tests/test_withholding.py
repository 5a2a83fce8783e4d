"""Tax that payers withhold: the document is settled whole, what was kept goes to the account of the rule."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .settle_case import SettleCase

IBAN = "DE89370400440532013000"


@tagged("post_install", "-at_install")
class TestWithholding(SettleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = cls.account("Withheld tax to be claimed", "409100", "asset_current")
        cls.customer.country_id = cls.env.ref("base.it")
        cls.env["res.partner.bank"].create({"acc_number": IBAN, "partner_id": cls.customer.id})
        cls.vat = cls.company_data["default_tax_sale"].copy({"amount": 19.0, "name": "VAT 19 %"})

    def rule(self, **values):
        return self.env["account.reconcile.model"].create(
            {
                "name": "Withheld 10 %", "company_id": self.company.id, "finance_kind": "withholding",
                "finance_withheld_percent": 10.0, "finance_direction": "in",
                "finance_country_ids": [Command.set(self.customer.country_id.ids)],
                "line_ids": [Command.create({"account_id": self.kept.id})], **values,
            }
        )  # fmt: skip

    def taxed(self, amount=100.0):
        return self.invoice(
            amount,
            invoice_line_ids=[
                Command.create({"name": "Work", "quantity": 1, "price_unit": amount, "tax_ids": self.vat.ids})
            ],
        )

    def pay(self, amount, text, **values):
        return self.line(amount, text, **{"account": IBAN, **values})

    def test_proposed_and_accepted(self):
        rule, invoice = self.rule(), self.taxed()
        self.assertEqual(invoice.amount_total, 119.0)
        line = self.pay("109.00", invoice.name)
        self.match()
        self.assert_open(line, invoice)
        found = self.proposals(line)[:1]
        self.assertIn("10 % kept by rule “Withheld 10 %”", found.reasons)
        self.assertIn("nobody has let it book", found.doubts)
        found.action_accept()
        self.assert_matched(line, invoice)
        self.assertEqual(self.balance(self.kept), 10.0)
        item = line.line_ids.filtered(lambda one: one.account_id == self.kept)
        self.assertRecordValues(
            item, [{"partner_id": self.customer.id, "reconcile_model_id": rule.id, "name": "Withheld 10 %"}]
        )
        self.assertEqual(rule.finance_line_count, 1)
        line.with_user(self.operator).action_finance_undo()
        self.assert_open(line, invoice)
        self.assertEqual(self.balance(self.kept), 0.0)

    def test_booked_where_a_person_let_it(self):
        self.rule(trigger="auto_reconcile")
        invoice = self.taxed()
        line = self.pay("109.00", invoice.name)
        self.match()
        self.assert_matched(line, invoice)
        self.assertTrue(line.finance_proposal_ids.automatic)
        self.assertEqual(self.balance(self.kept), 10.0)

    def test_not_by_a_rule_that_came_with_the_chart(self):
        rule = self.rule()
        rule.sudo().with_user(self.env.ref("base.user_root")).trigger = "auto_reconcile"
        self.assertFalse(rule.finance_automatic_by_id)
        line = self.pay("109.00", (invoice := self.taxed()).name)
        self.match()
        self.assert_open(line, invoice)

    def test_another_country(self):
        self.rule(trigger="auto_reconcile", finance_country_ids=[Command.set(self.env.ref("base.fr").ids)])
        invoice = self.taxed()
        line = self.pay("109.00", invoice.name)
        self.match()
        self.assert_open(line, invoice)
        self.assertFalse(any(each.write_offs for each in self.proposals(line)))

    def test_partial_after_payment(self):
        """Of an invoice that is paid in part, the tax is withheld from the rest."""
        self.rule(trigger="auto_reconcile")
        invoice = self.taxed()
        first = self.pay("59.50", invoice.name)
        self.match()
        self.assertEqual(invoice.amount_residual, 59.5)
        second = self.pay("54.50", invoice.name)
        self.match()
        self.assert_matched(second, invoice)
        self.assertTrue(first.is_reconciled)
        self.assertEqual(self.balance(self.kept), 5.0)

    def test_rejected_is_not_proposed_again(self):
        """The other reading, a part payment, stays."""
        self.rule()
        line = self.pay("109.00", (invoice := self.taxed()).name)
        self.match()
        self.proposals(line)[:1].action_reject()
        self.match()
        self.assert_open(line, invoice)
        self.assertFalse([each for each in self.proposals(line) if each.write_offs])
        self.assertTrue(self.proposals(line))

    def test_rule_is_complete(self):
        for values in (
            {"finance_withheld_percent": 0.0}, {"finance_withheld_percent": 80.0}, {"line_ids": []},
            {"line_ids": [Command.create({"account_id": False})]},
        ):  # fmt: skip
            with self.subTest(values), self.assertRaises(ValidationError):
                self.rule(**values)

    def test_no_rule_for_other_lines(self):
        """It never books a line without document."""
        self.rule(trigger="auto_reconcile")
        line = self.pay("10.00", "Withheld 10 %")
        self.match()
        self.assert_open(line, proposals=0)
