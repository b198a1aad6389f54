"""Two evaluations of a formula in high precision check each other.

One uses mpmath. The other uses ball arithmetic and is in `lab/high_precision.py`.
"""

import numpy as np
import pytest

import keras_activations as ka
from lab.cases import BACKEND, CASES, parametrize, witness
from lab.high_precision import HighPrecision

pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="the same on every backend")

BY_POINT = [
    case for case in CASES if witness(case).formula and (not issubclass(case[0], ka.AlongAxis) or witness(case).formula.inputs != ["x"])
]


@parametrize(BY_POINT)
def test_two_witnesses(case):
    ((rows, truth),) = witness(case).groups

    finite = np.isfinite(rows).all(axis=1)
    formula, arguments = witness(case).formula, witness(case)._scalars()
    for index, name in enumerate(formula.inputs):
        value, first, second, _ = HighPrecision(formula.equation, arguments, name)(rows[finite])
        for ours, theirs in (
            (value, truth["value"]),
            (first, truth["gradient"][:, :, index]),
            (second, truth["hessian"][:, :, index, index]),
        ):
            # The two evaluations may round a number that is halfway between two others in different directions.
            np.testing.assert_allclose(ours, theirs[finite], rtol=2.0**-52, atol=1e-320)


def test_third_derivatives():
    x = np.array([-2.5, -1e-3, 0.0, 0.75, 3.0])
    tanh = np.tanh(x)
    third = HighPrecision("f(x) = tanh(x)", {})(x)[3, :, 0]
    np.testing.assert_allclose(third, (1 - tanh**2) * (6 * tanh**2 - 2), rtol=1e-14)


def test_a_cancellation_is_not_agreed_upon():
    """Every precision that is tried first loses the same term. Their agreement is not accepted."""
    x = np.array([-1e-66])
    assert HighPrecision("f(x) = exp(x) - 1 + x", {})(x)[0, 0, 0] == -2e-66
