from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..core.breaker import Breaker, Limits
from ..core.errors import RateLimitedError, TechnicalError
from ..core.transport import Parcel
from .common import FinanceCase, SandboxCase

LIMITS = Limits(threshold=3, first_open=30, longest_open=600, probe=10)


@tagged("post_install", "-at_install")
class TestBreaker(SandboxCase):
    """A line that fails is left alone by all workers, probed by one, and used again when it answers."""

    def setUp(self):
        super().setUp()
        self.bank.breaker_failures = 3
        self.healthy = self.bank.address

    def breakdown(self, times=3):
        self.bank.address = "http://127.0.0.1:9"
        for number in range(times):
            self.advance(self.submit(f"down-{number}"))

    def breaker(self):
        self.env.invalidate_all()
        return self.bank.breaker_ids.filtered(lambda breaker: breaker.operation == "send")

    def probe_now(self):
        self.breaker().sudo().until = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()

    def test_all_is_well_writes_nothing(self):
        self.advance(self.submit())
        self.assertFalse(self.breaker())

    def test_opens_and_puts_off_without_counting_a_try(self):
        self.breakdown()
        self.assertEqual((self.breaker().state, self.breaker().failures), ("open", 3))
        message = self.submit()
        with trap_jobs() as jobs:
            self.assertIn("not free", self.advance(message))
            self.assertTrue([job for job in jobs.enqueued_jobs if job.recordset == message and job.eta])
        self.assertEqual((message.state, message.tries, len(message.attempt_ids)), ("ready", 0, 0))
        self.assertGreaterEqual(message.next_try_on, self.breaker().until - timedelta(seconds=1))
        case = self.env["finance.exception"].search([("code", "=", "line.down"), ("state", "=", "open")])
        self.assertEqual((case.res_id, case.blocking), (self.bank.id, False))

    def test_one_probe_only(self):
        self.breakdown()
        self.probe_now()
        row = self.env["finance.breaker"]._guard_row(self.bank, "send")
        self.assertTrue(self.env["finance.breaker"]._probe(self.bank.id, "send", row))
        self.assertFalse(self.env["finance.breaker"]._probe(self.bank.id, "send", row))
        self.assertIn("not free", self.advance(self.submit()))

    def test_a_probe_that_succeeds_closes_it_and_its_case(self):
        self.breakdown()
        self.bank.address = self.healthy
        self.probe_now()
        message = self.submit()
        self.advance(message)
        self.assertEqual((message.state, self.breaker().state), ("processed", "closed"))
        self.assertFalse(self.env["finance.exception"].search([("code", "=", "line.down"), ("state", "=", "open")]))

    def test_a_probe_that_fails_opens_it_for_longer(self):
        self.breakdown()
        self.probe_now()
        self.advance(self.submit())
        self.assertEqual((self.breaker().state, self.breaker().open_seconds), ("open", 60))

    def test_an_operator_tries_again_now(self):
        self.breakdown()
        message = self.submit()
        self.advance(message)
        self.bank.address = self.healthy
        self.assertIn("left alone", self.bank.notice)
        with self.assertRaises(AccessError):
            self.bank.with_user(self.roles["user"]).action_reset_breakers()
        with trap_jobs() as jobs:
            self.bank.with_user(self.roles["operator"]).action_reset_breakers()
            self.assertIn(message, [job.recordset for job in jobs.enqueued_jobs])
        self.env.invalidate_all()
        self.assertFalse(message.next_try_on)
        self.advance(message)
        self.assertEqual(message.state, "processed")

    def test_refusals_are_answers(self):
        self.sandbox.parties["bank"].settings["reject"] = ("K1", "K2", "K3", "K4")
        for key in ("K1", "K2", "K3", "K4"):
            self.advance(self.submit(key))
        self.sandbox.parties["bank"].settings["reject"] = ()
        self.assertFalse(self.breaker().filtered(lambda breaker: breaker.state != "closed"))

    def test_hearing_well_of_a_good_line_writes_nothing(self):
        gate = self.env["finance.gate"]
        with self.assertQueryCount(0):
            gate._heard(self.bank.id, "send", True, Breaker(), LIMITS)


@tagged("post_install", "-at_install")
class TestGate(SandboxCase):
    """Rate, places and a request to slow down hold for the connector, whoever works for it."""

    def test_the_bucket_lets_through_what_it_holds(self):
        self.bank.write({"rate_calls": 2, "rate_unit": "hour", "rate_burst": 2})
        messages = [self.submit(f"K{number}") for number in range(4)]
        for message in messages:
            self.advance(message)
        self.assertEqual([message.state for message in messages], ["processed", "processed", "ready", "ready"])
        self.assertEqual((self.effects(), messages[2].tries), (2, 0))
        self.assertGreater(messages[3].next_try_on, messages[2].next_try_on, "one after the other, not all at once")
        self.assertIn("turn", messages[2].result_text)

    def test_the_bucket_fills_again(self):
        self.bank.write({"rate_calls": 60, "rate_unit": "minute", "rate_burst": 1})
        first, second = self.submit("K1"), self.submit("K2")
        self.advance(first)
        self.advance(second)
        self.assertEqual(second.state, "ready")
        gate = self.bank.gate_ids
        gate.sudo().refilled_on = fields.Datetime.now() - timedelta(seconds=2)
        self.advance(second)
        self.assertEqual(second.state, "processed")

    def test_places(self):
        self.bank.calls_at_once = 1
        first, second = self.submit("K1"), self.submit("K2")
        self.env.flush_all()
        self.env["finance.deliver"]._claim(first.id)
        self.assertIn("not free", self.advance(second))
        first.sudo().lease_until = fields.Datetime.now() - timedelta(seconds=1)  # its worker is dead
        self.advance(second)
        self.assertEqual(second.state, "processed")

    def test_too_many_calls_hold_the_whole_connector(self):
        self.sandbox.fault("429", party="bank", seconds=77)
        first, second = self.submit("K1"), self.submit("K2")
        self.advance(first)
        self.assertIn("not free", self.advance(second))
        self.assertEqual((second.state, second.tries, self.effects()), ("ready", 0, 0))
        self.assertGreater(second.next_try_on, fields.Datetime.now() + timedelta(seconds=60))
        self.env.invalidate_all()
        self.assertIn("asked us to wait", self.bank.notice)

    def test_lanes(self):
        self.assertEqual(self.submit("K1")._channel(), "root.finance.other")
        self.flow.moves_money = True
        self.assertEqual(self.submit("K2")._channel(), "root.finance.pay")

    def test_the_lease_outlasts_a_call(self):
        with self.assertRaises(ValidationError):
            self.flow.lease_seconds = self.bank.timeout_seconds


