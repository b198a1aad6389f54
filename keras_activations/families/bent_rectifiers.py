"""Bent rectifiers: 0 or nearly 0 for negative input, and a curve for positive input."""

import math

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.elementary import is_double, log1p, where
from ..core.options import ActivationOptions, Initial, LearnedNumber, LearnedOptions, Unpack
from ..core.parameters import Learned
from ..core.terms import is_everyday


@register
class SquaredReLU(Activation):
    """The square of ReLU, with a continuous derivative, for the feed-forward layers of transformers.

    ``f(x) = max(x, 0)**2``

    Example:
        >>> SquaredReLU()([-2.0, 0.5, 3.0])
        [0.0, 0.25, 9.0]

    Reference:
        So, Mańke, Liu, Dai, Shazeer and Le, Primer: Searching for Efficient Transformers for Language Modeling, 2021,
        https://arxiv.org/abs/2109.08668
    """

    aliases = ("relu2", "relu_squared")

    def fallback(self, x):
        positive = ops.relu(x)
        return positive * positive


@register
class StarReLU(Learned):
    """Squared ReLU with a learned scale and bias, cheaper than GELU: the activation of the MetaFormers.

    ``f(x) = scale * max(x, 0)**2 + bias``

    For normal input, scale 0.8944 and bias -0.4472 make the output's mean 0 and its variance 1.

    Args:
        scale: Finite number, or a Keras initializer: the factor of the square. Default 1, as in the authors' code.
        bias: Finite number, or a Keras initializer: the value for negative input. Default 0, as in the authors' code.
        learned: Whether scale and bias are weights. Default True.
        **kwargs: How they are learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> StarReLU(scale=0.5, bias=-1.0)([-2.0, 3.0])
        [-1.0, 3.5]

    Reference:
        Yu, Si, Zhou, Luo, Zhou, Feng, Yan and Wang, MetaFormer Baselines for Vision, 2022, https://arxiv.org/abs/2210.13452
    """

    samples = ({}, {"scale": 0.75, "bias": -0.375, "channels": 4}, {"scale": 0.8944, "bias": -0.4472, "learned": False})

    scale: LearnedNumber
    bias: LearnedNumber

    def __init__(self, scale: Initial = 1.0, bias: Initial = 0.0, *, learned: bool = True, **kwargs: Unpack[LearnedOptions]):
        super().__init__(learned=learned, **kwargs)
        self.learn(scale=scale, bias=bias)

    def fallback(self, x, scale, bias):
        above = ops.relu(x)
        return scale * above * above + bias


@register
class NLReLU(Activation):
    """Natural-logarithm ReLU: it damps large activations, so that layers stay in the same range.

    ``f(x) = log(1 + beta * max(x, 0))``

    Args:
        beta: Positive number, the slope to the right of 0. Default 1, as in Echo.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> NLReLU()([-2.0, 0.5, 3.0])
        [0.0, 0.4054651, 1.3862944]

    Reference:
        Liu, Zhang, Gao, Qu and Ji, Natural-Logarithm-Rectified Activation Function in Convolutional Neural Networks, 2019,
        https://arxiv.org/abs/1908.03682
    """

    samples = ({}, {"beta": 2.5})

    def __init__(self, beta: float = 1.0, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.beta = arguments.number("beta", beta, above=0.0)

    def fallback(self, x):
        z = self.beta * ops.relu(x)
        if is_everyday():
            return log1p(z)
        # The product may overflow although its logarithm does not.
        far = z > (2.0**53 if is_double(x) else 2.0**24)
        return where(far, math.log(self.beta) + ops.log(where(far, x, 1.0)), log1p(where(far, 0.0, z)))

    def derivative(self, x):
        return where(x <= 0, 0.0, self.beta / (1.0 + self.beta * ops.relu(x)))


@register
class ReSP(Activation):
    """Rectified softplus: softplus for negative input, and a steeper straight line for positive input.

    ``f(x) = alpha * x + log(2) if x >= 0 else log(1 + exp(x))``

    Args:
        alpha: Positive number, the slope for positive input. Default 1.7, from the range of 1.4 to 2 that the authors found to work well.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> ReSP()([-1.0, 0.0, 1.0])
        [0.3132617, 0.6931472, 2.3931472]

    Reference:
        Xu, Huang, Wang and Hu, 2018, as described in Kunc and Kléma, Three Decades of Activations: A Comprehensive Survey of 400
        Activation Functions for Neural Networks, 2024, https://arxiv.org/abs/2402.09092
    """

    samples = ({}, {"alpha": 1.0})

    def __init__(self, alpha: float = 1.7, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.alpha = arguments.number("alpha", alpha, above=0.0)

    def fallback(self, x):
        return where(x >= 0, self.alpha * x + math.log(2.0), log1p(ops.exp(where(x >= 0, 0.0, x))))

    def derivative(self, x):
        e = ops.exp(where(x >= 0, 0.0, x))
        return where(x >= 0, self.alpha, e / (1.0 + e))
