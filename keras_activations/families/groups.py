"""Grouped units: neighbours along an axis are compared with each other."""

from fractions import Fraction

from keras import ops

from .. import arguments
from ..activation import AlongAxis, Splitting
from ..registry import register
from ..special import where


@register
class GroupSort(AlongAxis):
    """Each group of neighbours along the axis in ascending order: no entry is lost, and every gradient keeps its norm.

    Args:
        group_size: Integer that divides the width, how many entries to sort together; or None to sort the whole axis. Default 2,
            which is called MaxMin.
        axis: Integer, the axis to sort along. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Raises:
        ValueError: for a width that the group size does not divide, also of a symbolic input.

    Example:
        >>> GroupSort()([3.0, 1.0, -1.0, 2.0])
        [1.0, 3.0, -1.0, 2.0]
        >>> GroupSort(group_size=None)([3.0, 1.0, -1.0, 2.0])
        [-1.0, 1.0, 2.0, 3.0]

    Reference:
        Anil, Lucas and Grosse, Sorting out Lipschitz function approximation, 2018, https://arxiv.org/abs/1811.05381
    """

    samples = ({}, {"group_size": 4}, {"group_size": None, "axis": -2})

    def __init__(self, group_size: int | None = 2, axis: int = -1, **kwargs):
        super().__init__(axis, **kwargs)
        self.group_size = group_size if group_size is None else arguments.integer("group_size", group_size, low=1)

    def call(self, inputs):
        # Without the argument, Keras passes no mask.
        return self._applied(inputs)

    @property
    def divisor(self):
        return self.group_size or 1

    def fallback(self, x):
        if self.group_size is None:
            return ops.sort(x, axis=self.axis)
        (axis,) = self._checked_axes(x.shape)
        shape = ops.shape(x)
        groups = ops.reshape(x, (*shape[:axis], shape[axis] // self.group_size, self.group_size, *shape[axis + 1 :]))
        return ops.reshape(ops.sort(groups, axis=axis + 1), shape)


@register
class Maxout(Splitting):
    """The largest of each group of neighbours, which learns the shape of an activation from linear pieces. The output is narrower.

    ``f(x) = max(x)``

    Here x are the pieces of one output.

    Args:
        pieces: Integer that divides the width, how many neighbours share an output. Default 2.
        axis: Integer, the axis to split. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Raises:
        ValueError: for a width that the number of pieces does not divide, also of a symbolic input.

    Example:
        >>> Maxout()([3.0, 1.0, -1.0, 2.0])
        [3.0, 2.0]

    Reference:
        Goodfellow, Warde-Farley, Mirza, Courville and Bengio, Maxout Networks, 2013, https://arxiv.org/abs/1302.4389
    """

    samples = ({}, {"axis": -2}, {"pieces": 4})

    def __init__(self, pieces: int = 2, axis: int = -1, **kwargs):
        super().__init__(axis, **kwargs)
        self.pieces = arguments.integer("pieces", pieces, low=1)
        self.width = Fraction(1, self.pieces)

    def _split(self, x, axis):
        every = [slice(None)] * len(x.shape)
        pieces = []
        for start in range(self.pieces):
            every[axis] = slice(start, None, self.pieces)
            pieces.append(x[tuple(every)])
        return pieces

    def fallback(self, *pieces):
        top, *others = pieces
        for piece in others:
            # The sum is selected where one of them is NaN.
            top = where(top > piece, top, where(piece >= top, piece, top + piece))
        return top
