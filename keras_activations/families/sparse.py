"""Sparse normalizers: probabilities and similar numbers, many of which are exactly 0."""

import math

from keras import backend, ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.autodiff import unless_unknown
from ..core.axis import AlongAxis
from ..core.elementary import is_double, largest, lowest, polynomial, where
from ..core.options import ActivationOptions, Initial, LearnedNumber, ParametricOptions, Unpack
from ..core.parameters import Parameter, Parametric
from .normalizers import INFINITY


def _lowered(x, axis, depth):
    """x minus its maximum, clamped at -depth, where the output is 0 anyway. So the sums stay exact and finite."""
    z = x - largest(x, axis)
    return where(z < -depth, -depth, z)


def _root(newton, axis, orders, *tensors):
    """The root of a convex function for each row, by Newton steps down from 1, with its derivatives up to order `orders`."""
    fixed = [ops.stop_gradient(x) for x in tensors]

    def fallen(u, _):
        lower = newton(u, *fixed)
        # u may only decrease. Rounding errors would otherwise move a row up and down at the root, without an end.
        return where(lower < u, lower, u), u

    start = ops.ones_like(largest(fixed[0], axis))
    # Each step divides the product of the function and its slope by 4 or more. Mostly 6 steps are enough. 30 steps are enough for any row
    # of 100,000 numbers.
    u, _ = ops.while_loop(lambda u, before: unless_unknown(ops.any(u < before)), fallen, (start, 2.0 * start), maximum_iterations=30)
    u = ops.stop_gradient(u)
    # Each further step, from the root, adds the derivatives of one order.
    for _ in range(orders):
        u = newton(u, *tensors)
    return u


def _halved(exceeds, low, high):
    """The largest number between low and high at which ``exceeds`` is False, found by bisection. It needs no derivative."""

    def halved(_, ends):
        low, high = ends
        middle = 0.5 * (low + high)
        above = exceeds(middle)
        return ops.where(above, low, middle), ops.where(above, middle, high)

    return ops.stop_gradient(ops.fori_loop(0, 60 if is_double(low) else 30, halved, (low, high))[0])


def _log1p_ratio(y):
    """``log(1 + y) / y`` for -1 < y <= 0. Its derivatives of any order are as accurate as the value, also at 0."""
    far = y < -0.5
    near = where(far, 0.0, y)
    w = near / (2.0 + near)
    # This is the series of the inverse hyperbolic tangent. w**2 is at most 1/9.
    series = 2.0 + w * w * polynomial(w * w, [2.0 / (2 * k + 3) for k in range(18 if is_double(y) else 9)])
    y = where(far, y, -0.75)
    return where(far, ops.log(1.0 + y) / y, series / (2.0 + near))


@register
class Sparsemax(AlongAxis):
    """The Euclidean projection onto the simplex: probabilities, many of which are exactly 0.

    A probability of exactly 0 makes a cross-entropy loss infinite. Train it with the sparsemax loss of the paper, or use Softmax.

    Args:
        axis: Integer, the axis to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> Sparsemax()([0.0, 0.5, 1.0])
        [0.0, 0.25, 0.75]

    Reference:
        Martins and Astudillo, From Softmax to Sparsemax: A Sparse Model of Attention and Multi-Label Classification, 2016,
        https://arxiv.org/abs/1602.02068
    """

    # There is no `native`: keras.ops.sparsemax of Keras 3.15 sums wrongly (keras-team/keras#23425).

    samples = ({}, {"axis": -2})

    def fallback(self, x):
        z = _lowered(x, self.axis, 1.0)

        def newton(u, z):
            """The u at which the numbers that are positive now would sum to 1."""
            inside = ops.stop_gradient(ops.sign(ops.relu(z + u)))
            return (1.0 - self._total(inside * z)) / self._total(inside)

        return ops.relu(z + _root(newton, self.axis, 1, z))


