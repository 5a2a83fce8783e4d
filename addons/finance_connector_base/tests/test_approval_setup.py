from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestSetup(FinanceCase):
    """A live connector works with exactly the set-up that another person agreed with."""

    def setUp(self):
        super().setUp()
        model = self.env["finance.connector"].with_user(self.roles["admin"])
        self.live = model.create(
            {
                "name": "Live",
                "code": "live",
                "transport": "https",
                "address": "https://bank.example",
                "environment": "live",
            }
        )
        self.live.action_activate()

    def approve(self):
        self.live.approval_id.with_env(self.env(user=self.roles["approver"])).action_approve()
        self.env.flush_all()
        self.env.invalidate_all()

    def test_it_waits_for_another_person(self):
        self.assertEqual((self.live.state, self.live.approval_state), ("paused", "waiting"))
        self.approve()
        self.assertEqual((self.live.state, self.live.approval_state), ("active", "approved"))
        self.live.action_pause()
        self.live.action_activate()
        self.assertEqual(self.live.state, "active", "nothing changed: no need to ask again")

    def test_a_change_pauses_it_and_shows_old_and_new(self):
        self.approve()
        for change in (
            lambda: self.live.write({"address": "https://evil.example"}),
            lambda: self.live.sudo().write({"tls_pins": "ab" * 32}),
            lambda: self.env["finance.credential"].create(
                {"connector_id": self.live.id, "purpose": "token", "secret": "x" * 20}
            ),
            lambda: self.env["finance.flow"].create(
                {"name": "Out", "connector_id": self.live.id, "kind": "file", "direction": "out"}
            ),
        ):
            before = self.live.approval_id
            change()
            self.assertEqual((self.live.state, before.state), ("paused", "void"))
            self.assertEqual(self.live.approval_state, "waiting")
            self.assertTrue(self.live.approval_id.changes)
            self.approve()
            self.assertEqual(self.live.state, "active")

    def test_not_by_hand(self):
        for query in ("state = 'active'", "state = 'active', address = 'https://evil.example'"):
            self.env.flush_all()
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.cr.execute(f"UPDATE finance_connector SET {query} WHERE id = %s", [self.live.id])

    def test_sandboxes_are_free(self):
        sandbox = self.connector("https", "Sandbox", address="https://sandbox.example")
        sandbox.address = "https://other.example"
        self.assertEqual((sandbox.state, bool(sandbox.approval_id)), ("active", False))
