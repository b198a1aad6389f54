"""Snakes: the identity plus a learned wave, for signals with a period."""

import math

from ..catalogue.registry import register
from ..core.elementary import cos, finite, is_everyday, sin, where
from ..core.options import Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned, Parameter


def _angle(x, alpha):
    """``alpha x``, or where that overflows another angle: no digit of its sine is known there, but it exists."""
    angle = alpha * x
    return finite(angle) if is_everyday() else where(abs(angle) < math.inf, angle, x)


def _snake(x, alpha, beta):
    sine = sin(_angle(x, alpha))
    if is_everyday():
        return x + sine * sine / beta
    # At infinity the sine is NaN, and the sum is not.
    return x + where(abs(x) == math.inf, 0.0, sine * sine / beta)


def _partials(x, alpha, beta):
    ratio = alpha / beta
    if is_everyday():
        yield 1.0 + ratio * sin(_angle(x, 2.0 * alpha))
    sine, cosine = sin(_angle(x, alpha)), cos(_angle(x, alpha))
    if not is_everyday():
        # 1 + sin(2 u) = (sin(u) + cos(u))**2, of which the left side cancels.
        yield 1.0 - ratio + ratio * (sine + cosine) * (sine + cosine)
    yield x * (2.0 * sine * cosine / beta)
    yield -(sine / beta) * (sine / beta)


@register
class Snake(Learned):
    """The identity plus a squared sine, for networks that must go on with a period where there were no data.

    ``f(x) = x + sin(alpha * x)**2 / alpha``

    The angle is rounded, which shows in the gradient where the angle is large. At infinity the gradient has no limit and is NaN.

    Args:
        alpha: Number from 0.001 on, or a Keras initializer: the frequency. Default 1, as everywhere.
        learned: Whether alpha is a weight, which is kept from falling below 0.001. Default True.
        **kwargs: How alpha is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> Snake()([-1.0, 0.0, 1.0])
        [-0.29192656, 0.0, 1.7080734]

    Reference:
        Ziyin, Hartwig and Ueda, Neural Networks Fail to Learn Periodic Functions and How to Fix It, 2020,
        https://arxiv.org/abs/2006.08195
    """

    renamed = (("frequency", "alpha"),)
    samples = ({}, {"alpha": 0.5, "channels": 4}, {"alpha": 0.25, "learned": False})

    alpha: LearnedNumber

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
    """Snake whose wave has a learned height of its own: the activation of BigVGAN.

    ``f(x) = x + sin(alpha * x)**2 / beta``

    The angle is rounded, which shows in the gradient where the angle is large. At infinity the gradient has no limit and is NaN.
    BigVGAN stores the logarithms of both parameters, and learns one of each for each channel.

    Args:
        alpha: Finite number, or a Keras initializer: the frequency. Default 1, as in BigVGAN.
        beta: Number from 0.001 on, or a Keras initializer: the inverse of the wave's height. Default 1, as in BigVGAN.
        learned: Whether alpha and beta are weights; beta is kept from falling below 0.001. Default True.
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
