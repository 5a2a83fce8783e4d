from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.tests.common import trap_jobs

from ..core.errors import AuthError, BusinessError, SecurityError, TechnicalError
from ..models.finance_message import INLINE_BYTES
from .common import FinanceCase

INTAKE = "odoo.addons.finance_connector_base.services.finance_intake"


@tagged("post_install", "-at_install")
class TestStore(FinanceCase):
    """The bytes are kept once, before anything else happens."""

    def test_small_and_large_contents_come_back(self):
        for content in (b"", b"small", b"x" * (INLINE_BYTES + 1)):
            message, new = self.store(content)
            self.assertTrue(new)
            self.assertEqual(message._raw(), content)
            self.assertEqual(message.size, len(content))

    def test_a_copy_is_counted_not_kept(self):
        first, _new = self.store(b"a")
        again, new = self.store(b"a", name="other name")
        self.assertEqual((again, new, first.duplicates), (first, False, 1))

    def test_the_database_refuses_a_second_one(self):
        message, _new = self.store(b"a")
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            message.copy({"dedup_key": message.dedup_key})

    def test_same_key_other_content_is_quarantined(self):
        self.store(b"a", dedup_key="K")
        other, new = self.store(b"b", dedup_key="K")
        self.assertTrue(new)
        self.assertEqual(other.state, "quarantined")
        self.assertEqual(other.exception_ids.code, "duplicate.content")
        again, new = self.store(b"b", dedup_key="K")
        self.assertEqual((again, new), (other, False))

    def test_every_message_has_its_correlation_id(self):
        ids = {self.store(bytes([number]))[0].correlation_id for number in range(5)}
        self.assertEqual(len(ids), 5)

    def test_connectors_do_not_share_keys(self):
        other = self.connector("upload", "Other")
        self.store(b"a")
        self.assertTrue(self.store(b"a", connector=other)[1])


