"""Gated units: the input times a soft step of itself.

Every value is written as max(x, 0) minus a tail, or as a product with a gate that does not cancel: x * (1 + tanh(...)) and its like
lose every digit on the negative side.
"""

import math

from keras import ops

from .. import arguments
from ..activation import Activation, native_ops
from ..parameters import Learned
from ..registry import register
from ..special import held, log1p, magnitude, normal_tail, positive_part, where


@register
class SiLU(Activation):
    """Sigmoid linear unit: the input times its sigmoid. Smooth, not monotonic, the default of many image and language models.

    ``f(x) = x / (1 + exp(-x))``

    Example:
        >>> SiLU()([-1.0, 0.0, 1.0])
        [-0.26894143, 0.0, 0.7310586]

    Reference:
        Hendrycks and Gimpel, Gaussian Error Linear Units (GELUs), 2016, https://arxiv.org/abs/1606.08415, and Elfwing, Uchibe and
        Doya, Sigmoid-Weighted Linear Units for Neural Network Function Approximation in Reinforcement Learning, 2017,
        https://arxiv.org/abs/1702.03118
    """

    def fallback(self, x):
        t = held(magnitude(x), 128.0, 800.0)
        e = ops.exp(-t)
        return positive_part(x) - t * e / (1.0 + e)

    def derivative(self, x):
        t = held(magnitude(x), 128.0, 800.0)
        e = ops.exp(-t)
        h = e / (1.0 + e) * (1.0 - t / (1.0 + e))
        return where(x >= 0, 1.0 - h, h)

    def native(self, x):
        return native_ops.silu(x)


@register
class Swish(Learned):
    """SiLU with a slope of its own, from the identity's half (beta=0) to ReLU (large beta). Prefer SiLU unless beta is to be learned.

    ``f(x) = x / (1 + exp(-beta * x))``

    Args:
        beta: Finite number: the slope of the gate, or its initial value where it is learned. Default 1, as in `tf.nn.silu`.
        learned: Whether beta is a weight. Default False.
        **kwargs: How beta is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> Swish(beta=2.0)([-1.0, 0.0, 1.0])
        [-0.11920292, 0.0, 0.880797]
        >>> len(Swish(learned=True).weights)
        1

    Reference:
        Ramachandran, Zoph and Le, Searching for Activation Functions, 2017, https://arxiv.org/abs/1710.05941
    """

    samples = ({}, {"beta": 1.5}, {"beta": -0.5}, {"beta": 1.5, "learned": True}, {"learned": True, "channels": 4})

    def __init__(self, beta: float = 1.0, *, learned: bool = False, **kwargs):
        super().__init__(learned=learned, **kwargs)
        self.learn(beta=beta)

    def fallback(self, x, beta):
        z = beta * x
        e = ops.exp(-magnitude(z))
        gate = where(z >= 0, 1.0, e) / (1.0 + e)
        return where(gate == 0, 0.0, x * gate)

    def derivative(self, x, beta):
        z = beta * x
        root = ops.exp(-0.5 * magnitude(z))
        e = root * root
        gate, complement = where(z >= 0, 1.0, e) / (1.0 + e), where(z >= 0, e, 1.0) / (1.0 + e)
        t = held(magnitude(z), 128.0, 800.0)
        # Half of the exponential for each x: it may underflow where the product does not.
        bell = x * root / (1.0 + e) * (x * root / (1.0 + e))
        return gate * (1.0 + where(z >= 0, t, -t) * complement), where(root == 0, 0.0, bell)

    def native(self, x, beta):
        return native_ops.silu(x) if not self.learned and beta == 1.0 else NotImplemented


