from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.tests.common import trap_jobs

from .common import TaxCase


@tagged("post_install", "-at_install")
class TestFallback(TaxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods.taxes_id = cls.company_data["default_tax_sale"]

    def down(self, times=None):
        self.sandbox.fault("503", times=times)

    def post_with_own_taxes(self):
        self.connector.tax_fallback = "odoo"
        self.down(times=1)
        move = self.invoice()
        move.action_post()
        return move

    def test_block(self):
        self.down()
        move = self.invoice()
        with self.assertRaisesRegex(UserError, "cannot be used now"):
            move.action_post()
        self.assertEqual(move.state, "draft")

    def test_position_says_more_than_connector(self):
        self.connector.tax_fallback = "odoo"
        self.position.tax_fallback = "block"
        self.down()
        with self.assertRaisesRegex(UserError, "cannot be used now"):
            self.invoice().action_post()

    def test_own_taxes_stand_in(self):
        move = self.post_with_own_taxes()
        self.assertEqual((move.state, move.amount_tax, move.tax_status), ("posted", 15.0, "fallback"))
        self.assertEqual(move.tax_determination_id.state, "fallback")
        self.assertFalse(self.env["finance.message"].search([("connector_id", "=", self.connector.id)]))

    def test_a_draft_with_own_taxes_asks_again_when_posted(self):
        self.connector.tax_fallback = "odoo"
        self.down(times=1)
        move = self.invoice()
        move.action_determine_tax()
        self.assertEqual((move.tax_status, move.amount_tax), ("fallback", 15.0))
        move.action_post()
        self.assertEqual((move.tax_determination_id.state, move.amount_tax), ("quoted", 9.5))

    def test_closed_connector_is_like_a_dead_line(self):
        self.connector.tax_fallback = "odoo"
        self.connector._pause("consent ended")
        move = self.invoice()
        move.action_post()
        self.assertEqual((move.tax_status, self.sandbox.calls), ("fallback", []))

    def test_refusal_never_falls_back(self):
        self.connector.tax_fallback = "odoo"
        self.customer.zip = "00000"
        with self.assertRaisesRegex(UserError, "Zip is not valid"):
            self.invoice().action_post()

    def test_job_waits_instead_of_falling_back(self):
        self.connector.tax_fallback = "odoo"
        self.down()
        move = self.invoice()
        with self.assertRaises(RetryableJobError):
            move.determine_tax_job()
        self.assertFalse(move.tax_determination_id)

    def test_true_up_moves_the_difference(self):
        move = self.post_with_own_taxes()
        self.connector.tax_true_up_account_id = self.company_data["default_account_expense"]
        waiting = move.tax_determination_id
        waiting.action_true_up()
        trued = move.tax_determination_id
        self.assertEqual((waiting.state, trued.state, trued.amount_tax), ("superseded", "quoted", 9.5))
        self.assertTrue(trued.commit_message_id)
        entry = trued.true_up_move_id
        self.assertEqual(entry.state, "draft")
        tax_account = self.company_data["default_account_tax_sale"]
        balances = {line.account_id: line.balance for line in entry.line_ids}
        self.assertEqual(balances, {tax_account: 5.5, self.company_data["default_account_expense"]: -5.5})

    def test_true_up_without_account_is_told(self):
        move = self.post_with_own_taxes()
        with self.assertRaisesRegex(UserError, "account for true-up differences"):
            move.tax_determination_id.action_true_up()

    def test_true_up_of_equal_tax_moves_nothing(self):
        self.connector.tax_fallback = "odoo"
        self.goods.taxes_id = self.company_data["default_tax_sale"].copy({"name": "9.5%", "amount": 9.5})
        self.down(times=1)
        move = self.invoice()
        move.action_post()
        move.tax_determination_id.action_true_up()
        self.assertFalse(move.tax_determination_id.true_up_move_id)
        self.assertTrue(move.tax_determination_id.commit_message_id)

    def test_true_up_by_schedule(self):
        move = self.post_with_own_taxes()
        self.connector.tax_true_up_account_id = self.company_data["default_account_expense"]
        with trap_jobs() as trap:
            self.env["finance.tax.determination"]._cron_true_up()
            trap.assert_jobs_count(1, only=move.tax_determination_id.true_up_job)
        move.tax_determination_id.true_up_job()
        self.assertEqual(move.tax_determination_id.state, "quoted")

    def test_figures(self):
        board = self.env["finance.board"].with_company(self.company)
        companies = self.company
        self.assertEqual(board.value("tax.true_up", companies=companies), 0)
        self.post_with_own_taxes()
        self.assertEqual(board.value("tax.true_up", companies=companies), 1)
        self.invoice().action_post()
        self.assertEqual(board.value("tax.awaiting_commit", companies=companies), 1)
        self.customer.zip = "00000"
        self.invoice().action_determine_tax()
        self.assertEqual(board.value("tax.failed", companies=companies), 1)
        self.assertEqual(board.value("tax.difference", fields.Date.today(), companies), 0)
