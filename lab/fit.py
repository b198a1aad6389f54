"""The origin of the coefficients in `keras_activations/core/coefficients.py`.

    python -m lab.fit

prints every table of that file. Each function is interpolated at the Chebyshev points of its interval, at fifty digits. The error of the
interpolation is within a small factor of that of the best polynomial. The relative error printed beside a table is measured on a grid
between the points. One more term would not change a float32 (or float64) result.
"""

import math

import mpmath as mp
import numpy as np

mp.mp.dps = 50


def expm1_tail(x):
    """(exp(x) - 1 - x) / x**2: what is left of expm1 after its leading term."""
    return mp.hyp1f1(1, 3, x) / 2


def log1p_tail(w):
    """(2 atanh(u) - 2u) / u**3 at w = u**2, where log1p(z) = 2 atanh(z / (2 + z))."""
    return mp.hyp2f1(1, mp.mpf(3) / 2, mp.mpf(5) / 2, w) * 2 / 3


def arctan_tail(w):
    """(atan(t) - t) / t**3 at w = t**2."""
    return -mp.hyp2f1(1, mp.mpf(3) / 2, mp.mpf(5) / 2, -w) / 3


def tanh_fraction(y):
    """D in tanh(x) = x D / (x**2 + D) at y = x**2. D is Lambert's continued fraction 3 + y / (5 + y / (7 + ...))."""
    x = mp.sqrt(y)
    return mp.mpf(3) if y == 0 else y * mp.tanh(x) / (x - mp.tanh(x))


def erf_ratio(y):
    """erf(x) / x at y = x**2."""
    x = mp.sqrt(y)
    return 2 / mp.sqrt(mp.pi) if y == 0 else mp.erf(x) / x


def half_erfcx(y, centre):
    """erfcx(t / sqrt 2) / 2 = exp(t**2 / 2) Phi(-t) at y = (t - centre) / (t + centre). y in [-1, 1) stands for t in [0, inf)."""
    t = centre * (1 + y) / (1 - y)
    return mp.exp(t * t / 2) * mp.erfc(t / mp.sqrt(2)) / 2


def interpolate(function, low, high, degree):
    """Monomial coefficients, lowest first, of the polynomial through `function` at the Chebyshev points of [low, high]."""
    nodes = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * degree + 2)) for k in range(degree + 1)]
    rows = mp.matrix([[node**power for power in range(degree + 1)] for node in nodes])
    return list(mp.lu_solve(rows, mp.matrix([function(node) for node in nodes])))


def worst(function, coefficients, low, high):
    grid = [low + (high - low) * k / 997 for k in range(998)]
    return max(abs(mp.polyval(coefficients[::-1], x) / function(x) - 1) for x in grid)


def erf_fraction(end=3.95, points=4000, rounds=40):
    """(P, Q, error) with ``erf(x) = x P(x**2) / Q(x**2)`` up to `end`. The absolute error is nearly the least possible.

    Each round solves a linear problem in which the last Q divides the residual. Then it gives more weight to points with larger errors
    (Lawson's algorithm).
    """
    x = end * np.sqrt((1 - np.cos((np.arange(points) + 0.5) * np.pi / points)) / 2)
    target, w, weight, q = np.array([math.erf(point) for point in x]) / x, (x / end) ** 2, x.copy(), np.ones(points)
    upper, lower = (np.vander(w, degree + 1, increasing=True) for degree in (6, 4))
    for _ in range(rounds):
        rows = np.concatenate([upper, -target[:, None] * lower[:, 1:]], axis=1) * (weight / q)[:, None]
        solution = np.linalg.lstsq(rows, target * weight / q, rcond=None)[0]
        numerator, denominator = solution[:7], np.array([1.0, *solution[7:]])
        q = lower @ denominator
        errors = abs(x * (upper @ numerator / q - target))
        weight *= 1 + errors / errors.max() / 2
        weight /= weight.mean()
    scale = end ** (-2.0 * np.arange(7))
    return (numerator * scale).tolist(), (denominator * scale[:5]).tolist(), errors.max()


FITS = (
    # name, function, interval, degree
    ("EXPM1_TAIL", expm1_tail, ("-0.7", "0.7"), 6),
    ("LOG1P_TAIL", log1p_tail, ("0", "0.1112"), 4),
    ("ARCTAN_TAIL", arctan_tail, ("0", "1"), 9),
    ("TANH_FRACTION_SINGLE", tanh_fraction, ("0", "2.26"), 4),
    ("TANH_FRACTION_DOUBLE", tanh_fraction, ("0", "2.26"), 11),
    ("ERF_RATIO", erf_ratio, ("0", "1.0001"), 6),
    ("HALF_ERFCX_SINGLE", lambda y: half_erfcx(y, mp.mpf("3.5")), ("-1", "0.645"), 10),
    ("HALF_ERFCX_DOUBLE", lambda y: half_erfcx(y, mp.mpf("3.5")), ("-1", "0.835"), 30),
)


if __name__ == "__main__":
    for name, function, interval, degree in FITS:
        low, high = map(mp.mpf, interval)
        coefficients = [float(c) for c in interpolate(function, low, high, degree)]
        print(f"# relative error {mp.nstr(worst(function, coefficients, low, high), 2)}")
        print(f"{name} = (")
        for coefficient in coefficients:
            print(f"    {coefficient!r},")
        print(")")
    *fraction, error = erf_fraction()
    print(f"# absolute error {error:.2g}")
    for name, coefficients in zip(("ERF_NUMERATOR", "ERF_DENOMINATOR"), fraction, strict=True):
        print(f"{name} = {tuple(coefficients)}")
