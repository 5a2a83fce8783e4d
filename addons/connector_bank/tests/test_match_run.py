"""Matching by jobs: how far it is, stopped and gone on with."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import server_option
from odoo.addons.queue_job.tests.common import trap_jobs

from .statement_maker import Booking, camt053, statement
from .test_desk import DeskCase

LINES = 5


@tagged("post_install", "-at_install")
class TestMatchRun(DeskCase):
    def setUp(self):
        super().setUp()
        self.invoices = [self.invoice(10.0 + number) for number in range(LINES)]
        with trap_jobs():
            self.bring(camt053(statement(*(Booking(f"{10 + n}.00", one.name) for n, one in enumerate(self.invoices)))))
        self.run = self.env["finance.match.run"]._newest(self.journal)

    def job(self, journal=None):
        """One job that has time for two lines; whether another one follows."""
        with trap_jobs() as trap, server_option(match_chunk="2", match_seconds="0.000001"):
            said = (journal or self.journal).with_user(self.operator).finance_match_job()
        self.env.invalidate_all()
        return said, bool(trap.enqueued_jobs)

    def paid(self):
        return sum(one.payment_state == "paid" for one in self.invoices)

    def test_progress(self):
        self.assertEqual(self.run.state, "broken_off")  # trapped: there is no job
        self.env["finance.matching"]._enqueue(self.journal)
        self.env.invalidate_all()
        self.assertEqual((self.run.state, self.journal.finance_match_words), ("waiting", "Matching waits for its turn"))
        self.assertTrue(self.job()[1])
        self.assertEqual((self.run.state, self.run.reconciled, self.run.later), ("running", 2, 3))
        self.assertIn("2 lines reconciled, 3 sure ones to go, about 0 seconds left", self.run._words())
        [shown] = self.desk().read_runs()
        self.assertEqual((shown["journal"], shown["state"], shown["percent"]), (self.journal.id, "running", 40))
        self.assertEqual(self.desk().open_desk()["runs"], [shown])
        self.job()
        self.env["queue.job"].sudo().search([("identity_key", "=", self.journal._finance_match_key())]).unlink()
        self.assertFalse(self.job()[1])
        self.assertEqual((self.run.state, self.run.reconciled, self.run.later), ("done", LINES, 0))
        self.assertEqual(self.desk().read_runs(), [])
        [shown] = self.desk().read_runs([self.journal.id])
        self.assertIn("5 reconciled, 0 proposed, 0 open", shown["words"])

    def test_next_import(self):
        """An import while it is under way goes on with it; one after its end begins anew."""
        self.job()
        with trap_jobs():
            self.env["finance.matching"]._enqueue(self.journal)
        self.assertEqual(self.env["finance.match.run"]._newest(self.journal), self.run)
        self.job()
        self.job()
        with trap_jobs():
            self.env["finance.matching"]._enqueue(self.journal)
        newest = self.env["finance.match.run"]._newest(self.journal)
        self.assertGreater(newest.id, self.run.id)
        self.env["finance.match.run"]._gc_older()
        self.assertTrue(self.run.exists(), "a job may still be at work on it")
        self.env.cr.execute("UPDATE finance_match_run SET create_date = create_date - interval '8 days'")
        self.env["finance.match.run"]._gc_older()
        self.assertFalse(self.run.exists())
        self.assertTrue(newest.exists())

    def test_stop_and_go_on(self):
        journal = self.journal.with_user(self.operator)
        self.job()
        journal.action_finance_match_stop()
        journal.action_finance_match_stop()
        self.env.invalidate_all()
        self.assertEqual((self.run.state, len(self.run.stop_ids)), ("stopped", 1))
        self.assertIn(f"stopped by {self.operator.name}", journal.finance_match_words)
        said, follows = self.job()
        self.assertIn("stopped by", said)
        self.assertEqual((self.paid(), follows), (2, False))
        with trap_jobs() as trap:  # lines that come meanwhile wait, too
            self.env["finance.matching"]._enqueue(self.journal)
            trap.assert_jobs_count(0)
            journal.action_finance_match_resume()
            trap.assert_jobs_count(1, only=self.journal.finance_match_job)
        self.env.invalidate_all()
        self.assertFalse(self.run._stop())
        self.job()
        self.job()
        self.assertEqual((self.paid(), self.run.state), (LINES, "done"))
        notes = self.env["finance.audit.event"].sudo().search(
            [("res_model", "=", "account.journal"), ("res_id", "=", self.journal.id), ("kind", "like", "matching.")]
        )
        self.assertEqual(sorted(notes.mapped("kind")), ["matching.resumed", "matching.stopped"])
        self.assertEqual(notes.user_id, self.operator)

    def test_stop_within_a_job(self):
        """A stop is seen between two chunks, by a job that has time for more."""
        asked = iter((False, True))
        run = type(self.run)
        with trap_jobs() as trap, server_option(match_chunk="1"), \
                patch.object(run, "_is_stopped_now", lambda run: next(asked)):  # fmt: skip
            self.journal.finance_match_job()
            trap.assert_jobs_count(1)  # which finds the stop
        self.assertEqual(self.paid(), 2)

    def test_stop_in_the_last_chunk(self):
        """What was stopped stays so although nothing was left to do, and lines of the next import wait."""
        run = type(self.run)
        with trap_jobs(), patch.object(run, "_is_stopped_now", lambda run: True):
            self.journal.with_user(self.operator).action_finance_match_stop()
            self.run.sudo().stop_ids.released = True  # pressed while the job is at work, which does not see it
            self.journal.finance_match_job()
        self.run.sudo().stop_ids.released = False
        self.env.invalidate_all()
        self.assertEqual((self.paid(), self.run.state), (LINES, "stopped"))
        with trap_jobs() as trap:
            self.env["finance.matching"]._enqueue(self.journal)
            trap.assert_jobs_count(0)
            self.assertEqual(self.env["finance.match.run"]._newest(self.journal), self.run)
            self.journal.with_user(self.operator).action_finance_match_resume()
            trap.assert_jobs_count(1, only=self.journal.finance_match_job)
        self.assertGreater(self.env["finance.match.run"]._newest(self.journal).id, self.run.id)

    def test_other_company(self):
        """Nobody ends or reads the matching of a company that is not theirs."""
        stranger = self.env["res.company"].create({"name": "Elsewhere"})
        outsider = self.person("outsider", "finance_connector_base.group_operator", company=stranger)
        journal = self.journal.with_user(outsider).with_context(allowed_company_ids=stranger.ids)
        for deed in (journal.finance_match_job, journal.action_finance_match_stop, journal.action_finance_match_resume):
            with self.assertRaises(AccessError):
                deed()
        self.assertFalse(self.run.step_ids)

    def test_broken_off(self):
        """Without a job there is nothing under way: a person goes on."""
        self.job()
        self.env.invalidate_all()
        self.assertEqual(self.run.state, "broken_off")
        with trap_jobs() as trap:
            self.journal.with_user(self.operator).action_finance_match_resume()
            trap.assert_jobs_count(1, only=self.journal.finance_match_job)

    def test_rights(self):
        looking = self.journal.with_user(self.onlooker)
        self.assertTrue(looking.finance_match_words)
        for deed in (looking.action_finance_match_stop, looking.action_finance_match_resume):
            with self.assertRaises(AccessError):
                deed()
