"""The contract of an activation, on top of a layer that survives, in three shapes.

`Activation` itself is elementwise. `AlongAxis` normalizes over an axis, and `Splitting` changes the width of one.
"""

import functools
import inspect
import itertools
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from numbers import Number
from typing import Any, Literal

import keras
from keras import ops

from . import arguments, autodiff, keras_gaps, kernels
from .hosted import Hosted, is_array
from .options import ActivationOptions, LayerOptions, Unpack
from .special import Terms, is_bound, lowest, under, where


def canonical_name(cls: type) -> str:
    """The name of an activation class in snake_case: a word ends after three letters, so that LeakyReLU is leaky_relu.

    What is left at the end must be a word too: SwiGLU is swiglu, SmeLU is smelu, and CLogLog is cloglog. A letter may begin: ESwish is
    e_swish.
    """
    return re.sub(r"(?<=[A-Za-z][a-z][a-z])(?=[A-Z])(?!G?LU$|Log$)|(?<=^[A-Z])(?=[A-Z][a-z]{3})", "_", cls.__name__).lower()


_MOST_KERNELS = 16  # that one layer holds

# What holds for one value only, and what stands in its place where the value is redefined.
_OF_ONE_VALUE = {"derivative": None, "native": None, "keeps_logits": False}


def distance(cls: type, name: str) -> int:
    """How far above `cls` stands the class that defines the attribute `name`."""
    return next(steps for steps, base in enumerate(cls.__mro__) if name in vars(base))


def _is_plain(value):
    """Whether the value is a number, a string, None, or a tuple or list of such, which `repr` shows whole."""
    return all(map(_is_plain, value)) if isinstance(value, (tuple, list)) else value is None or isinstance(value, (str, Number))


def _flat(operands):
    """The tensors, those of a parameter of several entries among them."""
    return [x for operand in operands for x in (operand if isinstance(operand, (tuple, list)) else (operand,))]


def _counts(operands):
    """How many entries each operand has; None where it is a tensor."""
    return tuple(len(operand) if isinstance(operand, tuple) else None for operand in operands)


def _packed(counts, tensors):
    """The operands with these numbers of entries, made of the tensors."""
    rest = iter(tensors)
    return [next(rest) if count is None else tuple(itertools.islice(rest, count)) for count in counts]


