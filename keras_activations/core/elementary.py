"""Elementary functions that several activations share, in two budgets.

The *strict* budget applies unless a kernel says otherwise. Every function here then has an error of about one unit in the last place, and
returns NaN for NaN. Its automatic differentiation is safe: no branch that is not selected can produce a NaN. It uses only operations that
every converter takes: `expm1`, `log1p` and `erf` fail in the conversion to ONNX or LiteRT. The backend's own functions are used in
float64, because nothing in float64 is exported to small devices. They are also used in torch's forward mode, which would differentiate
the fits themselves: each derivative of a fit has two or three digits fewer than the fit.

Under the *everyday* budget they are the backend's functions, with errors of a few epsilon of ``max(1, abs(y))``. `Terms` says which budget
applies to the running kernel. `under` passes it down. It does not depend on the mode, so that kernel="fallback" stays strict.

`lab/fit.py` computes each table of coefficients.
"""

import math

from keras import backend, ops

from .autodiff import HAS_ERF, TRIGONOMETRY, clamped, in_forward_mode, is_compiling, number, select
from .coefficients import (
    ARCTAN_TAIL,
    ERF_DENOMINATOR,
    ERF_NUMERATOR,
    ERF_RATIO,
    EXPM1_TAIL,
    EXPM1_TAIL_DOUBLE,
    HALF_ERFCX_DOUBLE,
    HALF_ERFCX_SINGLE,
    LOG1P_TAIL,
    LOG1P_TAIL_DOUBLE,
    TANH_FRACTION_DOUBLE,
    TANH_FRACTION_SINGLE,
)
from .terms import Curve, is_everyday, is_final, is_light, is_unexported

# Bounds of x, in float32 and in float64. Beyond them, a factor or a term has vanished, and products would overflow.
EXP_VANISHES = 128.0, 800.0
"""Beyond it, ``exp(-x)`` is 0, also times x."""
NORMAL_VANISHES = 16.0, 39.0
"""Beyond it, ``exp(-x**2 / 2)`` is 0, also times x."""
SQUARE_OVERFLOWS = 1e18, 1e153
"""Beyond it, ``1 + x**2`` rounds to ``x**2``, which is about to overflow."""
PRODUCT_OVERFLOWS = 1e30, 1e300
"""Beyond it, x times a large factor overflows."""

sin, cos = TRIGONOMETRY.sin, TRIGONOMETRY.cos


def where(condition, a, b):
    """a where the condition is true, else b. At most one of them may be a number. It gets the dtype of the other one.

    On torch, `keras.ops.where` converts a number to floatx, which rounds it if the other one is float64.
    """
    if isinstance(a, float):
        a = number(a, b)
    elif isinstance(b, float):
        b = number(b, a)
    return select(condition, a, b)


def expm1(x):
    """``exp(x) - 1`` without cancellation near 0."""
    if is_everyday():
        return ops.expm1(x) if is_light() else ops.exp(x) - 1.0
    # The backends' own expm1 has the derivative y + 1, which cancels if x is far below 0.
    near = abs(x) < 0.69
    z = where(near, x, 0.0)
    return where(near, z + z * z * polynomial(z, EXPM1_TAIL_DOUBLE if needs_long_series(x) else EXPM1_TAIL), ops.exp(x) - 1.0)


def log1p(z):
    """``log(1 + z)`` for z >= -1/2 without cancellation near 0."""
    if is_light():
        return ops.log1p(z)
    if is_everyday():
        # OpenVINO's logarithm has an error of 1e-6 near 1, which later operations may multiply. The quotient has an error of z**3 / 12.
        return where(abs(z) < 2.0**-12, z / (1.0 + 0.5 * z), ops.log(1.0 + z))
    far = z > 1.0
    near = where(far, 0.0, z)
    u = near / (2.0 + near)
    w = u * u
    # 2 u is z - z u. The first term has no rounding error.
    return where(far, ops.log(1.0 + z), near - u * (near - w * polynomial(w, LOG1P_TAIL_DOUBLE if needs_long_series(z) else LOG1P_TAIL)))


def log1p_quotient(z):
    """``log(1 + z) / z`` for z from 0 to 1. It is 1 at 0."""
    u = z / (2.0 + z)
    return 1.0 - u * (1.0 - u * polynomial(u * u, LOG1P_TAIL_DOUBLE if needs_long_series(z) else LOG1P_TAIL) / (2.0 + z))