@tagged("post_install", "-at_install")
class TestPulls(FinanceCase):
    """Fetching keeps to budgets, to the breaker, and stops where too much waits already."""

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.folder = self.connector("folder", "Folder", address="bank")
        self.flow = self.env["finance.flow"].create(
            {"name": "Files", "connector_id": self.folder.id, "kind": "file", "direction": "in"}
        )
        self.folder.action_test()

    def pull(self, planned=True):
        self.env.flush_all()
        words = self.flow.pull_job(planned)
        self.env.invalidate_all()
        return words

    def test_a_budget_is_spent_by_plan(self):
        quota = self.env["finance.quota"].create({"connector_id": self.folder.id, "limit_calls": 4, "period": "day"})
        self.assertIn("0 new", self.pull())
        words = self.pull()
        self.assertIn("1 of 4", words)
        self.assertEqual(self.flow.put_off_text, words.partition(": ")[2])
        self.assertGreater(self.flow.next_run, fields.Datetime.now() + timedelta(hours=5))
        for _time in range(3):
            self.assertIn("0 new", self.pull(planned=False))
        self.assertFalse(self.flow.put_off_text)
        self.assertIn("4 of 4", self.pull(planned=False))
        self.assertEqual((quota.used, quota._left()), (4, 0))
        quota.since = fields.Datetime.now() - timedelta(days=1, seconds=1)
        self.assertIn("0 new", self.pull())
        self.assertEqual(quota.used, 1)

    def test_budgets_of_other_accounts_do_not_count(self):
        self.env["finance.quota"].create({"connector_id": self.folder.id, "scope": "A", "limit_calls": 1})
        self.flow.quota_scope = "B"
        for _time in range(3):
            self.assertIn("0 new", self.pull())

    def test_the_provider_corrects_the_count(self):
        quota = self.env["finance.quota"].create({"connector_id": self.folder.id, "limit_calls": 4})
        headers = {"X-RateLimit-Limit": "4", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3600"}
        self.env["finance.quota"]._learn(self.folder, "pull", headers)
        self.assertEqual(quota.used, 4)
        self.assertIn("4 of 4", self.pull(planned=False))

    def test_the_count_is_learned_while_fetching(self):
        quota = self.env["finance.quota"].create({"connector_id": self.folder.id, "limit_calls": 4})
        parcel = Parcel("a", b"a", headers={"RateLimit-Limit": "4", "RateLimit-Remaining": "1"})
        with patch("odoo.addons.finance_connector_base.transports.folder.Folder.pull", lambda _self: iter([parcel])):
            self.pull()
        self.assertEqual(quota.used, 3)

    def test_a_paused_connector_spends_nothing(self):
        quota = self.env["finance.quota"].create({"connector_id": self.folder.id, "limit_calls": 4})
        self.folder.action_pause()
        self.assertIn("paused", self.pull())
        self.assertEqual(quota.used, 0)

    def test_a_dead_line_is_left_alone(self):
        breakers = self.env["finance.breaker"]
        for _time in range(5):
            breakers._guarded(self.folder, "pull", TechnicalError("down"))
        self.assertIn("Put off", self.pull())
        self.assertGreater(self.flow.next_run, fields.Datetime.now() + timedelta(seconds=20))

    def test_a_limit_heard_while_fetching_holds_the_connector(self):
        self.env["finance.breaker"]._guarded(self.folder, "pull", RateLimitedError("slow down", retry_after=90))
        self.assertIn("Put off", self.pull())

    def test_a_backlog_stops_fetching_but_not_taking_in(self):
        message, _new = self.store(b"old")
        self.env.cr.execute("UPDATE finance_message SET create_date = '2020-01-01' WHERE id = %s", [message.id])
        self.assertIn("other", self.env["finance.flow"]._late_domains())
        with trap_jobs() as jobs:
            self.env["finance.flow"]._cron_pull()
            self.assertFalse([job for job in jobs.enqueued_jobs if job.recordset == self.flow])
        self.assertIn("nothing is fetched", self.folder.notice)
        self.assertTrue(self.store(b"still taken")[1])
        message._move("processed")
        self.env.flush_all()
        with trap_jobs() as jobs:
            self.env["finance.flow"]._cron_pull()
            self.assertTrue([job for job in jobs.enqueued_jobs if job.recordset == self.flow])
