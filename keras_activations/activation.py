"""The contract of an activation, on top of a layer that survives: which kernel runs, and in which of three shapes.

`Activation` itself is elementwise. `AlongAxis` normalizes over an axis, and `Splitting` changes the width of one.
"""

import functools
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal

import keras
from keras import ops

from . import arguments, autodiff, keras_gaps
from .hosted import Hosted, is_array
from .options import ActivationOptions, LayerOptions, Unpack
from .special import lowest, where
from .verdicts import VERDICTS

KERNELS = ("auto", "native", "fallback")


def canonical_name(cls: type) -> str:
    """The name of an activation class in snake_case: a word ends after three letters, so that LeakyReLU is leaky_relu.

    What is left at the end must be a word too: SwiGLU is swiglu, SmeLU is smelu, and CLogLog is cloglog. A letter may begin: ESwish is
    e_swish.
    """
    return re.sub(r"(?<=[A-Za-z][a-z][a-z])(?=[A-Z])(?!G?LU$|Log$)|(?<=^[A-Z])(?=[A-Z][a-z]{3})", "_", cls.__name__).lower()


class _NativeOps:
    """`keras.ops`, where an op that this release of Keras lacks answers `NotImplemented`."""

    def __getattr__(self, name):
        return getattr(ops, name, lambda *args, **kwargs: NotImplemented)


native_ops = _NativeOps()


# What holds for one value only, and what stands in its place where the value is redefined.
_OF_ONE_VALUE = {"derivative": None, "native": None, "keeps_logits": False}


def distance(cls: type, name: str) -> int:
    """How far above `cls` stands the class that defines the attribute `name`."""
    return next(steps for steps, base in enumerate(cls.__mro__) if name in vars(base))


