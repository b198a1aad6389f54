"""Sigmoids: bounded, from one limit to the other. Those made of tanh have a file of their own."""

import math

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.autodiff import clamped
from ..core.elementary import (
    NORMAL_VANISHES,
    arctan,
    between,
    clamp_above,
    clamp_both,
    erf,
    expm1,
    floor,
    half_erfcx,
    inverse_root,
    is_double,
    log1p,
    magnitude,
    sigmoid,
    where,
)
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Unpack
from ..core.terms import is_everyday, is_final, is_unexported


@register
class Sigmoid(Activation):
    """The logistic function, for probabilities of two classes and for gates.

    ``f(x) = 1 / (1 + exp(-x))``

    Its gradient vanishes on both sides. On TensorFlow, Keras's cross-entropy losses use its input instead of its output, as after
    "sigmoid". So a saturated output loses nothing.

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
        return sigmoid.slope(x)

    def native(self):
        return NativeOp("sigmoid")


@register
class LogSigmoid(Activation):
    """The logarithm of the sigmoid, for log-probabilities: it keeps its digits where the sigmoid rounds to 0 or 1.

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
        return sigmoid(-x)

    def native(self):
        return NativeOp("log_sigmoid")


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

    def __init__(self, slope: float = 1 / 6, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.slope = arguments.number("slope", slope, above=0.0)

    def fallback(self, x):
        bound = 0.5 / self.slope
        if is_final():
            return clamped((x + bound) / (2 * bound), 0.0, 1.0)
        return where(x <= -bound, 0.0, where(x > bound, 1.0, (x + bound) / (2 * bound)))

    def derivative(self, x):
        bound = 0.5 / self.slope
        return self.slope * between(x, -bound, bound)

    def native(self):
        return NativeOp("hard_sigmoid") if self.slope == 1 / 6 else None


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

    def native(self):
        return NativeOp("sparse_sigmoid")


@register
class PiecewiseLinear(Activation):
    """A straight line from 0 at a lower bound to 1 at an upper bound, and constant beyond them.

    ``f(x) = 0 if x <= min_value else (x - min_value) / (max_value - min_value) if x <= max_value else 1``

    Args:
        min_value: Finite number; the result is 0 below it. No default, as in ActTensor.
        max_value: Finite number greater than `min_value`; the result is 1 above it. No default, as in ActTensor.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> PiecewiseLinear(0.0, 4.0)([-1.0, 1.0, 5.0])
        [0.0, 0.25, 1.0]

    Reference:
        Offered by ActTensor as PiecewiseLinear: https://github.com/pouyaardehkhani/ActTensor
    """

    samples = ({"min_value": -2.0, "max_value": 2.0}, {"min_value": -0.5, "max_value": 2.0})

    def __init__(self, min_value: float, max_value: float, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.min_value, self.max_value = arguments.bounds(min_value=min_value, max_value=max_value)

    def fallback(self, x):
        line = (x - self.min_value) / (self.max_value - self.min_value)
        return where(x <= self.min_value, 0.0, where(x > self.max_value, 1.0, line))


@register
class Laplace(Activation):
    """The distribution function of a normal variable: a bounded and smooth form of squared ReLU, for attention without softmax.

    ``f(x) = erfc((mu - x) / (sigma * sqrt(2))) / 2``

    Args:
        mu: Finite number, the mean, where the value is 1/2. Default 0.707107, as in the paper, the square root of 1/2.
        sigma: Positive number, the standard deviation. Default 0.282095, as in the paper, the square root of 1/(4 pi).
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Laplace(mu=0.0, sigma=1.0)([-1.0, 0.0, 1.0])
        [0.15865526, 0.5, 0.8413447]

    Reference:
        Ma et al., Mega: Moving Average Equipped Gated Attention, 2022, https://arxiv.org/abs/2209.10655
    """

    samples = ({}, {"mu": 0.0, "sigma": 1.0})

    def __init__(self, mu: float = 0.707107, sigma: float = 0.282095, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.mu = arguments.number("mu", mu)
        self.sigma = arguments.number("sigma", sigma, above=0.0)

    def _bell(self, x):
        """The distance from mu in units of sigma, and ``exp(-distance**2 / 2)``."""
        shift = self.mu / self.sigma
        z = x / self.sigma
        z = -clamp_above(-clamp_above(z, shift + 64.0, shift + 64.0), 64.0 - shift, 64.0 - shift)
        # The difference of the leading digits is exact, and so is its square. The rest is small, and all derivatives go through it.
        leading = floor(128.0 * z) / 128.0
        coarse = math.floor(128 * shift) / 128
        exact, rest = leading - coarse, (z - leading) - (shift - coarse)
        return exact + rest, ops.exp(-0.5 * exact * exact) * ops.exp(-rest * (exact + 0.5 * rest))

    def fallback(self, x):
        if is_unexported():
            return 0.5 + 0.5 * erf((x - self.mu) / (self.sigma * math.sqrt(2)))
        z, bell = self._bell(x)
        tail = bell * half_erfcx(clamp_above(magnitude(z), *NORMAL_VANISHES))
        return where(z >= 0, 1.0 - tail, tail)

    def derivative(self, x):
        if is_everyday():
            z = clamp_both((x - self.mu) / self.sigma, *NORMAL_VANISHES)
            return ops.exp(-0.5 * z * z) / (self.sigma * math.sqrt(2 * math.pi))
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
        # Beyond the bound, the quotient rounds to 1. Infinity divided by infinity would be NaN.
        z = clamp_both(x, 2.0**26, 2.0**60)
        return z / (1.0 + magnitude(z))

    def derivative(self, x):
        if is_everyday():
            s = 1.0 + abs(x)
            return 1.0 / (s * s)
        # The derivative is about to underflow at the bound. The square would overflow.
        t = clamp_above(magnitude(x), 2.0**62, 2.0**510)
        return 1.0 / ((1.0 + t) * (1.0 + t))

    def native(self):
        return NativeOp("softsign")


@register
class ISRU(Activation):
    """Inverse square root unit: a sigmoid similar to tanh, at the cost of one square root.

    ``f(x) = x / sqrt(1 + alpha * x**2)``

    Args:
        alpha: Positive number; the limits are -1 / sqrt(alpha) and 1 / sqrt(alpha). Default 1, as everywhere.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ISRU()([-1.0, 0.0, 3.0])
        [-0.70710677, 0.0, 0.9486833]

    Reference:
        Carlile, Delamarter, Kinney, Marti and Whitney, Improving Deep Learning by Inverse Square Root Linear Units (ISRLUs), 2017,
        https://arxiv.org/abs/1710.09967
    """

    samples = ({}, {"alpha": 3.0})

    def __init__(self, alpha: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)

    def fallback(self, x):
        return inverse_root(x, self.alpha)

    def derivative(self, x):
        return inverse_root.slope(x, self.alpha)


@register
class Arctan(Activation):
    """The angle whose tangent is the input: a sigmoid between -pi/2 and pi/2 that saturates as slowly as Softsign.

    ``f(x) = atan(x)``

    Example:
        >>> Arctan()([-1.0, 0.0, 3.0])
        [-0.7853982, 0.0, 1.2490457]

    Reference:
        Pervan Akman, Tümer Sivri and Berkol, The Impact of Irrationals on the Range of Arctan Activation Function for Deep Learning
        Models, 2025, https://doi.org/10.19072/ijet.1394093
    """

    aliases = ("atan",)

    def fallback(self, x):
        return arctan(x)

    def derivative(self, x):
        return arctan.slope(x)

    def native(self):
        return NativeOp("arctan")


@register
class SQNL(Activation):
    """Square nonlinearity: the shape of tanh, made of two parabolas, for devices on which only multiplication is cheap.

    ``f(x) = 1 if x > 2 else x - x**2 / 4 if x >= 0 else x + x**2 / 4 if x >= -2 else -1``

    Example:
        >>> SQNL()([-3.0, -1.0, 0.5])
        [-1.0, -0.75, 0.4375]

    Reference:
        Wuraola and Patel, SQNL: A New Computationally Efficient Activation Function, 2018,
        https://doi.org/10.1109/IJCNN.2018.8489043
    """

    def fallback(self, x):
        t = clamp_above(magnitude(x), 2.0, 2.0)
        y = t * (1.0 - t / 4.0)
        return where(x < 0, -y, y)

    def derivative(self, x):
        return 1.0 - clamp_above(magnitude(x), 2.0, 2.0) / 2.0


@register
class CLogLog(Activation):
    """Complementary log-log: a sigmoid from 0 to 1 that rises slowly and saturates fast, for outputs that predict rare events.

    ``f(x) = 1 - exp(-exp(x))``

    It is the inverse of the link function of that name in generalized linear models.

    Example:
        >>> CLogLog()([-1.0, 0.0, 1.0])
        [0.30779934, 0.63212055, 0.934012]

    Reference:
        Gomes and Ludermir, Complementary Log-Log and Probit: Activation Functions Implemented in Artificial Neural Networks, 2008,
        https://ieeexplore.ieee.org/document/4626755/
    """

    aliases = ("cll", "complementary_log_log")

    @staticmethod
    def _exponential(x):
        # Beyond the bound, exp(-exp(x)) is 0.
        return ops.exp(clamp_above(x, 5.0, 7.0))

    def fallback(self, x):
        return -expm1(-self._exponential(x))

    def derivative(self, x):
        e = self._exponential(x)
        return e * ops.exp(-e)


@register
class SoftClipping(Activation):
    """The identity between 0 and 1, clipped softly at both ends: for outputs that are linear within a range and never leave it.

    ``f(x) = log((1 + exp(alpha * x)) / (1 + exp(alpha * (x - 1)))) / alpha``

    Args:
        alpha: Positive number, called p in the paper. A larger one makes the middle straighter and the corners sharper. Default 0.5,
            as in Echo; a clipped identity, as the name says, needs about 50.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> SoftClipping(alpha=50.0)([-1.0, 0.0, 0.25, 2.0])
        [3.8574995e-24, 0.013862944, 0.25000006, 1.0]

    Reference:
        Klimek and Perelstein, Neural Network-Based Approach to Phase Space Integration, 2018, https://arxiv.org/abs/1810.11509
    """

    samples = ({}, {"alpha": 5.0}, {"alpha": 100.0})
    # f(u) rounds to u if alpha u exceeds these bounds, in float32 and in float64. A small alpha never reaches them.
    _STRAIGHT = (20.0, 40.0)

    def __init__(self, alpha: float = 0.5, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)

    def _parts(self, x):
        """(u, z, d) with ``f(u) = log(1 + (1 - exp(-alpha)) exp(z) / d) / alpha``. u is x or 1 - x, because f(x) = 1 - f(1 - x)."""
        u = where(x > 0.5, 1.0 - x, x)
        z = clamp_above(self.alpha * u, *self._STRAIGHT)
        return u, z, 1.0 + ops.exp(z - self.alpha)

    def fallback(self, x):
        u, z, d = self._parts(x)
        straight = self.alpha * u > self._STRAIGHT[is_double(x)]
        y = where(straight, u, log1p(-math.expm1(-self.alpha) * ops.exp(z) / d) / self.alpha)
        return where(x > 0.5, 1.0 - y, y)

    def derivative(self, x):
        _, z, d = self._parts(x)
        return -math.expm1(-self.alpha) * sigmoid(z) / d
