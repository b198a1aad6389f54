"""Tanh gates: the input times a tanh of something that grows with it."""

import math
from typing import Any

from keras import ops

from ...catalogue.registry import register
from ...core import arguments
from ...core.activation import Activation
from ...core.elementary import (
    EXP_VANISHES,
    PRODUCT_OVERFLOWS,
    clamp_above,
    clamp_below,
    clamp_both,
    expm1,
    gated,
    gelu,
    log1p,
    magnitude,
    positive_part,
    scaled,
    sigmoid,
    softplus,
    tanh,
    tanh_parts,
    where,
)
from ...core.kernels import NativeOp
from ...core.options import ActivationOptions, Unpack
from ...core.terms import Curve, is_everyday, strictly


@register
class Mish(Activation):
    """The input times the tanh of its softplus: SiLU's shape with a deeper dip.

    ``f(x) = x * tanh(log(1 + exp(x)))``

    Example:
        >>> Mish()([-1.0, 0.0, 1.0])
        [-0.30340147, 0.0, 0.86509836]

    Reference:
        Misra, Mish: A Self Regularized Non-Monotonic Activation Function, 2019, https://arxiv.org/abs/1908.08681
    """

    # tanh(log(1 + u)) is the ratio u (u + 2) / (u (u + 2) + 2). It never overflows, because u is a / b, and neither a nor b is large.

    def _odds(self, x):
        """(a, b), with ``u = a / b``."""
        if is_everyday():
            return ops.exp(clamp_above(x, 20.0, 40.0)), 1.0  # beyond the bound, the gate is 1
        e = ops.exp(-magnitude(x))
        return where(x >= 0, 1.0, e), where(x >= 0, e, 1.0)

    def _odds_slope(self, x, a, b):
        """``x b du/dx``."""
        return clamp_both(x, *EXP_VANISHES) * a

    def fallback(self, x):
        a, b = self._odds(x)
        n = a * (a + 2.0 * b)
        return gated(n / (n + 2.0 * b * b), x)

    def derivative(self, x):
        a, b = self._odds(x)
        n = a * (a + 2.0 * b)
        m = n + 2.0 * b * b
        return (n + 4.0 * (a + b) * b * b * self._odds_slope(x, a, b) / m) / m

    def native(self):
        return NativeOp("mish")


class Gated(Activation):
    """The input times ``step(inner(x))``. The step is a function such as tanh. At minus infinity, inner(x) vanishes as fast as exp(x)."""

    step: Curve = tanh
    inner: Any

    def fallback(self, x):
        return clamp_below(x, *EXP_VANISHES) * self.step(self.inner(x))

    def derivative(self, x):
        z = self.inner(x)
        y = self.step(z)
        return y + clamp_both(x, *EXP_VANISHES) * self.step.slope(z, y=y) * self.inner.slope(x, y=z)


