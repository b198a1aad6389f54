"""Sigmoid gates: the input times a sigmoid of itself."""

from keras import ops

from ...catalogue.registry import register
from ...core import arguments
from ...core.activation import Activation
from ...core.elementary import (
    EXP_VANISHES,
    clamp_above,
    clamp_below,
    clamp_both,
    finite,
    gated,
    log1p,
    magnitude,
    positive_part,
    scaled,
    sigmoid,
    where,
)
from ...core.kernels import NativeOp
from ...core.options import ActivationOptions, Initial, LearnedNumber, LearnedOptions, Unpack
from ...core.parameters import Learned
from ...core.terms import Curve, is_everyday, is_light


@Curve
def silu(x):
    """``x / (1 + exp(-x))``."""
    if is_light() and hasattr(ops, "silu"):
        return ops.silu(finite(x))
    if is_everyday():
        x = clamp_below(x, *EXP_VANISHES)
        return x * sigmoid(x)
    t = clamp_above(magnitude(x), *EXP_VANISHES)
    e = ops.exp(-t)
    return positive_part(x) - t * e / (1.0 + e)


@silu.derived
def silu_slope(x):
    """The derivative of `silu`."""
    if is_everyday():
        s = sigmoid(x)
        return s * (1.0 + clamp_both(x, *EXP_VANISHES) * (1.0 - s))
    t = clamp_above(magnitude(x), *EXP_VANISHES)
    e = ops.exp(-t)
    h = e / (1.0 + e) * (1.0 - t / (1.0 + e))
    return where(x >= 0, 1.0 - h, h)


@register
class SiLU(Activation):
    """Sigmoid linear unit, the default of many image and language models: the input times its sigmoid, smooth and not monotonic.

    ``f(x) = x / (1 + exp(-x))``

    Example:
        >>> SiLU()([-1.0, 0.0, 1.0])
        [-0.26894143, 0.0, 0.7310586]

    Reference:
        Hendrycks and Gimpel, Gaussian Error Linear Units (GELUs), 2016, https://arxiv.org/abs/1606.08415, and Elfwing, Uchibe and
        Doya, Sigmoid-Weighted Linear Units for Neural Network Function Approximation in Reinforcement Learning, 2017,
        https://arxiv.org/abs/1702.03118
    """

    def fallback(self, x):
        return silu(x)

    def derivative(self, x):
        return silu.slope(x)

    def native(self):
        return NativeOp("silu")


@Curve
def swish(x, beta):
    """``x / (1 + exp(-beta x))``."""
    z = beta * x
    if is_everyday():
        return gated(sigmoid(z), x)
    e = ops.exp(-clamp_above(magnitude(z), *EXP_VANISHES))
    return gated(where(z >= 0, 1.0, e) / (1.0 + e), x)


@swish.derived
def swish_slope(x, beta):
    """The derivative of `swish`."""
    z = beta * x
    if is_everyday():
        s = sigmoid(z)
        return s * (1.0 + clamp_both(z, *EXP_VANISHES) * (1.0 - s))
    t = clamp_above(magnitude(z), 256.0, 1600.0)
    e = ops.exp(-t)
    gate, complement = where(z >= 0, 1.0, e) / (1.0 + e), where(z >= 0, e, 1.0) / (1.0 + e)
    return gate * (1.0 + where(z >= 0, t, -t) * complement)