def expm1_rest(x):
    """``exp(x) - 1 - x`` without cancellation near 0."""
    if is_everyday():
        return ops.exp(x) - 1.0 - x
    near = abs(x) < 0.69
    z = where(near, x, 0.0)
    return where(near, z * z * polynomial(z, EXPM1_TAIL_DOUBLE if needs_long_series(x) else EXPM1_TAIL), ops.exp(x) - 1.0 - x)


def tanh_parts(x):
    """(y, D) with ``tanh(x) = x D / (y + D)`` and ``x - tanh(x) = x y / (y + D)``, for abs(x) < 1.5. They are those of 0 beyond."""
    z = where(abs(x) < 1.5, x, 0.0)
    y = z * z
    return y, polynomial(y, TANH_FRACTION_DOUBLE if needs_long_series(x) else TANH_FRACTION_SINGLE)


@Curve
def tanh(x):
    """``tanh(x)``."""
    if is_everyday():
        return ops.tanh(x)
    y, fraction = tanh_parts(x)
    e = ops.exp(-2.0 * clamp_above(magnitude(x), 64.0, 400.0))
    far = 1.0 - 2.0 * e / (1.0 + e)
    return where(abs(x) < 0.7, x * fraction / (y + fraction), where(x >= 0, far, -far))


@tanh.derived_by_value
def tanh_slope(x, y=None):
    """The derivative of `tanh`."""
    if is_everyday():
        t = ops.tanh(x) if y is None else y
        return 1.0 - t * t
    near = abs(x) < 0.5
    z = where(near, x, 0.0)
    y, fraction = tanh_parts(z)
    t = z * fraction / (y + fraction)
    # TensorFlow's forward mode multiplies the derivative 0 of the number 2 by the other factor, which must not be infinite.
    e = ops.exp(-2.0 * clamp_above(magnitude(x), 64.0, 400.0))
    # The derivative of the second form is a difference, which cancels near 0.
    return where(near, 1.0 - t * t, 4.0 * e / ((1.0 + e) * (1.0 + e)))


def exp(x):
    """``exp(x)`` up to the largest number. The exp of LiteRT and of OpenVINO is infinite from 88.4 on, which is 0.3 too early."""
    if is_double(x) or is_unexported():
        return ops.exp(x)
    if is_everyday():
        root = ops.exp(0.5 * x)
        return root * root
    far = x > 64.0
    # The difference x - 1 has no rounding error. Neither choice is infinite, because tf2onnx converts `where` to a sum of products.
    return ops.exp(where(far, x - 1.0, x)) * where(far, math.e, ops.ones_like(x))


@Curve
def sigmoid(x):
    """``1 / (1 + exp(-x))``."""
    if is_everyday():
        return ops.sigmoid(x)
    e = ops.exp(-magnitude(x))
    return where(x >= 0, 1.0, e) / (1.0 + e)


@sigmoid.derived_by_value
def sigmoid_slope(x, y=None):
    """The derivative of `sigmoid`."""
    if is_everyday():
        s = ops.sigmoid(x) if y is None else y
        return s * (1.0 - s)
    e = ops.exp(-magnitude(x))
    return e / ((1.0 + e) * (1.0 + e))


@Curve
def softplus(x):
    """``log(1 + exp(x))``, whose derivative is `sigmoid`."""
    if is_light():
        return ops.softplus(x)
    return positive_part(x) + log1p(ops.exp(-magnitude(x)))


softplus.derived(sigmoid)


@Curve
def gelu(x):
    """``x Phi(x)``, where Phi is the distribution function of the normal distribution."""
    if is_light() and hasattr(ops, "gelu"):
        return ops.gelu(clamp_below(x, *NORMAL_VANISHES), approximate=False)
    if is_everyday():
        # LiteRT recognizes its own operator in this form. ONNX takes erf but not erfc.
        z = clamp_below(x, *NORMAL_VANISHES)
        return 0.5 * z * (1.0 + _everyday_erf(z * math.sqrt(0.5)))
    t = clamp_above(magnitude(x), *NORMAL_VANISHES)
    gaussian, scaled = normal_tail(t)
    return positive_part(x) - t * gaussian * scaled


@gelu.derived
def gelu_slope(x):
    """The derivative of `gelu`."""
    if is_everyday():
        z = clamp_both(x, *NORMAL_VANISHES)
        return 0.5 * (1.0 + _everyday_erf(z * math.sqrt(0.5))) + z * ops.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    t = clamp_above(magnitude(x), *NORMAL_VANISHES)
    gaussian, scaled = normal_tail(t)
    h = gaussian * (scaled - t / math.sqrt(2 * math.pi))
    return where(x >= 0, 1.0 - h, h)


