"""Structured references by their standards' own examples, and document numbers as payers write them."""

from odoo.addons.connector_bank.matching.numbers import Number, Text, looks_like_date
from odoo.addons.connector_bank.matching.references import (
    fi_valid,
    iso11649,
    iso11649_valid,
    luhn_valid,
    mod11_valid,
    ogm_valid,
    qrr_valid,
    reference_of,
    structured_references,
)
from odoo.addons.finance_connector_base.tests.pure import PureCase

# (text, kind, value): each is found, and found no more with any digit but the first two changed
EXAMPLES = [
    ("RF18 5390 0754 7034", "RF", "RF18539007547034"),  # ISO 11649, example of the standard
    ("RF18539007547034", "RF", "RF18539007547034"),
    ("21 00000 00003 13947 14300 09017", "QRR", "210000000003139471430009017"),  # SIX QR-bill guidelines
    ("210000000003139471430009017", "QRR", "210000000003139471430009017"),
    ("+++090/9337/55493+++", "OGM", "090933755493"),  # Belgian OGM
    ("***090/9337/55493***", "OGM", "090933755493"),
]


class TestStandards(PureCase):
    def test_examples(self):
        for text, kind, value in EXAMPLES:
            for written in (text, f"thanks {text} a", text.lower(), f"ref:{text}"):
                with self.subTest(written):
                    self.assertIn((kind, value), [(ref.kind, ref.value) for ref in structured_references(written)])

    def test_one_wrong_digit_is_noticed(self):
        for text, kind, _value in EXAMPLES:
            for place, sign in enumerate(text):
                if sign.isdigit():
                    wrong = text[:place] + str((int(sign) + 1) % 10) + text[place + 1 :]
                    with self.subTest(wrong):
                        self.assertNotIn(kind, [ref.kind for ref in structured_references(wrong)])

    def test_check_digits(self):
        self.assertTrue(fi_valid("1234561"))  # Finance Finland: 123456 and check digit 1
        self.assertFalse(fi_valid("1234562"))
        self.assertTrue(luhn_valid("79927398713"))  # ISO/IEC 7812-1 worked example
        self.assertFalse(luhn_valid("79927398710"))
        self.assertTrue(mod11_valid("12345678903"))
        self.assertFalse(mod11_valid("12345678904"))
        for zeros in ("0" * 27, "0" * 12):
            self.assertFalse(qrr_valid(zeros) or ogm_valid(zeros))
        self.assertTrue(iso11649_valid(iso11649("2348231")))
        self.assertFalse(iso11649_valid("RF00ABC"))

    def test_finnish_number_and_rf_are_one_reference(self):
        national = {ref.value for ref in structured_references("1234561", structured=True) if ref.kind == "FI"}
        self.assertEqual(national, {iso11649("1234561")})
        self.assertTrue(national <= {ref.value for ref in structured_references(iso11649("1234561"))})

    def test_reference_over_two_remittance_lines(self):
        found = structured_references("RF185390075\n47034 thanks")
        self.assertEqual([ref.value for ref in found], ["RF18539007547034"])

    def test_bare_digits_need_a_field_of_their_own(self):
        self.assertEqual(structured_references("thanks 1234561 bye"), [])
        self.assertEqual(structured_references("paid on 20261005"), [])
        self.assertTrue(structured_references("1234561", structured=True))
        self.assertEqual(structured_references("42", structured=True), [])

    def test_a_document_number_is_no_reference(self):
        for name in ("INV/2026/00042", "INV202600042", "42", "RG 2026-117"):
            with self.subTest(name):
                self.assertEqual(reference_of(name), [])


class TestNumbers(PureCase):
    def test_strict_form(self):
        for written in ("INV/2026/00042", "inv 2026 00042", "INV202600042", "inv-2026-00042", "INV/2026/000 42"):
            with self.subTest(written):
                self.assertEqual(Number.of(written).strict, "INV202600042")

    def test_loose_form(self):
        self.assertEqual(Number.of("INV/2026/00042").loose, Number.of("inv-2026-42").loose)
        self.assertNotEqual(Number.of("INV/2026/0004").loose, Number.of("INV/2026/00042").loose)

    def test_grades(self):
        grades = {
            "INV/2026/00042": "strong", "A12345": "strong", "INV/2026/0101": "dated", "INV/26/1005": "dated",
            "2026000423": "number", "20261005": "weak", "2026": "weak", "MAI 2026": "weak", "RENT 2026-10": "weak",
            "F-117": "weak", "117": "weak", "INV/2026/10": "weak",
        }  # fmt: skip
        for text, grade in grades.items():
            with self.subTest(text):
                self.assertEqual(Number.of(text).grade, grade)

    def test_too_short_for_anything(self):
        for text in ("42", "A1", "", "no number"):
            self.assertIsNone(Number.of(text))

    def test_digits_are_never_cut(self):
        windows = [window.strict for window in Text(["INV/2026/000421"]).windows(lambda group: (0,), 30)]
        self.assertIn("INV2026000421", windows)
        self.assertNotIn("INV202600042", windows)

    def test_repeated_fields_are_read_once(self):
        self.assertEqual(Text(["INV 1", "inv 1", "x"]).text, "INV 1\nX")

    def test_dates(self):
        for digits in ("20261005", "05102026", "10312026", "261005", "051026"):
            self.assertTrue(looks_like_date(digits), digits)
        for digits in ("20260004", "99999999", "1234567", "991399"):
            self.assertFalse(looks_like_date(digits), digits)