@register
class BetaMish(Gated):
    """Mish with a steeper gate: a larger beta brings it closer to ReLU.

    ``f(x) = x * tanh(beta * log(1 + exp(x)))``

    Args:
        beta: Positive number, the steepness of the gate. Default 1.5, as in the author's code; with 1 it is Mish.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> BetaMish()([-1.0, 0.0, 1.0])
        [-0.4381125, 0.0, 0.9618376]

    Reference:
        Misra, beta-Mish: An uni-parametric adaptive activation function derived from Mish, 2019,
        https://github.com/digantamisra98/Beta-Mish
    """

    samples = ({}, {"beta": 4.0})

    def __init__(self, beta: float = 1.5, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.beta = arguments.number("beta", beta, above=0.0)

    @property
    def inner(self):
        return Curve(lambda x: self.beta * softplus(x), lambda x: self.beta * sigmoid(x))


@register
class Mila(Mish):
    """Mish with a shifted gate: a more negative beta makes the dip below zero deeper.

    ``f(x) = x * tanh(log(1 + exp(x + beta)))``

    Args:
        beta: Finite number, the shift. Default -0.25, as in the author's code; with 0 it is Mish.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Mila()([-1.0, 0.0, 1.0])
        [-0.24673118, 0.0, 0.81335783]

    Reference:
        Misra, Mila: Controlling Minima Concavity in Activation Function, 2019, https://github.com/digantamisra98/Mila
    """

    samples = ({}, {"beta": 0.75})
    native: Any = None

    def __init__(self, beta: float = -0.25, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.beta = arguments.number("beta", beta)

    def _odds(self, x):
        return super()._odds(x + self.beta)

    def _odds_slope(self, x, a, b):
        return (clamp_both(x + self.beta, *EXP_VANISHES) - self.beta) * a


@register
class Smish(Mish):
    """The input times the tanh of the logarithm of one plus its sigmoid: the gate rises only to 0.6.

    ``f(x) = alpha * x * tanh(log(1 + 1 / (1 + exp(-beta * x))))``

    Args:
        alpha: Finite number, the scale. Default 1, as in the paper.
        beta: Finite number, the slope of the sigmoid. Default 1, as in the paper.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Smish()([-1.0, 0.0, 1.0])
        [-0.23377883, 0.0, 0.49957013]

    Reference:
        Wang, Ren and Wang, Smish: A Novel Activation Function for Deep Learning Methods, 2022,
        https://doi.org/10.3390/electronics11040540
    """

    aliases = ("parametric_smish",)
    samples = ({}, {"alpha": 1.5, "beta": 0.25})

    def __init__(self, alpha: float = 1.0, beta: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha)
        self.beta = arguments.number("beta", beta)

    def _odds(self, x):
        z = self.beta * x
        if is_everyday():
            return sigmoid(z), 1.0
        e = ops.exp(-clamp_above(magnitude(z), *EXP_VANISHES))
        return where(z >= 0, 1.0, e), 1.0 + e

    def _odds_slope(self, x, a, b):
        z = self.beta * x
        if is_everyday():
            return clamp_both(z, *EXP_VANISHES) * sigmoid.slope(z, y=a)
        return clamp_both(z, *EXP_VANISHES) * ops.exp(-magnitude(z)) / b

    def fallback(self, x):
        return self.alpha * super().fallback(x)

    def derivative(self, x):
        return self.alpha * super().derivative(x)


@register
class HardMish(Activation):
    """Mish with a gate of three straight lines, for small devices.

    ``f(x) = 0 if x <= -2 else x * (x + 2) / 2 if x <= 0 else x``

    Example:
        >>> HardMish()([-3.0, -1.0, 2.0])
        [0.0, -0.5, 2.0]

    Reference:
        Misra, H-Mish, https://github.com/digantamisra98/H-Mish
    """

    def fallback(self, x):
        return where(x <= -2, 0.0, where(x > 0, x, x * ((x + 2.0) / 2.0)))

    def derivative(self, x):
        return where(x <= -2, 0.0, where(x > 0, 1.0, x + 1.0))


@register
class TanhExp(Gated):
    """The input times the tanh of its exponential: as smooth as Mish, cheaper, and nearly the identity above 1.

    ``f(x) = x * tanh(exp(x))``

    Example:
        >>> TanhExp()([-1.0, 0.0, 1.0])
        [-0.35213545, 0.0, 0.99132892]

    Reference:
        Liu and Di, TanhExp: A Smooth Activation Function with High Convergence Speed for Lightweight Neural Networks, 2020,
        https://arxiv.org/abs/2003.09855. As TeLU in Fernandez and Mali, TeLU Activation Function for Fast and Stable Deep Learning,
        2024, https://arxiv.org/abs/2412.20269
    """

    aliases = ("telu",)

    # Beyond the bound, the tanh of the exponential is 1.
    inner = Curve(lambda x: ops.exp(clamp_above(x, 5.0, 7.0)), lambda x, y: y, by_value=True)


@register
class TanhSoft(Activation):
    """A family with four parameters between tanh and softplus: the default is TanhExp with a gate that is shifted to the right.

    ``f(x) = tanh(alpha * x + beta * exp(gamma * x)) * log(delta + exp(x))``

    Args:
        alpha: Number >= 0, the slope of the linear part of the gate. Default 0.
        beta: Number >= 0, the size of the gate's exponential. Default 0.6.
        gamma: Positive number, the rate of the gate's exponential. Default 1.
        delta: Number >= 0. The second factor is the softplus if delta is 1, and x if delta is 0. Default 0. The four defaults are those
            of TanhSoft-2 in the paper; ``TanhSoft(0.87, 0.0, 1.0, 1.0)`` is its TanhSoft-1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> TanhSoft()([-1.0, 0.0, 1.0])
        [-0.21721153, 0.0, 0.9261995]
        >>> TanhSoft(0.87, 0.0, 1.0, 1.0)([-1.0, 0.0, 1.0])
        [-0.21971366, 0.0, 0.9210878]

    Reference:
        Biswas, Kumar, Banerjee and Pandey, TanhSoft - a family of activation functions combining Tanh and Softplus, 2020,
        https://arxiv.org/abs/2009.03863
    """

    samples = (
        {},
        {"alpha": 0.87, "beta": 0.0, "delta": 1.0},
        {"alpha": 0.5, "beta": 0.25, "gamma": 0.75, "delta": 0.125},
        {"alpha": 0.5, "beta": 0.5, "gamma": 2.0},
    )

    def __init__(self, alpha: float = 0.0, beta: float = 0.6, gamma: float = 1.0, delta: float = 0.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, low=0.0)
        self.beta = arguments.number("beta", beta, low=0.0)
        self.gamma = arguments.number("gamma", gamma, above=0.0)
        self.delta = arguments.number("delta", delta, low=0.0)

    def _inner(self, x):
        """The gate's argument and its derivative."""
        z = clamp_both(x, *PRODUCT_OVERFLOWS)
        # The derivative of tanh is 0 from 64 on (400 in float64). Products with a larger slope would overflow.
        single, double = (math.log(enough / self.beta) if self.beta else 0.0 for enough in (64.0, 400.0))
        e = self.beta * ops.exp(self.gamma * clamp_above(z, min(single, 80.0) / self.gamma, min(double, 700.0) / self.gamma))
        return self.alpha * z + e, self.alpha + self.gamma * e

    def _soft(self, x):
        if not self.delta:
            return x
        e = ops.exp(-magnitude(x))
        near, far = abs(x) < 0.69, x < -0.69
        # The sum with delta starts from e - 1 if -log(2) < x < 0, and from e below that. Each has the digits that the sum needs.
        small = far & (e + self.delta < 0.5)
        z = where(near & (x < 0), expm1(where(near, x, 0.0)) + self.delta, where(far, e + (self.delta - 1), self.delta * e))
        return positive_part(x) + where(small, ops.log(e + self.delta), log1p(where(small, 0.0, z)))

    def _soft_slope(self, x):
        e = ops.exp(-magnitude(x))
        a = where(x >= 0, 1.0, e)
        return a / (a + self.delta * where(x >= 0, e, 1.0)) if self.delta else ops.ones_like(x)

    def fallback(self, x):
        gate = tanh(self._inner(x)[0])
        # The gate is 0 long before the bound if alpha is 0.
        return gate * self._soft(x if self.alpha else clamp_below(x, *PRODUCT_OVERFLOWS))

    def derivative(self, x):
        z, slope = self._inner(x)
        return tanh(z) * self._soft_slope(x) + tanh.slope(z) * slope * self._soft(clamp_both(x, *PRODUCT_OVERFLOWS))


@register
class Phish(Gated):
    """The input times the tanh of its GELU: flatter than Mish around zero, and positive just below zero.

    ``f(x) = x * tanh(x / 2 * erfc(-x / sqrt(2)))``

    Example:
        >>> Phish()([-1.0, 0.0, 1.0])
        [0.15733732, 0.0, 0.68652064]

    Reference:
        Naveen, Phish: A Novel Hyper-Optimizable Activation Function, 2022, https://doi.org/10.36227/techrxiv.17283824
    """

    # GELU is computed under the strict budget. Far below 0, the large input multiplies the error of the everyday form.
    inner = Curve(strictly(gelu), gelu.slope)


@register
class LiSHT(Activation):
    """The input times its tanh: it is even and never negative, and nearly the absolute value far from zero.

    ``f(x) = x * tanh(x)``

    Example:
        >>> LiSHT()([-1.0, 0.0, 2.0])
        [0.7615942, 0.0, 1.9280552]

    Reference:
        Roy, Manna, Dubey and Chaudhuri, LiSHT: Non-Parametric Linearly Scaled Hyperbolic Tangent Activation Function for Neural
        Networks, 2019, https://arxiv.org/abs/1901.05894
    """

    def fallback(self, x):
        return x * tanh(x)

    def derivative(self, x):
        y = tanh(x)
        return y + clamp_both(x, *EXP_VANISHES) * tanh.slope(x, y=y)


@register
class APTx(Activation):
    """The input times the sum of alpha and a tanh: with the defaults it is exactly Swish(beta=2), and close to Mish.

    ``f(x) = (alpha + tanh(beta * x)) * gamma * x``

    Args:
        alpha: Finite number, added to the tanh. Default 1.
        beta: Finite number, the slope of the tanh; for negative input, 0.5 is closest to Mish. Default 1.
        gamma: Finite number, the scale. Default 0.5.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> APTx()([-1.0, 0.0, 1.0])
        [-0.11920292, 0.0, 0.880797]

    Reference:
        Kumar, APTx: better activation function than MISH, SWISH, and ReLU's variants used in deep learning, 2022,
        https://arxiv.org/abs/2209.06119
    """

    samples = ({}, {"beta": 0.5}, {"alpha": 0.5, "beta": -0.75, "gamma": 1.5}, {"alpha": 0.0, "gamma": 1.0})

    def __init__(self, alpha: float = 1.0, beta: float = 1.0, gamma: float = 0.5, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha)
        self.beta = arguments.number("beta", beta)
        self.gamma = arguments.number("gamma", gamma)

    def _gate(self, z):
        if is_everyday():
            # The sum of alpha and a tanh would cancel if alpha is 1.
            return self.gamma * ((self.alpha - 1.0) + 2.0 * sigmoid(2.0 * z))
        # Near 0, the tanh itself has the digits. Further out, its distance from 1 or -1 has them.
        near = abs(z) < 0.5
        y, fraction = tanh_parts(where(near, z, 0.0))
        e = ops.exp(-2.0 * clamp_above(magnitude(z), 64.0, 400.0))
        rest = 2.0 * e / (1.0 + e)
        far = where(z >= 0, (self.alpha + 1) - rest, (self.alpha - 1) + rest)
        return self.gamma * where(near, self.alpha + z * fraction / (y + fraction), far)

    def fallback(self, x):
        return scaled(self._gate(self.beta * x), x)

    def derivative(self, x):
        z = self.beta * x
        return self._gate(z) + self.gamma * clamp_both(z, *EXP_VANISHES) * tanh.slope(z)