def _everyday_erf(x):
    """The error function within a few epsilon, for finite x."""
    if HAS_ERF or is_double(x):
        return ops.erf(x)
    z = clamped(x, -4.0, 4.0)
    w = z * z
    near = z * polynomial(w, ERF_NUMERATOR) / polynomial(w, ERF_DENOMINATOR)
    # The quotient is nearly 1 at 3.95, which a large factor would magnify.
    return where(x > 3.95, 1.0, where(x < -3.95, -1.0, near))


@Curve
def erf(x):
    """The error function."""
    if needs_long_series(x):
        return ops.erf(clamp_both(x, 6.0, 6.0))  # TensorFlow's erf is NaN for huge numbers
    if is_unexported():
        return _everyday_erf(clamp_both(x, 6.0, 6.0))
    t = clamp_above(magnitude(x), 6.0, 6.0)
    near = t < 1.0
    z = where(near, x, 0.0)
    gaussian, scaled = normal_tail(math.sqrt(2) * t)
    far = 1.0 - 2.0 * gaussian * scaled
    return where(near, z * polynomial(z * z, ERF_RATIO), where(x >= 0, far, -far))


@erf.derived
def erf_slope(x):
    """The derivative of `erf`."""
    if is_everyday():
        z = clamp_both(x, *NORMAL_VANISHES)
        return 2 / math.sqrt(math.pi) * ops.exp(-z * z)
    square, error = _squared(clamp_above(magnitude(x), *NORMAL_VANISHES))
    return 2 / math.sqrt(math.pi) * (ops.exp(-square) * (1.0 - error))


# The derivative of arctan is close to underflow at these bounds of float32 and float64. The square of a larger number may overflow.
_ARCTAN_BOUNDS = 2.0**62, 2.0**510


@Curve
def arctan(x):
    """``atan(x)``."""
    if needs_long_series(x) or is_light():
        return TRIGONOMETRY.arctan(clamp_both(x, *_ARCTAN_BOUNDS))
    t = magnitude(x)
    far = t > 1.0
    # atan(t) = pi/2 - atan(1 / t)
    near = arctan_near(where(far, 1.0, t) / where(far, t, 1.0))
    near = where(far, math.pi / 2 - near, near)
    return where(x < 0, -near, near)


def arctan_near(u):
    """``atan(u)`` for 0 <= u <= 1."""
    if needs_long_series(u) or is_light():
        return TRIGONOMETRY.arctan(u)
    w = u * u
    return u + u * w * polynomial(w, ARCTAN_TAIL)


@arctan.derived
def arctan_slope(x):
    """The derivative of `arctan`."""
    z = clamp_both(x, *_ARCTAN_BOUNDS)
    return 1.0 / (1.0 + z * z)


@Curve
def inverse_root(x, alpha):
    """``x / sqrt(1 + alpha x**2)``."""
    z, s = _over_root(x, alpha)
    return z * ops.rsqrt(s) if is_everyday() else z / ops.sqrt(s)


@inverse_root.derived
def inverse_root_slope(x, alpha):
    """The derivative of `inverse_root`."""
    _, s = _over_root(x, alpha)
    if is_everyday():
        r = ops.rsqrt(s)
        return r * r * r
    # grappler would replace 1 / s by an approximate Reciprocal. The factors of 2 prevent that.
    return 2.0 / (2.0 * s * ops.sqrt(s))


def _over_root(x, alpha):
    """x, clamped, and ``1 + alpha x**2``."""
    # The derivative is close to underflow at the bound. Powers of larger numbers may overflow.
    z = clamp_both(x, 2.0**41 / math.sqrt(alpha), 2.0**339 / math.sqrt(alpha))
    return z, 1.0 + alpha * z * z


def gaussian(t):
    """``exp(-t**2 / 2)`` for 0 <= t < 64."""
    if is_everyday():
        return ops.exp(-0.5 * t * t)
    square, error = _squared(t)
    return ops.exp(-0.5 * square) * (1.0 - 0.5 * error)


def _squared(t):
    """``t**2`` for 0 <= t < 64, and its rounding error, which an exponential would magnify t**2 times."""
    square = t * t
    coarse = floor(128.0 * t) / 128.0
    return square, (coarse * coarse - square) + (t - coarse) * (t + coarse)


