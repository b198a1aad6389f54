"""Learned rectifiers and their kin: the parameters are weights by default."""

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.elementary import expm1, held, scaled, sigmoid, where
from ..core.options import Initial, InitialNumbers, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned, Parameter


def _below(x):
    """``min(x, 0)``, short of infinity, whose product with an exponential that underflows would be NaN."""
    return -held(where(x > 0, 0.0, -x), 1e30, 1e300)


@register
class PReLU(Learned):
    """LeakyReLU that learns its slope. One slope for the layer by default: ``channels=n`` learns one for each channel, as in the paper.

    ``f(x) = x if x > 0 else alpha * x``

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
    renamed = (
        ("alpha_initializer", "alpha"),
        ("alpha_regularizer", "regularizer"),
        ("alpha_constraint", "constraint"),
        ("init", "alpha"),
        ("num_parameters", "channels"),
    )
    samples = ({}, {"alpha": 0.125, "channels": 4}, {"alpha": 0.1, "learned": False})

    alpha: LearnedNumber

    def __init__(self, alpha: Initial = 0.25, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha)

    def fallback(self, x, alpha):
        return where(x <= 0, alpha * x, x)

    def derivative(self, x, alpha):
        one = ops.ones_like(x)
        yield where(x <= 0, alpha * one, one)
        yield where(x <= 0, x, 0.0)


@register
class PELU(Learned):
    """ELU with a learned slope and a learned depth, of which both pieces stay smooth at 0.

    ``f(x) = alpha / beta * x if x >= 0 else alpha * (exp(x / beta) - 1)``

    Args:
        alpha: Number from 0.1 on, or a Keras initializer: minus the limit for very negative input. Default 1, which is ELU.
        beta: Number from 0.1 on, or a Keras initializer: how far the exponential is stretched. Default 1, which is ELU.
        learned: Whether alpha and beta are weights, which are kept from falling below 0.1. Default True.
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
        alpha: Finite number, or a Keras initializer: minus the limit for very negative input. Default 0.25, of which the authors
            also use 1.
        beta: Number from 0.01 on, or a Keras initializer: the rate of the exponential. Default 1, as in the authors' code.
        learned: Whether alpha and beta are weights; beta is kept from falling below 0.01. Default True.
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
class SShapedReLU(Learned):
    """S-shaped rectifier: the identity between two learned thresholds, and a line with a learned slope on either side.

    ``f(x) = right_threshold + right_slope * (x - right_threshold) if x >= right_threshold else x if x > left_threshold
    else left_threshold + left_slope * (x - left_threshold)``

    It starts as LeakyReLU, as in the paper: the right threshold matters once `right_slope` has left 1.

    Args:
        left_threshold: Finite number, or a Keras initializer: where the left line ends. Default 0, as in the paper.
        left_slope: Finite number, or a Keras initializer: the slope of the left line. Default 0.2, as in LeakyReLU; keras-contrib draws
            it from (0, 1).
        right_threshold: Finite number, or a Keras initializer: where the right line begins. Default 1; keras-contrib draws it from
            (0, 5).
        right_slope: Finite number, or a Keras initializer: the slope of the right line. Default 1, as in the paper.
        learned: Whether the four are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> SShapedReLU(left_slope=0.5, right_slope=0.25)([-2.0, 0.5, 3.0])
        [-1.0, 0.5, 1.5]

    Reference:
        Jin, Xu, Feng, Wei, Xiong and Yan, Deep Learning with S-shaped Rectified Linear Activation Units, 2015,
        https://arxiv.org/abs/1512.07030
    """

    samples = (
        {"learned": False},
        {"left_threshold": -1.0, "left_slope": 0.125, "right_threshold": 0.75, "right_slope": 0.25},
        {"left_slope": 0.5, "channels": 4},
    )

    left_threshold: LearnedNumber
    left_slope: LearnedNumber
    right_threshold: LearnedNumber
    right_slope: LearnedNumber

    def __init__(
        self,
        left_threshold: Initial = 0.0,
        left_slope: Initial = 0.2,
        right_threshold: Initial = 1.0,
        right_slope: Initial = 1.0,
        *,
        learned: bool = True,
        **kwargs: Unpack[LearnedOptions],
    ):
        super().__init__(learned=learned, **kwargs)
        self.learn(left_threshold=left_threshold, left_slope=left_slope, right_threshold=right_threshold, right_slope=right_slope)

    def fallback(self, x, left_threshold, left_slope, right_threshold, right_slope):
        # Each line from its own side alone: the gradient of an infinite line that is not selected would be NaN.
        left = left_threshold + left_slope * where(x > left_threshold, 0.0, x - left_threshold)
        right = right_threshold + right_slope * where(x >= right_threshold, x - right_threshold, 0.0)
        return where(x >= right_threshold, right, where(x > left_threshold, x, left))


