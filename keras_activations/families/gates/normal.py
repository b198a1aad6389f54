"""Normal gates: the input times a distribution function or an error function of itself."""

import math

from keras import ops

from ...catalogue.registry import register
from ...core import arguments
from ...core.activation import Activation
from ...core.elementary import (
    NORMAL_VANISHES,
    clamp_above,
    clamp_both,
    erf,
    gated,
    gaussian,
    gelu,
    log1p,
    magnitude,
    normal_tail,
    positive_part,
    softplus,
    where,
)
from ...core.kernels import NativeOp
from ...core.options import ActivationOptions, Initial, LearnedNumber, LearnedOptions, Unpack
from ...core.parameters import Learned
from ...core.terms import Curve, is_everyday
from ..gates.tanh import Gated


def _odds(t):
    """``exp(-p)`` and ``dp/dt``, where ``sigmoid(-p)`` is the gate of the tanh form at -t."""
    c = 2 * math.sqrt(2 / math.pi)
    return ops.exp(-c * (t + 0.044715 * t * t * t)), c * (1.0 + 3 * 0.044715 * t * t)


@Curve
def gelu_tanh(x):
    """``x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))``."""
    t = clamp_above(magnitude(x), *NORMAL_VANISHES)
    q, _ = _odds(t)
    return positive_part(x) - t * q / (1.0 + q)


@gelu_tanh.derived
def gelu_tanh_slope(x):
    """The derivative of `gelu_tanh`."""
    t = clamp_above(magnitude(x), *NORMAL_VANISHES)
    q, slope = _odds(t)
    h = q / (1.0 + q) * (1.0 - t * slope / (1.0 + q))
    return where(x >= 0, 1.0 - h, h)


