import io
import zipfile
from dataclasses import replace

from ..core.errors import (
    BusinessError,
    ConfigurationError,
    FinanceError,
    FormatError,
    SecurityError,
)
from ..core.transport import Parcel, Receipt
from ..steps.chain import STEPS, Stepped, chain, codes
from ..steps.pgp import fingerprints
from .pgp_keys import PgpKeys
from .pure import PureCase

SETTINGS = {"max_bytes": 1_000_000, "timeout_seconds": 30}


def step(code, secrets=None, **settings):
    return STEPS.get(code)({**SETTINGS, **settings}, secrets or {})


class TestZip(PureCase):
    def test_there_and_back(self):
        wired = step("zip").wrap(Parcel("a.xml", b"content"))
        self.assertEqual(wired.name, "a.xml.zip")
        self.assertEqual(wired, step("zip").wrap(Parcel("a.xml", b"content")), "the same bytes each time")
        (back,) = step("zip").unwrap(wired)
        self.assertEqual((back.name, back.content), ("a.xml", b"content"))

    def test_limits(self):
        wired = step("zip").wrap(Parcel("a.xml", b"0" * 5_000_000))
        with self.assertRaises(FormatError):
            list(step("zip").unwrap(wired))
        with self.assertRaises(FormatError):
            list(step("zip").unwrap(Parcel("a.zip", b"no zip")))


class TestManifest(PureCase):
    def test_there_and_back(self):
        for code in ("sha256", "control"):
            wired = step(code).wrap(Parcel("a.xml", b"content"))
            (back,) = step(code).unwrap(wired)
            self.assertEqual(back.content, b"content")
            with self.assertRaises(SecurityError):
                list(step(code).unwrap(replace(wired, content=b"Content")))
            with self.assertRaises(FormatError):
                list(step(code).unwrap(replace(wired, beside=None)))
            for text in (b"nothing", b"\xff\xfe", b"x" * 100_000):
                with self.assertRaises(FormatError):
                    list(step(code).unwrap(replace(wired, beside=Parcel("m", text))))

    def test_a_control_file_for_another_file(self):
        wired = step("control").wrap(Parcel("a.xml", b"content"))
        with self.assertRaises(SecurityError):
            list(step("control").unwrap(replace(wired, name="b.xml")))


