import base64
import random
import zlib
from datetime import UTC, datetime

from lxml import etree

from odoo.addons.finance_connector_base.core.errors import (
    ConfigurationError,
    FinanceError,
    RemoteDefectError,
    SecurityError,
)
from odoo.addons.finance_connector_base.tests.pure import PureCase

from ..ebics import authentication, codes, encryption, keys, order_signature, protocol, requests, responses
from ..ebics.letter import letters
from ..ebics.names import H005
from ..ebics.service import Service, common_services
from .ebics_bank import HOST, PARTNER, USER, user_keys

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def who():
    return requests.Subscriber(HOST, PARTNER, USER, user_keys())


def crypto():
    """The other side's own implementation."""
    from odoo.addons.finance_connector_base.tests.sandbox import sandbox

    sandbox()
    from sandbox import ebics_crypto

    return ebics_crypto


class TestCanonicalForm(PureCase):
    """Inclusive canonical XML 1.0 of a part: with inherited namespaces, without what only the parser sees."""

    def test_known_form(self):
        content = (
            b'<r xmlns="urn:a" xmlns:ds="urn:b" z="0"><!-- no --><h b="2"  a="1" authenticate=\'true\'><x/>'
            b"<ds:y>&#xD;\xc3\xa9 &lt;</ds:y></h></r>"
        )
        expected = (
            '<h xmlns="urn:a" xmlns:ds="urn:b" a="1" authenticate="true" b="2"><x></x><ds:y>&#xD;é &lt;</ds:y></h>'
        ).encode()
        root = etree.fromstring(content)
        self.assertEqual(authentication.canonical(root[1]), expected)
        self.assertEqual(crypto().canonical_parts(content, lambda tag: b"authenticate" in tag), [expected])

    def test_two_ways_agree(self):
        root = etree.fromstring(requests.bank_keys_request(who(), NOW))
        self.assertEqual(authentication.marked_digest(root), crypto().marked_digest(etree.tostring(root)))


class TestOrderSignature(PureCase):
    """A006: line ends do not count, the signature fits the hash, and nothing else."""

    def test_hash(self):
        plain = order_signature.order_hash(b"<a>b</a>")
        self.assertEqual(plain.hex(), "f1bcf55ede4b89962b411213bcbd1918f3e1659d786c1aff20fd5bd89fbcae70")
        self.assertEqual(order_signature.order_hash(b"<a>\r\nb\x1a</a>\n"), plain)
        self.assertNotEqual(order_signature.order_hash(b"<a> b</a>"), plain)
        self.assertEqual(crypto().order_hash(b"<a>\r\nb\x1a</a>\n"), plain)

    def test_signature(self):
        pair = user_keys().signature
        digest = order_signature.order_hash(b"order")
        value = order_signature.sign_hash(digest, pair.private_key)
        self.assertTrue(crypto().order_signature_holds(value, digest, pair.certificate))
        other = order_signature.order_hash(b"Order")
        self.assertFalse(crypto().order_signature_holds(value, other, pair.certificate))
        self.assertFalse(crypto().order_signature_holds(value, digest, user_keys().encryption.certificate))

    def test_several_signers(self):
        signers = [("USER1", user_keys().signature.private_key), ("USER2", user_keys("USER2").signature.private_key)]
        root = etree.fromstring(order_signature.signature_data(bytes(32), PARTNER, signers))
        names = {"s": "http://www.ebics.org/S002"}
        self.assertEqual(root.xpath("s:OrderSignatureData/s:UserID/text()", namespaces=names), ["USER1", "USER2"])


