"""Learned curves: smooth units whose parameters are weights by default."""

import math

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.elementary import (
    EXPM1_TAIL,
    EXPM1_TAIL_DOUBLE,
    LOG1P_TAIL,
    LOG1P_TAIL_DOUBLE,
    clipped,
    erf,
    expm1,
    expm1_rest,
    finite,
    gated,
    gaussian,
    held,
    is_everyday,
    is_thorough,
    log1p,
    magnitude,
    normal_tail,
    polynomial,
    positive_part,
    scaled,
    sigmoid,
    softplus,
    tanh,
    where,
)
from ..core.options import Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned, Parameter


@register
class PFTS(Learned):
    """Parametric flatten-T swish: SiLU for positive input and nothing for negative input, both moved by a learned threshold.

    ``f(x) = x / (1 + exp(-x)) + t if x >= 0 else t``

    Args:
        t: Finite number, or a Keras initializer: the value for negative input. Default -0.2, as in the paper.
        learned: Whether t is a weight. Default True.
        **kwargs: How t is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> PFTS(t=-0.25)([-2.0, 1.0])
        [-0.25, 0.4810586]

    Reference:
        Chieng, Wahid and Ong, Parametric Flatten-T Swish: An Adaptive Non-linear Activation Function For Deep Learning, 2020,
        https://arxiv.org/abs/2011.03155
    """

    aliases = ("parametric_flatten_t_swish",)
    samples = ({"learned": False}, {"t": -0.25, "channels": 4})

    t: LearnedNumber

    def __init__(self, t: Initial = -0.2, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(t=t)

    def fallback(self, x, t):
        above = positive_part(x)
        return above / (1.0 + ops.exp(-above)) + t

    def derivative(self, x, t):
        above = held(positive_part(x), 128.0, 800.0)
        e = ops.exp(-above)
        yield where(x < 0, 0.0, (1.0 + (1.0 + above) * e) / ((1.0 + e) * (1.0 + e)))
        yield 1.0


@register
class XIELU(Learned):
    """Expanded integral of ELU: a parabola for positive input, an exponential that turns into a line for negative input.

    ``f(x) = alpha_p * x**2 + beta * x if x > 0 else alpha_n * (expm1(x) - x) + beta * x``

    The authors' code stores p and n, with ``alpha_p = softplus(p)`` and ``alpha_n = beta + softplus(n)``. Here the weights are alpha_p
    and alpha_n themselves, kept in the same ranges.

    Args:
        alpha_p: Number >= 0, or a Keras initializer: the curvature for positive input. Default 0.8, as in the paper.
        alpha_n: Number from `beta` on, or a Keras initializer: the strength of the exponential. Default 0.8, as in the paper.
        beta: Finite number, the derivative at 0, which is not learned. Default 0.5, as in the paper.
        learned: Whether alpha_p and alpha_n are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> XIELU()([-1.0, 2.0])
        [-0.20569645, 4.2]

    Reference:
        Huang and Schlag, Deriving Activation Functions Using Integration, 2024, https://arxiv.org/abs/2411.13010
    """

    samples = ({"learned": False}, {"alpha_p": 0.75, "alpha_n": 0.875, "channels": 4}, {"alpha_p": 0.25, "alpha_n": 1.5, "beta": 0.0})

    alpha_p: LearnedNumber
    alpha_n: LearnedNumber

    def __init__(
        self, alpha_p: Initial = 0.8, alpha_n: Initial = 0.8, beta: float = 0.5, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]
    ):
        super().__init__(learned=learned, **kwargs)
        self.beta = arguments.number("beta", beta)
        if isinstance(alpha_n, (int, float)) and alpha_n < self.beta:
            raise ValueError(f"alpha_n must be at least beta; received alpha_n={alpha_n!r}, beta={self.beta!r}.")
        self.learn(alpha_p=Parameter(alpha_p, low=0.0), alpha_n=Parameter(alpha_n, low=self.beta))

    def fallback(self, x, alpha_p, alpha_n):
        above, below = positive_part(x), where(x > 0, 0.0, x)
        # Far from 0 the lines are added first, of which one is inf and the other -inf at -inf; near 0 that would cancel.
        near = below > -0.69
        close = where(near, below, 0.0)
        left = where(
            near,
            alpha_n * expm1_rest(close) + self.beta * close,
            alpha_n * expm1(below) + scaled(self.beta - alpha_n, below),
        )
        return where(x > 0, (alpha_p * above + self.beta) * above, left)

    def derivative(self, x, alpha_p, alpha_n):
        above, below = positive_part(x), where(x > 0, 0.0, x)
        yield where(x > 0, 2.0 * alpha_p * above, alpha_n * expm1(below)) + self.beta
        yield above * above
        yield expm1_rest(below)


