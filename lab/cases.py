"""The one table that the tests expand: every activation with every sample of hyperparameters."""

import inspect
import multiprocessing
from fractions import Fraction
from math import isfinite
from pathlib import Path

import keras
import mpmath as mp
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from keras_activations.core.activation import canonical_name

BACKEND = keras.backend.backend()
CACHE = Path(__file__).parent / ".oracle"

CATALOGUE = ka.catalogue()
MASKED = [entry.cls for entry in CATALOGUE.values() if "mask" in inspect.signature(entry.cls.call).parameters]
CASES = [(entry.cls, sample) for entry in CATALOGUE.values() for sample in entry.cls.samples]


def mode_of(way):
    """The mode of `keras_activations.core.kernels` in which a layer runs: the benchmarks name modes after compilers."""
    return "fused" if BACKEND == "jax" or way in ("xla", "jit", "compile") else way


def case_id(case):
    """A readable id in the form of a call: "leaky_relu(negative_slope=0.01)". `get` takes the same form."""
    cls, sample = case
    return f"{canonical_name(cls)}({', '.join(f'{name}={value!r}' for name, value in sample.items())})"


def parametrize(cases=CASES):
    return pytest.mark.parametrize("case", cases, ids=case_id)


def budget(layer, dtype=None):
    """The budget that a layer promises here."""
    return testing.LEVELS[layer.plan(dtype=dtype).budget]


def parametrize_with_kernels(cases=CASES):
    """Every case with every kernel that computes it. "auto" may be the fallback."""
    pairs = [(case, "fallback") for case in cases]
    pairs += [(case, "auto") for case in cases if case[0].native or case[0](**case[1]).plan().budget == "everyday"]
    return pytest.mark.parametrize(("case", "kernel"), [pytest.param(*pair, id=f"{case_id(pair[0])}-{pair[1]}") for pair in pairs])


def is_learned(case):
    cls, sample = case
    return getattr(cls(**sample), "learned", False)


def exact_sparsemax(row):
    """Values and Jacobian by the definition, in rational arithmetic. The projection has the largest support that fits."""
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


def exact_k_subsets(row, budget, **_):
    """The same for the projection onto the numbers from 0 to 1 that sum to the budget."""
    budget, numbers = Fraction(budget), [Fraction(x) for x in row if isfinite(x)]
    if budget >= len(row):
        return [1.0] * len(row), [[0.0] * len(row)] * len(row)

    def clamp_both(tau):
        return [min(max(x - tau, 0), 1) for x in numbers]

    # The sum is linear between neighbouring corners. One corner is the last at which the sum exceeds the budget.
    # tau lies between this corner and the next one.
    corners = sorted({x - shift for x in numbers for shift in (0, 1)})
    low = max((tau for tau in corners if sum(clamp_both(tau)) > budget), default=corners[0])
    high = min(tau for tau in corners if tau > low)
    at_low, at_high = sum(clamp_both(low)), sum(clamp_both(high))
    tau = low + (high - low) * (at_low - budget) / (at_low - at_high)
    values = [float(min(max(Fraction(x) - tau, 0), 1)) if isfinite(x) else 0.0 for x in row]
    between = [isfinite(x) and 0 < Fraction(x) - tau < 1 for x in row]
    jacobian = [[(a == b) - 1 / sum(between) if i and j else 0.0 for b, j in enumerate(between)] for a, i in enumerate(between)]
    return values, jacobian


def _root(decreasing, low, high):
    """The zero of a decreasing function of mpmath numbers, to fifty digits."""
    for _ in range(int(3.4 * mp.mp.dps)):
        middle = (low + high) / 2
        low, high = (middle, high) if decreasing(middle) > 0 else (low, middle)
    return high


def entmax_values(row, alpha):
    """Values by the definition, as mpmath numbers."""
    top = max(row)
    if alpha == 1:
        weights = [mp.exp(x - top) for x in row]
        return [w / sum(weights) for w in weights]
    scaled = [(alpha - 1) * (x - top) for x in row]

    def numbers(tau):
        return [(z - tau) ** (1 / (alpha - 1)) if z > tau else mp.mpf(0) for z in scaled]

    return numbers(_root(lambda tau: sum(numbers(tau)) - 1, mp.mpf(-1), mp.mpf(0)))