def normal_tail(t):
    """``(exp(-t**2 / 2), half_erfcx(t))`` for 0 <= t <= 16 (39 in float64): their product is ``Phi(-t)``, the normal tail."""
    return gaussian(t), half_erfcx(t)


def half_erfcx(t):
    """``erfcx(t / sqrt(2)) / 2`` for 0 <= t <= 16 (39 in float64): a smooth function that falls from 1/2 to 0."""
    return polynomial((t - 3.5) / (t + 3.5), HALF_ERFCX_DOUBLE if needs_long_series(t) else HALF_ERFCX_SINGLE)


def floor(x):
    """``floor(x)`` in the dtype of x. On torch, `keras.ops.floor` converts float64 to float32."""
    return ops.cast(ops.floor(x), x.dtype)


def magnitude(x):
    """``abs(x)`` with derivative 1 at 0. A function that uses it then has its one-sided derivative at 0, and not the derivative 0."""
    if is_final():
        return abs(x)
    return where(x < 0, -x, x)


def clamp_above(t, single, double):
    """t, clamped at a bound beyond which a factor of t has underflowed. ``t exp(-t)`` is then 0 at infinity and not NaN.

    The derivative beyond the bound is 0, too, even where the upstream gradient has overflowed.
    """
    bound = double if is_double(t) else single
    if is_everyday():
        return clamped(t, high=bound)
    return where(t > bound, bound, t)


def clamp_below(x, single, double):
    """x, clamped from below at minus a bound, as in `clamp_above`."""
    if is_everyday():
        return clamped(x, low=-(double if is_double(x) else single))
    return -clamp_above(-x, single, double)


def gated(gate, x):
    """``gate * x``. It is 0 where the gate is 0, also if x is infinite."""
    return scaled(gate, x) if is_everyday() else where(gate == 0, 0.0, x * gate)


def clamp_both(x, single, double):
    """x, clamped between minus and plus a bound, as in `clamp_above`."""
    if is_everyday():
        bound = double if is_double(x) else single
        return clamped(x, -bound, bound)
    return -clamp_above(-clamp_above(x, single, double), single, double)


def between(x, low, high):
    """1 where low < x <= high or x is NaN, else 0."""
    return ops.cast(ops.logical_not(ops.logical_or(x <= low, x > high)), x.dtype)


def finite(x):
    """x, with infinity replaced by the largest number of its dtype."""
    end = -lowest(backend.standardize_dtype(x.dtype))
    return clamp_both(x, end, end)


def positive_part(x):
    """``max(x, 0)`` with derivative 1 at 0, which fits the derivative of `magnitude` at 0. NaN stays NaN."""
    if is_final():
        return ops.relu(x)
    return where(x < 0, 0.0, x)


def scaled(slope, x):
    """``slope * x``. It is 0 where the slope is 0, also if x is infinite."""
    if is_everyday():
        return slope * finite(x)
    return slope * where(ops.logical_and(abs(x) == math.inf, slope == 0), 0.0, x)


def polynomial(x, coefficients):
    """``c[0] + c[1] x + c[2] x**2 + ...`` by Horner's rule."""
    *lower, result = coefficients
    for coefficient in reversed(lower):
        result = result * x + coefficient
    return result


def largest(x, axis):
    """The maximum along the axis, by which x is shifted or scaled. The results do not depend on it, so it needs no derivative."""
    # Keras refuses an empty batch if there is no initial value.
    if not is_compiling():
        return ops.stop_gradient(ops.max(x, axis=axis, keepdims=True, initial=-math.inf))
    # An initial value makes torch's Dynamo break the graph (Keras 3.15).
    if 0 in x.shape:
        return ops.full((1,) * len(x.shape), -math.inf, dtype=x.dtype)
    return ops.stop_gradient(ops.amax(x, axis=axis, keepdims=True))


def lowest(dtype):
    """The lowest finite number of a dtype."""
    fractions, exponent = {"float64": (53, 1024), "float32": (24, 128), "bfloat16": (8, 128), "float16": (11, 16)}[dtype]
    return -math.ldexp(1 - 2.0**-fractions, exponent)


def is_double(x):
    """Whether x is float64."""
    return backend.standardize_dtype(x.dtype) == "float64"


def needs_long_series(x):
    """Whether to use the long tables and the backend's own functions."""
    return is_double(x) or in_forward_mode()
