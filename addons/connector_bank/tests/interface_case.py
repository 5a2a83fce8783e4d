"""A company whose accounts are read over the interfaces of the sandbox."""

import urllib.error
import urllib.request

from odoo import Command
from odoo.tests import HttpCase

from odoo.addons.finance_connector_base.tests.sandbox import sandbox
from odoo.addons.queue_job.tests.common import trap_jobs

from .common import BankCase

#: The sandbox's first account.
IBAN = "DE65500105175412907713"
TRANSPORTS = {"psd2": "berlin_group", "bad": "bank_account_data", "ponto": "ponto", "wise": "wise"}
SIGNED_IN = {
    "psd2": ({"auth_scheme": "none"}, {}),
    "bad": (
        {"auth_scheme": "oauth2", "username": "SANDBOX-ID", "institution": "ALMOND_BANK"},
        {"client_secret": "SANDBOX-KEY"},
    ),
    "ponto": ({"auth_scheme": "oauth2", "username": "SANDBOX-CLIENT"}, {"client_secret": "SANDBOX-SECRET"}),
    "wise": ({"auth_scheme": "bearer"}, {"token": "SANDBOX-WISE"}),
}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def agree(link, answer="yes"):
    """What the account's owner does on the bank's page; the address he is sent back to."""
    try:
        address = f"{link}{'&' if '?' in link else '?'}answer={answer}"
        urllib.request.build_opener(_NoRedirect).open(address, timeout=5)
    except urllib.error.HTTPError as answered:
        return answered.headers["Location"]
    return None


class InterfaceBankCase(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())
        cls.env.user.group_ids += cls.env.ref("finance_connector_base.group_admin")
        cls.admin = cls.person("ifc_admin", "finance_connector_base.group_admin")
        cls.account_journal = cls.bank_journal("BNKI", IBAN)

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.sandbox.parties["ponto"].settings["sync_looks"] = 0
        self.sandbox.parties["wise"].settings["proof"] = False
        if not isinstance(self, HttpCase):  # which is in that mode already
            self.enterContext(self.enter_registry_test_mode())

    def party(self, name):
        return self.sandbox.parties[name]

    def connect(self, name, consent=True, **values):
        """An active connector to one party, under a consent where it asks for one."""
        settings, secrets = SIGNED_IN[name]
        url = self.sandbox.url(name)
        connector = self.env["finance.connector"].create(
            {
                "name": f"Bank {name}",
                "code": name,
                "company_id": self.company.id,
                "domain": "bank",
                "environment": "sandbox",
                "transport": TRANSPORTS[name],
                "address": url,
                "oauth_token_url": f"{url}/oauth2/token",
                "timeout_seconds": 5,
                "history_days": 2000,
                "state": "active",
                "flow_ids": [Command.create({"name": "Bookings", "kind": "statement", "direction": "in"})],
                "credential_ids": [
                    Command.create({"purpose": purpose, "secret": secret}) for purpose, secret in secrets.items()
                ],
                **settings,
                **values,
            }
        )
        if consent and connector.asks_consent and name != "ponto":
            self.consent(connector)
        return connector

    def consent(self, connector, answer="yes"):
        asked = self.env["finance.bank.consent"]._ask(connector)
        agree(asked.link, answer)
        asked._look()
        return asked

    def fetch(self, connector):
        """Fetch once and process what came; the words of the fetch."""
        flow = connector.flow_ids[:1]
        self.env.flush_all()
        with trap_jobs():
            words = self.env["finance.intake"]._pull(flow)
        self.env.invalidate_all()
        waiting = self.messages(connector).filtered(lambda message: message.state == "received")
        for message in waiting.sorted("id"):
            with trap_jobs():
                message.process_job()
        self.env.invalidate_all()
        return words

    def messages(self, connector):
        return self.env["finance.message"].search([("connector_id", "=", connector.id)], order="id")

    def amounts(self):
        return sorted(f"{line.amount:.2f}" for line in self.lines(self.account_journal))

    def expected(self, state="expected"):
        return self.env["finance.bank.pending"].search(
            [("journal_id", "=", self.account_journal.id), ("state", "=", state)]
        )
