"""Splitters: activations that change the width of an axis, and so must be layers of their own."""

from fractions import Fraction

from keras import ops

from ..activation import Splitting, native_ops
from ..registry import register
from ..special import magnitude, where


@register
class GLU(Splitting):
    """Gated linear unit: one half of the channels, gated by the sigmoid of the other half. The output is half as wide as the input.

    ``f(a, b) = a / (1 + exp(-b))``

    Args:
        axis: Integer, the axis to split; a is its first half and the gate b its second. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Raises:
        ValueError: for an odd width, also of a symbolic input.

    Example:
        >>> GLU()([2.0, 4.0, 0.0, 100.0])
        [1.0, 4.0]

    Reference:
        Dauphin, Fan, Auli and Grangier, Language Modeling with Gated Convolutional Networks, 2016, https://arxiv.org/abs/1612.08083
    """

    samples = ({}, {"axis": -2})

    def fallback(self, a, b):
        e, gated = self._gated(a, b)
        return where(b >= 0, a, gated) / (1.0 + e)

    def derivative(self, a, b):
        e, gated = self._gated(a, b)
        return where(b >= 0, 1.0, e) / (1.0 + e), gated / ((1.0 + e) * (1.0 + e))

    @staticmethod
    def _gated(a, b):
        """``e = exp(-abs(b))`` and ``a e``, in two steps: e may underflow where the product does not."""
        root = ops.exp(-0.5 * magnitude(b))
        return root * root, a * root * root

    def native(self, x):
        return native_ops.glu(x, axis=self.axis)


@register
class CReLU(Splitting):
    """Concatenated ReLU: the positive part and the negative part, side by side. The output is twice as wide as the input.

    ``f(x) = max(x, 0), max(-x, 0)``

    Args:
        axis: Integer, the axis to concatenate along. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> CReLU()([-1.0, 2.0])
        [0.0, 2.0, 1.0, 0.0]

    Reference:
        Shang, Sohn, Almeida and Lee, Understanding and Improving Convolutional Neural Networks via Concatenated Rectified Linear
        Units, 2016, https://arxiv.org/abs/1603.05201
    """

    samples = ({}, {"axis": -2})
    width = Fraction(2)

    def fallback(self, x):
        return ops.concatenate([where(x <= 0, 0.0, x), where(x >= 0, 0.0, -x)], axis=self.axis)


@register
class NCReLU(Splitting):
    """Negative concatenated ReLU: CReLU whose second part keeps its sign. The output is twice as wide as the input.

    ``f(x) = max(x, 0), min(x, 0)``

    Args:
        axis: Integer, the axis to concatenate along. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Example:
        >>> NCReLU()([-1.0, 2.0])
        [0.0, 2.0, -1.0, 0.0]

    Reference:
        Zagoruyko and Komodakis, DiracNets: Training Very Deep Neural Networks Without Skip-Connections, 2017,
        https://arxiv.org/abs/1706.00388
    """

    samples = ({}, {"axis": -2})
    width = Fraction(2)

    def fallback(self, x):
        return ops.concatenate([where(x <= 0, 0.0, x), where(x >= 0, 0.0, x)], axis=self.axis)
