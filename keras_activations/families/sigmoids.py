"""Sigmoids: bounded, from one limit to the other."""

import math

from keras import ops

from .. import arguments
from ..activation import Activation, native_ops
from ..registry import register
from ..special import (
    floor,
    half_erfcx,
    held,
    is_double,
    log1p,
    magnitude,
    sigmoid,
    sigmoid_slope,
    tanh,
    tanh_slope,
    where,
)


@register
class Sigmoid(Activation):
    """The logistic function, for probabilities of two classes and for gates. Its gradient vanishes on both sides.

    ``f(x) = 1 / (1 + exp(-x))``

    On TensorFlow, Keras's cross-entropy losses compute from its input, as after "sigmoid": a saturated output loses nothing.

    Example:
        >>> Sigmoid()([-1.0, 0.0, 1.0])
        [0.26894143, 0.5, 0.7310586]

    Reference:
        Han and Moraga, The influence of the sigmoid function parameters on the speed of backpropagation learning, 1995,
        https://doi.org/10.1007/3-540-59497-3_175
    """

    aliases = ("logistic",)
    keeps_logits = True

    def fallback(self, x):
        return sigmoid(x)

    def derivative(self, x):
        return sigmoid_slope(x)

    def native(self, x):
        return native_ops.sigmoid(x)


@register
class LogSigmoid(Activation):
    """The logarithm of the sigmoid, for log-probabilities: it has digits where the sigmoid has become 0 or 1.

    ``f(x) = -log(1 + exp(-x))``

    Example:
        >>> LogSigmoid()([-100.0, 0.0])
        [-100.0, -0.6931472]

    Reference:
        Minus the softplus of -x, for which see Dugas, Bengio, Bélisle, Nadeau and Garcia, Incorporating Second-Order Functional
        Knowledge for Better Option Pricing, 2000, https://papers.nips.cc/paper/2000/hash/44968aece94f667e4095002d140b5896-Abstract.html
    """

    def fallback(self, x):
        return where(x >= 0, 0.0, x) - log1p(ops.exp(-magnitude(x)))

    def derivative(self, x):
        e = ops.exp(-magnitude(x))
        return where(x >= 0, e, 1.0) / (1.0 + e)

    def native(self, x):
        return native_ops.log_sigmoid(x)


@register
class HardSigmoid(Activation):
    """The sigmoid as three straight lines, for small devices.

    ``f(x) = 0 if x <= -0.5 / slope else slope * x + 0.5 if x <= 0.5 / slope else 1``

    Args:
        slope: Positive number, the slope of the line in the middle. Default 1/6, as in Keras 3, PyTorch and JAX; it is 0.2 in Keras 2
            and ONNX.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> HardSigmoid()([-4.0, 0.0, 1.5])
        [0.0, 0.5, 0.75]

    Reference:
        Howard et al., Searching for MobileNetV3, 2019, https://arxiv.org/abs/1905.02244
    """

    samples = ({}, {"slope": 0.2})

    def __init__(self, slope: float = 1 / 6, **kwargs):
        super().__init__(**kwargs)
        self.slope = arguments.number("slope", slope, above=0.0)

    def fallback(self, x):
        bound = 0.5 / self.slope
        return where(x <= -bound, 0.0, where(x > bound, 1.0, (x + bound) / (2 * bound)))

    def native(self, x):
        return native_ops.hard_sigmoid(x) if self.slope == 1 / 6 else NotImplemented


@register
class SparseSigmoid(Activation):
    """The sigmoid as three straight lines that reach 0 at -1 and 1 at 1: the binary case of sparsemax.

    ``f(x) = 0 if x <= -1 else (x + 1) / 2 if x <= 1 else 1``

    Example:
        >>> SparseSigmoid()([-2.0, 0.0, 0.5])
        [0.0, 0.5, 0.75]

    Reference:
        Blondel, Martins and Niculae, Learning with Fenchel-Young Losses, 2020, https://arxiv.org/abs/1901.02324
    """

    def fallback(self, x):
        return where(x <= -1, 0.0, where(x > 1, 1.0, (x + 1.0) / 2.0))

    def native(self, x):
        return native_ops.sparse_sigmoid(x)


@register
class Tanh(Activation):
    """Hyperbolic tangent: a sigmoid centred on 0, which trains better in hidden layers than one centred on 1/2.

    ``f(x) = tanh(x)``

    In an LSTM or GRU leave the default "tanh": Keras takes its fast GPU kernel for its own function only.

    Example:
        >>> Tanh()([-1.0, 0.0, 1.0])
        [-0.7615942, 0.0, 0.7615942]

    Reference:
        LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, https://doi.org/10.1007/3-540-49430-8_2
    """

    def fallback(self, x):
        return tanh(x)

    def derivative(self, x):
        return tanh_slope(x)

    def native(self, x):
        return native_ops.tanh(x)


