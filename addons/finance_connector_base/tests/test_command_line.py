"""``odoo finance hold|release|replay``: which messages, in whose name, and what only a second person may do."""

import argparse
import json

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..core.errors import BusinessError, ConfigurationError
from ..core.operation import OPERATIONS
from ..operations import hold, release, replay  # noqa: F401  register themselves
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestCommandLine(FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plain = {"connector_id": cls.upload.id, "kind": "file", "direction": "in"}
        _files, cls.cash = cls.env["finance.flow"].create(
            [{**plain, "name": "Files", "sequence": 1}, {**plain, "name": "Cash", "moves_money": True}]
        )

    def command(self, code, *arguments, role="operator"):
        """``(result, exit code)`` of a command in the name of a role."""
        operation = OPERATIONS.get(code)()
        parser = argparse.ArgumentParser()
        operation.arguments(parser)
        options = parser.parse_args([*arguments, "--reason", "the bank asked for it"])
        env = self.env(user=self.roles[role], context={"allowed_company_ids": self.company.ids})
        with trap_jobs():
            result, exit_code = operation.run(options, env)
        self.env.invalidate_all()
        return json.loads(json.dumps(result)), exit_code

    def messages(self, count, **values):
        return self.env["finance.message"].concat(*(self.store(b"%d" % n, **values)[0] for n in range(count)))

    def refused_messages(self, count, **values):
        messages = self.messages(count, **values)
        with self.processing(BusinessError("no mapping")):
            messages.action_process_now()
        return messages

    def test_one_message_is_held_and_released_with_the_reason(self):
        message = self.messages(1)
        result, code = self.command("hold", "--key", message.dedup_key)
        self.assertEqual((code, [one["id"] for one in result["done"]], message.hold), (0, message.ids, True))
        self.assertIn("the bank asked for it", message.hold_reason)
        self.assertIn("the bank asked for it", message.message_ids[0].body)
        self.assertEqual(message.message_ids[0].author_id, self.roles["operator"].partner_id)
        result, code = self.command("release", "--message", str(message.id))
        self.assertEqual((code, message.hold, message.hold_reason), (0, False, False))

    def test_several_are_only_listed_until_yes(self):
        messages = self.messages(3)
        result, code = self.command("hold", "--connector", self.upload.code)
        self.assertEqual((result["dry_run"], result["found"], code), (True, 3, 0))
        self.assertFalse(any(messages.mapped("hold")))
        result, code = self.command("hold", "--connector", self.upload.code, "--yes")
        self.assertEqual((len(result["done"]), code, messages.mapped("hold")), (3, 0, [True] * 3))

    def test_what_cannot_be_done_is_told_and_the_rest_is_done(self):
        done, waiting = self.messages(2)
        done.action_process_now()
        result, code = self.command("hold", "--message", str(done.id), "--message", str(waiting.id), "--yes")
        self.assertEqual((code, [one["id"] for one in result["done"]]), (3, waiting.ids))
        self.assertEqual([(one["id"], one["why"]) for one in result["refused"]], [(done.id, "It is done already.")])
        self.assertFalse(done.hold)

    def test_release_of_money_is_only_asked_for(self):
        message = self.messages(1, flow=self.cash)
        self.command("hold", "--flow", "Cash")
        result, code = self.command("release", "--flow", "Cash")
        self.assertEqual((code, message.hold, result["done"]), (4, True, []))
        decision = self.env["finance.decision"].browse(result["asked"][0]["decision"])
        self.assertEqual((decision.kind, decision.state), ("release", "asked"))
        self.assertEqual(decision.requested_by_id, self.roles["operator"])
        with trap_jobs() as jobs:
            decision.with_user(self.roles["approver"]).action_approve()
            jobs.assert_jobs_count(1, only=message.process_job)
        self.assertEqual((message.hold, decision.state), (False, "done"))

    def test_the_screen_asks_as_well_where_money_moves(self):
        message = self.messages(1, flow=self.cash)
        message.action_hold()
        action = message.with_user(self.roles["operator"]).action_release()
        self.assertEqual(action["context"]["default_kind"], "release")
        self.assertTrue(message.hold)
        self.assertEqual(self.env["finance.standing"]._release(message), "two_persons", "nor does the service")

    def test_replay_with_a_mapping_version(self):
        message = self.refused_messages(1)
        result, code = self.command("replay", "--message", str(message.id), "--mapping-version", "3")
        self.assertEqual((code, len(result["done"])), (0, 1))
        self.assertEqual((message.state, message.options), ("received", {"mapping_version": 3}))

    def test_replay_of_money_is_only_asked_for(self):
        messages = self.refused_messages(2, flow=self.cash)
        result, code = self.command("replay", "--connector", self.upload.code, "--state", "refused", "--yes")
        self.assertEqual((code, len(result["asked"]), set(messages.mapped("state"))), (4, 2, {"refused"}))
        again, code = self.command("replay", "--connector", self.upload.code, "--yes")
        self.assertEqual((code, len(again["refused"])), (3, 2), "it waits already")

    def test_rights_are_those_of_the_user(self):
        message = self.messages(1)
        for role in ("user", "auditor", "approver"):
            with self.assertRaises(AccessError):
                self.command("hold", "--message", str(message.id), role=role)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.connector("upload", "Elsewhere upload", company_id=other.id)
        foreign, _new = self.store(connector=theirs)
        with self.assertRaises(ConfigurationError) as refused:
            self.command("hold", "--message", str(foreign.id))
        self.assertEqual(refused.exception.code, "operation.nothing")

    def test_it_must_be_said_which_and_why(self):
        self.messages(3)
        for arguments, code in (
            ([], "operation.choice"),
            (["--connector", self.upload.code, "--state", "processed"], "operation.choice"),
            (["--connector", self.upload.code, "--limit", "2", "--yes"], "operation.limit"),
            (["--connector", self.upload.code, "--reason", " "], "operation.reason"),
        ):
            with self.assertRaises(ConfigurationError) as refused:
                self.run_with(arguments)
            self.assertEqual(refused.exception.code, code)

    def run_with(self, arguments):
        operation = OPERATIONS.get("hold")()
        parser = argparse.ArgumentParser()
        operation.arguments(parser)
        operation.run(parser.parse_args(["--reason", "x", *arguments]), self.as_role("operator"))