@register
class Aria2(Activation):
    """Swish with a power of its gate, which shapes the dip and the slope of the positive side apart from each other.

    ``f(x) = x * (1 + exp(-beta * x))**(-alpha)``

    Echo and activations-plus offer the power alone by this name, without the input as a factor.

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

    def __init__(self, alpha: float = 1.5, beta: float = 2.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)
        self.beta = arguments.number("beta", beta, above=0.0)

    def _gate(self, x):
        """The power of the sigmoid, with the t and the ``e = exp(-beta t)`` that it is made of."""
        t = held(magnitude(x), 128.0 / (self.beta * min(self.alpha, 1.0)), 800.0 / (self.beta * min(self.alpha, 1.0)))
        e = ops.exp(-self.beta * t)
        # The sigmoid is 1 / (1 + e), on the left side times e, of which the power is one exponential.
        return where(x >= 0, 1.0, ops.exp(-self.alpha * self.beta * t)) * ops.exp(-self.alpha * log1p(e)), t, e

    def fallback(self, x):
        gate, _, _ = self._gate(x)
        return where(gate == 0, 0.0, x * gate)

    def derivative(self, x):
        gate, t, e = self._gate(x)
        complement = where(x >= 0, e, 1.0) / (1.0 + e)
        return gate * (1.0 + self.alpha * self.beta * where(x >= 0, t, -t) * complement)


@register
class HardSiLU(Activation):
    """SiLU with a gate of three straight lines, for small devices.

    ``f(x) = 0 if x <= -3 else x * (x + 3) / 6 if x <= 3 else x``

    Example:
        >>> HardSiLU()([-4.0, -1.5, 6.0])
        [0.0, -0.375, 6.0]

    Reference:
        Howard et al., Searching for MobileNetV3, 2019, https://arxiv.org/abs/1905.02244
    """

    aliases = ("hard_swish", "hswish")

    def fallback(self, x):
        return where(x <= -3, 0.0, where(x > 3, x, x * ((x + 3.0) / 6.0)))

    def derivative(self, x):
        return where(x <= -3, 0.0, where(x > 3, 1.0, (x + 1.5) / 3.0))

    def native(self, x):
        return native_ops.hard_silu(x)


@register
class GELU(Activation):
    """Gaussian error linear unit: the input times the probability that a normal variable is below it; the default of transformers.

    ``f(x) = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) if approximate else x / 2 * erfc(-x / sqrt(2))``

    Args:
        approximate: False or "none", the default, is the exact form, as in `tf.nn.gelu`; True or "tanh" is the approximation that
            GPT-2 used, and that JAX and `keras.ops.gelu` take by default. It differs by up to 0.0005.
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

    def __init__(self, approximate: bool | str = False, **kwargs):
        super().__init__(**kwargs)
        self.approximate = arguments.flag("approximate", approximate == "tanh" if approximate in ("none", "tanh") else approximate)

    def fallback(self, x):
        t = held(magnitude(x), 16.0, 39.0)
        if self.approximate:
            q, _ = self._odds(t)
            return positive_part(x) - t * q / (1.0 + q)
        gaussian, scaled = normal_tail(t)
        return positive_part(x) - t * gaussian * scaled

    def derivative(self, x):
        t = held(magnitude(x), 16.0, 39.0)
        if self.approximate:
            q, slope = self._odds(t)
            h = q / (1.0 + q) * (1.0 - t * slope / (1.0 + q))
        else:
            gaussian, scaled = normal_tail(t)
            h = gaussian * (scaled - t / math.sqrt(2 * math.pi))
        return where(x >= 0, 1.0 - h, h)

    @staticmethod
    def _odds(t):
        """``exp(-p)`` and ``dp/dt`` of the tanh form, whose gate for -t is ``sigmoid(-p)``."""
        c = 2 * math.sqrt(2 / math.pi)
        return ops.exp(-c * (t + 0.044715 * t * t * t)), c * (1.0 + 3 * 0.044715 * t * t)

    def native(self, x):
        return native_ops.gelu(x, approximate=self.approximate)


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

    # tanh(log(1 + u)) is the ratio u (u + 2) / (u (u + 2) + 2). With u = exp(x) = a / b, of which one is 1, it never overflows.

    @staticmethod
    def _ratio(x):
        e = ops.exp(-magnitude(x))
        a, b = where(x >= 0, 1.0, e), where(x >= 0, e, 1.0)
        n = a * (a + 2.0 * b)
        return a, b, n, n + 2.0 * b * b

    def fallback(self, x):
        _, _, n, m = self._ratio(x)
        return -held(-x, 128.0, 800.0) * (n / m)

    def derivative(self, x):
        a, b, _, m = self._ratio(x)
        t = held(magnitude(x), 128.0, 800.0)
        x = where(x >= 0, t, -t)
        return a / m * ((a + 2.0 * b) * m + 4.0 * x * b * b * (a + b)) / m