@tagged("post_install", "-at_install")
class TestProcess(FinanceCase):
    """Every error leads to a state and, where a person is needed, to one case."""

    def process(self, message, effect=None):
        with self.processing(effect or (lambda found: {"text": "kept"})), trap_jobs() as jobs:
            words = self.env["finance.intake"]._process(message)
        return words, jobs

    def test_done(self):
        message, _new = self.store()
        self.process(message)
        self.assertEqual(message.state, "processed")
        self.assertTrue(message.done_on)
        self.assertEqual(message.attempt_ids.mapped("outcome"), ["ok"])

    def test_done_is_done(self):
        message, _new = self.store()
        self.process(message)
        words, _jobs = self.process(message, BusinessError("never called"))
        self.assertIn("nothing to do", words)
        with self.assertRaises(UserError):
            message.action_retry()

    def test_business_error_waits_with_a_case(self):
        message, _new = self.store()
        self.process(message, BusinessError("no such account", code="statement.account_unknown", place="Stmt[1]"))
        case = message.exception_ids
        self.assertEqual(message.state, "refused")
        self.assertEqual((case.code, case.place, case.state), ("statement.account_unknown", "Stmt[1]", "open"))
        self.assertEqual(case.owner_id, message.connector_id.owner_id)
        self.assertTrue(case.due_on and case.advice and case.activity_ids)

    def test_the_same_error_again_is_the_same_case(self):
        message, _new = self.store()
        for _time in range(3):
            self.process(message, BusinessError("no", code="x"))
            message._move("received")
        self.assertEqual((len(message.exception_ids), message.exception_ids.occurrences), (1, 3))

    def test_retry_after_mending_closes_the_case(self):
        message, _new = self.store()
        self.process(message, BusinessError("no", code="x"))
        with trap_jobs() as jobs:
            message.exception_ids.action_retry()
            jobs.assert_jobs_count(1, only=message.process_job)
        self.process(message)
        self.assertEqual((message.state, message.exception_ids.state), ("processed", "solved"))
        self.assertFalse(message.exception_ids.activity_ids)

    def test_a_case_whose_cause_is_gone_closes_though_another_stays(self):
        message, _new = self.store()

        def two(found):
            found._open_case("one", "1")
            found._open_case("two", "2")
            return {}

        def only_two(found):
            found._open_case("two", "2")
            return {}

        self.process(message, two)
        self.assertEqual(message.state, "refused")
        message._move("received")
        self.process(message, only_two)
        states = {case.code: case.state for case in message.exception_ids}
        self.assertEqual(states, {"one": "solved", "two": "open"})

    def test_warnings_do_not_hold_the_message(self):
        message, _new = self.store()
        self.process(message, lambda found: found._open_case("warn", "look", blocking=False) and {})
        self.assertEqual((message.state, message.exception_ids.state), ("processed", "open"))

    def test_technical_error_is_tried_again_and_then_given_up(self):
        message, _new = self.store()
        for tries in range(1, 9):
            _words, jobs = self.process(message, TechnicalError("line down"))
            if tries < 8:
                self.assertEqual((message.state, message.tries), ("received", tries))
                jobs.assert_jobs_count(1, only=message.process_job)
                self.assertIn("not before", self.process(message)[0])
                message.sudo().next_try_on = False
        self.assertEqual((message.state, message.exception_ids.code), ("dead", "technical"))

    def test_security_error_is_quarantined(self):
        message, _new = self.store()
        self.process(message, SecurityError("forged"))
        self.assertEqual(message.state, "quarantined")

    def test_auth_error_pauses_the_connector(self):
        message, _new = self.store()
        self.process(message, AuthError("consent ran out"))
        self.assertEqual((message.state, message.connector_id.state), ("refused", "paused"))

    def test_odoo_refusal_is_a_case(self):
        message, _new = self.store()
        self.process(message, UserError("The period is locked"))
        self.assertEqual(message.exception_ids.code, "odoo.refused")

    def test_defect_is_a_case_and_its_writes_are_undone(self):
        message, _new = self.store()
        partner = self.env["res.partner"].create({"name": "before"})

        def broken(_message):
            partner.name = "after"
            self.env.flush_all()
            raise ZeroDivisionError

        with mute_logger(INTAKE):
            self.process(message, broken)
        self.assertEqual((message.state, message.exception_ids.category), ("dead", "defect"))
        self.assertEqual(partner.name, "before")

    def test_held_and_cancelled(self):
        message, _new = self.store()
        message.action_hold()
        words, _jobs = self.process(message, BusinessError("never called"))
        self.assertIn("held", words)
        with trap_jobs() as jobs:
            message.action_release()
            jobs.assert_jobs_count(1, only=message.process_job)
        message.action_cancel()
        self.assertEqual(message.state, "cancelled")

    def test_a_strict_flow_waits_for_its_earlier_message(self):
        flow = self.env["finance.flow"].create(
            {"name": "In order", "connector_id": self.upload.id, "kind": "file", "blocking": "flow"}
        )
        first, _new = self.store(b"1", flow=flow)
        second, _new = self.store(b"2", flow=flow)
        self.process(first, BusinessError("no"))
        words, _jobs = self.process(second)
        self.assertIn("waits", words)
        first.action_cancel()
        self.process(second)
        self.assertEqual(second.state, "processed")

    def test_one_wake_up_for_a_message(self):
        message, _new = self.store()
        message._enqueue()
        message._enqueue()
        jobs = self.env["queue.job"].search([("identity_key", "=", f"finance.message:{message.id}")])
        self.assertEqual(len(jobs), 1)

    def test_given_up_job_leaves_a_case(self):
        message, _new = self.store()
        message._on_job_failed("Boom", "it broke")
        self.assertEqual((message.state, message.exception_ids.code), ("dead", "job.failed"))

    def test_the_database_away_is_no_fault_of_the_message(self):
        message, _new = self.store()
        away = ("psycopg2.InterfaceError", "cursor already closed")
        with trap_jobs() as jobs:
            message._on_job_failed(*away)
            jobs.assert_jobs_count(1, only=message.process_job)
            self.assertEqual((message.state, message.exception_ids.ids), ("received", []))
            for _time in range(10):
                message._on_job_failed(*away)
        self.assertEqual((message.state, message.exception_ids.code), ("dead", "job.failed"))

    def test_raw_content_is_for_those_who_need_it(self):
        message, _new = self.store(b"secret account")
        self.assertTrue(message.with_user(self.roles["auditor"]).action_download())
        self.assertTrue(message.with_user(self.roles["operator"]).action_download())
        with self.assertRaises(AccessError):
            message.with_user(self.roles["user"]).action_download()
        for role in ("user", "operator"):
            with self.assertRaises(AccessError):
                message.with_user(self.roles[role]).read(["body"])