class TestEncryption(PureCase):
    """E002: round trips through both implementations; damage is told, never returned."""

    def test_known_block(self):
        """AES-128 in CBC with a zero vector: NIST SP 800-38A, F.2.1, first block with the vector mixed in."""
        key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
        plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
        block = bytes(a ^ b for a, b in zip(plain, bytes(range(16)), strict=True))
        cipher = encryption.Cipher(encryption.algorithms.AES(key), encryption.modes.CBC(bytes(16))).encryptor()
        self.assertEqual(cipher.update(block).hex(), "7649abac8119b246cee98e9b12e9197d")

    def test_round_trips(self):
        chance = random.Random(5)
        for size in (0, 1, 15, 16, 17, 1000, 70000):
            content, key = chance.randbytes(size), encryption.new_transaction_key()
            sent = encryption.encrypted(content, key)
            self.assertEqual(len(sent) % 16, 0)
            self.assertEqual(encryption.decrypted(sent, key, 100000), content)
            self.assertEqual(crypto().decrypt(sent, key), content)
            self.assertEqual(encryption.decrypted(crypto().encrypt(content, key), key, 100000), content)

    def test_transaction_key(self):
        pair, key = user_keys().encryption, encryption.new_transaction_key()
        self.assertEqual(encryption.unwrapped(encryption.wrapped(key, pair.certificate), pair.private_key), key)

    def test_damage(self):
        chance, key = random.Random(6), encryption.new_transaction_key()
        sent = encryption.encrypted(b"x" * 500 + chance.randbytes(500), key)
        for _round in range(200):
            spot = chance.randrange(len(sent))
            broken = sent[:spot] + bytes([sent[spot] ^ chance.randrange(1, 256)]) + sent[spot + 1 :]
            with self.assertRaises(RemoteDefectError):
                encryption.decrypted(broken, key, 100000)
        for cut in (0, 5, 16, len(sent) - 16):
            with self.assertRaises(RemoteDefectError):
                encryption.decrypted(sent[:cut], key, 100000)

    def test_bomb(self):
        key = encryption.new_transaction_key()
        with self.assertRaises(RemoteDefectError) as caught:
            encryption.decrypted(encryption.encrypted(bytes(1 << 20), key), key, 1000)
        self.assertEqual(caught.exception.code, "ebics.size")

    def test_segments(self):
        content = bytes(range(256)) * 3
        text = base64.b64encode(content).decode()
        self.assertEqual(responses.decoded([text[:400], text[400:]]), content)
        apart = [base64.b64encode(content[:100]).decode(), base64.b64encode(content[100:]).decode()]
        self.assertEqual(responses.decoded(apart), content)


class TestKeys(PureCase):
    """Three keys, each for one use; what is kept comes back; hashes as letters show them."""

    def test_uses(self):
        uses = ("content_commitment", "digital_signature", "key_encipherment")
        for pair, use in zip(user_keys().all(), uses, strict=True):
            usage = pair.certificate.extensions.get_extension_for_class(keys.x509.KeyUsage).value
            self.assertTrue(getattr(usage, use))
            self.assertEqual(usage.content_commitment + usage.digital_signature + usage.key_encipherment, 1)

    def test_kept(self):
        text = keys.users_to_text({USER: user_keys()})
        again = keys.users_from_text(text)[USER]
        self.assertEqual([pair.certificate for pair in again.all()], [pair.certificate for pair in user_keys().all()])
        self.assertNotIn("PRIVATE", repr(again))
        for broken in ("", "[]", "{\"U\": {}}", text[:200], text.replace("BEGIN CERT", "BEGIN SERT")):
            with self.assertRaises(ConfigurationError):
                keys.users_from_text(broken)

    def test_length(self):
        for bits in (1024, 8192):
            with self.assertRaises(ConfigurationError):
                keys.make_keys("U", "", NOW, bits=bits)

    def test_hashes(self):
        digest = bytes(range(32))
        shown = keys.shown_hash(digest)
        self.assertTrue(shown.startswith("00 01 02 03 04 05 06 07  08 09"))
        self.assertEqual(keys.read_hash(shown.lower().replace(" ", "\n", 3)), digest)
        self.assertIsNone(keys.read_hash("00 01"))
        self.assertIsNone(keys.read_hash("no hash"))

    def test_letter(self):
        first, second = letters(who(), "Own Company", NOW)
        self.assertEqual([key.version for key in first.keys], ["A006"])
        self.assertEqual([key.version for key in second.keys], ["X002", "E002"])
        shown = keys.shown_hash(keys.certificate_hash(user_keys().signature.certificate))
        self.assertEqual(first.keys[0].hash, shown)


