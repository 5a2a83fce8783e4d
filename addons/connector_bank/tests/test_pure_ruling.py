"""Matching rules: conditions, safe patterns, and amounts that come out exactly."""

from dataclasses import replace
from decimal import Decimal

from odoo.addons.connector_bank.ruling import Facts, Portion, Rule, checked_pattern, missed, shares
from odoo.addons.finance_connector_base.tests.pure import PureCase

LINE = Facts(Decimal("-4.50"), "EUR", 7, "Account fee March", "Our Bank", "DE99", ("PMNT-MDOP-CHRG",), 3)


class TestRuling(PureCase):
    def test_conditions(self):
        for values, expected in (
            ({}, []),
            ({"direction": "in"}, ["direction"]),
            ({"journals": frozenset({8})}, ["journal"]),
            ({"currencies": frozenset({"USD"})}, ["currency"]),
            ({"partners": frozenset({4})}, ["partner"]),
            ({"least": Decimal(5)}, ["amount"]),
            ({"most": Decimal("4.50")}, []),
            ({"contains": "ACCOUNT FEE"}, []),
            ({"contains": "interest"}, ["text"]),
            ({"contains": "interest", "codes": ("-CHRG",)}, []),
            ({"codes": ("PMNT-MDOP",)}, []),
            ({"codes": ("-INTR",)}, ["text"]),
            ({"without": "march"}, ["without"]),
            ({"counterparty": "our bank"}, []),
            ({"counterparty": "de 99"}, []),
            ({"counterparty": "other", "direction": "in"}, ["direction", "counterparty"]),
        ):
            with self.subTest(values):
                self.assertEqual(missed(Rule(1, **values), LINE), expected)

    def test_speaks(self):
        self.assertFalse(Rule(1, direction="in", least=Decimal(1)).speaks)
        self.assertTrue(Rule(1, codes=("-CHRG",)).speaks)

    def test_pattern(self):
        rule = Rule(1, pattern=checked_pattern(r"account\s+fee"))
        self.assertEqual(missed(rule, LINE), [])
        self.assertEqual(missed(rule, replace(LINE, texts="x" * 400 + "account fee")), ["text"])

    def test_slow_patterns_are_refused(self):
        for text in ("(a+)+b", "(a|a?)+", "(a*)*", ".*.*.*.*x", r"(a)\1", "(", "a" * 201):
            with self.subTest(text), self.assertRaises(ValueError):
                checked_pattern(text)

    def test_shares(self):
        whole = Decimal("-100.01")
        half = Portion("percentage", "50")
        self.assertEqual(sum(shares(whole, [half, Portion("percentage", "100")], "", 2)), whole)
        self.assertEqual(
            shares(whole, [Portion("fixed", "-90"), Portion("percentage", "100")], "", 2),
            [Decimal("-90.00"), Decimal("-10.01")],
        )
        self.assertEqual(
            shares(Decimal(10), [Portion("regex", r"fee ([\d,.]+)"), Portion("percentage", "100")], "fee 1,50", 2),
            [Decimal("1.50"), Decimal("8.50")],
        )

    def test_left_over(self):
        with self.assertRaises(ValueError):
            shares(Decimal(10), [Portion("fixed", "9.90")], "", 2)
        self.assertEqual(shares(Decimal(10), [Portion("fixed", "9.90")], "", 2, Decimal("0.10")), [Decimal(10)])
