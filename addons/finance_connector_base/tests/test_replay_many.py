from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..core.errors import BusinessError
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestReplayMany(FinanceCase):
    """Many messages at once: tried first, decided one by one, with a second person where money moves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plain = {"connector_id": cls.upload.id, "kind": "file", "direction": "in"}
        cls.files, cls.cash = cls.env["finance.flow"].create(
            [{**plain, "name": "Files", "sequence": 1}, {**plain, "name": "Cash", "moves_money": True}]
        )

    def read(self, message):
        return {"text": "read", "version": (message.options or {}).get("mapping_version", 1)}

    def done(self, count, **values):
        messages = self.env["finance.message"].concat(*(self.store(b"%d" % n, **values)[0] for n in range(count)))
        with self.processing(self.read):
            messages.action_process_now()
        return messages

    def replay(self, messages, role="operator"):
        action = messages.with_user(self.roles[role]).action_replay()
        return self.env["finance.replay"].with_user(self.roles[role]).browse(action["res_id"])

    def test_a_few_are_shown_side_by_side_and_processed(self):
        replay = self.replay(self.done(2))
        replay.mapping_version = 2
        with self.processing(self.read), trap_jobs() as jobs:
            replay.action_look()
            self.assertEqual((replay.differ_count, replay.state), (2, "looked"))
            self.assertEqual(replay.line_ids[0].differences, [["version", "1", "2"]])
            self.assertIn("<td class='text-muted'>1</td><td class='fw-bold'>2</td>", replay.line_ids[0].side_by_side)
            self.assertFalse(replay.line_ids.message_id.filtered("options"), "the trial is undone")
            with self.assertRaises(UserError):
                replay.action_decide()  # without a reason
            replay.reason = "new mapping"
            replay.action_decide()
            jobs.assert_jobs_count(2)
        self.assertEqual((replay.done_count, set(replay.line_ids.decision_id.mapped("state"))), (2, {"done"}))
        self.assertEqual(replay.line_ids.decision_id.replay_id.mapped("options"), [{"mapping_version": 2}] * 2)

    def test_many_go_to_the_queue(self):
        replay = self.replay(self.done(8))
        replay.reason = "why"
        with self.processing(self.read), trap_jobs() as jobs:
            replay.action_look()
            self.assertEqual((replay.open_count, replay.progress), (8, 0))
            with self.assertRaises(UserError):
                replay.action_decide()
            jobs.assert_jobs_count(8)
            jobs.perform_enqueued_jobs()
        self.assertEqual((replay.open_count, set(replay.line_ids.mapped("state"))), (0, {"looked"}))
        with self.processing(self.read), trap_jobs() as jobs:
            replay.action_decide()
            jobs.assert_jobs_count(8)
            jobs.perform_enqueued_jobs()
        self.assertEqual(replay.done_count, 8)

    def test_where_money_moves_a_second_person_agrees(self):
        messages = self.done(1, flow=self.cash)
        replay = self.replay(messages)
        self.assertTrue(replay.moves_money)
        replay.reason = "why"
        with self.processing(self.read), trap_jobs():
            replay.action_look()
            replay.action_decide()
        decision = replay.line_ids.decision_id
        self.assertEqual((replay.asked_count, replay.done_count, decision.state), (1, 0, "asked"))
        self.assertFalse(decision.replay_id)

    def test_quarantined_and_refused_ones_too_others_are_named(self):
        refused, _new = self.store(b"refused")
        with self.processing(BusinessError("no mapping")):
            refused.action_process_now()
        quarantined, _new = self.store(b"other", dedup_key=refused.dedup_key)
        waiting, _new = self.store(b"waiting")
        replay = self.replay(refused | quarantined | waiting)
        lines = replay.line_ids.sorted(lambda line: line.message_id.id)
        self.assertEqual(lines.mapped("state"), ["new", "new", "failed"])
        replay.reason = "why"
        with self.processing(self.read), trap_jobs():
            replay.action_look()
            replay.action_decide()
        self.assertEqual((refused | quarantined).mapped("state"), ["received", "received"])
        self.assertEqual((replay.done_count, replay.failed_count), (2, 1))

    def test_another_version_is_tried_anew(self):
        replay = self.replay(self.done(1))
        replay.reason = "why"
        with self.processing(self.read):
            replay.action_look()
            replay.mapping_version = 3
            self.assertEqual(replay.line_ids.state, "new")
            with self.assertRaises(UserError):
                replay.action_decide()

    def test_rights(self):
        messages = self.done(1)
        with self.assertRaises(AccessError):
            self.replay(messages, "auditor")
        replay = self.replay(messages)
        with self.assertRaises(AccessError):
            replay.state = "decided"
        with self.assertRaises(AccessError):
            replay.line_ids.state = "looked"
        with self.assertRaises(AccessError):
            replay.with_user(self.roles["user"]).action_look()
