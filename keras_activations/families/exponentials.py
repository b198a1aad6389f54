"""Exponential units: linear for positive input, an exponential that saturates for negative input."""

from keras import ops

from .. import arguments
from ..activation import Activation, native_ops
from ..registry import register
from ..special import expm1, where


@register
class ELU(Activation):
    """Exponential linear unit: ReLU whose negative side saturates smoothly, so that the mean activation is closer to 0.

    ``f(x) = x if x > 0 else alpha * (exp(x) - 1)``

    The derivative at 0 is alpha.

    Args:
        alpha: Finite number, minus the limit for very negative input. Default 1, as everywhere.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ELU()([-1.0, 2.0])
        [-0.63212055, 2.0]

    Reference:
        Clevert, Unterthiner and Hochreiter, Fast and Accurate Deep Network Learning by Exponential Linear Units (ELUs), 2015,
        https://arxiv.org/abs/1511.07289
    """

    samples = ({}, {"alpha": 1.7})

    def __init__(self, alpha: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha)

    def fallback(self, x):
        return where(x > 0, x, self.alpha * expm1(where(x > 0, 0.0, x)))

    def derivative(self, x):
        return where(x > 0, 1.0, self.alpha * ops.exp(where(x > 0, 0.0, x)))

    def native(self, x):
        return native_ops.elu(x, alpha=self.alpha)


@register
class SELU(Activation):
    """Scaled ELU, whose two constants keep activations near mean 0 and variance 1 in deep dense networks.

    ``f(x) = 1.0507009873554805 * (x if x >= 0 else 1.6732632423543772 * (exp(x) - 1))``

    It keeps that promise only with LeCun normal initialization and AlphaDropout. The derivative at 0 is that of the right side, as in
    `tf.nn.selu`.

    Example:
        >>> SELU()([-1.0, 2.0])
        [-1.1113307, 2.101402]

    Reference:
        Klambauer, Unterthiner, Mayr and Hochreiter, Self-Normalizing Neural Networks, 2017, https://arxiv.org/abs/1706.02515
    """

    SCALE = 1.0507009873554805
    SCALE_ALPHA = 1.0507009873554805 * 1.6732632423543772

    def fallback(self, x):
        return where(x < 0, self.SCALE_ALPHA * expm1(where(x < 0, x, 0.0)), self.SCALE * x)

    def derivative(self, x):
        return where(x < 0, self.SCALE_ALPHA * ops.exp(where(x < 0, x, 0.0)), self.SCALE)

    def native(self, x):
        return native_ops.selu(x)


@register
class CELU(Activation):
    """ELU made smooth at 0 for every alpha, by stretching the exponential along both axes.

    ``f(x) = x if x > 0 else alpha * (exp(x / alpha) - 1)``

    Args:
        alpha: Positive number, minus the limit for very negative input. Default 1, as everywhere.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> CELU(alpha=2.0)([-1.0, 2.0])
        [-0.7869387, 2.0]

    Reference:
        Barron, Continuously Differentiable Exponential Linear Units, 2017, https://arxiv.org/abs/1704.07483
    """

    samples = ({}, {"alpha": 1.7})

    def __init__(self, alpha: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)

    def fallback(self, x):
        return where(x > 0, x, self.alpha * expm1(where(x > 0, 0.0, x) / self.alpha))

    def derivative(self, x):
        return ops.exp(where(x > 0, 0.0, x) / self.alpha)

    def native(self, x):
        return native_ops.celu(x, alpha=self.alpha)


@register
class Exponential(Activation):
    """The exponential, for outputs that are positive by nature, such as rates. It overflows early: above 88 in float32.

    ``f(x) = exp(x)``

    Example:
        >>> Exponential()([-1.0, 0.0, 1.0])
        [0.36787945, 1.0, 2.7182817]

    Reference:
        The exponential function, offered as `keras.activations.exponential`: https://keras.io/api/layers/activations/
    """

    aliases = ("exp",)

    def fallback(self, x):
        return ops.exp(x)