@register
class Swish(Learned):
    """SiLU whose gate has an adjustable slope: it goes from half of the identity (beta=0) to ReLU (large beta).

    ``f(x) = x / (1 + exp(-beta * x))``

    Prefer SiLU unless beta is learned.

    Args:
        beta: Finite number: the slope of the gate, or the initial slope if it is learned. Default 1, as in `tf.nn.silu`.
        learned: Whether beta is a weight. Default False.
        **kwargs: How beta is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> Swish(beta=2.0)([-1.0, 0.0, 1.0])
        [-0.11920292, 0.0, 0.880797]
        >>> len(Swish(learned=True).weights)
        1

    Reference:
        Ramachandran, Zoph and Le, Searching for Activation Functions, 2017, https://arxiv.org/abs/1710.05941
    """

    samples = ({}, {"beta": 1.5}, {"beta": -0.5}, {"beta": 1.5, "learned": True}, {"learned": True, "channels": 4})

    beta: LearnedNumber

    def __init__(self, beta: Initial = 1.0, *, learned: bool = False, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(beta=beta)

    def fallback(self, x, beta):
        return swish(x, beta)

    def derivative(self, x, beta):
        yield swish.slope(x, beta)
        z = beta * x
        if is_everyday():
            yield gated(gated(sigmoid(z) * sigmoid(-z), x), x)
        else:
            # Two square roots replace the exponential, because it may underflow although its product with x**2 does not.
            root = ops.exp(-0.5 * clamp_above(magnitude(z), 256.0, 1600.0))
            half = x * root / (1.0 + root * root)
            yield where(root == 0, 0.0, half * half)

    def native(self):
        return NativeOp("silu") if not self.learned and self.beta == 1.0 else None


@register
class ESwish(SiLU):
    """SiLU times a constant, which makes it steeper: gradients of shallow networks grow, and gradients of deep networks may explode.

    ``f(x) = beta * x / (1 + exp(-x))``

    Args:
        beta: Finite number, the scale. The paper tries 1 to 2. Default 1.75, as in Echo.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ESwish(beta=1.5)([-1.0, 0.0, 1.0])
        [-0.4034121, 0.0, 1.0965879]

    Reference:
        Alcaide, E-swish: Adjusting Activations to Different Network Depths, 2018, https://arxiv.org/abs/1801.07145
    """

    samples = ({}, {"beta": 1.25})

    def __init__(self, beta: float = 1.75, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.beta = arguments.number("beta", beta)

    def fallback(self, x):
        return self.beta * super().fallback(x)

    def derivative(self, x):
        return self.beta * super().derivative(x)


@register
class DoubleSwish(Activation):
    """SiLU whose gate is shifted by 1: it is close to SiLU applied twice, and made for speech models such as those of icefall.

    ``f(x) = x / (1 + exp(1 - x))``

    Example:
        >>> DoubleSwish()([-1.0, 0.0, 1.0])
        [-0.11920292, 0.0, 0.5]

    Reference:
        Povey, the source of icefall, 2022, https://github.com/k2-fsa/icefall
    """

    def fallback(self, x):
        return clamp_below(x, *EXP_VANISHES) * sigmoid(x - 1.0)

    def derivative(self, x):
        return sigmoid(x - 1.0) + clamp_both(x, *EXP_VANISHES) * sigmoid.slope(x - 1.0)


@register
class FlattenTSwish(SiLU):
    """SiLU for positive input and 0 for negative input, as in ReLU, both shifted by an offset.

    ``f(x) = offset if x < 0 else x / (1 + exp(-x)) + offset``

    Args:
        offset: Finite number, the value for negative input, called T in the paper. Default -0.2, the best value in the paper.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> FlattenTSwish()([-1.0, 0.0, 1.0])
        [-0.2, -0.2, 0.5310586]

    Reference:
        Chieng, Wahid, Ong and Perla, Flatten-T Swish: a thresholded ReLU-Swish-like activation function for deep learning, 2018,
        https://arxiv.org/abs/1812.06247
    """

    aliases = ("fts",)
    samples = ({}, {"offset": 0.0})

    def __init__(self, offset: float = -0.2, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.offset = arguments.number("offset", offset)

    def fallback(self, x):
        return where(x < 0, self.offset, super().fallback(x) + self.offset)

    def derivative(self, x):
        return where(x < 0, 0.0, super().derivative(x))


@register
class PFTS(Learned):
    """Parametric flatten-T swish: SiLU for positive input and 0 for negative input, both shifted by a learned threshold.

    ``f(x) = x / (1 + exp(-x)) + t if x >= 0 else t``

    Args:
        t: Finite number, or a Keras initializer: the value for negative input. Default -0.2, as in the paper.
        learned: Whether t is a weight. Default True.
        **kwargs: How t is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> PFTS(t=-0.25)([-2.0, 1.0])
        [-0.25, 0.4810586]

    Reference:
        Chieng, Wahid and Ong, Parametric Flatten-T Swish: An Adaptive Non-linear Activation Function For Deep Learning, 2020,
        https://arxiv.org/abs/2011.03155
    """

    aliases = ("parametric_flatten_t_swish",)
    samples = ({"learned": False}, {"t": -0.25, "channels": 4})

    t: LearnedNumber

    def __init__(self, t: Initial = -0.2, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(t=t)

    def fallback(self, x, t):
        above = positive_part(x)
        return above / (1.0 + ops.exp(-above)) + t

    def derivative(self, x, t):
        above = clamp_above(positive_part(x), *EXP_VANISHES)
        e = ops.exp(-above)
        yield where(x < 0, 0.0, (1.0 + (1.0 + above) * e) / ((1.0 + e) * (1.0 + e)))
        yield 1.0


@register
class AconC(Learned):
    """ACON-C, a smooth maximum of two learned lines through 0: each channel learns whether to activate, and how sharply.

    ``f(x) = (p1 - p2) * x / (1 + exp(-beta * (p1 - p2) * x)) + p2 * x``

    Args:
        p1: Finite number, or a Keras initializer: the slope of one line. Default 1, as in the paper. AconC with all defaults is SiLU.
            The authors' code draws p1 and p2 from a normal distribution.
        p2: Finite number, or a Keras initializer: the slope of the other line. Default 0, as in the paper.
        beta: Finite number, or a Keras initializer: the sharpness of the switch between the lines; the result for 0 is their mean.
            Default 1, as in the paper.
        learned: Whether the three are weights. The paper learns them for each channel. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> AconC(p2=0.25)([-2.0, 0.0, 2.0])
        [-0.7736383, 0.0, 1.7263618]

    Reference:
        Ma, Zhang, Liu and Sun, Activate or Not: Learning Customized Activation, 2020, https://arxiv.org/abs/2009.04759
    """

    samples = ({}, {"p1": 1.25, "p2": 0.25, "beta": 1.5, "channels": 4}, {"p1": -0.3, "p2": 0.9, "beta": 0.8, "learned": False})

    p1: LearnedNumber
    p2: LearnedNumber
    beta: LearnedNumber

    def __init__(
        self, p1: Initial = 1.0, p2: Initial = 0.0, beta: Initial = 1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]
    ):
        super().__init__(learned=learned, **kwargs)
        self.learn(p1=p1, p2=p2, beta=beta)

    # f(x) is written as p1 x sigmoid(w) + p2 x sigmoid(-w). This sum does not cancel if p1 and p2 have the same sign.

    def fallback(self, x, p1, p2, beta):
        w = clamp_both(beta * (p1 - p2) * x, 400.0, 1600.0)
        if is_everyday():
            return finite(x) * (p1 * sigmoid(w) + p2 * sigmoid(-w))
        return scaled(p1, gated(sigmoid(w), x)) + scaled(p2, gated(sigmoid(-w), x))

    def derivative(self, x, p1, p2, beta):
        w = clamp_both(beta * (p1 - p2) * x, 400.0, 1600.0)
        if is_everyday():
            first, second = sigmoid(w), sigmoid(-w)
            yield p1 * first + p2 * second + (p1 - p2) * w * (first * second)
            yield gated(first * (1.0 + w * second), x)
            yield gated(second * (1.0 - w * first), x)
            yield (p1 - p2) * (p1 - p2) * gated(gated(first * second, x), x)
            return
        right = w >= 0
        # Two square roots replace the exponential, because it may underflow although its product with x**2 does not.
        root = ops.exp(-0.5 * magnitude(w))
        e = root * root
        first, second = where(right, 1.0, e) / (1.0 + e), where(right, e, 1.0) / (1.0 + e)
        damped = where(root == 0, 0.0, x) * root
        yield p1 * first + p2 * second + (p1 - p2) * w * (first * second)
        yield where(right, x, damped) * (1.0 + w * second) * where(right, 1.0, root) / (1.0 + e)
        yield where(right, damped, x) * (1.0 - w * first) * where(right, root, 1.0) / (1.0 + e)
        bell = (p1 - p2) * damped / (1.0 + e)
        yield bell * bell


@register
class Logish(Activation):
    """The input times the logarithm of one plus its sigmoid: the gate rises to log(2), which is 0.69.

    ``f(x) = alpha * x * log(1 + 1 / (1 + exp(-beta * x)))``

    Args:
        alpha: Finite number, the scale. Default 1, as in the paper.
        beta: Finite number, the slope of the sigmoid. Default 1, as in the paper; the paper's variant for ResNet has 10.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Logish()([-1.0, 0.0, 1.0])
        [-0.23818304, 0.0, 0.54873312]

    Reference:
        Zhu, Zeng, Liu and Zhang, Logish: A new nonlinear nonmonotonic activation function for convolutional neural network, 2021,
        https://doi.org/10.1016/j.neucom.2021.06.067
    """

    samples = ({}, {"alpha": 1.5, "beta": 10.0})

    def __init__(self, alpha: float = 1.0, beta: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha)
        self.beta = arguments.number("beta", beta)

    def _gate(self, z):
        return self.alpha * log1p(sigmoid(z))

    def fallback(self, x):
        gate = self._gate(clamp_both(self.beta * x, *EXP_VANISHES))
        return where(gate == 0, 0.0, x * gate)

    def derivative(self, x):
        z = clamp_both(self.beta * x, *EXP_VANISHES)
        if is_everyday():
            s = sigmoid(z)
            return self.alpha * (log1p(s) + z * sigmoid.slope(z, y=s) / (1.0 + s))
        e = ops.exp(-magnitude(z))
        # The slope is the derivative of the sigmoid, divided by one plus the sigmoid.
        slope = e / ((1.0 + e) * where(z >= 0, 2.0 + e, 1.0 + 2.0 * e))
        return self._gate(z) + self.alpha * z * slope


@register
class HardSiLU(Activation):
    """SiLU with a gate of three straight lines, for small devices.

    ``f(x) = 0 if x <= -0.5 / slope else x * (slope * x + 0.5) if x <= 0.5 / slope else x``

    Args:
        slope: Positive number, the slope of the gate. Default 1/6, as in Keras 3, PyTorch and JAX.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> HardSiLU()([-4.0, -1.5, 6.0])
        [0.0, -0.375, 6.0]

    Reference:
        Howard et al., Searching for MobileNetV3, 2019, https://arxiv.org/abs/1905.02244
    """

    aliases = ("hard_swish", "hswish")

    samples = ({}, {"slope": 0.2})

    def __init__(self, slope: float = 1 / 6, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.slope = arguments.number("slope", slope, above=0.0)

    def fallback(self, x):
        bound = 0.5 / self.slope
        return where(x <= -bound, 0.0, where(x > bound, x, x * ((x + bound) / (2 * bound))))

    def derivative(self, x):
        bound = 0.5 / self.slope
        return where(x <= -bound, 0.0, where(x > bound, 1.0, (x + bound / 2) / bound))

    def native(self):
        return NativeOp("hard_silu") if self.slope == 1 / 6 else None
