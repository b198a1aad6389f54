"""The one table that the tests expand: every activation with every sample of hyperparameters."""

from fractions import Fraction
from math import isfinite
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing

BACKEND = keras.backend.backend()
CACHE = Path(__file__).parent / ".oracle"

CATALOGUE = ka.catalogue()
CASES = [(entry.cls, sample) for entry in CATALOGUE.values() for sample in entry.cls.samples]


def case_id(case):
    """A readable id, which is also how `get` would be called: "leaky_relu(negative_slope=0.01)"."""
    cls, sample = case
    return f"{ka.activation.canonical_name(cls)}({', '.join(f'{name}={value!r}' for name, value in sample.items())})"


def parametrize(cases=CASES):
    return pytest.mark.parametrize("case", cases, ids=case_id)


def parametrize_with_kernels(cases=CASES):
    """Every case with every kernel that computes it: without a native op, "auto" is the fallback."""
    pairs = [(case, kernel) for case in cases for kernel in (("auto", "fallback") if case[0].native else ("auto",))]
    return pytest.mark.parametrize(("case", "kernel"), [pytest.param(*pair, id=f"{case_id(pair[0])}-{pair[1]}") for pair in pairs])


def is_learned(case):
    cls, sample = case
    return getattr(cls(**sample), "learned", False)


def exact_sparsemax(row):
    """Values and Jacobian in rational arithmetic, by the definition: the projection with the largest support that fits."""
    numbers = [Fraction(x) for x in row if isfinite(x)]
    ordered = sorted(numbers, reverse=True)
    size = max(k for k in range(1, len(ordered) + 1) if 1 + k * ordered[k - 1] > sum(ordered[:k]))
    tau = (sum(ordered[:size]) - 1) / size
    inside = [isfinite(x) and Fraction(x) > tau for x in row]
    values = [float(Fraction(x) - tau) if i else 0.0 for x, i in zip(row, inside, strict=True)]
    jacobian = [[(a == b) - 1 / size if i and j else 0.0 for b, j in enumerate(inside)] for a, i in enumerate(inside)]
    return values, jacobian


ORACLES = {"sparsemax": lambda row, axis: exact_sparsemax(row)}

# Where a unit, or one case of it, is outside the budget: the points, and the reason.
EXEMPT = {
    # The gate, or its slope, underflows although the product with the other half does not.
    "geglu": lambda rows: (np.abs(rows[:, 0]) > 1e30) & (rows[:, 1] < -10),
    "xatglu": lambda rows: np.abs(rows[:, 1]) > 1e30,
    # The formula is the logarithm of a negative number.
    "soft_exponential(alpha=-0.0625, channels=4)": lambda rows: rows[:, 0] <= -16 + 0.0625,
}

_witnesses = {}


def witness(case):
    """What the case should compute, from the cache if it was ever computed before."""
    cls, sample = case
    if case_id(case) not in _witnesses:
        name = ka.activation.canonical_name(cls)
        _witnesses[case_id(case)] = testing.Witness(cls, sample, ORACLES.get(name), CACHE, EXEMPT.get(case_id(case), EXEMPT.get(name)))
    return _witnesses[case_id(case)]


if __name__ == "__main__":
    for case in CASES:
        witness(case)
        print("truth of", case_id(case))
