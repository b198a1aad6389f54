"""Normalizers: outputs along an axis that compete with each other."""

from collections.abc import Sequence

from keras import backend, ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.autodiff import SOFTMAX_SPREADS_NAN, clamped
from ..core.axis import AlongAxis
from ..core.elementary import (
    clamp_above,
    clamp_below,
    expm1,
    finite,
    gated,
    is_double,
    largest,
    log1p,
    lowest,
    magnitude,
    positive_part,
    softplus,
    where,
)
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Initial, LearnedNumber, ParametricOptions, Unpack
from ..core.parameters import Parameter, Parametric
from ..core.terms import is_everyday, is_light

INFINITY = float("inf")


def normalized(z, axis):
    """``exp(z) / sum(exp(z))``, for z whose maximum is 0."""
    if SOFTMAX_SPREADS_NAN and is_light() and not isinstance(axis, (tuple, list)):
        return ops.softmax(z, axis=axis)
    e = ops.exp(z)
    return e / ops.sum(e, axis=axis, keepdims=True)


def tempered(x, temperature, axis):
    """``exp(x / temperature) / sum(exp(x / temperature))``, also where x is -inf."""
    z = x - largest(x, axis)
    if is_everyday() and not ops.is_tensor(temperature):
        return normalized(z / temperature if temperature != 1.0 else z, axis)
    # The exponential underflows to 0 where z is far below 0. The quotient z / temperature may overflow there, which would make the
    # derivative with respect to the temperature NaN.
    far = z <= -1000.0 * temperature
    e = where(far, 0.0, ops.exp(where(far, 0.0, z) / temperature))
    return e / ops.sum(e, axis=axis, keepdims=True)


@register
class Softmax(AlongAxis):
    """Probabilities: positive numbers that sum to 1 along an axis and are proportional to the exponentials of the input.

    ``f(x) = exp(x) / sum(exp(x))``

    On TensorFlow, Keras's cross-entropy losses use its input and not its output, as they do with Keras's own "softmax". This needs the
    last axis and no mask.

    Args:
        axis: Integer, or list of integers, to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> Softmax()([1.0, 2.0, 1.0])
        [0.21194156, 0.5761169, 0.21194156]

    Reference:
        Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, with Relationships to Statistical Pattern
        Recognition, 1990, https://link.springer.com/chapter/10.1007/978-3-642-76153-9_28
    """

    samples = ({}, {"axis": -2}, {"axis": [-2, -1]})
    keeps_logits = True
    takes_several_axes = True

    def fallback(self, x):
        e = ops.exp(x - largest(x, self.axis))
        return e / self._total(e)

    def native(self):
        return NativeOp("softmax", axis=self.axis)


@register
class LogSoftmax(AlongAxis):
    """The logarithm of the softmax without its loss of digits; with kernel="fallback" it is accurate for a probability near 1, too.

    ``f(x) = x - log(sum(exp(x)))``

    Args:
        axis: Integer, or list of integers, to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> LogSoftmax(kernel="fallback")([0.0, 20.0])
        [-20.0, -2.0611537e-09]

    Reference:
        Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, with Relationships to Statistical Pattern
        Recognition, 1990, https://link.springer.com/chapter/10.1007/978-3-642-76153-9_28
    """

    samples = ({}, {"axis": -2}, {"axis": [-2, -1]})
    masked = -INFINITY
    takes_several_axes = True

    def fallback(self, x):
        z = x - largest(x, self.axis)
        if is_everyday():
            return z - ops.log(self._total(ops.exp(z)))
        top = ops.cast(z == 0, x.dtype)
        # The argument of log1p is the sum of exp(z) without one of its largest terms, which are 1. So log1p keeps the digits of the
        # small terms.
        others = self._total(ops.exp(z) - top)
        ties = self._total(top) - 1.0
        return z - log1p(ties + others)

    def native(self):
        return NativeOp("log_softmax", axis=self.axis)


@register
class TemperatureSoftmax(AlongAxis, Parametric):
    """Softmax with a temperature: it is sharper below 1 and flatter above 1.

    ``f(x) = exp(x / temperature) / sum(exp(x / temperature))``

    Args:
        temperature: Number, at least 0.001, or a Keras initializer if it is learned. Default 1.
        axis: Integer, or list of integers, to normalize over. Default -1.
        learned: Whether the temperature is a weight. The layer has one. Default False.
        **kwargs: The regularizer and constraint of the temperature: see `Parametric`; and as in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> TemperatureSoftmax(temperature=0.5)([1.0, 2.0, 1.0])
        [0.10650698, 0.78698604, 0.10650698]

    Reference:
        Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015, https://arxiv.org/abs/1503.02531
    """

    samples = ({}, {"temperature": 0.5, "axis": [-2, -1]}, {"temperature": 4.0, "learned": True})
    takes_several_axes = True

    temperature: LearnedNumber

    def __init__(
        self, temperature: Initial = 1.0, axis: int | Sequence[int] = -1, *, learned: bool = False, **kwargs: Unpack[ParametricOptions]
    ):
        super().__init__(axis, learned=learned, **kwargs)  # pyright: ignore[reportCallIssue]
        self.learn(temperature=Parameter(temperature, low=0.001))

    def fallback(self, x, temperature):
        return tempered(x, temperature, self.axis)