@register
class APL(Learned):
    """Adaptive piecewise linear unit: ReLU plus several hinges, whose positions and slopes are learned; it can become non-convex.

    ``f(x) = max(x, 0) + sum(slopes * (hinges - min(x, hinges)))``

    Args:
        slopes: Tuple of finite numbers, or a Keras initializer: what each hinge adds to the slope on its left, with the sign changed.
            Default one of 0.2, as in Echo; the authors' code draws them from (-0.2, 0.2).
        hinges: Tuple of as many finite numbers: where the hinges are. Default one at 0.5, as in Echo; the authors' code draws them
            from a normal distribution of deviation 0.5.
        learned: Whether slopes and hinges are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> APL(slopes=(0.5, -0.25), hinges=(1.0, -1.0))([-3.0, 0.0, 2.0])
        [1.5, 0.5, 2.0]

    Reference:
        Agostinelli, Hoffman, Sadowski and Baldi, Learning Activation Functions to Improve Deep Neural Networks, 2014,
        https://arxiv.org/abs/1412.6830
    """

    aliases = ("adaptive_piecewise_linear",)
    samples = (
        {"learned": False},
        {"slopes": (0.25, 0.5), "hinges": (0.5, -1.25)},
        {"slopes": (-0.125, -0.5, -0.25), "hinges": (1.0, 0.0, -2.0), "channels": 4},
    )

    slopes: LearnedNumber
    hinges: LearnedNumber

    def __init__(
        self, slopes: InitialNumbers = (0.2,), hinges: InitialNumbers = (0.5,), *, learned: bool = True, **kwargs: Unpack[LearnedOptions]
    ):
        super().__init__(learned=learned, **kwargs)
        arguments.as_many(slopes=slopes, hinges=hinges)
        checked = Parameter(hinges, entries=0).checked("hinges", learned)
        self.learn(slopes=Parameter(slopes, entries=checked.entries), hinges=checked)

    def fallback(self, x, slopes, hinges):
        pairs = zip(slopes, hinges, strict=True)
        return ops.relu(x) + sum(slope * ops.relu(hinge - x) for slope, hinge in pairs)


