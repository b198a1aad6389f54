"""Activations of more than one entry: along an axis, and those that change its width."""

import functools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import keras
from keras import ops

from . import arguments, autodiff, keras_gaps, kernels
from .activation import Activation
from .elementary import lowest, where
from .hosted import is_array
from .options import ActivationOptions, Unpack


class AlongAxis(Activation):
    """An activation whose outputs depend on each other along an axis.

    Args:
        axis: Integer, the axis to normalize over. Negative axes count from the last.
        **kwargs: As in every activation.

    Call arguments:
        inputs: Tensor of floats.
        mask: Optional tensor of booleans of the rank of `inputs`, and broadcastable to them. Entries where it is False do not count.
            In the output they are 0, also where it is False along the whole axis. In that of `LogSoftmax` they are the lowest number
            of the dtype. Keras passes the mask of time steps here, which has the shape of the leading axes: that one is handed on
            and not applied. Any other mask is refused.
    """

    masked = 0.0
    """What stands in the output where the mask is False. Infinity is read as the largest number of the dtype."""
    excluded = -float("inf")
    """What stands in the input there, so that the entry has no part in the outputs of the others. Infinity is read likewise."""
    takes_several_axes = False
    _recomputed = False  # sorts and sums are expensive

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        if self.takes_several_axes and isinstance(axis, (tuple, list)) and axis:
            self.axis = tuple(arguments.integer("axis", a) for a in axis)
        else:
            self.axis = arguments.integer("axis", axis)

    def call(self, inputs, mask=None):
        return self._applied(inputs, mask)

    def _standardized(self, inputs):
        if autodiff.is_ragged(inputs):
            raise TypeError(f"{type(self).__name__} takes dense tensors; received a RaggedTensor. Write x.to_tensor(), and give it a mask.")
        return super()._standardized(inputs)

    def _applied(self, inputs, mask=None, **context):
        x = self._standardized(inputs)
        self.compute_output_shape(x.shape)  # raises an error for an invalid shape
        if mask is None or self._is_of_time_steps(mask := ops.convert_to_tensor(mask), x):
            return self._with_logits(self._evaluate(x, **context), x)
        mask, floor = ops.cast(mask, "bool"), lowest(keras.backend.standardize_dtype(x.dtype))
        excluded, masked = (min(max(number, floor), -floor) for number in (self.excluded, self.masked))
        return where(mask, self._evaluate(where(mask, x, excluded), **context), masked)

    def _is_of_time_steps(self, mask, x):
        """Whether the mask is of the leading axes, and not of the entries; what is neither is refused."""
        lower = len(mask.shape) < len(x.shape)
        pairs = zip(mask.shape, x.shape, strict=False) if lower else zip(mask.shape[::-1], x.shape[::-1], strict=False)
        fits = all(m == n or None in (m, n) or (m == 1 and not lower) for m, n in pairs)
        if len(mask.shape) > len(x.shape) or not fits:
            raise ValueError(
                f"The mask of {type(self).__name__} must have the rank of the input, shape {tuple(x.shape)}, and broadcast to it; received "
                f"one of shape {tuple(mask.shape)}. Add axes of size 1, such as mask[None]."
            )
        return lower

    def compute_mask(self, inputs, mask=None):
        # A mask of the input's rank has been applied here. The next layer would take it for a mask of time steps, and fail.
        return mask if mask is None or len(mask.shape) < len(inputs.shape) else None

    @property
    def divisor(self) -> int:
        """What the width of the axis must be divisible by."""
        return 1

    def compute_output_shape(self, input_shape):
        for axis in self._checked_axes(input_shape):
            if input_shape[axis] is not None and input_shape[axis] % self.divisor:
                raise ValueError(
                    f"{type(self).__name__} needs a width divisible by {self.divisor} along axis {self.axis}; "
                    f"received {input_shape[axis]} in an input of shape {tuple(input_shape)}."
                )
        return tuple(input_shape)

    def _axes(self):
        return self.axis if isinstance(self.axis, tuple) else (self.axis,)

    def _checked_axes(self, shape):
        """The axes, counted from 0, of an input of `shape`."""
        axes, rank = self._axes(), len(shape)
        if not all(-rank <= axis < rank for axis in axes):
            valid = f"an axis from {-rank} to {rank - 1}" if rank else "an input with at least one axis"
            raise ValueError(f"axis={self.axis} is out of range for an input of shape {tuple(shape)}. {type(self).__name__} needs {valid}.")
        if len({axis % rank for axis in axes}) < len(axes):
            raise ValueError(f"axis={self.axis} names the same axis twice in an input of shape {tuple(shape)}.")
        return [axis % rank for axis in axes]

    def _total(self, numbers):
        """The sum over the axis, which broadcasts to the input."""
        return ops.sum(numbers, axis=self.axis, keepdims=True)

    def _candidate(self):
        # Keras's ops over several axes need an input of known size.
        return None if isinstance(self.axis, tuple) else super()._candidate()

    def _native(self, x):
        if 0 in x.shape:
            return x  # Keras's ops raise an error for an empty input
        if not isinstance(self.axis, tuple):
            return super()._native(x)
        op: Any = self.native()  # Keras takes several axes only if they are counted from 0
        return kernels.NativeOp(op.name, **op.arguments | {"axis": tuple(self._checked_axes(x.shape))})(x)

    def _argument(self, name):
        return list(self.axis) if name == "axis" and isinstance(self.axis, tuple) else super()._argument(name)

    def get_config(self):
        return keras_gaps.with_several_axes(super().get_config())

    @classmethod
    def from_config(cls, config):
        return super().from_config(keras_gaps.with_axis(config))

    def _stands_for_output(self, x):
        # Losses normalize over the last axis. Along any other axis the input may not replace the output.
        return self.keeps_logits and self._checked_axes(x.shape) == [len(x.shape) - 1]


