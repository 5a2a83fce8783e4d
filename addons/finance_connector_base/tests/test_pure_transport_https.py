import base64
import gzip
import hashlib
import hmac
import json
import socket
import struct
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from unittest.mock import patch

from ..core.errors import (
    AuthError,
    ConfigurationError,
    OutcomeUnknownError,
    RateLimitedError,
    RemoteDefectError,
    SecurityError,
    TechnicalError,
)
from ..core.transport import Parcel
from ..transports.guard import Guard
from ..transports.https import wait_of
from ..transports.session import parsed_pins, pins_of
from ..transports.signing import detached_jws
from .https_line import line
from .pure import PureCase
from .tls import Authority, WebServer, drip, raw_server, server_context


def hello(call):
    return 200, {}, b"hello"


class HttpsCase(PureCase):
    def web(self, answer=hello, context=None):
        return self.enterContext(WebServer(answer, context))

    def refused(self, kind, code, call):
        with self.assertRaises(kind) as caught:
            call()
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception


class TestTls(HttpsCase):
    """Always verified, against our own authorities, pins and with our own certificate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.authority = Authority()
        cls.certificate, cls.key = cls.authority.issue("127.0.0.1")

    def secure(self, certificate=None, key=None, client_ca=None, answer=hello):
        context = server_context(self.folder, certificate or self.certificate, key or self.key, client_ca)
        return self.web(answer, context)

    def line(self, server, secrets=None, **changes):
        return line(server.url(), secrets, **{"ca_pem": self.authority.pem, **changes})

    def untrusted(self, server, **changes):
        error = self.refused(ConfigurationError, "https.certificate", lambda: self.line(server, **changes).check())
        self.assertEqual(server.calls, [], "nothing was sent")
        return str(error)

    def test_our_own_authority(self):
        server = self.secure()
        self.assertEqual(self.line(server).check(), "127.0.0.1 answers with status 200.")
        self.assertIn("issuer is not trusted", self.untrusted(self.secure(), ca_pem=""))
        self.assertIn("issuer is not trusted", self.untrusted(self.secure(), ca_pem=Authority("Other CA").pem))

    def test_one_connector_does_not_trust_for_another(self):
        server = self.secure()
        self.line(server).check()
        self.refused(ConfigurationError, "https.certificate", lambda: self.line(server, ca_pem="").check())

    def test_expired(self):
        self.assertIn("expired", self.untrusted(self.secure(*self.authority.issue("127.0.0.1", days=-1))))

    def test_another_host_name(self):
        self.assertIn("another address", self.untrusted(self.secure(*self.authority.issue("bank.example"))))

    def test_pins_with_a_backup(self):
        server = self.secure()
        pins = pins_of(base64.b64decode("".join(self.certificate.splitlines()[1:-1])))
        backup = "sha256/" + base64.b64encode(b"x" * 32).decode()
        for pin in pins:
            self.line(server, tls_pins=f"{backup}\n{pin}").check()
        error = self.refused(
            SecurityError, "https.pin_changed", lambda: self.line(self.secure(), tls_pins=backup).check()
        )
        self.assertEqual(error.place, pins[0])
        with self.assertRaises(ConfigurationError):
            parsed_pins("anything")

    def test_our_certificate(self):
        ours = Authority("Our CA")
        certificate, key = ours.issue("our-company")
        server = self.secure(client_ca=ours.pem, answer=lambda call: (201, {}, b"{}"))
        secrets = {"client_certificate": certificate, "client_key": key}
        self.line(server, secrets).push(Parcel("p", b"{}"), "k")
        other = Authority("Stranger").issue("our-company")
        for wrong in ({}, {"client_certificate": other[0], "client_key": other[1]}):
            with self.assertRaises((AuthError, OutcomeUnknownError)):
                self.line(server, wrong).push(Parcel("p", b"{}"), "k")
        self.assertEqual(len(server.calls), 1)
        self.refused(
            ConfigurationError,
            "https.client_certificate",
            lambda: self.line(server, {"client_certificate": certificate, "client_key": other[1]}).check(),
        )

    def test_plain_http_behind_the_address_is_not_spoken_to(self):
        server = self.web()
        address = server.url().replace("http:", "https:")
        self.refused(ConfigurationError, "https.tls", lambda: line(address, ca_pem=self.authority.pem).check())

    def test_a_drip_in_the_handshake(self):
        with raw_server(drip(b"\x16\x03\x03\x40\x00", byte=b"\0")) as address:
            started = time.monotonic()
            with self.assertRaises(TechnicalError) as caught:
                line(address.replace("http:", "https:"), timeout_seconds=1).push(Parcel("p", b"{}"), "k")
            self.assertNotIsInstance(caught.exception, OutcomeUnknownError)
            self.assertLess(time.monotonic() - started, 4)

    def test_a_drip_over_tls(self):
        context = server_context(self.folder, self.certificate, self.key)
        with raw_server(drip(b"HTTP/1.1 200 OK\r\nX-A: "), context) as address:
            started = time.monotonic()
            with self.assertRaises(OutcomeUnknownError):
                line(address, timeout_seconds=1, ca_pem=self.authority.pem).push(Parcel("p", b"{}"), "k")
            self.assertLess(time.monotonic() - started, 4)

    def test_connections_are_used_again(self):
        server = self.secure()
        for _time in range(3):
            self.line(server).check()
        self.assertEqual(len({call.port for call in server.calls}), 1)


class TestLimits(HttpsCase):
    """Deadline and size hold whatever the other side does."""

    def lost(self, play, seconds=1):
        with raw_server(play) as address:
            started = time.monotonic()
            for call, kind in (
                (lambda: line(address, timeout_seconds=seconds).push(Parcel("p", b"{}"), "k"), OutcomeUnknownError),
                (lambda: line(address, timeout_seconds=seconds).check(), TechnicalError),
            ):
                with self.assertRaises(kind):
                    call()
            self.assertLess(time.monotonic() - started, 2 * seconds + 4)

    def test_drips(self):
        for head in (b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"):
            with self.subTest(head):
                self.lost(drip(head))

    def test_silence(self):
        self.lost(lambda connection, stopped: stopped.wait(30))

    def test_reset(self):
        def reset(connection, stopped):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        self.lost(reset)

    def test_half_an_answer(self):
        for part in (
            b"",
            b"HTTP/1.1 200",
            b"HTTP/1.1 200 OK\r\nDate: x",
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        ):
            with self.subTest(part):
                self.lost(lambda connection, stopped, part=part: connection.sendall(part))

    def test_bombs(self):
        bomb = gzip.compress(b"0" * 50_000_000)
        server = self.web(lambda call: (200, {"Content-Encoding": call.query.get("as", "gzip")}, bomb))
        self.refused(RemoteDefectError, "https.size", line(server.url()).check)
        for packing in ("gzip,%20gzip", "br", "zstd"):
            self.refused(
                RemoteDefectError, "https.packing", lambda p=packing: line(server.url()).call("GET", f"/x?as={p}")
            )

    def test_headers_without_end(self):
        head = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(5000))
        self.lost(lambda connection, stopped: connection.sendall(head + b"\r\n"))

    def test_cookies_are_forgotten(self):
        server = self.web(lambda call: (200, {"Set-Cookie": "session=secret"}, b""))
        for _time in range(2):
            line(server.url()).check()
        self.assertNotIn("Cookie", server.calls[1].headers)


class TestWhereTo(HttpsCase):
    """No way into the network behind this server."""

    def refuse(self, addresses, host="bank.example", **options):
        found = [(socket.AF_INET6 if ":" in each else socket.AF_INET, 1, 6, "", (each, 443)) for each in addresses]
        with patch.object(socket, "getaddrinfo", return_value=found), self.assertRaises(ConfigurationError) as caught:
            Guard(**options).connect(host, 443)
        self.assertEqual(caught.exception.code, "line.internal")

    def test_names_that_lead_inside(self):
        for address in (
            *("127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0"),
            *("224.0.0.1", "255.255.255.255", "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "ff02::1"),
            *("64:ff9b::a00:1", "2002:7f00:1::", "::"),
        ):
            with self.subTest(address):
                self.refuse([address])
                self.refuse([address], loopback=True)
                self.refuse(["93.184.216.34", address])

    def test_a_named_exception(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            for internal in ("127.0.0.1", f"127.0.0.1:{port}", "127.0.0.0/8"):
                Guard((internal,)).connect("127.0.0.1", port).close()
            for internal in ("127.0.0.1:1", "127.0.0.2", "10.0.0.0/8", "erp"):
                with self.assertRaises(ConfigurationError):
                    Guard((internal,)).connect("127.0.0.1", port)
        self.refuse(["169.254.169.254"], host="erp", internal=("erp",))

    def test_the_line_asks_the_guard(self):
        server = self.web()
        found = [(socket.AF_INET, 1, 6, "", ("169.254.169.254", 80))]
        with patch.object(socket, "getaddrinfo", return_value=found):
            self.refused(ConfigurationError, "line.internal", line(server.url("localhost")).check)
        self.refused(ConfigurationError, "line.internal", line("https://127.0.0.1:9", environment="live").check)

    def test_redirects_are_not_followed(self):
        inside = self.web()
        server = self.web(lambda call: (302, {"Location": inside.url()}, b""))
        self.refused(ConfigurationError, "https.302", line(server.url()).check)
        self.assertEqual(inside.calls, [])

    def test_paths_stay_on_the_host(self):
        server, other = self.web(), self.web()
        self.refused(ConfigurationError, "https.elsewhere", lambda: line(server.url()).call("GET", other.url()))
        line(server.url()).call("GET", "//evil.example/x")
        self.assertEqual(server.calls[0].path, "/evil.example/x")


class TestSignIn(HttpsCase):
    def test_api_key_in_a_named_header(self):
        server = self.web()
        line(server.url(), {"api_key": "k1"}, auth_scheme="api_key", api_key_header="Ocp-Key").check()
        self.assertEqual(server.calls[0].headers["Ocp-Key"], "k1")

    def bank(self, tokens=("t1", "t2"), valid=None):
        """A bank with a token service; ``valid`` are the tokens it accepts."""
        left = list(tokens)

        def answer(call):
            if call.path == "/token":
                return 200, {}, json.dumps({"access_token": left.pop(0), "expires_in": 3600}).encode()
            known = call.headers["Authorization"] in [f"Bearer {token}" for token in valid or tokens]
            return (200 if known else 401), {}, b"{}"

        return self.web(answer)

    def oauth(self, server, **changes):
        changes = {"auth_scheme": "oauth2", "username": "me:1", "oauth_token_url": f"{server.url()}/token", **changes}
        return line(server.url(), {"client_secret": "s&cret"}, **changes)

    def token_calls(self, server):
        return [call for call in server.calls if call.path == "/token"]

    def test_a_token_is_fetched_once(self):
        server = self.bank()
        connected = self.oauth(server, oauth_scope="payments")
        for _time in range(3):
            connected.check()
        (call,) = self.token_calls(server)
        self.assertEqual(call.body, b"grant_type=client_credentials&scope=payments")
        pair = base64.b64encode(b"me%3A1:s%26cret").decode()
        self.assertEqual(call.headers["Authorization"], f"Basic {pair}")

    def test_client_in_the_body(self):
        server = self.bank()
        self.oauth(server, oauth_client_auth="body").check()
        self.assertIn(b"client_secret=s%26cret", self.token_calls(server)[0].body)

    def test_a_withdrawn_token_is_renewed_once(self):
        server = self.bank(valid=["t2"])
        self.oauth(server).push(Parcel("p", b"{}"), "k")
        self.assertEqual([call.path for call in server.calls], ["/token", "/payments", "/token", "/payments"])
        server = self.bank(tokens=("t1", "t2", "t3"), valid=["none"])
        self.refused(AuthError, "https.401", lambda: self.oauth(server).push(Parcel("p", b"{}"), "k"))
        self.assertEqual(len(self.token_calls(server)), 2)

    def test_no_token(self):
        for status, body, kind, code in (
            (401, b'{"error": "invalid_client"}', AuthError, "https.401"),
            (400, b'{"error": "invalid_scope"}', AuthError, "oauth.refused"),
            (200, b"{}", RemoteDefectError, "oauth.answer"),
            (200, b"[" * 100_000, RemoteDefectError, "oauth.answer"),
            (200, b'{"access_token": "x", "token_type": "mac"}', RemoteDefectError, "oauth.answer"),
            (503, b"", TechnicalError, "oauth.line"),
        ):
            server = self.web(lambda call, status=status, body=body: (status, {}, body))
            connected = self.oauth(server)
            error = self.refused(kind, code, lambda c=connected: c.push(Parcel("p", b"{}"), "k"))
            self.assertNotIsInstance(error, OutcomeUnknownError, "the message itself never left")
            self.assertNotIn("cret", str(error))

    def test_many_threads_fetch_one_token(self):
        server = self.bank()
        connected = self.oauth(server)
        threads = [threading.Thread(target=connected.check) for _number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.token_calls(server)), 1)


class TestSigning(HttpsCase):
    def test_hmac(self):
        server = self.web()
        line(server.url(), {"signing_key": "k"}, sign_scheme="hmac", push_path="/p?a=1").push(Parcel("p", b"{}"), "i")
        call = server.calls[0]
        text = f"{call.headers['X-Timestamp']}.POST./p?a=1.{{}}".encode()
        self.assertEqual(call.headers["X-Signature"], hmac.new(b"k", text, hashlib.sha256).hexdigest())

    def test_hmac_as_prescribed(self):
        server = self.web()
        settings = {"sign_template": "{body}|{path}", "sign_encoding": "base64", "sign_header": "X-Mac"}
        line(server.url(), {"signing_key": "k"}, sign_scheme="hmac", **settings).push(Parcel("p", b"{path}"), "i")
        wanted = base64.b64encode(hmac.new(b"k", b"{path}|/payments", hashlib.sha256).digest()).decode()
        self.assertEqual(server.calls[0].headers["X-Mac"], wanted)

    def test_detached_jws(self):
        from joserfc import jws
        from joserfc.jwk import ECKey, OKPKey, RSAKey

        for key in (ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2048)):
            server = self.web()
            pem = key.as_pem(private=True).decode()
            line(server.url(), {"signing_key": pem}, sign_scheme="jws", sign_key_id="k1").push(Parcel("p", b"{}"), "i")
            head, payload, signature = server.calls[0].headers["x-jws-signature"].split(".")
            self.assertEqual(payload, "")
            body = base64.urlsafe_b64encode(b"{}").rstrip(b"=").decode()
            found = jws.deserialize_compact(f"{head}.{body}.{signature}", key, algorithms=["ES256", "Ed25519", "PS256"])
            self.assertEqual(found.protected["kid"], "k1")

    def test_without_a_key(self):
        server = self.web()
        for scheme in ("hmac", "jws"):
            self.refused(ConfigurationError, "sign.key", line(server.url(), sign_scheme=scheme).check)
        self.refused(ConfigurationError, "sign.key", lambda: detached_jws("-----BEGIN NOTHING", b""))
        self.assertEqual(server.calls, [])


class TestPages(HttpsCase):
    ROWS = [{"id": number, "amount": 10.10} for number in range(5)]

    def pulled(self, answer, **changes):
        self.server = self.web(answer)
        return [parcel.content for parcel in line(self.server.url(), pull_path="/list?x=1", **changes).pull()]

    def slice(self, start, count=2, **more):
        return json.dumps({"data": {"rows": self.ROWS[start : start + count]}, **more}).encode()

    def test_pages_by_number(self):
        found = self.pulled(
            lambda call: (200, {}, self.slice(int(call.query.get("page", 1)) * 2 - 2)),
            paging="page", items_path="data.rows", page_size_param="size", page_size=2,
        )  # fmt: skip
        self.assertEqual(found, [b'{"amount":10.1,"id":%d}' % number for number in range(5)])
        self.assertEqual([call.target for call in self.server.calls][1], "/list?x=1&size=2&page=2")

    def test_digits_stay_as_they_stood(self):
        found = self.pulled(lambda call: (200, {}, b'[{"a": 10.10, "b": 1e2, "c": "\\u00e9"}]'), items_path=".")
        self.assertEqual(found, [b'{"a":10.10,"b":1e2,"c":"\\u00e9"}'])

    def test_offsets(self):
        found = self.pulled(
            lambda call: (200, {}, self.slice(int(call.query.get("offset", 0)))),
            paging="offset", items_path="data.rows", page_size_param="limit", page_size=2,
        )  # fmt: skip
        self.assertEqual(len(found), 5)

    def test_cursors(self):
        def answer(call):
            start = int(call.query.get("cursor", 0))
            return 200, {}, self.slice(start, meta={"next": str(start + 2) if start + 2 < 5 else None})

        self.assertEqual(len(self.pulled(answer, paging="cursor", cursor_path="meta.next")), 3)

    def test_links(self):
        def answer(call):
            number = int(call.query.get("p", 1))
            link = {"Link": f'</list?p={number + 1}>; rel="next", </list>; rel="first"'} if number < 3 else {}
            return 200, link, b"page %d" % number

        self.assertEqual(self.pulled(answer, paging="link"), [b"page 1", b"page 2", b"page 3"])

    def test_pages_elsewhere_or_without_end(self):
        for target, kind in (("https://evil.example/x", ConfigurationError), ("/list?x=1", RemoteDefectError)):
            with self.assertRaises(kind):
                self.pulled(lambda call, target=target: (200, {"Link": f'<{target}>; rel="next"'}, b"x"), paging="link")

    def test_since_with_overlap(self):
        self.pulled(lambda call: (204, {}, b""), since_param="from", since="2026-01-05T10:00:00Z")
        self.assertEqual(self.server.calls[0].query["from"], "2026-01-05T10:00:00Z")


class TestWaiting(HttpsCase):
    def test_seconds_or_date(self):
        now = datetime(2026, 1, 5, tzinfo=timezone.utc)
        date, later = format_datetime(now, usegmt=True), format_datetime(now + timedelta(seconds=90), usegmt=True)
        for headers, seconds in (
            ({"Retry-After": "7"}, 7),
            ({"Retry-After": later, "Date": date}, 90),
            ({"Retry-After": date, "Date": later}, 0),
            ({"Retry-After": "99999999"}, 86400),
            ({"Retry-After": "soon"}, None),
            ({"Retry-After": "-5"}, None),
            ({}, None),
        ):
            self.assertEqual(wait_of(headers), seconds, headers)

    def test_a_storm_of_429(self):
        server = self.web(lambda call: (429, {"Retry-After": "3"}, b"busy"))
        for _time in range(20):
            with self.assertRaises(RateLimitedError) as caught:
                line(server.url()).push(Parcel("p", b"{}"), "k")
            self.assertEqual(caught.exception.retry_after, 3)
        self.assertEqual(len(server.calls), 20, "one call each: waiting belongs to the queue")
