import re
from datetime import date

from ..retention.classes import evidence_until
from ..retention.terms import ERASED, mentions, pattern
from .pure import PureCase

TERMS = ("Jörg Müller-Weiß", "joerg@example.com", "DE89 3704 0044 0532 0130 00", "+49 170 1234567")


class TestTerms(PureCase):
    """A person is found however the name is broken, spelled and encoded; others are not."""

    def setUp(self):
        super().setUp()
        self.pattern = pattern(TERMS)

    def test_found(self):
        for text in (
            "Zahlung an Jörg Müller-Weiß, Miete",
            "JOERG MUELLER-WEISS",
            "Müller-Weiß, Jörg",
            "Jorg Muller-Weiß",
            ":86:166?20EREF+1?32JOERG MUELL\r\nER-WEISS?30",
            "?32JOERG MUELL?33ER-WEISS",
            "IBAN DE89370400440532013000 BIC",
            "IBAN: DE89 3704 0044 0532 0130 00.",
            '{"mail": "JOERG@EXAMPLE.COM"}',
            "Tel. +491701234567",
        ):
            for encoding in ("utf-8", "latin-1", "utf-16"):
                with self.subTest(text, encoding=encoding):
                    self.assertTrue(mentions(self.pattern, text.encode(encoding)))

    def test_not_found(self):
        for text in ("Jörg Schmidt", "Müller", "DE89370400440532013001", "georg@example.com", ""):
            with self.subTest(text):
                self.assertFalse(mentions(self.pattern, text.encode()))

    def test_replaced(self):
        words = re.sub(self.pattern, ERASED, "to Jörg Müller-Weiß (DE89 3704 0044 0532 0130 00)", flags=re.IGNORECASE)
        self.assertEqual(words, f"to {ERASED} ({ERASED})")

    def test_too_short_to_look_for(self):
        self.assertIsNone(pattern(["Li", " ", ""]))

    def test_signs_mean_themselves(self):
        self.assertFalse(mentions(pattern(["a.c+ (x)*"]), b"abcc xxx"))
        self.assertTrue(mentions(pattern(["a.c+ (x)*"]), b"an A.C+ (X)* here"))


class TestBooks(PureCase):
    """Periods for books run from the end of the calendar year."""

    def test_until(self):
        self.assertEqual(evidence_until(date(2024, 2, 29), 10), date(2034, 12, 31))
        self.assertEqual(evidence_until(date(2026, 12, 31), 1), date(2027, 12, 31))