@register
class Entmax(AlongAxis, Parametric):
    """A family from Softmax, at alpha 1, to Sparsemax, at alpha 2: a larger alpha makes more of the probabilities exactly 0.

    The output is the distribution p that maximizes the inner product of p and x plus the Tsallis entropy of p with index alpha. Each p is
    ``max((alpha - 1) x - tau, 0)**(1 / (alpha - 1))``, with tau such that they sum to 1.

    Args:
        alpha: Number from 1 to 2, or a Keras initializer if it is learned. Default 1.5, as in the authors' code.
        axis: Integer, the axis to normalize over. Default -1.
        learned: Whether alpha is a weight. The layer has one. Default False.
        **kwargs: The regularizer and constraint of alpha: see `Parametric`; and as in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> Entmax(alpha=1.25)([-1.0, 0.0, 0.5])
        [0.06611326, 0.32851523, 0.60537153]

    Reference:
        Peters, Niculae and Martins, Sparse Sequence-to-Sequence Models, 2019, https://arxiv.org/abs/1905.05702; with alpha learned:
        Correia, Niculae and Martins, Adaptively Sparse Transformers, 2019, https://arxiv.org/abs/1909.00015
    """

    samples = ({}, {"alpha": 1.0}, {"alpha": 2.0, "axis": -2}, {"alpha": 1.25, "learned": True})

    alpha: LearnedNumber

    def __init__(self, alpha: Initial = 1.5, axis: int = -1, *, learned: bool = False, **kwargs: Unpack[ParametricOptions]):
        super().__init__(axis, learned=learned, **kwargs)  # pyright: ignore[reportCallIssue]
        self.learn(alpha=Parameter(alpha, low=1.0, high=2.0))

    def fallback(self, x, alpha):
        a = ops.convert_to_tensor(alpha, dtype=x.dtype) - 1.0
        z = _lowered(x, self.axis, 1000.0)

        def distribution(top, z, a):
            """The numbers whose largest is `top`, and their derivatives with respect to `top`."""
            v = z * ops.exp(-a * ops.log(top))
            # A comparison with NaN is false. So a NaN is not outside, and makes the whole row NaN.
            outside = a * v <= -1.0
            v = where(outside, 0.0, v)
            p = where(outside, 0.0, top * ops.exp(v * _log1p_ratio(a * v)))
            return p, p / (top * (1.0 + a * v))

        def newton(top, z, a):
            p, slopes = distribution(top, z, a)
            slope = ops.stop_gradient(self._total(slopes))
            # This order of operations gives the exact quotient where all numbers are equal, and never 0.
            return ((top * slope - self._total(p)) + 1.0) / slope

        p, _ = distribution(_root(newton, self.axis, 2, z, a), z, a)
        # The rounding error that is left in `top` is a common factor of all numbers. The division removes it.
        return p / self._total(p)


@register
class Entmax15(AlongAxis):
    """Entmax with alpha 1.5, in fewer operations: some of the probabilities are exactly 0, and they reach it smoothly.

    Each probability is ``max(x / 2 - tau, 0)**2``, with tau such that they sum to 1.

    Args:
        axis: Integer, the axis to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> Entmax15()([-2.0, 0.0, 0.5])
        [0.0, 0.32600736, 0.67399264]

    Reference:
        Peters, Niculae and Martins, Sparse Sequence-to-Sequence Models, 2019, https://arxiv.org/abs/1905.05702
    """

    samples = ({}, {"axis": -2})

    def fallback(self, x):
        z = _lowered(x, self.axis, 2.0) / 2.0

        def newton(u, z):
            """A step towards the u at which the norm of ``max(z + u, 0)`` is 1."""
            w = ops.relu(z + u)
            norm = ops.sqrt(self._total(w * w))
            return u - (norm - 1.0) / ops.stop_gradient(self._total(w) / norm)

        w = ops.relu(z + _root(newton, self.axis, 2, z))
        return w * w


