import base64
import io
import json
import logging
import time
from unittest.mock import patch
from urllib.parse import quote, quote_plus, urlencode

from ..core import masking
from ..core.errors import BusinessError
from .pure import PureCase

SECRET = "p&ss/wörd+'\"<1> of some length"
PEM = (
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIHfakefakefakefakefakefakefakefakefakefake\n"
    "ZmFrZWZha2VmYWtlZmFrZWZha2VmYWtl\n-----END PRIVATE KEY-----\n"
)


class TestKnownSecrets(PureCase):
    """A secret this process knows is found in every form in which it travels."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        masking.remember(SECRET)
        masking.remember(PEM)

    def test_every_form(self):
        raw = SECRET.encode()
        forms = {
            "plain": SECRET,
            "url": quote(SECRET, safe=""),
            "form": urlencode({"x": SECRET}),
            "json": json.dumps({"x": SECRET}),
            "json, other letters": json.dumps({"x": SECRET}, ensure_ascii=False),
            "python": repr({"x": SECRET}),
            "python bytes": repr(raw),
            "failed SQL": repr(b"VALUES ('" + raw.replace(b"'", b"''") + b"', \"x\")"),
            "hex": raw.hex(),
            "HEX": raw.hex().upper(),
            "base64": base64.b64encode(raw).decode(),
            "base64url": base64.urlsafe_b64encode(raw).decode(),
            "basic": base64.b64encode(b"user:" + raw).decode(),
            "basic of a form": base64.b64encode(f"user:{quote_plus(SECRET)}".encode()).decode(),
            "xml": "<p>p&amp;ss/wörd+'\"&lt;1&gt; of some length</p>",
        }
        for length in range(6):
            forms[f"base64 behind {length}"] = base64.b64encode(b"x" * length + raw + b"more").decode()
        for name, form in forms.items():
            with self.subTest(name):
                text = masking.known_masked(f"before {form} after")
                self.assertIn(masking.MASK, text)
                self.assertTrue(text.startswith("before ") and text.endswith(" after"))
                for other in forms.values():
                    self.assertNotIn(other, text)

    def test_keys_of_several_lines(self):
        for form in (PEM, repr(PEM), json.dumps(PEM), PEM.splitlines()[1], base64.b64encode(PEM.encode()).decode()):
            found = masking.known_masked(form)
            self.assertNotIn("fakefakefake", found)
            self.assertLess(len(found), len(form))

    def test_evidence(self):
        self.assertEqual(
            masking.bytes_masked(b"\xff you sent " + SECRET.encode() + b"\x00"), b"\xff you sent ***\x00"
        )
        masking.remember("1234567")  # a weak password must not change an amount
        self.assertEqual(masking.bytes_masked(b"amount 1234567.00"), b"amount 1234567.00")
        self.assertEqual(masking.known_masked("with 1234567"), "with ***")
        same = b"\xff nothing here"
        self.assertIs(masking.bytes_masked(same), same)

    def test_short_ones_leave_texts_whole(self):
        masking.remember("abc")
        masking.remember("")
        masking.remember(None)
        self.assertEqual(masking.known_masked("abc abc"), "abc abc")

    def test_errors_hold_none(self):
        error = BusinessError(f"they say {SECRET}", place=f"line {SECRET}")
        self.assertEqual((str(error), error.place), ("they say ***", "line ***"))

    def test_the_oldest_is_forgotten(self):
        first = "the very first secret"
        masking.remember(first)
        self.addCleanup(masking.remember, SECRET)
        self.addCleanup(masking.remember, PEM)
        with patch.object(masking, "MOST", 20):
            for number in range(25):
                masking.remember(f"secret of many {number:05}")
        self.assertEqual(masking.known_masked(first), first)
        self.assertEqual(masking.known_masked("secret of many 00024"), masking.MASK)
        self.assertEqual(len(masking._known), 20)

    def test_fast_enough_for_every_log_line(self):
        text = "2026-01-01 12:00:00,000 INFO db odoo.addons: an ordinary line of a log with nothing in it " * 2
        began = time.process_time()
        for _number in range(1000):
            masking.log_text(text)
        self.assertLess(time.process_time() - began, 1.0)


class TestShapes(PureCase):
    """What looks like a secret or an account number is masked without being known."""

    def test_secrets(self):
        for text, clean in {
            "{'login': 'a', 'password': 'se\\'cret 1', 'x': 1}": "{'login': 'a', 'password': '***', 'x': 1}",
            '{"client_secret": "s3", "n": 2}': '{"client_secret": "***", "n": 2}',
            "'secret_file': 'QUJD'": "'secret_file': '***'",
            "grant_type=x&client_secret=abc%20d&scope=y": "grant_type=x&client_secret=***&scope=y",
            "Authorization: Bearer abc.def": "Authorization: ***",
            "send: b'GET / HTTP/1.1\\r\\nAuthorization: Basic dXNlcjpwYXNz\\r\\n'":
                "send: b'GET / HTTP/1.1\\r\\nAuthorization: ***\\r\\n'",
            "{'Authorization': 'Basic dXNlcjpwYXNz'}": "{'Authorization': '***'}",
            "token is Bearer eyJhbGciOiJIUzI1NiJ9.e30.x": "token is Bearer ***",
            "https://user:pass@bank.example/x": "https://user:***@bank.example/x",
            "<wsse:Password Type=\"x\">abc</wsse:Password>": "<wsse:Password Type=\"x\">***</wsse:Password>",
            "key: -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- end":
                "key: -----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY----- end",
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\nabc cut off": "-----BEGIN PGP PRIVATE KEY BLOCK-----***",
        }.items():  # fmt: skip
            with self.subTest(text):
                self.assertEqual(masking.masked(text), clean)

    def test_plain_words_stay(self):
        for text in (
            "no password: enter it under Secrets",
            "Basic authentication is refused",
            "hook.secret_missing: Enter the secret that the provider shows",
            "see https://bank.example:8443/a@b",
            "2 secrets were given the key 1050842256ec.",
            "{'secret': False, 'password': None}",
        ):
            self.assertEqual(masking.log_text(text), text)

    def test_accounts(self):
        for text, clean in {
            "to DE89370400440532013000.": "to ***3000.",
            "to DE89 3704 0044 0532 0130 00 AND MORE": "to ***3000 AND MORE",
            "GB29NWBK60161331926819|x": "***6819|x",
            "card 4111 1111 1111 1111, 5500-0000-0000-0004": "card ***1111, ***0004",
            "account 0012345678": "account ***5678",
            "{'account_number': '12345678901'}": "{'account_number': '***8901'}",
            "account no. 1": "account no. 1",
        }.items():
            with self.subTest(text):
                self.assertEqual(masking.accounts_masked(text), clean)

    def test_other_numbers_stay(self):
        for text in (
            "DE00370400440532013000 has wrong check digits",
            "4111 1111 1111 1112 is no card",
            "at 1767225600000 ms, job 7d5d1c9e-0a4b-4c3e-9a51-2f1f3f7f0e11",
            "amount 1234567890.12, message 4711, account 101200",
            "sha256 5f4dcc3b5aa765d61d8327deb882cf99",
        ):
            self.assertEqual(masking.accounts_masked(text), text)


class TestLogs(PureCase):
    """Every logger of the process, whatever handler or formatter comes behind it."""

    def setUp(self):
        super().setUp()
        handle = logging.Logger.handle
        self.addCleanup(setattr, logging.Logger, "handle", handle)
        masking.install()
        masking.remember(SECRET)
        self.stream = io.StringIO()
        self.logger = logging.getLogger("a.library")
        self.handler = logging.StreamHandler(self.stream)
        self.logger.addHandler(self.handler)
        self.logger.setLevel(logging.DEBUG)
        self.logger.propagate = False
        self.addCleanup(self.logger.removeHandler, self.handler)

    def logged(self):
        self.assertNotIn(SECRET, self.stream.getvalue())
        return self.stream.getvalue()

    def test_arguments(self):
        self.logger.debug("sent %s to %s, %d%%", SECRET, "DE89370400440532013000", 5)
        self.assertEqual(self.logged(), "sent *** to ***3000, 5%\n")

    def test_traceback(self):
        try:
            raise ValueError(f"bad {SECRET}")
        except ValueError:
            self.logger.exception("failed")
        self.assertIn("ValueError: bad ***", self.logged())
        self.assertIn("Traceback", self.logged())

    def test_a_traceback_without_secrets_stays_as_it_is(self):
        records = []
        self.handler.emit = records.append
        try:
            raise ValueError("plain")
        except ValueError:
            self.logger.exception("failed %s", "here")
        self.assertIsInstance(records[0].exc_info[1], ValueError)
        self.assertEqual(records[0].args, ("here",))

    def test_arguments_that_do_not_fit(self):
        self.logger.info("only one %s", SECRET, SECRET)
        self.assertIn("do not fit", self.logged())

    def test_installed_once(self):
        handle = logging.Logger.handle
        masking.install()
        self.assertIs(logging.Logger.handle, handle)
