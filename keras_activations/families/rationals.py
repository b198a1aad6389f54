"""Rational units: a quotient of two learned polynomials, which can approximate every other activation."""

import functools
from typing import Any

import keras
import numpy as np
from keras import ops

from ..catalogue.registry import get, register
from ..core import arguments
from ..core.axis import AlongAxis
from ..core.elementary import SQUARE_OVERFLOWS, clamp_above, clamp_below, magnitude, polynomial, where
from ..core.options import LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned, Parameter
from ..core.stochastic import Stochastic


@register
class Rational(Stochastic, Learned):
    """Padé activation unit: a quotient of polynomials with learned coefficients, which starts as an approximation of another activation.

    ``f(x) = polynomial(x, numerator) / (
        1 + sum(abs(denominator * x**index(denominator))) if version == "A" else 0.1 + abs(polynomial(x, denominator))
        if version == "C" else 1 + x * polynomial(x, denominator) if version == "N" else 1 + abs(x * polynomial(x, denominator)))``

    Args:
        numerator: Tuple of finite numbers: the initial coefficients of 1, x, x**2, ... Default None: those that approximate `approximates`.
        denominator: Tuple of finite numbers: the initial coefficients of x, x**2, ..., or of 1, x, x**2, ... in version "C". Default None:
            those that approximate `approximates`.
        version: "A", the default, "B" and "C" keep the denominator positive in different ways. "N" does not, and may have poles. "D"
            is "B", with each coefficient times a random number between 0.9 and 1.1 in each training call.
        approximates: Name of the activation that it approximates initially, on [-3, 3]. Default "leaky_relu".
        degrees: Pair of integers from 1 to 32: the degrees of numerator and denominator, if both are None. Default (5, 4).
        learned: Whether the coefficients are weights. Default True.
        seed: Integer, or None: see `Stochastic`.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> Rational((0.0, 1.0), (0.0, 1.0))([-2.0, 0.0, 1.0])
        [-0.4, 0.0, 0.5]
        >>> abs(Rational(approximates="tanh", version="B")(1.0) - Tanh()(1.0)) < 1e-3
        True

    Reference:
        Molina, Schramowski and Kersting, Padé Activation Units: End-to-end Learning of Flexible Activation Functions in Deep Networks,
        2019, https://arxiv.org/abs/1907.06732; the versions are those of https://github.com/ml-research/rational_activations. For
        "N" see Boullé, Nakatsukasa and Townsend, Rational neural networks, 2020, https://arxiv.org/abs/2004.01902
    """

    aliases = ("pau", "pade_activation_unit")
    samples = (
        {},
        {"version": "B", "channels": 4},
        {"version": "C", "approximates": "sigmoid", "learned": False},
        {"version": "D", "approximates": "tanh", "degrees": (3, 2), "learned": False},
        {"numerator": (0.5, -0.25, 1.0, 2.0), "denominator": (0.0, 0.5), "version": "N"},
    )

    numerator: LearnedNumber
    denominator: LearnedNumber

    def __init__(
        self,
        numerator: tuple | None = None,
        denominator: tuple | None = None,
        version: str = "A",
        *,
        approximates: str = "leaky_relu",
        degrees: tuple = (5, 4),
        learned: bool = True,
        seed: int | None = None,
        **kwargs: Unpack[LearnedOptions],
    ):
        super().__init__(learned=learned, seed=seed, **kwargs)  # pyright: ignore[reportCallIssue]
        self.version = arguments.choice("version", version, ("A", "B", "C", "D", "N"))
        if not isinstance(approximates, str):
            raise TypeError(f"approximates must be the name of an activation, such as 'gelu'; received {approximates!r}.")
        self.approximates = approximates
        if not isinstance(degrees, (tuple, list)) or len(degrees) != 2:
            raise TypeError(f"degrees must be two integers, such as degrees=(5, 4); received {degrees!r}.")
        # High degrees cost memory and time in the approximation. A file has coefficients and needs no approximation. It may be older
        # than the limit.
        most = 32 if numerator is None else None
        self.degrees = tuple(arguments.integer("degrees", degree, low=1, high=most) for degree in degrees)
        if (numerator is None) != (denominator is None):
            raise ValueError(f"Give both numerator and denominator, or none; received {numerator!r} and {denominator!r}.")
        coefficients: Any = (numerator, denominator)
        if numerator is None:
            coefficients = _approximation(approximates, *self.degrees, version)
        self.learn(**{name: Parameter(part, entries=0) for name, part in zip(("numerator", "denominator"), coefficients, strict=True)})

    def _argument(self, name):
        return list(self.degrees) if name == "degrees" else super()._argument(name)

    def draw(self, shape, dtype, seed):
        sizes = [self.declared[name].entries for name in ("numerator", "denominator")]
        return tuple(keras.random.uniform((n,), 0.9, 1.1, dtype=dtype, seed=seed) for n in sizes) if self.version == "D" else ()

    def expected(self):
        return ()

    def fallback(self, x, *operands):
        *noise, a, b = operands
        if noise:
            a, b = ([c * factor for c, factor in zip(*pair, strict=True)] for pair in zip((a, b), map(ops.unstack, noise), strict=True))
        # The highest power of x may overflow if x is large. So everything is divided by that power there, which gives polynomials in 1 / x
        # with reversed coefficients.
        far = magnitude(x) > 1.0
        # x is clamped, because the derivative of 1 / x would underflow to 0, which would then be multiplied by infinity.
        inverted = where(x < 0, clamp_below(x, *SQUARE_OVERFLOWS), clamp_above(x, *SQUARE_OVERFLOWS))
        t = where(far, 1.0, x) / where(far, inverted, 1.0)
        top = where(far, polynomial(t, a[::-1]), polynomial(t, a))
        if self.version == "A":
            b, t = [ops.abs(c) if ops.is_tensor(c) else abs(c) for c in b], where(t == 0, 0.0, magnitude(t))
        degree = len(b) if self.version != "C" else len(b) - 1
        q = where(far, polynomial(t, b[::-1]), polynomial(t, b) if self.version == "C" else t * polynomial(t, b))
        one = where(far, _power(t, degree), 1.0)
        base = where(far, x, 1.0)
        growth = _power(base, len(a) - 1 - degree)
        if self.version == "N":
            return top / (one + q) * growth
        # The highest power of x has the sign of x if the degree is odd. The denominator does not have that sign.
        top = where(base < 0, -top, top) if degree % 2 else top
        return top / ((0.1 if self.version == "C" else 1.0) * magnitude(one) + magnitude(q)) * growth


