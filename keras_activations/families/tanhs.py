"""Tanhs: odd, or nearly so, and made of tanh or of straight lines in its shape."""

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.autodiff import clamped
from ..core.elementary import between, erf, gated, tanh, where
from ..core.hosted import renamed
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned, Parameter
from ..core.terms import is_final


@register
class Tanh(Activation):
    """Hyperbolic tangent: a sigmoid centred on 0, which trains better in hidden layers than one centred on 1/2.

    ``f(x) = tanh(x)``

    In an LSTM or GRU, keep the default "tanh": Keras uses its fast GPU kernel only with its own function.

    Example:
        >>> Tanh()([-1.0, 0.0, 1.0])
        [-0.7615942, 0.0, 0.7615942]

    Reference:
        LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, https://doi.org/10.1007/3-540-49430-8_2
    """

    def fallback(self, x):
        return tanh(x)

    def derivative(self, x):
        return tanh.slope(x)

    def native(self):
        return NativeOp("tanh")


@register
class WeightedTanh(Activation):
    """Tanh with an adjustable slope at 0: a larger weight brings it nearer to a step.

    ``f(x) = tanh(weight * x)``

    With the weight 1/2 it is ``2 * sigmoid(x) - 1``, which `get` also knows as "bipolar_sigmoid".

    Args:
        weight: Positive number, the slope at 0. Default 1, which is Tanh.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> WeightedTanh(weight=2.0)([-1.0, 0.0, 1.0])
        [-0.9640276, 0.0, 0.9640276]

    Reference:
        Offered by Echo as WeightedTanh: https://github.com/digantamisra98/Echo
    """

    samples = ({}, {"weight": 0.5}, {"weight": 1.7})

    def __init__(self, weight: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.weight = arguments.number("weight", weight, above=0.0)

    def fallback(self, x):
        return tanh(self.weight * x)

    def derivative(self, x):
        return self.weight * tanh.slope(self.weight * x)


@register
class LeCunTanh(Activation):
    """Tanh, scaled so that it maps 1 to 1 and -1 to -1, where its curvature is largest: for inputs and targets of about that size.

    ``f(x) = amplitude * tanh(slope * x)``

    Args:
        amplitude: Positive number, the limit for large input. Default 1.7159, as in the paper.
        slope: Positive number, the slope inside tanh. Default 2/3, as in the paper.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> LeCunTanh()([-1.0, 0.0, 3.0])
        [-0.9999972, 0.0, 1.6541749]

    Reference:
        LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, https://doi.org/10.1007/3-540-49430-8_2
    """

    samples = ({}, {"amplitude": 0.8, "slope": 1.7})

    def __init__(self, amplitude: float = 1.7159, slope: float = 2 / 3, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.amplitude = arguments.number("amplitude", amplitude, above=0.0)
        self.slope = arguments.number("slope", slope, above=0.0)

    def fallback(self, x):
        return self.amplitude * tanh(self.slope * x)

    def derivative(self, x):
        return self.amplitude * self.slope * tanh.slope(self.slope * x)


@register
class PenalizedTanh(Activation):
    """Tanh, damped for negative input: it saturates, but treats the two signs differently, as ReLU does.

    ``f(x) = tanh(x) if x > 0 else negative_slope * tanh(x)``

    The derivative at 0 is the derivative from the left.

    Args:
        negative_slope: Finite number, the slope at 0 for negative input. Default 0.25, as in the paper.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> PenalizedTanh()([-1.0, 0.0, 1.0])
        [-0.19039854, 0.0, 0.7615942]

    Reference:
        Xu, Huang and Li, Revise Saturated Activation Functions, 2016, https://arxiv.org/abs/1602.05980, and Eger, Youssef and
        Gurevych, Is it Time to Swish? Comparing Deep Learning Activation Functions Across NLP tasks, 2018,
        https://aclanthology.org/D18-1472
    """

    samples = ({}, {"negative_slope": 0.1})

    def __init__(self, negative_slope: float = 0.25, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.negative_slope = arguments.number("negative_slope", negative_slope)

    def fallback(self, x):
        y = tanh(x)
        return where(x <= 0, self.negative_slope * y, y)

    def derivative(self, x):
        slope = tanh.slope(x)
        return where(x <= 0, self.negative_slope * slope, slope)


@register
class HardTanh(Activation):
    """The identity, clipped at two bounds.

    ``f(x) = min_value if x <= min_value else x if x <= max_value else max_value``

    Args:
        min_value: Finite number, the lower bound. Default -1.
        max_value: Finite number greater than `min_value`, the upper bound. Default 1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> HardTanh()([-2.0, 0.5, 2.0])
        [-1.0, 0.5, 1.0]

    Reference:
        Collobert, Large Scale Machine Learning, 2004, http://ronan.collobert.com/pub/2004_phdthesis_lip6.html
    """

    samples = ({}, {"min_value": -0.5, "max_value": 2.0})

    @renamed(min_val="min_value", max_val="max_value")
    def __init__(self, min_value: float = -1.0, max_value: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.min_value, self.max_value = arguments.bounds(min_value=min_value, max_value=max_value)

    def fallback(self, x):
        if is_final():
            return clamped(x, self.min_value, self.max_value)
        return where(x <= self.min_value, self.min_value, where(x > self.max_value, self.max_value, x))

    def derivative(self, x):
        return between(x, self.min_value, self.max_value)

    def native(self):
        return NativeOp("hard_tanh") if (self.min_value, self.max_value) == (-1.0, 1.0) else None


@register
class LeakyTanh(Activation):
    """HardTanh with a small slope instead of 0 beyond its bounds, as in LeakyReLU.

    ``f(x) = outer_slope * (x + 1) - 1 if x <= -1 else x if x <= 1 else outer_slope * (x - 1) + 1``

    Args:
        outer_slope: Positive number, the slope beyond -1 and 1. Default 0.2, as in Larq, where it is called alpha.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> LeakyTanh()([-2.0, 0.5, 3.0])
        [-1.2, 0.5, 1.4]

    Reference:
        Offered by Larq as leaky_tanh: https://github.com/larq/larq/blob/main/larq/activations.py
    """

    samples = ({}, {"outer_slope": 0.05})

    def __init__(self, outer_slope: float = 0.2, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.outer_slope = arguments.number("outer_slope", outer_slope, above=0.0)

    def fallback(self, x):
        below, above = self.outer_slope * (x + 1.0) - 1.0, self.outer_slope * (x - 1.0) + 1.0
        return where(x <= -1, below, where(x > 1, above, x))


@register
class DynamicTanh(Learned):
    """DyT, a scaled tanh that replaces a normalization layer.

    ``f(x) = gamma * tanh(alpha * x) + beta``

    In the paper, gamma and beta are learned for each channel, as with ``channels=n``. alpha is always one number for the layer.

    Args:
        alpha: Finite number, or a Keras initializer: the slope inside the tanh. Default 0.5, as in the paper.
        gamma: Finite number, or a Keras initializer: the factor of the tanh. Default 1, as in the paper.
        beta: Finite number, or a Keras initializer: the number that is added to the result. Default 0, as in the paper.
        learned: Whether the three are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> DynamicTanh()([-2.0, 0.0, 2.0])
        [-0.7615942, 0.0, 0.7615942]
        >>> DynamicTanh(channels=8).count_params()
        17

    Reference:
        Zhu, Chen, He, LeCun and Liu, Transformers without Normalization, 2025, https://arxiv.org/abs/2503.10622
    """

    aliases = ("dyt",)
    samples = ({}, {"alpha": 0.75, "gamma": 1.5, "beta": 0.25, "channels": 4}, {"alpha": 0.8, "gamma": 1.2, "learned": False})

    alpha: LearnedNumber
    gamma: LearnedNumber
    beta: LearnedNumber

    def __init__(
        self, alpha: Initial = 0.5, gamma: Initial = 1.0, beta: Initial = 0.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]
    ):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=Parameter(alpha, shared=True), gamma=gamma, beta=beta)

    def fallback(self, x, alpha, gamma, beta):
        return gamma * tanh(alpha * x) + beta

    def derivative(self, x, alpha, gamma, beta):
        t = tanh(alpha * x)
        slope = tanh.slope(alpha * x, y=t)
        yield gamma * alpha * slope
        yield gamma * gated(slope, x)
        yield t
        yield 1.0


@register
class DynamicErf(Learned):
    """Derf, a scaled and shifted error function that replaces a normalization layer.

    ``f(x) = gamma * erf(alpha * x + shift) + beta``

    In the paper, gamma and beta are learned for each channel, as with ``channels=n``. alpha and shift are always one number each for
    the layer.

    Args:
        alpha: Finite number, or a Keras initializer: the slope inside the error function. Default 0.5, as in the paper.
        shift: Finite number, or a Keras initializer: the number that is added inside the error function. Default 0, as in the paper.
        gamma: Finite number, or a Keras initializer: the factor of the error function. Default 1, as in the paper.
        beta: Finite number, or a Keras initializer: the number that is added to the result. Default 0, as in the paper.
        learned: Whether the four are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> DynamicErf()([-2.0, 0.0, 2.0])
        [-0.8427008, 0.0, 0.8427008]
        >>> DynamicErf(channels=8).count_params()
        18

    Reference:
        Chen, Lu, Zhu, Sun and Liu, Stronger Normalization-Free Transformers, 2025, https://arxiv.org/abs/2512.10938
    """

    aliases = ("derf",)
    samples = (
        {},
        {"alpha": 0.75, "shift": 0.5, "gamma": 1.5, "beta": 0.25, "channels": 4},
        {"alpha": 0.8, "gamma": 1.2, "learned": False},
    )

    alpha: LearnedNumber
    shift: LearnedNumber
    gamma: LearnedNumber
    beta: LearnedNumber

    def __init__(
        self,
        alpha: Initial = 0.5,
        shift: Initial = 0.0,
        gamma: Initial = 1.0,
        beta: Initial = 0.0,
        *,
        learned: bool = True,
        **kwargs: Unpack[LearnedOptions],
    ):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=Parameter(alpha, shared=True), shift=Parameter(shift, shared=True), gamma=gamma, beta=beta)

    def fallback(self, x, alpha, shift, gamma, beta):
        return gamma * erf(alpha * x + shift) + beta

    def derivative(self, x, alpha, shift, gamma, beta):
        u = alpha * x + shift
        slope = gamma * erf.slope(u)
        yield alpha * slope
        yield gated(slope, x)
        yield slope
        yield erf(u)
        yield 1.0
