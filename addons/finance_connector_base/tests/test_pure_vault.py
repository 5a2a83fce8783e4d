import json
import tempfile
from pathlib import Path

from ..core.errors import AuthError, ConfigurationError, TechnicalError
from ..crypto.envelope import key_id, new_key
from ..crypto.vault import VaultKeys, VaultSettings
from .pure import PureCase
from .tls import Authority, WebServer, server_context

TOKEN = "hvs.token-of-the-test"


class Vault:
    """The part of Vault's HTTP API that we use, and what may go wrong there."""

    def __init__(self):
        self.keys, self.token, self.fault, self.logins = [new_key()], TOKEN, None, 0

    def answer(self, call):
        if self.fault:
            status, body = self.fault
            return status, {"Location": "https://127.0.0.1:9/elsewhere"} if status == 307 else {}, body
        if (call.method, call.path) == ("POST", "/v1/auth/approle/login"):
            self.logins += 1
            if json.loads(call.body) != {"role_id": "role", "secret_id": "of the role"}:
                return 400, {}, b'{"errors":["invalid role or secret ID"]}'
            self.token = f"hvs.login{self.logins}"
            return self._json({"auth": {"client_token": self.token, "lease_duration": 60}})
        if call.headers.get("X-Vault-Token") != self.token:
            return 403, {}, b'{"errors":["permission denied"]}'
        if (call.method, call.path) != ("GET", "/v1/kv/data/odoo/finance"):
            return 404, {}, b'{"errors":[]}'
        return self._json({"data": {"data": {"keys": self.keys}, "metadata": {"version": 1}}})

    @staticmethod
    def _json(body):
        return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