@register
class GELU(Activation):
    """Gaussian error linear unit, the default of transformers: the input times the probability that a normal variable is below the input.

    ``f(x) = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) if approximate else x / 2 * erfc(-x / sqrt(2))``

    Args:
        approximate: False or "none" is the exact form, as in `tf.nn.gelu`. True or "tanh" is the approximation of GPT-2, which is the
            default of JAX and of `keras.ops.gelu`. The two forms differ by up to 0.0005. Default False.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> GELU()([-1.0, 0.0, 1.0])
        [-0.15865526, 0.0, 0.8413447]
        >>> GELU(approximate=True)([-1.0, 0.0, 1.0])
        [-0.158808, 0.0, 0.841192]

    Reference:
        Hendrycks and Gimpel, Gaussian Error Linear Units (GELUs), 2016, https://arxiv.org/abs/1606.08415
    """

    samples = ({}, {"approximate": True})

    def __init__(self, approximate: bool | str = False, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        if isinstance(approximate, str):
            approximate = arguments.choice("approximate", approximate, ("none", "tanh")) == "tanh"
        self.approximate = arguments.flag("approximate", approximate)

    def fallback(self, x):
        return gelu_tanh(x) if self.approximate else gelu(x)

    def derivative(self, x):
        return gelu_tanh.slope(x) if self.approximate else gelu.slope(x)

    def native(self):
        return NativeOp("gelu", approximate=self.approximate)


@register
class ClippedGELU(Activation):
    """GELU, clipped at two bounds, so that an 8-bit grid still has some steps for its negative values.

    ``f(x) = min(max(x / 2 * erfc(-x / sqrt(2)), min_value), max_value)``

    Args:
        min_value: Finite number, the lower bound. Default -10, as in Hugging Face's "gelu_10".
        max_value: Finite number greater than `min_value`, the upper bound. Default 10.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ClippedGELU()([-1.0, 1.0, 20.0])
        [-0.15865526, 0.8413447, 10.0]

    Reference:
        Wu, Judd, Zhang, Isaev and Micikevicius, Integer Quantization for Deep Learning Inference: Principles and Empirical
        Evaluation, 2020, https://arxiv.org/abs/2004.09602
    """

    samples = ({}, {"min_value": -0.125, "max_value": 6.0})

    def __init__(self, min_value: float = -10.0, max_value: float = 10.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.min_value, self.max_value = arguments.bounds(min_value=min_value, max_value=max_value)

    def fallback(self, x):
        y = gelu(x)
        return where(y <= self.min_value, self.min_value, where(y > self.max_value, self.max_value, y))

    def derivative(self, x):
        y = gelu(x)
        return where(y <= self.min_value, 0.0, where(y > self.max_value, 0.0, gelu.slope(x)))


@register
class IGELU(Activation):
    """GELU made of second-order polynomials, for inference with integers.

    ``f(x) = 0.1444 * x * max(1.769 + x / sqrt(2), 0)**2 if x <= 0 else x - 0.1444 * x * max(1.769 - x / sqrt(2), 0)**2``

    It differs from GELU by up to 0.02. Its slope jumps from 0.45 to 0.55 at 0.

    Example:
        >>> IGELU()([-1.0, 0.0, 1.0])
        [-0.16282792, 0.0, 0.8371721]

    Reference:
        Kim, Gholami, Yao, Mahoney and Keutzer, I-BERT: Integer-only BERT Quantization, 2021, https://arxiv.org/abs/2101.01321
    """

    aliases = ("gelu_linear",)
    BOUND = 1.769 * math.sqrt(2)

    def fallback(self, x):
        t = clamp_above(magnitude(x), self.BOUND, self.BOUND)
        u = self.BOUND - t
        return positive_part(x) - 0.0722 * t * u * u

    def derivative(self, x):
        t = clamp_above(magnitude(x), self.BOUND, self.BOUND)
        u = self.BOUND - t
        h = 0.0722 * u * (u - 2.0 * t)
        return where(x > 0, 1.0 - h, h)


@register
class SMU(Learned):
    """Smooth maximum unit: LeakyReLU whose corner is rounded by an error function, as in GELU, with a learned sharpness.

    ``f(x) = ((1 + alpha) * x + (1 - alpha) * x * erf(mu * (1 - alpha) * x)) / 2``

    Args:
        alpha: Finite number, the slope for very negative input, which is not learned. Default 0.25, as in the paper.
        mu: Finite number, or a Keras initializer: the sharpness of the corner. SMU with alpha 0 and mu ``sqrt(1 / 2)`` is GELU.
            Default 1; early implementations have 1000000, which is LeakyReLU in practice.
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

    # The gate goes from alpha to 1. It is alpha + (1 - alpha) Phi(w), with w = sqrt(2) mu (1 - alpha) x and the normal
    # distribution function Phi.

    def _gate(self, x, mu):
        """The gate, w clamped to finite bounds, and ``exp(-w**2 / 2)``."""
        w = clamp_both(math.sqrt(2) * (1.0 - self.alpha) * mu * x, *NORMAL_VANISHES)
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
class Serf(Gated):
    """The input times the error function of its softplus: the shape of Mish, with a gate that approaches 1 sooner.

    ``f(x) = x * erf(log(1 + exp(x)))``

    Example:
        >>> Serf()([-1.0, 0.0, 1.0])
        [-0.34224796, 0.0, 0.9367219]

    Reference:
        Nag and Bhattacharyya, SERF: Towards better training of deep neural networks using log-Softplus ERror activation Function,
        2021, https://arxiv.org/abs/2108.09598
    """

    step, inner = erf, softplus


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
        return gated(erf(alpha * ops.exp(clamp_above(beta * x, 88.0, 700.0))), x)

    def derivative(self, x, alpha, beta):
        z = clamp_above(beta * x, 88.0, 700.0)
        e, root = ops.exp(z), ops.exp(0.5 * z)
        slope = erf.slope(alpha * e)
        x = where(root * slope == 0, 0.0, x)
        # Two square roots replace the exponential, because it may underflow although its product with x**2 does not.
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
        z = clamp_both(delta * x, 1e5, 1e5)
        # Two square roots replace the exponential, because it may underflow although its product with x**2 does not.
        root = ops.exp(-0.5 * magnitude(z))
        e, half = root * root, where(z < 0, root, 1.0)
        plus, gate = positive_part(z) + log1p(e), half * half / (1.0 + e)
        slope = erf.slope(gamma * plus)
        x = where(half * slope == 0, 0.0, x)
        yield erf(gamma * plus) + gamma * delta * x * (slope * gate)
        yield x * plus * slope
        yield gamma * (x * half) * (x * half * slope) / (1.0 + e)
