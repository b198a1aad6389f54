"""Radial units: bumps and bowls, whose value depends on the distance from a center, or nearly so."""

import math

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.elementary import clamp_above, clamp_both, expm1, gaussian, inverse_root, is_double, log1p, magnitude, tanh, where
from ..core.options import ActivationOptions, Unpack
from ..core.terms import is_everyday


@register
class Gaussian(Activation):
    """A bell curve around 0, for radial basis functions and coordinate networks: only inputs near 0 give a large output.

    ``f(x) = exp(-(x / sigma)**2 / 2)``

    The bias of the layer before it can move the center.

    Args:
        sigma: Positive number, the standard deviation. Default 1. Write ``sigma=0.5**0.5`` for ``exp(-x**2)``, another convention.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Gaussian()([-1.0, 0.0, 2.0])
        [0.60653067, 1.0, 0.13533528]

    Reference:
        Broomhead and Lowe, Multivariable functional interpolation and adaptive networks, 1988,
        https://www.complex-systems.com/abstracts/v02_i03_a05/
    """

    samples = ({}, {"sigma": 0.3})

    def __init__(self, sigma: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.sigma = arguments.number("sigma", sigma, above=0.0)

    def fallback(self, x):
        return gaussian(clamp_above(magnitude(x / self.sigma), 16.0, 40.0))

    def derivative(self, x):
        z = clamp_both(x / self.sigma, 16.0, 40.0)
        return -z / self.sigma * gaussian(magnitude(z))


def _radius(x, center, width):
    """``sqrt((x - center)**2 + width**2)``. The squares do not overflow under the strict budget."""
    distance = x - center
    if is_everyday():
        return ops.sqrt(distance * distance + width * width)
    distance = magnitude(distance)
    z = distance / width
    # The width is lost in the rounding of the sum above this bound.
    bound = 2.0**60 if is_double(x) else 2.0**26
    return where(z > bound, distance, width * ops.sqrt(1.0 + clamp_above(z, bound, bound) * clamp_above(z, bound, bound)))


@register
class Multiquadric(Activation):
    """A bowl around a center: a hyperbola, whose slopes are -1 and 1 far away.

    ``f(x) = sqrt((x - center)**2 + width**2)``

    Args:
        center: Finite number: the position of the minimum. Default 0.
        width: Positive number, the value at the center. Default 1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Multiquadric(center=1.0, width=3.0)([-3.0, 1.0, 5.0])
        [5.0, 3.0, 5.0]

    Reference:
        Hardy, Multiquadric equations of topography and other irregular surfaces, 1971, https://doi.org/10.1029/JB076i008p01905
    """

    aliases = ("multiquadratic",)
    samples = ({}, {"center": 0.3, "width": 2.5})

    def __init__(self, center: float = 0.0, width: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.center = arguments.number("center", center)
        self.width = arguments.number("width", width, above=0.0)

    def fallback(self, x):
        return _radius(x, self.center, self.width)

    def derivative(self, x):
        return inverse_root((x - self.center) / self.width, 1.0)


@register
class InverseMultiquadric(Activation):
    """The reciprocal of Multiquadric: a bump around a center, with heavier tails than those of Gaussian.

    ``f(x) = 1 / sqrt((x - center)**2 + width**2)``

    Args:
        center: Finite number: the position of the maximum. Default 0.
        width: Positive number, the reciprocal of the value at the center. Default 1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> InverseMultiquadric(center=1.0, width=3.0)([-3.0, 1.0, 5.0])
        [0.2, 0.33333334, 0.2]

    Reference:
        After Hardy, Multiquadric equations of topography and other irregular surfaces, 1971, https://doi.org/10.1029/JB076i008p01905
    """

    aliases = ("inv_multiquadratic", "inverse_multiquadratic")
    samples = ({}, {"center": 0.3, "width": 2.5})

    def __init__(self, center: float = 0.0, width: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.center = arguments.number("center", center)
        self.width = arguments.number("width", width, above=0.0)

    def fallback(self, x):
        return 1.0 / _radius(x, self.center, self.width)

    def derivative(self, x):
        # The derivative is close to underflow at the bound. The square of a larger number may overflow.
        z = clamp_both((x - self.center) / self.width, 2.0**62, 2.0**510)
        s = 1.0 + z * z
        return -(z / s) / ops.sqrt(s) / self.width**2


@register
class LogCosh(Activation):
    """A bowl whose derivative is tanh: it is like a parabola near 0, and like abs(x) - log(2) far away.

    ``f(x) = log((exp(x) + exp(-x)) / 2)``

    Example:
        >>> LogCosh()([-1.0, 0.0, 1.0])
        [0.43378082, 0.0, 0.43378082]

    Reference:
        Offered as `NNlib.logcosh` in Flux: https://github.com/FluxML/NNlib.jl
    """

    def fallback(self, x):
        t = magnitude(x)
        if is_everyday():
            return (t - math.log(2.0)) + log1p(ops.exp(-2.0 * t))
        # cosh(t) - 1 = (1 - u)**2 / (2 u) with u = exp(-t) is accurate near 0. The form for a large t would cancel there.
        tail = expm1(-where(t < 1.0, t, 0.0))
        far = (t - math.log(2.0)) + log1p(ops.exp(-2.0 * t))
        return where(t < 1.0, log1p(tail * tail / (2.0 * (1.0 + tail))), far)

    def derivative(self, x):
        return tanh(x)


@register
class Seagull(Activation):
    """An even function that grows like a logarithm, for targets that do not depend on the order of their variables.

    ``f(x) = log(1 + x**2)``

    Example:
        >>> Seagull()([-1.0, 0.0, 2.0])
        [0.6931472, 0.0, 1.609438]

    Reference:
        Gao and Zhang, A Use of Even Activation Functions in Neural Networks, 2020, https://arxiv.org/abs/2011.11713
    """

    def fallback(self, x):
        if is_everyday():
            return log1p(x * x)
        t = magnitude(x)
        # The 1 is lost in the rounding of 1 + t**2 above this bound, and the square may overflow.
        bound = 2.0**30
        near = clamp_above(t, bound, bound)
        return where(t > bound, 2.0 * ops.log(where(t > bound, t, 1.0)), log1p(near * near))

    def derivative(self, x):
        if is_everyday():
            z = clamp_both(x, 2.0**62, 2.0**510)
            return 2.0 * z / (1.0 + z * z)
        far = abs(x) > 2.0**30
        near = where(far, 1.0, x)
        return where(far, 2.0 / where(far, x, 1.0), 2.0 * near / (1.0 + near * near))


@register
class BentIdentity(Activation):
    """The identity, bent at 0: a hyperbola whose slope rises from 1/2 to 3/2, so that it never saturates.

    ``f(x) = (sqrt(x**2 + 1) - 1) / 2 + x``

    Example:
        >>> BentIdentity()([-1.0, 0.0, 1.0])
        [-0.79289323, 0.0, 1.2071067]

    Reference:
        Offered as `e3x.nn.bent_identity` in E3x: https://e3x.readthedocs.io
    """

    aliases = ("bent_id",)

    @staticmethod
    def _parts(x):
        """(z, r) with ``r = sqrt(z**2 + 1)``. z is x, clamped at a bound where the ratio of r and abs(z) rounds to 1."""
        z = clamp_both(x, 2.0**26, 2.0**60)
        return z, ops.sqrt(z * z + 1.0)

    def fallback(self, x):
        # r - 1 would cancel near 0, so it is computed as z**2 / (r + 1).
        z, r = self._parts(x)
        return x * (1.0 + z / (2.0 * (r + 1.0)))

    def derivative(self, x):
        z, r = self._parts(x)
        return 1.0 + z / (2.0 * r)


@register
class Hat(Activation):
    """A triangle from 0 to a width, and 0 elsewhere: the linear B-spline, with which networks learn high frequencies as fast as low ones.

    ``f(x) = 0 if x <= 0 else x if x <= width / 2 else width - x if x <= width else 0``

    Args:
        width: Positive number, twice the height. Default 2, as in the papers.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Hat()([-1.0, 0.5, 1.0, 1.75, 3.0])
        [0.0, 0.5, 1.0, 0.25, 0.0]

    Reference:
        Wang, Xu and Zhu, CNNs with Compact Activation Function, 2022, https://doi.org/10.1007/978-3-031-08754-7_40, and Hong, Siegel,
        Tan and Xu, On the Activation Function Dependence of the Spectral Bias of Neural Networks, 2022,
        https://arxiv.org/abs/2208.04924
    """

    samples = ({}, {"width": 0.75})

    def __init__(self, width: float = 2.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.width = arguments.number("width", width, above=0.0)

    def fallback(self, x):
        falling = where(x > self.width, 0.0, self.width - x)
        return where(x <= 0, 0.0, where(x > self.width / 2, falling, x))


@register
class Absolute(Activation):
    """The absolute value, for features whose sign does not matter; its derivative at 0 is 0.

    ``f(x) = abs(x)``

    Example:
        >>> Absolute()([-2.0, 0.0, 3.0])
        [2.0, 0.0, 3.0]

    Reference:
        Jarrett, Kavukcuoglu, Ranzato and LeCun, What is the Best Multi-Stage Architecture for Object Recognition?, 2009,
        https://doi.org/10.1109/ICCV.2009.5459469
    """

    aliases = ("abs",)

    def fallback(self, x):
        if is_everyday():
            return ops.abs(x)
        # The backends' own functions have different derivatives at 0.
        return where(x == 0, 0.0, magnitude(x))
