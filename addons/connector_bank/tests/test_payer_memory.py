"""What people decide is remembered: visible, with counts, gone on contradiction, never of another company."""

from odoo.tests import tagged

from .settle_case import SettleCase
from .statement_maker import UNKNOWN_ACCOUNT


@tagged("post_install", "-at_install")
class TestPayerMemory(SettleCase):
    def memories(self, kind="account"):
        return self.env["finance.payer.memory"].with_context(active_test=False).search(
            [("company_id", "=", self.company.id), ("kind", "=", kind)]
        )

    def accepted(self, amount, partner=None):
        """A line by amount alone from an unknown account, accepted by a person."""
        invoice = self.invoice(amount, partner=partner)
        line = self.line(f"{amount:.2f}", "thank you", account=UNKNOWN_ACCOUNT, name="A. Lane Foods")
        self.match()
        self.assert_open(line, invoice, proposals=1)
        self.proposals(line).action_accept()
        return line

    def test_learns(self):
        """After three confirmations the account counts as the partner's; before, it does not."""
        for number, amount in enumerate((11.0, 12.0, 13.0), start=1):
            self.accepted(amount)
            self.assertRecordValues(
                self.memories(), [{"value": UNKNOWN_ACCOUNT, "partner_id": self.customer.id, "confirmations": number}]
            )
        self.assertEqual(self.memories("name").value, "a. lane foods")
        invoice = self.invoice(14.0)
        line = self.line("14.00", "thank you", account=UNKNOWN_ACCOUNT)
        self.match()
        self.assert_matched(line, invoice)

    def test_contradiction(self):
        """Undone, it is archived and counts no more."""
        self.company.finance_memory_times = 1
        line = self.accepted(11.0)
        line.with_user(self.operator).action_finance_undo()
        self.assertRecordValues(self.memories(), [{"active": False, "contradictions": 1}])
        invoice = self.invoice(14.0)
        again = self.line("14.00", "thank you", account=UNKNOWN_ACCOUNT)
        self.match(again)
        self.assert_open(again, invoice)

    def test_two_partners(self):
        """An account that pays for two partners is nobody's."""
        self.company.finance_memory_times = 5
        self.accepted(11.0)
        self.accepted(12.0, self.supplier)
        self.company.finance_memory_times = 1
        invoice = self.invoice(14.0)
        line = self.line("14.00", "thank you", account=UNKNOWN_ACCOUNT)
        self.match(line)
        self.assert_open(line, invoice)

    def test_switched_off(self):
        self.company.finance_memory = False
        self.accepted(11.0)
        self.assertFalse(self.memories())

    def test_other_company(self):
        """What one company learned does not help another, and is not seen there."""
        self.accepted(11.0)
        other = self.setup_other_company()["company"]
        stranger = self.person("stranger", "finance_connector_base.group_operator", other)
        self.assertFalse(self.env["finance.payer.memory"].with_user(stranger).search([]))
