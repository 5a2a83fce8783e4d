"""Routing, blocking and sameness of cases, on plain values."""

from decimal import Decimal

from odoo.addons.finance_connector_base.casework.blocking import EFFECTS, FIRM, Policy, decided
from odoo.addons.finance_connector_base.casework.fingerprint import fingerprint, normalised
from odoo.addons.finance_connector_base.casework.routing import Facts, Rule, explained, filled, first, patterns

from .pure import PureCase


class TestRouting(PureCase):
    def test_first_rule_takes(self):
        rules = [
            Rule(1, "Large", amount_from=Decimal(1000)),
            Rule(2, "Statements", codes=("statement.*",)),
            Rule(3, "Rest"),
        ]
        for facts, taken in (
            (Facts("statement.gap", company_amount=Decimal(1000)), 1),
            (Facts("statement.gap", company_amount=Decimal("999.99")), 2),
            (Facts("match.none"), 3),
        ):
            with self.subTest(facts=facts):
                self.assertEqual(first(rules, facts).id, taken)

    def test_every_condition_counts(self):
        equal = {
            "area": "bank",
            "company": 1,
            "connector": 2,
            "flow": 3,
            "category": "data",
            "partner": 4,
            "country": 5,
            "currency": 6,
        }
        rule = Rule(1, "All", equal, ("a.*",), Decimal(10), Decimal(20))
        facts = {**equal, "code": "a.b", "amount": Decimal(15)}
        self.assertEqual(rule.misses(Facts(**facts)), [])
        for name in equal:
            other = "x" if isinstance(equal[name], str) else 99
            with self.subTest(name):
                self.assertEqual(rule.misses(Facts(**{**facts, name: other})), [name])
        for amount in (Decimal("9.99"), Decimal(20)):
            self.assertEqual(rule.misses(Facts(**{**facts, "amount": amount})), ["amount"])
        self.assertEqual(rule.misses(Facts(**{**facts, "code": "b"})), ["code"])

    def test_amount_without_currency_is_that_of_the_company(self):
        facts = Facts("x", currency=6, amount=Decimal(5), company_amount=Decimal(500))
        self.assertTrue(Rule(1, "own", {"currency": 6}, amount_from=Decimal(100)).misses(facts))
        self.assertFalse(Rule(1, "company", amount_from=Decimal(100)).misses(facts))

    def test_explained(self):
        rules = [Rule(1, "a", {"area": "tax"}), Rule(2, "b"), Rule(3, "c")]
        verdicts = explained(rules, Facts("x", area="bank"))
        self.assertEqual(
            [(v.rule.id, v.misses, v.takes) for v in verdicts], [(1, ("area",), False), (2, (), True), (3, (), False)]
        )

    def test_words(self):
        self.assertEqual(filled("Ask {partner} about {x}", {"partner": "Azur"}), "Ask Azur about {x}")
        self.assertEqual(patterns(" a.*, ,b "), ("a.*", "b"))


class TestBlocking(PureCase):
    def test_first_that_fits(self):
        policies = [Policy(1, "warn", flow=7), Policy(2, "ignore", codes=("statement.late*",)), Policy(3, "whole")]
        for code, flow, wanted in (("x", 7, 1), ("statement.late_items", 8, 2), ("x", 8, 3)):
            self.assertEqual(decided(policies, code=code, category="data", flow=flow).id, wanted)
        self.assertIsNone(decided([Policy(1, "warn", area="tax")], code="x", category="data", area="bank"))

    def test_never_relaxed(self):
        for category in FIRM:
            for effect in EFFECTS:
                found = decided([Policy(1, effect), Policy(2, "block")], code="x", category=category)
                self.assertEqual(found.id, 2 if effect in ("warn", "ignore") else 1, (category, effect))


class TestFingerprint(PureCase):
    def test_same_cause(self):
        for one, two in (
            ("No journal for account DE12 3456", "No journal for account DE99 1111"),
            ("“a.xml” cannot be read", "“b.xml” cannot be read"),
            ("Line 7: amount 10.00 wrong", "Line 1234: amount 7,777.10 wrong"),
            ("Period 2026-09-30 is locked\nmore", "Period 2026-10-31 is locked\nelse"),
        ):
            with self.subTest(one):
                self.assertEqual(fingerprint("c", 1, "line 1", one), fingerprint("c", 1, "line 22", two))

    def test_other_cause(self):
        base = fingerprint("c", 1, "header", "The period is locked")
        for other in (
            fingerprint("d", 1, "header", "The period is locked"),
            fingerprint("c", 2, "header", "The period is locked"),
            fingerprint("c", 1, "footer", "The period is locked"),
            fingerprint("c", 1, "header", "The journal is missing"),
        ):
            self.assertNotEqual(base, other)

    def test_nothing(self):
        self.assertEqual(normalised(None), "")
        self.assertEqual(len(fingerprint(None, None, None, None)), 16)