@register
class HardTanh(Activation):
    """The identity, clipped at two bounds.

    ``f(x) = min_value if x <= min_value else x if x <= max_value else max_value``

    Args:
        min_value: Finite number, the lower bound. Default -1.
        max_value: Finite number above it, the upper bound. Default 1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> HardTanh()([-2.0, 0.5, 2.0])
        [-1.0, 0.5, 1.0]

    Reference:
        Collobert, Large Scale Machine Learning, 2004, http://ronan.collobert.com/pub/2004_phdthesis_lip6.html
    """

    samples = ({}, {"min_value": -0.5, "max_value": 2.0})

    def __init__(self, min_value: float = -1.0, max_value: float = 1.0, **kwargs):
        super().__init__(**kwargs)
        self.min_value = arguments.number("min_value", min_value)
        self.max_value = arguments.number("max_value", max_value)
        if self.min_value >= self.max_value:
            raise ValueError(f"min_value must be below max_value; received min_value={min_value!r}, max_value={max_value!r}.")

    def fallback(self, x):
        return where(x <= self.min_value, self.min_value, where(x > self.max_value, self.max_value, x))

    def native(self, x):
        return native_ops.hard_tanh(x) if (self.min_value, self.max_value) == (-1.0, 1.0) else NotImplemented


@register
class Laplace(Activation):
    """The distribution function of a normal variable: squared ReLU made bounded and smooth, for attention without softmax.

    ``f(x) = erfc((mu - x) / (sigma * sqrt(2))) / 2``

    Args:
        mu: Finite number, the mean, where the value is 1/2. Default 0.707107, the paper's, which is the square root of 1/2.
        sigma: Positive number, the standard deviation. Default 0.282095, the paper's, which is the square root of 1/(4 pi).
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Laplace(mu=0.0, sigma=1.0)([-1.0, 0.0, 1.0])
        [0.15865526, 0.5, 0.8413447]

    Reference:
        Ma et al., Mega: Moving Average Equipped Gated Attention, 2022, https://arxiv.org/abs/2209.10655
    """

    samples = ({}, {"mu": 0.0, "sigma": 1.0})

    def __init__(self, mu: float = 0.707107, sigma: float = 0.282095, **kwargs):
        super().__init__(**kwargs)
        self.mu = arguments.number("mu", mu)
        self.sigma = arguments.number("sigma", sigma, above=0.0)

    def _bell(self, x):
        """The distance from mu in units of sigma, and ``exp(-distance**2 / 2)``."""
        shift = self.mu / self.sigma
        z = x / self.sigma
        z = -held(-held(z, shift + 64.0, shift + 64.0), 64.0 - shift, 64.0 - shift)
        # Of the leading digits the difference and its square are exact. What is left is small, and stands for all derivatives.
        leading = floor(128.0 * z) / 128.0
        coarse = math.floor(128 * shift) / 128
        exact, rest = leading - coarse, (z - leading) - (shift - coarse)
        return exact + rest, ops.exp(-0.5 * exact * exact) * ops.exp(-rest * (exact + 0.5 * rest))

    def fallback(self, x):
        z, bell = self._bell(x)
        tail = bell * half_erfcx(held(magnitude(z), 16.0, 39.0))
        return where(z >= 0, 1.0 - tail, tail)

    def derivative(self, x):
        _, bell = self._bell(x)
        return bell / (self.sigma * math.sqrt(2 * math.pi))


@register
class Softsign(Activation):
    """A sigmoid with polynomial tails: it saturates more slowly than tanh.

    ``f(x) = x / (1 + abs(x))``

    Example:
        >>> Softsign()([-1.0, 0.0, 3.0])
        [-0.5, 0.0, 0.75]

    Reference:
        Turian, Bergstra and Bengio, Quadratic Features and Deep Architectures for Chunking, 2009, https://aclanthology.org/N09-2062.pdf.
        Compared with tanh and the sigmoid in Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
        networks, 2010, https://proceedings.mlr.press/v9/glorot10a.html
    """

    def fallback(self, x):
        # From here on the quotient rounds to 1, and infinity would divide itself.
        bound = 2.0**60 if is_double(x) else 2.0**26
        t = magnitude(x)
        t = where(t > bound, bound, t)
        return where(x < 0, -t, t) / (1.0 + t)

    def derivative(self, x):
        t = magnitude(x)
        return 1.0 / ((1.0 + t) * (1.0 + t))

    def native(self, x):
        return native_ops.softsign(x)
