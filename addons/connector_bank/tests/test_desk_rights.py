"""Who may look at the desk, who decides, and what the others are told."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_desk import DeskCase


@tagged("post_install", "-at_install")
class TestDeskRights(DeskCase):
    def test_onlooker(self):
        line, document, proposal = self.proposed()
        desk = self.desk(self.onlooker)
        seen = desk.open_desk()
        self.assertFalse(seen["may_decide"])
        self.assertIn("operators decide", seen["look_only"])
        self.assertEqual([row["id"] for row in desk.read_page()["lines"]], [line.id])
        for decide in (
            lambda: desk.accept(line.id, proposal.id),
            lambda: desk.accept_many([[line.id, proposal.id]]),
            lambda: desk.reject(line.id, proposal.id),
            lambda: desk.settle(line.id, 40.0, [], [{"account_id": self.fees.id, "amount": 40.0}]),
            desk.undo_last,
            lambda: desk.set_partner(line.id, self.customer.id),
            lambda: desk.add_note(line.id, "x"),
            lambda: desk.hand_over(line.id, self.operator.id),
            lambda: desk.match_again(line.id),
        ):
            with self.assertRaises(AccessError):
                decide()
        self.assert_open(line, document, proposals=1)

    def test_without_a_role(self):
        """An accountant without a role of the connectors is told so, not shown what the database refuses."""
        stranger = self.person("stranger", "account.group_account_user")
        with self.assertRaisesRegex(AccessError, "needs the role User"):
            self.desk(stranger).open_desk()

    def test_operator_without_the_right_to_book(self):
        access = self.env["ir.model.access"].search([("model_id.model", "=", "account.bank.statement.line")])
        access.perm_write = False
        seen = self.desk().open_desk()
        self.assertFalse(seen["may_decide"])
        self.assertIn("right to book bank lines", seen["look_only"])

    def test_other_company(self):
        line, document, proposal = self.proposed()
        other = self.setup_other_company(name="Elsewhere")["company"]
        stranger = self.person("stranger", "finance_connector_base.group_operator", company=other)
        desk = self.desk(stranger)
        self.assertEqual((desk.open_desk()["lines"], desk.open_desk()["journals"]), ([], []))
        self.assertEqual(desk.read_lines([line.id]), {})
        for work in (
            lambda: desk.accept(line.id, proposal.id),
            lambda: desk.find_items(line.id),
            lambda: desk.rule_action(line.id),
        ):
            with self.assertRaises(AccessError):
                work()
        self.assert_open(line, document, proposals=1)
