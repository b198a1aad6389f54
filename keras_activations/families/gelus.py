"""GELU and its relatives: the input times the probability that a normal variable is below it, exactly, clipped or as a polynomial."""

import math

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.elementary import Curve, gelu, held, magnitude, positive_part, where
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Unpack


def _odds(t):
    """``exp(-p)`` and ``dp/dt`` of the tanh form, whose gate for -t is ``sigmoid(-p)``."""
    c = 2 * math.sqrt(2 / math.pi)
    return ops.exp(-c * (t + 0.044715 * t * t * t)), c * (1.0 + 3 * 0.044715 * t * t)


@Curve
def gelu_tanh(x):
    """``x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))``."""
    t = held(magnitude(x), 16.0, 39.0)
    q, _ = _odds(t)
    return positive_part(x) - t * q / (1.0 + q)


@gelu_tanh.derived
def gelu_tanh_slope(x):
    """The derivative of `gelu_tanh`."""
    t = held(magnitude(x), 16.0, 39.0)
    q, slope = _odds(t)
    h = q / (1.0 + q) * (1.0 - t * slope / (1.0 + q))
    return where(x >= 0, 1.0 - h, h)


@register
class GELU(Activation):
    """Gaussian error linear unit: the input times the probability that a normal variable is below it; the default of transformers.

    ``f(x) = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) if approximate else x / 2 * erfc(-x / sqrt(2))``

    Args:
        approximate: False or "none", the default, is the exact form, as in `tf.nn.gelu`; True or "tanh" is the approximation that
            GPT-2 used, and that JAX and `keras.ops.gelu` take by default. It differs by up to 0.0005.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> GELU()([-1.0, 0.0, 1.0])
        [-0.15865526, 0.0, 0.8413447]
        >>> GELU(approximate=True)([-1.0, 0.0, 1.0])
        [-0.158808, 0.0, 0.841192]

    Reference:
        Hendrycks and Gimpel, Gaussian Error Linear Units (GELUs), 2016, https://arxiv.org/abs/1606.08415
    """

    samples = ({}, {"approximate": True})

    def __init__(self, approximate: bool | str = False, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.approximate = arguments.flag("approximate", approximate == "tanh" if approximate in ("none", "tanh") else approximate)

    def fallback(self, x):
        return gelu_tanh(x) if self.approximate else gelu(x)

    def derivative(self, x):
        return gelu_tanh.slope(x) if self.approximate else gelu.slope(x)

    def native(self):
        return NativeOp("gelu", approximate=self.approximate)


@register
class ClippedGELU(Activation):
    """GELU, clipped at two bounds, so that its negative values keep some of the steps of an 8-bit grid.

    ``f(x) = min(max(x / 2 * erfc(-x / sqrt(2)), min_value), max_value)``

    Args:
        min_value: Finite number, the lower bound. Default -10, as in Hugging Face's "gelu_10".
        max_value: Finite number above it, the upper bound. Default 10.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ClippedGELU()([-1.0, 1.0, 20.0])
        [-0.15865526, 0.8413447, 10.0]

    Reference:
        Wu, Judd, Zhang, Isaev and Micikevicius, Integer Quantization for Deep Learning Inference: Principles and Empirical
        Evaluation, 2020, https://arxiv.org/abs/2004.09602
    """

    samples = ({}, {"min_value": -0.125, "max_value": 6.0})

    def __init__(self, min_value: float = -10.0, max_value: float = 10.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.min_value, self.max_value = arguments.bounds(min_value=min_value, max_value=max_value)

    def fallback(self, x):
        y = gelu(x)
        return where(y <= self.min_value, self.min_value, where(y > self.max_value, self.max_value, y))

    def derivative(self, x):
        y = gelu(x)
        return where(y <= self.min_value, 0.0, where(y > self.max_value, 0.0, gelu.slope(x)))


@register
class IGELU(Activation):
    """GELU in second-order polynomials, for inference with integers.

    ``f(x) = 0.1444 * x * max(1.769 + x / sqrt(2), 0)**2 if x <= 0 else x - 0.1444 * x * max(1.769 - x / sqrt(2), 0)**2``

    It differs from GELU by up to 0.02, and its slope jumps at 0, from 0.45 to 0.55.

    Example:
        >>> IGELU()([-1.0, 0.0, 1.0])
        [-0.16282792, 0.0, 0.8371721]

    Reference:
        Kim, Gholami, Yao, Mahoney and Keutzer, I-BERT: Integer-only BERT Quantization, 2021, https://arxiv.org/abs/2101.01321
    """

    aliases = ("gelu_linear",)
    BOUND = 1.769 * math.sqrt(2)

    def fallback(self, x):
        t = held(magnitude(x), self.BOUND, self.BOUND)
        u = self.BOUND - t
        return positive_part(x) - 0.0722 * t * u * u

    def derivative(self, x):
        t = held(magnitude(x), self.BOUND, self.BOUND)
        u = self.BOUND - t
        h = 0.0722 * u * (u - 2.0 * t)
        return where(x > 0, 1.0 - h, h)
