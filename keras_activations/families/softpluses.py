"""Softpluses: smooth, positive approximations of max(x, 0)."""

from keras import ops

from .. import arguments
from ..activation import Activation, native_ops
from ..registry import register
from ..special import held, magnitude, positive_part, sigmoid, softplus, where


@register
class Softplus(Activation):
    """Smooth ReLU whose derivative is the sigmoid; for outputs that must stay positive, such as a standard deviation.

    ``f(x) = log(1 + exp(x))``

    Example:
        >>> Softplus()([-1.0, 0.0, 1.0])
        [0.3132617, 0.6931472, 1.3132617]

    Reference:
        Dugas, Bengio, Bélisle, Nadeau and Garcia, Incorporating Second-Order Functional Knowledge for Better Option Pricing, 2000,
        https://papers.nips.cc/paper/2000/hash/44968aece94f667e4095002d140b5896-Abstract.html
    """

    aliases = ("softrelu",)

    def fallback(self, x):
        return softplus(x)

    def derivative(self, x):
        return sigmoid(x)

    def native(self, x):
        return native_ops.softplus(x)


@register
class Squareplus(Activation):
    """Softplus without exponentials: a hyperbola, cheaper to compute, and polynomial in its tails.

    ``f(x) = (x + sqrt(x**2 + b)) / 2``

    Args:
        b: Positive number, four times the square of the value at 0. Default 4, as in Keras and JAX.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Squareplus()([-1.0, 0.0, 1.0])
        [0.618034, 1.0, 1.618034]

    Reference:
        Barron, Squareplus: A Softplus-Like Algebraic Rectifier, 2021, https://arxiv.org/abs/2112.11687
    """

    samples = ({}, {"b": 0.25})

    def __init__(self, b: float = 4.0, **kwargs):
        super().__init__(**kwargs)
        self.b = arguments.number("b", b, above=0.0)

    def _radius(self, t):
        # Beyond the bound, b is lost in the sum, and the square would overflow.
        t = held(t, 1e18, 1e153)
        return ops.sqrt(t * t + self.b)

    def fallback(self, x):
        t = magnitude(x)
        r = self._radius(t)
        # x + r cancels for negative x; b / (r + t) is the same and does not.
        return positive_part(x) + self.b / 2 / (where(t > r, t, r) + t)

    def derivative(self, x):
        t = magnitude(x)
        r = self._radius(t)
        h = self.b / 2 / r / (r + t)
        return where(x >= 0, 1.0 - h, h)

    def native(self, x):
        return native_ops.squareplus(x, b=self.b)


@register
class SparsePlus(Activation):
    """ReLU with a parabola over its corner: exactly 0 below -1 and exactly x above 1. Its derivative is SparseSigmoid.

    ``f(x) = 0 if x <= -1 else (x + 1)**2 / 4 if x < 1 else x``

    Example:
        >>> SparsePlus()([-2.0, 0.0, 2.0])
        [0.0, 0.25, 2.0]

    Reference:
        The binary case of the sparsemax loss in Blondel, Martins and Niculae, Learning with Fenchel-Young Losses, 2020,
        https://arxiv.org/abs/1901.02324
    """

    def fallback(self, x):
        root = 2.0 * self.derivative(x)
        return where(x >= 1, x, root * root / 4.0)

    def derivative(self, x):
        return where(x <= -1, 0.0, where(x >= 1, 1.0, (x + 1.0) / 2.0))

    def native(self, x):
        return native_ops.sparse_plus(x)
