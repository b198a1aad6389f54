"""Series: learned combinations of simple functions, whose shape adapts to the data."""

import functools
import itertools
from typing import Any

from keras import backend, ops

from ..catalogue.registry import get, register
from ..core import arguments
from ..core.activation import Activation
from ..core.axis import AlongAxis
from ..core.elementary import clamp_above, clamp_both, cos, largest, lowest, polynomial, sin, where
from ..core.options import Initial, InitialNumbers, LearnedNumber, LearnedOptions, ParametricOptions, Unpack
from ..core.parameters import Learned, Parameter, Parametric


def _polynomial(coefficients):
    """The parameter of a polynomial. One coefficient alone is refused, because the function would be constant."""
    if isinstance(coefficients, (tuple, list)) and len(coefficients) == 1:
        raise ValueError(f"coefficients must be a tuple of two or more numbers; received {coefficients!r}. Write (0.0, 1.0) for x.")
    return Parameter(coefficients, entries=0)


def _slope(x, coefficients):
    """The derivative of a polynomial in x."""
    return polynomial(x, [k * coefficient for k, coefficient in enumerate(coefficients)][1:]) + ops.zeros_like(x)


def _powers(x, coefficients):
    """The derivatives of a polynomial with respect to its coefficients."""
    return list(itertools.accumulate(coefficients[1:], lambda power, _: power * x, initial=ops.ones_like(x)))


