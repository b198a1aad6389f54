"""Softpluses: smooth approximations of max(x, 0), and functions made of them."""

import math

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.elementary import (
    SQUARE_OVERFLOWS,
    clamp_above,
    clamp_below,
    clamp_both,
    expm1,
    is_double,
    log1p,
    magnitude,
    positive_part,
    sigmoid,
    softplus,
    where,
)
from ..core.kernels import NativeOp
from ..core.options import ActivationOptions, Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned, Parameter
from ..core.terms import is_everyday, is_final, is_unexported


@register
class Softplus(Activation):
    """Smooth ReLU whose derivative is the sigmoid, for outputs that must stay positive, such as a standard deviation.

    ``f(x) = log(1 + exp(beta * x)) / beta``

    PyTorch's softplus also has a threshold, and returns x beyond it. The threshold only prevents an overflow, which cannot happen here.
    `get` accepts the threshold from users of PyTorch, but nothing depends on it.

    Args:
        beta: Positive number; a larger one is nearer to ReLU. Default 1, as everywhere.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Softplus()([-1.0, 0.0, 1.0])
        [0.3132617, 0.6931472, 1.3132617]

    Reference:
        Dugas, Bengio, Bélisle, Nadeau and Garcia, Incorporating Second-Order Functional Knowledge for Better Option Pricing, 2000,
        https://papers.nips.cc/paper/2000/hash/44968aece94f667e4095002d140b5896-Abstract.html
    """

    aliases = ("softrelu",)
    samples = ({}, {"beta": 2.5})

    def __init__(self, beta: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.beta = arguments.number("beta", beta, above=0.0)

    def fallback(self, x):
        return positive_part(x) + log1p(ops.exp(-self.beta * magnitude(x))) / self.beta

    def derivative(self, x):
        return sigmoid(self.beta * x)

    def native(self):
        return NativeOp("softplus") if self.beta == 1.0 else None


@register
class ShiftedSoftplus(Activation):
    """Softplus, shifted down through 0: all its derivatives are continuous, which models of molecules need for their forces.

    ``f(x) = log((1 + exp(x)) / 2)``

    Example:
        >>> ShiftedSoftplus()([-1.0, 0.0, 1.0])
        [-0.37988549, 0.0, 0.62011451]

    Reference:
        Schütt, Kindermans, Sauceda, Chmiela, Tkatchenko and Müller, SchNet: A continuous-filter convolutional neural network for
        modeling quantum interactions, 2017, https://arxiv.org/abs/1706.08566
    """

    def fallback(self, x):
        # f(x) = x + f(-x). The form log(1 + (exp(-t) - 1) / 2) keeps the digits that the subtraction of log(2) would lose.
        return positive_part(x) + log1p(expm1(-magnitude(x)) / 2.0)

    def derivative(self, x):
        return sigmoid(x)


@register
class SqrtSoftplus(Activation):
    """The square root of softplus: positive scores that grow slowly, for routers of mixtures of experts.

    ``f(x) = sqrt(log1p(exp(x)))``

    Example:
        >>> SqrtSoftplus()([-1.0, 0.0, 1.0])
        [0.55969787, 0.8325546, 1.1459763]

    Reference:
        Offered by Hugging Face Transformers as "sqrtsoftplus":
        https://github.com/huggingface/transformers/blob/main/src/transformers/activations.py
    """

    @staticmethod
    def _parts(x):
        """(m, s, tail) with ``f(x) = s * tail`` and ``s = f(m)``. The tail is 1 except far below 0, where softplus may underflow."""
        low = -40.0 if is_double(x) else -20.0
        far = x < low
        m = where(far, low, x)
        return m, ops.sqrt(softplus(m)), ops.exp(where(far, x - low, 0.0) / 2.0)

    def fallback(self, x):
        if is_final() and is_unexported():  # the root of OpenVINO's softplus has few digits
            return ops.sqrt(softplus(x))
        _, s, tail = self._parts(x)
        return s * tail

    def derivative(self, x):
        if is_everyday():
            z = clamp_below(x, 40.0, 400.0)
            return sigmoid(z) / (2.0 * ops.sqrt(softplus(z)))
        m, s, tail = self._parts(x)
        return sigmoid(m) / (2.0 * s) * tail


def swoosh(x, offset, shift, at_zero):
    """``log(1 + exp(x - offset)) - 0.08 x - shift``. The value at 0 is an argument, because the difference has few digits there."""
    if is_final():
        z = x - offset
        return ops.maximum(0.92 * z, -0.08 * z) + log1p(ops.exp(-magnitude(z))) - (0.08 * offset + shift)
    far = ops.logical_or(x > offset, x < -0.69)
    line = where(x > offset, 0.92 * x - (offset + shift), where(far, -shift, ops.full_like(x, at_zero)) - 0.08 * x)
    # Far from 0, log1p takes exp(-abs(x - offset)). Near 0, log1p(near) is the softplus minus its value at 0, and vanishes with x.
    e, scale = ops.exp(-magnitude(x)), math.exp(offset)
    near = expm1(where(far, 0.0, x)) / (1.0 + scale)
    return line + log1p(where(far, where(x > offset, e * scale, e / scale), near))


@register
class SwooshL(Activation):
    """A softplus, shifted to the right, minus a line: a smooth dip without a flat side.

    ``f(x) = log(1 + exp(x - 4)) - 0.08 * x - 0.035``

    It is negative at 0. SwooshR is 0 there, up to rounding of its constant.

    Example:
        >>> SwooshL(kernel="fallback")([-1.0, 0.0, 1.0])
        [0.051715348, -0.016850073, -0.06641265]

    Reference:
        Yao, Guo, Yang, Kang, Kuang, Yang, Jin, Lin and Povey, Zipformer: A faster and better encoder for automatic speech recognition,
        2023, https://arxiv.org/abs/2310.11230
    """

    def fallback(self, x):
        return swoosh(x, 4.0, 0.035, at_zero=-0.016850072082190262)

    def derivative(self, x):
        return sigmoid(x - 4.0) - 0.08


@register
class SwooshR(Activation):
    """A softplus, shifted to the right, minus a line, through 0: the dip of Swish without its flat side.

    ``f(x) = log(1 + exp(x - 1)) - 0.08 * x - 0.313261687``

    Example:
        >>> SwooshR(kernel="fallback")([-1.0, 0.0, 1.0])
        [-0.106333679, 5.1822282e-10, 0.299885494]

    Reference:
        Yao, Guo, Yang, Kang, Kuang, Yang, Jin, Lin and Povey, Zipformer: A faster and better encoder for automatic speech recognition,
        2023, https://arxiv.org/abs/2310.11230
    """

    def fallback(self, x):
        return swoosh(x, 1.0, 0.313261687, at_zero=5.182228231658682e-10)

    def derivative(self, x):
        return sigmoid(x - 1.0) - 0.08


@register
class Squareplus(Activation):
    """Softplus without exponentials: a hyperbola, which is cheaper to compute and has polynomial tails.

    ``f(x) = (x + sqrt(x**2 + b)) / 2``

    Args:
        b: Positive number, four times the square of the value at 0. Default 4, as in Keras and JAX.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Squareplus()([-1.0, 0.0, 1.0])
        [0.618034, 1.0, 1.618034]

    Reference:
        Barron, Squareplus: A Softplus-Like Algebraic Rectifier, 2021, https://arxiv.org/abs/2112.11687
    """

    samples = ({}, {"b": 0.25})

    def __init__(self, b: float = 4.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.b = arguments.number("b", b, above=0.0)

    def _radius(self, t):
        # Beyond the bound, b does not change the sum, and the square would overflow.
        t = clamp_above(t, *SQUARE_OVERFLOWS)
        return ops.sqrt(t * t + self.b)

    def fallback(self, x):
        t = magnitude(x)
        if is_everyday():
            return positive_part(x) + self.b / 2 / (ops.sqrt(t * t + self.b) + t)
        r = self._radius(t)
        # x + r cancels for negative x. b / (r + t) is equal and does not cancel.
        return positive_part(x) + self.b / 2 / (where(t > r, t, r) + t)

    def derivative(self, x):
        if is_everyday():
            z = clamp_both(x, *SQUARE_OVERFLOWS)
            return 0.5 + 0.5 * z * ops.rsqrt(z * z + self.b)
        t = magnitude(x)
        r = self._radius(t)
        h = self.b / 2 / r / (r + t)
        return where(x >= 0, 1.0 - h, h)

    def native(self):
        return NativeOp("squareplus", b=self.b)


@register
class SparsePlus(Activation):
    """ReLU with a parabola in place of its corner: exactly 0 below -1 and exactly x above 1.

    ``f(x) = 0 if x <= -1 else (x + 1)**2 / 4 if x < 1 else x``

    Its derivative is SparseSigmoid.

    Example:
        >>> SparsePlus()([-2.0, 0.0, 2.0])
        [0.0, 0.25, 2.0]

    Reference:
        The binary case of the sparsemax loss in Blondel, Martins and Niculae, Learning with Fenchel-Young Losses, 2020,
        https://arxiv.org/abs/1901.02324
    """

    def fallback(self, x):
        root = 2.0 * self.derivative(x)
        return where(x >= 1, x, root * root / 4.0)

    def derivative(self, x):
        return where(x <= -1, 0.0, where(x >= 1, 1.0, (x + 1.0) / 2.0))

    def native(self):
        return NativeOp("sparse_plus")


@register
class SmeLU(Activation):
    """Smooth ReLU: a parabola joins its two straight lines, so that training runs from different seeds end nearer to each other.

    ``f(x) = 0 if x <= -beta else (x + beta)**2 / (4 * beta) if x < beta else x``

    Args:
        beta: Positive number, half of the width of the parabola. Default 2, as in xFormers; SparsePlus has 1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> SmeLU()([-3.0, 0.0, 3.0])
        [0.0, 0.5, 3.0]

    Reference:
        Shamir, Lin and Coviello, Smooth activations and reproducibility in deep networks, 2020, https://arxiv.org/abs/2010.09931
    """

    samples = ({}, {"beta": 0.75})

    def __init__(self, beta: float = 2.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.beta = arguments.number("beta", beta, above=0.0)

    def fallback(self, x):
        slope = self.derivative(x)
        return where(x >= self.beta, x, self.beta * slope * slope)

    def derivative(self, x):
        return where(x <= -self.beta, 0.0, where(x >= self.beta, 1.0, (x + self.beta) / (2.0 * self.beta)))


@register
class SMU1(Learned):
    """Smooth maximum unit of the second kind: LeakyReLU whose corner is rounded by a hyperbola, as in Squareplus, with a learned width.

    ``f(x) = ((1 + alpha) * x + sqrt((x - alpha * x)**2 + mu**2)) / 2``

    Args:
        alpha: Finite number, the slope for very negative input, which is not learned. Default 0.25, as in the paper.
        mu: Number >= 1e-9, or a Keras initializer: twice the value at 0. Default 4.352665993287951e-09, as in implementations; this is
            LeakyReLU in practice.
        learned: Whether mu is a weight. A constraint keeps it at or above 1e-9. Default True.
        **kwargs: How mu is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> SMU1(mu=1.0)([-1.0, 0.0, 1.0])
        [0.0, 0.5, 1.25]

    Reference:
        Biswas, Kumar, Banerjee and Pandey, SMU: smooth activation function for deep networks using smoothing maximum technique, 2021,
        https://arxiv.org/abs/2111.04682
    """

    samples = ({"learned": False}, {"mu": 0.5, "channels": 4}, {"alpha": 0.0, "mu": 1.5})

    mu: LearnedNumber

    def __init__(self, alpha: float = 0.25, mu: Initial = 4.352665993287951e-09, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.alpha = arguments.number("alpha", alpha)
        self.learn(mu=Parameter(mu, low=1e-9))

    def _sides(self, x, mu):
        """Whether x is on the side of slope 1, ``t = abs((1 - alpha) x)``, and the root ``r = sqrt(t**2 + mu**2)``."""
        s = (1.0 - self.alpha) * x
        t = where(s < 0, -s, s)
        # Beyond the bound, mu does not change the sum, and the square would overflow.
        near = clamp_above(t, *SQUARE_OVERFLOWS)
        r = ops.sqrt(near * near + mu * mu)
        return s >= 0, t, where(t > r, t, r)

    def fallback(self, x, mu):
        right, t, r = self._sides(x, mu)
        left = self.alpha * where(right, 0.0, x) if self.alpha else 0.0
        # The root minus t cancels. mu**2 / (root + t) is equal and does not cancel.
        return where(right, x, left) + mu / 2.0 * (mu / (r + t))

    def derivative(self, x, mu):
        right, t, r = self._sides(x, mu)
        h = (1.0 - self.alpha) * (mu / 2.0 / r * (mu / (r + t)))
        yield where(right, 1.0 - h, self.alpha + h)
        yield mu / 2.0 / r
