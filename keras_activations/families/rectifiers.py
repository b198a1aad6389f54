"""Rectifiers: two straight lines that meet in a corner."""

from keras import backend, ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.axis import AlongAxis
from ..core.elementary import PRODUCT_OVERFLOWS, clamp_above, sigmoid, where
from ..core.hosted import renamed
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned


@register
class ReLU(Activation):
    """Rectified linear unit: the default of convolutional networks.

    ``f(x) = min(x, max_value) if x > threshold else negative_slope * (x - threshold)``

    A unit whose input stays negative does not learn any more: see LeakyReLU. The derivative at a corner is the derivative from the left,
    except at `max_value`, where it is 0.

    Args:
        negative_slope: Finite number, the slope below the threshold. Default 0, as in Keras.
        max_value: Finite number, the ceiling, or None for no ceiling. Default None, as in Keras.
        threshold: Finite number; `negative_slope` applies to input below it. Default 0, as in Keras.
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

    @renamed(alpha="negative_slope")
    def __init__(
        self, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0, **kwargs: Unpack[ActivationOptions]
    ):
        super().__init__(**kwargs)
        self.negative_slope = arguments.number("negative_slope", negative_slope)
        arguments.warn_of_slope(negative_slope=negative_slope, max_value="keras.layers.ReLU")
        self.max_value = None if max_value is None else arguments.number("max_value", max_value)
        self.threshold = arguments.number("threshold", threshold)

    def fallback(self, x):
        # A slope of 0 is not multiplied, because 0 times -inf is NaN.
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
    samples = ({}, {"negative_slope": 0.01}, {"negative_slope": 0.0})

    @renamed(alpha="negative_slope")
    def __init__(self, negative_slope: float = 0.2, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.negative_slope = arguments.number("negative_slope", negative_slope)

    def fallback(self, x):
        # A slope of 0 is not multiplied, because 0 times -inf is NaN.
        return where(x <= 0, self.negative_slope * x if self.negative_slope else 0.0, x)

    def native(self):
        # The native op also multiplies by a slope of 0, so it is not used for that.
        return NativeOp("leaky_relu", negative_slope=self.negative_slope) if self.negative_slope else None


def _below(x):
    """``min(x, 0)``, clamped to a finite number, because infinity times an exponential that underflows is NaN."""
    return -clamp_above(where(x > 0, 0.0, -x), *PRODUCT_OVERFLOWS)


@register
class PReLU(Learned):
    """LeakyReLU that learns its slope.

    ``f(x) = x if x > 0 else alpha * x``

    By default there is one slope for the layer. ``channels=n`` learns one for each channel, as in the paper.

    Args:
        alpha: Finite number, or a Keras initializer: the initial slope for negative input. Default 0.25, as in PyTorch; in
            `keras.layers.PReLU` it is 0, and there is one for each element.
        learned: Whether alpha is a weight. Default True.
        **kwargs: How alpha is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> PReLU()([-2.0, 3.0])
        [-0.5, 3.0]
        >>> PReLU(channels=8).count_params()
        8

    Reference:
        He, Zhang, Ren and Sun, Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification, 2015,
        https://arxiv.org/abs/1502.01852
    """

    aliases = ("parametric_relu",)
    samples = ({}, {"alpha": 0.125, "channels": 4}, {"alpha": 0.1, "learned": False})

    alpha: LearnedNumber

    @renamed(
        alpha_initializer="alpha", alpha_regularizer="regularizer", alpha_constraint="constraint", init="alpha", num_parameters="channels"
    )
    def __init__(self, alpha: Initial = 0.25, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha)
        arguments.warn_of_slope(alpha=alpha, channels="torch.nn.PReLU")

    def fallback(self, x, alpha):
        return where(x <= 0, alpha * x, x)

    def derivative(self, x, alpha):
        one = ops.ones_like(x)
        yield where(x <= 0, alpha * one, one)
        yield where(x <= 0, x, 0.0)


@register
class DPReLU(Learned):
    """Dual parametric ReLU: PReLU that learns the slopes on both sides.

    ``f(x) = beta * x if x >= 0 else alpha * x``

    `DualLine` adds a shift to it.

    Args:
        alpha: Finite number, or a Keras initializer: the slope for negative input. Default 0.01, as in the paper.
        beta: Finite number, or a Keras initializer: the slope for positive input. Default 1, as in the paper.
        learned: Whether alpha and beta are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> DPReLU(alpha=0.25, beta=0.5)([-2.0, 3.0])
        [-0.5, 1.5]

    Reference:
        Balaji, Kavya and Sebastian, Learn-able parameter guided Activation Functions, 2019, https://arxiv.org/abs/1912.10752
    """

    aliases = ("dual_parametric_relu",)
    samples = ({}, {"alpha": 0.125, "beta": 0.75, "channels": 4}, {"alpha": -0.3, "beta": 1.1, "learned": False})

    alpha: LearnedNumber
    beta: LearnedNumber

    def __init__(self, alpha: Initial = 0.01, beta: Initial = 1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha, beta=beta)

    def fallback(self, x, alpha, beta):
        return where(x >= 0, beta * x, alpha * x)

    def derivative(self, x, alpha, beta):
        one = ops.ones_like(x)
        yield where(x >= 0, beta * one, alpha * one)
        yield where(x >= 0, 0.0, x)
        yield where(x >= 0, x, 0.0)


@register
class DualLine(Learned):
    """Two half-lines that meet at 0, with learned slopes, plus a learned mean shift.

    ``f(x) = (beta * x if x >= 0 else alpha * x) + m``

    Args:
        alpha: Finite number, or a Keras initializer: the slope for negative input. Default 0.01, as in the paper.
        beta: Finite number, or a Keras initializer: the slope for positive input. Default 1, as in the paper.
        m: Finite number, or a Keras initializer: the shift. Default -0.22, as in the paper.
        learned: Whether the three are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> DualLine(alpha=0.25, m=-0.5)([-2.0, 3.0])
        [-1.0, 2.5]

    Reference:
        Balaji, Kavya and Sebastian, Learn-able parameter guided Activation Functions, 2019, https://arxiv.org/abs/1912.10752
    """

    samples = ({"learned": False}, {"alpha": 0.125, "beta": 0.75, "m": -0.25, "channels": 4})

    alpha: LearnedNumber
    beta: LearnedNumber
    m: LearnedNumber

    def __init__(
        self, alpha: Initial = 0.01, beta: Initial = 1.0, m: Initial = -0.22, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]
    ):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha, beta=beta, m=m)

    def fallback(self, x, alpha, beta, m):
        return alpha * where(x >= 0, 0.0, x) + beta * where(x >= 0, x, 0.0) + m


@register
class FlexibleReLU(Learned):
    """ReLU that is shifted down or up by a learned bias, so that its output can be centred on 0.

    ``f(x) = max(x, 0) + b``

    Its authors call it FReLU.

    Args:
        b: Finite number, or a Keras initializer: the value for negative input. Default -1, as in the authors' code.
        learned: Whether b is a weight. The authors advise against one bias for each channel. Default True.
        **kwargs: How b is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> FlexibleReLU()([-2.0, 3.0])
        [-1.0, 2.0]

    Reference:
        Qiu, Xu and Cai, FReLU: Flexible Rectified Linear Units for Improving Convolutional Neural Networks, 2017,
        https://arxiv.org/abs/1706.08098
    """

    samples = ({}, {"b": 0.375, "channels": 4})

    b: LearnedNumber

    def __init__(self, b: Initial = -1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(b=b)

    def fallback(self, x, b):
        return ops.relu(x) + b


@register
class ALReLU(Activation):
    """Absolute leaky ReLU: LeakyReLU whose small outputs for negative input are positive.

    ``f(x) = x if x > 0 else -alpha * x``

    Args:
        alpha: Positive number; the slope for negative input is -alpha. Default 0.01, as in the paper.
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
class AReLU(Learned):
    """ReLU with a learned attention: it amplifies positive input and damps negative input.

    ``f(x) = (1 + 1 / (1 + exp(-beta))) * x if x > 0 else min(max(alpha, 0.01), 0.99) * x``

    Args:
        alpha: Finite number, or a Keras initializer: the slope for negative input, clipped to [0.01, 0.99]. A learned alpha outside
            this range has no gradient and stays where it is. Default 0.9, as in the paper.
        beta: Finite number, or a Keras initializer: the slope for positive input is 1 plus the sigmoid of beta. Default 2, as in the paper.
        learned: Whether alpha and beta are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> AReLU()([-2.0, 3.0])
        [-1.8, 5.642391]

    Reference:
        Chen, Li and Xu, AReLU: Attention-based Rectified Linear Unit, 2020, https://arxiv.org/abs/2006.13858
    """

    samples = ({"learned": False}, {"alpha": 0.875}, {"alpha": 0.25, "beta": -1.5, "channels": 4}, {"alpha": -0.5, "beta": 0.5})

    alpha: LearnedNumber
    beta: LearnedNumber

    def __init__(self, alpha: Initial = 0.9, beta: Initial = 2.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha, beta=beta)

    def fallback(self, x, alpha, beta):
        alpha, beta = (ops.convert_to_tensor(parameter, dtype=x.dtype) for parameter in (alpha, beta))
        return where(x > 0, 1.0 + sigmoid(beta), self._clip(alpha)) * x

    def derivative(self, x, alpha, beta):
        alpha, beta = (ops.convert_to_tensor(parameter, dtype=x.dtype) for parameter in (alpha, beta))
        slope = self._clip(alpha)
        yield where(x > 0, 1.0 + sigmoid(beta), slope)
        yield where(x > 0, 0.0, where(slope == alpha, x, 0.0))
        yield where(x > 0, x * sigmoid.slope(beta), 0.0)

    @staticmethod
    def _clip(alpha):
        return where(alpha <= 0.01, 0.01, where(alpha >= 0.99, 0.99, alpha))