@register
class SoftExponential(Learned):
    """A logarithm, the identity or an exponential, whichever a learned parameter says; a network of them can add and multiply.

    ``f(x) = -log(1 - alpha * (x + alpha)) / alpha if alpha < 0 else (exp(alpha * x) - 1) / alpha + alpha if alpha > 0 else x``

    For a negative alpha there is no such logarithm below ``1 / alpha - alpha``: there the value is a large negative number, with
    gradient 0. For a positive alpha the exponential overflows early.

    Args:
        alpha: Finite number, or a Keras initializer. Default 0, the identity, where its gradient is ``1 + x**2 / 2``.
        learned: Whether alpha is a weight. Default True.
        **kwargs: How alpha is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> SoftExponential(alpha=0.5)([-2.0, 0.0, 2.0])
        [-0.76424116, 0.5, 3.9365637]
        >>> SoftExponential(alpha=-0.5)([0.0, 2.0])
        [-0.5753642, 1.1192316]

    Reference:
        Godfrey and Gashler, A continuum among logarithmic, linear, and exponential functions, and its potential to improve
        generalization in neural networks, 2015, https://arxiv.org/abs/1602.01321
    """

    samples = ({"learned": False}, {"alpha": 0.375, "channels": 4}, {"alpha": -0.0625, "channels": 4}, {"alpha": 0.7, "learned": False})

    alpha: LearnedNumber

    def __init__(self, alpha: Initial = 0.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha)

    # Near 0, both quotients are series times x or times y = x + alpha, so that nothing is divided by alpha.

    @staticmethod
    def _exponential(x, alpha):
        """alpha x, short of minus infinity, whether it is near 0, and if so it, else 0."""
        u = -held(-scaled(alpha, x), 128.0, 800.0)
        near = abs(u) < 0.69
        return u, near, where(near, u, 0.0)

    @staticmethod
    def _logarithm(y, alpha):
        """``1 - alpha y``, no less than a small number, whether it is near 1, and if so 1 minus it, else 0."""
        power = 1.0 - alpha * y
        near = abs(power - 1.25) <= 0.75
        return where(power < 1e-37, 1e-37, power), near, where(near, alpha * y, 0.0)

    @staticmethod
    def _split(x, alpha):
        """Whether alpha is negative; x and alpha for the exponential; y and alpha for the logarithm."""
        alpha = ops.convert_to_tensor(alpha, dtype=x.dtype)
        negative = alpha < 0
        return negative, where(negative, 0.0, x), where(negative, 0.0, alpha), where(negative, x + alpha, 0.0), where(negative, alpha, -1.0)

    def fallback(self, x, alpha):
        negative, x, above, y, below = self._split(x, alpha)
        double = is_thorough(x)
        u, near, z = self._exponential(x, above)
        series = x + clipped(x, 1e30, 1e300) * z * polynomial(z, EXPM1_TAIL_DOUBLE if double else EXPM1_TAIL)
        growing = where(near, series, (ops.exp(u) - 1.0) / where(near, 1.0, above)) + above
        power, near, z = self._logarithm(y, below)
        w = z / (2.0 - z) * (z / (2.0 - z))
        series = y / (2.0 - z) * (2.0 + w * polynomial(w, LOG1P_TAIL_DOUBLE if double else LOG1P_TAIL))
        return where(negative, where(near, series, -ops.log(power) / below), growing)

    def derivative(self, x, alpha):
        negative, x, above, y, below = self._split(x, alpha)
        double = is_thorough(x)
        u, near, z = self._exponential(x, above)
        tail = EXPM1_TAIL_DOUBLE if double else EXPM1_TAIL
        series = x * x * polynomial(z, tuple((k + 1) * c for k, c in enumerate(tail)))
        divisor = where(near, 1.0, above)
        growing = where(near, series, (1.0 + (u - 1.0) * ops.exp(u)) / divisor / divisor) + 1.0
        power, near, z = self._logarithm(y, below)
        slope = where(power <= 1e-37, 0.0, 1.0 / power)
        w = z / (2.0 - z) * (z / (2.0 - z))
        cube = (2.0 - z) * (2.0 - z) * (2.0 - z)
        series = y * y * (1.0 / ((1.0 - z) * (2.0 - z)) - z * polynomial(w, LOG1P_TAIL_DOUBLE if double else LOG1P_TAIL) / cube)
        shrinking = where(near, series, (ops.log(power) + slope - 1.0) / below / below) + slope
        return where(negative, slope, ops.exp(u)), where(negative, shrinking, growing)


