"""Normalizers: outputs along an axis that compete with each other."""

from keras import ops

from ..activation import AlongAxis, native_ops
from ..registry import register
from ..special import log1p, where


def _below_maximum(x, axis):
    """x minus its maximum along the axis. The results do not depend on the shift, so that it needs no derivative."""
    # Without an initial value, Keras refuses an empty batch.
    return x - ops.stop_gradient(ops.max(x, axis=axis, keepdims=True, initial=-float("inf")))


@register
class Softmax(AlongAxis):
    """Probabilities: positive numbers that sum to 1 along an axis, in the ratio of the exponentials of the input.

    ``f(x) = exp(x) / sum(exp(x))``

    On TensorFlow, along the last axis and without a mask, Keras's cross-entropy losses compute from its input, as after "softmax".

    Args:
        axis: Integer, or list of integers, to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Call arguments:
        inputs: Tensor of floats.
        mask: Optional tensor of booleans of the same rank, broadcastable to inputs: where it is False the output is 0, also where it
            is False along the whole axis.

    Example:
        >>> Softmax()([1.0, 2.0, 1.0])
        [0.21194156, 0.5761169, 0.21194156]

    Reference:
        Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, with Relationships to Statistical Pattern
        Recognition, 1990, https://link.springer.com/chapter/10.1007/978-3-642-76153-9_28
    """

    samples = ({}, {"axis": -2}, {"axis": [-2, -1]})
    keeps_logits = True
    takes_several_axes = True

    def fallback(self, x):
        e = ops.exp(_below_maximum(x, self.axis))
        return e / ops.sum(e, axis=self.axis, keepdims=True)

    def native(self, x):
        return native_ops.softmax(x, axis=self._native_axis(x))


@register
class LogSoftmax(AlongAxis):
    """The logarithm of the softmax, with the digits that the softmax has lost: also those of a probability near 1.

    ``f(x) = x - log(sum(exp(x)))``

    Args:
        axis: Integer, or list of integers, to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Call arguments:
        inputs: Tensor of floats.
        mask: Optional tensor of booleans of the same rank, broadcastable to inputs: where it is False the output is the lowest
            number of the dtype.

    Example:
        >>> LogSoftmax()([0.0, 20.0])
        [-20.0, -2.0611537e-09]

    Reference:
        Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, with Relationships to Statistical Pattern
        Recognition, 1990, https://link.springer.com/chapter/10.1007/978-3-642-76153-9_28
    """

    samples = ({}, {"axis": -2}, {"axis": [-2, -1]})
    masked = -float("inf")
    takes_several_axes = True

    def fallback(self, x):
        z = _below_maximum(x, self.axis)
        largest = ops.cast(z == 0, x.dtype)
        # The sum of exp(z), less one of the ones in it: log1p keeps the digits of what the others add to it.
        others = ops.sum(ops.exp(z) - largest, axis=self.axis, keepdims=True)
        ties = ops.sum(largest, axis=self.axis, keepdims=True) - 1.0
        return z - log1p(ties + others)

    def native(self, x):
        return native_ops.log_softmax(x, axis=self._native_axis(x))


@register
class Sparsemax(AlongAxis):
    """The Euclidean projection onto the simplex: probabilities of which many are exactly 0.

    With a cross-entropy loss an exact 0 is an infinite loss: train it with the sparsemax loss of the paper, or use Softmax.

    Args:
        axis: Integer, the axis to normalize over. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Call arguments:
        inputs: Tensor of floats.
        mask: Optional tensor of booleans of the same rank, broadcastable to inputs: where it is False the output is 0.

    Example:
        >>> Sparsemax()([0.0, 0.5, 1.0])
        [0.0, 0.25, 0.75]

    Reference:
        Martins and Astudillo, From Softmax to Sparsemax: A Sparse Model of Attention and Multi-Label Classification, 2016,
        https://arxiv.org/abs/1602.02068
    """

    # There is no `native`: keras.ops.sparsemax of Keras 3.15 sums wrongly (keras-team/keras#23425).

    samples = ({}, {"axis": -2})

    def fallback(self, x):
        z = _below_maximum(x, self.axis)
        # Of the support nothing lies deeper than 1 below the maximum; cutting there keeps the sums exact.
        z = where(z < -1, -1.0, z)
        # As comparisons with NaN are false, "not outside" lets a NaN into the support, and so into the whole row.
        outside = z <= ops.stop_gradient(self._cut(z))
        size = ops.sum(ops.cast(ops.logical_not(outside), z.dtype), axis=self.axis, keepdims=True)
        tau = (ops.sum(where(outside, 0.0, z), axis=self.axis, keepdims=True) - 1.0) / size
        return where(outside, 0.0, z - tau)

    def _cut(self, z):
        """The threshold tau of algorithm 1 of the paper, which decides what belongs to the support."""
        descending = -ops.sort(-z, axis=self.axis)
        total = ops.cumsum(descending, axis=self.axis)
        rank = ops.cumsum(ops.ones_like(z), axis=self.axis)
        inside = 1.0 + rank * descending > total
        size = ops.sum(ops.cast(inside, z.dtype), axis=self.axis, keepdims=True)
        return (ops.sum(where(inside, descending, 0.0), axis=self.axis, keepdims=True) - 1.0) / size