def normmax_values(row, alpha):
    """The same, and tau."""
    power, z = 1 / (alpha - 1), [x - max(row) for x in row]
    tau = _root(lambda tau: sum((v - tau) ** (power + 1) for v in z if v > tau) - 1, mp.mpf(-1), mp.mpf(0))
    q = [(v - tau) ** power if v > tau else mp.mpf(0) for v in z]
    return [v / sum(q) for v in q], tau


def exact_entmax(row, alpha=1.5, **_):
    """Values, Jacobian and Hessian in closed form."""
    with mp.workdps(50):
        alpha, n = mp.mpf(alpha), range(len(row))
        p = entmax_values([mp.mpf(x) for x in row], alpha)
        s = [v ** (2 - alpha) if v else mp.mpf(0) for v in p]
        total = sum(s)
        jacobian = [[(i == j) * s[i] - s[i] * s[j] / total for j in n] for i in n]
        # The derivative of s[i] by x[k], and the derivative of the sum of s
        slopes = [[(2 - alpha) * p[i] ** (1 - alpha) * jacobian[i][k] if p[i] else mp.mpf(0) for k in n] for i in n]
        sums = [sum(slopes[i][k] for i in n) for k in n]

        def bend(i, j, k):
            product = slopes[i][k] * s[j] + s[i] * slopes[j][k]
            return (i == j) * slopes[i][k] - product / total + s[i] * s[j] * sums[k] / total**2

        return _floats(p), _floats(jacobian), [[[float(bend(i, j, k)) for k in n] for j in n] for i in n]


def exact_normmax(row, alpha, **_):
    """The same. The weights q are a power of x - tau. The derivative of tau by x is p."""
    with mp.workdps(50):
        power, n = 1 / (mp.mpf(alpha) - 1), range(len(row))
        p, tau = normmax_values([mp.mpf(x) for x in row], mp.mpf(alpha))
        w = [max(x - max(row) - tau, mp.mpf(0)) for x in row]
        q, first, second = (
            [factor * v**exponent if v else mp.mpf(0) for v in w]
            for factor, exponent in ((1, power), (power, power - 1), (power * (power - 1), power - 2))
        )
        total = sum(q)

        def slope(i, j):
            return first[i] * ((i == j) - p[j])

        sums = [sum(slope(i, j) for i in n) for j in n]
        jacobian = [[(slope(i, j) - p[i] * sums[j]) / total for j in n] for i in n]

        def slope_bend(i, j, k):
            return second[i] * ((i == k) - p[k]) * ((i == j) - p[j]) - first[i] * jacobian[j][k]

        def bend(i, j, k):
            moved = slope_bend(i, j, k) - jacobian[i][k] * sums[j] - p[i] * sum(slope_bend(m, j, k) for m in n)
            return (moved - jacobian[i][j] * sums[k]) / total

        return _floats(p), _floats(jacobian), [[[float(bend(i, j, k)) for k in n] for j in n] for i in n]


def _floats(numbers):
    return [_floats(number) if isinstance(number, list) else float(number) for number in numbers]


def exact_group_sort(row, group_size, **_):
    """Values, and the permutation as a matrix."""
    size = group_size or len(row)
    order = [k for start in range(0, len(row), size) for k in sorted(range(start, start + size), key=row.__getitem__)]
    return [row[k] for k in order], [[float(k == b) for b in range(len(row))] for k in order]


def exact_householder(row, theta, **_):
    """Values and Jacobian of the pairs of the two halves."""
    half = len(row) // 2
    values, jacobian = list(row), np.eye(len(row)).tolist()
    with mp.workdps(50):
        (s, c), (sine, cosine) = ((mp.sin(angle), mp.cos(angle)) for angle in (mp.mpf(theta) / 2, mp.mpf(theta)))
        for i, j in zip(range(half), range(half, len(row)), strict=True):
            if s * row[i] > c * row[j]:
                values[i], values[j] = float(cosine * row[i] + sine * row[j]), float(sine * row[i] - cosine * row[j])
                jacobian[i][i], jacobian[i][j], jacobian[j][i], jacobian[j][j] = map(float, (cosine, sine, sine, -cosine))
    return values, jacobian


