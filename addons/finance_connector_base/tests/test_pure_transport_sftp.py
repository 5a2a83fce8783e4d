import os
import socket
import threading
import time
from contextlib import contextmanager, suppress
from unittest.mock import patch

from ..core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    DuplicateError,
    OutcomeUnknownError,
    SecurityError,
    TechnicalError,
)
from ..core.transport import Parcel
from ..transports import sftp as module
from ..transports.sftp import RemoteFiles, Sftp, parsed_pins
from .pure import PureCase
from .sshd import Sshd


class SftpCase(PureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.enterClassContext(Sshd())

    def setUp(self):
        super().setUp()
        for folder in ("in", "out", "archive", "sent"):
            for path in (self.server.root / folder).iterdir():
                path.unlink()

    def line(self, secrets=None, **changes):
        return Sftp(self.server.settings(**changes), self.server.secrets() if secrets is None else secrets)

    def path(self, *parts):
        return self.server.root.joinpath(*parts)

    def names(self, **changes):
        return [parcel.name for parcel in self.line(**changes).pull()]

    def lying(self, folder):
        return sorted(path.name for path in self.path(folder).iterdir())


class TestSftpIn(SftpCase):
    """Only complete files with proper names, archived after us."""

    def test_takes_what_is_complete(self):
        for name in ("b.xml", "a.xml", "c.xml.part", ".hidden", "d.TMP", "e.txt"):
            self.path("in", name).write_bytes(name.encode())
        self.path("in", "folder").mkdir()
        self.addCleanup(self.path("in", "folder").rmdir)
        os.symlink("/etc/hostname", self.path("in", "link.xml"))
        found = {parcel.name: parcel.content for parcel in self.line(pattern="*.xml").pull()}
        self.assertEqual(found, {"a.xml": b"a.xml", "b.xml": b"b.xml"})

    def test_large_files_arrive_whole(self):
        content = os.urandom(900_000)
        self.path("in", "large.bin").write_bytes(content)
        self.assertEqual([parcel.content for parcel in self.line().pull()], [content])

    def test_a_growing_file_waits(self):
        self.path("in", "still.xml").write_bytes(b"<a>")
        self.path("in", "done.xml").write_bytes(b"<a/>")
        with growing(self.path("in", "still.xml")):
            self.assertEqual(self.names(settle_seconds=0.4), ["done.xml"])
        self.assertEqual(self.names(settle_seconds=0.1), ["done.xml", "still.xml"])

    def test_a_file_that_grows_between_look_and_read_waits(self):
        self.path("in", "a.xml").write_bytes(b"<a>")
        read = RemoteFiles.read

        def late(files, folder, name, size):
            with open(self.path("in", name), "ab") as stream:
                stream.write(b"more")
            return read(files, folder, name, size)

        with patch.object(RemoteFiles, "read", late):
            self.assertEqual(self.names(), [])
        self.assertEqual(self.names(), ["a.xml"])

    def test_a_file_that_grows_after_it_was_taken_comes_again(self):
        self.path("in", "a.xml").write_bytes(b"<a>")
        line = self.line()
        for parcel in line.pull():
            with open(self.path("in", "a.xml"), "ab") as stream:
                stream.write(b"</a>")
            line.confirm(parcel.remote_id)
        self.assertEqual(self.lying("in"), ["a.xml"])
        self.assertEqual([parcel.content for parcel in self.line().pull()], [b"<a></a>"])

    def test_only_with_the_file_beside(self):
        for name in ("a.xml", "a.xml.sha256", "b.xml"):
            self.path("in", name).write_bytes(name.encode())
        line = self.line(companion=".sha256", settle_seconds=60)
        (parcel,) = line.pull()
        self.assertEqual((parcel.name, parcel.beside.content), ("a.xml", b"a.xml.sha256"))
        line.confirm("a.xml")
        self.assertEqual((self.lying("in"), self.lying("archive")), (["b.xml"], ["a.xml", "a.xml.sha256"]))

    def test_tricks_with_names(self):
        for name in ("a\nb.xml", "a\\..\\b.xml", "a\u202elmx.exe.xml", "-rf.xml", "good.xml", "März.xml"):
            self.path("in", name).write_bytes(b"x")
        taken = []
        with self.assertRaises(ConfigurationError) as caught:
            for parcel in self.line(pattern="*.xml").pull():
                taken.append(parcel.name)
        self.assertEqual(taken, ["März.xml", "good.xml"])
        self.assertEqual(caught.exception.code, "sftp.name")
        self.assertNotIn("\n", str(caught.exception))
        self.path("victim").write_bytes(b"x")
        self.line().confirm("../victim")
        self.assertTrue(self.path("victim").exists())

    def test_too_large_is_told_after_the_others(self):
        self.path("in", "a.xml").write_bytes(b"x" * 101)
        self.path("in", "b.xml").write_bytes(b"x")
        taken = []
        with self.assertRaises(ConfigurationError) as caught:
            taken.extend(parcel.name for parcel in self.line(max_bytes=100).pull())
        self.assertEqual((caught.exception.code, caught.exception.place), ("sftp.size", "a.xml"))

    def test_archived_after_us_and_twice_is_once(self):
        for content in (b"one", b"two", b"two"):
            self.path("in", "a.xml").write_bytes(content)
            line = self.line()
            for parcel in line.pull():
                self.assertEqual(self.lying("in"), ["a.xml"], "nothing moves before our commit")
                line.confirm(parcel.remote_id)
                line.confirm(parcel.remote_id)
        self.assertEqual({path.read_bytes() for path in self.path("archive").iterdir()}, {b"one", b"two"})
        self.assertEqual(self.lying("in"), [])

    def test_a_crash_between_store_and_archive_brings_the_same_bytes_again(self):
        self.path("in", "a.xml").write_bytes(b"one")
        for _time in range(2):
            (parcel,) = self.line().pull()
            self.assertEqual(parcel.content, b"one")

    def test_delete_or_keep(self):
        for mode, left in (("keep", ["a.xml"]), ("delete", [])):
            self.path("in", "a.xml").write_bytes(b"one")
            line = self.line(after_take=mode)
            for parcel in line.pull():
                line.confirm(parcel.remote_id)
            self.assertEqual((self.lying("in"), self.lying("archive")), (left, []))


class TestSftpOut(SftpCase):
    """Whole files, once; and whether one arrived can be asked."""

    def test_push_is_whole_and_idempotent(self):
        for _time in range(2):
            self.assertEqual(self.line().push(Parcel("pain.xml", b"pay"), "k").remote_id, "pain.xml")
        self.assertEqual((self.lying("out"), self.path("out", "pain.xml").read_bytes()), (["pain.xml"], b"pay"))
        with self.assertRaises(DuplicateError):
            self.line().push(Parcel("pain.xml", b"oth"), "k")
        self.assertEqual(self.path("out", "pain.xml").read_bytes(), b"pay")

    def test_the_file_beside_comes_last(self):
        order, rename = [], RemoteFiles.rename

        def noted(files, *args):
            order.append(args[-1])
            return rename(files, *args)

        with patch.object(RemoteFiles, "rename", noted):
            self.line().push(Parcel("p.xml", b"pay", beside=Parcel("p.xml.sha256", b"hash")), "k")
        self.assertEqual(order, ["p.xml", "p.xml.sha256"])

    def test_names_cannot_leave_the_folder(self):
        self.line().push(Parcel("../../evil.xml", b"x"), "k")
        self.assertEqual(self.lying("out"), ["evil.xml"])
        for name in ("..", "a\nb", "", ".profile", "-x"):
            with self.assertRaises(BusinessError, msg=name):
                self.line().push(Parcel(name, b"x"), "k")

    def test_a_try_that_broke_off_leaves_nothing_behind(self):
        self.path("out", "p.xml.0a1b2c3d.part").write_bytes(b"pa")
        self.assertIsNone(self.line().ask("k", Parcel("p.xml", b"pay")), "written but never renamed")
        self.line().push(Parcel("p.xml", b"pay"), "k")
        self.assertEqual(self.lying("out"), ["p.xml"])

    def test_a_line_that_breaks_before_the_rename_is_certain(self):
        with patch.object(RemoteFiles, "_sync", side_effect=EOFError), self.assertRaises(TechnicalError) as caught:
            self.line().push(Parcel("p.xml", b"pay"), "k")
        self.assertNotIsInstance(caught.exception, OutcomeUnknownError)
        self.assertEqual(self.lying("out"), [])

    def test_a_line_that_breaks_at_the_rename_is_unknown_and_can_be_asked(self):
        rename = module.paramiko.SFTPClient.rename

        def lost(client, *args):
            rename(client, *args)
            raise EOFError

        with patch.object(module.paramiko.SFTPClient, "rename", lost), self.assertRaises(OutcomeUnknownError):
            self.line().push(Parcel("p.xml", b"pay"), "k")
        self.assertEqual(self.line().ask("k", Parcel("p.xml", b"pay")).remote_id, "p.xml")
        with self.assertRaises(DuplicateError):
            self.line().ask("k", Parcel("p.xml", b"oth"))

    def test_absence_says_something_only_where_taken_files_are_kept(self):
        parcel = Parcel("p.xml", b"pay")
        with self.assertRaises(NotImplementedError):
            self.line().ask("k", parcel)
        self.assertIsNone(self.line(sent="sent").ask("k", parcel))
        self.path("sent", "p.20260105-1030.xml").write_bytes(b"pay")
        self.assertEqual(self.line(sent="sent").ask("k", parcel).remote_id, "p.xml")


class TestSftpSession(SftpCase):
    """Who the server is, who we are, and how long it may take."""

    def refused(self, kind, code, **changes):
        with self.assertRaises(kind) as caught:
            self.line(**changes).check()
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception

    def test_works(self):
        self.assertEqual(self.line().check(), "127.0.0.1 knows us. 0 files wait.")
        self.assertIn("0 files", self.line(host_keys=self.server.text("host.pub")).check())

    def test_the_first_key_is_shown_never_accepted(self):
        error = self.refused(ConfigurationError, "sftp.host_key_unknown", host_keys="")
        self.assertEqual(error.place, f"ssh-ed25519 {self.server.fingerprint()}")

    def test_a_changed_host_key_stops_everything(self):
        settings = self.server.settings()
        old = self.server.fingerprint()
        self.server.new_host_key()
        with self.assertRaises(SecurityError) as caught:
            Sftp(settings, self.server.secrets()).push(Parcel("p.xml", b"pay"), "k")
        self.assertEqual(caught.exception.code, "sftp.host_key")
        for shown in (old, self.server.fingerprint()):
            self.assertIn(shown, str(caught.exception))
        self.assertEqual(self.lying("out"), [])
        both = f"{old}\n{self.server.fingerprint()}"
        self.assertIn("knows us", self.line(host_keys=both).check(), "a backup pin")

    def test_sign_in(self):
        other = self.server.make_key("other")
        self.refused(AuthError, "sftp.auth", secrets={"private_key": other})
        error = self.refused(AuthError, "sftp.auth", secrets={"password": "wrong"})
        self.assertIn("publickey", str(error))
        self.refused(ConfigurationError, "sftp.secret", secrets={})
        self.refused(ConfigurationError, "sftp.key", secrets={"private_key": "no key"})

    def test_key_with_passphrase(self):
        locked = self.server.make_key("locked", "-N", "a passphrase")
        with open(self.server.home / "authorized", "a") as stream:
            stream.write(self.server.text("locked.pub"))
        self.line({"private_key": locked, "passphrase": "a passphrase"}).check()
        self.refused(ConfigurationError, "sftp.key", secrets={"private_key": locked})
        self.refused(ConfigurationError, "sftp.key", secrets={"private_key": locked, "passphrase": "wrong"})

    def test_a_missing_folder_says_so(self):
        error = self.refused(ConfigurationError, "sftp.folder", **{"in": "nowhere"})
        self.assertIn("'nowhere' is missing", str(error))

    def test_internal_servers_only_where_named(self):
        self.refused(ConfigurationError, "line.internal", environment="live")
        port = self.server.port
        self.line(environment="live", internal=[f"127.0.0.1:{port}"]).check()

    def test_nobody_there(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            started = time.monotonic()
            self.refused(TechnicalError, "sftp.time", address=f"127.0.0.1:{port}", timeout_seconds=1)
            self.assertLess(time.monotonic() - started, 4)
        self.refused(TechnicalError, "line.connect", address=f"127.0.0.1:{port}")

    def test_a_drip_ends_at_the_time_limit(self):
        with relay(self.server.port, pause=0.2, size=8) as port:
            started = time.monotonic()
            self.refused(
                TechnicalError, "sftp.time", address=f"sftp://127.0.0.1:{port}{self.server.root}", timeout_seconds=2
            )
            self.assertLess(time.monotonic() - started, 6)

    def test_a_line_that_breaks(self):
        with relay(self.server.port, most=3000) as port, self.assertRaises(TechnicalError):
            self.line(address=f"sftp://127.0.0.1:{port}{self.server.root}").check()

    def test_addresses_and_pins_in_words(self):
        for address in ("", "https://bank.example", "sftp://"):
            with self.assertRaises(ConfigurationError, msg=address):
                self.line(address=address)
        with self.assertRaises(ConfigurationError):
            parsed_pins("yes, all of them")


class TestSftpWeak(PureCase):
    """A server that offers only weak algorithms is not talked to."""

    def test_weak_algorithms_are_off(self):
        for options in ({"Ciphers": "aes256-cbc"}, {"MACs": "hmac-sha1", "Ciphers": "aes256-ctr"}):
            with Sshd(**options) as server, self.subTest(options), self.assertRaises(TechnicalError):
                Sftp(server.settings(), server.secrets()).check()


@contextmanager
def growing(path):
    """Somebody writes to the file all the time."""
    done = threading.Event()

    def write():
        while not done.wait(0.05):
            with open(path, "ab") as stream:
                stream.write(b"x")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        done.set()
        writer.join()


@contextmanager
def relay(port, pause=0.0, size=4096, most=None):
    """A bad line to ``port``: slow, in small pieces, or cut after ``most`` bytes from the other side."""
    listening = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def pump(source, target, slow):
        passed = 0
        while not done.is_set():
            try:
                piece = source.recv(size if slow else 4096)
                if not piece:
                    break
                target.sendall(piece)
            except OSError:
                break
            passed += len(piece)
            if slow and most and passed >= most:
                break
            if slow and pause:
                time.sleep(pause)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def accept():
        with socket.create_connection(("127.0.0.1", port)) as there:
            here, _address = listening.accept()
            with here:
                back = threading.Thread(target=pump, args=(there, here, True), daemon=True)
                back.start()
                pump(here, there, False)
                back.join(5)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        done.set()
        listening.close()
