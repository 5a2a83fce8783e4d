"""Interfaces of payment providers to the sandbox, as a connector would have them."""

import io

from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.interfaces import adyen, gocardless, paypal, shopify, stripe
from odoo.addons.finance_connector_base.core.statement import Entry, Finding
from odoo.addons.finance_connector_base.tests.pure import PureCase
from odoo.addons.finance_connector_base.tests.sandbox import sandbox

CLASSES = {
    "adyen": adyen.Adyen,
    "gocardless": gocardless.GoCardless,
    "paypal": paypal.PayPal,
    "shopify": shopify.Shopify,
    "stripe": stripe.Stripe,
}
SIGNED_IN = {
    "adyen": ({"auth_scheme": "basic", "username": "report@Company.Almond"}, {"password": "SANDBOX-REPORT"}),
    "gocardless": ({"auth_scheme": "bearer"}, {"token": "SANDBOX-GC"}),
    "paypal": (
        {"auth_scheme": "oauth2", "username": "SANDBOX-PAYPAL", "oauth_client_auth": "basic"},
        {"client_secret": "SANDBOX-SECRET"},
    ),
    "shopify": ({"auth_scheme": "api_key"}, {"api_key": "shpat_SANDBOX"}),
    "stripe": ({"auth_scheme": "bearer"}, {"token": "sk_test_SANDBOX"}),
}


class ProviderCase(PureCase):
    party_name = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.party = self.sandbox.parties[self.party_name]

    def line(self, secrets=None, **changes):
        settings, own = SIGNED_IN[self.party_name]
        url = self.sandbox.url(self.party_name)
        settings = {
            "address": url,
            "environment": "sandbox",
            "timeout_seconds": 5,
            "max_bytes": 1_000_000,
            "username": "",
            "oauth_token_url": f"{url}/v1/oauth2/token",
            "since": "2026-02-01",
            "today": "2026-03-10",
            "now": "2026-03-10T10:00:00+00:00",
            **settings,
            **changes,
        }
        return CLASSES[self.party_name](settings, {**own, **(secrets or {})})

    def pulled(self, **changes):
        return list(self.line(**changes).pull())

    def names(self, **changes):
        return [parcel.remote_id for parcel in self.pulled(**changes)]


def events(content):
    return list(parse(io.BytesIO(content)))


def entries(content):
    return [event for event in events(content) if isinstance(event, Entry)]


def findings(content):
    return [event.code for event in events(content) if isinstance(event, Finding)]
