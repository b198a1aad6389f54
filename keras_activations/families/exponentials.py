"""Exponentials: they grow without a line that they approach."""

from keras import ops

from ..catalogue.registry import register
from ..core.activation import Activation
from ..core.coefficients import EXPM1_TAIL, EXPM1_TAIL_DOUBLE, LOG1P_TAIL, LOG1P_TAIL_DOUBLE
from ..core.elementary import EXP_VANISHES, PRODUCT_OVERFLOWS, clamp_above, clamp_both, exp, needs_long_series, polynomial, scaled, where
from ..core.kernels import NativeOp
from ..core.options import Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned


@register
class Exponential(Activation):
    """The exponential, for outputs that are positive by nature, such as rates.

    ``f(x) = exp(x)``

    It overflows early: above 88 in float32.

    Example:
        >>> Exponential()([-1.0, 0.0, 1.0])
        [0.36787945, 1.0, 2.7182817]

    Reference:
        The exponential function, offered as `keras.activations.exponential`: https://keras.io/api/layers/activations/
    """

    aliases = ("exp",)

    def fallback(self, x):
        return exp(x)

    def native(self):
        return NativeOp("exp")


@register
class SoftExponential(Learned):
    """A logarithm, the identity or an exponential, as a learned parameter selects: a network of them can add and multiply.

    ``f(x) = -log(1 - alpha * (x + alpha)) / alpha if alpha < 0 else (exp(alpha * x) - 1) / alpha + alpha if alpha > 0 else x``

    For a negative alpha, the logarithm does not exist below ``1 / alpha - alpha``. The value there is a large negative number, and the
    gradient is 0. For a positive alpha, the exponential overflows early.

    Args:
        alpha: Finite number, or a Keras initializer. Default 0, which is the identity. The gradient of alpha is ``1 + x**2 / 2`` there.
        learned: Whether alpha is a weight. Default True.
        **kwargs: How alpha is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> SoftExponential(alpha=0.5)([-2.0, 0.0, 2.0])
        [-0.76424116, 0.5, 3.9365637]
        >>> SoftExponential(alpha=-0.5)([0.0, 2.0])
        [-0.5753642, 1.1192316]

    Reference:
        Godfrey and Gashler, A continuum among logarithmic, linear, and exponential functions, and its potential to improve
        generalization in neural networks, 2015, https://arxiv.org/abs/1602.01321
    """

    samples = ({"learned": False}, {"alpha": 0.375, "channels": 4}, {"alpha": -0.0625, "channels": 4}, {"alpha": 0.7, "learned": False})

    alpha: LearnedNumber

    def __init__(self, alpha: Initial = 0.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha)

    # Near 0, both quotients are computed as a series times x or times y = x + alpha, so that nothing is divided by alpha.

    @staticmethod
    def _exponential(x, alpha):
        """(u, near, z): u is alpha x, clamped from below; near is whether u is near 0; z is u if near, else 0."""
        u = -clamp_above(-scaled(alpha, x), *EXP_VANISHES)
        near = abs(u) < 0.69
        return u, near, where(near, u, 0.0)

    @staticmethod
    def _logarithm(y, alpha):
        """(power, near, z): power is ``1 - alpha y``, at least 1e-37; near is whether it is near 1; z is ``alpha y`` if near, else 0."""
        power = 1.0 - alpha * y
        near = abs(power - 1.25) <= 0.75
        return where(power < 1e-37, 1e-37, power), near, where(near, alpha * y, 0.0)

    @staticmethod
    def _split(x, alpha):
        """Whether alpha is negative; x and alpha for the exponential; y and alpha for the logarithm."""
        alpha = ops.convert_to_tensor(alpha, dtype=x.dtype)
        negative = alpha < 0
        return negative, where(negative, 0.0, x), where(negative, 0.0, alpha), where(negative, x + alpha, 0.0), where(negative, alpha, -1.0)

    def fallback(self, x, alpha):
        negative, x, above, y, below = self._split(x, alpha)
        double = needs_long_series(x)
        u, near, z = self._exponential(x, above)
        series = x + clamp_both(x, *PRODUCT_OVERFLOWS) * z * polynomial(z, EXPM1_TAIL_DOUBLE if double else EXPM1_TAIL)
        growing = where(near, series, (ops.exp(u) - 1.0) / where(near, 1.0, above)) + above
        power, near, z = self._logarithm(y, below)
        w = z / (2.0 - z) * (z / (2.0 - z))
        series = y / (2.0 - z) * (2.0 + w * polynomial(w, LOG1P_TAIL_DOUBLE if double else LOG1P_TAIL))
        return where(negative, where(near, series, -ops.log(power) / below), growing)

    def derivative(self, x, alpha):
        negative, x, above, y, below = self._split(x, alpha)
        double = needs_long_series(x)
        u, near, z = self._exponential(x, above)
        tail = EXPM1_TAIL_DOUBLE if double else EXPM1_TAIL
        series = x * x * polynomial(z, tuple((k + 1) * c for k, c in enumerate(tail)))
        divisor = where(near, 1.0, above)
        growing = where(near, series, (1.0 + (u - 1.0) * ops.exp(u)) / divisor / divisor) + 1.0
        power, near, z = self._logarithm(y, below)
        slope = where(power <= 1e-37, 0.0, 1.0 / power)
        w = z / (2.0 - z) * (z / (2.0 - z))
        cube = (2.0 - z) * (2.0 - z) * (2.0 - z)
        series = y * y * (1.0 / ((1.0 - z) * (2.0 - z)) - z * polynomial(w, LOG1P_TAIL_DOUBLE if double else LOG1P_TAIL) / cube)
        shrinking = where(near, series, (ops.log(power) + slope - 1.0) / below / below) + slope
        return where(negative, slope, ops.exp(u)), where(negative, shrinking, growing)
