"""The assistant that connects a system, against real servers: nothing half-made, no secret in clear."""

import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import FinanceCase
from .sandbox import sandbox
from .sshd import Sshd
from .tls import Authority, WebServer, server_context

MADE = ("finance.connector", "finance.flow", "finance.credential", "finance.webhook.address")
CANARY = "canary-secret-5f2b91"


class ConnectCase(FinanceCase):
    def wizard(self, xmlid, **entries):
        """The assistant of an administrator after a kind of system was chosen and fields were filled in."""
        admin = self.env["finance.connect"].with_user(self.roles["admin"])
        wizard = admin.browse(admin.action_start()["res_id"])
        system = self.env.ref(xmlid if "." in xmlid else f"finance_connector_base.{xmlid}")
        system.with_user(self.roles["admin"]).with_context(connect_id=wizard.id).action_choose()
        wizard.write(entries)
        return wizard

    def give(self, wizard, purpose, secret):
        wizard.secret_ids.filtered(lambda line: line.purpose == purpose).secret = secret

    def counts(self):
        return [self.env[model].with_context(active_test=False).search_count([]) for model in MADE]

    def to_summary(self, wizard):
        while wizard.step != "summary":
            wizard.action_next()


@tagged("post_install", "-at_install")
class TestConnectSftp(ConnectCase):
    """A real OpenSSH server: the host key is shown, compared, and only then trusted."""

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(Sshd())

    def sftp(self, **entries):
        address = f"sftp://127.0.0.1:{self.server.port}{self.server.root}"
        return self.wizard("system_sftp", name="House bank", address=address, username=self.server.user, **entries)

    def test_from_the_choice_to_an_active_connector(self):
        before = self.counts()
        wizard = self.sftp()
        key = base64.b64encode(self.server.text("user").encode())
        wizard.secret_ids.filtered(lambda line: line.purpose == "private_key").secret_file = key
        wizard.action_next()
        shown = f"ssh-ed25519 {self.server.fingerprint()}"
        self.assertEqual((wizard.step, wizard.health, wizard.host_key_found), ("test", "configuration", shown))
        self.assertEqual(self.counts(), before, "the trial left nothing")
        with self.assertRaises(UserError):
            wizard.with_context(host_key="ssh-ed25519 SHA256:another").action_confirm_host_key()
        self.assertFalse(wizard.host_keys)
        wizard.with_context(host_key=shown).action_confirm_host_key()
        self.assertEqual((wizard.health, wizard.host_keys, wizard.host_key_found), ("ok", shown, False))
        self.to_summary(wizard)
        self.assertIn(shown, wizard.summary)
        self.assertEqual(self.counts(), before)
        wizard.action_create()
        connector = wizard.connector_id
        self.assertEqual((connector.state, connector.environment, connector.health), ("draft", "sandbox", "ok"))
        self.assertEqual((connector.host_keys, connector.code), (shown, "house.bank"))
        self.assertEqual((connector.flow_ids.kind, connector.flow_ids.owner_id), ("file", self.roles["admin"]))
        self.assertFalse(wizard.secret_ids)
        wizard.action_activate()
        connector.action_test()
        self.assertEqual((connector.state, connector.health), ("active", "ok"))

    def test_another_key_after_the_confirmation_is_seen(self):
        wizard = self.sftp()
        self.give(wizard, "private_key", self.server.text("user"))
        wizard.action_next()
        wizard.with_context(host_key=wizard.host_key_found).action_confirm_host_key()
        self.server.new_host_key()
        wizard.action_test()
        self.assertEqual(wizard.health, "security")
        self.assertIn(self.server.fingerprint(), wizard.health_text)
        self.assertNotIn(self.server.fingerprint(), wizard.host_keys)

    def test_an_old_host_key_does_not_count_for_another_address(self):
        wizard = self.sftp(host_keys=f"ssh-ed25519 {self.server.fingerprint()}")
        wizard.address = "sftp://127.0.0.1:1/elsewhere"
        self.assertFalse(wizard.host_keys)
        self.assertEqual(wizard.health, "unknown")

    def test_a_dead_server_is_told_in_words_and_can_be_left_for_later(self):
        wizard = self.sftp()
        self.give(wizard, "private_key", self.server.text("user"))
        self.server.stop()
        self.addCleanup(self.server.start)
        wizard.action_next()
        self.assertEqual(wizard.health, "unreachable")
        self.assertIn("cannot be reached", wizard.health_text)
        self.assertTrue(wizard.health_advice)
        self.to_summary(wizard)
        wizard.action_create()
        self.assertEqual((wizard.connector_id.state, wizard.connector_id.health), ("draft", "unreachable"))
        self.assertIn("Test connection", wizard.remains)