@register
class Softmin(AlongAxis):
    """Softmax of the negated input: the smallest entry gets the largest probability.

    ``f(x) = exp(-x) / sum(exp(-x))``

    Args:
        axis: Integer, or list of integers, to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> Softmin()([1.0, 2.0, 1.0])
        [0.4223188, 0.15536241, 0.4223188]

    Reference:
        PyTorch, https://pytorch.org/docs/stable/generated/torch.nn.Softmin.html
    """

    samples = ({}, {"axis": -2}, {"axis": [-2, -1]})
    excluded = INFINITY
    takes_several_axes = True

    def fallback(self, x):
        end = lowest(backend.standardize_dtype(x.dtype))
        return tempered(-clamp_below(x, -end, -end), 1.0, self.axis)


@register
class Softmax1(AlongAxis):
    """Softmax with an extra 0 that is not returned: all outputs are near 0 if all inputs are far below 0, and attention attends to nothing.

    ``f(x) = exp(x) / (1 + sum(exp(x)))``

    Args:
        axis: Integer, or list of integers, to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> Softmax1()([0.0, -1.0, 0.0])
        [0.29692274, 0.10923177, 0.29692274]

    Reference:
        Miller, Attention Is Off By One, 2023, https://www.evanmiller.org/attention-is-off-by-one.html
    """

    aliases = ("softmax_one", "quiet_softmax")
    samples = ({}, {"axis": -2}, {"axis": [-2, -1]})
    takes_several_axes = True

    def fallback(self, x):
        top = positive_part(largest(x, self.axis))
        e = ops.exp(x - top)
        return e / (ops.exp(-top) + self._total(e))


@register
class SigSoftmax(AlongAxis):
    """Softmax with each exponential times the sigmoid: its log-probabilities are not confined to a space of the input's dimension.

    ``f(x) = exp(x) / (1 + exp(-x)) / sum(exp(x) / (1 + exp(-x)))``

    Args:
        axis: Integer, or list of integers, to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> SigSoftmax()([1.0, 2.0, 1.0])
        [0.18957162, 0.62085682, 0.18957162]

    Reference:
        Kanai, Fujiwara, Yamanaka and Adachi, Sigsoftmax: Reanalysis of the Softmax Bottleneck, 2018, https://arxiv.org/abs/1805.10829
    """

    samples = ({}, {"axis": -2}, {"axis": [-2, -1]})
    takes_several_axes = True

    def fallback(self, x):
        top = largest(x, self.axis)
        if is_everyday():
            e = ops.exp(x - top - softplus(-x) + softplus(-top))
            return e / self._total(e)
        # The sigmoid is exp(min(x, 0)) / (1 + exp(-abs(x))). Its numerator is shifted together with exp(x).
        e = ops.exp((x - top) + (where(x < 0, x, 0.0) - where(top < 0, top, 0.0)))
        e = e / (1.0 + ops.exp(-magnitude(x)))
        return e / self._total(e)


@register
class SoLU(AlongAxis):
    """Softmax linear unit: the input times its softmax, which makes the features of a layer easier to interpret.

    ``f(x) = x * exp(x) / sum(exp(x))``

    The paper applies a layer normalization after it.

    Args:
        axis: Integer, or list of integers, to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> SoLU()([1.0, 2.0, 1.0])
        [0.21194156, 1.1522338, 0.21194156]

    Reference:
        Elhage and others, Softmax Linear Units, 2022, https://transformer-circuits.pub/2022/solu/index.html
    """

    samples = ({}, {"axis": -2}, {"axis": [-2, -1]})
    takes_several_axes = True

    def fallback(self, x):
        z = x - largest(x, self.axis)
        if is_everyday():
            return gated(normalized(z, self.axis), x)
        # The product is 0 where the exponential is 0, also if x is infinite.
        far = z < -1000.0
        e = where(far, 0.0, ops.exp(where(far, 0.0, z)))
        return where(far, 0.0, x) * e / self._total(e)


