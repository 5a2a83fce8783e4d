from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestPortal(OrderCase):
    """A payment file that a person takes to the bank's portal: released, recorded, compared, confirmed."""

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.connector.transport = "portal"
        self.order_ = self.handed(self.first, self.second)
        self.message = self.order_.message_id.with_user(self.operator)

    def release(self):
        self.message.approval_id.with_user(self.approver).action_approve()
        self.env.invalidate_all()

    def step(self):
        """What the worker does next, whatever time it was planned for."""
        if self.message.next_try_on:
            self.message.sudo().next_try_on = self.env.cr.now()
        self.env.flush_all()
        self.message.sudo().send_job()
        self.env.invalidate_all()

    def confirm(self, count=2, amount=30.5, reference="P-17"):
        wizard = self.env["finance.hand.confirm"].with_user(self.operator).create(
            {"message_id": self.message.id, "count": count, "amount": amount, "reference": reference}
        )
        wizard.action_confirm()
        self.env.invalidate_all()

    def test_not_before_the_release(self):
        self.assertEqual(self.message.hand_state, "waiting")
        for way in (self.message.action_take_away, lambda: self.message._part("content")):
            with self.assertRaisesRegex(UserError, "not released"):
                way()
        self.assertFalse(self.message._hand())

    def test_way(self):
        self.release()
        self.step()
        self.assertEqual((self.message.state, self.order_.hand_state), ("ready", "ready"))
        self.assertIn(f"/{self.message.id}/content", self.order_.with_user(self.operator).action_take_away()["url"])
        name, content, _type = self.message._part("content")
        self.assertEqual((name, content), (self.message.name, self.message.sudo()._raw()))
        self.assertEqual((self.message.hand_state, self.message._hand()["taken_by"]), ("taken", self.operator.id))
        self.step()
        self.assertEqual(self.message.state, "unknown")
        self.confirm()
        self.step()
        self.assertEqual((self.message.state, self.message.remote_id), ("processed", "P-17"))
        self.assertEqual(self.message.hand_state, "confirmed")
        self.assertFalse(self.cases(self.message))

    def test_confirmed_before_the_worker_looked(self):
        self.release()
        self.message._part("content")
        self.confirm()
        self.step()
        self.assertEqual((self.message.state, self.message.attempt_ids.mapped("outcome")), ("processed", ["ok"]))

    def test_the_portal_shows_something_else(self):
        self.release()
        self.message._part("content")
        for wrong in ({"count": 3}, {"amount": 30.51}):
            with self.assertRaisesRegex(UserError, "something else"):
                self.confirm(**wrong)
        self.assertEqual(self.message.hand_state, "taken")

    def test_not_taken_not_confirmed(self):
        self.release()
        with self.assertRaises(UserError):
            self.confirm()

    def test_taken_it_cannot_be_cancelled(self):
        """Not even before the worker has looked."""
        self.release()
        self.message._part("content")
        with self.assertRaisesRegex(UserError, "what became of it"):
            self.order_.action_cancel()
        self.step()
        with self.assertRaises(UserError):
            self.order_.action_cancel()

    def test_not_taken_it_can_be_cancelled(self):
        self.release()
        self.order_.action_cancel()
        self.assertEqual(self.message.state, "cancelled")

    def test_twice_is_told(self):
        self.release()
        self.message._part("content")
        first = self.message._hand()
        self.message._part("content")
        self.assertEqual(self.message._hand(), first)
        self.assertIn("duplicate", self.message.sudo().message_ids[0].body)

    def test_emergency_stop_and_pause(self):
        self.release()
        self.connector.state = "paused"
        with self.assertRaisesRegex(UserError, "stopped or paused"):
            self.message._part("content")
        self.assertFalse(self.message._hand())

    def test_copy_of_the_database(self):
        """A copy hands nothing out."""
        self.release()
        self.connector.environment = "live"
        with self.assertRaises(UserError):
            self.message._part("content")

    def test_only_operators(self):
        self.release()
        auditor = self.person("auditor", "finance_connector_base.group_auditor")
        for person in (auditor, self.approver):
            with self.assertRaises(AccessError):
                self.message.with_user(person)._part("content")
        self.assertFalse(self.message._hand())

    def test_silence_becomes_a_case(self):
        self.release()
        self.message._part("content")
        self.step()
        options = self.message.sudo().options
        hand = {**options["hand"], "taken_on": "2026-01-01T00:00:00"}
        self.message.sudo().options = {**options, "hand": hand}
        self.step()
        self.assertEqual(self.message.state, "unknown")
        self.assertEqual(self.cases(self.message), ["outcome.unknown"])