@tagged("post_install", "-at_install")
class TestConnectSteps(ConnectCase):
    """Going on, going back, leaving, and who may."""

    def test_secrets_are_never_in_clear(self):
        wizard = self.wizard("system_https", address="https://bank.example", auth_scheme="bearer")
        self.give(wizard, "token", CANARY)
        self.env.flush_all()
        self.env.cr.execute("SELECT count(*) FROM finance_connect_secret s WHERE s::text LIKE %s", [f"%{CANARY}%"])
        self.assertEqual(self.env.cr.fetchone(), (0,))
        line = wizard.secret_ids.filtered(lambda line: line.purpose == "token")
        self.assertEqual((line.read(["secret", "secret_file", "given"])[0]["secret"], line.given), (False, True))
        with self.assertRaises(AccessError):
            line.read(["sealed"])
        self.assertEqual(line._reveal(), CANARY)
        self.assertNotIn(CANARY, str(wizard._summary()))
        wizard.step = "summary"
        wizard.action_create()
        credential = self.env["finance.credential"].search([("connector_id", "=", wizard.connector_id.id)])
        self.assertEqual((credential.purpose, credential._reveal()), ("token", CANARY))
        self.assertFalse(line.exists())

    def test_a_sealed_secret_opens_nowhere_else(self):
        one, other = (self.wizard("system_stripe") for _time in range(2))
        self.give(one, "webhook", "whsec_" + CANARY)
        other.secret_ids.sudo().sealed = one.secret_ids.sudo().sealed
        with self.assertRaises(Exception) as refused:  # noqa: B017 - whatever the envelope raises
            other.secret_ids._reveal()
        self.assertNotIn(CANARY, str(refused.exception))

    def test_going_back_keeps_what_was_entered(self):
        wizard = self.wizard("system_https", address="https://bank.example", pull_path="/statements")
        self.give(wizard, "api_key", CANARY)
        wizard.action_back()
        self.assertEqual(wizard.step, "choose")
        self.env.ref("finance_connector_base.system_soap").with_context(connect_id=wizard.id).action_choose()
        self.assertEqual((wizard.address, wizard.auth_scheme), ("https://bank.example", "basic"))
        self.assertEqual(wizard.name, "SOAP service", "a name nobody typed follows the choice")
        self.env.ref("finance_connector_base.system_https").with_context(connect_id=wizard.id).action_choose()
        self.assertEqual((wizard.pull_path, wizard.step), ("/statements", "line"))

    def test_what_is_needed_is_named_at_once(self):
        wizard = self.wizard("system_sftp", name=False)
        with self.assertRaises(UserError) as refused:
            wizard.action_next()
        for words in ("Name", "Address", "User or account"):
            self.assertIn(words, str(refused.exception))
        self.assertEqual(wizard.step, "line")

    def test_leaving_leaves_nothing(self):
        before = self.counts()
        wizard = self.wizard("system_folder", name="Agent", address="agent")
        self.to_summary(wizard)
        self.assertEqual(self.counts(), before)
        self.env.cr.execute(
            "UPDATE finance_connect SET create_date = create_date - interval '1 day',"
            " write_date = write_date - interval '1 day' WHERE id = %s",
            [wizard.id],
        )
        self.env["finance.connect"]._transient_vacuum()
        self.assertFalse(wizard.exists())
        self.env.cr.execute("SELECT count(*) FROM finance_connect_secret WHERE connect_id = %s", [wizard.id])
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_a_folder_works_at_once(self):
        wizard = self.wizard("system_folder", name="Agent", address="agent", pattern="*.xml")
        wizard.action_next()
        self.assertEqual(wizard.health, "ok")
        self.to_summary(wizard)
        wizard.action_create()
        wizard.action_activate()
        (self.exchange / "agent" / "in" / "a.xml").write_bytes(b"<a/>")
        connector = wizard.connector_id
        connector.settle_seconds = 0
        with self.enter_registry_test_mode():
            self.env.flush_all()
            self.assertEqual(self.env["finance.intake"]._pull(connector.flow_ids), "1 new, 0 seen before")

    def test_webhooks_show_their_address_at_the_end(self):
        wizard = self.wizard("system_adyen")
        self.give(wizard, "webhook", "this is not hexadecimal")
        wizard.action_next()
        self.assertEqual(wizard.health, "configuration")
        wizard.action_back()
        self.give(wizard, "webhook", "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056")
        wizard.action_next()
        self.assertEqual(wizard.health, "ok")
        self.to_summary(wizard)
        wizard.action_create()
        self.assertIn("/finance/hook/", wizard.webhook_url)
        self.assertEqual((wizard.connector_id.webhook_scheme, wizard.connector_id.flow_ids.mode), ("adyen", "event"))

    def test_names_are_free_and_twice_is_once(self):
        codes = []
        for _time in range(2):
            wizard = self.wizard("system_folder", name="Über Bank", address="agent")
            wizard.step = "summary"
            wizard.action_create()
            codes.append(wizard.connector_id.code)
        self.assertEqual(codes, ["uber.bank", "uber.bank.2"])
        with self.assertRaises(UserError):
            wizard.action_create()

    def test_live_is_not_activated_here(self):
        wizard = self.wizard("system_folder", name="Agent", address="agent", environment="live")
        wizard.step = "summary"
        wizard.action_create()
        self.assertEqual(wizard.connector_id.state, "draft")
        self.assertIn("the connector is for live", wizard.remains)
        with self.assertRaises(UserError):
            wizard.action_activate()

    def test_only_administrators_connect(self):
        for role in ("user", "operator", "approver", "auditor"):
            with self.assertRaises(AccessError):
                self.as_role(role)["finance.connect"].action_start()
        wizard = self.wizard("system_folder")
        other = self.env["res.users"].create(
            {"name": "Other", "login": "fc_other", "group_ids": [(4, self.ref("finance_connector_base.group_admin"))]}
        )
        with self.assertRaises(AccessError):
            wizard.with_user(other).read(["name"])

    def test_a_kind_of_system_names_what_exists(self):
        system = self.env.ref("finance_connector_base.system_sftp")
        for values in ({"asks": "adress"}, {"secrets": "pasword"}, {"connector_values": {"nothing": 1}}):
            with self.assertRaises(ValidationError):
                system.write(values)

    def test_every_kind_of_system_can_be_made(self):
        for system in self.env["finance.system"].search([]):
            with self.subTest(system.name):
                wizard = self.wizard(system.get_external_id()[system.id], name=system.name)
                texts = [name for name in wizard.asks.replace("!", "").split(",") if name in wizard._fields]
                wizard.write(
                    {
                        name: "x" if name != "address" else "https://bank.example"
                        for name in texts
                        if wizard._fields[name].type == "char" and not wizard[name] and "timestamp" not in name
                    }
                )
                connector = wizard._make()
                self.assertEqual(connector.flow_ids.mapped("kind"), system.flow_ids.mapped("kind"))
                self.assertTrue(connector.remains)


