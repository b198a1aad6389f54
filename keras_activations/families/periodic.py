"""Periodic units: sines and cosines, alone or combined with the identity. At infinity, where they have no limit, they are NaN."""

import math

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.elementary import cos, sin, where
from ..core.options import ActivationOptions, Unpack


def _angle(x, omega):
    """``omega x``, or where that overflows another angle: no digit of its sine is known there, but it has one."""
    angle = omega * x
    if abs(omega) <= 1:
        return angle
    return where(abs(angle) < math.inf, angle, x)


@register
class Sine(Activation):
    """The sine, for networks that represent images, sounds or solutions of differential equations as functions of coordinates.

    ``f(x) = sin(omega * x)``

    The angle is rounded, in 16 bits to float32, which shows in the value where the angle is large.

    Args:
        omega: Finite number, the angular frequency. Default 1. SIREN has 30, with an initialization of its own for the weights.
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
    """The cosine. Behind a dense layer of fixed random weights it makes the features that approximate a kernel.

    ``f(x) = cos(omega * x)``

    The angle is rounded, in 16 bits to float32, which shows in the value where the angle is large.

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
