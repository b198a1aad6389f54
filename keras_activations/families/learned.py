"""Learned rectifiers and their kin: the parameters are weights by default."""

from ..parameters import Learned
from ..registry import register
from ..special import where


@register
class PReLU(Learned):
    """LeakyReLU that learns its slope. One slope for the layer by default: ``channels=n`` learns one for each channel, as in the paper.

    ``f(x) = x if x > 0 else alpha * x``

    Args:
        alpha: Finite number, or a Keras initializer: the initial slope for negative input. Default 0.25, as in PyTorch; in
            `keras.layers.PReLU` it is 0, and there is one for each element.
        learned: Whether alpha is a weight. Default True.
        **kwargs: How alpha is learned: see `Learned`; and as in every activation: see `Activation`.

    Example:
        >>> PReLU()([-2.0, 3.0])
        [-0.5, 3.0]
        >>> PReLU(channels=8).count_params()
        8

    Reference:
        He, Zhang, Ren and Sun, Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification, 2015,
        https://arxiv.org/abs/1502.01852
    """

    aliases = ("parametric_relu",)
    samples = ({}, {"alpha": 0.125, "channels": 4})

    def __init__(self, alpha: float = 0.25, *, learned: bool = True, **kwargs):
        super().__init__(learned=learned, **kwargs)
        self.learn(alpha=alpha)

    def fallback(self, x, alpha):
        return where(x <= 0, alpha * x, x)

    def derivative(self, x, alpha):
        return where(x <= 0, alpha, 1.0), where(x <= 0, x, 0.0)
