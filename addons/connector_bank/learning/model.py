"""From decisions to a calibrated model, with the figures that say how far it can be believed.

Each decision is foretold by a model that has not seen it (five parts, by the key of the decision); Platt's sigmoid over
these makes probabilities of them, and the figures are taken the same way, so that nothing praises itself.
"""

from dataclasses import dataclass
from hashlib import sha256

from .logistic import fit, probability

_PARTS = 5
_PENALTY = 1.0
_BINS = 10
_RARE = 5  # a feature that fewer decisions have is left out


class UselessError(ValueError):
    """What was learned tells right from wrong no better than their share does."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One decision: what the proposal looked like, and whether it was right. The key decides its part."""

    key: str
    features: dict
    right: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """Weights of features, and slope and offset that make a probability of their sum.

    ``bins``: (from, count, foretold, right) of the decisions, each foretold without having been seen.
    """

    weights: dict
    bias: float
    slope: float
    offset: float
    brier: float | None = None
    brier_share: float | None = None  # of always foretelling the share of right ones
    bins: tuple = ()

    @property
    def base(self):
        """The logit of a proposal without any feature."""
        return self.slope * self.bias + self.offset

    def contributions(self, features):
        """``{feature: what it adds to the logit}``, the largest first."""
        known = {name: value for name, value in features.items() if name in self.weights}
        found = {name: self.slope * self.weights[name] * value for name, value in known.items()}
        return dict(sorted(found.items(), key=lambda pair: (-abs(pair[1]), pair[0])))

    def probability(self, features):
        """How likely a proposal with these features is right."""
        logit = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in features.items())
        return probability(self.slope * logit + self.offset)


def learn(samples):
    """A ``Learned`` of all samples; the order of the samples changes nothing.

    :raises UselessError: the decisions cannot be told apart by what the proposals look like
    """
    samples = sorted(samples, key=lambda sample: (sample.key, sample.right, sorted(sample.features.items())))
    columns = _columns(samples)
    rows = [_row(sample, columns) for sample in samples]
    rights = [float(sample.right) for sample in samples]
    parts = [int(sha256(sample.key.encode()).hexdigest(), 16) % _PARTS for sample in samples]
    unseen = _unseen(rows, rights, parts, len(columns) + 1)
    chances = [0.0] * len(rows)
    for part in range(_PARTS):
        slope, offset = _sigmoid(*_chosen(unseen, rights, [each != part for each in parts]))
        for place, each in enumerate(parts):
            if each == part:
                chances[place] = probability(slope * unseen[place] + offset)
    slope, offset = _sigmoid(unseen, rights)
    share = sum(rights) / len(rights)
    brier, brier_share = _brier(chances, rights), share * (1 - share)
    if slope <= 0 or brier >= brier_share:
        raise UselessError("the decisions do not follow from the reasons and doubts of the proposals")
    bias, *weights = fit(rows, rights, len(columns) + 1, _PENALTY)
    by_name = {name: round(weight, 6) for name, weight in zip(columns, weights, strict=True)}
    return Learned(by_name, round(bias, 6), round(slope, 6), round(offset, 6), brier, brier_share,
                   _bins(chances, rights))  # fmt: skip


def _columns(samples):
    counts = {}
    for sample in samples:
        for name in sample.features:
            counts[name] = counts.get(name, 0) + 1
    return sorted(name for name, count in counts.items() if count >= _RARE)


def _row(sample, columns):
    places = {name: place for place, name in enumerate(columns, start=1)}
    return [(0, 1.0), *((places[name], value) for name, value in sorted(sample.features.items()) if name in places)]


def _chosen(rows, rights, wanted):
    return tuple([each for each, take in zip(values, wanted, strict=True) if take] for values in (rows, rights))


def _unseen(rows, rights, parts, size):
    """The logit of each row by a model of the rows of the other parts."""
    logits = [0.0] * len(rows)
    for part in range(_PARTS):
        weights = fit(*_chosen(rows, rights, [each != part for each in parts]), size, _PENALTY)
        for place, each in enumerate(parts):
            if each == part:
                logits[place] = sum(weights[column] * value for column, value in rows[place])
    return logits


def _sigmoid(logits, rights):
    """Platt (1999): slope and offset, towards targets that leave room for what was not seen yet."""
    count, good = len(rights), sum(rights)
    high, low = (good + 1) / (good + 2), 1 / (count - good + 2)
    targets = [high if right else low for right in rights]
    offset, slope = fit([[(0, 1.0), (1, logit)] for logit in logits], targets, 2, 1e-6)
    return slope, offset


def _brier(chances, rights):
    return sum((chance - right) ** 2 for chance, right in zip(chances, rights, strict=True)) / len(rights)


def _bins(chances, rights):
    found = []
    for place in range(_BINS):
        own = [(c, r) for c, r in zip(chances, rights, strict=True) if min(int(c * _BINS), _BINS - 1) == place]
        if own:
            count = len(own)
            foretold, right = (round(sum(values) / count, 4) for values in zip(*own, strict=True))
            found.append((place / _BINS, count, foretold, right))
    return tuple(found)
