"""ELUs: linear or nearly so for positive input, and bounded for negative input, mostly by an exponential."""

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.elementary import EXP_VANISHES, clamp_above, expm1, expm1_rest, inverse_root, magnitude, positive_part, scaled, where
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned, Parameter
from ..core.terms import Curve
from .rectifiers import _below


@register
class ELU(Activation):
    """Exponential linear unit: ReLU whose negative side saturates smoothly, so that the mean activation is closer to 0.

    ``f(x) = x if x > 0 else alpha * (exp(x) - 1)``

    The derivative at 0 is alpha.

    Args:
        alpha: Finite number; the limit for very negative input is -alpha. Default 1, as everywhere.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ELU()([-1.0, 2.0])
        [-0.63212055, 2.0]

    Reference:
        Clevert, Unterthiner and Hochreiter, Fast and Accurate Deep Network Learning by Exponential Linear Units (ELUs), 2015,
        https://arxiv.org/abs/1511.07289
    """

    samples = ({}, {"alpha": 1.7})

    def __init__(self, alpha: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha)

    def fallback(self, x):
        return where(x > 0, x, self.alpha * expm1(where(x > 0, 0.0, x)))

    def derivative(self, x):
        return where(x > 0, 1.0, self.alpha * ops.exp(where(x > 0, 0.0, x)))

    def native(self):
        return NativeOp("elu", alpha=self.alpha)


@Curve
def selu(x):
    """``1.05... x`` for positive x, else ``1.05... * 1.67... (exp(x) - 1)``."""
    return where(x < 0, SELU.SCALE_ALPHA * expm1(where(x < 0, x, 0.0)), SELU.SCALE * x)


@selu.derived
def selu_slope(x):
    """The derivative of `selu`."""
    return where(x < 0, SELU.SCALE_ALPHA * ops.exp(where(x < 0, x, 0.0)), SELU.SCALE)


