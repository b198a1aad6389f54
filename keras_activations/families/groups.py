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

    def __init__(self, group_size: int | None = 2, axis: int = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, **kwargs)
        self.group_size = group_size if group_size is None else arguments.integer("group_size", group_size, low=1)

    call: Any = Activation.call  # without the argument, Keras passes no mask

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
    """The largest of each group of neighbours, which learns the shape of an activation from linear pieces. The output is narrower.

    ``f(x) = max(x)``

    Here x are the pieces of one output.

    It changes the width of its input: it is a layer of its own, not the `activation` of another.

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

    def __init__(self, pieces: int = 2, axis: int = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(axis, **kwargs)
        self.pieces = arguments.integer("pieces", pieces, low=1)
        self.width = Fraction(1, self.pieces)

    def _split(self, x, axis):
        return self._interleaved(x, axis)

    def fallback(self, *pieces):
        top, *others = pieces
        for piece in others:
            # The sum is selected where one of them is NaN.
            top = where(top > piece, top, where(piece >= top, piece, top + piece))
        return top


@register
class Householder(AlongAxis, Parametric):
    """Pairs of channels, reflected in a learned line where they lie on one side of it: every gradient keeps its norm.

    A pair (a, b) is an entry of the first half of the axis and the same entry of the second half. It becomes
    ``(cos(theta) * a + sin(theta) * b, sin(theta) * a - cos(theta) * b)`` where ``sin(theta / 2) * a > cos(theta / 2) * b``, and stays
    as it is elsewhere. At the default theta it is in ascending order, but for rounding.

    Args:
        theta: Finite number, or a Keras initializer: twice the initial angle of the line with the axis of a. Default pi / 2, as in
            deel-torchlip.
        channels: Even integer, at most 2**24, the width of the axis: each pair of channels gets a theta of its own, as in deel-torchlip.
            Default None: one theta for the layer, and any even width.
        axis: Integer, the axis of the channels. Default -1.
        learned: Whether theta is a weight. Default True.
        **kwargs: The regularizer and constraint of theta: see `Parametric`; and as in every activation: see `Activation`.

    Raises:
        ValueError: for an odd width, or one that is not `channels`, also of a symbolic input.

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

    call: Any = Activation.call  # without the argument, Keras passes no mask

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
        # An infinite pair that stays would make NaN of the derivative with respect to theta.
        u, v = where(beyond, a, 0.0), where(beyond, b, 0.0)
        cosine, sine = cos(theta), sin(theta)
        reflected = cosine * u + sine * v, sine * u - cosine * v
        return ops.concatenate([where(beyond, r, x) for r, x in zip(reflected, (a, b), strict=True)], axis=self.axis)