@register
class BipolarReLU(AlongAxis):
    """ReLU for the channels of even index and ``-relu(-x)`` for the others, so that the mean activation is near 0 without normalization.

    A mask is passed to the next layer and not applied, because each output entry depends on one input entry only.

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
        # This method has no argument `mask`, so Keras passes none.
        return super().call(inputs)

    def compute_mask(self, inputs, mask=None):
        return mask

    def fallback(self, x):
        (axis,) = self._checked_axes(x.shape)
        # The index is floating point. With integers and float64, XLA of jax 0.10 takes the first choice for every index.
        index = ops.reshape(
            ops.arange(ops.shape(x)[axis], dtype=backend.standardize_dtype(x.dtype)), (-1,) + (1,) * (len(x.shape) - 1 - axis)
        )
        return where(index % 2 == 0, ops.relu(x), where(x >= 0, 0.0, x))


@register
class ModReLU(Learned):
    """ReLU of the magnitude, shifted by a learned bias, with the sign of the input.

    ``f(x) = 0 if b < x < -b else x + b if x > 0 else x - b if x < 0 else x``

    That is ``max(abs(x) + b, 0) * x / abs(x)``, and 0 at 0. A negative bias sets small input to 0. The function was made for complex
    numbers. This layer takes real numbers.

    Args:
        b: Finite number, or a Keras initializer: the bias that is added to the magnitude. Default 0, which is the identity; the authors'
            code draws one for each channel from (-0.01, 0.01).
        learned: Whether b is a weight. Default True.
        **kwargs: How b is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> ModReLU(b=-0.5)([-2.0, 0.25, 3.0])
        [-1.5, 0.0, 2.5]

    Reference:
        Arjovsky, Shah and Bengio, Unitary Evolution Recurrent Neural Networks, 2015, https://arxiv.org/abs/1511.06464
    """

    samples = ({}, {"b": -0.75, "channels": 4}, {"b": 0.375, "channels": 4}, {"b": -0.6, "learned": False})

    b: LearnedNumber

    def __init__(self, b: Initial = 0.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(b=b)

    def fallback(self, x, b):
        return where(abs(x) < -b, 0.0, x + b * ops.sign(x))
