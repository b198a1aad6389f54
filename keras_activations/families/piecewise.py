"""Piecewise linear units: straight lines other than those of a rectifier."""

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.autodiff import clamped
from ..core.elementary import between, scaled, where
from ..core.hosted import renamed
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Initial, InitialNumbers, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned, Parameter
from ..core.terms import is_final


@register
class Linear(Activation):
    """The identity, for places that require an activation where none is wanted.

    ``f(x) = x``

    Example:
        >>> Linear()([-1.0, 2.0])
        [-1.0, 2.0]

    Reference:
        None: the absence of an activation.
    """

    aliases = ("identity",)
    _rounds = False

    def fallback(self, x):
        return x


@register
class ClippedLinear(Activation):
    """A straight line, clipped at two bounds: it can be every hard sigmoid and hard tanh, with any slope.

    ``f(x) = min_value if x <= (min_value - offset) / slope else slope * x + offset if x <= (max_value - offset) / slope else max_value``

    The hard sigmoid of Keras 2 and ONNX is ``ClippedLinear(slope=0.2, offset=0.5)``.

    Args:
        slope: Positive number, the slope between the bounds. Default 1.
        offset: Finite number, the value of the unclipped line at 0. Default 0.
        min_value: Finite number, the lower bound. Default 0.
        max_value: Finite number greater than `min_value`, the upper bound. Default 1.
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
        # Next to the bounds, the line may round to a value beyond them.
        line = where(line < self.min_value, self.min_value, where(line > self.max_value, self.max_value, line))
        return where(x <= low, self.min_value, where(x > high, self.max_value, line))

    def derivative(self, x):
        return self.slope * between(x, *self._ends())

    def _ends(self):
        """The two inputs at which the line reaches its bounds."""
        return ((bound - self.offset) / self.slope for bound in (self.min_value, self.max_value))


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

    @renamed(theta="threshold", value="default_value")
    def __init__(self, threshold: float, default_value: float, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.threshold = arguments.number("threshold", threshold)
        self.default_value = arguments.number("default_value", default_value)

    def fallback(self, x):
        return where(x <= self.threshold, self.default_value, x)

    def native(self):
        return NativeOp("threshold", threshold=self.threshold, default_value=self.default_value)


@register
class Step(Activation):
    """1 at and above a threshold, and 0 below it: the first of all activations.

    ``f(x) = 1 if x >= threshold else 0``

    Its derivative is 0, so the layers before it cannot learn by gradients.

    Args:
        threshold: Finite number; the value is 1 at and above it. Default 0.
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
class TLU(Learned):
    """Thresholded linear unit: ReLU whose floor is learned, for networks that normalize without subtracting the mean.

    ``f(x) = max(x, alpha * x + tau) if affine else max(x, tau)``

    Args:
        tau: Finite number, or a Keras initializer: the floor. Default 0, as in the paper.
        alpha: Finite number, or a Keras initializer: the slope of the floor if it is affine. Default 0, as in TensorFlow Addons.
        affine: Whether the floor has a slope. Default False, as in TensorFlow Addons.
        learned: Whether tau is a weight, and alpha too if the floor is affine. Default True.
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
        # x is not compared with the floor, because both may be infinite.
        return (scaled(1.0 - alpha, x) if self.affine else x) <= tau


@register
class SShapedReLU(Learned):
    """S-shaped rectifier: the identity between two learned thresholds, and a line with a learned slope on each side.

    ``f(x) = right_threshold + right_slope * (x - right_threshold) if x >= right_threshold else x if x > left_threshold
    else left_threshold + left_slope * (x - left_threshold)``

    It starts as LeakyReLU, as in the paper. The right threshold has an effect only if `right_slope` is not 1.

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
        # Each line is computed only on its own side, because the gradient of an infinite line that is not selected would be NaN.
        left = left_threshold + left_slope * where(x > left_threshold, 0.0, x - left_threshold)
        right = right_threshold + right_slope * where(x >= right_threshold, x - right_threshold, 0.0)
        return where(x >= right_threshold, right, where(x > left_threshold, x, left))


@register
class APL(Learned):
    """Adaptive piecewise linear unit: ReLU plus several hinges, whose positions and slopes are learned; it can become non-convex.

    ``f(x) = max(x, 0) + sum(slopes * (hinges - min(x, hinges)))``

    Args:
        slopes: Tuple of finite numbers, or a Keras initializer: each number is subtracted from the slope on the left of its hinge.
            Default (0.2,), as in Echo; the authors' code draws them from (-0.2, 0.2).
        hinges: Tuple of as many finite numbers: the positions of the hinges. Default (0.5,), as in Echo; the authors' code draws them
            from a normal distribution of standard deviation 0.5.
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
