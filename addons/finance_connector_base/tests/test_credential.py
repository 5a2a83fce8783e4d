from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..core.errors import FinanceError
from .common import FinanceCase

CANARY = "canary-secret-4711"


@tagged("post_install", "-at_install")
class TestCredential(FinanceCase):
    """A secret can be written and used, never read back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credential = cls.env["finance.credential"].create(
            {"connector_id": cls.upload.id, "purpose": "password", "secret": CANARY}
        )

    def test_used_by_the_transport_only(self):
        self.assertEqual(self.upload._secrets(), {"password": CANARY})

    def test_never_read_back(self):
        for field in self.credential._fields:
            self.assertNotIn(CANARY, str(self.credential[field]), field)
        self.assertEqual(self.credential.ending, CANARY[-2:])

    def test_nowhere_in_the_database_in_clear(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT count(*) FROM finance_credential c WHERE c::text LIKE %s", [f"%{CANARY}%"])
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_a_token_copied_to_another_row_does_not_open(self):
        other = self.env["finance.credential"].create(
            {"connector_id": self.upload.id, "purpose": "token", "secret": "something else"}
        )
        other.sudo().sealed = self.credential.sudo().sealed
        with self.assertRaises(FinanceError):
            other._reveal()

    def test_replaced(self):
        self.credential.secret = "a newer secret value"
        self.assertEqual(self.credential._reveal(), "a newer secret value")

    def test_for_administrators_only(self):
        for role in ("user", "operator", "approver", "auditor"):
            with self.assertRaises(AccessError):
                self.credential.with_user(self.roles[role]).read(["purpose"])
        self.credential.with_user(self.roles["admin"]).read(["purpose", "secret", "ending"])