# Functions from (row, **hyperparameters) to values and derivatives. They serve the units that have no formula for a row.
ORACLES = {
    "sparsemax": lambda row, axis: exact_sparsemax(row),
    "k_subsets": exact_k_subsets,
    "entmax": exact_entmax,
    "entmax15": exact_entmax,
    "normmax": exact_normmax,
    "group_sort": exact_group_sort,
    "householder": exact_householder,
    "bipolar_relu": lambda row, axis: bipolar_relu(row),
}

# The points at which a unit, or one case of it, is outside the budget. The comments give the reasons.
EXEMPT = {
    # The gate or its slope underflows, but the product with the other half does not.
    "geglu": lambda rows: (np.abs(rows[:, 0]) > 1e30) & (rows[:, 1] < -10),
    # The formula has a coefficient of 0 times infinity, and infinity minus infinity.
    "slaf": lambda rows: np.isinf(rows[:, 0]),
    "poly_relu": lambda rows: np.isinf(rows[:, 0]),
    "abu": lambda rows: np.isinf(rows[:, 0]),
    # The derivatives underflow far from 0. Automatic differentiation multiplies them by the growth of the quotient.
    "rational": lambda rows: np.abs(rows[:, 0]) > 1e3,
    "xatglu": lambda rows: np.abs(rows[:, 1]) > 1e30,
    # The formula counts an entry of -inf, but the entry should have no effect. test_axis.py has these rows.
    "softpick": lambda rows: np.isinf(rows).any(axis=1),
    # The derivative jumps on the line. Equal pairs are as close to the line as a rounded theta is to pi / 2.
    "householder()": lambda rows: ((rows != 0) & (rows == np.roll(rows, rows.shape[1] // 2, axis=1))).any(axis=1),
    # The formula divides by the length there. test_axis.py has these rows.
    "squash": lambda rows: (rows == 0).all(axis=1),
    # The formula is the logarithm of a negative number.
    "soft_exponential(alpha=-0.0625, channels=4)": lambda rows: rows[:, 0] <= -16 + 0.0625,
}

# The units whose budget is multiplied. The comments give the reasons.
ALLOWANCE = {
    # A polynomial, also one of a sine, is a difference of much larger terms near its zeros.
    # The budget has no allowance for the rounding of these terms.
    "rational": 40.0,
}


def exempt(case):
    """The rule that selects the points at which the case has no budget, or None."""
    return EXEMPT.get(case_id(case), EXEMPT.get(canonical_name(case[0])))


_witnesses = {}


def witness(case):
    """The exact results of the case. They come from the cache if they were computed before."""
    cls, sample = case
    if case_id(case) not in _witnesses:
        name = canonical_name(cls)
        _witnesses[case_id(case)] = testing.Witness(cls, sample, ORACLES.get(name), CACHE, exempt(case), ALLOWANCE.get(name, 1.0))
    return _witnesses[case_id(case)]


HIDDEN_CORNERS = {"eis": [0.0], "rational": [0.0], "softsign": [0.0]}
"""Corners that no comparison in the formula shows. The derivative of an absolute value or of the root of a square jumps there."""


def corners(case):
    """{corner: the derivative there} of an elementwise case. The formula takes one branch at the corner: the derivative is that one's."""
    if issubclass(case[0], ka.AlongAxis):
        return {}
    truth = witness(case)
    kinks = truth.formula.kinks(truth._scalars()) + HIDDEN_CORNERS.get(canonical_name(case[0]), [])
    return dict(zip(kinks, truth._truth(np.array(kinks)[:, None])["gradient"][:, 0, 0].tolist(), strict=True)) if kinks else {}


def compute(index):
    witness(CASES[index])
    print("truth of", case_id(CASES[index]))


if __name__ == "__main__":
    with multiprocessing.Pool() as pool:
        pool.map(compute, range(len(CASES)), chunksize=1)