def _power(x, exponent):
    """x to an integer power."""
    power = functools.reduce(lambda product, _: product * x, range(abs(exponent)), 1.0)
    return power if exponent >= 0 else 1.0 / power


@functools.cache
def _approximation(name, m, n, version):
    """Coefficients of a rational function near an activation on [-3, 3]: a least-squares fit by the Levenberg-Marquardt method.

    The denominator is a constant plus squares. So it has no zero in any version.
    """
    try:
        activation = get(name)
    except ValueError as error:
        raise ValueError(f"approximates must be the name of an activation; received {name!r}. {error}") from error
    if isinstance(activation, AlongAxis):
        raise ValueError(f"approximates must be an elementwise activation; received {name!r}.")
    x = np.linspace(-3, 3, 241)
    target = np.asarray(ops.convert_to_numpy(activation(ops.convert_to_tensor(x, dtype="float32"))), "float64")
    columns = range(1, n + 1) if version == "A" else range(2, n + 1, 2)
    lowest = (0.875,) if version == "C" else ()
    one = 0.1 + sum(lowest) if lowest else 1.0
    powers, even = np.vander(x, m + 1, increasing=True), np.abs(x)[:, None] ** np.array(columns, float)

    def residual(c):
        return powers @ c[: m + 1] / (one + even @ c[m + 1 :] ** 2) - target

    def descended(c):
        error, damping = residual(c), 1e-2
        for _ in range(200):
            jacobian = np.stack([(residual(c + step) - error) / 1e-6 for step in 1e-6 * np.eye(len(c))], axis=1)
            step = np.linalg.solve(jacobian.T @ jacobian + damping * np.eye(len(c)), -jacobian.T @ error)
            candidate = residual(c + step)
            if candidate @ candidate < error @ error:
                c, error, damping = c + step, candidate, damping / 3
            else:
                damping *= 3
        return error @ error, c

    # The fit starts from the identity, and from the nearest polynomial. The best rational function is not worse than that polynomial.
    polynomial_alone, *_ = np.linalg.lstsq(powers, target * one, rcond=None)
    starts = ([0.0, 1.0, *(0.0,) * (m - 1)], 0.5), (polynomial_alone, 0.01)
    _, c = min((descended(np.append(a, np.full(len(columns), b))) for a, b in starts), key=lambda result: result[0])
    # The coefficients are rounded to few digits, which are the same on every machine. A coefficient of 0 would have no derivative in
    # version "A".
    numerator, squares = np.round(c[: m + 1] * 2**20) / 2**20, np.maximum(np.round(c[m + 1 :] ** 2 * 2**20), 1) / 2**20
    b = dict(zip(columns, squares.tolist(), strict=True))
    return tuple(numerator.tolist()), (*lowest, *(b.get(j, 0.0) for j in range(1, n + 1)))
