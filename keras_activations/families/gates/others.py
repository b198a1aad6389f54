"""Other gates: powers of a sigmoid, and gates that are exponentials of exponentials, quotients or roots."""

import math

from keras import ops

from ...catalogue.registry import register
from ...core import arguments
from ...core.activation import Activation
from ...core.elementary import (
    EXP_VANISHES,
    SQUARE_OVERFLOWS,
    clamp_above,
    clamp_below,
    clamp_both,
    expm1,
    gated,
    inverse_root,
    log1p,
    log1p_quotient,
    magnitude,
    positive_part,
    sigmoid,
    softplus,
    where,
)
from ...core.options import ActivationOptions, Unpack
from ...core.terms import is_everyday


@register
class Aria2(Activation):
    """Swish whose gate is raised to a power, so that the dip and the slope of the positive side can be shaped separately.

    ``f(x) = x * (1 + exp(-beta * x))**(-alpha)``

    Echo and activations-plus use this name for the power alone, without the input as a factor.

    Args:
        alpha: Positive number, the power of the gate. Default 1.5.
        beta: Positive number, the slope of the gate. Default 2.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Aria2()([-1.0, 0.0, 1.0])
        [-0.041155733, 0.0, 0.826635]

    Reference:
        Patwardhan, Ingalhalikar and Walambe, ARiA: Utilizing Richard's Curve for Controlling the Non-monotonicity of the Activation
        Function in Deep Neural Nets, 2018, https://arxiv.org/abs/1805.08878
    """

    samples = ({}, {"alpha": 0.7, "beta": 0.8})

    def __init__(self, alpha: float = 1.5, beta: float = 2.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)
        self.beta = arguments.number("beta", beta, above=0.0)

    def _gate(self, x):
        """The power of the sigmoid, the clamped magnitude t of x, and ``e = exp(-beta t)``."""
        t = clamp_above(magnitude(x), 128.0 / (self.beta * min(self.alpha, 1.0)), 800.0 / (self.beta * min(self.alpha, 1.0)))
        e = ops.exp(-self.beta * t)
        # The sigmoid is 1 / (1 + e) for x >= 0, and e / (1 + e) for x < 0. The power of e is one exponential.
        return where(x >= 0, 1.0, ops.exp(-self.alpha * self.beta * t)) * ops.exp(-self.alpha * log1p(e)), t, e

    def fallback(self, x):
        if is_everyday():
            return gated(ops.exp(-self.alpha * softplus(-self.beta * x)), x)
        gate, _, _ = self._gate(x)
        return where(gate == 0, 0.0, x * gate)

    def derivative(self, x):
        if is_everyday():
            z = clamp_both(x, 128.0 / self.beta, 800.0 / self.beta)
            slope = 1.0 + self.alpha * self.beta * z * sigmoid(-self.beta * z)
            return ops.exp(-self.alpha * softplus(-self.beta * x)) * slope
        gate, t, e = self._gate(x)
        complement = where(x >= 0, e, 1.0) / (1.0 + e)
        return gate * (1.0 + self.alpha * self.beta * where(x >= 0, t, -t) * complement)


@register
class GoLU(Activation):
    """Gompertz linear unit: the input times an asymmetric sigmoid, which approaches 0 faster than 1.

    ``f(x) = alpha * x * exp(-beta * exp(-gamma * x))``

    Args:
        alpha: Finite number, the limit of the gate for large input. Default 1, as in the paper.
        beta: Positive number; a larger one shifts the gate to the right. Default 1, as in the paper.
        gamma: Positive number, the steepness of the gate. Default 1, as in the paper.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> GoLU()([-1.0, 0.0, 1.0])
        [-0.06598804, 0.0, 0.6922006]

    Reference:
        Das, Safari, Adriaensen and Hutter, Gompertz Linear Units: Leveraging Asymmetry for Enhanced Learning Dynamics, 2025,
        https://arxiv.org/abs/2502.03654
    """

    aliases = ("exp_expish",)
    samples = ({}, {"alpha": 1.5, "beta": 4.0, "gamma": 0.75})

    def __init__(self, alpha: float = 1.0, beta: float = 1.0, gamma: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha)
        self.beta = arguments.number("beta", beta, above=0.0)
        self.gamma = arguments.number("gamma", gamma, above=0.0)

    def _gate(self, z):
        """The gate ``alpha * exp(-v)``, and ``v = beta * exp(-z)``."""
        if is_everyday():
            v = self.beta * ops.exp(-z)
            return self.alpha * ops.exp(-v), v
        # The outer exponential magnifies errors of the inner one. Near 0, a constant factor is taken out, to leave little to magnify.
        near = abs(z) < (0.69 if self.beta < 80 else 0.0)
        rest = where(near, expm1(-z), ops.exp(-z))
        gate = ops.exp(-self.beta * rest)
        return self.alpha * where(near, math.exp(-self.beta) * gate, gate), self.beta * where(near, rest + 1.0, rest)

    def fallback(self, x):
        # Beyond the bound, the gate is 0.
        x = clamp_below(x, 40.0 / self.gamma, 300.0 / self.gamma)
        return x * self._gate(clamp_above(self.gamma * x, 40.0, 300.0))[0]

    def derivative(self, x):
        z = clamp_both(self.gamma * x, 40.0, 300.0)
        gate, v = self._gate(z)
        return gate * (1.0 + z * v)


