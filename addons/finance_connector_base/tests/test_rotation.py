from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .. import server
from ..core.errors import ConfigurationError
from ..crypto.envelope import key_id, key_id_of, new_key
from ..operations.rotate_keys import RotateKeys
from .common import FinanceCase, server_option


class Options:
    def __init__(self, **chosen):
        self.new_key = self.standby_key = self.skip_missing = False
        self.__dict__.update(chosen)


@tagged("post_install", "-at_install")
class TestRotation(FinanceCase):
    """Every secret gets the current key; none is decrypted for it, none is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["finance.credential"].search([]).unlink()  # of demo data; rotation is about the whole database
        cls.other = cls.connector("upload", "Second upload")
        cls.credentials = cls.env["finance.credential"].create(
            [
                {"connector_id": connector.id, "purpose": purpose, "secret": f"{purpose} of {connector.name}"}
                for connector in (cls.upload, cls.other)
                for purpose in ("password", "token", "api_key")
            ]
        )

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.rotation = self.env["finance.rotation"]
        self.old = server.key_ring().current
        self.addCleanup(server.key_file().write_text, server.key_file().read_text())

    def used(self):
        self.env.invalidate_all()
        return {key_id_of(credential.sudo().sealed) for credential in self.credentials}

    def assertAllOpen(self):
        self.env.invalidate_all()
        for credential in self.credentials:
            self.assertEqual(credential._reveal(), f"{credential.purpose} of {credential.connector_id.name}")

    def operate(self, **chosen):
        self.env.flush_all()
        return RotateKeys().run(Options(**chosen), self.env)

    def test_new_key(self):
        before = {one.id: one.sudo().sealed.split("|")[3:] for one in self.credentials}
        report, code = self.operate(new_key=True)
        self.assertEqual(code, 0)
        self.assertNotEqual(report["current"], self.old)
        self.assertEqual(report["keys"], {report["current"]: 6, self.old: 0})
        self.assertEqual((report["rewrapped"], report["removable"]), (6, [self.old]))
        self.assertIn(self.old, report["text"])
        self.assertEqual(self.used(), {report["current"]})
        self.assertEqual({one.id: one.sudo().sealed.split("|")[3:] for one in self.credentials}, before)
        self.assertAllOpen()

    def test_the_old_key_can_go_afterwards(self):
        self.operate(new_key=True)
        path = server.key_file()
        path.write_text(path.read_text().splitlines()[0] + "\n")
        self.assertAllOpen()

    def test_again_changes_nothing(self):
        self.operate(new_key=True)
        tokens = self.credentials.sudo().mapped("sealed")
        report, _code = self.operate()
        self.assertEqual(report["rewrapped"], 0)
        self.env.invalidate_all()
        self.assertEqual(self.credentials.sudo().mapped("sealed"), tokens)

    def test_more_than_a_batch(self):
        connectors = [self.connector("upload", f"Many {number}") for number in range(120)]
        many = self.env["finance.credential"].create(
            [{"connector_id": one.id, "purpose": "password", "secret": f"the secret of {one.id}"} for one in connectors]
        )
        self.assertEqual(self.operate(new_key=True)[0]["rewrapped"], 126)
        self.env.invalidate_all()
        self.assertEqual(many[-1]._reveal(), f"the secret of {connectors[-1].id}")

    def test_standby_key_opens_but_does_not_seal(self):
        report, _code = self.operate(standby_key=True)
        self.assertEqual((report["current"], len(report["keys"])), (self.old, 2))
        self.assertEqual(self.used(), {self.old})

    def test_a_missing_key_is_refused_by_name(self):
        with server_option(key_file=str(self.exchange / "other")):
            server.sealing_ring()
            for chosen in ({}, {"new_key": True}):
                before = server.key_file().read_text()
                with self.assertRaises(ConfigurationError) as caught:
                    self.operate(**chosen)
                self.assertEqual(caught.exception.code, "secret.key_missing")
                self.assertIn("Second upload: Bearer token", str(caught.exception))
                self.assertEqual(server.key_file().read_text(), before)
            self.credentials[0].secret = "entered anew"
            report, code = self.operate(new_key=True, skip_missing=True)
            self.assertEqual((report["rewrapped"], len(report["missing"]), code), (1, 5, 1))
            self.assertEqual(self.credentials[0]._reveal(), "entered anew")
        self.env.invalidate_all()
        self.assertEqual(self.credentials[1]._reveal(), "token of Test upload")

    def test_access_tokens_are_not_asked_for(self):
        self.env["finance.credential"].create(
            {"connector_id": self.upload.id, "purpose": "oauth_token", "secret": "kept by itself"}
        )
        with server_option(key_file=str(self.exchange / "third")):
            server.sealing_ring()
            self.assertEqual(len(self.rotation._missing(server.key_ring().ids)), 6)

    def test_what_is_damaged_is_named_and_stays(self):
        self.credentials[0].sudo().sealed = self.credentials[1].sudo().sealed
        self.env.flush_all()
        report, code = self.operate(new_key=True)
        self.assertEqual((report["rewrapped"], code), (5, 1))
        self.assertEqual(report["damaged"], [self.credentials[0]._words()])
        self.assertEqual(report["removable"], [])

    def test_a_bound_database_stays_bound(self):
        permit = self.env["finance.permit"]
        with server_option(environment="live"):
            permit._bind()
            self.env.flush_all()
            self.operate(new_key=True)
            self.assertIsNone(permit._refusal("live"))
            path = server.key_file()
            path.write_text(path.read_text().splitlines()[0] + "\n")
            self.assertIsNone(permit._refusal("live"))
            path.write_text(new_key() + "\n")
            self.assertIn("not bound", permit._refusal("live"))

    def test_a_lost_key_file_is_not_made_anew_by_reading(self):
        with server_option(key_file=str(self.exchange / "lost")):
            with self.assertRaisesRegex(ConfigurationError, "not there"):
                self.credentials[0]._reveal()
            self.assertFalse((self.exchange / "lost").exists())

    def test_keys_of_the_environment(self):
        key, newer = new_key(), new_key()
        with server_option(secret_keys=key):
            self.credentials.unlink()
            one = self.env["finance.credential"].create(
                {"connector_id": self.upload.id, "purpose": "password", "secret": "from here"}
            )
            with server_option(secret_keys=f"{newer} {key}"):
                report, _code = self.operate()
                self.assertEqual(report["keys"], {key_id(newer): 1, key_id(key): 0})
                self.env.invalidate_all()
                self.assertEqual(one._reveal(), "from here")
                with self.assertRaisesRegex(ConfigurationError, "restart"):
                    self.operate(new_key=True)

    def test_for_administrators_only(self):
        for role in ("user", "operator", "approver", "auditor"):
            with self.assertRaises(AccessError):
                self.rotation.with_user(self.roles[role])._rotate()
        self.rotation.with_user(self.roles["admin"])._rotate()

    def test_settings_tell_and_do(self):
        server.key_source().add(new_key())
        settings = self.env["res.config.settings"].create({})
        self.assertIn(f"{self.old}: 6", settings.finance_key_counts)
        self.assertEqual(settings.finance_key_source, str(Path(server.key_file())))
        self.assertIn("6 secrets", settings.action_finance_rotate()["params"]["message"])
        self.assertEqual(self.used(), {server.key_ring().current})

    def test_daily_job(self):
        server.key_source().add(new_key())
        self.rotation._cron_rotate()
        self.assertEqual(self.used(), {server.key_ring().current})
        self.assertAllOpen()
