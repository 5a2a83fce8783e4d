"""Consents: given at the bank, believed only from the bank, watched until their end, renewed without loss."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..interfaces.berlin_group import BerlinGroup
from ..interfaces.interface import Consent
from .interface_case import InterfaceBankCase, agree


@tagged("post_install", "-at_install")
class TestConsent(InterfaceBankCase):
    def test_given_renewed_and_watched(self):
        connector = self.connect("psd2", consent=False)
        self.assertFalse(connector.consent_until)
        given = self.consent(connector)
        today = fields.Date.today()
        self.assertEqual((given.state, connector.consent_until), ("valid", today + timedelta(days=90)))
        self.assertEqual(len(connector.access_ids), 2)
        again = self.consent(connector)
        self.assertEqual((given.state, again.state), ("replaced", "valid"))
        self.assertEqual(connector.expiry_ids.mapped("expires_on"), [connector.consent_until])

    def test_warned_at_30_7_and_1_days(self):
        connector = self.connect("psd2")
        consent, warned = connector._consent(), []
        for days in (31, 30, 20, 7, 3, 1):
            consent.until_on = fields.Date.today() + timedelta(days=days)
            # the date moves as days pass: the row stays, as it does when the clock runs
            connector.expiry_ids.sudo().write({"expires_on": consent.until_on})
            connector.expiry_ids._warn()
            warned.append(connector.expiry_ids.warned_days)
        self.assertEqual(warned, [-1, 30, 30, 7, 7, 1])
        self.assertTrue(connector.activity_ids)
        self.assertIn("expiry", self.cases())
        self.consent(connector)
        self.assertNotIn("expiry", self.cases())
        self.assertFalse(connector.activity_ids)

    def test_an_expired_consent_pauses_and_a_new_one_resumes(self):
        for name in ("psd2", "bad"):
            with self.subTest(name):
                bank, connector = self.party(name), self.connect(name)
                bank.book("b1", "10.50", "2026-03-02", "Order 1")
                bank.settings["over"] = True
                self.fetch(connector)
                self.assertEqual(connector.state, "paused")
                self.assertIn("expired", connector.consent_ids.mapped("state"))
                self.assertIn("consent.expired", self.cases())
                bank.settings["over"] = False
                self.consent(connector)
                self.assertEqual(connector.state, "active")
                self.assertNotIn("consent.expired", self.cases())
                self.fetch(connector)
                self.assertEqual(self.amounts(), ["10.50"])

    def test_a_pause_by_a_person_stays(self):
        connector = self.connect("psd2")
        connector._pause("Holiday")
        self.consent(connector)
        self.assertEqual(connector.state, "paused")

    def test_refused(self):
        connector = self.connect("psd2", consent=False)
        refused = self.consent(connector, "no")
        self.assertEqual((refused.state, connector._consent().id), ("rejected", False))

    def test_withdrawn_at_the_bank(self):
        connector = self.connect("psd2")
        bank = self.party("psd2")
        bank.effect("answer", connector._consent().remote_id, status="revokedByPsu")
        self.env["finance.bank.consent"].search([("state", "=", "valid")])._look()
        self.assertEqual(connector.consent_ids.mapped("state"), ["revoked"])
        self.assertFalse(connector.expiry_ids)

    def test_a_page_elsewhere_is_not_opened(self):
        """What the bank names is opened in a browser: only an address of the web will do."""
        connector = self.connect("psd2", consent=False)
        for link in ("javascript:alert(1)", "/sca", "ftp://bank.example/sca"):
            asked = Consent("c1", "asked", link=link)
            with patch.object(BerlinGroup, "ask_consent", return_value=asked), self.assertRaises(UserError):
                self.env["finance.bank.consent"]._ask(connector)

    def test_rights(self):
        connector = self.connect("psd2")
        user = self.person("ifc_user", "finance_connector_base.group_user")
        self.assertEqual(len(connector.with_user(user).consent_ids), 1)
        with self.assertRaises(AccessError):
            connector.with_user(user).action_give_consent()
        with self.assertRaises(AccessError):
            connector.consent_ids.with_user(user).read(["token"])
        with self.assertRaises(AccessError):
            connector.consent_ids.with_user(self.operator).write({"state": "valid"})
        action = connector.with_user(self.operator).action_give_consent()
        self.assertTrue(action["url"].startswith(self.sandbox.address))
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.person("ifc_far", "finance_connector_base.group_admin", company=other)
        self.assertFalse(self.env["finance.bank.consent"].with_user(stranger).search([]))
        self.assertFalse(self.env["finance.bank.access"].with_user(stranger).search([]))

    def test_wise_asks_for_none(self):
        connector = self.connect("wise")
        with self.assertRaises(UserError):
            connector.action_give_consent()
        connector.action_find_accounts()
        self.assertEqual(sorted(connector.access_ids.mapped("currency")), ["EUR", "USD"])


@tagged("post_install", "-at_install")
class TestWayBack(InterfaceBankCase, HttpCase):
    """The browser comes back from the bank's page."""

    def test_the_bank_is_asked_whatever_the_address_says(self):
        connector = self.connect("psd2", consent=False)
        connector.owner_id = self.admin
        asked = self.env["finance.bank.consent"]._ask(connector)
        path = "/finance/consent/" + asked.sudo().token
        self.authenticate("ifc_admin", "ifc_admin")
        self.url_open(path, allow_redirects=False)
        self.assertEqual(asked.state, "asked", "coming back is no consent")
        back = agree(asked.link)
        self.assertTrue(back.endswith(path))
        answer = self.url_open(path, allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn(f"/odoo/finance-connectors/{connector.id}", answer.headers["Location"])
        self.env.invalidate_all()
        self.assertEqual(asked.state, "valid")
        self.assertEqual(self.url_open("/finance/consent/nonsense", allow_redirects=False).status_code, 404)
