"""Logistic regression with a penalty on large weights, by Newton's method; few features, no library.

The same rows in the same order give the same figures.
"""

import math

_ROUNDS = 50
_ENOUGH = 1e-9  # largest change of a weight that ends the rounds


def probability(logit):
    """The probability behind a logit, without overflow."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    grown = math.exp(logit)
    return grown / (1 + grown)


def fit(rows, targets, size, penalty):
    """Weights of ``size`` columns that make ``targets`` (0 to 1) likeliest; column 0 is constant and not penalised.

    :param rows: sparse rows, ``[(column, value)]``, each with ``(0, 1.0)``
    """
    weights = [0.0] * size
    for _round in range(_ROUNDS):
        gradient = [penalty * weight for weight in weights]
        gradient[0] = 0.0
        curve = [[0.0] * size for _column in range(size)]
        for column in range(size):
            curve[column][column] = penalty if column else 1e-9
        for row, target in zip(rows, targets, strict=True):
            chance = probability(sum(weights[column] * value for column, value in row))
            miss, spread = chance - target, max(chance * (1 - chance), 1e-9)
            for column, value in row:
                gradient[column] += miss * value
                line, pull = curve[column], spread * value
                for other, other_value in row:
                    line[other] += pull * other_value
        step = _solved(curve, gradient)
        largest = max(map(abs, step))
        bound = 1.0 if largest <= 5 else 5 / largest  # no leap where rows can be told apart completely
        weights = [weight - bound * each for weight, each in zip(weights, step, strict=True)]
        if largest < _ENOUGH:
            break
    return weights


def _solved(matrix, vector):
    """x of ``matrix`` x = ``vector``; the matrix is symmetric and positive, so no pivots are needed."""
    size = len(vector)
    rows = [[*matrix[place], vector[place]] for place in range(size)]
    for place in range(size):
        top = rows[place]
        for below in rows[place + 1 :]:
            if below[place]:
                share = below[place] / top[place]
                for column in range(place, size + 1):
                    below[column] -= share * top[column]
    found = [0.0] * size
    for place in reversed(range(size)):
        known = sum(rows[place][column] * found[column] for column in range(place + 1, size))
        found[place] = (rows[place][size] - known) / rows[place][place]
    return found