@register
class ErfAct(Learned):
    """The input times a gate that grows like a Gompertz curve: the error function of an exponential.

    ``f(x) = x * erf(alpha * exp(beta * x))``

    Args:
        alpha: Finite number, or a Keras initializer: the factor of the exponential. Default 0.75.
        beta: Finite number, or a Keras initializer: the rate of the exponential. Default 0.75.
        learned: Whether alpha and beta are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> ErfAct()([-1.0, 0.0, 1.0])
        [-0.38364324, 0.0, 0.97525865]

    Reference:
        Biswas, Kumar, Banerjee and Pandey, ErfAct and Pserf: Non-monotonic Smooth Trainable Activation Functions, 2021,
        https://arxiv.org/abs/2109.04386
    """

    samples = ({}, {"alpha": 0.5, "beta": 1.25, "channels": 4}, {"alpha": 1.1, "beta": 0.6, "learned": False})

    alpha: LearnedNumber
    beta: LearnedNumber

    def __init__(self, alpha: Initial = 0.75, beta: Initial = 0.75, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha, beta=beta)

    def fallback(self, x, alpha, beta):
        return gated(erf(alpha * ops.exp(held(beta * x, 88.0, 700.0))), x)

    def derivative(self, x, alpha, beta):
        z = held(beta * x, 88.0, 700.0)
        e, root = ops.exp(z), ops.exp(0.5 * z)
        slope = erf.slope(alpha * e)
        x = where(root * slope == 0, 0.0, x)
        # Half of the exponential for each x: it may underflow where the product does not.
        yield erf(alpha * e) + alpha * beta * x * (e * slope)
        yield x * (e * slope)
        yield alpha * (x * root) * (x * root * slope)


