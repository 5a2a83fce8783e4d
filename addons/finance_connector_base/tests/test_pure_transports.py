import os
import socket
import tempfile
import threading
import time
from pathlib import Path
from unittest.mock import patch

from ..core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    DuplicateError,
    OutcomeUnknownError,
    RateLimitedError,
    RemoteDefectError,
    TechnicalError,
)
from ..core.transport import TRANSPORTS, Parcel
from ..transports.folder import Folder, LocalFiles
from ..transports.upload import Upload
from .https_line import line
from .pure import PureCase
from .sandbox import sandbox


class TestFolder(PureCase):
    """Files are taken when complete, archived after us, laid down whole."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.folder = self.folder_with()
        self.folder.check()
        self.inbox = self.root / "bank" / "in"

    def folder_with(self, **changes):
        settings = {
            "root": str(self.root),
            "address": "bank",
            "in": "in",
            "out": "out",
            "archive": "archive",
            "pattern": "*",
            "max_bytes": 1000,
            **changes,
        }
        return Folder(settings, {})

    def names(self, folder=None):
        return [parcel.name for parcel in (folder or self.folder).pull()]

    def test_takes_complete_files_by_name(self):
        for name in ("b.xml", "a.xml", "c.xml.part", ".hidden", "d.TMP"):
            (self.inbox / name).write_bytes(name.encode())
        (self.inbox / "folder").mkdir()
        os.symlink("/etc/hostname", self.inbox / "link.xml")
        self.assertEqual(self.names(), ["a.xml", "b.xml"])
        self.assertEqual(self.names(self.folder_with(pattern="b*")), ["b.xml"])

    def test_archive_after_commit_and_twice_is_once(self):
        (self.inbox / "a.xml").write_bytes(b"one")
        self.folder.confirm("a.xml")
        self.folder.confirm("a.xml")
        self.assertEqual((self.root / "bank/archive/a.xml").read_bytes(), b"one")
        self.assertEqual(self.names(), [])

    def test_archive_keeps_another_file_of_that_name(self):
        for content in (b"one", b"two"):
            (self.inbox / "a.xml").write_bytes(content)
            self.folder.confirm("a.xml")
        kept = {path.read_bytes() for path in (self.root / "bank/archive").iterdir()}
        self.assertEqual(kept, {b"one", b"two"})

    def test_a_file_over_the_limit_stays_and_is_told_after_the_others(self):
        (self.inbox / "a.xml").write_bytes(b"x" * 1001)
        (self.inbox / "b.xml").write_bytes(b"small")
        taken = []
        with self.assertRaises(ConfigurationError) as caught:
            for parcel in self.folder.pull():
                taken.append(parcel.name)
        self.assertEqual((taken, caught.exception.code), (["b.xml"], "folder.size"))
        self.assertTrue((self.inbox / "a.xml").exists())

    def test_what_another_poller_takes_at_the_same_moment_is_no_trouble(self):
        for name in ("a.xml", "b.xml"):
            (self.inbox / name).write_bytes(b"x")
        look, read, rename = LocalFiles.look, LocalFiles.read, os.rename

        def gone(files, folder, name, size):
            if name == "a.xml":
                (folder / name).unlink(missing_ok=True)
            return read(files, folder, name, size)

        def taken(source, target):
            rename(source, target)
            raise FileNotFoundError

        with patch.object(LocalFiles, "read", gone):
            self.assertEqual(self.names(), ["b.xml"])
        with patch("os.rename", taken):
            self.folder.confirm("b.xml")
        self.assertIsNone(look(LocalFiles(), self.inbox, "b.xml"))

    def test_a_file_that_is_renamed_while_we_look(self):
        (self.inbox / "a.xml").write_bytes(b"x")
        entries = [*os.scandir(self.inbox), *os.scandir(self.root)]
        (self.inbox / "a.xml").rename(self.root / "b.xml")
        with patch("os.scandir", return_value=entries):
            self.assertEqual(list(LocalFiles().listing(self.inbox)), ["bank"])

    def test_a_file_that_waits_for_its_proof_is_told(self):
        (self.inbox / "a.xml").write_bytes(b"a")
        with self.subTest("not yet"):
            self.assertEqual(list(self.folder_with(companion=".sha256", companion_minutes=60).pull()), [])
        os.utime(self.inbox / "a.xml", (0, time.time() - 3601))
        with self.assertRaises(ConfigurationError) as caught:
            list(self.folder_with(companion=".sha256", companion_minutes=60).pull())
        self.assertEqual((caught.exception.code, caught.exception.place), ("folder.companion", "a.xml"))

    def test_a_file_that_grows_in_the_archive_comes_whole(self):
        """Its writer paused for longer than our two looks and kept it open."""
        with open(self.inbox / "a.xml", "wb", buffering=0) as writer:
            writer.write(b"<a>")
            folder = self.folder_with()
            for parcel in folder.pull():
                folder.confirm(parcel.remote_id)
            writer.write(b"</a>")
        (self.inbox / "a.xml").write_bytes(b"of the next day")
        folder, taken = self.folder_with(recent={"a.xml": [3]}), []
        for parcel in folder.pull():
            taken.append(parcel.content)
            lying = sorted(path.name for path in self.inbox.iterdir())
            folder.confirm(parcel.remote_id)
            if len(taken) == 1:
                self.assertEqual(sorted(path.name for path in self.inbox.iterdir()), lying)
        self.assertEqual(taken, [b"<a></a>", b"of the next day"])
        self.assertEqual(list(self.folder_with(recent={"a.xml": [3, 7, 15]}).pull()), [])

    def test_push_is_whole_and_idempotent(self):
        out = self.root / "bank/out"
        out.rmdir()  # the folder for our files is made when the first one leaves
        for _time in range(2):
            self.folder.push(Parcel("pain.xml", b"pay"), "key")
        self.assertEqual([path.name for path in out.iterdir()], ["pain.xml"])
        with self.assertRaises(DuplicateError):
            self.folder.push(Parcel("pain.xml", b"other"), "key")
        self.assertEqual((out / "pain.xml").read_bytes(), b"pay")

    def test_names_cannot_leave_the_folder(self):
        self.folder.push(Parcel("../../evil.xml", b"x"), "key")
        self.assertTrue((self.root / "bank/out/evil.xml").exists())
        (self.root / "secret").write_bytes(b"x")
        self.folder.confirm("../../secret")
        self.assertTrue((self.root / "secret").exists())

    def test_folders_outside_the_root_are_refused(self):
        for changes in ({"address": "../elsewhere"}, {"in": "../../in"}, {"out": "/etc"}):
            with self.assertRaises(ConfigurationError, msg=changes):
                self.folder_with(**changes)

    def test_a_missing_folder_says_so(self):
        with self.assertRaises(ConfigurationError):
            self.names(self.folder_with(address="nowhere"))


class TestUpload(PureCase):
    def test_takes_only(self):
        upload = Upload({}, {})
        self.assertEqual(list(upload.pull()), [])
        with self.assertRaises(ConfigurationError):
            upload.push(Parcel("a", b""), "key")


class TestHttps(PureCase):
    """Against a real server: what certainly failed, and what may have happened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.line = line(self.sandbox.url("bank"))

    def pay(self, line=None, key="K1"):
        content = b'{"end_to_end_id": "%s", "amount": "10.00", "currency": "EUR"}' % key.encode()
        return (line or self.line).push(Parcel(key, content, content_type="application/json"), key)

    def paid(self):
        return len(self.sandbox.effects("bank", "payment"))

    def test_push_and_ask(self):
        self.assertIsNone(self.line.ask("K1"))
        self.assertEqual(self.pay().status // 100, 2)
        self.assertIn(b"K1", self.line.ask("K1").content)
        self.assertEqual(self.paid(), 1)

    def test_same_key_is_one_payment(self):
        self.pay()
        self.pay()
        self.assertEqual(self.paid(), 1)

    def test_refused_connection_never_left(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{free.getsockname()[1]}"
        with self.assertRaises(TechnicalError) as caught:
            self.pay(line(address))
        self.assertNotIsInstance(caught.exception, OutcomeUnknownError)

    def test_lost_answers_are_unknown(self):
        for kind, paid in (("reset_after", 1), ("reset_before", 0), ("502_after", 1)):
            self.sandbox.reset()
            self.sandbox.fault(kind, party="bank", method="POST")
            with self.assertRaises(OutcomeUnknownError, msg=kind):
                self.pay()
            self.assertEqual(self.paid(), paid, kind)

    def test_reading_again_is_always_safe(self):
        self.sandbox.fault("reset_before", party="bank", method="GET")
        with self.assertRaises(TechnicalError) as caught:
            self.line.ask("K1")
        self.assertNotIsInstance(caught.exception, OutcomeUnknownError)

    def test_rate_limit_says_how_long(self):
        self.sandbox.fault("429", party="bank", seconds=7)
        with self.assertRaises(RateLimitedError) as caught:
            self.pay()
        self.assertEqual(caught.exception.retry_after, 7)
        self.sandbox.fault("429_bare", party="bank")
        with self.assertRaises(RateLimitedError) as caught:
            self.pay()
        self.assertIsNone(caught.exception.retry_after)

    def test_refusal_in_words(self):
        with self.assertRaises(BusinessError) as caught:
            self.line.push(Parcel("K1", b"{}"), "K1")
        self.assertEqual(caught.exception.code, "https.400")
        self.assertIn("end_to_end_id", str(caught.exception))

    def test_an_answer_over_the_cap_is_a_defect(self):
        for number in range(3):
            self.pay(key=f"K{number}")
        with self.assertRaises(RemoteDefectError):
            line(self.sandbox.url("bank"), max_bytes=20).ask("K1")

    def test_sign_in_refused(self):
        with self.assertRaises(AuthError):
            line(self.sandbox.url("avatax"), auth_scheme="basic", username="x").call(
                "POST", "/api/v2/transactions/create", body=b"{}"
            )

    def test_a_dripping_answer_ends_at_the_deadline(self):
        with dripping_server() as address, self.assertRaises(OutcomeUnknownError):
            self.pay(line(address, timeout_seconds=1))

    def test_only_https_or_a_loopback_sandbox(self):
        for address in ("http://bank.example", "ftp://bank.example", "bank.example", ""):
            with self.assertRaises(ConfigurationError, msg=address):
                line(address)
        with self.assertRaises(ConfigurationError):
            line("http://127.0.0.1", environment="live")


class dripping_server:
    """Answers a call with one byte of the body every tenth of a second."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _serve(self):
        connection, _address = self._socket.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not self._done.wait(0.1):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    def __exit__(self, *exc_info):
        self._done.set()
        self._socket.close()
        self._thread.join(5)


class TestRegistered(PureCase):
    def test_every_transport_has_the_interface(self):
        self.assertGreaterEqual({code for code, _label in TRANSPORTS.names()}, {"folder", "https", "upload"})
        for transport in TRANSPORTS:
            for method in ("check", "pull", "confirm", "push", "ask"):
                self.assertTrue(callable(getattr(transport, method, None)), f"{transport.code}.{method}")
