import time
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ..core.errors import BusinessError, DuplicateError
from .common import SandboxCase, server_option

DELIVER = "odoo.addons.finance_connector_base.services.finance_deliver"


@tagged("post_install", "-at_install")
class TestDeliver(SandboxCase):
    """Intent, claim, send, confirm: one effect at the bank, whatever happens on the way."""

    def test_the_whole_way(self):
        with trap_jobs() as jobs:
            message = self.submit()
            jobs.assert_jobs_count(1, only=message.send_job)
        self.assertEqual(self.effects(), 0, "nothing is sent in the user's transaction")
        self.advance(message)
        self.assertEqual((message.state, self.effects()), ("processed", 1))
        self.assertEqual(message.attempt_ids.mapped("outcome"), ["ok"])
        self.assertTrue(message.attempt_ids.answer_sha256)

    def test_the_same_intent_is_the_same_message(self):
        self.assertEqual(self.submit(), self.submit())
        with self.assertRaises(DuplicateError):
            self.submit(amount="11.00")

    def test_done_is_not_sent_again(self):
        message = self.submit()
        self.advance(message)
        self.assertIn("nothing to do", self.advance(message))
        self.assertEqual(self.effects(), 1)

    def test_lost_answer_is_asked_about_and_confirmed(self):
        self.sandbox.fault("reset_after", party="bank", method="POST")
        message = self.submit()
        self.advance(message)
        self.assertEqual(message.state, "unknown")
        self.advance(message)
        self.assertEqual((message.state, self.effects()), ("processed", 1))
        self.assertEqual(sorted(message.attempt_ids.mapped("step")), ["ask", "send"])

    def test_lost_request_is_asked_about_and_sent_again(self):
        self.sandbox.fault("reset_before", party="bank", method="POST")
        message = self.submit()
        self.advance(message)
        self.assertEqual(message.state, "unknown")
        self.advance(message)
        self.assertEqual(message.state, "ready")
        self.advance(message)
        self.assertEqual((message.state, self.effects()), ("processed", 1))

    def test_unknown_waits_for_the_quiet_time(self):
        self.flow.quiet_seconds = 500
        self.sandbox.fault("reset_after", party="bank", method="POST")
        message = self.submit()
        self.advance(message)
        self.assertGreater(message.next_try_on, fields.Datetime.now() + timedelta(seconds=400))
        self.assertIn("not before", self.env["finance.deliver"]._advance(message.id))

    def test_unknown_without_anyone_to_ask_is_for_two_people(self):
        self.bank.ask_path = False
        self.sandbox.fault("reset_after", party="bank", method="POST")
        message = self.submit()
        self.advance(message)
        self.advance(message)
        self.assertEqual((message.state, message.exception_ids.code), ("unknown", "outcome.unknown"))
        with self.assertRaisesRegex(Exception, "not known whether"):
            message.action_retry()
        with trap_jobs() as jobs:
            message.sudo().write({"write_date": "2020-01-01"})
            self.env["finance.deliver"]._cron_sweep()
            self.assertFalse([job for job in jobs.enqueued_jobs if job.recordset == message])

    def test_a_worker_that_came_back_late_confirms_nothing(self):
        message = self.submit()
        service = self.env["finance.deliver"]
        delivery = service._claim(message.id)
        message.sudo().attempt += 1  # another worker took over meanwhile
        self.env.flush_all()
        receipt = self.env["finance.process.file"].send(delivery)
        with mute_logger(DELIVER):
            words = service._fenced(delivery, "_confirm", receipt)
        self.env.invalidate_all()
        self.assertIn("taken over", words)
        self.assertEqual(message.state, "sending")
        self.assertEqual(message.attempt_ids.outcome, "superseded")

    def test_a_lease_that_ran_out_is_unknown(self):
        message = self.submit()
        self.env["finance.deliver"]._claim(message.id)
        self.assertIn("under way", self.advance(message))
        message.sudo().lease_until = fields.Datetime.now() - timedelta(seconds=1)
        self.advance(message)
        self.assertEqual((message.state, message.attempt_ids.outcome), ("unknown", "unknown"))

    def test_a_question_whose_worker_died_ends_too(self):
        self.sandbox.fault("reset_after", party="bank", method="POST")
        message = self.submit()
        self.advance(message)
        message.sudo().next_try_on = fields.Datetime.now()
        self.env.flush_all()
        self.env["finance.deliver"]._claim(message.id)  # and then the worker is killed
        self.advance(message)
        self.assertEqual(message.state, "processed")
        self.assertEqual(message.attempt_ids.sorted("id").mapped("outcome"), ["unknown", "unknown", "ok"])

    def test_a_worker_held_up_after_its_claim_sends_nothing(self):
        """Swapped out, stopped, a paused virtual machine: by now another worker may have taken over."""
        message = self.submit()
        service = self.env["finance.deliver"]
        late = replace(service._claim(message.id), begun=time.monotonic() - 3600)
        words = service._fenced(late, *service._send(late))
        self.env.invalidate_all()
        self.assertIn("held up", words)
        self.assertEqual((message.state, message.tries, self.effects()), ("ready", 0, 0))

    def test_a_commit_whose_answer_was_lost_is_not_repeated(self):
        """The claim was committed though the connection broke: looking again finds it under way."""
        message = self.submit()
        service = self.env["finance.deliver"]
        service._claim(message.id)
        self.assertIn("under way", self.advance(message))
        self.assertEqual((message.attempt, self.effects()), (1, 0))

    def test_running_the_job_again_sends_nothing_again(self):
        """A job of the queue may run twice, be requeued when done, or belong to somebody else."""
        message = self.submit()
        for _time in range(3):
            message.send_job()
        self.env.invalidate_all()
        self.assertEqual((message.state, self.effects()), ("processed", 1))

    def test_a_later_wake_up_does_not_stand_in_for_one_at_once(self):
        self.bank.address = "http://127.0.0.1:9"
        message = self.submit()
        self.env["queue.job"].search([("identity_key", "=like", f"finance.message:{message.id}%")]).unlink()
        self.advance(message)
        self.assertEqual(message.state, "ready")
        message.action_retry()
        jobs = self.env["queue.job"].search([("model_name", "=", "finance.message"), ("name", "=", message.name)])
        self.assertTrue(jobs.filtered(lambda job: not job.eta and job.identity_key == f"finance.message:{message.id}"))

    def test_what_may_have_arrived_is_not_cancelled(self):
        self.sandbox.fault("reset_after", party="bank", method="POST")
        message = self.submit()
        self.advance(message)
        with self.assertRaisesRegex(Exception, "may have reached"):
            message.action_cancel()

    def test_after_delivery_only_the_consequences_are_repeated(self):
        message = self.submit()
        kind = type(self.env["finance.process.file"])
        with patch.object(kind, "_follows", True):
            self.advance(message)
            self.assertEqual(message.state, "sent")
            with patch.object(kind, "delivered", side_effect=BusinessError("period is locked", code="x")):
                self.advance(message)
            self.assertEqual((message.state, message.arrived), ("refused", "yes"))
            message.action_retry()
            self.assertEqual(message.state, "sent")
            self.advance(message)
        self.assertEqual((message.state, self.effects(), message.exception_ids.state), ("processed", 1, "solved"))

    def test_refused_connection_is_tried_again_and_given_up(self):
        self.bank.address = "http://127.0.0.1:9"
        self.flow.max_tries = 3
        message = self.submit()
        for tries in (1, 2):
            self.advance(message)
            self.assertEqual((message.state, message.tries), ("ready", tries))
        self.advance(message)
        self.assertEqual((message.state, message.exception_ids.category), ("dead", "transient"))

    def test_rate_limit_costs_no_try(self):
        self.sandbox.fault("429", party="bank", seconds=77)
        message = self.submit()
        self.advance(message)
        self.assertEqual((message.state, message.tries), ("ready", 0))
        self.assertGreater(message.next_try_on, fields.Datetime.now() + timedelta(seconds=60))

    def test_refusal_is_a_case(self):
        self.sandbox.parties["bank"].settings["reject"] = ("K1",)
        message = self.submit()
        self.advance(message)
        self.sandbox.parties["bank"].settings["reject"] = ()
        self.assertEqual((message.state, message.exception_ids.code), ("refused", "https.422"))
        message.action_retry()
        self.advance(message)
        self.assertEqual((message.state, message.exception_ids.state), ("processed", "solved"))

    def test_half_an_answer_is_not_success_of_unknown_kind(self):
        """The line answered 200: what the bytes mean is for the processor; here they are evidence."""
        self.sandbox.fault("malformed", party="bank", method="POST")
        message = self.submit()
        self.advance(message)
        self.assertEqual(self.effects(), 1)
        self.assertIn(message.state, ("processed", "unknown"))

    def test_held_paused_and_unapproved_are_not_sent(self):
        message = self.submit()
        message.action_hold()
        self.assertIn("held", self.advance(message))
        message.action_release()
        self.bank.action_pause()
        self.assertIn("not active", self.advance(message))
        self.bank.action_activate()
        self.flow.needs_approval = True
        self.assertIn("approval", self.advance(message))
        self.assertEqual(self.effects(), 0)
        message.with_user(self.roles["operator"]).action_ask_release()
        message.approval_id.with_user(self.roles["approver"]).action_approve()
        self.advance(message)
        self.assertEqual(self.effects(), 1)

    def test_the_sweeper_wakes_what_has_no_job(self):
        message = self.submit()
        self.env["queue.job"].search([("identity_key", "=", f"finance.message:{message.id}")]).unlink()
        message.flush_recordset()
        self.env.cr.execute("UPDATE finance_message SET write_date = '2020-01-01' WHERE id = %s", [message.id])
        self.env.invalidate_all()
        with trap_jobs() as jobs:
            self.env["finance.deliver"]._cron_sweep()
            self.assertEqual([job.recordset for job in jobs.enqueued_jobs if job.recordset == message], [message])


@tagged("post_install", "-at_install")
class TestPermit(SandboxCase):
    """A copy of the database, or the wrong server, sends nothing."""

    def assertNotSent(self, words):
        message = self.submit()
        self.assertIn(words, self.advance(message))
        self.assertEqual((message.state, self.effects()), ("ready", 0))

    def test_neutralised(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.assertNotSent("neutralised")

    def test_other_environment(self):
        with server_option(environment="live"):
            self.assertNotSent("sandbox")

    def test_live_needs_a_bound_database(self):
        permit = self.env["finance.permit"]
        with server_option(environment="live"):
            self.assertIn("not bound", permit._refusal("live"))
            permit._bind()
            self.env.flush_all()
            self.assertIsNone(permit._refusal("live"))
            self.assertTrue(permit._bound())
        self.assertIn("live", permit._refusal("live"))

    def test_another_host_key_is_another_host(self):
        permit = self.env["finance.permit"]
        with server_option(environment="live"):
            permit._bind()
            self.env.flush_all()
            with server_option(key_file=str(self.exchange / "other.key")):
                self.assertIn("not bound", permit._refusal("live"))