class Activation(Hosted):
    """Base class of every activation: a layer whose mathematics stands in up to three methods, pure in their tensors.

    A subclass validates its hyperparameters in `__init__`, says in its docstring what it computes, as ``f(x) = ...`` in
    the grammar of `keras_activations.formula`, and defines:

    * ``fallback(x)``: the definition, in stable `keras.ops` that differentiate safely by themselves. 16-bit inputs arrive in float32.
    * ``derivative(x)``, where automatic differentiation of the fallback would be less accurate, keep more than x or be slower.
    * ``native(x)``, where the framework has an op of its own; it returns `NotImplemented` for hyperparameters that the op lacks.

    Args:
        kernel: "native" runs the framework's own op with its own gradient, and promises no accuracy; "fallback" runs this package's
            value and derivative; "auto" takes the value from the native op where that was measured to be as accurate
            (`keras_activations/verdicts.py`), and the derivative from this package.
        **kwargs: `name`, `dtype`, `trainable` and `activity_regularizer`, as in every Keras layer. With ``dtype=None`` the
            activation computes in the dtype of its input.
    """

    aliases: tuple[str, ...] = ()
    """Further names that `get` answers to."""
    samples: tuple[dict[str, Any], ...] = ({},)
    """Hyperparameters worth testing, plotting and timing."""
    keeps_logits = False
    """Whether Keras's cross-entropy losses may take the input in place of the output: right for a sigmoid or softmax only."""
    derivative: Any = None
    native: Any = None
    _recomputed = True  # in the backward pass, where there is no derivative
    _given_name: str | None = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name, unknown in _OF_ONE_VALUE.items():
            if distance(cls, "fallback") < distance(cls, name):
                setattr(cls, name, unknown)

    def __new__(cls, *args, **kwargs):
        if cls is Activation:
            raise TypeError(f"Activation is the base class of the activations; received {args}. To look one up, write get('mish').")
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *, kernel: Literal["auto", "native", "fallback"] = "auto", **kwargs: Unpack[LayerOptions]):
        super().__init__(**kwargs)
        self.kernel = arguments.choice("kernel", kernel, KERNELS)
        if kernel == "native" and self.native is None:
            raise ValueError(f"{type(self).__name__} has no native op on any backend; received kernel='native'. Write kernel='auto'.")

    def fallback(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define fallback(self, x), which computes its value.")

    def choose(self, dtype: str, traced: bool) -> str:
        """The kernel, "native" or "fallback", that computes the value for inputs of `dtype`, `traced` into a graph or eager."""
        if self.kernel != "auto":
            return self.kernel
        trusted = VERDICTS.get(keras.backend.backend(), {}).get((keras.backend.standardize_dtype(dtype), traced), ())
        # Another package may have a class of the same name, which nobody measured.
        ours = type(self).__module__.startswith(f"{__package__}.")
        return "native" if ours and type(self).__name__ in trusted else "fallback"

    @property
    def implementation(self) -> str:
        """The kernel that would run now for an input of floatx: "native" or "fallback"."""
        chosen = self.choose(keras.config.floatx(), autodiff.is_traced())
        if chosen == "native":
            probe = ops.ones((2,) * self._smallest_rank())
            learned, fixed = self._operands(probe)
            if self.kernel == "auto" and self._native(probe, *learned, *fixed) is NotImplemented:
                chosen = "fallback"
        return chosen

    def _smallest_rank(self):
        return 1

    @property
    def __name__(self) -> str:
        """The name for tools that ask functions for it: that of the class in snake_case, unless another one is set."""
        return self._given_name or canonical_name(type(self))

    @__name__.setter
    def __name__(self, name: str):
        self._given_name = arguments.text("__name__", name)

    def call(self, inputs):
        return self._applied(inputs)

    def _applied(self, inputs, **context):
        """What `call` returns; the context, such as `training`, is for `_operands`."""
        if hasattr(inputs, "with_flat_values"):  # a RaggedTensor of TensorFlow
            return inputs.with_flat_values(self._applied(inputs.flat_values, **context))
        x = self._standardized(inputs)
        return self._with_logits(self._evaluate(x, **context), x)

    def _standardized(self, inputs):
        """The input as a tensor, which a variable is not, in the dtype of the output."""
        if hasattr(inputs, "with_flat_values"):
            raise TypeError(f"{type(self).__name__} takes dense tensors; received a RaggedTensor. Write x.to_tensor(), and give it a mask.")
        x = ops.convert_to_tensor(inputs)
        return ops.cast(x, self._output_dtype(x.dtype))

    def _operands(self, x):
        """What `fallback`, `derivative` and `native` take after x: (tensors, numbers)."""
        return (), ()

    def _pieces(self, x):
        """What `fallback` and `derivative` take for x."""
        return (x,)

    def _evaluate(self, x, pieces=None, **context):
        """The value of the chosen kernel, with the derivative that belongs to it, for x or for the pieces of which x is one."""
        learned, fixed = self._operands(x, **context)
        native = self.choose(x.dtype, autodiff.is_traced()) == "native"
        if native and (self.kernel == "native" or self.derivative is None):
            result = self._native(x, *learned, *fixed)
            if result is not NotImplemented:
                return result
            if self.kernel == "native":
                raise ValueError(f"{self!r} has no native op in this Keras on {keras.backend.backend()}. Write kernel='auto'.")

        # The entries of a parameter are tensors by themselves, so that each has a gradient.
        operands = [*(self._pieces(x) if pieces is None else pieces), *learned]
        layout, tensors = keras.tree.map_structure(lambda _: 0, operands), keras.tree.flatten(operands)

        def on(function, *tensors):
            return function(*keras.tree.pack_sequence_as(layout, tensors), *fixed)

        def value(*tensors):
            # torch's forward mode takes the derivative from here, and the native op has its own.
            result = on(self._native, *tensors) if native and not autodiff.in_forward_mode() else NotImplemented
            return autodiff.rounded_once(functools.partial(on, self.fallback), *tensors) if result is NotImplemented else result

        def derivative(*tensors):
            return keras.tree.flatten(on(self.derivative, *tensors))

        if self.derivative is None:
            differentiated = autodiff.recompute if self._recomputed else autodiff.automatic
            return differentiated(value, *tensors)
        return autodiff.differentiate(value, derivative, *tensors)

    def _native(self, *tensors):
        return NotImplemented if self.native is None else self.native(*tensors)

    def _with_logits(self, y, x):
        if self.keeps_logits and keras.backend.backend() == "tensorflow":
            # Keras's losses read this attribute, and lose every digit of a saturated output without it.
            y._keras_logits = x
        return y

    def get_config(self):
        config = super().get_config()
        if config.get("kernel") == "auto":
            del config["kernel"]
        return config


class AlongAxis(Activation):
    """An activation whose outputs depend on each other along an axis.

    Args:
        axis: Integer, the axis to normalize over. Negative axes count from the last.
        **kwargs: As in every activation.

    Call arguments:
        inputs: Tensor of floats.
        mask: Optional tensor of booleans of the rank of `inputs`, and broadcastable to them: entries where it is False do not take
            part. Keras passes the mask of time steps here, which has the shape of the leading axes: that one is handed on and not
            applied. Any other mask is refused.
    """

    masked = 0.0
    """What stands in the output where the mask is False. Infinity is read as the largest number of the dtype."""
    excluded = -float("inf")
    """What stands in the input there, so that the entry has no part in the outputs of the others. Infinity is read likewise."""
    takes_several_axes = False
    _recomputed = False  # sorts and sums are dear

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        if self.takes_several_axes and isinstance(axis, (tuple, list)) and axis:
            self.axis = tuple(arguments.integer("axis", a) for a in axis)
        else:
            self.axis = arguments.integer("axis", axis)

    def call(self, inputs, mask=None):
        return self._applied(inputs, mask)

    def _applied(self, inputs, mask=None, **context):
        x = self._standardized(inputs)
        self.compute_output_shape(x.shape)  # refuses what has no output
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
        # A mask of the input's own rank has been applied; as a mask of time steps it would only break the next layer.
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

    def _smallest_rank(self):
        return max(axis + 1 if axis >= 0 else -axis for axis in self._axes())

    def _native_axis(self, x):
        # Of several axes, the native ops take only those that are counted from 0.
        return tuple(self._checked_axes(x.shape)) if isinstance(self.axis, tuple) else self.axis

    def _argument(self, name):
        return list(self.axis) if name == "axis" and isinstance(self.axis, tuple) else super()._argument(name)

    def get_config(self):
        config = super().get_config()
        if isinstance(self.axis, tuple):
            # From a legacy H5 file Keras drops an "axis" that is a longer list, in any layer, without a word.
            config["axes"] = config.pop("axis")
        return config

    @classmethod
    def from_config(cls, config):
        return super().from_config({"axis" if name == "axes" else name: value for name, value in config.items()})

    def _with_logits(self, y, x):
        # Losses normalize over the last axis, so that only there the input stands for the output.
        return super()._with_logits(y, x) if self._checked_axes(x.shape) == [len(x.shape) - 1] else y


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

    def choose(self, dtype: str, traced: bool) -> str:
        # A native op takes the input unsplit, where the derivative of the pieces cannot be attached to it.
        return "fallback" if self.kernel == "auto" else self.kernel

    call: Any = Activation.call  # without the argument, Keras passes no mask

    @property
    def divisor(self):
        return self.width.denominator

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
        if self.kernel == "native":  # the op takes them unsplit
            return super()._applied(ops.concatenate(inputs, axis=self.axis), **context)
        dtype = keras.backend.result_type(*(piece.dtype for piece in inputs))
        pieces = [self._standardized(ops.cast(piece, dtype)) for piece in inputs]
        self.compute_output_shape([tuple(piece.shape) for piece in pieces])  # refuses what has no output
        return self._evaluate(pieces[0], self._ordered(pieces), **context)

    def compute_output_shape(self, input_shape):
        if len(input_shape) and isinstance(input_shape[0], (list, tuple)):
            input_shape = self._whole(input_shape)
        shape, (axis,) = super().compute_output_shape(input_shape), self._checked_axes(input_shape)
        if shape[axis] is None:
            return shape
        # While torch traces a model for ONNX, sizes are tensors, which no Fraction multiplies.
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

    def _pieces(self, x):
        return self._ordered(self._split(x, self.axis))

    def _ordered(self, pieces):
        """The pieces in the order in which `fallback` takes them."""
        return tuple(pieces)

    def _split(self, x, axis):
        # A split into one piece does not survive the way from torch to LiteRT.
        return ops.split(x, self.divisor, axis=axis) if self.divisor > 1 else [x]

    def _dealt(self, x, axis):
        """The pieces of neighbours: every n-th entry, from the first, the second ... on."""
        shape, axis = list(ops.shape(x)), axis % len(x.shape)
        # A size that TensorFlow does not know before fails here, where the divisor does not divide it.
        shape[axis : axis + 1] = [-1 if x.shape[axis] is None else x.shape[axis] // self.divisor, self.divisor]
        return ops.unstack(ops.reshape(x, shape), axis=axis + 1)

    def compute_mask(self, inputs, mask=None):
        # A step of the output is valid where all the steps that it comes from are.
        if isinstance(inputs, (list, tuple)):
            masks = [AlongAxis.compute_mask(self, *pair) for pair in zip(inputs, mask or (), strict=False)]
            masks = [mask for mask in masks if mask is not None]
            return functools.reduce(ops.logical_and, masks) if masks else None
        mask, (axis,) = super().compute_mask(inputs, mask), self._checked_axes(inputs.shape)
        if mask is None or axis >= len(mask.shape):
            return mask
        valid = functools.reduce(ops.logical_and, self._split(mask, axis))
        return ops.concatenate([valid] * self.width.numerator, axis=axis)
