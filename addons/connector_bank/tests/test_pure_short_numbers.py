"""Short numbers: what payers quote of a document's number, and when it is enough."""

from decimal import Decimal

from odoo.addons.connector_bank.matching import match
from odoo.addons.connector_bank.matching.numbers import short_runs, shortened
from odoo.addons.connector_bank.matching.score import alike, is_named
from odoo.addons.connector_bank.tests.test_pure_matching import AZURE, DECO, IBAN, MatchCase, item, line
from odoo.addons.finance_connector_base.tests.pure import PureCase


class TestShortened(PureCase):
    def test_what_is_quoted_of_a_number(self):
        for name, short in (
            ("INV/2025/04901", {"202504901", "4901"}),
            ("102299", {"102299"}),
            ("100976", {"100976"}),  # no part of a number: the day it looks like does not matter
            ("R2025003", {"2025003"}),
            ("INV/2025/2024", {"20252024"}),
            ("RE-150325", set()),
            ("INV/26/42", {"2642"}),
            ("BILL", set()),
        ):
            self.assertEqual(set(shortened(name)), short, name)

    def test_what_may_be_a_short_number(self):
        texts = ("RG 04901, 102299; RE4711", "vom 12.03.2025 über 1.234,56 EUR 100,00", "Tel 030/123456")
        self.assertEqual(
            short_runs(texts),
            {"4901": "04901", "102299": "102299", "4711": "4711", "30": "030", "123456": "123456"},
        )


class TestNames(PureCase):
    def test_letters_as_banks_write_them(self):
        for one, other in (
            ("Jürgen Schröder", "JUERGEN SCHROEDER"), ("Jürgen Schröder", "JURGEN SCHRODER"),
            ("Núria López", "Nuria Lopez"), ("Łukasz Żak", "LUKASZ ZAK"),
            ("Søren Kjær", "SOREN KJAER"), ("Straße GmbH", "STRASSE"),
        ):  # fmt: skip
            self.assertEqual(alike(one, other), 1.0, (one, other))
        self.assertLess(alike("Hans Bauer", "Hans Baur"), 1.0)

    def test_words_beside_the_name(self):
        self.assertTrue(is_named("Käthe Richter Hamburg", "Käthe Richter"))
        self.assertTrue(is_named("Jan und Kaethe Richter", "Richter, Käthe"))
        self.assertFalse(is_named("Richter Hamburg", "Käthe Richter"))
        self.assertFalse(is_named("Azure Logistics", "Azure"))
        self.assertFalse(is_named(None, "Käthe Richter"))


class TestBrieflyNamed(MatchCase):
    first = item(1, "INV/2025/04901", "59.95")
    twin = item(2, "INV/2025/04955", "59.95")
    theirs = item(3, "INV/2025/04777", "59.95", DECO)

    def test_a_short_number_decides_between_equal_amounts(self):
        names = ("AZURE INTERIOR", "Interior Azure Graz")
        for payer in ({"account": IBAN[AZURE]}, *({"partner_name": name} for name in names)):
            for text in ("Rechnung 4955", "RG04955", "202504955", "Kd 11222 Re 04955 vom 12.03.2025"):
                with self.subTest(text, **payer):
                    found = self.sure(line("59.95", text, **payer), self.first, self.twin, self.theirs)
                    self.assertEqual(found, {2: Decimal("59.95")})

    def test_nothing_without_the_payer(self):
        found = self.unsure("payer_unknown", line("59.95", "Rechnung 4955"), self.first, self.twin)
        self.assertEqual([part.item_id for part in found.parts], [2])
        self.unsure("payer_unknown", line("59.95", "4955", partner_name="Deco Addict"), self.first, self.twin)

    def test_a_number_of_another_payer(self):
        """His own document of this amount is not the one that is named."""
        paid = line("59.95", "Rechnung 4777", account=IBAN[AZURE])
        found = match([paid], [self.first, self.theirs])
        self.assertFalse(found.sure)
        doubts = {each.parts[0].item_id: [doubt.code for doubt in each.doubts] for each in found.proposals}
        self.assertEqual(doubts, {1: ["not_covered"], 3: ["payer_differs", "payer_unknown"]})

    def test_numbers_in_full_and_short_ones_together(self):
        more = item(4, "INV/2025/05001", "40.05")
        paid = line("159.95", "INV/2025/04901, 4955, 05001", account=IBAN[AZURE])
        self.assertEqual(self.sure(paid, self.first, self.twin, item(4, "INV/2025/05001", "40.05")), {
            1: Decimal("59.95"), 2: Decimal("59.95"), 4: Decimal("40.05"),
        })
        by_half = line("119.90", "INV/2025/04901, 4955, 05001", account=IBAN[AZURE])
        found = match([by_half], [self.first, self.twin, more])
        self.assertFalse(found.sure)
        self.assertIn({1, 2}, [{part.item_id for part in each.parts} for each in found.proposals])

    def test_amounts(self):
        """By the name only to the last place; by the account as where the number stands in full."""
        for amount, by_account in (("59.94", True), ("30", False), ("70", False)):
            for payer in ({"account": IBAN[AZURE]}, {"partner_name": "Azure Interior"}):
                found = match([line(amount, "Rechnung 4955", **payer)], [self.first, self.twin])
                self.assertEqual(bool(found.sure), by_account and "account" in payer, (amount, payer))

    def test_a_short_number_of_two(self):
        older = item(5, "INV/2024/04901", "59.95")
        found = match([line("59.95", "Rechnung 4901", account=IBAN[AZURE])], [self.first, older])
        self.assertFalse(found.sure)

    def test_two_lines_quote_it(self):
        """Paid twice, once from an account nobody knows: neither is booked."""
        lines = [line("59.95", "RG 4955", account=IBAN[AZURE]), line("59.95", "Rechnung 4955", account="X1", number=2)]
        self.assertFalse(match(lines, [self.first, self.twin]).sure)
