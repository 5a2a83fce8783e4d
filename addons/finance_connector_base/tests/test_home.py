from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..seen import Seen
from .common import SandboxCase, server_option


@tagged("post_install", "-at_install")
class TestHome(SandboxCase):
    """A database sends from its home only; a new home needs a reason, a code of the host and a look at what waits."""

    def setUp(self):
        super().setUp()
        self.permit = self.env["finance.permit"]
        self.message = self.submit()

    def elsewhere(self):
        """The same database as another host names it."""
        return server_option(database_address="elsewhere:5432")

    def wizard(self, role="admin", **values):
        values = {"reason": "moved", "code": self.permit._code(), **values}
        return self.env["finance.home.bind"].with_user(self.roles[role]).create(values)

    def test_a_sandbox_is_bound_by_its_first_message(self):
        self.assertTrue(self.permit._bound())
        self.assertEqual(self.advance(self.message), "delivered")

    def test_a_copy_keeps_still_and_says_why(self):
        with self.elsewhere():
            self.assertIn("elsewhere", self.advance(self.message))
            self.assertEqual((self.message.state, self.message.attempt, self.effects()), ("ready", 0, 0))
            self.assertIn("elsewhere", self.message.result_text)
            self.assertIn("elsewhere", self.bank.permit_text)
            self.bank.action_test()
            self.assertIn("elsewhere", self.bank.health_text)
            flow = self.env["finance.flow"].create({"name": "In", "connector_id": self.bank.id, "kind": "file"})
            self.assertIn("elsewhere", flow.pull_job())
            figure = self.env["finance.board"].value("connectors.elsewhere")
            self.assertGreaterEqual(figure, 1)
        self.assertEqual(self.sandbox.calls, [])
        self.assertEqual(self.advance(self.message), "delivered")

    def test_another_key_is_another_host(self):
        with server_option(key_file=str(self.exchange / "other")):
            self.assertIn("key", self.permit._refusal("sandbox"))

    def test_each_part_of_the_place_counts(self):
        asked = type(self.permit)._asked
        for name in ("cluster", "name", "number", "timeline"):
            with self.subTest(name), patch.object(
                type(self.permit), "_asked", lambda permit, name=name: {**asked(permit), name: "other"}
            ):
                self.assertTrue(self.permit._refusal("sandbox"))
        self.assertIsNone(self.permit._refusal("sandbox"))

    def test_an_older_state_put_back(self):
        self.assertIsNone(self.permit._refusal("sandbox"))
        lineage = self.permit._lineage()
        seen = Seen(lineage)
        seen._path.write_text(f"{seen.home} {seen.position + 10**12}")
        self.assertIn("older state", self.permit._refusal("sandbox"))
        seen._path.write_text(f"{seen.home + 1} 0")
        self.assertIn("older state", self.permit._refusal("sandbox"))
        self.permit._bind("put back from the backup of Sunday")
        self.assertIsNone(self.permit._refusal("sandbox"))

    def test_a_new_home_asks_before_it_sends(self):
        known, later = self.submit("K2"), self.submit("K3")
        self.advance(known)  # delivered by the former home
        self.env.cr.execute("UPDATE finance_message SET state = 'ready', arrived = 'no' WHERE id = %s", [known.id])
        refused = self.submit("K4")
        self.env.cr.execute("UPDATE finance_message SET state = 'refused' WHERE id = %s", [refused.id])
        self.env.invalidate_all()
        with self.elsewhere():
            self.wizard(kind="since").action_bind()
            self.env.invalidate_all()
            self.assertEqual((self.message + known + later).mapped("state"), ["unknown"] * 3)
            for message in (self.message, known, later):
                self.advance(message)
                if message.state == "ready":
                    self.advance(message)
                self.assertEqual(message.state, "processed")
            refused.action_retry()
            self.assertEqual(refused.state, "unknown")
        self.assertEqual(self.effects(), 3)
        home = self.env["finance.home"].search([], limit=1)
        self.assertEqual((home.reason, home.doubted, home.user_id), ("moved", 4, self.roles["admin"]))

    def test_moved_with_nothing_sent_since(self):
        with self.elsewhere():
            self.wizard(kind="complete").action_bind()
            self.assertEqual(self.message.state, "ready")
            self.assertEqual(self.advance(self.message), "delivered")
        self.assertTrue(self.permit._refusal("sandbox"), "the former home sends no more")

    def test_not_without_the_code_of_this_place(self):
        code = self.permit._code()
        with self.elsewhere(), self.assertRaises(UserError):
            self.wizard(code=code).action_bind()
        with self.assertRaises(UserError):
            self.wizard(code="0000-0000").action_bind()
        self.wizard(code=code).action_bind()
        with self.assertRaises(UserError):
            self.wizard(code=code).action_bind()  # it was good for one time

    def test_administrators_only_and_kept_for_ever(self):
        for role in ("operator", "auditor"):
            with self.assertRaises(AccessError):
                self.wizard(role)
        self.wizard().action_bind()
        home = self.env["finance.home"].search([], limit=1)
        with self.assertRaises(AccessError):
            home.reason = "another"
        with self.assertRaises(AccessError):
            home.unlink()
