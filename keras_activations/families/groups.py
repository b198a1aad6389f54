"""Grouped units: neighbours along an axis are compared with each other."""

import math
from fractions import Fraction
from typing import Any

from keras import ops

from ..catalogue.registry import register
from ..core import arguments
from ..core.activation import Activation
from ..core.axis import AlongAxis, Splitting
from ..core.elementary import cos, sin, where
from ..core.options import ActivationOptions, Initial, LearnedNumber, ParametricOptions, Unpack
from ..core.parameters import MOST_CHANNELS, Parametric


@register
class GroupSort(AlongAxis):
    """Sorts each group of neighbours along the axis in ascending order: no entry is lost, and every gradient keeps its norm.

    Args:
        group_size: Integer that divides the width: the number of entries in a group. None sorts the whole axis. Default 2, which is
            called MaxMin.
        axis: Integer, the axis to sort along. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Raises:
        ValueError: if the group size does not divide the width. A symbolic input raises it, too.

    Example:
        >>> GroupSort()([3.0, 1.0, -1.0, 2.0])
        [1.0, 3.0, -1.0, 2.0]
        >>> GroupSort(group_size=None)([3.0, 1.0, -1.0, 2.0])
        [-1.0, 1.0, 2.0, 3.0]

    Reference:
        Anil, Lucas and Grosse, Sorting out Lipschitz function approximation, 2018, https://arxiv.org/abs/1811.05381
    """

    samples = ({}, {"group_size": 4}, {"group_size": None, "axis": -2})

    def __init__(self, group_size: int | None = 2, axis: int = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, **kwargs)
        self.group_size = group_size if group_size is None else arguments.integer("group_size", group_size, low=1)

    call: Any = Activation.call  # it has no argument `mask`, so Keras passes none

    def compute_mask(self, inputs, mask=None):
        (axis,) = self._checked_axes(inputs.shape)
        if mask is not None and axis < len(mask.shape):
            raise ValueError(f"{self!r} would sort masked steps among the others; received a mask of shape {tuple(mask.shape)}.")
        return mask

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
    """The maximum of each group of neighbours, with which a layer learns a piecewise linear activation; the output is narrower.

    ``f(x) = max(x)``

    Here x is the row of pieces that one output is made of.

    It changes the width of its input. So it must be a layer of its own, and cannot be the `activation` of another layer.

    Args:
        pieces: Integer that divides the width: the number of neighbours in a group. Default 2.
        axis: Integer, the axis to split. Default -1.
        **kwargs: As in every activation: see `Activation`.

    Raises:
        ValueError: if the number of pieces does not divide the width. A symbolic input raises it, too.

    Example:
        >>> Maxout()([3.0, 1.0, -1.0, 2.0])
        [3.0, 2.0]

    Reference:
        Goodfellow, Warde-Farley, Mirza, Courville and Bengio, Maxout Networks, 2013, https://arxiv.org/abs/1302.4389
    """

    samples = ({}, {"axis": -2}, {"pieces": 4})

    def __init__(self, pieces: int = 2, axis: int = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, **kwargs)
        self.pieces = arguments.integer("pieces", pieces, low=1)
        self.width = Fraction(1, self.pieces)

    def _split(self, x, axis):
        return self._interleaved(x, axis)

    def fallback(self, *pieces):
        top, *others = pieces
        for piece in others:
            # Both comparisons are false if one of them is NaN. The sum is selected then, which is NaN.
            top = where(top > piece, top, where(piece >= top, piece, top + piece))
        return top


@register
class Householder(AlongAxis, Parametric):
    """Reflects a pair of channels in a learned line if the pair lies on one side of it: every gradient keeps its norm.

    A pair (a, b) is an entry of the first half of the axis and the same entry of the second half. It becomes
    ``(cos(theta) * a + sin(theta) * b, sin(theta) * a - cos(theta) * b)`` where ``sin(theta / 2) * a > cos(theta / 2) * b``, and is
    unchanged elsewhere. The default theta brings it into ascending order, except for rounding errors.

    Args:
        theta: Finite number, or a Keras initializer: twice the initial angle between the line and the axis of a. Default pi / 2,
            as in deel-torchlip.
        channels: Even integer, at most 2**24: the width of the axis. Each pair of channels then has its own theta, as in deel-torchlip.
            Default None: the layer has one theta, and the width may be any even number.
        axis: Integer, the axis of the channels. Default -1.
        learned: Whether theta is a weight. Default True.
        **kwargs: The regularizer and constraint of theta: see `Parametric`; and as in every activation: see `Activation`.

    Raises:
        ValueError: if the width is odd, or is not `channels`. A symbolic input raises it, too.

    Example:
        >>> Householder()([3.0, -1.0, 1.0, 2.0])
        [0.9999999, -1.0, 3.0, 2.0]
        >>> Householder(channels=8).count_params()
        4

    Reference:
        Singla, Singla and Feizi, Improved deterministic l2 robustness on CIFAR-10 and CIFAR-100, 2021, https://arxiv.org/abs/2108.04062
    """

    samples = ({}, {"theta": 0.625, "axis": -2}, {"theta": 2.5, "channels": 4}, {"theta": -1.2, "learned": False})
    _recomputed = True

    theta: LearnedNumber

    def __init__(
        self,
        theta: Initial = math.pi / 2,
        channels: int | None = None,
        axis: int = -1,
        *,
        learned: bool = True,
        **kwargs: Unpack[ParametricOptions],
    ):
        super().__init__(axis, learned=learned, **kwargs)  # pyright: ignore[reportCallIssue]
        self.channels = channels if channels is None else arguments.integer("channels", channels, low=2, high=MOST_CHANNELS)
        if channels is not None and channels % 2:
            raise ValueError(f"channels must be even, for they are taken in pairs; received {channels}.")
        self.learn(theta=theta)

    call: Any = Activation.call  # it has no argument `mask`, so Keras passes none

    @property
    def divisor(self):
        return self.channels or 2

    def compute_output_shape(self, input_shape):
        shape, (axis,) = super().compute_output_shape(input_shape), self._checked_axes(input_shape)
        if self.channels and shape[axis] not in (None, self.channels):
            raise ValueError(f"{self!r} is for {self.channels} channels; received {shape[axis]} in an input of shape {shape}.")
        return shape

    def _weight_shape(self, parameter, input_shape):
        return (self.channels // 2,) if self.channels else ()

    def _aligned(self, weight, x, parameter):
        (axis,) = self._checked_axes(x.shape)
        return ops.reshape(weight, (-1,) + (1,) * (len(x.shape) - 1 - axis))

    def fallback(self, x, theta):
        theta = ops.convert_to_tensor(theta, dtype=x.dtype)
        a, b = ops.split(x, 2, axis=self.axis)
        beyond = sin(0.5 * theta) * a > cos(0.5 * theta) * b
        # A pair that is not reflected is replaced by 0. An infinite one would make the derivative with respect to theta NaN.
        u, v = where(beyond, a, 0.0), where(beyond, b, 0.0)
        cosine, sine = cos(theta), sin(theta)
        reflected = cosine * u + sine * v, sine * u - cosine * v
        return ops.concatenate([where(beyond, r, x) for r, x in zip(reflected, (a, b), strict=True)], axis=self.axis)
