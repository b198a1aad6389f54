"""Periodic units: sines and cosines, alone or combined with the identity. They are NaN at infinity, where they have no limit."""

import math

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.elementary import EXP_VANISHES, clamp_both, cos, finite, gated, sigmoid, sin, where
from ..core.hosted import renamed
from ..core.options import ActivationOptions, Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned, Parameter
from ..core.terms import is_everyday


def _angle(x, omega):
    """``omega x``, or x where the product overflows. No digit of the sine is known there, but the sine exists."""
    angle = omega * x
    if abs(omega) <= 1:
        return angle
    return where(abs(angle) < math.inf, angle, x)


@register
class Sine(Activation):
    """The sine, for networks that represent images, sounds or solutions of differential equations as functions of coordinates.

    ``f(x) = sin(omega * x)``

    The angle is rounded, to float32 if the input has 16 bits. The error shows in the value if the angle is large.

    Args:
        omega: Finite number, the angular frequency. Default 1. SIREN uses 30, and its own initialization of the weights.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Sine()([-1.0, 0.0, 1.0])
        [-0.841471, 0.0, 0.841471]

    Reference:
        Parascandolo, Huttunen and Virtanen, Taming the waves: sine as activation function in deep neural networks, 2016,
        https://openreview.net/forum?id=Sks3zF9eg, and Sitzmann, Martel, Bergman, Lindell and Wetzstein, Implicit Neural
        Representations with Periodic Activation Functions, 2020, https://arxiv.org/abs/2006.09661
    """

    aliases = ("sin",)
    samples = ({}, {"omega": 0.5})

    def __init__(self, omega: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.omega = arguments.number("omega", omega)

    def fallback(self, x):
        return sin(_angle(x, self.omega))


@register
class Cosine(Activation):
    """The cosine, which after a dense layer with fixed random weights gives features that approximate a kernel.

    ``f(x) = cos(omega * x)``

    The angle is rounded, to float32 if the input has 16 bits. The error shows in the value if the angle is large.

    Args:
        omega: Finite number, the angular frequency. Default 1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> Cosine()([-1.0, 0.0, 1.0])
        [0.5403023, 1.0, 0.5403023]

    Reference:
        Rahimi and Recht, Random Features for Large-Scale Kernel Machines, 2007,
        https://papers.nips.cc/paper/3182-random-features-for-large-scale-kernel-machines
    """

    aliases = ("cos",)
    samples = ({}, {"omega": 0.5})

    def __init__(self, omega: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.omega = arguments.number("omega", omega)

    def fallback(self, x):
        return cos(_angle(x, self.omega))


@register
class GCU(Activation):
    """Growing cosine unit: an oscillation whose amplitude is the input, so that one neuron can separate more than two regions.

    ``f(x) = x * cos(x)``

    Example:
        >>> GCU()([-1.0, 0.0, 2.0])
        [-0.5403023, 0.0, -0.83229365]

    Reference:
        Noel, Arunkumar, Trivedi and Dutta, Growing Cosine Unit: A Novel Oscillatory Activation Function That Can Speedup Training and
        Reduce Parameters in Convolutional Neural Networks, 2021, https://arxiv.org/abs/2108.12943
    """

    aliases = ("growing_cosine_unit",)

    def fallback(self, x):
        return x * cos(x)


@register
class SineReLU(Activation):
    """ReLU with a small wave for negative input, so that units there keep a gradient.

    ``f(x) = x if x > 0 else max(epsilon * (sin(x) - cos(x)), x)``

    Args:
        epsilon: Positive number, the amplitude of the wave. Default 0.0025, as in keras-contrib.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> SineReLU()([-2.0, -0.001, 3.0])
        [-0.0012328765, -0.001, 3.0]

    Reference:
        Rodrigues, SineReLU: An Alternative to the ReLU Activation Function, 2018,
        https://wilder-rodrigues.medium.com/sinerelu-an-alternative-to-the-relu-activation-function-e46a6199997d
    """

    samples = ({}, {"epsilon": 0.3})

    def __init__(self, epsilon: float = 0.0025, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.epsilon = arguments.number("epsilon", epsilon, above=0.0)

    def fallback(self, x):
        below = where(x > 0, 0.0, x)
        wave = self.epsilon * (sin(below) - cos(below))
        return where(x > 0, x, where(below > wave, below, wave))


def _finite_angle(x, alpha):
    """``alpha x``, or another angle where the product overflows. No digit of the sine is known there, but the sine exists."""
    angle = alpha * x
    return finite(angle) if is_everyday() else where(abs(angle) < math.inf, angle, x)


def _snake(x, alpha, beta):
    sine = sin(_finite_angle(x, alpha))
    if is_everyday():
        return x + sine * sine / beta
    # The sine is NaN at infinity, but the sum must not be NaN.
    return x + where(abs(x) == math.inf, 0.0, sine * sine / beta)


def _partials(x, alpha, beta):
    ratio = alpha / beta
    if is_everyday():
        yield 1.0 + ratio * sin(_finite_angle(x, 2.0 * alpha))
    sine, cosine = sin(_finite_angle(x, alpha)), cos(_finite_angle(x, alpha))
    if not is_everyday():
        # 1 + sin(2 u) = (sin(u) + cos(u))**2. The left side would cancel.
        yield 1.0 - ratio + ratio * (sine + cosine) * (sine + cosine)
    yield x * (2.0 * sine * cosine / beta)
    yield -(sine / beta) * (sine / beta)


@register
class Snake(Learned):
    """The identity plus a squared sine, for networks that must continue a period outside the range of the training data.

    ``f(x) = x + sin(alpha * x)**2 / alpha``

    The angle is rounded. The error shows in the gradient if the angle is large. The gradient has no limit at infinity and is NaN there.

    Args:
        alpha: Number, at least 0.001, or a Keras initializer: the frequency. Default 1, as everywhere.
        learned: Whether alpha is a weight. A constraint keeps it from falling below 0.001. Default True.
        **kwargs: How alpha is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> Snake()([-1.0, 0.0, 1.0])
        [-0.29192656, 0.0, 1.7080734]

    Reference:
        Ziyin, Hartwig and Ueda, Neural Networks Fail to Learn Periodic Functions and How to Fix It, 2020,
        https://arxiv.org/abs/2006.08195
    """

    samples = ({}, {"alpha": 0.5, "channels": 4}, {"alpha": 0.25, "learned": False})

    alpha: LearnedNumber

    @renamed(frequency="alpha")
    def __init__(self, alpha: Initial = 1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=Parameter(alpha, low=0.001))

    def fallback(self, x, alpha):
        return _snake(x, alpha, alpha)

    def derivative(self, x, alpha):
        slope, *others = _partials(x, alpha, alpha)
        yield slope
        yield sum(others)


@register
class SnakeBeta(Learned):
    """Snake with a separate parameter for the height of the wave: the activation of BigVGAN.

    ``f(x) = x + sin(alpha * x)**2 / beta``

    The angle is rounded. The error shows in the gradient if the angle is large. The gradient has no limit at infinity and is NaN there.
    BigVGAN stores the logarithms of both parameters, and learns one of each for each channel.

    Args:
        alpha: Finite number, or a Keras initializer: the frequency. Default 1, as in BigVGAN.
        beta: Number, at least 0.001, or a Keras initializer: the inverse of the wave's height. Default 1, as in BigVGAN.
        learned: Whether alpha and beta are weights. A constraint keeps beta from falling below 0.001. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> SnakeBeta(beta=2.0)([-1.0, 0.0, 1.0])
        [-0.6459633, 0.0, 1.3540367]

    Reference:
        Lee, Ping, Ginsburg, Catanzaro and Yoon, BigVGAN: A Universal Neural Vocoder with Large-Scale Training, 2022,
        https://arxiv.org/abs/2206.04658
    """

    samples = ({}, {"alpha": 0.5, "beta": 0.75, "channels": 4}, {"alpha": 0.5, "beta": 1.7, "learned": False})

    alpha: LearnedNumber
    beta: LearnedNumber

    def __init__(self, alpha: Initial = 1.0, beta: Initial = 1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha, beta=Parameter(beta, low=0.001))

    def fallback(self, x, alpha, beta):
        return _snake(x, alpha, beta)

    def derivative(self, x, alpha, beta):
        return _partials(x, alpha, beta)


@register
class SinLU(Learned):
    """SiLU with a sine added to the input, so that the gate lets a wave pass where the input is positive.

    ``f(x) = (x + alpha * sin(beta * x)) / (1 + exp(-x))``

    The angle is rounded. The error shows in the gradient if the angle is large. The gradient has no limit at infinity and is NaN there.

    Args:
        alpha: Finite number, or a Keras initializer: the amplitude of the wave. Default 1, as in the paper.
        beta: Finite number, or a Keras initializer: the angular frequency. Default 1, as in the paper.
        learned: Whether alpha and beta are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> SinLU()([-1.0, 0.0, 2.0])
        [-0.49524782, 0.0, 2.5625007]

    Reference:
        Paul, Bandyopadhyay, Yoon, Geem and Sarkar, SinLU: Sinu-Sigmoidal Linear Unit, 2022, https://doi.org/10.3390/math10030337
    """

    samples = ({}, {"alpha": 0.5, "beta": 0.25, "channels": 4}, {"alpha": -0.25, "beta": 0.5, "learned": False})

    alpha: LearnedNumber
    beta: LearnedNumber

    def __init__(self, alpha: Initial = 1.0, beta: Initial = 1.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha, beta=beta)

    def _wave(self, x, alpha, beta):
        # The sine is NaN at infinity, but the sum must not be NaN.
        return x + alpha * where(abs(x) == math.inf, 0.0, sin(_finite_angle(x, beta)))

    def fallback(self, x, alpha, beta):
        return gated(sigmoid(x), self._wave(x, alpha, beta))

    def derivative(self, x, alpha, beta):
        gate, angle = sigmoid(x), _finite_angle(x, beta)
        # The sine and the cosine are NaN at infinity. They do not count where the gate is 0.
        sine, cosine = (where(gate == 0, 0.0, wave) for wave in (sin(angle), cos(angle)))
        yield gate * (1.0 + alpha * beta * cosine) + sigmoid.slope(x) * self._wave(clamp_both(x, *EXP_VANISHES), alpha, beta)
        yield gate * sine
        yield gated(gate, alpha * x) * cosine
