from odoo.tests import HttpCase, tagged

from .common import FinanceCase
from .sshd import Sshd


@tagged("post_install", "-at_install")
class TestConnectTour(FinanceCase, HttpCase):
    """An administrator connects a real SFTP server in a browser, without reading anything else."""

    def test_connect(self):
        server = self.enterContext(Sshd())
        system = self.env.ref("finance_connector_base.system_sftp").copy(
            {
                "name": "Tour bank",
                "sequence": 0,
                "hint": server.text("user"),  # the tour uploads it; this key opens nothing but this server
                "connector_values": {
                    "address": f"sftp://127.0.0.1:{server.port}{server.root}",
                    "username": server.user,
                },
            }
        )
        self.start_tour("/odoo", "finance_connector_base_connect", login=self.roles["admin"].login)
        connector = self.env["finance.connector"].search([("name", "=", "House bank by tour")])
        self.assertEqual((connector.state, connector.health, connector.transport), ("active", "ok", "sftp"))
        self.assertEqual(connector.host_keys, f"ssh-ed25519 {server.fingerprint()}")
        self.assertEqual(connector.credential_ids.purpose, "private_key")
        self.assertEqual(connector.flow_ids.name, system.flow_ids.name)
        self.assertEqual(connector.flow_ids.interval_number, 20)
