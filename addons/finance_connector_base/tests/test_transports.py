import base64
import json
import os
import subprocess
import time
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..core.errors import AuthError, TechnicalError
from ..core.transport import Parcel
from ..services.finance_token import TokenStore
from ..services.finance_wire import kept
from ..transports.oauth import Token
from .common import FinanceCase, server_option
from .pgp_keys import PgpKeys
from .sshd import Sshd
from .tls import WebServer

TOKEN = "odoo.addons.finance_connector_base.services.finance_token"


class LineCase(FinanceCase):
    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())

    def flow_of(self, connector, **values):
        return self.env["finance.flow"].create(
            {"name": "Files", "connector_id": connector.id, "kind": "file", "direction": "in", **values}
        )

    def secret(self, connector, purpose, secret):
        self.env["finance.credential"].create({"connector_id": connector.id, "purpose": purpose, "secret": secret})

    def pull(self, flow):
        self.env.flush_all()
        with trap_jobs():
            words = self.env["finance.intake"]._pull(flow)
        self.env.invalidate_all()
        return words

    def messages(self, connector):
        return self.env["finance.message"].search([("connector_id", "=", connector.id)], order="id")


@tagged("post_install", "-at_install")
class TestSftpConnector(LineCase):
    """From the form to the message, against a real OpenSSH server."""

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(Sshd())
        self.bank = self.connector(
            "sftp",
            "Test sftp",
            address=f"sftp://127.0.0.1:{self.server.port}{self.server.root}",
            username=self.server.user,
            settle_seconds=0,
            folder_sent="sent",
        )
        self.secret(self.bank, "private_key", self.server.text("user"))

    def confirmed(self):
        self.bank.action_test()
        self.bank.with_user(self.roles["admin"]).action_confirm_host_key()

    def test_a_person_confirms_the_host_key(self):
        self.bank.action_test()
        self.assertEqual(self.bank.health, "configuration")
        self.assertEqual(self.bank.host_key_found, f"ssh-ed25519 {self.server.fingerprint()}")
        self.assertFalse(self.bank.host_keys, "never accepted by itself")
        with self.assertRaises(AccessError):
            self.bank.with_user(self.roles["operator"]).action_confirm_host_key()
        admin = self.bank.with_user(self.roles["admin"])
        with self.assertRaises(UserError):
            admin.with_context(host_key="ssh-ed25519 SHA256:another").action_confirm_host_key()
        admin.action_confirm_host_key()
        self.assertEqual((self.bank.health, self.bank.host_key_found), ("ok", False))

    def test_a_changed_host_key_is_told_with_both(self):
        self.confirmed()
        old = self.bank.host_keys
        self.server.new_host_key()
        flow = self.flow_of(self.bank)
        self.assertIn("another host key", self.pull(flow))
        case = self.env["finance.exception"].search([("connector_id", "=", self.bank.id)])
        self.assertEqual((case.code, case.category), ("sftp.host_key", "security"))
        self.bank.action_test()
        self.assertEqual(self.bank.health, "security")
        self.assertIn(self.server.fingerprint(), self.bank.health_text)
        self.assertIn(old.split()[1], self.bank.health_text)
        self.assertEqual(self.bank.host_keys, old)

    def test_stored_before_it_is_archived(self):
        self.confirmed()
        flow = self.flow_of(self.bank, pattern="*.xml")
        for name in ("a.xml", "b.txt"):
            (self.server.root / "in" / name).write_bytes(name.encode())
        self.assertEqual(self.pull(flow), "1 new, 0 seen before")
        self.assertEqual(os.listdir(self.server.root / "archive"), ["a.xml"])
        self.assertEqual(os.listdir(self.server.root / "in"), ["b.txt"])
        self.assertEqual(self.messages(self.bank)._raw(), b"a.xml")

    def test_a_crash_between_store_and_archive_is_one_message(self):
        self.confirmed()
        flow = self.flow_of(self.bank)
        (self.server.root / "in" / "a.xml").write_bytes(b"one")
        transport = type(self.bank._transport())
        with patch.object(transport, "confirm", side_effect=RuntimeError), suppress(RuntimeError):
            self.pull(flow)
        self.assertEqual(self.pull(flow), "0 new, 1 seen before")
        self.assertEqual(len(self.messages(self.bank)), 1)
        self.assertEqual(os.listdir(self.server.root / "in"), [])

    def test_out_with_pgp_every_try_sends_the_same_bytes(self):
        self.confirmed()
        with PgpKeys() as keys:
            bank, us = keys.make("bank"), keys.make("us")
            self.bank.write({"pgp_public_key": keys.public(bank), "pgp_fingerprints": bank})
            self.secret(self.bank, "pgp_key", keys.private(us))
            self.flow_of(self.bank, direction="out", steps="zip, pgp", quiet_seconds=0)
            with trap_jobs():
                message = self.env["finance.deliver"]._submit(self.bank, "file", b"pay", key="P1", name="pain.xml")
            self.env.flush_all()
            transport = message._processor()._transport(message)
            first = transport.push(Parcel(message.name, message._raw()), "P1")
            wired = (self.server.root / "out" / first.remote_id).read_bytes()
            self.assertEqual(first.remote_id, "pain.xml.zip.pgp")
            transport = message._processor()._transport(message)
            transport.push(Parcel(message.name, message._raw()), "P1")
            self.assertEqual((self.server.root / "out" / first.remote_id).read_bytes(), wired)
            self.assertEqual(transport.ask("P1", Parcel(message.name, message._raw())).remote_id, first.remote_id)
            self.assertIn(b"pain.xml", keys.gpg("--decrypt", content=wired))

    def test_in_a_file_that_its_writer_finishes_in_our_archive(self):
        self.confirmed()
        flow = self.flow_of(self.bank)
        with open(self.server.root / "in" / "a.xml", "wb", buffering=0) as writer:
            writer.write(b"<a>")
            self.assertEqual(self.pull(flow), "1 new, 0 seen before")
            self.assertEqual(self.pull(flow), "0 new, 0 seen before")
            writer.write(b"</a>")
        self.assertEqual(self.pull(flow), "1 new, 0 seen before")
        self.assertEqual([one._raw() for one in self.messages(self.bank)], [b"<a>", b"<a></a>"])
        self.assertEqual(self.pull(flow), "0 new, 0 seen before")

    def test_in_what_cannot_be_trusted_is_kept_apart(self):
        self.confirmed()
        flow = self.flow_of(self.bank, steps="sha256")
        self.bank.companion = ".sha256"
        digest = subprocess.run(["sha256sum"], input=b"one", capture_output=True, check=True).stdout
        for name, content in (("a.xml", b"one"), ("b.xml", b"two")):
            (self.server.root / "in" / name).write_bytes(content)
            (self.server.root / "in" / f"{name}.sha256").write_bytes(digest)
        self.pull(flow)
        good, bad = self.messages(self.bank)
        self.assertEqual((good.state, bad.state), ("received", "quarantined"))
        self.assertEqual(bad.exception_ids.code, "manifest.differs")
        self.assertEqual(sorted(os.listdir(self.server.root / "in")), ["b.xml", "b.xml.sha256"])
        self.assertEqual(kept(good).beside.content, digest)
        (self.server.root / "in" / "b.xml").write_bytes(b"one")
        self.assertEqual(self.pull(flow), "0 new, 1 seen before")