@register
class AReLU(Learned):
    """ReLU with a learned attention: it amplifies positive input and damps negative input.

    ``f(x) = (1 + 1 / (1 + exp(-beta))) * x if x > 0 else min(max(alpha, 0.01), 0.99) * x``

    Args:
        alpha: Finite number, or a Keras initializer: the slope for negative input, clipped to [0.01, 0.99]. A learned alpha beyond
            stays where it is, having no gradient. Default 0.9, as in the paper.
        beta: Finite number, or a Keras initializer: the slope for positive input is 1 plus its sigmoid. Default 2, as in the paper.
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
class TLU(Learned):
    """Thresholded linear unit: ReLU whose floor is learned, for networks that normalize without subtracting the mean.

    ``f(x) = max(x, alpha * x + tau) if affine else max(x, tau)``

    Args:
        tau: Finite number, or a Keras initializer: the floor. Default 0, as in the paper.
        alpha: Finite number, or a Keras initializer: the slope of the floor, where it is affine. Default 0, as in TensorFlow Addons.
        affine: Whether the floor has a slope. Default False, as in TensorFlow Addons.
        learned: Whether tau, and alpha where the floor is affine, are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> TLU(tau=-0.5)([-2.0, 3.0])
        [-0.5, 3.0]

    Reference:
        Singh and Krishnan, Filter Response Normalization Layer: Eliminating Batch Dependence in the Training of Deep Neural Networks,
        2019, https://arxiv.org/abs/1911.09737
    """

    aliases = ("thresholded_linear_unit",)
    samples = (
        {},
        {"tau": -0.5, "channels": 4},
        {"affine": True},
        {"tau": -0.5, "alpha": 0.125, "affine": True, "channels": 4},
        {"tau": 0.2, "alpha": 0.1, "affine": True, "learned": False},
    )

    tau: LearnedNumber
    alpha: LearnedNumber

    def __init__(
        self, tau: Initial = 0.0, alpha: Initial = 0.0, affine: bool = False, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]
    ):
        super().__init__(learned=learned, **kwargs)
        self.affine = arguments.flag("affine", affine)
        if affine:
            self.learn(tau=tau, alpha=alpha)
        else:
            self.alpha = arguments.number("alpha", alpha)
            if alpha:
                raise ValueError(f"alpha is a slope of the affine form; received alpha={alpha!r} and affine=False. Write affine=True.")
            self.learn(tau=tau)

    def fallback(self, x, tau, alpha=0.0):
        return where(self._is_low(x, tau, alpha), scaled(alpha, x) + tau if self.affine else tau, x)

    def derivative(self, x, tau, alpha=0.0):
        low, one = self._is_low(x, tau, alpha), ops.ones_like(x)
        yield where(low, alpha * one, one)
        yield where(low, one, 0.0)
        yield where(low, x, 0.0)

    def _is_low(self, x, tau, alpha):
        # At infinity the floor may be infinite too.
        return (scaled(1.0 - alpha, x) if self.affine else x) <= tau


@register
class FlexibleReLU(Learned):
    """ReLU that is moved down or up by a learned bias, so that its output can be centred on 0. Called FReLU by its authors.

    ``f(x) = max(x, 0) + b``

    Args:
        b: Finite number, or a Keras initializer: the value for negative input. Default -1, as in the authors' code.
        learned: Whether b is a weight. The authors advise against one for each channel. Default True.
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
class ModReLU(Learned):
    """ReLU of the magnitude, moved by a learned bias, with the sign of the input. A negative bias silences small input.

    ``f(x) = 0 if b < x < -b else x + b if x > 0 else x - b if x < 0 else x``

    That is ``max(abs(x) + b, 0) * x / abs(x)``, and 0 at 0. It was made for complex numbers, of which these are the real ones.

    Args:
        b: Finite number, or a Keras initializer: what is added to the magnitude. Default 0, at which it is the identity; the authors'
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


@register
class DPReLU(Learned):
    """Dual parametric ReLU: PReLU that learns the slope on either side. `DualLine` adds a shift to it.

    ``f(x) = beta * x if x >= 0 else alpha * x``

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
    """Two half-lines that meet at 0, with learned slopes, moved by a learned mean shift.

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
class StarReLU(Learned):
    """Squared ReLU with a learned scale and bias, cheaper than GELU: the activation of the MetaFormers.

    ``f(x) = scale * max(x, 0)**2 + bias``

    For normal input, scale 0.8944 and bias -0.4472 make the output's mean 0 and its variance 1.

    Args:
        scale: Finite number, or a Keras initializer: the factor of the square. Default 1, as in the authors' code.
        bias: Finite number, or a Keras initializer: the value for negative input. Default 0, as in the authors' code.
        learned: Whether scale and bias are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> StarReLU(scale=0.5, bias=-1.0)([-2.0, 3.0])
        [-1.0, 3.5]

    Reference:
        Yu, Si, Zhou, Luo, Zhou, Feng, Yan and Wang, MetaFormer Baselines for Vision, 2022, https://arxiv.org/abs/2210.13452
    """

    samples = ({}, {"scale": 0.75, "bias": -0.375, "channels": 4}, {"scale": 0.8944, "bias": -0.4472, "learned": False})

    scale: LearnedNumber
    bias: LearnedNumber

    def __init__(self, scale: Initial = 1.0, bias: Initial = 0.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(scale=scale, bias=bias)

    def fallback(self, x, scale, bias):
        above = ops.relu(x)
        return scale * above * above + bias
