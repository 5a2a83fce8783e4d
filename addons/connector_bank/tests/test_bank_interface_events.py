"""Events of Ponto and Wise: a signed one wakes one fetch, a forged one none, and nothing of it is believed."""

import json

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.finance_connector_base.tests import webhook_maker as maker

from .interface_case import InterfaceBankCase

WISE = {"data": {"resource": {"id": 1}, "occurred_at": "2025-10-09T08:50:00Z"}, "event_type": "balances#credit"}


@tagged("post_install", "-at_install")
class TestInterfaceEvents(InterfaceBankCase):
    def listen(self, name, secret, pattern, **values):
        connector = self.connect(name, webhook_scheme=name, **values)
        connector.write(
            {
                "flow_ids": [Command.create({"name": "Events", "kind": "webhook_fetch", "mode": "event",
                                             "event_pattern": pattern})],
                "credential_ids": [Command.create({"purpose": "webhook", "secret": secret})],
            }
        )  # fmt: skip
        return connector

    def post(self, connector, body, headers):
        """``(status, fetches it woke)``."""
        given = {"Content-Type": "application/json", **headers}
        token = connector.webhook_address_ids.token
        with mute_logger("odoo.addons.finance_connector_base.services.finance_hook"):
            status, _answer = self.env["finance.hook"]._receive(token, given, body, now=maker.NOW)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.fetches(connector)
        events = self.messages(connector).filtered(lambda one: one.kind == "webhook_fetch" and one.state == "received")
        for message in events:
            self.env["finance.intake"]._process(message)
        return status, self.fetches(connector) - before

    def fetches(self, connector):
        jobs = self.env["queue.job"].sudo().search([("method_name", "=", "pull_job"), ("state", "=", "pending")])
        return len(jobs.filtered(lambda job: set(job.records.ids) & set(connector.flow_ids.ids)))

    def test_ponto(self):
        signer = maker.TokenSigner()
        connector = self.listen("ponto", signer.key_set(), "pontoConnect.account.*", webhook_audience="app-1")
        self.party("ponto").book("b1", "10.50", "2026-03-02", "Order 1")
        body = maker.ponto_body()
        self.assertEqual(self.post(connector, body, signer.headers(body, aud="app-2")), (401, 0))
        self.assertEqual(self.post(connector, body, maker.TokenSigner().headers(body)), (401, 0))
        self.assertEqual(self.post(connector, body, signer.headers(body)), (200, 1))
        self.assertEqual(self.post(connector, body, signer.headers(body)), (200, 0))
        synchronized = maker.ponto_body("EV2", "pontoConnect.synchronization.succeededWithoutChange")
        self.assertEqual(self.post(connector, synchronized, signer.headers(synchronized)), (200, 0), "our own fetch")
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["10.50"])

    def test_wise(self):
        signer = maker.RsaSigner()
        connector = self.listen("wise", signer.public, "balances#*, transfers#*")
        self.party("wise").book("b1", "10.50", "2026-03-02", "Order 1")
        body = json.dumps(WISE).encode()
        other = maker.RsaSigner()
        self.assertEqual(self.post(connector, body, {"X-Signature-SHA256": other.sign(body)}), (401, 0))
        self.assertEqual(self.post(connector, body, {"X-Signature-SHA256": signer.sign(body)}), (200, 1))
        self.assertEqual(self.post(connector, body, {"X-Signature-SHA256": signer.sign(body)}), (200, 0))
        self.fetch(connector)
        self.assertEqual(self.amounts(), ["10.50"])
