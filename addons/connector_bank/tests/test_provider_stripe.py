"""Stripe's payouts over the interface and its report: each once, whichever comes first; events wake a fetch."""

import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.finance_connector_base.tests import webhook_maker

from .provider_case import ProviderBankCase

SECRET, NEXT_SECRET = "whsec_stripe", "whsec_stripe_next"


@tagged("post_install", "-at_install")
class TestStripeProvider(ProviderBankCase):
    party_name = "stripe"
    webhook = ("stripe", (SECRET,), "payout.*")

    def setUp(self):
        super().setUp()
        self.stands_for("stripe")
        self.paid = self.invoice(120.0)
        self.party.charge("1", 12000, 205, "2026-03-02", order=self.paid.name)
        self.party.charge("2", 5000, 145, "2026-03-02", order="unknown")
        self.party.refund("r1", "2", 1000, "2026-03-03")
        self.party.pay_out("A", "2026-03-05")

    def test_once_over_both_channels(self):
        for first, way in (("api", "lines"), ("report", "lines"), ("api", "entry"), ("report", "entry")):
            with self.subTest(first=first, way=way), self.env.cr.savepoint() as savepoint:
                self.provider.finance_payout = way
                connector = self.connect()
                if first == "api":
                    self.assertIn("1 new", self.fetch(connector))
                    before = self.amounts()
                    again = self.take(self.party.report("A"))
                else:
                    self.take(self.party.report("A"))
                    before = self.amounts()
                    self.assertIn("1 new", self.fetch(connector))
                    again = self.messages(connector)
                if way == "lines":  # one entry with a refund that nothing explains waits for a person
                    self.assertEqual(self.paid.payment_state, "paid")
                self.assertEqual(self.amounts(), before)
                self.assertEqual(sum(map(float, before)), 0.0)
                self.assertEqual((again.state, self.cases(again)), ("processed", []))
                self.assertEqual(again.result["lines"], 0)
                self.assertEqual(len(self.statements(self.provider)), 1)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_another_amount_is_a_case(self):
        """The report says something else of one movement: nothing is booked beside it, a person decides."""
        self.fetch(self.connect())
        before = self.amounts()
        report = self.party.report("A").replace(b",120.00,2.05,117.95,", b",121.00,3.05,117.95,")
        self.assertNotEqual(report, self.party.report("A"))
        message = self.take(report)
        self.assertEqual(self.amounts(), before, "the same net, but not the same fee")
        self.assertEqual((message.state, self.cases(message)), ("processed", []))
        message = self.take(report.replace(b",121.00,3.05,117.95,", b",121.00,2.05,118.95,"))
        self.assertEqual(self.amounts(), before)
        self.assertIn("statement.conflict", self.cases(message))

    def test_fetched_again_and_again(self):
        connector = self.connect()
        self.assertIn("1 new", self.fetch(connector))
        before = self.amounts()
        self.assertIn("0 new", self.fetch(connector))
        self.party.charge("3", 3000, 100, "2026-03-06")
        self.party.pay_out("B", "2026-03-06", complete=False)
        self.assertIn("0 new", self.fetch(connector))
        self.party.reconcile("B")
        self.assertIn("1 new", self.fetch(connector))
        self.assertIn("0 new", self.fetch(connector))
        self.assertEqual(self.amounts(), sorted([*before, "30.00", "-1.00", "-29.00"]))
        self.assertEqual(self.messages(connector).mapped("remote_id"), ["po_A", "po_B"])

    def test_the_first_payout_asks_for_its_journal(self):
        self.env["finance.account.key"].search([]).unlink()
        connector = self.connect()
        self.fetch(connector)
        self.assertEqual(self.cases(self.messages(connector)), ["payout.account_unknown"])
        self.assertFalse(self.amounts())

    def test_faults_leave_nothing_half(self):
        """A fetch that breaks books what was whole before it, and the next one does the rest."""
        self.party.charge("3", 3000, 100, "2026-03-06")
        self.party.pay_out("B", "2026-03-06")
        connector = self.connect()
        faults = (("429", "https.429", 1), ("503", "https.503", 0), ("malformed", "paging.json", 0))
        for kind, code, skip in faults:  # the first one breaks at the second payout
            self.sandbox.fault(kind, party="stripe", path="/balance_transactions", skip=skip, seconds=9)
            self.fetch(connector)
            self.assertIn(code, self.cases())
            self.assertEqual(self.messages(connector).mapped("remote_id"), ["po_A"])
        self.assertIn("1 new", self.fetch(connector))
        self.assertEqual([code for code in self.cases() if code.startswith(("https", "paging"))], [])
        self.assertEqual(self.messages(connector).mapped("remote_id"), ["po_A", "po_B"])

    # events

    def event(self, kind="payout.reconciliation_completed", number=1):
        return json.dumps(self.party.event(kind, "A", number)).encode()

    def signed(self, body, *secrets, late=0):
        return webhook_maker.stripe(body, time=webhook_maker.NOW - late, secrets=secrets or (SECRET,))

    def test_an_event_wakes_one_fetch(self):
        """Doubled and turned round, events make one fetch; what another thing is about makes none."""
        connector = self.connect()
        late, early = self.event(), self.event("payout.paid", 2)
        self.assertEqual(self.post(connector, late, self.signed(late)), (200, 1))
        self.assertEqual(self.post(connector, early, self.signed(early)), (200, 0), "one fetch is enough")
        self.assertEqual(self.post(connector, late, self.signed(late)), (200, 0))
        other = self.event("charge.refunded", 3)
        self.assertEqual(self.post(connector, other, self.signed(other)), (200, 0))
        self.assertEqual(len(self.messages(connector, "webhook_fetch")), 2)
        self.assertIn("fetching Payouts", self.messages(connector, "webhook_fetch")[0].result_text)

    def test_forged_and_stale_events_wake_nothing(self):
        connector = self.connect()
        body = self.event()
        for headers, status in (
            (self.signed(body, "whsec_other"), 401),
            (self.signed(body.replace(b"po_A", b"po_B")), 401),
            (self.signed(body, late=301), 401),
            (self.signed(body, late=-301), 401),
            ({}, 401),
            (self.signed(body, late=290), 200),
        ):
            with mute_logger("odoo.addons.finance_connector_base.services.finance_hook"):
                self.assertEqual(self.post(connector, body, headers), (status, 1 if status == 200 else 0))
        self.assertEqual(len(self.messages(connector, "webhook_fetch")), 1)

    def test_secrets_roll_over(self):
        """While Stripe signs with two secrets, one that we know is enough; the old one may be gone here already."""
        connector = self.connect()
        first = self.event()
        self.assertEqual(self.post(connector, first, self.signed(first, SECRET, NEXT_SECRET)), (200, 1))
        self.env["finance.credential"].create(
            {"connector_id": connector.id, "purpose": "webhook", "secret": NEXT_SECRET}
        )
        second = self.event(number=2)
        self.assertEqual(self.post(connector, second, self.signed(second, NEXT_SECRET))[0], 200)
        third = self.event(number=3)
        with mute_logger("odoo.addons.finance_connector_base.services.finance_hook"):
            self.assertEqual(self.post(connector, third, self.signed(third, "whsec_gone"))[0], 401)
