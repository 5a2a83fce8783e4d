"""Text without a declared charset, read line by line; records made quickly are frozen all the same."""

import copy
import dataclasses
import pickle
from decimal import Decimal
from io import BytesIO

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.record import record
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK, TextLimits
from odoo.addons.finance_connector_base.core.safe.text import forgiving_lines
from odoo.addons.finance_connector_base.core.statement import Entry
from odoo.addons.finance_connector_base.tests.pure import PureCase


def read(content, limits=None):
    return [line for _number, line in forgiving_lines(BytesIO(content), limits)]


class TestForgivingLines(PureCase):
    def test_charsets(self):
        texts = {
            "utf-8": "Müller, Łódź, 東京",
            "cp1252": "Müller & Søn, œuvre, Père, 5 m³",
            "latin-1": "Müller, Größe, élève",
            "cp1250": "Zażółć gęślą jaźń",
            "cp852": "Díj, jutalék, könyvelés",
            "cp850": "Müller, Größe, élan",
            "utf-16": "Müller 東京",
        }
        for name, text in texts.items():
            with self.subTest(name):
                self.assertEqual(read(f"first\n{text}\n".encode(name)), ["first", text])

    def test_utf8_beside_another(self):
        """One line in another charset spoils none of the others."""
        self.assertEqual(read("Zürich\n".encode() + "Köln\n".encode("cp1252") + "Wörgl".encode()),
                         ["Zürich", "Köln", "Wörgl"])  # fmt: skip

    def test_line_ends(self):
        self.assertEqual(list(forgiving_lines(BytesIO(b"a\r\nb\rc\n\nd"))),
                         [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d")])  # fmt: skip
        self.assertEqual(read(b""), [])

    def test_any_block_border(self):
        for shift in range(4):
            content = b"x" * (CHUNK - 2 - shift) + "\r\né\r\nend".encode()
            self.assertEqual(read(content)[1:], ["é", "end"], shift)
        numbers = [number for number, _line in forgiving_lines(BytesIO(b"0123456789\n" * 20_000))]
        self.assertEqual(numbers, list(range(1, 20_001)))

    def test_deceiving(self):
        """What shows other than it reads becomes a blank, so digits around it never join."""
        self.assertEqual(read("1\x002\u202e3\x1a4\u2028".encode()), ["1 2 3 4 "])
        self.assertEqual(read("e\u0301\t\u200f".encode()), ["é\t\u200f"])

    def test_limits(self):
        for content in (b"y" * 200, b"y" * 200 + b"\n", b"y\n" * 2000):
            with self.assertRaises(FormatError) as caught:
                read(content, TextLimits(line_characters=100, total_bytes=1000))
            self.assertEqual(caught.exception.code, "text.limit")
        with self.assertRaises(FormatError) as caught:
            read(b"\xff\xfea\x00\x00\xd8b")
        self.assertEqual(caught.exception.code, "text.encoding")


class TestRecord(PureCase):
    def test_frozen(self):
        entry = Entry(None, Decimal(1), place="x")
        self.assertIs(type(entry), Entry)
        for change in (lambda: setattr(entry, "amount", 2), lambda: delattr(entry, "amount")):
            with self.assertRaises(AttributeError):
                change()
        self.assertFalse(hasattr(entry, "__dict__"))

    def test_like_a_dataclass(self):
        entry = Entry(None, Decimal(1), place="x")
        self.assertEqual(entry, Entry(booked_on=None, amount=Decimal("1.00"), place="x"))
        self.assertEqual(hash(entry), hash(copy.copy(entry)))
        self.assertEqual(pickle.loads(pickle.dumps(entry)), entry)
        self.assertEqual(dataclasses.replace(entry, place="y").place, "y")
        self.assertNotEqual(entry, dataclasses.replace(entry, place="y"))
        with self.assertRaises(TypeError):
            Entry()

    def test_defaults(self):
        @record
        class Point:
            x: int
            y: int = 2

        self.assertEqual((Point(1).y, Point(1, 3).y, repr(Point(1)).rpartition(".")[2]), (2, 3, "Point(x=1, y=2)"))
