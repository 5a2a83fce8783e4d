"""Tax at the engine and tax in the ledger: planted differences are found and named."""

from odoo import fields
from odoo.tests import tagged

from .common import TaxCase


@tagged("post_install", "-at_install")
class TestTaxCheckpoint(TaxCase):
    def setUp(self):
        super().setUp()
        self.day = fields.Date.add(fields.Date.today(), days=-5)
        self.move = self.invoice(invoice_date=self.day, date=self.day)
        self.move.action_post()
        self.refund = self.invoice(30.0, move_type="out_refund", invoice_date=self.day, date=self.day)
        self.refund.action_post()

    def deliver(self):
        """What the jobs do, for all that waits."""
        messages = (self.move + self.refund).tax_determination_id.commit_message_id
        with self.enter_registry_test_mode():
            for message in messages:
                self.env.flush_all()
                for _step in range(2):
                    self.env["finance.deliver"]._advance(message.id)
                    self.env.invalidate_all()

    def check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["finance.checkpoint.check"]._cron_all()
        self.env.invalidate_all()
        return self.env["finance.checkpoint"].search(
            [("company_id", "=", self.company.id), ("code", "=", "tax.posted")]
        )

    def sql(self, query, *values):
        self.env.flush_all()
        self.env.cr.execute(query, values)

    def test_on_its_way_then_agreed(self):
        self.assertRecordValues(
            self.check(), [{"state": "waiting", "waiting": 2, "left_count": 2, "left_credit": 9.5, "left_debit": 2.85}]
        )
        self.deliver()
        self.assertRecordValues(
            self.check(), [{"state": "agree", "waiting": 0, "right_count": 2, "right_credit": 9.5, "right_debit": 2.85}]
        )

    def test_changed_ledger(self):
        self.deliver()
        line = self.move.line_ids.filtered("tax_line_id")[:1]
        self.sql("UPDATE account_move_line SET amount_currency = amount_currency - 1 WHERE id = %s", line.id)
        row = self.check()
        self.assertEqual(row.state, "break")
        self.assertRegex(row.text, rf"Changed: {self.move.name} #\d+, .*9\.50.*became.*10\.50")
        self.assertEqual((row.case_id.state, row.case_id.domain), ("open", "tax"))
        self.sql("UPDATE account_move_line SET amount_currency = amount_currency + 1 WHERE id = %s", line.id)
        row = self.check()
        self.assertEqual((row.state, row.case_id.state), ("agree", "solved"))

    def test_other_tax_at_the_engine(self):
        self.deliver()
        determination = self.refund.tax_determination_id
        self.sql("UPDATE finance_tax_determination SET committed_tax = -3 WHERE id = %s", determination.id)
        row = self.check()
        self.assertEqual((row.state, row.left_debit, row.right_debit), ("break", 3.0, 2.85))
        self.assertIn(self.refund.name, row.text)

    def test_document_gone(self):
        """The engine keeps what we no longer have."""
        self.deliver()
        self.sql("UPDATE account_move SET state = 'draft' WHERE id = %s", self.move.id)
        row = self.check()
        self.assertEqual((row.state, row.left_count, row.right_count), ("break", 2, 1))
        self.assertRegex(row.text, rf"Missing: {self.move.name} ")

    def test_both_sides_open(self):
        self.deliver()
        row = self.check()
        left, right = (self.env[one["res_model"]].search(one["domain"]) for one in
                       (row.action_open_left(), row.action_open_right()))  # fmt: skip
        self.assertEqual(left, (self.move + self.refund).tax_determination_id.sorted(reverse=True))
        self.assertEqual(right, (self.move + self.refund).sorted())

    def test_lately(self):
        """Commits that went out lately lead to the days of their documents."""
        self.deliver()
        self.env["finance.audit"]._flush()
        self.env["finance.checkpoint.check"]._cron_lately()
        row = self.env["finance.checkpoint"].search(
            [("company_id", "=", self.company.id), ("code", "=", "tax.posted")]
        )
        self.assertEqual((row.state, row.day), ("agree", self.day))


@tagged("post_install", "-at_install")
class TestTruedUp(TaxCase):
    def test_true_up(self):
        """A draft of the difference is on its way; posted, both sides agree."""
        self.goods.taxes_id = self.company_data["default_tax_sale"]
        self.connector.tax_true_up_account_id = self.company_data["default_account_expense"]
        self.connector.tax_fallback = "odoo"
        self.sandbox.fault("503", times=1)
        move = self.invoice(invoice_date=fields.Date.today(), date=fields.Date.today())
        move.action_post()
        self.connector.gate_ids.sudo().blocked_until = False
        move.tax_determination_id.action_true_up()
        trued = move.tax_determination_id
        check = self.env["finance.checkpoint.check"]
        check._cron_all()
        row = self.env["finance.checkpoint"].search(
            [("connector_id", "=", self.connector.id), ("code", "=", "tax.posted")]
        )
        self.assertEqual((row.state, row.left_credit, row.right_credit), ("waiting", 9.5, 9.5))
        trued.true_up_move_id.action_post()
        trued.sudo().write({"state": "committed", "committed_tax": 9.5})
        check._cron_all()
        self.assertEqual((row.state, row.right_credit), ("agree", 9.5))
        trued.true_up_move_id.button_draft()
        trued.true_up_move_id.line_ids.with_context(force_delete=True).unlink()
        self.env.cr.execute("UPDATE account_move SET state = 'posted' WHERE id = %s", [trued.true_up_move_id.id])
        self.env.invalidate_all()
        check._cron_all()
        self.assertEqual((row.state, row.left_credit, row.right_credit), ("break", 9.5, 15.0))
