import json

from ..core.shown import SHOWN_BYTES, shown
from .pure import PureCase


class TestShown(PureCase):
    """Contents are readable on a screen, and nothing in them is changed."""

    def test_xml_is_indented(self):
        found = shown(b'<?xml version="1.0"?><A><B>1</B><!-- kept --></A>')
        self.assertEqual((found.kind, found.text), ("xml", "<A>\n  <B>1</B>\n  <!-- kept -->\n</A>\n"))

    def test_entities_are_not_expanded(self):
        bomb = b'<!DOCTYPE a [<!ENTITY x "boom">]><a>&x;</a>'
        self.assertIn("&x;", shown(bomb).text)
        file = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
        self.assertNotIn("root:", shown(file).text)

    def test_json_keeps_every_letter(self):
        given = '{"a": 1.10, "b": [], "c": {"d": "x, {y}: \\"z\\""}, "e": [1, 2], "f": {}}'
        found = shown(given.encode())
        self.assertEqual(found.kind, "json")
        self.assertIn('"a": 1.10,\n', found.text)
        self.assertEqual(json.loads(found.text), json.loads(given))
        self.assertEqual("".join(found.text.split()), "".join(given.split()))

    def test_damage_is_shown_as_it_is(self):
        for given in (b"<a><b>", b"{broken", b'{"a": "unclosed', b"", b"]", b"[1,2"):
            with self.subTest(given):
                self.assertEqual("".join(shown(given).text.split()), "".join(given.decode().split()))

    def test_other_texts_and_bytes(self):
        self.assertEqual(shown(b":20:X\r\n:25:Y").text, ":20:X\r\n:25:Y")
        self.assertEqual(shown("Grüße".encode("latin-1")).text, "Grüße")
        self.assertEqual(shown("Grüße".encode("utf-16")).text, "Grüße")
        self.assertEqual(shown(b"PK\x03\x04\x00\x00").kind, "binary")

    def test_large_ones_are_cut(self):
        found = shown(("ü" * SHOWN_BYTES).encode(), SHOWN_BYTES - 1)
        self.assertTrue(found.cut)
        self.assertEqual(set(found.text), {"ü"})
