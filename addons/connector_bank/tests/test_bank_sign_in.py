"""A person signs in at Ponto: code, proof and state fit, tokens are kept and renewed once, and an end is told."""

from urllib.parse import parse_qs, urlsplit

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .interface_case import InterfaceBankCase, agree


@tagged("post_install", "-at_install")
class TestSignIn(InterfaceBankCase):
    def setUp(self):
        super().setUp()
        url = self.sandbox.url("ponto")
        self.ponto = self.party("ponto")
        self.line = self.connect("ponto", oauth_grant="authorization_code", oauth_authorize_url=f"{url}/oauth2/auth")
        self.ponto.book("b1", "10.50", "2026-03-02", "Order 1")

    def go(self, user=None):
        """The address of the provider's page."""
        return self.line.with_user(user or self.operator).action_sign_in()["url"]

    def come_back(self, address, user=None, **changes):
        given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()} | changes
        ways = self.env["finance.sign.in"].with_user(user or self.operator).sudo()
        return ways._back(given.get("state", ""), given.get("code", ""), given.get("error", ""))

    def sign_in(self):
        found = self.come_back(self.agreed(self.go()))
        self.env.invalidate_all()
        self.assertEqual(found, self.line)

    def agreed(self, link, answer="yes"):
        """The address the person is sent back to."""
        return agree(link, answer)

    def secret(self, purpose):
        return self.line.credential_ids.filtered(lambda one: one.purpose == purpose)._reveal()

    def test_what_remains_is_said(self):
        self.line.sudo().write({"state": "draft"})
        self.assertIn("Sign in at the provider", self.line.remains)
        self.sign_in()
        self.assertNotIn("Sign in at the provider", self.line.remains)

    def test_signed_in_and_fetched(self):
        self.fetch(self.line)
        self.assertEqual((self.line.state, self.cases()), ("paused", ["oauth.sign_in"]))
        self.sign_in()
        self.assertEqual((self.line.state, self.cases()), ("active", []))
        self.assertTrue(self.line.signed_in_on)
        self.fetch(self.line)
        self.assertEqual(self.amounts(), ["10.50"])
        self.assertEqual(self.secret("oauth_refresh"), "refresh-1")

    def test_refresh_tokens_change_with_each_use(self):
        self.sign_in()
        for number in range(2, 5):
            self.ponto.settings["ended"] = len(self.ponto.tokens)
            self.fetch(self.line)
            self.assertEqual(self.secret("oauth_refresh"), f"refresh-{number}")
        self.assertEqual(self.ponto.refreshes, {"refresh-1": False, "refresh-2": False, "refresh-3": False,
                                                "refresh-4": True})  # fmt: skip
        self.assertEqual(self.amounts(), ["10.50"])

    def test_the_end_is_told_and_healed(self):
        self.sign_in()
        self.ponto.effect("refreshes_ended", "all")
        self.ponto.settings["ended"] = len(self.ponto.tokens)
        self.fetch(self.line)
        self.assertEqual((self.line.state, self.cases()), ("paused", ["oauth.ended"]))
        self.sign_in()
        self.assertEqual((self.line.state, self.cases()), ("active", []))
        self.fetch(self.line)
        self.assertEqual(self.amounts(), ["10.50"])

    def test_only_the_same_way_back_counts(self):
        """Another state, another person, a second time and too late are none of ours; a code of others is no access."""
        back = self.agreed(self.go())
        self.assertFalse(self.come_back(back, state="other"))
        self.assertTrue(self.come_back(back))
        self.assertFalse(self.come_back(back), "a second time")
        back = self.agreed(self.go())
        self.assertFalse(self.come_back(back, user=self.admin), "another person")
        self.assertFalse(self.come_back(back), "who tried it has used it up")
        back = self.agreed(self.go())
        self.env["finance.sign.in"].search([]).flush_recordset()
        late = fields.Datetime.subtract(fields.Datetime.now(), minutes=self.line.oauth_minutes + 1)
        self.env.cr.execute("UPDATE finance_sign_in SET create_date = %s", [late])
        self.assertFalse(self.come_back(back), "too late")
        first, second = self.agreed(self.go()), self.agreed(self.go())
        code = parse_qs(urlsplit(first).query)["code"][0]
        with self.assertRaises(UserError):
            self.come_back(second, code=code)  # its proof is of another way

    def test_who_refuses_gives_nothing(self):
        back = self.agreed(self.go(), "no")
        self.assertIn("access_denied", back)
        try:
            self.come_back(back)
        except UserError as refused:
            self.assertIn("access_denied", str(refused))
        else:
            self.fail("no access was given")
        self.assertFalse(self.line.signed_in_on)

    def test_who_may_begin(self):
        reader = self.person("sign_reader", "finance_connector_base.group_user")
        with self.assertRaises(AccessError):
            self.line.with_user(reader).action_sign_in()
        self.line.environment = "live"
        with self.assertRaises(UserError):
            self.line.with_user(self.operator).action_sign_in()

    def test_client_credentials_stay_as_they_were(self):
        self.line.oauth_grant = "client_credentials"
        self.fetch(self.line)
        self.assertEqual(self.amounts(), ["10.50"])
        self.assertFalse(self.ponto.refreshes)