class Activation(Hosted):
    """Base class of every activation: a layer whose mathematics stands in up to three methods, pure in their tensors.

    A subclass validates its hyperparameters in `__init__`, says in its docstring what it computes, as ``f(x) = ...`` in
    the grammar of `keras_activations.formula`, and defines:

    * ``fallback(x)``: the definition, in stable `keras.ops` that differentiate safely by themselves. 16-bit inputs arrive in float32.
    * ``derivative(x)``, where automatic differentiation of the fallback would be less accurate, keep more than x or be slower. Where
      `fallback` takes more than x, it yields the partial derivatives one by one: those of numbers that nobody learns are not computed.
    * ``native()``, where the framework has an op of its own: the `NativeOp` for the layer's hyperparameters, or None.

    `fallback` and `derivative` may be called on a copy of the layer: all layers with equal attributes share one kernel. A layer that has
    other attributes than numbers, strings and tuples or lists of them has a kernel of its own.

    Args:
        kernel: "auto" runs the fastest plan whose errors are those of the frameworks' own operations. Where a compiler fuses operations
            and accuracy costs no time, it runs what "fallback" runs. "fallback" runs this package's value and derivative, with errors of
            a few units in the last place. "native" runs the framework's own op with its own gradient, and promises no accuracy. "fused"
            has the accuracy of "fallback", compiled by the backend although the model around it is not: see `set_kernel` for what it
            costs. See `plan`.
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
    _mixes = True  # the value of a native op with the derivative of this package
    _given_name: str | None = None
    _strict = kernels.Plan("ours", "strict", "it is part of a strict kernel")
    _plans: dict[tuple, kernels.Plan]
    """Those of the class in eager mode."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls._plans = {}
        for name, unknown in _OF_ONE_VALUE.items():
            if distance(cls, "fallback") < distance(cls, name):
                setattr(cls, name, unknown)
        if "native" in vars(cls) and cls.native is not None and len(inspect.signature(cls.native).parameters) > 1:
            raise TypeError(
                f"{cls.__name__}.native takes no tensor: it names the op. Write def native(self): return NativeOp('silu'), or None where "
                "the op lacks a hyperparameter."
            )

    def __new__(cls, *args, **kwargs):
        if cls is Activation:
            raise TypeError(f"Activation is the base class of the activations; received {args}. To look one up, write get('mish').")
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *, kernel: Literal["auto", "native", "fallback", "fused"] = "auto", **kwargs: Unpack[LayerOptions]):
        super().__init__(**kwargs)
        self.kernel = arguments.choice("kernel", kernel, kernels.KERNELS)
        if kernel == "native" and self.native is None:
            raise ValueError(f"{type(self).__name__} has no native op on any backend; received kernel='native'. Write kernel='auto'.")

    def fallback(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define fallback(self, x), which computes its value.")

    def plan(self, mode: str | None = None, dtype: str | None = None) -> kernels.Plan:
        """What would run, and why.

        Args:
            mode: "eager", "graph" for a plain graph of TensorFlow or an export, or "fused" where a compiler makes one pass of many
                operations. Default None: the mode of the caller.
            dtype: The dtype of the input. Default None: floatx.

        Raises:
            ValueError: for another mode.

        Example:
            >>> ReLU().plan("eager", "float32").name
            'native'
        """
        mode = autodiff.mode() if mode is None else arguments.choice("mode", mode, kernels.MODES)
        return self._chosen(mode, keras.backend.standardize_dtype(dtype or keras.config.floatx()))

    def _chosen(self, mode, dtype):
        op = self._candidate()
        if mode != "eager":
            return self._choose(op, mode, dtype)
        # Every call asks for it.
        key = self.kernel, op and (op.variant, op.function), dtype
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._choose(op, mode, dtype)
        return plan

    def _choose(self, op, mode, dtype):
        measured = kernels.row(type(self), op, mode, dtype)
        budget, automatic = kernels.budget_of(type(self), mode), kernels.differentiates_itself(type(self), mode)
        return kernels.choose(self.kernel, op, measured, budget, mode, dtype, self.derivative is not None, self._mixes, automatic)

    def _candidate(self):
        """The native op that "auto" may take, or None."""
        return None if self.native is None else self.native()

    @property
    def implementation(self) -> str:
        """Where the value would come from now for an input of floatx: "native" or "fallback". See `plan` for more."""
        return "native" if self.plan().name in ("native", "mixed") else "fallback"

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
        if autodiff.is_ragged(inputs):
            return inputs.with_flat_values(self._applied(inputs.flat_values, **context))
        x = self._standardized(inputs)
        return self._with_logits(self._evaluate(x, **context), x)

    def _standardized(self, inputs):
        """The input as a tensor in the dtype of the output."""
        if autodiff.is_ragged(inputs):
            raise TypeError(f"{type(self).__name__} takes dense tensors; received a RaggedTensor. Write x.to_tensor(), and give it a mask.")
        x = autodiff.as_tensor(inputs)
        dtype = autodiff.dtype_of(x)
        wanted = self._output_dtype(dtype)
        return x if wanted == dtype else ops.cast(x, wanted)

    def _operands(self, x):
        """What `fallback`, `derivative` and `native` take after x: (tensors, numbers)."""
        return (), ()

    _pieces_count = 1

    def _pieces(self, x) -> tuple:
        """What `fallback` and `derivative` take for x: so many."""
        return (x,)

    def _evaluate(self, x, pieces=None, **context):
        """The value of the chosen kernel, with the derivative that belongs to it, for x or for the pieces of which x is one."""
        mode = autodiff.mode()
        plan = self._strict if is_bound() else self._chosen(mode, autodiff.dtype_of(x))
        if plan.name == "native" and pieces is None:
            return self._native(x)
        learned, fixed = self._operands(x, **context)
        # The entries of a parameter are tensors by themselves, so that each has a gradient.
        operands = [*((x,) if pieces is None else pieces), *learned]
        layout, tensors, whole = _counts(operands), _flat(operands), pieces is None

        def make(layer=self):
            return layer._computing(plan, mode, layout, fixed, whole)

        key = self._key(plan, layout, whole) if kernels.is_remembered(plan, mode, tensors) else None
        if key is None:
            plan = self._strict if plan.name == "fused" else plan
            return make()(*tensors)
        return self._remembered(key, plan, tensors, make)(*tensors)

    def _computing(self, plan, mode, layout, fixed, whole):
        """What runs for a plan, as a function of the tensors. `whole` says that the first of them is to be split."""
        if whole:
            layout = (*[None] * self._pieces_count, *layout[1:])

        def on(function, *tensors):
            return function(*_packed(layout, tensors), *fixed)

        everyday, exported, is_fused = plan.budget == "everyday", mode == "graph", mode == "fused"
        automatic = self.derivative is None or plan.name == "automatic"

        def value(*tensors):
            # torch's forward mode takes the derivative from here.
            forward = autodiff.in_forward_mode()
            if plan.name == "mixed" and not forward:
                return self._native(*tensors)
            terms = Terms(everyday, exported, not (automatic or forward), is_fused)
            return autodiff.rounded_once(under(terms, functools.partial(on, self.fallback)), *tensors)

        def partials(*operands):
            found = self.derivative(*operands)
            # Those of the numbers that follow the tensors are never computed.
            return _flat(itertools.islice(found, len(layout)) if isinstance(found, (tuple, list, Iterator)) else [found])

        def derivative(*tensors):
            return under(Terms(everyday, exported, fused=is_fused), functools.partial(on, partials))(*tensors)

        if plan.name == "fused" and not automatic:
            value, derivative = autodiff.fused(value), autodiff.fused(derivative)
        # Without a derivative the short form keeps what the textbook keeps, and takes no longer.
        differentiated = autodiff.recompute if self._recomputed and not (everyday and not is_fused) else autodiff.automatic

        def computed(*tensors):
            if whole:
                tensors = (*self._pieces(tensors[0]), *tensors[1:])
            return differentiated(value, *tensors) if automatic else autodiff.differentiate(value, derivative, *tensors)

        return computed

    def _native(self, x):
        op = self.native()
        if op is None:
            raise ValueError(f"{self!r} has no native op for these arguments. Write kernel='auto'.")
        return op(x)

    def _apart(self):
        """The names of attributes that the mathematics does not read, or that `_operands` hands over."""
        return {"kernel", "_kernels"}

    def _key(self, plan, layout, whole):
        """What tells the kernel of this layer from others, or None where it cannot be told, as of an array, a layer or a weight."""
        own = {name: value for name, value in keras_gaps.own_attributes(self).items() if name not in self._apart()}
        if not all(map(_is_plain, own.values())):
            return None
        # Equal numbers may differ: 0.0 and -0.0, 1 and True.
        return type(self), repr(sorted(own.items())), self.dtype_policy.name, self.trainable, plan, layout, whole

    def _remembered(self, key, plan, tensors, make):
        """The kernel of this key, which the layer holds from now on."""
        signature = autodiff.signature(tensors)
        key = *key, signature
        # Past Keras, which tracks what is set as an attribute.
        held = self.__dict__.setdefault("_kernels", {})
        if key not in held:
            if len(held) >= _MOST_KERNELS:  # a hyperparameter that changes all the time
                held.clear()
            held[key] = kernels.once(key, lambda: autodiff.remembered(make(self._bare()), signature, plan.name == "fused"))
        return held[key]

    def _bare(self):
        """A copy of what may be read of the layer, without its weights: a kernel outlives it."""
        bare = autodiff.bare(type(self))
        read = {name: value for name, value in self.__dict__.items() if _is_plain(value) or name == "_dtype_policy"}
        # Keras's own lists know the layer that they belong to.
        bare.__dict__.update({name: [*value] if isinstance(value, list) else value for name, value in read.items()})
        return bare

    def _with_logits(self, y, x, stand_for_it=True):
        if keras.backend.backend() != "tensorflow":
            return y
        if self.keeps_logits and stand_for_it:
            # Keras's losses read this attribute, and lose every digit of a saturated output without it.
            y._keras_logits = x
        elif hasattr(y, "_keras_logits"):  # Keras's own ops set it along any axis
            del y._keras_logits
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

    def _candidate(self):
        # Along several axes, Keras's ops do not take an input of unknown size.
        return None if isinstance(self.axis, tuple) else super()._candidate()

    def _native(self, x):
        if 0 in x.shape:
            return x  # which Keras's ops refuse
        if not isinstance(self.axis, tuple):
            return super()._native(x)
        op: Any = self.native()  # of several axes, Keras takes only those that are counted from 0
        return kernels.NativeOp(op.name, **op.arguments | {"axis": tuple(self._checked_axes(x.shape))})(x)

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

    def _with_logits(self, y, x, stand_for_it=True):
        if keras.backend.backend() != "tensorflow":
            return y
        # Losses normalize over the last axis, so that only there the input stands for the output.
        return super()._with_logits(y, x, self._checked_axes(x.shape) == [len(x.shape) - 1])


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

    _native = Activation._native
    _mixes = False  # the op takes the input unsplit, where the derivative of the pieces cannot be attached to it

    @property
    def _pieces_count(self):
        return self.divisor

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
