from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .canonical_case import CanonicalCase

UNKNOWN = "787878"


@tagged("post_install", "-at_install")
class TestCaseRetry(CanonicalCase):
    """A message whose cause may be gone is tried again by itself; nothing is tried where nothing changed."""

    def watch(self):
        self.env["finance.exception"]._cron_watch()

    def long_ago(self, case):
        """Within a test all times are those of one transaction."""
        case.last_seen_on = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()

    def refused(self, **values):
        answer = self.send("journal-entries", self.entry(**values), post=True)
        message = self.message(answer)
        self.assertEqual(message.state, "refused")
        return message, message.exception_ids

    def test_account_that_was_made(self):
        lines = [{"account": UNKNOWN, "amount": "1"}, {"account": self.accounts[0].code, "amount": "-1"}]
        message, case = self.refused(lines=lines)
        case.last_seen_on = fields.Datetime.now() + timedelta(hours=1)
        self.watch()
        self.assertEqual(message.state, "refused")
        values = {"code": UNKNOWN, "name": "New", "account_type": "expense", "company_ids": self.company.ids}
        self.env["account.account"].create(values)
        self.long_ago(case)
        self.watch()
        self.assertEqual(message.state, "received")
        message.process_job()
        self.assertEqual((message.state, case.state, case.closed_by_itself), ("processed", "solved", True))

    def test_period_that_was_opened(self):
        self.company.fiscalyear_lock_date = "2026-01-31"
        message, case = self.refused()
        self.assertEqual(case.code, "period.locked")
        self.company.fiscalyear_lock_date = False
        self.long_ago(case)
        self.watch()
        message.process_job()
        self.assertEqual((message.state, case.state), ("processed", "solved"))

    def test_still_there(self):
        lines = [{"account": UNKNOWN, "amount": "1"}, {"account": self.accounts[0].code, "amount": "-1"}]
        message, case = self.refused(lines=lines)
        self.accounts[0].name = "Other name"
        self.long_ago(case)
        self.watch()
        message.process_job()
        self.assertEqual((message.state, case.state, case.occurrences), ("refused", "open", 2))

    def test_what_is_held_waits(self):
        self.company.fiscalyear_lock_date = "2026-01-31"
        message, case = self.refused()
        message.action_hold()
        self.company.fiscalyear_lock_date = False
        self.long_ago(case)
        self.watch()
        self.assertEqual(message.state, "refused")

    def test_every_code_names_models_that_are_there(self):
        for code, names in self.env["finance.exception"]._cause_changes().items():
            for name in names:
                self.assertIn(name, self.env, code)