class TestPgp(PureCase):
    """With the real program; the other side encrypts and signs as banks do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = cls.enterClassContext(PgpKeys())
        cls.bank, cls.us, cls.stranger = (cls.keys.make(name) for name in ("bank", "us", "stranger"))

    def pgp(self, code="pgp", **changes):
        settings = {"pgp_public_key": self.keys.public(self.bank), "pgp_fingerprints": self.bank, **changes}
        return step(code, {"pgp_key": self.keys.private(self.us)}, **settings)

    def sent(self, *command, content=b"statement"):
        return Parcel("a.xml.pgp", self.keys.gpg(*command, content=content))

    def refused(self, parcel, kind=FinanceError, **changes):
        with self.assertRaises(kind) as caught:
            list(self.pgp(**changes).unwrap(parcel))
        return caught.exception

    def test_there_and_back(self):
        parcel = self.sent("--encrypt", "--sign", "-u", self.bank, "-r", self.us)
        (found,) = self.pgp().unwrap(parcel)
        self.assertEqual((found.name, found.content), ("a.xml", b"statement"))
        wired = self.pgp().wrap(Parcel("pain.xml", b"pay"))
        self.assertEqual(wired.name, "pain.xml.pgp")
        self.assertEqual(self.keys.gpg("--decrypt", content=wired.content), b"pay")

    def test_signed_by_somebody_else(self):
        parcel = self.sent("--encrypt", "--sign", "-u", self.stranger, "-r", self.us)
        self.assertEqual(self.refused(parcel, SecurityError).code, "pgp.signature")
        both = self.keys.public(self.bank) + self.keys.public(self.stranger)
        self.assertEqual(self.refused(parcel, SecurityError, pgp_public_key=both).code, "pgp.signature")

    def test_signed_by_two(self):
        parcel = self.sent("--encrypt", "--sign", "-u", self.bank, "-u", self.stranger, "-r", self.us)
        self.refused(parcel, SecurityError)

    def test_half_protected(self):
        self.refused(self.sent("--encrypt", "-r", self.us), SecurityError)
        self.refused(self.sent("--sign", "-u", self.bank), FormatError)
        self.refused(self.sent("--clearsign", "-u", self.bank), FormatError)
        self.refused(Parcel("a.xml.pgp", b"<Document/>"), FormatError)

    def test_for_somebody_else(self):
        parcel = self.sent("--encrypt", "--sign", "-u", self.bank, "-r", self.stranger)
        self.assertEqual(self.refused(parcel, SecurityError).code, "pgp.key")

    def test_damaged_or_too_large(self):
        parcel = self.sent("--encrypt", "--sign", "-u", self.bank, "-r", self.us)
        for at in (20, len(parcel.content) // 2, len(parcel.content) - 5):
            content = bytearray(parcel.content)
            content[at] ^= 1
            self.refused(replace(parcel, content=bytes(content)))
            self.refused(replace(parcel, content=parcel.content[:at]))
        bomb = self.sent("--encrypt", "--sign", "-u", self.bank, "-r", self.us, content=b"0" * 5_000_000)
        self.refused(bomb)

    def test_status_lines_inside_the_message_prove_nothing(self):
        forged = f"\n[GNUPG:] GOODSIG x\n[GNUPG:] VALIDSIG {self.bank} {self.bank}\n".encode()
        self.refused(self.sent("--encrypt", "-r", self.us, "--set-filename", forged.decode(), content=forged))

    def test_detached(self):
        signature = self.keys.gpg("--detach-sign", "--armor", "-u", self.bank, content=b"statement")
        parcel = Parcel("a.xml", b"statement", beside=Parcel("a.xml.asc", signature))
        (found,) = self.pgp("pgp_sign").unwrap(parcel)
        self.assertEqual(found.content, b"statement")
        for wrong in (
            replace(parcel, content=b"Statement"),
            replace(parcel, beside=None),
            replace(parcel, beside=Parcel("a.xml.asc", b"nothing")),
            replace(
                parcel, beside=Parcel("x", self.keys.gpg("--detach-sign", "-u", self.stranger, content=b"statement"))
            ),
        ):
            with self.assertRaises(SecurityError):
                list(self.pgp("pgp_sign").unwrap(wrong))
        wired = self.pgp("pgp_sign").wrap(Parcel("pain.xml", b"pay"))
        self.assertEqual(wired.beside.name, "pain.xml.asc")

    def test_keys_in_words(self):
        with self.assertRaises(ConfigurationError):
            fingerprints("DEADBEEF")
        for changes in ({"pgp_public_key": ""}, {"pgp_fingerprints": ""}, {"pgp_fingerprints": self.stranger}):
            with self.assertRaises(ConfigurationError, msg=changes):
                self.pgp(**changes).check()
        self.pgp().check()


class Line:
    """A transport in memory."""

    def __init__(self, *waiting):
        self.waiting, self.confirmed, self.pushed = waiting, [], []

    def pull(self):
        yield from self.waiting

    def confirm(self, remote_id):
        self.confirmed.append(remote_id)

    def push(self, parcel, key):
        self.pushed.append(parcel)
        return Receipt(remote_id=parcel.name)

    def ask(self, key, parcel=None):
        return Receipt(remote_id=parcel.name)


class Kept:
    parcel = None

    def load(self):
        return self.parcel

    def save(self, parcel):
        self.parcel = parcel
        return parcel


class Counter:
    """A step that never gives the same bytes twice, as encryption does."""

    count = 0

    def wrap(self, parcel):
        Counter.count += 1
        return replace(parcel, content=parcel.content + b"%d" % Counter.count)


class TestStepped(PureCase):
    def test_a_source_is_confirmed_with_its_last_part(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name in ("a.xml", "b.xml"):
                archive.writestr(name, name)
        inner = Line(Parcel("all.zip", packed.getvalue(), remote_id="all.zip"))
        line, seen = Stepped(inner, chain("zip", SETTINGS, {})), []
        for parcel in line.pull():
            self.assertEqual(inner.confirmed, [])
            line.confirm(parcel.remote_id)
            seen.append((parcel.name, parcel.wire.name))
        self.assertEqual(seen, [("a.xml", "all.zip"), ("b.xml", "all.zip")])
        self.assertEqual(inner.confirmed, ["all.zip"])

    def test_what_cannot_be_opened_comes_as_it_is(self):
        (parcel,) = Stepped(Line(Parcel("a.zip", b"no zip")), chain("zip", SETTINGS, {})).pull()
        self.assertEqual((parcel.content, parcel.trouble.code), (b"no zip", "zip.malformed"))

    def test_a_wrong_set_up_leaves_it_at_the_source(self):
        with self.assertRaises(ConfigurationError):
            list(Stepped(Line(Parcel("a.pgp", b"x")), chain("pgp", SETTINGS, {})).pull())

    def test_every_try_sends_the_same_bytes(self):
        inner, kept = Line(), Kept()
        for _time in range(2):
            Stepped(inner, [Counter()], kept).push(Parcel("p", b"pay"), "k")
        self.assertEqual(len({parcel.content for parcel in inner.pushed}), 1)
        self.assertTrue(Stepped(inner, [Counter()], kept).ask("k", Parcel("p", b"pay")))
        self.assertIsNone(Stepped(inner, [Counter()], Kept()).ask("k", Parcel("p", b"pay")), "never made ready")

    def test_names(self):
        self.assertEqual(codes(" pgp , zip"), ["pgp", "zip"])
        self.assertEqual(codes(None), [])
        with self.assertRaises(ConfigurationError):
            codes("rot13")
        with self.assertRaises(BusinessError):
            step("zip").wrap(Parcel("..", b""))