@register
class Pserf(Learned):
    """Serf with learned parameters: the input times the error function of a softplus.

    ``f(x) = x * erf(gamma * log(1 + exp(delta * x)))``

    Args:
        gamma: Finite number, or a Keras initializer: the factor of the softplus. Default 1.25.
        delta: Finite number, or a Keras initializer: the slope inside the softplus. Default 0.85.
        learned: Whether gamma and delta are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> Pserf()([-1.0, 0.0, 1.0])
        [-0.47070757, 0.0, 0.9669675]

    Reference:
        Biswas, Kumar, Banerjee and Pandey, ErfAct and Pserf: Non-monotonic Smooth Trainable Activation Functions, 2021,
        https://arxiv.org/abs/2109.04386
    """

    samples = ({"learned": False}, {"gamma": 1.25, "delta": 0.875}, {"gamma": 0.5, "delta": 1.25, "channels": 4})

    gamma: LearnedNumber
    delta: LearnedNumber

    def __init__(self, gamma: Initial = 1.25, delta: Initial = 0.85, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(gamma=gamma, delta=delta)

    def fallback(self, x, gamma, delta):
        return gated(erf(gamma * softplus(delta * x)), x)

    def derivative(self, x, gamma, delta):
        z = clipped(delta * x, 1e5, 1e5)
        # Half of the exponential for each x: it may underflow where the product does not.
        root = ops.exp(-0.5 * magnitude(z))
        e, half = root * root, where(z < 0, root, 1.0)
        plus, gate = positive_part(z) + log1p(e), half * half / (1.0 + e)
        slope = erf.slope(gamma * plus)
        x = where(half * slope == 0, 0.0, x)
        yield erf(gamma * plus) + gamma * delta * x * (slope * gate)
        yield x * plus * slope
        yield gamma * (x * half) * (x * half * slope) / (1.0 + e)


@register
class AconC(Learned):
    """A smooth maximum of two learned lines through 0, ACON-C: each channel learns whether to activate, and how sharply.

    ``f(x) = (p1 - p2) * x / (1 + exp(-beta * (p1 - p2) * x)) + p2 * x``

    Args:
        p1: Finite number, or a Keras initializer: the slope of one line. Default 1, as in the paper, which with the other defaults is
            SiLU; the authors' code draws p1 and p2 from a normal distribution.
        p2: Finite number, or a Keras initializer: the slope of the other line. Default 0, as in the paper.
        beta: Finite number, or a Keras initializer: how sharply it switches between the lines; at 0 it is their mean. Default 1, as in
            the paper.
        learned: Whether the three are weights: in the paper, for each channel. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> AconC(p2=0.25)([-2.0, 0.0, 2.0])
        [-0.7736383, 0.0, 1.7263618]

    Reference:
        Ma, Zhang, Liu and Sun, Activate or Not: Learning Customized Activation, 2020, https://arxiv.org/abs/2009.04759
    """

    samples = ({}, {"p1": 1.25, "p2": 0.25, "beta": 1.5, "channels": 4}, {"p1": -0.3, "p2": 0.9, "beta": 0.8, "learned": False})

    p1: LearnedNumber
    p2: LearnedNumber
    beta: LearnedNumber

    def __init__(
        self, p1: Initial = 1.0, p2: Initial = 0.0, beta: Initial = 1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]
    ):
        super().__init__(learned=learned, **kwargs)
        self.learn(p1=p1, p2=p2, beta=beta)

    # Written as p1 x sigmoid(w) + p2 x sigmoid(-w), which does not cancel while p1 and p2 have one sign.

    def fallback(self, x, p1, p2, beta):
        w = clipped(beta * (p1 - p2) * x, 400.0, 1600.0)
        if is_everyday():
            return finite(x) * (p1 * sigmoid(w) + p2 * sigmoid(-w))
        return scaled(p1, gated(sigmoid(w), x)) + scaled(p2, gated(sigmoid(-w), x))

    def derivative(self, x, p1, p2, beta):
        w = clipped(beta * (p1 - p2) * x, 400.0, 1600.0)
        if is_everyday():
            first, second = sigmoid(w), sigmoid(-w)
            yield p1 * first + p2 * second + (p1 - p2) * w * (first * second)
            yield gated(first * (1.0 + w * second), x)
            yield gated(second * (1.0 - w * first), x)
            yield (p1 - p2) * (p1 - p2) * gated(gated(first * second, x), x)
            return
        right = w >= 0
        # Half of the exponential for each x: it may underflow where the product does not.
        root = ops.exp(-0.5 * magnitude(w))
        e = root * root
        first, second = where(right, 1.0, e) / (1.0 + e), where(right, e, 1.0) / (1.0 + e)
        damped = where(root == 0, 0.0, x) * root
        yield p1 * first + p2 * second + (p1 - p2) * w * (first * second)
        yield where(right, x, damped) * (1.0 + w * second) * where(right, 1.0, root) / (1.0 + e)
        yield where(right, damped, x) * (1.0 - w * first) * where(right, root, 1.0) / (1.0 + e)
        bell = (p1 - p2) * damped / (1.0 + e)
        yield bell * bell


