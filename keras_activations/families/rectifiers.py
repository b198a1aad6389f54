"""Rectifiers: linear pieces that meet in a corner, and functions of the positive part."""

import math

from keras import ops

from .. import arguments
from ..activation import Activation, native_ops
from ..registry import register
from ..special import is_double, log1p, where


@register
class Linear(Activation):
    """The identity, for where an activation is asked for and none is wanted.

    ``f(x) = x``

    Example:
        >>> Linear()([-1.0, 2.0])
        [-1.0, 2.0]

    Reference:
        None: the absence of an activation.
    """

    aliases = ("identity",)

    def fallback(self, x):
        return x


@register
class ReLU(Activation):
    """Rectified linear unit: the default of convolutional networks. Units whose input stays negative no longer learn: see LeakyReLU.

    ``f(x) = min(x, max_value) if x > threshold else negative_slope * (x - threshold)``

    The derivative at a corner is that of the piece on its left, and 0 at `max_value`.

    Args:
        negative_slope: Finite number, the slope below the threshold. Default 0, as in Keras.
        max_value: Finite number, the ceiling, or None for no ceiling. Default None, as in Keras.
        threshold: Finite number below which the input is damped. Default 0, as in Keras.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ReLU()([-2.0, 0.0, 3.0])
        [0.0, 0.0, 3.0]
        >>> ReLU(negative_slope=0.5, max_value=2.0)([-2.0, 0.0, 3.0])
        [-1.0, 0.0, 2.0]

    Reference:
        Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, 2010,
        https://www.cs.toronto.edu/~hinton/absps/reluICML.pdf. For the derivative at 0, Bertoin et al., Numerical influence of ReLU'(0)
        on backpropagation, 2021, https://arxiv.org/abs/2106.12915
    """

    aliases = ("rectifier",)
    samples = (
        {},
        {"max_value": 6.0},
        {"negative_slope": 0.25, "threshold": 0.5},
        {"negative_slope": 0.1, "max_value": 2.0, "threshold": -1.0},
    )

    def __init__(self, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0, **kwargs):
        super().__init__(**kwargs)
        self.negative_slope = arguments.number("negative_slope", negative_slope)
        self.max_value = None if max_value is None else arguments.number("max_value", max_value)
        self.threshold = arguments.number("threshold", threshold)

    def fallback(self, x):
        # A slope of 0 is no product: at -inf it would be NaN.
        below = self.negative_slope * (x - self.threshold) if self.negative_slope else 0.0
        above = x if self.max_value is None else where(x >= self.max_value, self.max_value, x)
        return where(x <= self.threshold, below, above)

    def native(self, x):
        if self.negative_slope or self.threshold or self.max_value not in (None, 6.0):
            return NotImplemented
        return native_ops.relu(x) if self.max_value is None else native_ops.relu6(x)


@register
class ReLU6(Activation):
    """ReLU with a ceiling of 6, which keeps activations within the range of low-precision arithmetic.

    ``f(x) = min(max(x, 0), 6)``

    Example:
        >>> ReLU6()([-2.0, 3.0, 9.0])
        [0.0, 3.0, 6.0]

    Reference:
        Krizhevsky, Convolutional Deep Belief Networks on CIFAR-10, 2010, https://www.cs.toronto.edu/~kriz/conv-cifar10-aug2010.pdf
    """

    def fallback(self, x):
        return where(x <= 0, 0.0, where(x >= 6, 6.0, x))

    def native(self, x):
        return native_ops.relu6(x)