@register
class SELU(Activation):
    """Scaled ELU, whose two constants keep activations near mean 0 and variance 1 in deep dense networks.

    ``f(x) = 1.0507009873554805 * (x if x >= 0 else 1.6732632423543772 * (exp(x) - 1))``

    This is true only with LeCun normal initialization and AlphaDropout. The derivative at 0 is the derivative from the right, as in
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
        return selu(x)

    def derivative(self, x):
        return selu.slope(x)

    def native(self):
        return NativeOp("selu")


@register
class CELU(Activation):
    """ELU that is smooth at 0 for every alpha, because the exponential is stretched along both axes.

    ``f(x) = x if x > 0 else alpha * (exp(x / alpha) - 1)``

    Args:
        alpha: Positive number; the limit for very negative input is -alpha. Default 1, as everywhere.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> CELU(alpha=2.0)([-1.0, 2.0])
        [-0.7869387, 2.0]

    Reference:
        Barron, Continuously Differentiable Exponential Linear Units, 2017, https://arxiv.org/abs/1704.07483
    """

    samples = ({}, {"alpha": 1.7})

    def __init__(self, alpha: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)

    def fallback(self, x):
        return where(x > 0, x, self.alpha * expm1(where(x > 0, 0.0, x) / self.alpha))

    def derivative(self, x):
        return ops.exp(where(x > 0, 0.0, x) / self.alpha)

    def native(self):
        return NativeOp("celu", alpha=self.alpha)


@register
class PELU(Learned):
    """ELU with a learned slope and a learned depth, whose two pieces always join smoothly at 0.

    ``f(x) = alpha / beta * x if x >= 0 else alpha * (exp(x / beta) - 1)``

    Args:
        alpha: Number >= 0.1, or a Keras initializer; the limit for very negative input is -alpha. Default 1, as in ELU.
        beta: Number >= 0.1, or a Keras initializer: the factor by which the exponential is stretched. Default 1, as in ELU.
        learned: Whether alpha and beta are weights. A constraint keeps them at or above 0.1. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> PELU(alpha=2.0, beta=0.5)([-1.0, 3.0])
        [-1.7293295, 12.0]

    Reference:
        Trottier, Giguère and Chaib-draa, Parametric Exponential Linear Unit for Deep Convolutional Neural Networks, 2016,
        https://arxiv.org/abs/1605.09332
    """

    samples = ({}, {"alpha": 1.5, "beta": 0.625, "channels": 4}, {"alpha": 1.7, "beta": 1.3, "learned": False})

    alpha: LearnedNumber
    beta: LearnedNumber

    def __init__(self, alpha: Initial = 1.0, beta: Initial = 1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=Parameter(alpha, low=0.1), beta=Parameter(beta, low=0.1))

    def fallback(self, x, alpha, beta):
        return where(x > 0, alpha / beta * x, alpha * expm1(_below(x) / beta))

    def derivative(self, x, alpha, beta):
        z = where(x > 0, x, _below(x)) / beta
        e = ops.exp(where(x > 0, 0.0, z))
        yield alpha / beta * e
        yield where(x > 0, z, expm1(where(x > 0, 0.0, z)))
        yield -alpha / beta * z * e


@register
class MPELU(Learned):
    """ELU with a learned depth and a learned rate: it can become ReLU, PReLU or ELU.

    ``f(x) = x if x > 0 else alpha * (exp(beta * x) - 1)``

    The derivative at 0 is ``alpha * beta``.

    Args:
        alpha: Finite number, or a Keras initializer; the limit for very negative input is -alpha. Default 0.25; the authors also
            use 1.
        beta: Number >= 0.01, or a Keras initializer: the rate of the exponential. Default 1, as in the authors' code.
        learned: Whether alpha and beta are weights. A constraint keeps beta at or above 0.01. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> MPELU()([-1.0, 3.0])
        [-0.15803014, 3.0]

    Reference:
        Li, Fan, Li, Wu and Ming, Improving deep neural network with Multiple Parametric Exponential Linear Units, 2016,
        https://arxiv.org/abs/1606.00305
    """

    samples = ({}, {"alpha": 1.5, "beta": 0.625, "channels": 4}, {"alpha": 1.7, "beta": 1.3, "learned": False})

    alpha: LearnedNumber
    beta: LearnedNumber

    def __init__(self, alpha: Initial = 0.25, beta: Initial = 1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha, beta=Parameter(beta, low=0.01))

    def fallback(self, x, alpha, beta):
        return where(x > 0, x, alpha * expm1(beta * _below(x)))

    def derivative(self, x, alpha, beta):
        below = _below(x)
        e = ops.exp(beta * below)
        yield where(x > 0, 1.0, alpha * beta * e)
        yield where(x > 0, 0.0, expm1(beta * below))
        yield where(x > 0, 0.0, alpha * below * e)


@register
class ISRLU(Activation):
    """Inverse square root linear unit: the shape of ELU with two continuous derivatives, at the cost of one square root.

    ``f(x) = x if x >= 0 else x / sqrt(1 + alpha * x**2)``

    Args:
        alpha: Positive number; the limit for very negative input is -1 / sqrt(alpha). Default 1, as everywhere.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ISRLU()([-1.0, 0.0, 2.0])
        [-0.70710677, 0.0, 2.0]

    Reference:
        Carlile, Delamarter, Kinney, Marti and Whitney, Improving Deep Learning by Inverse Square Root Linear Units (ISRLUs), 2017,
        https://arxiv.org/abs/1710.09967
    """

    samples = ({}, {"alpha": 3.0})

    def __init__(self, alpha: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)

    def fallback(self, x):
        return where(x >= 0, x, inverse_root(where(x >= 0, 0.0, x), self.alpha))

    def derivative(self, x):
        return inverse_root.slope(where(x >= 0, 0.0, x), self.alpha)


@register
class SERLU(Activation):
    """Scaled exponentially-regularized linear unit: SELU with a bump for negative input, which returns to 0.

    ``f(x) = 1.07862 * (x if x >= 0 else 2.90427 * x * exp(x))``

    Its two constants keep activations near mean 0 and variance 1, as in SELU. The derivative at 0 is the derivative from the right.

    Example:
        >>> SERLU()([-1.0, 0.0, 2.0])
        [-1.1524205, 0.0, 2.15724]

    Reference:
        Zhang and Li, Effectiveness of Scaled Exponentially-Regularized Linear Units (SERLUs), 2018, https://arxiv.org/abs/1807.10117
    """

    SCALE = 1.07862
    SCALE_ALPHA = 1.07862 * 2.90427

    def fallback(self, x):
        t = clamp_above(where(x < 0, -x, 0.0), *EXP_VANISHES)
        return where(x < 0, -self.SCALE_ALPHA * t * ops.exp(-t), self.SCALE * x)

    def derivative(self, x):
        t = clamp_above(where(x < 0, -x, 0.0), *EXP_VANISHES)
        return where(x < 0, self.SCALE_ALPHA * ops.exp(-t) * (1.0 - t), self.SCALE)


@register
class ELiSH(Activation):
    """Exponential linear sigmoid squashing: SiLU for positive input, and ELU times the sigmoid for negative input.

    ``f(x) = (x if x >= 0 else exp(x) - 1) / (1 + exp(-x))``

    Example:
        >>> ELiSH()([-1.0, 0.0, 2.0])
        [-0.17000341, 0.0, 1.761594]

    Reference:
        Basirat and Roth, The Quest for the Golden Activation Function, 2018, https://arxiv.org/abs/1808.00783
    """

    def fallback(self, x):
        e = ops.exp(-magnitude(x))
        return where(x >= 0, x, e * expm1(where(x < 0, x, 0.0))) / (1.0 + e)

    def derivative(self, x):
        t = clamp_above(magnitude(x), *EXP_VANISHES)
        e = ops.exp(-t)
        return where(x >= 0, 1.0 + e + t * e, e * (e * (e + 2.0) - 1.0)) / ((1.0 + e) * (1.0 + e))


@register
class HardELiSH(Activation):
    """ELiSH with a gate of three straight lines instead of the sigmoid.

    ``f(x) = 0 if x <= -1 else (exp(x) - 1) * (x + 1) / 2 if x < 0 else x * (x + 1) / 2 if x <= 1 else x``

    Example:
        >>> HardELiSH()([-2.0, -0.5, 0.5, 2.0])
        [0.0, -0.09836734, 0.375, 2.0]

    Reference:
        Basirat and Roth, The Quest for the Golden Activation Function, 2018, https://arxiv.org/abs/1808.00783
    """

    def fallback(self, x):
        z = where(x <= -1, -1.0, where(x > 1, 1.0, x))
        gate = (z + 1.0) / 2.0
        return where(x > 1, x, where(x < 0, expm1(where(x < 0, z, 0.0)), z) * gate)

    def derivative(self, x):
        z = where(x <= -1, -1.0, where(x > 1, 1.0, x))
        left = (ops.exp(where(x < 0, z, 0.0)) * (z + 2.0) - 1.0) / 2.0
        return where(x <= -1, 0.0, where(x > 1, 1.0, where(x < 0, left, z + 0.5)))


@register
class XIELU(Learned):
    """Expanded integral of ELU: a parabola for positive input, and an exponential that approaches a line for negative input.

    ``f(x) = alpha_p * x**2 + beta * x if x > 0 else alpha_n * (expm1(x) - x) + beta * x``

    The authors' code stores p and n, with ``alpha_p = softplus(p)`` and ``alpha_n = beta + softplus(n)``. The weights here are
    alpha_p and alpha_n themselves. Constraints keep them in the same ranges.

    Args:
        alpha_p: Number >= 0, or a Keras initializer: the curvature for positive input. Default 0.8, as in the paper.
        alpha_n: Number >= `beta`, or a Keras initializer: the strength of the exponential. Default 0.8, as in the paper.
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
        # Far from 0, the two linear terms are added first, because one is inf and the other -inf at -inf. Near 0, that would cancel.
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
