"""Records of fixed width: with and without line ends, any charset, columns that stay."""

import io

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.limits import TextLimits
from odoo.addons.finance_connector_base.core.safe.records import records
from odoo.addons.finance_connector_base.tests.pure import PureCase


def read(content, width=8, **limits):
    return list(records(io.BytesIO(content), width, TextLimits(**limits) if limits else None))


class TestRecords(PureCase):
    """What a line is, whatever is between them."""

    def test_line_ends(self):
        for end in (b"\n", b"\r\n", b"\r"):
            self.assertEqual(read(end.join((b"one", b"two", b""))), [(1, "one     "), (2, "two     ")])
        self.assertEqual(read(b"\xef\xbb\xbfone\n\n \r\n\x00two\x1a\x00"), [(1, "one     "), (4, "two     ")])
        self.assertEqual(read(b""), [])

    def test_no_line_ends(self):
        self.assertEqual(read(b"12345678abcdefgh12\x00"), [(1, "12345678"), (2, "abcdefgh"), (3, "12      ")])
        long = b"12345678" * 100_000  # over several chunks
        self.assertEqual(read(long), [(number, "12345678") for number in range(1, 100_001)])

    def test_longer_lines_stay(self):
        self.assertEqual(read(b"1234567890\nx\n"), [(1, "1234567890"), (2, "x       ")])

    def test_columns_stay(self):
        """A letter is one column in any charset; what deceives or controls becomes one blank each."""
        self.assertEqual(read("Ärger\n".encode("cp1252") + b"x\n"), [(1, "Ärger   "), (2, "x       ")])
        for odd in ("\x00", "\x07", "\u202e", "\u2066", "\x85"):
            self.assertEqual(read(f"a{odd}b\n".encode()), [(1, "a b     ")])

    def test_limits(self):
        for limits, content in (({"line_characters": 10}, b"x" * 11 + b"\n"), ({"total_bytes": 10}, b"12345\n" * 3)):
            with self.assertRaises(FormatError) as caught:
                read(content, 4, **limits)
            self.assertEqual(caught.exception.code, "text.limit")
        endless = b"a\n" + b"x" * (1 << 21)
        with self.assertRaises(FormatError):
            read(endless, 4, line_characters=1000)