@tagged("post_install", "-at_install")
class TestPull(FinanceCase):
    """From the folder: stored, then archived; trouble at the source ends in a case."""

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.folder = self.connector("folder", "Folder", address="bank")
        self.flow = self.env["finance.flow"].create(
            {"name": "Files", "connector_id": self.folder.id, "kind": "file", "direction": "in"}
        )
        self.folder.action_test()
        self.inbox = self.exchange / "bank" / "in"

    def pull(self):
        words = self.flow.pull_job()
        self.env.invalidate_all()
        return words

    def messages(self):
        return self.env["finance.message"].search([("connector_id", "=", self.folder.id)])

    def test_stored_then_archived(self):
        (self.inbox / "a.xml").write_bytes(b"one")
        self.assertIn("1 new", self.pull())
        self.assertEqual(self.messages()._raw(), b"one")
        self.assertEqual(list(self.inbox.iterdir()), [])
        self.assertTrue(self.flow.last_success)

    def test_a_copy_is_archived_too(self):
        for name in ("a.xml", "b.xml"):
            (self.inbox / name).write_bytes(b"one")
        self.assertIn("1 new, 1 seen before", self.pull())
        self.assertEqual((len(self.messages()), self.messages().duplicates), (1, 1))

    def test_nothing_is_archived_that_was_not_stored(self):
        (self.inbox / "a.xml").write_bytes(b"one")
        broken = patch.object(type(self.env["finance.intake"]), "_insert", side_effect=psycopg2.OperationalError)
        with broken, self.assertRaises(psycopg2.OperationalError):
            self.pull()
        self.assertTrue((self.inbox / "a.xml").exists())

    def test_a_crash_before_archiving_stores_nothing_twice(self):
        (self.inbox / "a.xml").write_bytes(b"one")
        transport = "odoo.addons.finance_connector_base.transports.folder.Folder.confirm"
        with patch(transport, side_effect=RuntimeError("killed")):
            try:  # assertRaises would undo what was committed before the crash
                self.pull()
            except RuntimeError as crash:
                self.assertEqual(str(crash), "killed")
        self.assertIn("0 new, 1 seen before", self.pull())
        self.assertEqual(len(self.messages()), 1)
        self.assertEqual(list(self.inbox.iterdir()), [])

    def test_a_missing_folder_is_one_case_that_closes_by_itself(self):
        self.inbox.rmdir()
        self.pull()
        self.pull()
        case = self.env["finance.exception"].search([("res_model", "=", "finance.flow"), ("res_id", "=", self.flow.id)])
        self.assertEqual((len(case), case.occurrences, case.code), (1, 2, "folder.setup"))
        self.assertFalse(self.flow.last_success)
        self.inbox.mkdir()
        self.pull()
        self.assertEqual(case.state, "solved")

    def test_auth_trouble_pauses_and_tells(self):
        def refuse(_self):
            raise AuthError("key refused")

        with patch("odoo.addons.finance_connector_base.transports.folder.Folder.pull", refuse):
            self.pull()
        self.assertEqual((self.folder.state, self.folder.pause_reason), ("paused", "key refused"))
        self.assertIn("paused", self.pull())

    def test_the_schedule_wakes_what_is_due(self):
        with trap_jobs() as jobs:
            self.env["finance.flow"]._cron_pull()
            self.env["finance.flow"]._cron_pull()
            mine = [job for job in jobs.enqueued_jobs if job.recordset == self.flow]
        self.assertEqual(len(mine), 1)
        self.assertGreater(self.flow.next_run, self.flow.last_run)