@register
class SMU(Learned):
    """Smooth maximum unit: LeakyReLU with its corner rounded by an error function, as in GELU, to a learned degree.

    ``f(x) = ((1 + alpha) * x + (1 - alpha) * x * erf(mu * (1 - alpha) * x)) / 2``

    Args:
        alpha: Finite number, the slope for very negative input, which is not learned. Default 0.25, as in the paper.
        mu: Finite number, or a Keras initializer: the sharpness of the corner. Default 1; early implementations have 1000000, which is
            LeakyReLU in practice. With alpha 0 and mu ``sqrt(1 / 2)`` it is GELU.
        learned: Whether mu is a weight. Default True.
        **kwargs: How mu is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> SMU()([-1.0, 0.0, 1.0])
        [-0.35831663, 0.0, 0.89168334]

    Reference:
        Biswas, Kumar, Banerjee and Pandey, SMU: smooth activation function for deep networks using smoothing maximum technique, 2021,
        https://arxiv.org/abs/2111.04682
    """

    samples = ({}, {"alpha": 0.0, "mu": 0.75, "channels": 4}, {"alpha": 0.01, "mu": 2.5, "learned": False})

    mu: LearnedNumber

    def __init__(self, alpha: float = 0.25, mu: Initial = 1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.alpha = arguments.number("alpha", alpha)
        self.learn(mu=mu)

    # The gate goes from alpha to 1 as the normal distribution function of w = sqrt(2) mu (1 - alpha) x.

    def _gate(self, x, mu):
        """The gate, w short of infinity, and ``exp(-w**2 / 2)``."""
        w = clipped(math.sqrt(2) * (1.0 - self.alpha) * mu * x, 16.0, 39.0)
        if is_everyday():
            return 0.5 * (1.0 + self.alpha + (1.0 - self.alpha) * erf(w * math.sqrt(0.5))), w, gaussian(w)
        bell, tail = normal_tail(where(w < 0, -w, w))
        tail = (1.0 - self.alpha) * (bell * tail)
        return where(w < 0, self.alpha + tail, 1.0 - tail), w, bell

    def fallback(self, x, mu):
        gate, _, _ = self._gate(x, mu)
        return gated(gate, x)

    def derivative(self, x, mu):
        gate, w, bell = self._gate(x, mu)
        yield gate + (1.0 - self.alpha) / math.sqrt(2 * math.pi) * w * bell
        x = where(bell == 0, 0.0, x)
        yield (1.0 - self.alpha) ** 2 / math.sqrt(math.pi) * x * (x * bell)


@register
class SMU1(Learned):
    """Smooth maximum unit of the second kind: LeakyReLU with its corner rounded by a hyperbola, as in Squareplus, to a learned degree.

    ``f(x) = ((1 + alpha) * x + sqrt((x - alpha * x)**2 + mu**2)) / 2``

    Args:
        alpha: Finite number, the slope for very negative input, which is not learned. Default 0.25, as in the paper.
        mu: Number from 1e-9 on, or a Keras initializer: twice the value at 0. Default 4.352665993287951e-09, as in implementations,
            which is LeakyReLU in practice.
        learned: Whether mu is a weight, which is kept from falling below 1e-9. Default True.
        **kwargs: How mu is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> SMU1(mu=1.0)([-1.0, 0.0, 1.0])
        [0.0, 0.5, 1.25]

    Reference:
        Biswas, Kumar, Banerjee and Pandey, SMU: smooth activation function for deep networks using smoothing maximum technique, 2021,
        https://arxiv.org/abs/2111.04682
    """

    samples = ({"learned": False}, {"mu": 0.5, "channels": 4}, {"alpha": 0.0, "mu": 1.5})

    mu: LearnedNumber

    def __init__(self, alpha: float = 0.25, mu: Initial = 4.352665993287951e-09, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.alpha = arguments.number("alpha", alpha)
        self.learn(mu=Parameter(mu, low=1e-9))

    def _sides(self, x, mu):
        """Whether x is on the side of slope 1, its distance from 0, and the hyperbola's radius."""
        s = (1.0 - self.alpha) * x
        t = where(s < 0, -s, s)
        # Beyond the bound, mu is lost in the sum, and the square would overflow.
        near = held(t, 1e18, 1e153)
        r = ops.sqrt(near * near + mu * mu)
        return s >= 0, t, where(t > r, t, r)

    def fallback(self, x, mu):
        right, t, r = self._sides(x, mu)
        left = self.alpha * where(right, 0.0, x) if self.alpha else 0.0
        # The root minus t cancels; mu**2 / (root + t) is the same and does not.
        return where(right, x, left) + mu / 2.0 * (mu / (r + t))

    def derivative(self, x, mu):
        right, t, r = self._sides(x, mu)
        h = (1.0 - self.alpha) * (mu / 2.0 / r * (mu / (r + t)))
        yield where(right, 1.0 - h, self.alpha + h)
        yield mu / 2.0 / r


@register
class DynamicTanh(Learned):
    """A scaled tanh in the place of a normalization layer: DyT.

    ``f(x) = gamma * tanh(alpha * x) + beta``

    In the paper gamma and beta are learned for each channel, with ``channels=n``; alpha is one number for the layer in any case.

    Args:
        alpha: Finite number, or a Keras initializer: the slope inside the tanh. Default 0.5, as in the paper.
        gamma: Finite number, or a Keras initializer: the factor of the tanh. Default 1, as in the paper.
        beta: Finite number, or a Keras initializer: what is added. Default 0, as in the paper.
        learned: Whether the three are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> DynamicTanh()([-2.0, 0.0, 2.0])
        [-0.7615942, 0.0, 0.7615942]
        >>> DynamicTanh(channels=8).count_params()
        17

    Reference:
        Zhu, Chen, He, LeCun and Liu, Transformers without Normalization, 2025, https://arxiv.org/abs/2503.10622
    """

    aliases = ("dyt",)
    samples = ({}, {"alpha": 0.75, "gamma": 1.5, "beta": 0.25, "channels": 4}, {"alpha": 0.8, "gamma": 1.2, "learned": False})

    alpha: LearnedNumber
    gamma: LearnedNumber
    beta: LearnedNumber

    def __init__(
        self, alpha: Initial = 0.5, gamma: Initial = 1.0, beta: Initial = 0.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]
    ):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=Parameter(alpha, shared=True), gamma=gamma, beta=beta)

    def fallback(self, x, alpha, gamma, beta):
        return gamma * tanh(alpha * x) + beta

    def derivative(self, x, alpha, gamma, beta):
        t = tanh(alpha * x)
        slope = tanh.slope(alpha * x, y=t)
        yield gamma * alpha * slope
        yield gamma * gated(slope, x)
        yield t
        yield 1.0