class TestAuthentication(PureCase):
    """X002: the bank's own check takes our requests; ours refuses every answer that was touched."""

    def test_requests_are_taken(self):
        bank = keys.BankKeys(user_keys("BANK").authentication.certificate, user_keys("BANK").encryption.certificate)
        orders = [
            requests.Order("BTD", Service("EOP", "camt.053", "08", "DE", container="ZIP"), NOW.date(), NOW.date()),
            requests.Order("BTU", Service("SCT", "pain.001", "09"), file_name='a "b" & <c>.xml', distributed=True),
            requests.Order("HAC"),
        ]
        sent = [requests.initialisation_request(who(), bank, order, NOW, segments=1) for order in orders]
        sent.append(requests.transfer_request(who(), "A" * 32, 1, True, "QUJD"))
        sent.append(requests.receipt_request(who(), "A" * 32, True))
        for content in sent:
            self.assertTrue(crypto().request_is_signed(content, user_keys().authentication.certificate))
            self.assertFalse(crypto().request_is_signed(content, user_keys().encryption.certificate))
        changed = sent[0].replace(b"EOP", b"STM")
        self.assertFalse(crypto().request_is_signed(changed, user_keys().authentication.certificate))

    def answer(self, **values):
        from odoo.addons.finance_connector_base.tests.sandbox import sandbox

        sandbox()
        from sandbox import ebics_papers

        paper = ebics_papers.answer("000000", transaction="B" * 32, order_id="A001", segment=1, last=True, **values)
        return crypto().signed_answer(paper, user_keys("BANK").authentication.private_key)

    def read(self, content):
        bank = user_keys("BANK")
        return responses.read(content, keys.BankKeys(bank.authentication.certificate, bank.encryption.certificate))

    def test_answers(self):
        content = self.answer()
        found = self.read(content)
        self.assertEqual((found.transaction_id, found.order_id, found.signed), ("B" * 32, "A001", True))
        for old, new in (
            (b"A001", b"A002"),
            (b">000000</ReturnCode><Rep", b">000001</ReturnCode><Rep"),
            (b'authenticate="true">000000', b'authenticate="false">000000'),
            (b"<ds:DigestValue>", b"<ds:DigestValue>A"),
            (b"xmlenc#sha256", b"xmlenc#sha512"),
        ):
            self.assertIn(old, content)
            with self.assertRaises((SecurityError, RemoteDefectError), msg=old):
                self.read(content.replace(old, new, 1))

    def test_another_key(self):
        other = user_keys("USER2")
        with self.assertRaises(SecurityError):
            responses.read(
                self.answer(), keys.BankKeys(other.authentication.certificate, other.encryption.certificate)
            )

    def test_good_news_without_signature(self):
        content = self.answer()
        start, end = content.index(b"<AuthSignature>"), content.index(b"</AuthSignature>") + 16
        with self.assertRaises(SecurityError):
            self.read(content[:start] + content[end:])

    def test_damage(self):
        """Whatever is flipped: the same answer, or a refusal; never another one."""
        content, chance = self.answer(), random.Random(7)
        right = self.read(content)
        for _round in range(400):
            spot = chance.randrange(len(content))
            broken = content[:spot] + bytes([chance.randrange(256)]) + content[spot + 1 :]
            try:
                found = self.read(broken)
            except FinanceError:
                continue
            if found.signed:
                self.assertEqual((found.order_id, found.technical), (right.order_id, right.technical))
            else:
                self.assertFalse(codes.is_ok(found.code))

    def test_document_type(self):
        with self.assertRaises(RemoteDefectError):
            responses.read(b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]><r>&e;</r>')


class TestWords(PureCase):
    """Data: services, return codes, the customer protocol."""

    def test_services(self):
        for row in common_services().values():
            parts = {name: row[name] for name in ("name", "scope", "option", "container", "message", "version")}
            self.assertTrue(str(Service(**parts)))
        for wrong in ({"name": "eop", "message": "camt.053"}, {"name": "EOP", "message": ""},
                      {"name": "EOP", "message": "camt.053", "container": "RAR"}):  # fmt: skip
            with self.assertRaises(ConfigurationError):
                Service(**wrong)

    def test_codes(self):
        for code, known in codes.RETURN_CODES.items():
            self.assertRegex(code, r"^\d{6}$")
            self.assertEqual(codes.is_ok(code), known.who == "ok")
            if known.who != "ok":
                self.assertEqual(codes.error_of(code).code, f"ebics.{code}")
                self.assertTrue(known.next or code == "090005", code)
        self.assertIsInstance(codes.error_of("099999"), RemoteDefectError)

    def test_unsecured_request(self):
        root = etree.fromstring(requests.signature_key_request(who()))
        data = zlib.decompress(base64.b64decode(root.findtext(f".//{{{H005}}}OrderData")))
        self.assertIn(b"SignaturePubKeyOrderData", data)
        self.assertNotIn(b"RSAKeyValue", data)

    def test_fate(self):
        def event(action, reason):
            return protocol.Event(action, "A001", "BTU", PARTNER, USER, NOW, reason, "")

        self.assertEqual(protocol.fate([]), None)
        self.assertEqual(protocol.fate([event("FILE_UPLOAD", "TS01")]), "arrived")
        self.assertEqual(protocol.fate([event("FILE_UPLOAD", "TS01"), event(protocol.DONE, "DS05")]), "done")
        self.assertEqual(protocol.fate([event("FILE_UPLOAD", "TS01"), event(protocol.REFUSED, "DS0H")]), "refused")
        self.assertEqual(protocol.fate([event("FILE_UPLOAD", "TA01"), event(protocol.REFUSED, "TA01")]), "absent")
