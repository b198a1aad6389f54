"""Rectifiers: linear pieces that meet in a corner, and functions of the positive part."""

import math

from keras import backend, ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.autodiff import clamped
from ..core.axis import AlongAxis
from ..core.elementary import between, is_double, is_everyday, is_final, log1p, where
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Unpack


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
    renamed = (("alpha", "negative_slope"),)
    samples = (
        {},
        {"max_value": 6.0},
        {"negative_slope": 0.25, "threshold": 0.5},
        {"negative_slope": 0.1, "max_value": 2.0, "threshold": -1.0},
    )

    def __init__(
        self, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0, **kwargs: Unpack[ActivationOptions]
    ):
        super().__init__(**kwargs)
        self.negative_slope = arguments.number("negative_slope", negative_slope)
        self.max_value = None if max_value is None else arguments.number("max_value", max_value)
        self.threshold = arguments.number("threshold", threshold)

    def fallback(self, x):
        # A slope of 0 is no product: at -inf it would be NaN.
        below = self.negative_slope * (x - self.threshold) if self.negative_slope else 0.0
        above = x if self.max_value is None else where(x >= self.max_value, self.max_value, x)
        return where(x <= self.threshold, below, above)

    def native(self):
        if self.negative_slope or self.threshold or self.max_value not in (None, 6.0):
            return None
        return NativeOp("relu") if self.max_value is None else NativeOp("relu6")


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

    def native(self):
        return NativeOp("relu6")


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
    renamed = (("alpha", "negative_slope"),)
    samples = ({}, {"negative_slope": 0.01}, {"negative_slope": 0.0})

    def __init__(self, negative_slope: float = 0.2, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.negative_slope = arguments.number("negative_slope", negative_slope)

    def fallback(self, x):
        # A slope of 0 is no product: at -inf it would be NaN.
        return where(x <= 0, self.negative_slope * x if self.negative_slope else 0.0, x)

    def native(self):
        # The native op multiplies by a slope of 0 too.
        return NativeOp("leaky_relu", negative_slope=self.negative_slope) if self.negative_slope else None


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

    renamed = (("theta", "threshold"), ("value", "default_value"))
    samples = ({"threshold": 1.0, "default_value": 0.0}, {"threshold": -0.5, "default_value": 2.0})

    def __init__(self, threshold: float, default_value: float, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.threshold = arguments.number("threshold", threshold)
        self.default_value = arguments.number("default_value", default_value)

    def fallback(self, x):
        return where(x <= self.threshold, self.default_value, x)

    def native(self):
        return NativeOp("threshold", threshold=self.threshold, default_value=self.default_value)


@register
class ALReLU(Activation):
    """Absolute leaky ReLU: LeakyReLU whose small outputs for negative input are positive.

    ``f(x) = x if x > 0 else -alpha * x``

    Args:
        alpha: Positive number, minus the slope for negative input. Default 0.01, as in the paper.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ALReLU(alpha=0.25)([-2.0, 3.0])
        [0.5, 3.0]

    Reference:
        Mastromichalakis, ALReLU: A different approach on Leaky ReLU activation function to improve Neural Networks Performance, 2020,
        https://arxiv.org/abs/2012.07564
    """

    aliases = ("absolute_leaky_relu",)
    samples = ({}, {"alpha": 0.25})

    def __init__(self, alpha: float = 0.01, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)

    def fallback(self, x):
        return where(x <= 0, -self.alpha * x, x)


@register
class ReSP(Activation):
    """Rectified softplus: softplus for negative input, and a steeper straight line for positive input.

    ``f(x) = alpha * x + log(2) if x >= 0 else log(1 + exp(x))``

    Args:
        alpha: Positive number, the slope for positive input. Default 1.7, from the range of 1.4 to 2 that the authors found to work well.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ReSP()([-1.0, 0.0, 1.0])
        [0.3132617, 0.6931472, 2.3931472]

    Reference:
        Xu, Huang, Wang and Hu, 2018, as described in Kunc and Kléma, Three Decades of Activations: A Comprehensive Survey of 400
        Activation Functions for Neural Networks, 2024, https://arxiv.org/abs/2402.09092
    """

    samples = ({}, {"alpha": 1.0})

    def __init__(self, alpha: float = 1.7, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)

    def fallback(self, x):
        return where(x >= 0, self.alpha * x + math.log(2.0), log1p(ops.exp(where(x >= 0, 0.0, x))))

    def derivative(self, x):
        e = ops.exp(where(x >= 0, 0.0, x))
        return where(x >= 0, self.alpha, e / (1.0 + e))


@register
class ClippedLinear(Activation):
    """A straight line, clipped at two bounds: every hard sigmoid and hard tanh, whatever its slope.

    ``f(x) = min_value if x <= (min_value - offset) / slope else slope * x + offset if x <= (max_value - offset) / slope else max_value``

    The hard sigmoid of Keras 2 and ONNX is ``ClippedLinear(slope=0.2, offset=0.5)``.

    Args:
        slope: Positive number, the slope between the bounds. Default 1.
        offset: Finite number, the value at 0 of the line before it is clipped. Default 0.
        min_value: Finite number, the lower bound. Default 0.
        max_value: Finite number above it, the upper bound. Default 1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ClippedLinear(slope=0.25, offset=0.5)([-3.0, 1.0, 3.0])
        [0.0, 0.75, 1.0]

    Reference:
        Offered as `thinc.layers.ClippedLinear` in Thinc: https://github.com/explosion/thinc/blob/master/thinc/layers/clipped_linear.py
    """

    samples = ({}, {"slope": 0.25, "offset": 0.5, "min_value": -0.5, "max_value": 2.0})

    def __init__(
        self, slope: float = 1.0, offset: float = 0.0, min_value: float = 0.0, max_value: float = 1.0, **kwargs: Unpack[ActivationOptions]
    ):
        super().__init__(**kwargs)
        self.slope = arguments.number("slope", slope, above=0.0)
        self.offset = arguments.number("offset", offset)
        self.min_value, self.max_value = arguments.bounds(min_value=min_value, max_value=max_value)

    def fallback(self, x):
        line = self.slope * x + self.offset
        if is_final():
            return clamped(line, self.min_value, self.max_value)
        low, high = self._ends()
        # Next to the bounds the line may round to what is beyond them.
        line = where(line < self.min_value, self.min_value, where(line > self.max_value, self.max_value, line))
        return where(x <= low, self.min_value, where(x > high, self.max_value, line))

    def derivative(self, x):
        return self.slope * between(x, *self._ends())

    def _ends(self):
        """Where the line reaches its bounds."""
        return ((bound - self.offset) / self.slope for bound in (self.min_value, self.max_value))


@register
class Step(Activation):
    """1 from a threshold on, 0 below: the first of all activations. Its derivative is 0: by gradients, nothing in front of it learns.

    ``f(x) = 1 if x >= threshold else 0``

    Args:
        threshold: Finite number, from which on the value is 1. Default 0.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Step()([-2.0, 0.0, 3.0])
        [0.0, 1.0, 1.0]

    Reference:
        McCulloch and Pitts, A logical calculus of the ideas immanent in nervous activity, 1943, https://doi.org/10.1007/BF02478259
    """

    aliases = ("heaviside",)
    samples = ({}, {"threshold": 0.5})

    def __init__(self, threshold: float = 0.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.threshold = arguments.number("threshold", threshold)

    def fallback(self, x):
        return where(x >= self.threshold, 1.0, where(x < self.threshold, 0.0, x))


@register
class BipolarReLU(AlongAxis):
    """ReLU for the channels of even index and ``-relu(-x)`` for the others, so that the mean activation is near 0 without normalization.

    Masks are passed on and not applied: each entry depends on itself alone.

    Args:
        axis: Integer, the axis of the channels. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> BipolarReLU()([-1.0, -2.0, 3.0, 4.0])
        [0.0, -2.0, 3.0, 0.0]

    Reference:
        Eidnes and Nøkland, Shifting Mean Activation Towards Zero with Bipolar Activation Functions, 2017,
        https://arxiv.org/abs/1709.04054
    """

    samples = ({}, {"axis": -2})
    _recomputed = True

    def call(self, inputs):
        # Without the argument, Keras passes no mask.
        return super().call(inputs)

    def compute_mask(self, inputs, mask=None):
        return mask

    def fallback(self, x):
        (axis,) = self._checked_axes(x.shape)
        # Not of integers: beside float64, XLA of jax 0.10 then takes the first choice for every index.
        index = ops.reshape(
            ops.arange(ops.shape(x)[axis], dtype=backend.standardize_dtype(x.dtype)), (-1,) + (1,) * (len(x.shape) - 1 - axis)
        )
        return where(index % 2 == 0, ops.relu(x), where(x >= 0, 0.0, x))


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
        positive = ops.relu(x)
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

    def __init__(self, beta: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.beta = arguments.number("beta", beta, above=0.0)

    def fallback(self, x):
        z = self.beta * ops.relu(x)
        if is_everyday():
            return log1p(z)
        # The product may overflow where its logarithm does not.
        far = z > (2.0**53 if is_double(x) else 2.0**24)
        return where(far, math.log(self.beta) + ops.log(where(far, x, 1.0)), log1p(where(far, 0.0, z)))

    def derivative(self, x):
        return where(x <= 0, 0.0, self.beta / (1.0 + self.beta * ops.relu(x)))