class Splitting(AlongAxis):
    """An activation that changes the width of an axis.

    It cannot stand in a host such as `Dense`, which declares the width of its output by itself. It is a layer of its own, after a layer
    without activation: ``[Dense(8), GLU()]``.

    Call arguments:
        inputs: Tensor of floats, which is split along the axis; or the list of its pieces, tensors of one shape in the order in which they
            would be split off, such as the outputs of two `Dense` layers. Nothing is concatenated then.
    """

    _recomputed = True
    width = Fraction(1, 2)
    """The width of the output in units of the input's; an attribute of the instance where it depends on an argument."""

    call: Any = Activation.call  # it has no argument `mask`, so Keras passes none

    @property
    def divisor(self):
        return self.width.denominator

    @classmethod
    def _use(cls):
        return f"{cls.__name__}()(x)"

    @property
    def advice(self):
        """What to write instead of a host."""
        return f"Write it as a layer of its own, after a layer without activation: [Dense(units), {self!r}]."

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        keras_gaps.warn_in_host(self, stacklevel=2)
        return super().__call__(inputs, *args, **kwargs)

    def _as_tensor(self, inputs):
        several = isinstance(inputs, (list, tuple)) and any(map(is_array, inputs))
        if not several or self.divisor == 1:
            return super()._as_tensor(inputs)
        if len(inputs) != self.divisor:
            raise TypeError(
                f"{self!r} takes one tensor or a list of its {self.divisor} pieces; received a {type(inputs).__name__} of {len(inputs)}."
            )
        return [super(Splitting, self)._as_tensor(piece) for piece in inputs]

    def _applied(self, inputs, **context):
        if not isinstance(inputs, (list, tuple)):
            return super()._applied(inputs, **context)
        if self.kernel == "native":  # the op takes one tensor
            return super()._applied(ops.concatenate(inputs, axis=self.axis), **context)
        dtype = keras.backend.result_type(*(piece.dtype for piece in inputs))
        pieces = [self._standardized(ops.cast(piece, dtype)) for piece in inputs]
        self.compute_output_shape([tuple(piece.shape) for piece in pieces])  # raises an error for an invalid shape
        return self._evaluate(pieces[0], self._ordered(pieces), **context)

    def compute_output_shape(self, input_shape):
        if len(input_shape) and isinstance(input_shape[0], (list, tuple)):
            input_shape = self._whole(input_shape)
        shape, (axis,) = super().compute_output_shape(input_shape), self._checked_axes(input_shape)
        if shape[axis] is None:
            return shape
        # During torch's tracing for ONNX, sizes are tensors. A Fraction cannot multiply a tensor.
        return (*shape[:axis], shape[axis] * self.width.numerator // self.width.denominator, *shape[axis + 1 :])

    def _whole(self, shapes):
        """The shape of what splits into pieces of these shapes."""
        first = list(shapes[0])
        same = all(m == n or None in (m, n) for shape in shapes for m, n in zip(shape, first, strict=False))
        if not same or len({len(shape) for shape in shapes}) > 1:
            raise ValueError(f"{self!r} takes pieces of one shape; received {', '.join(str(tuple(shape)) for shape in shapes)}.")
        (axis,) = self._checked_axes(first)
        first[axis] = first[axis] and first[axis] * self.divisor
        return tuple(first)

    def compute_output_spec(self, inputs, *args, **kwargs):
        if not isinstance(inputs, (list, tuple)):
            return super().compute_output_spec(inputs, *args, **kwargs)
        dtype = keras.backend.result_type(*(piece.dtype for piece in inputs))
        return keras.KerasTensor(self.compute_output_shape([tuple(piece.shape) for piece in inputs]), dtype=self._output_dtype(dtype))

    _native = Activation._native
    _mixes = False  # the op takes one tensor, but the derivative belongs to the chunks

    @property
    def _chunk_count(self):
        return self.divisor

    def _chunks(self, x):
        return self._ordered(self._split(x, self.axis))

    def _ordered(self, pieces):
        """The pieces in the order in which `fallback` takes them."""
        return tuple(pieces)

    def _split(self, x, axis):
        # litert-torch fails on a split into one chunk.
        return ops.split(x, self.divisor, axis=axis) if self.divisor > 1 else [x]

    def _interleaved(self, x, axis):
        """The pieces of neighbours: every n-th entry, from the first, the second ... on."""
        shape, axis = list(ops.shape(x)), axis % len(x.shape)
        # TensorFlow may not know the size before. Then this reshape fails if the divisor does not divide it.
        shape[axis : axis + 1] = [-1 if x.shape[axis] is None else x.shape[axis] // self.divisor, self.divisor]
        return ops.unstack(ops.reshape(x, shape), axis=axis + 1)

    def compute_mask(self, inputs, mask=None):
        # A step of the output is valid if all of its input steps are valid.
        if isinstance(inputs, (list, tuple)):
            masks = [AlongAxis.compute_mask(self, *pair) for pair in zip(inputs, mask or (), strict=False)]
            masks = [mask for mask in masks if mask is not None]
            return functools.reduce(ops.logical_and, masks) if masks else None
        mask, (axis,) = super().compute_mask(inputs, mask), self._checked_axes(inputs.shape)
        if mask is None or axis >= len(mask.shape):
            return mask
        valid = functools.reduce(ops.logical_and, self._split(mask, axis))
        return ops.concatenate([valid] * self.width.numerator, axis=axis)