@register
class CoLU(Activation):
    """Collapsing linear unit: close to the identity for positive input, with a negative dip that vanishes as fast as the exponential.

    ``f(x) = x / (1 - x * exp(-(x + exp(x))))``

    Example:
        >>> CoLU()([-1.0, 0.0, 1.0])
        [-0.34702986, 0.0, 1.0248796]

    Reference:
        Vagerwal, Deeper Learning with CoLU Activation, 2021, https://arxiv.org/abs/2112.12078
    """

    # exp(x) is written as a / b, where a or b is 1. Numerator and denominator are multiplied by a, so that nothing overflows.

    @staticmethod
    def _parts(x):
        e = ops.exp(-magnitude(x))
        # Beyond the bound, the outer exponential is 0.
        outer = ops.exp(-ops.exp(clamp_above(x, 5.0, 7.0)))
        return where(x >= 0, 1.0, e), where(x >= 0, e, 1.0), e, outer

    def fallback(self, x):
        a, b, _, outer = self._parts(x)
        z = clamp_both(x, *EXP_VANISHES)
        return where(x >= 0, x, z) * a / (a - z * b * outer)

    def derivative(self, x):
        a, b, e, outer = self._parts(x)
        z = clamp_both(x, *EXP_VANISHES)
        m = a - z * b * outer
        return a * (a - z * z * (1.0 + e) * outer) / m / m


@register
class PFLU(Activation):
    """Power function linear unit: the shape of SiLU, made of a square root instead of exponentials, with polynomial tails.

    ``f(x) = x / 2 * (1 + x / sqrt(1 + x**2))``

    Example:
        >>> PFLU()([-1.0, 0.0, 1.0])
        [-0.14644661, 0.0, 0.8535534]

    Reference:
        Zhu, Min, Wang et al., PFLU and FPFLU: Two novel non-monotonic activation functions in convolutional neural networks, 2021,
        https://doi.org/10.1016/j.neucom.2020.11.068. As Dish in https://github.com/explosion/thinc/pull/719
    """

    aliases = ("dish",)

    # The difference 1 - t / r would cancel. It equals 1 / (r (r + t)), because r = sqrt(1 + t**2).

    @staticmethod
    def _radius(t):
        # Beyond the bound, the 1 does not change the sum, and the square would overflow.
        t = clamp_above(t, *SQUARE_OVERFLOWS)
        return ops.sqrt(1.0 + t * t)

    def fallback(self, x):
        t = magnitude(x)
        r = self._radius(t)
        if is_everyday():
            return positive_part(x) - 0.5 * clamp_above(t, *SQUARE_OVERFLOWS) / (r * (r + t))
        return positive_part(x) - 0.5 * where(t > r, 1.0, t / r) / (where(t > r, t, r) + t)

    def derivative(self, x):
        if is_everyday():
            s = inverse_root(x, 1.0)
            return 0.5 + s * (1.0 - 0.5 * s * s)
        t = magnitude(x)
        r = self._radius(t)
        s = where(t > r, 1.0, t / r)
        s = where(x < 0, -s, s)
        c = 1.0 / (r * (r + t))
        return where(x < -0.5, 0.5 * c * (c * (3.0 - c) - 1.0), 0.5 + s * (1.0 - 0.5 * s * s))


