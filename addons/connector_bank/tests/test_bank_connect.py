"""Each bank interface connected with the assistant, from the choice to a connector that waits for its consent."""

from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.sandbox import sandbox
from odoo.addons.finance_connector_base.tests.test_connect import ConnectCase

KINDS = {
    "psd2": ("berlin_group", {"auth_scheme": "none"}, {}),
    "bad": ("account_data", {"username": "SANDBOX-ID", "institution": "ALMOND"}, {"client_secret": "SANDBOX-KEY"}),
    "ponto": ("ponto", {"username": "SANDBOX-CLIENT"}, {"client_secret": "SANDBOX-SECRET"}),
    "wise": ("wise", {}, {"token": "SANDBOX-WISE"}),
}


@tagged("post_install", "-at_install")
class TestConnectInterfaces(ConnectCase):
    def test_from_the_choice_to_the_connector(self):
        bank = self.enterContext(sandbox())
        for party, (kind, entries, secrets) in KINDS.items():
            with self.subTest(kind):
                wizard = self.wizard(f"connector_bank.system_bank_{kind}", name=f"Bank {kind}", **entries)
                wizard.address = bank.url(party)
                if party == "ponto":
                    wizard.oauth_token_url = bank.url(party) + "/oauth2/token"
                for purpose, secret in secrets.items():
                    self.give(wizard, purpose, secret)
                self.to_summary(wizard)
                self.assertEqual(wizard.health, "ok", wizard.health_text)
                wizard.action_create()
                connector = wizard.connector_id
                self.assertTrue(connector.is_bank_interface)
                self.assertEqual(connector.flow_ids.mapped("kind"), ["statement"])
                if party != "wise":
                    self.assertEqual(connector.quota_ids.mapped("period"), ["day"])
                asks = party in ("psd2", "bad")
                self.assertEqual("Give consent" in connector.remains, asks)

    def test_wrong_secrets_are_told(self):
        bank = self.enterContext(sandbox())
        wizard = self.wizard("connector_bank.system_bank_account_data", name="B", **KINDS["bad"][1])
        wizard.address = bank.url("bad")
        self.give(wizard, "client_secret", "wrong")
        wizard.action_next()
        self.assertEqual((wizard.step, wizard.health), ("test", "auth"))