@tagged("post_install", "-at_install")
class TestConnectHttps(ConnectCase):
    """A bank's interface: plain on loopback as a sandbox, and with TLS whose certificate is compared."""

    def test_the_sandbox_bank(self):
        with sandbox() as bank:
            wizard = self.wizard("system_https", name="Bank", address=bank.url("bank"), auth_scheme="bearer")
            self.give(wizard, "token", CANARY)
            wizard.pull_path = "/nowhere"
            wizard.action_next()
            self.assertEqual(wizard.health, "trouble")
            self.assertIn("404", wizard.health_text)
            wizard.pull_path = "/payments"
            wizard.action_test()
            self.assertEqual(wizard.health, "ok", wizard.health_text)
            self.assertFalse(wizard.certificate_sha256, "plain on loopback")

    def test_an_own_certificate_is_shown_compared_and_pinned(self):
        authority = Authority()
        context = server_context(self.exchange, *authority.issue("127.0.0.1"))
        with WebServer(lambda call: (200, {}, b"{}"), context) as web:
            wizard = self.wizard("system_https", name="Bank", address=web.url(), auth_scheme="none")
            wizard.action_next()
            self.assertEqual(wizard.health, "configuration")
            self.assertIn("Issued to 127.0.0.1 by Test CA", wizard.certificate_text)
            self.assertEqual(len(wizard.certificate_sha256), 95)
            wizard.ca_pem = authority.pem
            wizard.action_test()
            self.assertEqual(wizard.health, "ok", wizard.health_text)
            with self.assertRaises(UserError):
                wizard.with_context(certificate="AA:BB").action_trust_certificate()
            wizard.with_context(certificate=wizard.certificate_sha256).action_trust_certificate()
            self.assertEqual((wizard.health, wizard.tls_pins), ("ok", wizard.certificate_pin))
            wizard.step = "summary"
            wizard.action_create()
            connector = wizard.connector_id
            self.assertEqual((connector.tls_pins, connector.ca_pem), (wizard.certificate_pin, authority.pem))
            connector.action_test()
            self.assertEqual(connector.health, "ok")
