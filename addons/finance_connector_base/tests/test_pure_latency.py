import random

from ..core.latency import BOUNDS, added, place, quantile
from .pure import PureCase


class TestLatency(PureCase):
    """Quantiles of classes lie within the class of the true one, however the counts were spread over rows."""

    def test_classes(self):
        self.assertEqual([place(0), place(1), place(1.5), place(2), place(10**9)], [0, 0, 1, 1, len(BOUNDS)])

    def test_none(self):
        self.assertIsNone(quantile(added(), 0.5))
        self.assertIsNone(quantile(added(None, None), 0.95))

    def test_within_the_class_of_the_true_one(self):
        chance = random.Random(11)  # noqa: S311 - no secret
        for _round in range(200):
            times = [chance.lognormvariate(2, 2) for _one in range(chance.randint(1, 300))]
            rows = [added() for _row in range(4)]
            for seconds in times:
                chance.choice(rows)[place(seconds)] += 1
            for share in (0.5, 0.95):
                ordered = sorted(times)
                true = ordered[max(-(-int(share * len(ordered) * 1000) // 1000) - 1, 0)]
                found = quantile(added(*rows), share)
                self.assertLessEqual(abs(place(found) - place(true)), 1)

    def test_last_class_tells_its_lower_bound(self):
        self.assertEqual(quantile(added([0] * len(BOUNDS) + [3]), 0.5), BOUNDS[-1])
