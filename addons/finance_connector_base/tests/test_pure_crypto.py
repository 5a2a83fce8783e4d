from ..core.errors import ConfigurationError, SecurityError
from ..crypto.envelope import KeyRing, new_key
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
