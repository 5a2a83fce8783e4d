"""Each interface connected with the assistant, from the choice to a connector that waits for its consent or start."""

from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.sandbox import sandbox
from odoo.addons.finance_connector_base.tests.test_connect import ConnectCase

KINDS = {
    "psd2": ("berlin_group", {"auth_scheme": "none"}, {}),
    "bad": ("account_data", {"username": "SANDBOX-ID", "institution": "ALMOND"}, {"client_secret": "SANDBOX-KEY"}),
    "ponto": ("ponto", {"username": "SANDBOX-CLIENT"}, {"client_secret": "SANDBOX-SECRET"}),
    "wise": ("wise", {}, {"token": "SANDBOX-WISE"}),
}
PROVIDERS = {
    "adyen": ({"username": "report@Company.Almond", "merchant_accounts": "ShopEU"}, {"password": "SANDBOX-REPORT"}),
    "gocardless": ({}, {"token": "SANDBOX-GC"}),
    "paypal": ({"username": "SANDBOX-PAYPAL"}, {"client_secret": "SANDBOX-SECRET"}),
    "shopify": ({"username": "SANDBOX-APP"}, {"client_secret": "SANDBOX-SHOP"}),
    "stripe": ({}, {"token": "sk_test_SANDBOX"}),
}


@tagged("post_install", "-at_install")
class TestConnectInterfaces(ConnectCase):
    def connected(self, wizard, secrets):
        """The connector of a system that answers well."""
        for purpose, secret in secrets.items():
            self.give(wizard, purpose, secret)
        self.to_summary(wizard)
        self.assertEqual(wizard.health, "ok", wizard.health_text)
        wizard.action_create()
        return wizard.connector_id

    def test_from_the_choice_to_the_connector(self):
        bank = self.enterContext(sandbox())
        for party, (kind, entries, secrets) in KINDS.items():
            with self.subTest(kind):
                wizard = self.wizard(f"connector_bank.system_bank_{kind}", name=f"Bank {kind}", **entries)
                wizard.address = bank.url(party)
                if party == "ponto":
                    wizard.oauth_token_url = bank.url(party) + "/oauth2/token"
                connector = self.connected(wizard, secrets)
                self.assertTrue(connector.is_bank_interface)
                events = ["webhook_fetch"] if party in ("ponto", "wise") else []
                self.assertEqual(connector.flow_ids.mapped("kind"), ["statement", *events])
                if party != "wise":
                    self.assertEqual(connector.quota_ids.mapped("period"), ["day"])
                asks = party in ("psd2", "bad")
                self.assertEqual("Give consent" in connector.remains, asks)

    def test_payment_providers(self):
        outside = self.enterContext(sandbox())
        for party, (entries, secrets) in PROVIDERS.items():
            with self.subTest(party):
                wizard = self.wizard(f"connector_bank.system_payout_{party}", name=f"Payouts {party}", **entries)
                wizard.address = outside.url(party)
                if party == "paypal":
                    wizard.oauth_token_url = outside.url(party) + "/v1/oauth2/token"
                connector = self.connected(wizard, secrets)
                self.assertTrue(connector.is_payout_provider)
                self.assertEqual(connector.flow_ids[0].format_code, party)
                self.assertEqual(bool(connector.webhook_url), party not in ("paypal", "shopify"))
                self.assertEqual(connector.merchant_accounts or "", entries.get("merchant_accounts", ""))

    def test_wrong_secrets_are_told(self):
        bank = self.enterContext(sandbox())
        wizard = self.wizard("connector_bank.system_bank_account_data", name="B", **KINDS["bad"][1])
        wizard.address = bank.url("bad")
        self.give(wizard, "client_secret", "wrong")
        wizard.action_next()
        self.assertEqual((wizard.step, wizard.health), ("test", "auth"))