@register
class LeakyReLU(Activation):
    """ReLU that lets a part of the negative input through, so that no unit dies.

    ``f(x) = x if x > 0 else negative_slope * x``

    Args:
        negative_slope: Finite number, the slope for negative input. Default 0.2, as in `tf.nn.leaky_relu` and
            `keras.activations.leaky_relu`; `keras.layers.LeakyReLU` has 0.3, and PyTorch and JAX have 0.01.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> LeakyReLU(negative_slope=0.25)([-2.0, 3.0])
        [-0.5, 3.0]

    Reference:
        Maas, Hannun and Ng, Rectifier Nonlinearities Improve Neural Network Acoustic Models, 2013,
        https://ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf
    """

    aliases = ("lrelu",)
    samples = ({}, {"negative_slope": 0.01}, {"negative_slope": 0.0})

    def __init__(self, negative_slope: float = 0.2, **kwargs):
        super().__init__(**kwargs)
        self.negative_slope = arguments.number("negative_slope", negative_slope)

    def fallback(self, x):
        # A slope of 0 is no product: at -inf it would be NaN.
        return where(x <= 0, self.negative_slope * x if self.negative_slope else 0.0, x)

    def native(self, x):
        # The native op multiplies by a slope of 0 too.
        return native_ops.leaky_relu(x, negative_slope=self.negative_slope) if self.negative_slope else NotImplemented


@register
class Threshold(Activation):
    """The input where it exceeds a threshold, and a constant elsewhere.

    ``f(x) = x if x > threshold else default_value``

    Args:
        threshold: Finite number. No default, as in Keras and PyTorch.
        default_value: Finite number that replaces inputs up to the threshold. No default, as in Keras and PyTorch.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Threshold(1.0, 0.0)([-2.0, 1.0, 3.0])
        [0.0, 0.0, 3.0]

    Reference:
        With a value of 0: Konda, Memisevic and Krueger, Zero-bias autoencoders and the benefits of co-adapting features, 2014,
        https://arxiv.org/abs/1402.3337
    """

    samples = ({"threshold": 1.0, "default_value": 0.0}, {"threshold": -0.5, "default_value": 2.0})

    def __init__(self, threshold: float, default_value: float, **kwargs):
        super().__init__(**kwargs)
        self.threshold = arguments.number("threshold", threshold)
        self.default_value = arguments.number("default_value", default_value)

    def fallback(self, x):
        return where(x <= self.threshold, self.default_value, x)

    def native(self, x):
        return native_ops.threshold(x, self.threshold, self.default_value)


@register
class SquaredReLU(Activation):
    """The square of ReLU, for the feed-forward layers of transformers. Its derivative is continuous.

    ``f(x) = max(x, 0)**2``

    Example:
        >>> SquaredReLU()([-2.0, 0.5, 3.0])
        [0.0, 0.25, 9.0]

    Reference:
        So, Mańke, Liu, Dai, Shazeer and Le, Primer: Searching for Efficient Transformers for Language Modeling, 2021,
        https://arxiv.org/abs/2109.08668
    """

    aliases = ("relu2", "relu_squared")

    def fallback(self, x):
        positive = where(x <= 0, 0.0, x)
        return positive * positive


@register
class NLReLU(Activation):
    """Natural-logarithm ReLU: it damps large activations, so that layers stay in the same range.

    ``f(x) = log(1 + beta * max(x, 0))``

    Args:
        beta: Positive number, the slope right of 0. Default 1, as in Echo.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> NLReLU()([-2.0, 0.5, 3.0])
        [0.0, 0.4054651, 1.3862944]

    Reference:
        Liu, Zhang, Gao, Qu and Ji, Natural-Logarithm-Rectified Activation Function in Convolutional Neural Networks, 2019,
        https://arxiv.org/abs/1908.03682
    """

    samples = ({}, {"beta": 2.5})

    def __init__(self, beta: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.beta = arguments.number("beta", beta, above=0.0)

    def fallback(self, x):
        z = self.beta * where(x <= 0, 0.0, x)
        # The product may overflow where its logarithm does not.
        far = z > (2.0**53 if is_double(x) else 2.0**24)
        return where(far, math.log(self.beta) + ops.log(where(far, x, 1.0)), log1p(where(far, 0.0, z)))

    def derivative(self, x):
        return where(x <= 0, 0.0, self.beta / (1.0 + self.beta * where(x <= 0, 0.0, x)))
