import os
import tempfile
import threading
from pathlib import Path
from unittest.mock import patch

from ..core.errors import ConfigurationError, SecurityError
from ..crypto.envelope import KeyRing, key_id, key_id_of, new_key
from ..crypto.sources import EnvironmentKeys, FileKeys
from .pure import PureCase


class TestEnvelope(PureCase):
    """A secret opens only with its key and only for its record."""

    def setUp(self):
        super().setUp()
        self.key = new_key()
        self.ring = KeyRing([self.key])
        self.token = self.ring.seal("pässword", "record 1")

    def test_round_trip(self):
        self.assertEqual(self.ring.open(self.token, "record 1"), "pässword")
        self.assertNotIn("pässword", self.token)

    def test_every_token_is_different(self):
        self.assertNotEqual(self.ring.seal("pässword", "record 1"), self.token)

    def test_bound_to_its_record(self):
        with self.assertRaises(SecurityError):
            self.ring.open(self.token, "record 2")

    def test_every_changed_character_is_noticed(self):
        for place in range(len(self.token)):
            flipped = "A" if self.token[place] != "A" else "B"
            changed = self.token[:place] + flipped + self.token[place + 1 :]
            try:
                opened = self.ring.open(changed, "record 1")
            except (SecurityError, ConfigurationError):
                continue
            # The last character of a base64 part may carry unused bits.
            self.assertEqual(opened, "pässword", place)

    def test_rotation_opens_old_and_new(self):
        newer = KeyRing([new_key(), self.key])
        self.assertEqual(newer.open(self.token, "record 1"), "pässword")
        self.assertNotEqual(newer.seal("x", "record 1").split("|")[1], self.token.split("|")[1])

    def test_a_foreign_key_says_what_to_do(self):
        with self.assertRaisesRegex(ConfigurationError, "enter the secret again"):
            KeyRing([new_key()]).open(self.token, "record 1")

    def test_keys_must_be_keys(self):
        for keys in ([], ["dG9vIHNob3J0"]):
            with self.assertRaises(ConfigurationError):
                KeyRing(keys)

    def test_rewrapped_without_touching_the_secret(self):
        newer = new_key()
        both = KeyRing([newer, self.key])
        again = both.rewrap(self.token, "record 1")
        self.assertEqual(key_id_of(again), key_id(newer))
        self.assertEqual(again.split("|")[3:], self.token.split("|")[3:])  # nonce and ciphertext
        self.assertNotEqual(again.split("|")[2], self.token.split("|")[2])
        self.assertEqual(KeyRing([newer]).open(again, "record 1"), "pässword")
        with self.assertRaises(SecurityError):
            both.rewrap(self.token, "record 2")
        with self.assertRaises(ConfigurationError):
            KeyRing([newer]).rewrap(self.token, "record 1")

    def test_marks(self):
        mark = self.ring.mark("cluster|database")
        newer = KeyRing([new_key(), self.key])
        self.assertTrue(newer.confirms(mark, "cluster|database"))
        self.assertFalse(newer.confirms(mark, "cluster|copy"))
        self.assertFalse(KeyRing([new_key()]).confirms(mark, "cluster|database"))
        for nothing in (None, "", ":", mark.partition(":")[2], f"{self.ring.current}:"):
            self.assertFalse(newer.confirms(nothing, "cluster|database"))


class TestFileKeys(PureCase):
    """The key file: made once, private, replaced as a whole, taken up without a restart."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.path = Path(folder) / "deeper" / "keys"
        self.source = FileKeys(self.path)

    def test_made_once_and_private(self):
        with self.assertRaisesRegex(ConfigurationError, "not there"):
            self.source.ring()
        self.source.make()
        first = self.source.ring()
        self.source.make()
        self.assertEqual(self.source.ring().ids, first.ids)
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)
        self.path.chmod(0o640)
        with self.assertRaisesRegex(ConfigurationError, "0600"):
            self.source.ring()

    def test_a_new_key_is_taken_up(self):
        self.source.make()
        old, other = self.source.ring(), FileKeys(self.path)
        token = old.seal("secret", "a")
        self.path.write_text("# held by the treasury\n" + self.path.read_text())
        front, behind = new_key(), new_key()
        other.add(front)
        other.add(behind, first=False)
        other.add(front)  # known already
        ring = self.source.ring()
        self.assertEqual(ring.ids, (key_id(front), old.current, key_id(behind)))
        self.assertEqual(ring.open(token, "a"), "secret")
        self.assertIn("# held by the treasury", self.path.read_text())
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(list(self.path.parent.iterdir()), [self.path])

    def test_read_only_stays_read_only(self):
        self.source.make()
        self.path.chmod(0o400)
        self.source.add(new_key())
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o400)

    def test_a_failed_write_leaves_the_old_file(self):
        self.source.make()
        before = self.path.read_bytes()
        with patch("os.fsync", side_effect=OSError(28, "No space left on device")), self.assertRaises(
            ConfigurationError
        ) as caught:
            self.source.add(new_key())
        self.assertIn("No space left", str(caught.exception))
        self.assertEqual(self.path.read_bytes(), before)
        self.assertEqual(list(self.path.parent.iterdir()), [self.path])

    def test_writers_at_once_lose_no_key_and_readers_see_whole_files(self):
        self.source.make()
        token, keys, troubles = self.source.ring().seal("secret", "a"), [new_key() for _number in range(24)], []
        done = threading.Event()

        def read():
            reader = FileKeys(self.path)
            while not done.is_set():
                try:
                    reader.ring().open(token, "a")
                except (ConfigurationError, SecurityError, OSError) as error:
                    troubles.append(error)

        def write(own):
            writer = FileKeys(self.path)
            for key in own:
                writer.add(key)

        reading = threading.Thread(target=read)
        reading.start()
        writing = [threading.Thread(target=write, args=(keys[number::4],)) for number in range(4)]
        for thread in writing:
            thread.start()
        for thread in writing:
            thread.join()
        done.set()
        reading.join()
        self.assertEqual(troubles, [])
        self.assertEqual(set(map(key_id, keys)) - set(self.source.ring().ids), set())

    def test_environment(self):
        old, newer = new_key(), new_key()
        source = EnvironmentKeys("FINANCE_TEST_KEYS")
        with self.assertRaises(ConfigurationError):
            source.ring()
        with patch.dict(os.environ, {"FINANCE_TEST_KEYS": f"{newer}, {old}"}):
            self.assertEqual(source.ring().ids, (key_id(newer), key_id(old)))
            with self.assertRaisesRegex(ConfigurationError, "restart"):
                source.add(new_key())