@register
class Softpick(AlongAxis):
    """Rectified softmax: negative inputs get exactly 0 and the outputs need not sum to 1, so that attention needs no sink.

    ``f(x) = max(exp(x) - 1, 0) / (sum(abs(exp(x) - 1)) + epsilon)``

    An input of -inf does not count in the sum, as in the authors' code. The formula would count it as 1.

    Args:
        epsilon: Positive number that prevents a division by 0 in a row of zeros. Default 1e-8, as in the authors' code.
        axis: Integer, or list of integers, to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> Softpick()([0.0, -1.0, 1.0])
        [0.0, 0.0, 0.73105858]

    Reference:
        Zuhri, Fuadi and Aji, Softpick: No Attention Sink, No Massive Activations with Rectified Softmax, 2025,
        https://arxiv.org/abs/2504.20966
    """

    aliases = ("rectified_softmax",)
    samples = ({}, {"epsilon": 0.125, "axis": -2}, {"axis": [-2, -1]})
    excluded = 0.0
    takes_several_axes = True

    def __init__(self, epsilon: float = 1e-8, axis: int | Sequence[int] = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, **kwargs)
        self.epsilon = arguments.number("epsilon", epsilon, above=0.0)

    def fallback(self, x):
        x = where(x == -INFINITY, 0.0, x)
        top = positive_part(largest(x, self.axis))
        one = ops.exp(-top)
        # Both forms are (exp(x) - 1) exp(-top). The first would cancel near 0, and the second would overflow for a large x.
        far = x > 1
        y = where(far, ops.exp(where(far, x, 0.0) - top) - one, expm1(where(far, 0.0, x)) * one)
        # Two comparisons give the derivative 0 at 0, where the absolute value has no derivative.
        sizes = where(x < 0, -y, where(x == 0, 0.0, y))
        total = self._total(sizes) + self.epsilon * one
        # y / total is 1 / (1 + others / y). The derivative of y / total has terms that cancel if y is more than half of the total.
        most = y > 0.5 * total
        others = self._total(where(most, 0.0, sizes)) + self.epsilon * one
        large, small = where(most, y, 1.0), where(ops.logical_or(x <= 0, most), 0.0, y)
        return where(most, 1.0 / (1.0 + others / large), small / total)


@register
class Squash(AlongAxis):
    """The squashing function of capsule networks: a vector along the axis keeps its direction, and its length becomes less than 1.

    ``f(x) = x * sqrt(sum(x**2)) / (constant + sum(x**2))``

    The zero vector stays 0. Its derivative is 0.

    Args:
        constant: Positive number. A vector whose length is the square root of the constant gets the length 1/2. Default 1, as in the
            paper. In keras-contrib it is 0.5.
        axis: Integer, or list of integers: the axis of the vectors. Default -1.
        **kwargs: As in every activation: see `Activation`.

    The call also takes a mask: see `AlongAxis`.

    Example:
        >>> Squash()([3.0, 4.0])
        [0.57692308, 0.76923077]

    Reference:
        Sabour, Frosst and Hinton, Dynamic Routing Between Capsules, 2017, https://arxiv.org/abs/1710.09829
    """

    samples = ({}, {"constant": 0.5, "axis": -2}, {"axis": [-2, -1]})
    excluded = 0.0
    takes_several_axes = True

    def __init__(self, constant: float = 1.0, axis: int | Sequence[int] = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, **kwargs)
        self.constant = arguments.number("constant", constant, above=0.0)

    def fallback(self, x):
        if is_everyday():
            x = finite(x)
            # Only rows with numbers larger than 1 are scaled. The reciprocal of a number beyond the upper bound would be subnormal.
            scale = 1.0 / clamped(largest(abs(x), self.axis), 1.0, 1e300 if is_double(x) else 1e37)
            u = x * scale
            squares = self._total(u * u)
            # The square of a very short vector underflows to 0, where the root has no derivative.
            length = ops.sqrt(where(squares > 0.0, squares, 1.0)) * ops.cast(squares > 0.0, x.dtype)
            return u * (length / (self.constant * scale * scale + squares))
        end = lowest(backend.standardize_dtype(x.dtype))
        x = where(x == -INFINITY, end, where(x == INFINITY, -end, x))
        # Only numbers near 1 are squared. They are relative to the largest entry for the direction, and to 1 or the largest entry for the
        # length. The reciprocal of a scale beyond the bound would be subnormal, and XLA multiplies by it instead of dividing.
        scale = clamp_above(largest(magnitude(x), self.axis), 1e37, 1e300)
        # x is multiplied by a reciprocal, because XLA would square the numerator and the denominator of a quotient. The lift is for the
        # smallest numbers, whose reciprocal is infinite.
        lift = where(scale < 1e-30, 2.0**100, ops.ones_like(scale))
        u = x * lift * (1.0 / where(scale == 0, 1.0, scale * lift))
        squares = self._total(u * u)
        unit = where(scale > 1, scale, 1.0)
        x = x / unit
        # The inner product with the direction is the length. Its derivative is the direction, also for a very short vector.
        length = self._total(u / ops.sqrt(where(scale == 0, 1.0, squares)) * x)
        return x * length / (self.constant / unit / unit + length * length)
