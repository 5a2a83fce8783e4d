"""Matching rules: they propose, book only when a person said so, and say why they did not."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import server_option

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestLineRule(SettleCase):
    def rule(self, name="Charges", portions=None, **values):
        lines = portions or [{"account_id": self.fees.id}]
        return self.env["account.reconcile.model"].create(
            {
                "name": name, "match_label": "contains", "match_label_param": "account fee", "finance_direction": "out",
                "company_id": self.company.id, "line_ids": [Command.create(each) for each in lines], **values,
            }
        )  # fmt: skip

    def test_proposes(self):
        rule = self.rule()
        line = self.line("-4.50", "Account fee March")
        self.match()
        self.assert_open(line, proposals=1)
        self.assertIn("Charges", self.proposals(line).reasons)
        self.assertTrue(self.proposals(line).doubts)
        self.proposals(line).action_accept()
        self.assertTrue(line.is_reconciled)
        self.assert_balanced(line)
        self.assertEqual(self.balance(self.fees), 4.5)
        self.assertEqual(line.line_ids.reconcile_model_id, rule)
        self.assertEqual(rule.finance_line_count, 1)

    def test_books_when_allowed(self):
        self.rule().trigger = "auto_reconcile"
        line = self.line("-4.50", "Account fee March")
        self.match()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(line.finance_proposal_ids.automatic)
        line.with_user(self.operator).action_finance_undo()
        self.assert_open(line)
        self.assertEqual(self.balance(self.fees), 0.0)
        self.match()
        self.assert_open(line, proposals=1)

    def test_books_many(self):
        """Many lines of one rule are written at once, as one by one; what the quick way does not take is booked too."""
        portions = [{"account_id": self.fees.id, "label": "Account fees", "partner_id": self.supplier.id}]
        rule = self.rule(portions=portions)
        rule.trigger = "auto_reconcile"
        lines = [self.line(f"-4.5{number}", f"Account fee {number}") for number in range(4)]
        with server_option(bulk_pairs="2"):
            result = self.match()
        self.assertEqual(result["reconciled"], 4)
        proof = self.env["finance.writer.proof"].search([("what", "=", "counterparts")], limit=1)
        self.assertEqual(proof.state, "alike")
        self.assertEqual(self.balance(self.fees), 18.06)
        for line in lines:
            self.assertTrue(line.is_reconciled)
            item = line.line_ids.filtered(lambda one: one.account_id == self.fees)
            self.assertEqual((item.name, item.partner_id), ("Account fees", self.supplier))
            self.assertEqual(item.reconcile_model_id, rule)
            self.assertRecordValues(line.finance_proposal_ids, [{"state": "accepted", "automatic": True}])
            noted = self.env["finance.audit.event"].search_count(
                [("kind", "=", "reconciliation.made"), ("res_model", "=", line._name), ("res_id", "=", line.id)]
            )
            self.assertEqual(noted, 1)
        lines[1].with_user(self.operator).action_finance_undo()
        self.assert_open(lines[1])

    def test_automatic_only_by_a_person(self):
        """A chart of accounts may bring automated models: they only propose."""
        rule = self.rule()
        rule.sudo().trigger = "auto_reconcile"
        line = self.line("-4.50", "Account fee March")
        self.match()
        self.assert_open(line, proposals=1)

    def test_invoice_comes_first(self):
        """A line that an invoice explains is none for a rule."""
        self.rule(match_label_param="INV", finance_direction="both", trigger="auto_reconcile")
        invoice = self.invoice(250.0)
        line = self.line("250.00", invoice.name)
        self.match()
        self.assert_matched(line, invoice)

    def test_split(self):
        self.rule(portions=[
            {"account_id": self.fees.id, "amount_type": "fixed", "amount_string": "-3"},
            {"account_id": self.discounts.id, "amount_type": "percentage", "amount_string": "100"},
        ])  # fmt: skip
        line = self.line("-4.51", "Account fee")
        self.match()
        self.proposals(line).action_accept()
        self.assert_balanced(line)
        self.assertEqual((self.balance(self.fees), self.balance(self.discounts)), (3.0, 1.51))

    def test_nearly(self):
        self.rule(match_amount="lower", match_amount_max=4.0)
        line = self.line("-4.50", "Account fee")
        self.match()
        self.assert_open(line, proposals=0)
        self.assertIn("Charges", line.finance_why_not)

    def test_without_account(self):
        self.rule(portions=[{"account_id": False}])
        line = self.line("-4.50", "Account fee")
        self.match()
        self.assert_open(line, proposals=0)
        self.assertIn("no account", line.finance_why_not)

    def test_order(self):
        self.rule("Second", sequence=20)
        self.rule("First", sequence=5, portions=[{"account_id": self.discounts.id}])
        line = self.line("-4.50", "Account fee")
        self.match()
        self.assertEqual(self.proposals(line).sorted("rank").mapped("documents"), ["First", "Second"])

    def test_other_company(self):
        other = self.setup_other_company()["company"]
        self.rule(company_id=other.id, portions=[{"account_id": False}])
        line = self.line("-4.50", "Account fee")
        self.match()
        self.assertNotIn("Charges", line.finance_why_not or "")

    def test_slow_pattern(self):
        with self.assertRaises(ValidationError):
            self.rule(match_label="match_regex", match_label_param="(a+)+b")

    def test_usual(self):
        """They come once for each company, and never book by themselves."""
        model = self.env["account.reconcile.model"]
        model._finance_add_usual()
        model._finance_add_usual()
        rules = model.search([("company_id", "=", self.company.id), ("finance_code", "!=", False)])
        self.assertEqual(len(rules), 6)
        self.assertEqual(set(rules.mapped("trigger")), {"manual"})
