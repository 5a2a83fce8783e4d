from hypothesis import given
from hypothesis import strategies as st

from ..duplicates.normal import account_key, address_key, name_tokens, phone_key, tax_key
from ..duplicates.score import THRESHOLD, Party, keys, score
from .pure import PureCase


def party(number, name, **values):
    return Party(number, name_tokens(name), **values)


class TestNormal(PureCase):
    """What people write in many ways has one form."""

    def test_names(self):
        for one, other in (
            ("Müller & Söhne GmbH", "MULLER SOHNE"),
            ("S.A.R.L. Dupont", "Dupont SARL"),
            ("Sun Trading Co., Ltd.", "trading, sun"),
            ("Kowalski Sp. z o.o.", "KOWALSKI"),
            ("Groß AG", "Gross"),
        ):
            with self.subTest(one):
                self.assertEqual(name_tokens(one), name_tokens(other))
        self.assertEqual(name_tokens("SA"), ("sa",), "what is left is kept")
        self.assertNotEqual(name_tokens("Sun Trading"), name_tokens("Moon Trading"))

    def test_numbers(self):
        self.assertEqual(tax_key("BE 0477.472.701"), tax_key("0477472701", "BE"))
        self.assertEqual(tax_key("EL123456789"), tax_key("123456789", "gr"))
        self.assertIsNone(tax_key("n/a"))
        self.assertEqual(account_key("be71 0961-2345 6769"), "BE71096123456769")
        self.assertEqual(phone_key("+32 (0)2 555 12 34"), phone_key("0032 2 555 12 34"))
        self.assertEqual(address_key("B-1000", "12, Rue Haute"), address_key("b 1000", "Rue Haute 12"))

    @given(st.text(max_size=30))
    def test_any_text_has_a_form(self, text):
        self.assertEqual(name_tokens(text), tuple(sorted(name_tokens(text))))
        self.assertEqual(name_tokens(text), name_tokens(f"  {text} "))


class TestScore(PureCase):
    """Which pairs a person sees."""

    def shown(self, one, other):
        points, _reasons = score(one, other)
        return points >= THRESHOLD and bool({k for _s, k in keys(one)} & {k for _s, k in keys(other)})

    def test_the_same_party(self):
        base = party(1, "Sun GmbH", tax="DE123456788", accounts=frozenset({"DE1"}), country="DE")
        self.assertTrue(self.shown(base, party(2, "SUN")))
        self.assertTrue(self.shown(base, party(2, "Other", tax="DE123456788")))
        self.assertTrue(self.shown(base, party(2, "Other", accounts=frozenset({"DE1"}))))
        one = party(1, "Brouwerij Zonnewijzer", phone="255512345", address="1000 haute 12")
        self.assertTrue(self.shown(one, party(2, "Brouwery Zonnewijzer", phone="255512345", address="1000 haute 12")))

    def test_another_party(self):
        base = party(1, "Sun GmbH", tax="DE123456788", country="DE", phone="255512345")
        self.assertFalse(self.shown(base, party(2, "Moon", phone="255512345")))
        self.assertFalse(self.shown(base, party(2, "Sun", tax="DE999999999", country="DE")))
        self.assertFalse(self.shown(base, party(2, "Sun", country="FR")))

    @given(st.text("abc ", max_size=8), st.text("abc ", max_size=8), st.booleans())
    def test_the_order_does_not_matter(self, one, other, taxed):
        left, right = party(1, one, tax="X1" if taxed else None), party(2, other, tax="X1")
        self.assertEqual(score(left, right), score(right, left))
        self.assertTrue(0 <= score(left, right)[0] <= 100)