@register
class EIS(Activation):
    """Exponential, inverse square root and softplus: a family with five parameters, which is close to Mish by default.

    ``f(x) = x * log(1 + exp(x))**alpha / (sqrt(beta + gamma * x**2) + delta * exp(-theta * x))``

    Args:
        alpha: Number from 0 to 1, the power of the softplus. Default 1.
        beta: Number >= 0, the constant under the root. Default 0; beta or delta must be positive.
        gamma: Number >= 0, the factor of x**2 under the root. Default 1.
        delta: Number >= 0, the size of the exponential. Default 1.16.
        theta: Number >= 0, the rate of the exponential. Default 1. The five defaults are those of EIS-1 in the paper;
            ``EIS(1.0, 1.0, 1.0, 0.0, 0.0)`` is its EIS-2.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> EIS()([-1.0, 0.0, 1.0])
        [-0.07542646, 0.0, 0.92046314]
        >>> EIS(1.0, 1.0, 1.0, 0.0, 0.0)([-1.0, 0.0, 1.0])
        [-0.22150947, 0.0, 0.9286163]

    Reference:
        Biswas, Kumar, Banerjee and Pandey, EIS - a family of activation functions combining Exponential, ISRU, and Softplus, 2020,
        https://arxiv.org/abs/2009.13501
    """

    samples = (
        {},
        {"alpha": 1.0, "beta": 1.0, "gamma": 1.0, "delta": 0.0, "theta": 0.0},
        {"alpha": 0.0, "beta": 1.0, "gamma": 0.0, "delta": 0.68, "theta": 1.7},
        {"alpha": 0.5, "beta": 0.25, "gamma": 2.0, "delta": 0.5, "theta": 0.25},
    )

    def __init__(
        self,
        alpha: float = 1.0,
        beta: float = 0.0,
        gamma: float = 1.0,
        delta: float = 1.16,
        theta: float = 1.0,
        **kwargs: Unpack[ActivationOptions],
    ):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, low=0.0)
        self.beta = arguments.number("beta", beta, low=0.0)
        self.gamma = arguments.number("gamma", gamma, low=0.0)
        self.delta = arguments.number("delta", delta, low=0.0)
        self.theta = arguments.number("theta", theta, low=0.0)
        if self.alpha > 1:
            raise ValueError(f"alpha must be at most 1; received {alpha!r}.")
        if not (self.beta or self.delta):
            raise ValueError(f"beta or delta must be positive; received beta={beta!r}, delta={delta!r}.")

    # For negative x, numerator and denominator are multiplied by exp(theta x), and exp(alpha x) is factored out of the softplus's power.

    def _fraction(self, x):
        """(numerator, root, scale, exponential): x is multiplied by ``numerator / (root * scale + exponential)``."""
        # Beyond the bound, the root is proportional to x, or the exponential has reached its limit.
        t = clamp_above(magnitude(x), *SQUARE_OVERFLOWS)
        rate = self.theta if self.delta else 0.0
        e = ops.exp(-rate * t)
        root = math.sqrt(self.gamma) * t
        if self.beta:
            root = ops.sqrt(self.beta + root * root)
        numerator = where(x >= 0, 1.0, ops.exp(-(self.alpha + rate) * t))
        return numerator, root, where(x >= 0, 1.0, e), self.delta * where(x >= 0, e, 1.0)

    @staticmethod
    def _softplus(x):
        """The softplus and exp(-abs(x)). For negative x, the softplus is divided by exp(x), which it approaches."""
        e = ops.exp(-magnitude(x))
        # The derivatives of log1p(e) / e would divide by powers of e, which underflow.
        quotient = log1p_quotient(e)
        return where(x >= 0, x + e * quotient, quotient), e

    def fallback(self, x):
        numerator, root, scale, exponential = self._fraction(x)
        z = clamp_both(x, *SQUARE_OVERFLOWS) if self.gamma else x
        y = where(numerator == 0, 0.0, z * (numerator / (root * scale + exponential)))
        if not self.alpha:
            return y
        softplus, _ = self._softplus(x)
        return y * (softplus if self.alpha == 1 else ops.power(softplus, self.alpha))

    def derivative(self, x):
        numerator, root, scale, exponential = self._fraction(x)
        denominator = root * scale + exponential
        z = clamp_both(x, *SQUARE_OVERFLOWS)
        bracket = exponential * (1.0 + self.theta * z)
        if self.beta:
            bracket = bracket + self.beta / root * scale
        bracket, gate = bracket / denominator, numerator / denominator
        if self.alpha:
            softplus, e = self._softplus(z)
            bracket, gate = bracket + self.alpha * (z / softplus / (1.0 + e)), gate * softplus
        if 0 < self.alpha < 1:
            gate = gate * ops.power(self._softplus(x)[0], self.alpha - 1.0)
        return gate * bracket
