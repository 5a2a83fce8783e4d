"""The damage run in small: every parser, a few copies of every sample; ``make damage`` runs it whole."""

from odoo.addons.connector_bank.formats import FORMATS
from odoo.addons.connector_bank.payments import PAYMENT_FORMATS, shipped
from odoo.addons.connector_bank.simulation import damage
from odoo.addons.connector_bank.tests.damage_samples import damage_samples
from odoo.addons.finance_connector_base.core.safe.limits import ParseLimits
from odoo.addons.finance_connector_base.tests.pure import PureCase

COPIES = 20


class TestDamage(PureCase):
    def test_every_parser(self):
        """Events or a refusal with a code; some copies are still whole, most are not."""
        samples = damage_samples()
        found = damage.damage(samples, COPIES * len(samples), seed=5, batch=COPIES)
        self.assertEqual(found["faults"], [])
        self.assertEqual(found["inputs"], COPIES * len(samples))
        for parser, verdicts in found["verdicts"].items():
            with self.subTest(parser):
                self.assertGreater(verdicts["read"], 0, verdicts)
                self.assertGreater(sum(verdicts.values()) - verdicts["read"], 20, verdicts)

    def test_samples_cover_the_registries(self):
        parsers = {sample.parser for sample in damage_samples()}
        self.assertEqual({f"statement:{each.code}" for each in FORMATS} - parsers, set())
        read = {shipped()[parser.partition(":")[2]].format for parser in parsers if parser.startswith("payment:")}
        self.assertEqual({each.code for each in PAYMENT_FORMATS} - read, set())

    def test_equal_seeds(self):
        content = damage_samples()[0].content
        self.assertEqual(damage.copy(content, "a", 7), damage.copy(content, "a", 7))
        self.assertNotEqual(damage.copy(content, "a", 7), damage.copy(content, "b", 7))

    def test_faults_are_told(self):
        """A parser that breaks, and one that takes more than it may, are seen."""
        odd = damage.Sample("odd", "payment:no_such_profile", b"x\n" * 9)
        found = damage.damage([odd], 3, batch=3)
        self.assertEqual([fault["number"] for fault in found["faults"]], [0, 1, 2])
        self.assertIn("KeyError", found["faults"][0]["text"])
        tight = ParseLimits(seconds=1)
        found = damage.damage(damage_samples()[:1], 100_000, batch=100_000, limits=tight)
        self.assertEqual([fault["number"] for fault in found["faults"]], [-1])
