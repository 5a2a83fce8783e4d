"""What of a text is remembered, and which memories fit a line."""

from odoo.addons.connector_bank.ruling import Known, KnownTexts, pattern_of
from odoo.addons.finance_connector_base.tests.pure import PureCase


class TestKnownTexts(PureCase):
    def fitting(self, text, name="", incoming=False):
        known = KnownTexts(
            [
                Known("fee", False, "account fee", ""),
                Known("rent", False, "rent office", "lane estates"),
                Known("rent of anybody", False, "rent", ""),
                Known("refund", True, "account fee", ""),
                Known("nothing", False, "12/2026", ""),
            ]
        )
        return [each.key for each in known.fitting(incoming, text, name)]

    def test_pattern(self):
        for text, expected in (
            ("Account fee 03/2026", "account fee"),
            ("ACCOUNT  fee\nAccount", "account fee"),
            ("Frais de tenue n°12 éà", "frais de tenue éà"),
            ("INV2024/17 RF18 4711", ""),
            ("fee", ""),
            ("a b c d e", ""),
            ("", ""),
            (None, ""),
        ):
            with self.subTest(text):
                self.assertEqual(pattern_of(text), expected)
        self.assertEqual(len(pattern_of(" ".join("word" + chr(97 + n) for n in range(20))).split()), 12)

    def test_same_again(self):
        """What was remembered of a text fits it, and its next month."""
        self.assertEqual(self.fitting("Account fee 04/2026"), ["fee"])
        self.assertEqual(self.fitting("fee for your account"), ["fee"])
        self.assertEqual(self.fitting("account fees"), [])
        self.assertEqual(self.fitting("12/2026"), [])

    def test_direction(self):
        self.assertEqual(self.fitting("Account fee", incoming=True), ["refund"])

    def test_the_most_particular_first(self):
        self.assertEqual(self.fitting("Office rent 7", "LANE Estates"), ["rent", "rent of anybody"])
        self.assertEqual(self.fitting("Office rent 7", "Another"), ["rent of anybody"])
        self.assertEqual(self.fitting("Rent", "Lane Estates"), ["rent of anybody"])
