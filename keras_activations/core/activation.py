"""The contract of an activation, on top of a layer that survives."""

import functools
import inspect
import itertools
import re
from collections.abc import Iterator
from numbers import Number
from typing import Any, Literal

import keras
from keras import ops

from . import arguments, autodiff, keras_gaps, kernels
from .hosted import Hosted
from .options import LayerOptions, Unpack
from .terms import Terms, is_bound, under


def canonical_name(cls: type) -> str:
    """The name of an activation class in snake_case: a word ends after three letters, so that LeakyReLU is leaky_relu.

    What is left at the end must be a word too: SwiGLU is swiglu, SmeLU is smelu, and CLogLog is cloglog. A letter may begin: ESwish is
    e_swish.
    """
    return re.sub(r"(?<=[A-Za-z][a-z][a-z])(?=[A-Z])(?!G?LU$|Log$)|(?<=^[A-Z])(?=[A-Z][a-z]{3})", "_", cls.__name__).lower()


_MOST_KERNELS = 16  # in one layer

# These attributes belong to one `fallback`. A class with a new `fallback` gets these defaults.
_OF_ONE_VALUE = {"derivative": None, "native": None, "keeps_logits": False}


def distance(cls: type, name: str) -> int:
    """How far above `cls` stands the class that defines the attribute `name`."""
    return next(steps for steps, base in enumerate(cls.__mro__) if name in vars(base))


def _is_plain(value):
    """Whether the value is a number, a string, None, or a tuple or list of such, which `repr` shows whole."""
    return all(map(_is_plain, value)) if isinstance(value, (tuple, list)) else value is None or isinstance(value, (str, Number))


def _flat(operands):
    """All tensors in one list. A parameter of several entries is a tuple of tensors."""
    return [x for operand in operands for x in (operand if isinstance(operand, (tuple, list)) else (operand,))]


def _counts(operands):
    """The number of entries of each operand, or None for a tensor."""
    return tuple(len(operand) if isinstance(operand, tuple) else None for operand in operands)


def _packed(counts, tensors):
    """The reverse of `_flat`: the operands with these numbers of entries."""
    rest = iter(tensors)
    return [next(rest) if count is None else tuple(itertools.islice(rest, count)) for count in counts]


class Activation(Hosted):
    """Base class of every activation: a layer whose mathematics stands in up to three methods, pure in their tensors.

    A subclass validates its hyperparameters in `__init__`, says in its docstring what it computes, as ``f(x) = ...`` in
    the grammar of `keras_activations.testing.formula`, and defines:

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
            activation computes in the dtype of its input tensor. Arrays and lists become floatx first, as in every Keras layer.
    """

    aliases: tuple[str, ...] = ()
    """Further names that `get` answers to."""
    samples: tuple[dict[str, Any], ...] = ({},)
    """Hyperparameters worth testing, plotting and timing."""
    keeps_logits = False
    """Whether Keras's cross-entropy losses may take the input in place of the output: right for a sigmoid or softmax only."""
    derivative: Any = None
    native: Any = None
    _recomputed = True  # without a derivative, the backward pass computes the value again
    _mixes = True  # the plan may be "mixed"
    _rounds = True  # the value of a 16-bit x is computed in float32 and rounded
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
        # Every eager call needs the plan, so it is remembered.
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
        x = autodiff.as_tensor(inputs)
        dtype = autodiff.dtype_of(x)
        wanted = self._output_dtype(dtype)
        return x if wanted == dtype else ops.cast(x, wanted)

    def _operands(self, x):
        """What `fallback` and `derivative` take after x: (tensors, numbers)."""
        return (), ()

    _chunk_count = 1

    def _chunks(self, x) -> tuple:
        """What `fallback` and `derivative` take for x: so many."""
        return (x,)

    def _evaluate(self, x, pieces=None, **context):
        """The value of the chosen kernel, with the derivative that belongs to it, for x or for the pieces of which x is one."""
        mode = autodiff.mode()
        plan = self._strict if is_bound() else self._chosen(mode, autodiff.dtype_of(x))
        if plan.name == "native" and pieces is None:
            return self._native(x)
        learned, fixed = self._operands(x, **context)
        # Each entry of a parameter is a tensor, so that each has a gradient.
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
            layout = (*[None] * self._chunk_count, *layout[1:])

        def on(function, *tensors):
            return function(*_packed(layout, tensors), *fixed)

        everyday, exported, is_fused = plan.budget == "everyday", mode == "graph", mode == "fused"
        automatic = self.derivative is None or plan.name == "automatic"

        def value(*tensors):
            # In forward mode, torch differentiates these operations.
            forward = autodiff.in_forward_mode()
            if plan.name == "mixed" and not forward:
                return self._native(*tensors)
            terms = Terms(everyday, exported, not (automatic or forward), is_fused)
            function = under(terms, functools.partial(on, self.fallback))
            return autodiff.rounded_once(function, *tensors) if self._rounds else function(*tensors)

        def partials(*operands):
            found = self.derivative(*operands)
            # The partials of plain numbers come last. They are never computed.
            return _flat(itertools.islice(found, len(layout)) if isinstance(found, (tuple, list, Iterator)) else [found])

        def derivative(*tensors):
            return under(Terms(everyday, exported, fused=is_fused), functools.partial(on, partials))(*tensors)

        if plan.name == "fused" and not automatic:
            value, derivative = autodiff.fused(value), autodiff.fused(derivative)

        def computed(*tensors):
            if whole:
                tensors = (*self._chunks(tensors[0]), *tensors[1:])
            if not automatic:
                return autodiff.differentiate(value, derivative, *tensors)
            # The short form keeps as little as the textbook. In 16 bits it would keep float32 tensors, which are larger.
            is_short = everyday and not is_fused and not (self._rounds and autodiff.is_narrow(tensors[0].dtype))
            return autodiff.recompute(value, *tensors) if self._recomputed and not is_short else autodiff.automatic(value, *tensors)

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
        # `repr` tells 0.0 from -0.0 and 1 from True, which are equal.
        return type(self), repr(sorted(own.items())), self.dtype_policy.name, self.trainable, plan, layout, whole

    def _remembered(self, key, plan, tensors, make):
        """The kernel of this key, which the layer holds from now on."""
        signature = autodiff.signature(tensors)
        key = *key, signature
        # `__dict__` is used because Keras tracks every attribute that is set.
        held = self.__dict__.setdefault("_kernels", {})
        if key not in held:
            if len(held) >= _MOST_KERNELS:  # a hyperparameter changes at every call
                held.clear()
            held[key] = kernels.once(key, lambda: autodiff.remembered(make(self._bare()), signature, plan.name == "fused"))
        return held[key]

    def _bare(self):
        """A copy of what may be read of the layer, without its weights: a kernel outlives it."""
        bare = autodiff.bare(type(self))
        read = {name: value for name, value in self.__dict__.items() if _is_plain(value) or name == "_dtype_policy"}
        # A list of Keras refers to its layer. A plain list does not.
        bare.__dict__.update({name: [*value] if isinstance(value, list) else value for name, value in read.items()})
        return bare

    def _stands_for_output(self, x):
        """Whether Keras's losses may compute from the input x."""
        return self.keeps_logits

    def _with_logits(self, y, x):
        if keras.backend.backend() != "tensorflow":
            return y
        return keras_gaps.with_logits(y, x if self._stands_for_output(x) else None)

    def get_config(self):
        config = super().get_config()
        if config.get("kernel") == "auto":
            del config["kernel"]
        return config
