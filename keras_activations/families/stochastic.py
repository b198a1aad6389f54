"""Stochastic activations: random in training, deterministic in inference."""

import keras

from .. import arguments
from ..registry import register
from ..special import where
from ..stochastic import Stochastic


@register
class RReLU(Stochastic):
    """Randomized LeakyReLU: in training each negative input is multiplied by a slope of its own, which regularizes.

    ``f(x) = x if x > 0 else (lower + upper) / 2 * x``

    This is the function in inference. In training the slope is drawn uniformly between the bounds.

    Args:
        lower: Finite number, the least slope. Default 1/8, as in PyTorch and TensorFlow Addons.
        upper: Finite number, at least `lower`, the greatest slope. Default 1/3, as in PyTorch and TensorFlow Addons.
        seed: Integer, or None: see `Stochastic`.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> RReLU(lower=0.25, upper=0.75)([-2.0, 3.0])
        [-1.0, 3.0]

    Reference:
        Xu, Wang, Chen and Li, Empirical Evaluation of Rectified Activations in Convolutional Network, 2015,
        https://arxiv.org/abs/1505.00853
    """

    aliases = ("randomized_relu", "randomized_leaky_relu")
    samples = ({}, {"lower": 0.25, "upper": 0.75})

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, *, seed: int | None = None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.lower = arguments.number("lower", lower)
        self.upper = arguments.number("upper", upper, low=self.lower)

    def draw(self, shape, dtype, seed):
        return (keras.random.uniform(shape, self.lower, self.upper, dtype=dtype, seed=seed),)

    def expected(self):
        return ((self.lower + self.upper) / 2,)

    def fallback(self, x, slope):
        return where(x <= 0, slope * x, x)
