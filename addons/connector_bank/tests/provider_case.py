"""A company whose payouts are read over the interfaces of payment providers in the sandbox."""

from odoo import Command

from odoo.addons.finance_connector_base.tests import webhook_maker
from odoo.addons.finance_connector_base.tests.sandbox import sandbox
from odoo.addons.queue_job.tests.common import trap_jobs

from .provider_line import SIGNED_IN
from .test_payouts import PayoutCase


class ProviderBankCase(PayoutCase):
    party_name = ""
    webhook = None  # (scheme, secrets, patterns of events)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())
        cls.env.user.group_ids += cls.env.ref("finance_connector_base.group_admin")

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.party = self.sandbox.parties[self.party_name]
        self.enterContext(self.enter_registry_test_mode())

    def connect(self, **values):
        """An active connector with its flow for payouts and, where events come, one for these."""
        settings, secrets = SIGNED_IN[self.party_name]
        url = self.sandbox.url(self.party_name)
        scheme, keys, pattern = self.webhook or (False, (), "")
        flows = [{"name": "Payouts", "kind": "statement", "direction": "in", "format_code": self.party_name}]
        if scheme:
            flows.append({"name": "Events", "kind": "webhook_fetch", "direction": "in", "mode": "event",
                          "event_pattern": pattern})  # fmt: skip
        given = [*secrets.items(), *(("webhook", key) for key in keys)]
        return self.env["finance.connector"].create(
            {
                "name": f"Payouts {self.party_name}",
                "code": self.party_name,
                "company_id": self.company.id,
                "domain": "bank",
                "environment": "sandbox",
                "transport": self.party_name,
                "address": url,
                "oauth_token_url": f"{url}/v1/oauth2/token",
                "timeout_seconds": 5,
                "history_days": 2000,
                "payout_days": 2000,
                "waiting_days": 2000,
                "state": "active",
                "webhook_scheme": scheme,
                "flow_ids": [Command.create(flow) for flow in flows],
                "credential_ids": [Command.create({"purpose": name, "secret": text}) for name, text in given],
                **settings,
                **values,
            }
        )

    def fetch(self, connector):
        """Fetch once, process what came, choose the journal where it is asked for, and match."""
        flow = connector.flow_ids.filtered(lambda one: one.kind == "statement")
        self.env.flush_all()
        with trap_jobs():
            words = self.env["finance.intake"]._pull(flow)
        self.env.invalidate_all()
        self.process(connector)
        return words

    def process(self, connector):
        for message in self.messages(connector).filtered(lambda one: one.state == "received").sorted("id"):
            with trap_jobs():
                message.process_job()
        self.env.invalidate_all()
        self.match(self.lines(self.provider))

    def messages(self, connector, kind="statement"):
        return self.env["finance.message"].search(
            [("connector_id", "=", connector.id), ("kind", "=", kind)], order="id"
        )

    def stands_for(self, format_code, account=False):
        """The journal of the provider is known already."""
        self.env["finance.account.key"].create(
            {"company_id": self.company.id, "journal_id": self.provider.id, "format": format_code,
             "account": account, "currency_id": self.euro.id}
        )  # fmt: skip

    def post(self, connector, body, headers, now=webhook_maker.NOW):
        """A post of the provider; ``(status, jobs that fetch)`` after its events were processed."""
        token = connector.webhook_address_ids.filtered(lambda one: not one.valid_until).token
        given = {"Content-Type": "application/json", **headers}
        status, _answer = self.env["finance.hook"]._receive(token, given, body, now=now)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.fetches()
        events = self.messages(connector, "webhook_fetch").filtered(lambda one: one.state == "received")
        for message in events:
            self.env["finance.intake"]._process(message)
        return status, len(self.fetches() - before)

    def fetches(self):
        return self.env["queue.job"].sudo().search([("method_name", "=", "pull_job"), ("state", "=", "pending")])

    def amounts(self):
        return sorted(f"{line.amount:.2f}" for line in self.lines(self.provider))
