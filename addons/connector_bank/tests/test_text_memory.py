"""Texts that people booked to an account: proposed, certain and booked alone only where that was allowed."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .settle_case import SettleCase


@tagged("post_install", "-at_install")
class TestTextMemory(SettleCase):
    def memories(self):
        return self.env["finance.text.memory"].with_context(active_test=False).search(
            [("company_id", "=", self.company.id)]
        )

    def desk(self):
        return self.env["finance.desk"].with_user(self.operator)

    def booked(self, amount="-4.50", text="Account fee 03/2026", account=None):
        """A line that the operator writes off whole at the desk."""
        line = self.line(amount, text)
        off = {"account_id": (account or self.fees).id, "amount": float(amount), "label": ""}
        self.desk().settle(line.id, float(amount), [], [off])
        self.assertTrue(line.is_reconciled)
        return line

    def test_proposes(self):
        """Once booked by hand, the next such line gets the account proposed; accepted, it is booked and confirmed."""
        self.booked()
        self.assertRecordValues(
            self.memories(),
            [{"text": "account fee", "incoming": False, "account_id": self.fees.id, "confirmations": 1}],
        )
        self.assertEqual(self.memories().largest, 4.5)
        line = self.line("-5.50", "Account fee 04/2026")
        self.match(line)
        self.assert_open(line, proposals=1)
        proposal = self.proposals(line)
        self.assertEqual((proposal.rule, proposal.documents), ("text", self.fees.display_name))
        self.assertIn("account fee", proposal.reasons)
        self.assertIn("only 1 times", proposal.doubts)
        self.assertIn("at most it was", proposal.doubts)
        self.assertEqual(self.desk().read_counts()["counts"]["clear"], 0)
        self.desk().accept(line.id, proposal.id)
        self.assertTrue(line.is_reconciled)
        self.assert_balanced(line)
        self.assertEqual(self.balance(self.fees), 10.0)
        self.assertRecordValues(self.memories(), [{"confirmations": 2, "largest": 5.5}])

    def test_books_alone_only_when_allowed(self):
        """After enough confirmations it is clear; without a person only with the company's leave."""
        self.company.finance_text_times = 3
        for _turn in range(3):
            self.booked()
        line = self.line("-4.50", "Account fee 04/2026")
        self.match(line)
        self.assert_open(line, proposals=1)
        self.assertFalse(self.proposals(line).doubts)
        self.company.finance_text_automatic = True
        self.match(line)
        self.assertTrue(line.is_reconciled)
        self.assertRecordValues(
            line.finance_proposal_ids, [{"state": "accepted", "automatic": True, "rule": "text"}]
        )
        self.assertEqual(self.memories().confirmations, 3)
        larger = self.line("-4.51", "Account fee 05/2026")
        self.match(larger)
        self.assert_open(larger, proposals=1)

    def test_one_confirmation_less(self):
        self.company.write({"finance_text_times": 3, "finance_text_automatic": True})
        self.booked()
        self.booked()
        line = self.line("-4.50", "Account fee 04/2026")
        self.match(line)
        self.assert_open(line, proposals=1)

    def test_two_accounts(self):
        """Booked to another account, the first memory is archived; the other is to be confirmed anew."""
        self.company.write({"finance_text_times": 1, "finance_text_automatic": True})
        self.booked()
        self.booked(account=self.differences)
        self.assertRecordValues(
            self.memories().sorted("id"),
            [
                {"account_id": self.fees.id, "active": False, "contradictions": 1},
                {"account_id": self.differences.id, "active": True, "contradictions": 0},
            ],
        )
        self.memories().with_user(self.operator).active = True
        line = self.line("-4.50", "Account fee 04/2026")
        self.match(line)
        self.assert_open(line, proposals=2)
        self.assertTrue(all(self.proposals(line).mapped("doubts")))

    def test_undone_and_rejected(self):
        self.booked()
        self.desk().undo_last()
        self.assertRecordValues(self.memories(), [{"active": False, "contradictions": 1}])
        self.memories().with_user(self.operator).active = True
        line = self.line("-4.50", "Account fee 04/2026")
        self.match(line)
        self.desk().reject(line.id, self.proposals(line).id)
        self.assertRecordValues(self.memories(), [{"active": False, "contradictions": 2}])
        self.memories().with_user(self.operator).active = True
        self.match(line)
        self.assert_open(line, proposals=0)

    def test_edited_counts_anew(self):
        """Fewer words fit more lines; who changes what is remembered starts at nothing, and counts are nobody's."""
        self.booked()
        memory = self.memories().with_user(self.operator)
        memory.text = "account"
        self.assertRecordValues(memory, [{"confirmations": 0, "largest": 0.0}])
        with self.assertRaises(ValidationError):
            memory.text = "12"
        with self.assertRaises(AccessError):
            memory.confirmations = 9
        with self.assertRaises(AccessError):
            memory.create({"text": "rent", "account_id": self.fees.id, "confirmations": 9})
        line = self.line("-4.50", "Another account")
        self.match(line)
        self.assert_open(line, proposals=1)

    def test_not_taught(self):
        """Parts of a line, documents and texts without words teach nothing; nor does anything, switched off."""
        line = self.line("-20.00", "Half of it")
        self.desk().settle(line.id, -20.0, [], [{"account_id": self.fees.id, "amount": -5.0, "label": ""}])
        self.desk().settle(line.id, -15.0, [], [{"account_id": self.fees.id, "amount": -15.0, "label": ""}])
        self.booked(text="4711 0815")
        self.company.finance_text_memory = False
        self.booked()
        self.assertFalse(self.memories())

    def test_closed_account(self):
        self.booked()
        line = self.line("-4.50", "Account fee 04/2026")
        self.match(line)
        proposal = self.proposals(line)
        self.fees.active = False
        with self.assertRaisesRegex(UserError, "cannot be used any more"):
            proposal.action_accept()
        self.match(line)
        self.assert_open(line, proposals=0)

    def test_invoices_come_first(self):
        """A line that an invoice explains is never given away by its text."""
        self.company.write({"finance_text_times": 1, "finance_text_automatic": True})
        self.booked("90.00", "Payment of order")
        invoice = self.invoice(50.0)
        line = self.line("50.00", f"Payment of order {invoice.name}")
        self.match(line)
        self.assert_matched(line, invoice)

    def test_other_company(self):
        self.booked()
        other = self.setup_other_company()["company"]
        stranger = self.person("stranger", "finance_connector_base.group_operator", other)
        self.assertFalse(self.env["finance.text.memory"].with_user(stranger).search([]))
