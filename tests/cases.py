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


def bipolar_relu(row):
    """Values and Jacobian, entry by entry."""
    through = [x > 0 if index % 2 == 0 else x < 0 for index, x in enumerate(row)]
    values = [x if t else 0.0 for x, t in zip(row, through, strict=True)]
    return values, [[float(t and i == j) for j in range(len(row))] for i, t in enumerate(through)]


ORACLES = {"sparsemax": lambda row, axis: exact_sparsemax(row), "bipolar_relu": lambda row, axis: bipolar_relu(row)}

# Where a unit is outside the budget: the points, and the reason.
EXEMPT = {
    # The gate, or its slope, underflows although the product with the other half does not.
    "geglu": lambda rows: (np.abs(rows[:, 0]) > 1e30) & (rows[:, 1] < -10),
    # A coefficient of 0 times infinity, and infinity minus infinity, also of powers that overflow.
    "slaf": lambda rows: np.abs(rows[:, 0]) > 1e12,
    "poly_relu": lambda rows: np.isinf(rows[:, 0]),
    "abu": lambda rows: np.isinf(rows[:, 0]),
    # Far out automatic differentiation multiplies the growth of the quotient by derivatives that underflow.
    "rational": lambda rows: np.abs(rows[:, 0]) > 1e3,
    "xatglu": lambda rows: np.abs(rows[:, 1]) > 1e30,
}

# Units whose budget is multiplied, and why.
ALLOWANCE = {
    # Near its zeros a polynomial, also one of a sine, is a difference of much larger terms, whose rounding nothing forgives.
    "rational": 40.0,
    "slaf": 40.0,
    "fourier": 40.0,
}

_witnesses = {}


def witness(case):
    """What the case should compute, from the cache if it was ever computed before."""
    cls, sample = case
    if case_id(case) not in _witnesses:
        name = ka.activation.canonical_name(cls)
        _witnesses[case_id(case)] = testing.Witness(cls, sample, ORACLES.get(name), CACHE, EXEMPT.get(name), ALLOWANCE.get(name, 1.0))
    return _witnesses[case_id(case)]


if __name__ == "__main__":
    for case in CASES:
        witness(case)
        print("truth of", case_id(case))