@register
class SLAF(Learned):
    """Self-learnable activation function: a polynomial with learned coefficients; it grows fast, so keep its input near 0.

    ``f(x) = polynomial(x, coefficients)``

    Args:
        coefficients: Tuple of two or more finite numbers: the initial coefficients of 1, x, x**2, ... Default (0, 1, 0): the identity,
            and a square term to learn.
        learned: Whether the coefficients are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> SLAF((1.0, 0.0, 2.0))([-1.0, 3.0])
        [3.0, 19.0]

    Reference:
        Goyal, Goyal and Lall, Learning Activation Functions: A new paradigm for understanding Neural Networks, 2019,
        https://arxiv.org/abs/1906.09529
    """

    aliases = ("polynomial",)
    samples = ({}, {"coefficients": (0.5, 1.0, 0.25, 0.125), "channels": 4})

    coefficients: LearnedNumber

    def __init__(self, coefficients: tuple = (0.0, 1.0, 0.0), *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(coefficients=_polynomial(coefficients))

    def fallback(self, x, coefficients):
        return polynomial(x, coefficients)

    def derivative(self, x, coefficients):
        yield _slope(x, coefficients)
        yield _powers(x, coefficients)


@register
class PolyReLU(Learned):
    """A polynomial of the positive part, with learned coefficients, for the feed-forward layers of language models.

    ``f(x) = polynomial(max(x, 0), coefficients)``

    Args:
        coefficients: Tuple of two or more finite numbers: the initial coefficients of 1, the positive part, its square, ... Default
            (0, 1/3, 1/3, 1/3), as in the paper.
        learned: Whether the coefficients are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> PolyReLU()([-1.0, 3.0])
        [0.0, 13.0]

    Reference:
        Zhuo et al., Polynomial Composition Activations: Unleashing the Dynamics of Large Language Models, 2024,
        https://arxiv.org/abs/2411.03884
    """

    samples = ({}, {"coefficients": (0.5, 1.0, 0.25), "channels": 4})

    coefficients: LearnedNumber

    def __init__(self, coefficients: tuple = (0.0, 1 / 3, 1 / 3, 1 / 3), *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(coefficients=_polynomial(coefficients))

    def fallback(self, x, coefficients):
        return polynomial(ops.relu(x), coefficients)

    def derivative(self, x, coefficients):
        above = ops.relu(x)
        yield where(x <= 0, 0.0, _slope(above, coefficients))
        yield _powers(above, coefficients)


@register
class PolyNorm(AlongAxis, Parametric):
    """A variant of PolyReLU for large inputs: each power is divided by its root mean square along an axis.

    ``f(x) = coefficients[0] + coefficients[1] * x / sqrt(mean(x**2) + epsilon)
        + coefficients[2] * x**2 / sqrt(mean(x**4) + epsilon) + coefficients[3] * x**3 / sqrt(mean(x**6) + epsilon)``

    Args:
        coefficients: Tuple of four finite numbers: the initial coefficients of 1, x, x**2 and x**3. In the authors' code they are the bias
            and the weights, with the weights in reverse order. Default (0, 1/3, 1/3, 1/3), as in the paper.
        epsilon: Positive number that prevents a division by 0 in a row of zeros. Default 1e-6, as in the authors' code.
        axis: Integer, the axis to average over. Default -1.
        learned: Whether the coefficients are weights. The layer has one set of them. Default True.
        **kwargs: Their regularizer and constraint: see `Parametric`; and as in every activation: see `Activation`.

    Example:
        >>> PolyNorm()([3.0, -3.0])
        [0.99999996, -0.33333331]

    Reference:
        Zhuo et al., Polynomial Composition Activations: Unleashing the Dynamics of Large Language Models, 2024,
        https://arxiv.org/abs/2411.03884
    """

    samples = (
        {},
        {"coefficients": (0.5, 1.0, -0.25, 0.125), "epsilon": 0.125, "axis": -2},
        {"coefficients": (0.3, 0.7, 0.2, 0.1), "learned": False},
    )
    _recomputed = True  # powers are cheap to compute, and there would be many to keep

    coefficients: LearnedNumber

    def __init__(
        self,
        coefficients: tuple = (0.0, 1 / 3, 1 / 3, 1 / 3),
        epsilon: float = 1e-6,
        axis: int = -1,
        *,
        learned: bool = True,
        **kwargs: Unpack[ParametricOptions],
    ):
        super().__init__(axis, learned=learned, **kwargs)  # pyright: ignore[reportCallIssue]
        self.epsilon = arguments.number("epsilon", epsilon, above=0.0)
        self.learn(coefficients=Parameter(coefficients, entries=4))

    call: Any = Activation.call  # it has no argument `mask`, so Keras passes none

    def fallback(self, x, coefficients):
        end = -lowest(backend.standardize_dtype(x.dtype))
        x = clamp_both(x, end, end)
        # x is divided by a unit, so that powers are only of numbers up to 35. The result does not depend on the unit, so the unit needs no
        # derivative. x is multiplied by the reciprocal, because XLA would take the powers of both parts of a quotient, and these overflow.
        # The bound keeps the reciprocal from underflowing.
        top = largest(abs(x), self.axis)
        unit = clamp_above(where(top < 1, 1.0, top), 1e37, 1e307)
        x = x * (1.0 / unit)
        count = ops.convert_to_tensor(ops.shape(x)[self.axis], dtype=x.dtype)
        result, *others = coefficients
        power, epsilon = 1.0, count * self.epsilon
        for coefficient in others:
            power, epsilon = power * x, epsilon / unit / unit
            result = result + coefficient * ops.sqrt(count) * self._directed(power, epsilon)
        return result

    def _directed(self, y, epsilon):
        """``y / sqrt(sum(y**2) + epsilon)``."""
        squares = y * y
        total = ops.sum(squares, axis=self.axis, keepdims=True) + epsilon
        # y / sqrt(total) is 1 / sqrt(1 + others / y**2), apart from the sign. The derivative of the first form has terms that cancel if
        # y**2 is more than half of the total.
        most = squares > 0.5 * total
        others = ops.sum(where(most, 0.0, squares), axis=self.axis, keepdims=True) + epsilon
        large = where(most, squares, 1.0)
        end = 1.0 / ops.sqrt(1.0 + others / large)
        return where(most, where(y < 0, -end, end), y / ops.sqrt(total))


@register
class Fourier(Learned):
    """A Fourier series with learned coefficients, which starts as a sine.

    ``f(x) = offset + sum(cosines * cos(index(cosines) * x)) + sum(sines * sin(index(sines) * x))``

    The layer before it learns the frequency.

    Args:
        offset: Finite number, or a Keras initializer: the initial mean. Default 0.
        cosines: Tuple of finite numbers: the initial coefficients of cos(x), cos(2x), ... Default five zeros, the rank in the paper.
        sines: Tuple of equally many numbers: the initial coefficients of sin(x), sin(2x), ... Default (1, 0, 0, 0, 0).
        learned: Whether the coefficients are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> Fourier(1.0, (0.0,), (2.0,))([-1.0, 0.0, 1.0])
        [-0.682942, 1.0, 2.682942]

    Reference:
        Liao, Trainable Activation Function in Image Classification, 2020, https://arxiv.org/abs/2004.13271
    """

    aliases = ("fourier_series",)
    samples = ({}, {"offset": 0.5, "cosines": (0.25, 0.125), "sines": (1.0, 0.25), "channels": 4})

    offset: LearnedNumber
    cosines: LearnedNumber
    sines: LearnedNumber

    def __init__(
        self,
        offset: Initial = 0.0,
        cosines: InitialNumbers = (0.0, 0.0, 0.0, 0.0, 0.0),
        sines: InitialNumbers = (1.0, 0.0, 0.0, 0.0, 0.0),
        *,
        learned: bool = True,
        **kwargs: Unpack[LearnedOptions],
    ):
        super().__init__(learned=learned, **kwargs)
        arguments.as_many(cosines=cosines, sines=sines)
        checked = Parameter(cosines, entries=0).checked("cosines", learned)
        self.learn(offset=offset, cosines=checked, sines=Parameter(sines, entries=checked.entries))

    def fallback(self, x, offset, cosines, sines):
        total = offset
        for a, b, (cosine, sine) in zip(cosines, sines, self._harmonics(x, len(sines)), strict=True):
            total = total + a * cosine + b * sine
        return total

    def derivative(self, x, offset, cosines, sines):
        slope, harmonics = ops.zeros_like(x), self._harmonics(x, len(sines))
        for k, (a, b, (cosine, sine)) in enumerate(zip(cosines, sines, harmonics, strict=True), start=1):
            slope = slope + k * (b * cosine - a * sine)
        yield slope
        yield ops.ones_like(x)
        yield from zip(*harmonics, strict=True)

    @staticmethod
    def _harmonics(x, count):
        """The cosine and sine of x, 2 x, ... ``count * x``."""
        # The product k x would round to another angle if x is large. The addition theorem does not need that product.
        c, s = cos(x), sin(x)
        harmonics = [(c, s)]
        for _ in range(count - 1):
            cosine, sine = harmonics[-1]
            harmonics.append((cosine * c - sine * s, sine * c + cosine * s))
        return harmonics


@register
class ABU(Learned):
    """Adaptive blending unit: a sum of other activations with learned coefficients.

    ``f(x) = coefficients[0] * tanh(x) + coefficients[1] * (x if x > 0 else exp(x) - 1) + coefficients[2] * max(x, 0)
        + coefficients[3] * x / (1 + exp(-x)) + coefficients[4] * x``

    The formula is for the default activations.

    Args:
        activations: Tuple of names of activations without weights. Default ("tanh", "elu", "relu", "swish", "linear"), as in the paper.
        coefficients: Tuple of one number for each activation: the initial coefficients. Default None: equal numbers that sum to 1.
        learned: Whether the coefficients are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> ABU(("relu", "linear"), (1.0, -0.5))([-2.0, 2.0])
        [1.0, 1.0]

    Reference:
        Sütfeld, Brieger, Finger, Füllhase and Pipa, Adaptive Blending Units: Trainable Activation Functions for Deep Neural Networks,
        2018, https://arxiv.org/abs/1806.10064
    """

    aliases = ("adaptive_blending_unit",)
    samples = ({}, {"coefficients": (0.5, 0.25, -0.125, 1.0, 0.125), "channels": 4})

    coefficients: LearnedNumber

    def __init__(
        self,
        activations: tuple = ("tanh", "elu", "relu", "swish", "linear"),
        coefficients: tuple | None = None,
        *,
        learned: bool = True,
        **kwargs: Unpack[LearnedOptions],
    ):
        super().__init__(learned=learned, **kwargs)
        if not isinstance(activations, (tuple, list)) or not activations or not all(isinstance(name, str) for name in activations):
            raise TypeError(f"activations must be a tuple of names, such as ('tanh', 'relu'); received {activations!r}.")
        self.activations = list(activations)
        for name, activation in zip(activations, self._pool, strict=True):
            if not isinstance(activation, Activation) or isinstance(activation, AlongAxis) or activation.variables or not activation.built:
                raise ValueError(f"activations must be elementwise, have no weights of their own and draw nothing; received {name!r}.")
        count = len(activations)
        self.learn(coefficients=Parameter((1 / count,) * count if coefficients is None else coefficients, entries=count))

    @functools.cached_property
    def _pool(self):
        """The activations. A cached property hides them from Keras, which would count them as layers of the model."""
        return [get(name) for name in self.activations]

    def _apart(self):
        return super()._apart() | {"_pool"}

    def _key(self, *arguments):
        # The name may belong to another class than when another layer made its kernel. So the classes are part of the key.
        key = super()._key(*arguments)
        return key and (*key, *map(type, self._pool))

    def fallback(self, x, coefficients):
        return sum(c * activation._evaluate(x) for c, activation in zip(coefficients, self._pool, strict=True))