@register
class DynamicErf(Learned):
    """A scaled and shifted error function in the place of a normalization layer: Derf.

    ``f(x) = gamma * erf(alpha * x + shift) + beta``

    In the paper gamma and beta are learned for each channel, with ``channels=n``; alpha and shift are one number each for the layer in
    any case.

    Args:
        alpha: Finite number, or a Keras initializer: the slope inside the error function. Default 0.5, as in the paper.
        shift: Finite number, or a Keras initializer: what is added inside. Default 0, as in the paper.
        gamma: Finite number, or a Keras initializer: the factor of the error function. Default 1, as in the paper.
        beta: Finite number, or a Keras initializer: what is added outside. Default 0, as in the paper.
        learned: Whether the four are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> DynamicErf()([-2.0, 0.0, 2.0])
        [-0.8427008, 0.0, 0.8427008]
        >>> DynamicErf(channels=8).count_params()
        18

    Reference:
        Chen, Lu, Zhu, Sun and Liu, Stronger Normalization-Free Transformers, 2025, https://arxiv.org/abs/2512.10938
    """

    aliases = ("derf",)
    samples = (
        {},
        {"alpha": 0.75, "shift": 0.5, "gamma": 1.5, "beta": 0.25, "channels": 4},
        {"alpha": 0.8, "gamma": 1.2, "learned": False},
    )

    alpha: LearnedNumber
    shift: LearnedNumber
    gamma: LearnedNumber
    beta: LearnedNumber

    def __init__(
        self,
        alpha: Initial = 0.5,
        shift: Initial = 0.0,
        gamma: Initial = 1.0,
        beta: Initial = 0.0,
        *,
        learned: bool = True,
        **kwargs: Unpack[LearnedOptions],
    ):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=Parameter(alpha, shared=True), shift=Parameter(shift, shared=True), gamma=gamma, beta=beta)

    def fallback(self, x, alpha, shift, gamma, beta):
        return gamma * erf(alpha * x + shift) + beta

    def derivative(self, x, alpha, shift, gamma, beta):
        u = alpha * x + shift
        slope = gamma * erf.slope(u)
        yield alpha * slope
        yield gated(slope, x)
        yield slope
        yield erf(u)
        yield 1.0
