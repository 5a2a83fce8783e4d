"""What was frozen stays as it was frozen; a row that changed behind the program's back is named."""

from odoo.tests import tagged

from .common import CloseCase


@tagged("post_install", "-at_install")
class TestCloseCheckpoint(CloseCase):
    def check(self):
        self.env["ir.config_parameter"].sudo().set_param("finance_connector_base.checkpoint_days", 5000)
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["finance.checkpoint.check"].sudo()._cron_all()
        self.env.invalidate_all()
        return self.env["finance.checkpoint"].search(
            [("company_id", "=", self.company.id), ("code", "=", "close.frozen")]
        )

    def test_frozen_rows(self):
        snapshot = self.period._take(self.preliminary)
        row = self.check()
        self.assertEqual((row.state, row.left_count, row.right_credit), ("agree", snapshot.row_count, 40.0))
        line = snapshot.line_ids.filtered(lambda one: one.code == "6000")
        self.env.cr.execute("UPDATE finance_close_snapshot_line SET debit = 50 WHERE id = %s", [line.id])
        row = self.check()
        self.assertEqual((row.state, row.right_credit), ("break", 50.0))
        self.assertRegex(row.text, rf"Changed: {snapshot.name}, .*40\.00.*became.*50\.00")
        self.assertEqual(row.case_id.domain, "close")
        self.env.cr.execute("DELETE FROM finance_close_snapshot_line WHERE id = %s", [line.id])
        row = self.check()
        self.assertEqual((row.left_count - row.right_count, row.case_id.state), (1, "open"))
        for action in (row.action_open_left(), row.action_open_right()):
            self.assertTrue(self.env[action["res_model"]].search(action["domain"]))
