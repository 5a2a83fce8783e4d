from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..core.errors import BusinessError
from .common import FinanceCase, SandboxCase


@tagged("post_install", "-at_install")
class TestSettle(SandboxCase):
    """An outcome nobody can ask about is settled by people; by two where money moves."""

    def setUp(self):
        super().setUp()
        self.bank.ask_path = False
        self.flow.moves_money = True
        self.sandbox.fault("reset_after", party="bank", method="POST")
        self.message = self.submit()
        self.advance(self.message)
        self.advance(self.message)
        second = self.roles["approver"]
        second.group_ids |= self.env.ref("finance_connector_base.group_operator")

    def decision(self, kind, role="operator"):
        values = {"message_id": self.message.id, "kind": kind, "reason": "looked up in the portal"}
        return self.env["finance.decision"].with_user(self.roles[role]).create(values)

    def by(self, decision, role):
        return decision.with_user(self.roles[role])

    def test_one_person_asks_and_another_agrees(self):
        self.assertEqual((self.message.state, self.message.exception_ids.code), ("unknown", "outcome.unknown"))
        decision = self.decision("arrived")
        decision.action_request()
        self.assertEqual((decision.state, self.message.state), ("asked", "unknown"))
        self.by(decision, "approver").action_approve()
        self.assertEqual((decision.state, self.message.state), ("done", "processed"))
        self.assertEqual(self.message.exception_ids.state, "solved")
        self.assertEqual(
            (decision.requested_by_id, decision.approved_by_id), (self.roles["operator"], self.roles["approver"])
        )

    def test_nobody_agrees_with_himself(self):
        decision = self.decision("absent", "approver")
        decision.action_request()
        with self.assertRaises(UserError):
            decision.action_approve()
        with self.assertRaises(psycopg2.IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            decision.sudo().approved_by_id = self.roles["approver"]

    def test_who_decided_cannot_be_written(self):
        decision = self.decision("absent")
        for values in ({"approved_by_id": self.roles["approver"].id}, {"state": "asked"}):
            with self.assertRaises(AccessError):
                decision.write(values)
        decision.action_request()
        with self.assertRaises(AccessError):
            decision.kind = "given_up"
        with self.assertRaises(AccessError):
            self.message.with_user(self.roles["operator"]).write({"approved_hash": self.message.sha256})

    def test_programs_do_not_decide(self):
        decision = self.decision("absent")
        for env in (self.env(su=True), self.env(user=1)):
            with self.assertRaises(AccessError):
                decision.with_env(env).action_request()
        decision.action_request()
        with self.assertRaises(AccessError):
            self.by(decision, "operator").action_approve()

    def test_absent_goes_out_again_with_the_same_bytes(self):
        decision = self.decision("absent")
        decision.action_request()
        self.by(decision, "approver").action_approve()
        self.assertEqual(self.message.state, "ready")
        self.advance(self.message)
        self.assertEqual((self.message.state, self.effects()), ("processed", 1), "the bank remembers the key")

    def test_what_moved_on_is_not_decided(self):
        decision = self.decision("given_up")
        decision.action_request()
        self.env["finance.standing"]._settle(self.message, "arrived", ["a", "b"])
        with self.assertRaises(UserError):
            self.by(decision, "approver").action_approve()

    def test_outgoing_messages_are_not_replayed(self):
        with self.assertRaises(ValidationError):
            self.decision("replay")


@tagged("post_install", "-at_install")
class TestReplay(FinanceCase):
    """Processing anew shows first what will differ; the message that is done stays as it is."""

    def decision(self, message):
        return (
            self.env["finance.decision"]
            .with_user(self.roles["operator"])
            .create({"message_id": message.id, "kind": "replay", "reason": "new mapping", "mapping_version": 2})
        )

    def read(self, message):
        return {"text": "read", "version": (message.options or {}).get("mapping_version", 1)}

    def test_a_done_message_is_replayed_as_another_one(self):
        message, _new = self.store(b"content")
        with self.processing(self.read):
            message.action_process_now()
            decision = self.decision(message)
            decision.action_preview()
            self.assertEqual(decision.differs, "version: 1 → 2")
            self.assertFalse(message.options, "the trial is undone")
            decision.action_request()
            replay = decision.replay_id
            self.assertEqual((replay.parent_id, replay._raw(), decision.state), (message, b"content", "done"))
            replay.action_process_now()
        self.assertEqual((message.result["version"], replay.result["version"]), (1, 2))

    def test_a_refused_message_is_processed_in_place(self):
        message, _new = self.store()
        with self.processing(BusinessError("no mapping", code="mapping.missing")):
            message.action_process_now()
        with self.processing(self.read):
            decision = self.decision(message)
            decision.action_request()
            self.assertEqual((message.state, message.options), ("received", {"mapping_version": 2}))
            message.action_process_now()
        self.assertEqual((message.state, message.exception_ids.state), ("processed", "solved"))

    def test_a_trial_that_fails_says_so(self):
        message, _new = self.store()
        with self.processing(self.read):
            message.action_process_now()
        with self.processing(BusinessError("still none")):
            decision = self.decision(message)
            decision.action_preview()
        self.assertIn("error: None → still none", decision.differs)

    def test_where_money_moves_two_persons_replay(self):
        flow = self.env["finance.flow"].create(
            {"name": "Cash", "connector_id": self.upload.id, "kind": "file", "direction": "in", "moves_money": True}
        )
        message, _new = self.store(flow=flow)
        with self.processing(self.read), patch.object(type(message), "_enqueue"):
            message.action_process_now()
            decision = self.decision(message)
            decision.action_request()
            self.assertEqual(decision.state, "asked")
            decision.with_user(self.roles["approver"]).action_approve()
        self.assertEqual(decision.state, "done")
