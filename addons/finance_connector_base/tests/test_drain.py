from odoo import fields
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..core.errors import BusinessError
from .common import FinanceCase, SandboxCase


class Batches:
    """What both directions share."""

    def drain(self):
        self.env.flush_all()
        words = self.flow.drain_job()
        self.env.invalidate_all()
        return words

    def woken(self, jobs):
        return [job for job in jobs.enqueued_jobs if job.recordset == self.flow]


@tagged("post_install", "-at_install")
class TestDrainIn(Batches, FinanceCase):
    """One wake-up, many messages; each keeps its own claim, savepoint and outcome."""

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.flow = self.env["finance.flow"].create(
            {
                "name": "Files",
                "connector_id": self.upload.id,
                "kind": "file",
                "direction": "in",
                "drain_messages": 100,
            }
        )

    def bring(self, *contents):
        messages = self.env["finance.message"]
        for content in contents:
            messages |= self.store(content)[0]
        return messages

    def test_one_wake_up_for_all(self):
        messages = self.bring(b"1", b"2", b"3")
        with trap_jobs() as jobs:
            messages._enqueue()
            self.env.cr.precommit.run()
            self.assertEqual(len(self.woken(jobs)), 1)
            jobs.assert_jobs_count(1)

    def test_a_wake_up_that_begins_before_our_commit(self):
        """It has seen nothing of what we bring; after our commit there is another one."""

        def wake_ups():
            return self.env["queue.job"].search([("identity_key", "=", self.flow._drain_key())], order="id")

        for content in (b"1", b"2"):
            self.bring(content)._enqueue()
            self.env.cr.precommit.run()
        self.assertEqual(wake_ups().mapped("state"), ["pending"])
        self.env.cr.execute("UPDATE queue_job SET state = 'started' WHERE id = %s", wake_ups().ids)
        self.env.invalidate_all()
        self.env.cr.postcommit.run()
        self.assertEqual(wake_ups().mapped("state"), ["started", "pending"])

    def test_the_database_away_under_a_batch(self):
        with trap_jobs() as jobs:
            self.flow._on_drain_failed("ValueError", "a defect")
            jobs.assert_jobs_count(0)
            self.flow._on_drain_failed("psycopg2.OperationalError", "server closed the connection")
            jobs.assert_jobs_count(1, only=self.flow.drain_job)

    def test_each_has_its_own_outcome(self):
        messages = self.bring(b"good", b"bad", b"also good")
        partner = self.env["res.partner"].create({"name": "before"})

        def effect(message):
            partner.with_env(message.env).name = message._raw().decode()
            if message._raw() == b"bad":
                message.env.flush_all()
                raise BusinessError("no", code="x")
            return {"text": "kept"}

        with self.processing(effect):
            self.assertIn("3 done", self.drain())
        self.assertEqual(messages.mapped("state"), ["processed", "refused", "processed"])
        self.assertEqual([len(message.attempt_ids) for message in messages], [1, 1, 1])
        self.assertEqual((messages[1].exception_ids.code, partner.name), ("x", "also good"))

    def test_what_each_one_keeps_for_itself(self):
        """Case, user, audit event and tries of a message do not depend on those that share its transaction."""
        good, doubtful, other = self.bring(b"good", b"doubtful", b"other")
        operator = self.roles["operator"]
        self.env.cr.execute("UPDATE finance_message SET create_uid = %s WHERE id = %s", [operator.id, other.id])

        def effect(message):
            if message._raw() == b"doubtful":
                message._open_case("line.doubtful", "look at it", "line 3")
            return {"text": message._raw().decode(), "by": message.env.uid}

        with self.processing(effect):
            self.drain()
        self.assertEqual([m.state for m in (good, doubtful, other)], ["processed", "refused", "processed"])
        self.assertEqual(doubtful.exception_ids.mapped("place"), ["line 3"])
        self.assertEqual([m.result["by"] for m in (good, other)], [self.env.uid, operator.id])
        self.assertEqual((other.write_uid, bool(other.done_on), bool(doubtful.done_on)), (operator, True, False))
        self.env["finance.audit"]._flush()
        events = self.env["finance.audit.event"].search([("res_model", "=", "finance.message")])
        kinds = [{event.kind for event in events if event.res_id == message.id} for message in (good, doubtful)]
        self.assertEqual(kinds, [{"message.created", "message.processed"}, {"message.created", "message.refused"}])

    def test_solved_cases_of_the_next_time(self):
        (message,) = self.bring(b"1")
        with self.processing(lambda message: message._open_case("x", "no") and {}):
            self.drain()
        self.assertEqual(message.state, "refused")
        message._move("received")
        with self.processing(lambda message: {}):
            self.drain()
        self.assertEqual((message.state, message.exception_ids.state), ("processed", "solved"))

    def test_a_strict_flow_waits_for_the_first(self):
        self.flow.blocking = "flow"
        first, second = self.bring(b"bad", b"good")

        def effect(message):
            if message._raw() == b"bad":
                raise BusinessError("no", code="x")
            return {}

        with self.processing(effect):
            self.drain()
        self.assertEqual((first.state, second.state), ("refused", "received"))

    def test_a_long_one_does_not_take_the_others_along(self):
        """After the time that messages share, the transaction ends; those that were not begun are free."""
        messages = self.bring(b"1", b"2", b"3")
        intake = self.env["finance.intake"]
        looked_at = intake._process_many([(one.id, self.env.uid) for one in messages], until=0)
        self.env.invalidate_all()
        self.assertEqual(looked_at, messages[0].ids)
        self.assertEqual(messages.mapped("state"), ["processed", "received", "received"])

    def test_stops_and_comes_again(self):
        messages = self.bring(b"1", b"2", b"3", b"4", b"5")
        self.flow.drain_messages = 2
        with trap_jobs() as jobs:
            self.assertIn("2 done", self.drain())
            self.assertEqual(len(self.woken(jobs)), 1)
        self.assertEqual(messages.mapped("state").count("processed"), 2)
        self.drain()
        self.drain()
        self.assertEqual(set(messages.mapped("state")), {"processed"})

    def test_what_is_held_or_early_is_left(self):
        held, early, due = self.bring(b"1", b"2", b"3")
        held.action_hold()
        early.sudo().next_try_on = fields.Datetime.add(fields.Datetime.now(), hours=1)
        self.drain()
        self.assertEqual([m.state for m in (held, early, due)], ["received", "received", "processed"])


@tagged("post_install", "-at_install")
class TestDrainOut(Batches, SandboxCase):
    def setUp(self):
        super().setUp()
        self.flow.drain_messages = 100

    def test_sent_once_each(self):
        messages = [self.submit(f"K{number}") for number in range(5)]
        self.assertIn("5 done", self.drain())
        self.assertEqual(({message.state for message in messages}, self.effects()), ({"processed"}, 5))

    def test_a_line_that_is_not_free_ends_the_batch(self):
        self.bank.write({"rate_calls": 2, "rate_unit": "hour", "rate_burst": 2})
        for number in range(5):
            self.submit(f"K{number}")
        with trap_jobs() as jobs:
            self.drain()
            self.assertTrue(any(job.eta for job in self.woken(jobs)))
        self.assertEqual(self.effects(), 2)

    def test_unknown_ones_are_asked_about(self):
        self.sandbox.fault("reset_after", party="bank", method="POST")
        message = self.submit()
        self.drain()
        self.assertEqual(message.state, "unknown")
        self.drain()
        self.assertEqual((message.state, self.effects()), ("processed", 1))
