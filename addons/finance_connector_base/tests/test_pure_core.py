from datetime import date
from decimal import Decimal

from ..core import advice, errors
from ..core.canonical import canonical_json, sha256
from ..core.identifier import uuid7
from ..core.money import money, plain
from ..core.registry import Registry
from .pure import PureCase


class TestMoney(PureCase):
    """Amounts are exact or refused."""

    def test_read(self):
        for text, amount in [("1", "1"), ("-0.10", "-0.10"), ("+7.", "7"), (".5", "0.5"), (" 12.34 ", "12.34")]:
            self.assertEqual(money(text), Decimal(amount), text)

    def test_refuse(self):
        for text in ("", "1e3", "NaN", "Infinity", "1,000", "1.234,50", "١٢", "0x1", "--1", "1" * 23, "1." + "1" * 16):
            with self.assertRaises(ValueError, msg=text):
                money(text)

    def test_plain(self):
        for amount, text in [("1E+2", "100"), ("-0.00", "0.00"), ("0.0000001", "0.0000001"), ("-5", "-5")]:
            self.assertEqual(plain(Decimal(amount)), text)


class TestCanonical(PureCase):
    """One form for one content."""

    def test_same_content_same_bytes(self):
        one = {"b": Decimal("1.50"), "a": [date(2026, 1, 2), None, True, "ü"]}
        other = {"a": [date(2026, 1, 2), None, True, "ü"], "b": Decimal("1.50")}
        self.assertEqual(canonical_json(one), canonical_json(other))
        self.assertEqual(canonical_json(one), '{"a":["2026-01-02",null,true,"ü"],"b":"1.50"}'.encode())

    def test_hash_of_bytes_is_that_of_the_bytes(self):
        self.assertEqual(sha256(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        self.assertEqual(sha256([]), sha256(b"[]"))

    def test_refuse_what_has_no_form(self):
        for value in (object(), {1, 2}, float("nan")):
            with self.assertRaises((TypeError, ValueError)):
                canonical_json(value)


class TestRegistry(PureCase):
    def test_entries_know_code_label_and_addon(self):
        registry = Registry("thing")

        @registry.add("one", "The first")
        class One:
            pass

        self.assertIs(registry.get("one"), One)
        self.assertEqual((One.code, One.label), ("one", "The first"))
        self.assertEqual(registry.addon("one"), "finance_connector_base")
        self.assertEqual(registry.names({"finance_connector_base"}), [("one", "The first")])
        self.assertEqual(registry.names({"elsewhere"}), [])

    def test_two_classes_cannot_share_a_code(self):
        registry = Registry("thing")
        registry.add("one", "x")(type("A", (), {}))
        with self.assertRaises(ValueError):
            registry.add("one", "x")(type("B", (), {}))

    def test_unknown_code_names_the_known(self):
        registry = Registry("thing")
        registry.add("one", "x")(type("A", (), {}))
        with self.assertRaisesRegex(KeyError, "known: one"):
            registry.get("two")


class TestErrors(PureCase):
    def test_every_category_has_a_label(self):
        known = dict(errors.CATEGORIES)
        classes = [found for found in vars(errors).values() if isinstance(found, type)]
        self.assertGreater(len(classes), 10)
        for found in classes:
            self.assertIn(found.category, known, found.__name__)

    def test_code_and_place(self):
        error = errors.FormatError("no", code="camt.amount", place="Ntry[3]")
        self.assertEqual((error.code, error.place, str(error)), ("camt.amount", "Ntry[3]", "no"))
        self.assertEqual(errors.FormatError("no").code, "format")

    def test_advice_falls_back_to_the_prefix(self):
        self.assertEqual(advice.advice("zip.limit.ratio"), advice.ADVICE["zip"])
        self.assertTrue(advice.advice("never.heard.of"))


class TestIdentifier(PureCase):
    def test_uuid7_has_version_variant_and_time(self):
        made = uuid7(1_750_000_000_000, bytes(10))
        self.assertEqual((made.version, made.variant), (7, "specified in RFC 4122"))
        self.assertEqual(made.int >> 80, 1_750_000_000_000)

    def test_later_sorts_after(self):
        self.assertLess(str(uuid7(1000)), str(uuid7(1001)))
