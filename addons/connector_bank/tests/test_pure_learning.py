"""A model of decisions: it finds what is there, says how sure it is, and is the same every time."""

import math
import random
from decimal import Decimal

from odoo.addons.connector_bank.learning import Sample, UselessError, features_of, learn, words_of
from odoo.addons.connector_bank.learning.logistic import fit, probability
from odoo.addons.connector_bank.matching import match
from odoo.addons.connector_bank.matching.reasons import TABLE
from odoo.addons.connector_bank.tests.matching_maker import make
from odoo.addons.connector_bank.tests.test_pure_matching import DECO, IBAN, MatchCase, item, line
from odoo.addons.finance_connector_base.tests.pure import PureCase

TRUE = {"amount": 1.5, "payer_name": 0.8, "ambiguous": -1.7, "rest": -2.0}


def decisions(count=1500, seed=4, weights=None):
    """Decisions that follow ``weights``, and not more surely than they say."""
    rng, samples, weights = random.Random(seed), [], weights or TRUE
    for number in range(count):
        features = {name: rng.random() if name == "rest" else 1.0 for name in weights if rng.random() < 0.5}
        logit = 0.2 + sum(weights[name] * value for name, value in features.items())
        samples.append(Sample(str(number), features, rng.random() < probability(logit)))
    return samples


class TestLogistic(PureCase):
    def test_known_answer(self):
        """Without penalty the constant is the logit of the share, and a column that of its own rows."""
        rows = [[(0, 1.0)]] * 40 + [[(0, 1.0), (1, 1.0)]] * 40
        targets = [1.0] * 10 + [0.0] * 30 + [1.0] * 30 + [0.0] * 10
        bias, weight = fit(rows, targets, 2, 0.0)
        self.assertAlmostEqual(bias, math.log(1 / 3), places=6)
        self.assertAlmostEqual(weight, 2 * math.log(3), places=6)

    def test_told_apart_completely(self):
        """The penalty keeps the weight finite."""
        rows = [[(0, 1.0)]] * 50 + [[(0, 1.0), (1, 1.0)]] * 50
        weights = fit(rows, [0.0] * 50 + [1.0] * 50, 2, 1.0)
        self.assertTrue(all(map(math.isfinite, weights)))
        self.assertGreater(weights[1], 2)

    def test_no_overflow(self):
        self.assertEqual((probability(-2000), probability(2000)), (0.0, 1.0))


class TestLearn(PureCase):
    def test_finds_what_is_there(self):
        learned = learn(decisions(6000))
        for name, weight in TRUE.items():
            self.assertAlmostEqual(learned.weights[name] * learned.slope, weight, delta=0.25)
        self.assertLess(learned.brier, learned.brier_share - 0.03)

    def test_calibrated(self):
        """What was foretold with a probability came true as often, on decisions it had not seen."""
        bins = [each for each in learn(decisions(6000)).bins if each[1] >= 100]
        self.assertGreater(len(bins), 4)
        for _start, _count, foretold, right in bins:
            self.assertAlmostEqual(foretold, right, delta=0.08)

    def test_reproducible(self):
        samples = decisions()
        first = learn(samples)
        random.Random(1).shuffle(samples)
        self.assertEqual(learn(samples), first)

    def test_contributions_make_the_probability(self):
        learned, features = learn(decisions()), {"amount": 1.0, "ambiguous": 1.0, "rest": 0.5, "never seen": 1.0}
        parts = learned.contributions(features)
        self.assertEqual(list(parts), sorted(parts, key=lambda name: -abs(parts[name])))
        logit = learned.base + sum(parts.values())
        self.assertAlmostEqual(learned.probability(features), probability(logit), places=9)

    def test_monotone(self):
        """What people accepted more often makes it likelier, whatever else there is."""
        learned = learn(decisions())
        for features in ({}, {"payer_name": 1.0}, {"ambiguous": 1.0, "rest": 0.3}):
            base = learned.probability(features)
            self.assertGreater(learned.probability({**features, "amount": 1.0}), base)
            self.assertLess(learned.probability({**features, "rest": 0.9}), base)

    def test_nothing_to_learn(self):
        """Decisions by the toss of a coin are no model, nor are those that all went one way."""
        with self.assertRaises(UselessError):
            learn(decisions(400, weights={"amount": 0.0, "ambiguous": 0.0}))
        with self.assertRaises(UselessError):
            learn([Sample(str(number), {"amount": 1.0}, right=True) for number in range(50)])

    def test_rare_features_are_left_out(self):
        samples = [*decisions(400), Sample("x", {"reversal": 1.0}, right=False)]
        self.assertNotIn("reversal", learn(samples).weights)


class TestFeatures(MatchCase):
    def test_of_one_line(self):
        items = [item(1, "A", "100", DECO), item(2, "B", "100", DECO)]
        found = match([line("100", "thanks", account=IBAN[DECO])], items).proposals
        features = features_of(found)
        self.assertEqual(len(features), 2)
        self.assertEqual((features[0]["amount"], features[0]["same_amount"]), (1.0, 1.0))
        self.assertNotIn("lead", features[0])

    def test_nothing_of_the_line_itself(self):
        """Only codes and sizes: names, texts and amounts of a customer are not in the model."""
        world = make(2, 600)
        result = match(world.lines, world.items)
        by_line = {}
        for each in result.proposals:
            by_line.setdefault(each.line_id, []).append(each)
        for proposals in by_line.values():
            for features in features_of(proposals):
                self.assertLessEqual(features.keys() - TABLE.keys(), {"documents", "written_off", "rest", "lead"})
                self.assertTrue(all(-1 <= value <= 8 and not isinstance(value, Decimal) for value in features.values()))

    def test_words(self):
        for name in (*TABLE, "documents", "lead"):
            self.assertNotIn("{", words_of(name))
        self.assertEqual(words_of("number"), "Number … stands in the text")
        self.assertEqual(words_of("gone"), "gone")
