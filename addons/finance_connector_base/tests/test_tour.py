import tempfile
from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user, tagged

GROUPS = "base.group_user,finance_connector_base.group_admin"


@tagged("post_install", "-at_install")
class TestConnectorTours(HttpCase):
    """What an administrator does when a line does not work, and when something is badly wrong."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(patch.dict("os.environ", {"FINANCE_FOLDER_ROOT": folder, "FINANCE_ENVIRONMENT": "sandbox"}))
        for login in ("fc_first", "fc_second"):
            new_test_user(self.env, login, groups=GROUPS, password=login, email=f"{login}@example.com")
        self.connector = self.env["finance.connector"].create(
            {
                "name": "House bank",
                "code": "house",
                "transport": "folder",
                "address": "house",
                "folder_in": "../other",
                "state": "active",
            }
        )
        self.path = f"/odoo/finance-connectors/{self.connector.id}"

    def test_a_failing_line_is_mended(self):
        self.start_tour(self.path, "finance_connector_test_and_mend", login="fc_first")
        self.assertEqual((self.connector.health, self.connector.health_code), ("ok", False))

    def test_stop_and_release(self):
        self.start_tour(self.path, "finance_connector_emergency_stop", login="fc_first")
        stop = self.env["finance.stop"].search([])
        self.assertEqual((stop.state, stop.connector_id), ("active", self.connector))
        self.start_tour(self.path, "finance_connector_release", login="fc_second")
        self.assertEqual((stop.state, stop.released_by_id.login), ("released", "fc_second"))