@tagged("post_install", "-at_install")
class TestLineSettings(LineCase):
    def test_pins_and_steps_are_checked_when_written(self):
        bank = self.connector("https", "Test pins", address="https://bank.example")
        for values in ({"host_keys": "yes"}, {"tls_pins": "abc"}, {"pgp_fingerprints": "DEADBEEF"}):
            with self.assertRaises(ValidationError, msg=values):
                bank.write(values)
        with self.assertRaises(ValidationError):
            self.flow_of(bank, steps="rot13")
        self.assertEqual(self.flow_of(bank, steps="pgp, zip").steps_text, "PGP, encrypted and signed, Zip")

    def test_internal_hosts_come_from_the_host(self):
        with server_option(internal_hosts="erp.local:8443, 10.1.0.0/16"):
            settings = self.upload._transport_settings()
        self.assertEqual(settings["internal"], ("erp.local:8443", "10.1.0.0/16"))

    def test_a_secret_from_a_file(self):
        pem = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n"
        credential = self.env["finance.credential"].create(
            {
                "connector_id": self.upload.id,
                "purpose": "client_key",
                "secret_file": base64.b64encode(pem.encode()),
            }
        )
        self.assertEqual(self.upload._secrets()["client_key"], pem)
        self.assertFalse(credential.secret_file)
        with self.assertRaises(ValidationError):
            credential.secret_file = base64.b64encode(b"\xff\x00")

    def test_overlap(self):
        bank = self.connector("https", "Test list", address="https://bank.example", since_param="from")
        flow = self.flow_of(bank, last_success="2026-01-05 10:00:00", pull_path="/list")
        settings = flow._pull_transport()._settings
        self.assertEqual((settings["since"], settings["pull_path"]), ("2026-01-05T09:00:00Z", "/list"))

    def test_pages_become_messages_once(self):
        rows = [{"id": number} for number in range(3)]
        server = self.enterContext(WebServer(lambda call: (200, {}, json.dumps({"rows": rows}).encode())))
        bank = self.connector("https", "Test rows", address=server.url(), pull_path="/rows", items_path="rows")
        flow = self.flow_of(bank)
        self.assertEqual(self.pull(flow), "3 new, 0 seen before")
        rows.append({"id": 3})
        self.assertEqual(self.pull(flow), "1 new, 3 seen before")


@tagged("post_install", "-at_install")
class TestTokenStore(LineCase):
    """One token for all workers, encrypted, fetched by one of them."""

    def store(self):
        return TokenStore(self.env.registry, self.upload.id)

    def test_fetched_once_and_kept_encrypted(self):
        calls = []

        def fetch():
            calls.append(1)
            return Token(f"token-canary-{len(calls)}", time.time() + 600)

        self.env.flush_all()
        for _time in range(2):
            self.assertEqual(self.store().get(fetch), "token-canary-1")
        self.assertEqual(self.store().get(fetch, stale="token-canary-1"), "token-canary-2")
        self.assertEqual(len(calls), 2)
        self.env.cr.execute("SELECT count(*) FROM finance_credential c WHERE c::text LIKE '%canary%'")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_a_refusal_frees_the_others(self):
        def refused():
            raise AuthError("no")

        self.env.flush_all()
        for _time in range(2):
            with self.assertRaises(AuthError):
                self.store().get(refused)

    def test_others_wait_for_the_one_that_fetches(self):
        now = time.time()
        self.env.flush_all()
        self.store().get(lambda: Token("old", now - 1))
        credential = self.upload.credential_ids.filtered(lambda one: one.purpose == "oauth_token")
        credential.refreshing_until = fields.Datetime.now() + timedelta(seconds=60)
        self.env.flush_all()
        with patch(f"{TOKEN}.LEASE_SECONDS", 1), self.assertRaises(TechnicalError):
            self.store().get(lambda: self.fail("a second worker fetched"))
        credential.refreshing_until = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        self.assertEqual(self.store().get(lambda: Token("new", now + 600)), "new", "that worker did not come back")