class TestVaultKeys(PureCase):
    """Keys from Vault over real TLS: read once, kept while Vault is away, never sent anywhere else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        authority = Authority()
        (cls.folder / "ca.pem").write_text(authority.pem)
        (cls.folder / "token").write_text(TOKEN + "\n")
        (cls.folder / "role").write_text("role")
        (cls.folder / "secret").write_text("of the role")
        cls.context = server_context(cls.folder, *authority.issue("127.0.0.1"))

    def setUp(self):
        super().setUp()
        self.vault, self.now = Vault(), 0.0
        self.server = self.enterContext(WebServer(self.vault.answer, self.context))

    def source(self, approle=False, **changes):
        signs = {"role_id_file": "role", "secret_id_file": "secret"} if approle else {"token_file": "token"}
        settings = VaultSettings(
            address=self.server.url(), mount="kv", path="odoo/finance", ca_file=str(self.folder / "ca.pem"),
            **{name: str(self.folder / file) for name, file in signs.items()}, **changes,
        )  # fmt: skip
        return VaultKeys(settings, clock=lambda: self.now)

    def ids(self):
        return tuple(map(key_id, self.vault.keys))

    def test_read_once_and_kept(self):
        source = self.source()
        self.assertEqual(source.ring().ids, self.ids())
        self.now = 299
        source.ring()
        self.assertEqual(len(self.server.calls), 1)

    def test_text_with_lines(self):
        keys = [new_key(), new_key()]
        self.vault.keys = "\n".join(keys)
        self.assertEqual(self.source().ring().ids, tuple(map(key_id, keys)))

    def test_a_new_key_is_taken_up(self):
        source = self.source()
        source.ring()
        self.vault.keys.insert(0, new_key())
        self.assertEqual(len(source.ring().ids), 1)
        self.now = 20  # a secret under an unknown key asks before the time is over, but not all the time
        self.assertEqual(source.ring(fresh=True).ids, self.ids())
        source.ring(fresh=True)
        self.assertEqual(len(self.server.calls), 2)
        self.vault.keys.insert(0, new_key())
        self.now = 400
        self.assertEqual(source.ring().ids, self.ids())

    def test_keys_stay_while_vault_is_away(self):
        faults = {
            "sealed": (503, b'{"errors":["Vault is sealed"]}'),
            "standby": (473, b""),
            "busy": (429, b""),
            "moved": (307, b""),
            "denied": (403, b""),
            "deleted": (404, b'{"data":{"data":null}}'),
            "unreadable": (200, b"<html>"),
            "nested without end": (200, b"[" * 100_000),
            "cut": (200, b'{"data":'),
            "another": (200, b'{"data":{"data":{"password":"x"}}}'),
            "empty": (200, b'{"data":{"data":{"keys":[]}}}'),
            "no key": (200, b'{"data":{"data":{"keys":["short"]}}}'),
            "huge": (200, b" " * 300_000 + b"{}"),
        }
        source = self.source()
        ring = source.ring()
        for name, fault in faults.items():
            with self.subTest(name):
                self.vault.fault = fault
                self.now += 1000
                with self.assertLogs("odoo.addons.finance_connector_base.crypto.vault", "WARNING"):
                    self.assertIs(source.ring(), ring)
                calls = len(self.server.calls)
                self.assertIs(source.ring(), ring)
                self.assertEqual(len(self.server.calls), calls, "left alone for a while")
        self.vault.fault, self.now = None, self.now + 1000
        self.assertEqual(source.ring().ids, self.ids())

    def test_a_dead_vault(self):
        source = self.source(timeout_seconds=1)
        ring = source.ring()
        self.server.__exit__()
        self.now = 1000
        with self.assertLogs("odoo.addons.finance_connector_base.crypto.vault", "WARNING"):
            self.assertIs(source.ring(), ring)
        with self.assertRaises(TechnicalError):
            self.source(timeout_seconds=1).ring()
        self.server = self.enterContext(WebServer(self.vault.answer, self.context))

    def test_approle(self):
        source = self.source(approle=True)
        self.assertEqual(source.ring().ids, self.ids())
        self.vault.token = "withdrawn"
        self.now = 1000
        self.assertEqual(source.ring().ids, self.ids())
        self.assertEqual(self.vault.logins, 2)

    def test_a_rotated_token_file(self):
        source = self.source()
        source.ring()
        self.vault.token = "hvs.next"
        (self.folder / "token").write_text("hvs.next")
        self.addCleanup((self.folder / "token").write_text, TOKEN)
        self.vault.keys.insert(0, new_key())
        self.now = 1000
        self.assertEqual(source.ring().ids, self.ids())

    def test_no_keys_without_a_first_answer(self):
        for fault, kind in (((503, b""), TechnicalError), ((403, b""), AuthError), ((404, b""), ConfigurationError)):
            self.vault.fault = fault
            with self.assertRaises(kind):
                self.source().ring()

    def test_never_redirected(self):
        with WebServer(lambda call: (200, {}, b"{}"), self.context) as elsewhere:
            self.vault.fault = None
            with WebServer(lambda call: (307, {"Location": elsewhere.url()}, b""), self.context) as moved:
                files = {"ca_file": str(self.folder / "ca.pem"), "token_file": str(self.folder / "token")}
                source = VaultKeys(VaultSettings(moved.url(), "x", **files))
                with self.assertRaises(TechnicalError):
                    source.ring()
            self.assertEqual(elsewhere.calls, [])

    def test_tls_is_verified(self):
        (self.folder / "other.pem").write_text(Authority("Another").pem)
        settings = VaultSettings(
            self.server.url(), "odoo/finance", token_file=str(self.folder / "token"),
            ca_file=str(self.folder / "other.pem"),
        )  # fmt: skip
        with self.assertRaisesRegex(ConfigurationError, "not trusted"):
            VaultKeys(settings).ring()
        self.assertEqual(self.server.calls, [])
        with self.assertRaisesRegex(ConfigurationError, "https://"):
            VaultKeys(VaultSettings("http://127.0.0.1:8200", "x", token_file="x"))
        with self.assertRaisesRegex(ConfigurationError, "token file"):
            VaultKeys(VaultSettings("https://127.0.0.1:8200", "x"))

    def test_nothing_secret_in_errors_and_logs(self):
        source = self.source()
        source.ring()
        self.vault.fault = (403, b"")
        self.now = 1000
        with self.assertLogs(level="DEBUG") as logs:
            source.ring()
        for secret in (TOKEN, self.vault.keys[0]):
            self.assertNotIn(secret, "\n".join(logs.output))
            self.assertNotIn(secret, repr(source) + source.place)