@register
class Normmax(AlongAxis):
    """Sparse probabilities that a larger alpha makes more equal: at 1000, those that are not 0 are nearly uniform.

    The output is the distribution p that maximizes the inner product of p and x minus the alpha-norm of p. Each p is proportional to
    ``max(x - tau, 0)**(1 / (alpha - 1))``, with tau such that the numbers ``max(x - tau, 0)**(alpha / (alpha - 1))`` sum to 1.

    Args:
        alpha: Number greater than 1. Default 2, as in the authors' code. A number beyond 2 makes the derivative infinite where a
            probability becomes 0. Its rounding errors grow near that point.
        axis: Integer, the axis to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> Normmax()([-2.0, 0.0, 0.5])
        [0.0, 0.31101775, 0.68898225]

    Reference:
        Santos, Niculae, McNamee and Martins, Sparse and Structured Hopfield Networks, 2024, https://arxiv.org/abs/2402.13725
    """

    samples = ({}, {"alpha": 1.5, "axis": -2})

    def __init__(self, alpha: float = 2.0, axis: int = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, **kwargs)
        self.alpha = arguments.number("alpha", alpha, above=1.0)

    def fallback(self, x):
        z = _lowered(x, self.axis, 1.0)
        power = 1.0 / (self.alpha - 1.0)

        def weights(u, z):
            """``max(z + u, 0)`` and its power."""
            outside = z + u <= 0
            w = where(outside, 1.0, z + u)
            return where(outside, 0.0, w), where(outside, 0.0, ops.exp(power * ops.log(w)))

        def newton(u, z):
            """A step towards the u at which the norm of ``max(z + u, 0)`` is 1."""
            w, q = weights(u, z)
            mass = self._total(w * q)
            norm = ops.exp((1.0 - 1.0 / self.alpha) * ops.log(mass))
            return u - (norm - 1.0) / ops.stop_gradient(norm * self._total(q) / mass)

        _, q = weights(_root(newton, self.axis, 2, z), z)
        return q / self._total(q)


@register
class KSubsets(AlongAxis):
    """A soft choice of several entries: numbers between 0 and 1 that sum to the budget, many of them exactly 0 or 1.

    The output is the point p nearest to x among those with ``0 <= p <= 1`` that sum to the budget. Each p is
    ``min(max(x - tau, 0), 1)``. A row with no more entries than the budget gets 1 everywhere.

    Args:
        budget: Positive number: how many entries to choose. Default 2, as in the authors' code. With 1 it is Sparsemax.
        axis: Integer, the axis along which to choose. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> KSubsets()([0.0, 0.5, 1.0, 2.0])
        [0.0, 0.25, 0.75, 1.0]

    Reference:
        Santos, Niculae, McNamee and Martins, Sparse and Structured Hopfield Networks, 2024, https://arxiv.org/abs/2402.13725
    """

    aliases = ("budget",)
    samples = ({}, {"budget": 1.5, "axis": -2})

    def __init__(self, budget: float = 2.0, axis: int = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, **kwargs)
        self.budget = arguments.number("budget", budget, above=0.0)

    def fallback(self, x):
        x = where(x == -INFINITY, lowest(backend.standardize_dtype(x.dtype)), x)
        descending = -ops.sort(-ops.stop_gradient(x), axis=self.axis)
        rank = ops.cumsum(ops.ones_like(x), axis=self.axis)
        # tau is at most 1 below the last of the entries that the budget would choose. The output is 0 or 1 for an entry that differs by
        # more than 1 from that one.
        within = where(rank > math.ceil(self.budget), INFINITY, descending)
        z = x + largest(-within, self.axis)
        z = where(z < -1, -1.0, where(z > 1, 1.0, z))

        def chosen(u, z):
            """``min(max(z + u, 0), 1)``, with masks of where it is 0 and where it is 1."""
            p = z + u
            zero, one = p <= 0, p >= 1
            return where(zero, 0.0, where(one, 1.0, p)), zero, one

        def solved(u, z):
            """The root of the straight line that the sum follows near u."""
            _, zero, one = chosen(u, ops.stop_gradient(z))
            between = ops.logical_not(ops.logical_or(zero, one))
            count = self._total(ops.cast(between, z.dtype))
            left = self.budget - self._total(ops.cast(one, z.dtype)) - self._total(where(between, z, 0.0))
            return where(count > 0, left / where(count > 0, count, 1.0), u)

        fixed = ops.stop_gradient(z)
        zero = 0.0 * self._total(fixed)
        near = _halved(lambda u: self._total(chosen(u, fixed)[0]) > self.budget, zero, zero + 1.0)
        # The second step starts from the exact root, where entries that are exactly 0 or 1 are recognized.
        return chosen(solved(solved(near, fixed), z), z)[0]
