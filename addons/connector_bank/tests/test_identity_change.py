"""The identity of lines of an account: previewed on kept files, agreed by two, and no line twice by it."""

import base64

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.finance_connector_base.tests.common import at_the_screen

from .common import BankCase
from .statement_maker import Booking, camt052, camt053, statement

COFFEE = Booking("-2.50", "Coffee at the corner", ref="A1")
REWORDED = Booking("-2.50", "CARD 4711 COFFEE", ref="A1")


@tagged("post_install", "-at_install")
class TestIdentityChange(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = cls.person("checker", "finance_connector_base.group_approver")
        cls.approver.email = "checker@example.com"
        cls.operator.email = "operator@example.com"

    def setUp(self):
        super().setUp()
        self.enterContext(at_the_screen())

    def change(self, rule="reference_1", **values):
        """A previewed change, as the operator prepared it."""
        found = self.env["finance.identity.change"].with_user(self.operator).browse(
            self.journal.with_user(self.operator).action_finance_identity()["res_id"]
        )
        found.write({"rule": rule, "note": "The bank words texts anew", **values})
        found.action_preview()
        return found

    def approve(self, change):
        change.accept = True
        change.action_request()
        change.approval_id.with_env(self.env(user=self.approver)).action_approve()
        self.assertEqual((change.state, self.journal.finance_rule), ("live", change.rule))

    def bring_twice_worded(self):
        """The same day, downloaded twice under two names, worded anew the second time: the bank's way to double."""
        self.bring(camt053(statement(COFFEE, name="one", balances=False)))
        self.bring(camt053(statement(REWORDED, name="two", balances=False), message="2"))

    def test_preview(self):
        """What differs is counted and shown in words; nothing is written."""
        self.bring_twice_worded()
        before = self.lines().mapped("finance_fingerprint")
        change = self.change()
        self.assertEqual((change.files_read, change.files_unreadable), (2, 0))
        self.assertEqual((change.same, change.again, change.merged + change.asked), (1, 0, 1))
        self.assertIn("CARD 4711 COFFEE", change.words)
        self.assertEqual(self.lines().mapped("finance_fingerprint"), before)
        self.assertEqual(self.journal.finance_rule, "content_1")

    def test_lost_and_unreadable(self):
        """Files that cannot be read any more are named, never passed over in silence."""
        self.bring_twice_worded()
        self.lines()[0].finance_message_id.sudo().body = base64.b64encode(b"not a statement")
        change = self.change()
        self.assertEqual((change.files_read, change.files_unreadable), (1, 1))
        self.assertIn("1 are gone or cannot be read", change.words)

    def test_refused(self):
        """Without preview, without confirmation, without a reason, without the second person: nothing."""
        self.bring_twice_worded()
        change = self.change()
        with self.assertRaisesRegex(UserError, "Confirm that you looked"):
            change.action_request()
        change.write({"accept": True, "note": False})
        with self.assertRaisesRegex(UserError, "Say why"):
            change.action_request()
        change.write({"rule": "reference_amount_1", "note": "why"})
        with self.assertRaisesRegex(UserError, "Look first"):
            change.action_request()
        change.action_preview()
        change.accept = True
        change.action_request()
        self.assertEqual((change.state, self.journal.finance_rule), ("waiting", "content_1"))
        with self.assertRaises(UserError):
            change.approval_id.with_env(self.env(user=self.operator)).action_approve()
        self.assertEqual(self.journal.finance_rule, "content_1")

    def test_only_this_way(self):
        """Nobody sets the rule of an account by hand, and the database lets no change live without its approval."""
        for user in (self.operator, self.env.user):
            with self.assertRaises(AccessError):
                self.journal.with_user(user).finance_rule = "reference_1"
        with self.assertRaises(AccessError):
            self.env["account.journal"].create(
                {"name": "x", "code": "XX", "type": "bank", "finance_rule": "reference_1"}
            )
        change = self.change()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            change.sudo().write({"state": "waiting"})
            change.sudo().write({"state": "live"})
            change.flush_recordset()

    def test_old_lines_stay_known(self):
        """After the change old lines are known by both rules: as they were, and in the bank's other words."""
        self.bring(camt053(statement(COFFEE, Booking("5.00", "no reference"), name="one")))
        self.approve(self.change())
        self.assertTrue(self.lines()[0].finance_known_as.startswith("r1:"))
        week = statement(COFFEE, Booking("5.00", "no reference"), Booking("7.00", "new", ref="B1"), name="week")
        self.bring(camt053(week, message="2"))
        self.assert_booked(["-2.50", "5.00", "7.00"])
        reworded = statement(REWORDED, name="again", balances=False)
        message = self.bring(camt053(reworded, message="3"))
        self.assertEqual((message.result["lines"], message.result["duplicates"]), (0, 1))
        self.assert_booked(["-2.50", "5.00", "7.00"])
        self.assertEqual(self.lines()[-1].finance_rule, "reference_1")
        self.assertEqual(self.lines()[0].finance_rule, "content_1")

    def test_evidence_erased(self):
        """Where what the bank said of a line is gone, the rule of its import keeps it known."""
        self.bring(camt053(statement(COFFEE, name="one")))
        self.lines().sudo().transaction_details = False
        change = self.change()
        self.approve(change)
        self.assertEqual((change.line_count, change.without_count), (1, 1))
        message = self.bring(camt053(statement(COFFEE, name="again", balances=False), message="2"))
        self.assertEqual((message.result["lines"], message.result["duplicates"]), (0, 1))

    def test_there_and_back(self):
        """Two changes later the lines of each time are known once."""
        self.bring(camt053(statement(COFFEE, name="one")))
        self.approve(self.change())
        self.bring(camt053(statement(Booking("7.00", "new", ref="B1"), name="two", opening="97.50",
                                     first="2026-03-03"), message="2"))
        self.approve(self.change("content_1"))
        both = statement(COFFEE, Booking("7.00", "new", ref="B1"), name="both", last="2026-03-03")
        self.bring(camt053(both, message="3"))
        self.assert_booked(["-2.50", "7.00"])

    def test_other_amount(self):
        """The same reference with another amount is a question, never left out in silence."""
        self.bring(camt053(statement(COFFEE, name="one")))
        self.approve(self.change())
        other = statement(Booking("-9.00", "x", ref="A1"), name="two", balances=False)
        message = self.bring(camt053(other, message="2"))
        self.assertEqual(self.cases(message), ["statement.doubtful"])
        self.case("statement.doubtful").with_user(self.operator).action_force_import()
        self.assert_booked(["-2.50", "-9.00"])

    def test_intraday(self):
        """A report of the day and its statement, worded differently, are one line by the reference."""
        self.approve(self.change())
        self.bring(camt052(statement(COFFEE, Booking("-2.50", "Tea", ref="A2"), name="report")))
        self.bring(camt053(statement(REWORDED, Booking("-2.50", "Tea", ref="A2"), name="one")))
        self.assert_booked(["-2.50", "-2.50"])
        self.assertFalse(any(self.lines().mapped("finance_intraday")))
        self.assertEqual(self.cases(), [])

    def test_came_since(self):
        """What came between preview and approval counts: if it differs otherwise, nobody's yes covers it."""
        self.bring(camt053(statement(COFFEE, name="one")))
        change = self.change()
        self.assertEqual(change.differ, 0)
        change.action_request()
        self.bring(camt053(statement(REWORDED, name="two", balances=False), message="2"))
        with self.assertRaisesRegex(UserError, "since the preview"):
            change.approval_id.with_env(self.env(user=self.approver)).action_approve()
        self.assertEqual(self.journal.finance_rule, "content_1")

    def test_other_company(self):
        """People of another company see and change nothing of it."""
        change = self.change()
        stranger = self.person(
            "stranger", "finance_connector_base.group_operator", self.setup_other_company()["company"]
        )
        with self.assertRaises(AccessError):
            change.with_user(stranger).read(["rule"])
