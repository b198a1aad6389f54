"""Learned parameters: numbers of an activation that may become weights of the layer."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np
from keras import ops

from . import arguments
from .activation import Activation
from .elementary import is_double
from .hosted import constructor_arguments
from .options import ActivationOptions, Initial, InitialNumbers, ParametricOptions, Unpack

# The weights are created at once, also if a file gives their number. The limit is a hundred times the widest known layer, and fits in
# memory.
MOST_CHANNELS = 2**24


@dataclass(frozen=True)
class Parameter:
    """A parameter with its own conditions, which a plain value cannot express: ``self.learn(b=Parameter(b, low=0.1))``.

    Args:
        value: Number, or a tuple of numbers for a parameter of several entries. If the parameter is learned, this may also be a Keras
            initializer, its name, such as "zeros", or its config.
        low: Number: the lowest value. A constraint keeps a learned value from falling below it.
        high: Number: the highest value. A constraint keeps a learned value from rising above it.
        shared: Whether the whole layer has one parameter, whatever `per` says.
        entries: Integer: the number of entries, or 0 for as many as the value has. Default None: it is a single number.
    """

    value: float | Sequence[float] | str | dict | keras.initializers.Initializer
    low: float | None = None
    high: float | None = None
    shared: bool = False
    entries: int | None = None

    def checked(self, name, learned):
        """The parameter with a checked and converted value, or an error that says what to write."""
        value, entries = self.value, self.entries
        if _is_for_an_initializer(value, learned):
            if not learned:
                what, example = ("a number", f"{name}=0.5") if entries is None else ("numbers", "a tuple of them")
                raise ValueError(f"{name} is not learned and needs {what}; received {value!r}. Write learned=True, or {example}.")
            if entries == 0:
                raise ValueError(f"{name} needs to know how many entries it has; received {value!r}. Write a tuple, such as (0.0, 1.0).")
            value = arguments.found(name, keras.initializers.get, value)
            if not isinstance(value, keras.initializers.Initializer):  # Keras's lookup finds every registered class
                raise TypeError(f"{name} must be a number or a Keras initializer; received {self.value!r}.")
        elif entries is None:
            value = arguments.number(name, value, low=self.low, high=self.high)
        else:
            if not isinstance(value, (tuple, list)) or len(value) != (entries or len(value) or 1):
                raise ValueError(f"{name} must be a tuple of {entries or 'one or more'} numbers; received {value!r}.")
            value, entries = tuple(arguments.number(name, entry, low=self.low, high=self.high) for entry in value), len(value)
        return replace(self, value=value, entries=entries)

    def within(self, name, value):
        """`value`, a number or an array, or an error if it is not finite or is beyond a bound."""
        try:
            numbers = np.asarray(ops.convert_to_numpy(value), "float64")
        except (TypeError, ValueError) as error:
            raise TypeError(f"{name} must be a number or an array of numbers; received {value!r} ({type(value).__name__}).") from error
        low, high = (-np.inf if self.low is None else self.low), (np.inf if self.high is None else self.high)
        if not np.isfinite(numbers).all() or (numbers < low).any() or (numbers > high).any():
            raise ValueError(f"{name} must be finite, at least {low} and at most {high}; received {value!r}.")
        return value

    @property
    def shape(self):
        """Its shape, if the whole layer has one parameter."""
        return () if self.entries is None else (self.entries,)

    def constraint(self, other):
        """The Keras constraint that adds the bounds to another constraint, or None if there is nothing to keep."""
        return other if self.low is None and self.high is None else _Between(self.low, self.high, other)

    def initializer(self, name):
        """The function of shape and dtype that makes the initial value of the weight `name`."""
        made_by = self.value
        if not isinstance(made_by, keras.initializers.Initializer):
            return lambda shape, dtype: ops.cast(self.spread(made_by, shape), dtype)
        bounds = self.constraint(None)

        def initial(shape, dtype):
            try:
                value = made_by(shape, dtype=dtype)
            except (TypeError, ValueError, NotImplementedError) as error:
                raise ValueError(
                    f"{name} has shape {tuple(shape)}, for which {type(made_by).__name__} makes no values. {error} Write a number, "
                    f"such as {name}=0.5."
                ) from error
            return value if bounds is None else bounds(value)

        return initial

    def spread(self, value, shape):
        """`value` as a tensor of `shape`, whose first axis is the axis of the entries."""
        value = ops.convert_to_tensor(value, dtype="float32")
        if self.entries is not None and len(value.shape) == 1:
            value = ops.reshape(value, (-1, *(1,) * (len(shape) - 1)))
        # A torch variable needs memory of its own, which an expanded view does not have.
        return value * ops.ones(shape, dtype=value.dtype)


def _is_for_an_initializer(value, learned):
    """Whether the value is a Keras initializer, its name or its config. For a learned parameter, any string that is no number is a name."""
    if not isinstance(value, str):
        return isinstance(value, (keras.initializers.Initializer, dict, type))
    if learned:
        return arguments.numeral(value) is None
    try:
        return isinstance(keras.initializers.get(value), keras.initializers.Initializer)
    except Exception:  # Keras's deserialization may raise any exception
        return False


class _Between(keras.constraints.Constraint):
    """Another constraint, followed by a clamp to the bounds. Each of the three may be None."""

    def __init__(self, low, high, other):
        self.low, self.high, self.other = low, high, other

    def __call__(self, weight):
        weight = weight if self.other is None else self.other(weight)
        weight = weight if self.low is None else ops.maximum(weight, ops.cast(self.low, weight.dtype))
        return weight if self.high is None else ops.minimum(weight, ops.cast(self.high, weight.dtype))


def build_activations(model: keras.layers.Layer, x=None) -> None:
    """Create the weights that activations inside a model would create at their first call, before an optimizer or a file needs them.

    Keras hosts do not build their activation. Only weights per channel or element without `channels` wait for a call. This function makes
    that call, on zeros.

    Args:
        model: A Keras model or layer, whose own weights are created too.
        x: An input, or a structure of inputs as the model takes them. Default: zeros of the shape of ``model.inputs``, with 1 for an
            unknown batch and 32 for other unknown sizes.

    Raises:
        ValueError: if there is no `x` and the model does not know its inputs.

    Example:
        >>> model = keras.Sequential([keras.Input((None, 4)), keras.layers.Dense(8, PReLU(per="channel"))])
        >>> build_activations(model)
        >>> model.count_params()
        48
    """
    inputs = None
    if getattr(model, "inputs", None):
        inputs = model.inputs[0] if isinstance(model, keras.Sequential) else model.input
    if x is None:
        if inputs is None:
            raise ValueError(f"{model!r} does not know the shape of its input. Write build_activations(model, x) with an input x.")
        x = keras.tree.map_structure(lambda i: ops.zeros([1, *(size or 32 for size in i.shape[1:])], dtype=i.dtype), inputs)
    model(x)
    if inputs is not None:
        # On torch, a module lists only the parameters that it had when it was built. So it is built again.
        model.build(keras.tree.map_structure(lambda i: i.shape, inputs))


class Parametric(Activation):
    """An activation with parameters that may be learned, one of each for the whole layer.

    A subclass ends its constructor with ``self.learn(name=value, ...)``. `fallback` and `derivative` take the parameters after x in that
    order. A learned parameter is a tensor, and one that is not learned is a number. A parameter of several entries is a tuple of them, and
    so is its derivative. ``layer.name`` is the value or the weight. Setting it sets the weight. The config has the initial value. Most
    activations derive from `Learned`, which also learns per channel.

    Args:
        learned: Whether the parameters are weights. If not, they are plain numbers, and the layer has no weights at all. Set Keras's
            `trainable` to freeze weights for a while.
        regularizer: Keras regularizer of the weights, or None.
        constraint: Keras constraint of the weights, or None.
        **kwargs: As in every activation.
    """

    def __init__(self, *, learned: bool = False, regularizer=None, constraint=None, **kwargs: Unpack[ActivationOptions]):
        super().__init__(**kwargs)
        self.learned = arguments.flag("learned", learned)
        self.regularizer = arguments.found("regularizer", keras.regularizers.get, regularizer)
        self.constraint = arguments.found("constraint", keras.constraints.get, constraint)
        self.declared = {}  # Parameter by name, in the order of the weights

    def learn(self, **values: "Initial | InitialNumbers | Parameter") -> None:
        """Declare the parameters and their initial values. A constructor calls this last."""
        if self.declared:
            raise ValueError(
                f"{type(self).__name__} declares {', '.join(values)} after {', '.join(self.declared)}. "
                "Call learn once, with all parameters: a subclass with more of them derives from Learned."
            )
        for name, value in values.items():
            if hasattr(type(self), name):
                raise ValueError(f"{name!r} is an attribute of every {type(self).__name__}. Choose another name for the parameter.")
            self.declared[name] = (value if isinstance(value, Parameter) else Parameter(value)).checked(name, self.learned)
            setattr(self, name, self.declared[name].value)
        if not self.learned:
            self.built = True
            of_weights = ("per", "channels", "shared_axes", "regularizer", "constraint")
            known = [(name, argument.default) for name, argument in constructor_arguments(type(self)).items() if name in of_weights]
            idle = [name for name, unset in known if self._argument(name) != unset]
            if idle:
                # This is no error, because earlier releases accepted it silently, and their files must always load.
                warnings.warn(f"{self!r} learns nothing: {', '.join(idle)} without effect. Write learned=True.", stacklevel=3)
        elif not self._weights_may_be_missing():
            self.build(self._input_shape(()))

    def build(self, input_shape):
        if self.built:
            return
        for name, parameter in self.declared.items():
            shape = self._weight_shape(parameter, input_shape)
            if None in shape:
                raise ValueError(
                    f"{type(self).__name__} needs to know how many parameters it has; received an input of shape "
                    f"{tuple(input_shape)}. Give that size to keras.Input, or write channels=n or per='layer'."
                )
            weight = self.add_weight(
                name=name,
                shape=shape,
                initializer=parameter.initializer(name),
                regularizer=self.regularizer,
                constraint=parameter.constraint(self.constraint),
                # Under a 16-bit policy, autocasting would round the value, and its gradient could overflow.
                autocast=False,
            )
            setattr(self, name, weight)

    def _weight_shape(self, parameter, input_shape):
        return parameter.shape

    def _input_shape(self, parameter_shape):
        """An input shape for which there are parameters of `parameter_shape`."""
        return ()

    def _weights_may_be_missing(self):
        return False

    def __setattr__(self, name, value):
        current, parameter = self.__dict__.get(name), self.__dict__.get("declared", {}).get(name)
        if isinstance(current, keras.Variable) and not isinstance(value, keras.Variable):
            current.assign(parameter.spread(parameter.within(name, value), current.shape) if parameter else value)
            return
        if parameter and not isinstance(value, keras.Variable):
            self.declared[name] = replace(parameter, value=value).checked(name, self.learned)
            value = self.declared[name].value
        super().__setattr__(name, value)

    def _argument(self, name):
        return self.declared[name].value if name in self.declared else super()._argument(name)

    def get_config(self):
        lists = {name: list(parameter.value) for name, parameter in self.declared.items() if isinstance(parameter.value, tuple)}
        return super().get_config() | lists

    def _apart(self):
        return super()._apart() | {"declared", "regularizer", "constraint"} | (self.declared.keys() if self.learned else set())

    def _operands(self, x, **context):
        values = [getattr(self, name) for name in self.declared]
        if not self.learned:
            return (), values
        # Parameters stay float32 if x has 16 bits. Only the result is rounded, once.
        dtype = "float64" if is_double(x) else "float32"
        aligned = [self._aligned(ops.cast(value, dtype), x, p) for value, p in zip(values, self.declared.values(), strict=True)]
        # Each entry is a tensor of its own, which broadcasts to x and has a derivative of the shape of x.
        several = [p.entries is not None for p in self.declared.values()]
        return [tuple(ops.unstack(value)) if apart else value for value, apart in zip(aligned, several, strict=True)], ()

    def _aligned(self, weight, x, parameter):
        """`weight` with axes of size 1 added, so that each of its entries broadcasts to x."""
        return weight


class Learned(Parametric):
    """An activation with parameters that may be learned: for the layer, for each channel or for each element.

    Args:
        learned: Whether the parameters are weights: see `Parametric`, which also says how a subclass declares them.
        per: "layer" learns one number for the whole layer, "channel" one for each index along `axis`, and "element" one for each
            entry of the input, without the batch axis.
        channels: Integer, at most 2**24: the number of channels. It implies ``per="channel"`` and creates the weights at once. Without
            it, the first call creates weights per channel or element. That may be too late for an optimizer or a weights file: see
            `build_activations`.
        axis: Integer, the axis of the channels: -1 for "channels_last", 1 for "channels_first".
        shared_axes: Integer, or list of integers, at least 1: the axes along which the elements share a number. `keras.layers.PReLU`
            has the same argument and the same shapes of weights. It implies ``per="element"``. Default None: `per` decides.
        regularizer: Keras regularizer of the weights, or None.
        constraint: Keras constraint of the weights, or None.
        **kwargs: As in every activation.
    """

    def __init__(
        self,
        *,
        learned: bool = False,
        per: str = "layer",
        channels: int | None = None,
        axis: int = -1,
        shared_axes: int | Sequence[int] | None = None,
        **kwargs: Unpack[ParametricOptions],
    ):
        super().__init__(learned=learned, **kwargs)
        self.per = arguments.choice("per", per, ("layer", "channel", "element"))
        self.channels = channels if channels is None else arguments.integer("channels", channels, low=1, high=MOST_CHANNELS)
        if channels is not None:
            if per == "element":
                raise ValueError(f"channels={channels} is for per='channel'; received per='element'. Leave one of them out.")
            self.per = "channel"
        self.axis = arguments.integer("axis", axis)
        if axis == 0:
            raise ValueError("axis=0 is the batch, whose size changes; received axis=0. Write the axis of the channels, such as -1.")
        self.shared_axes = None
        if shared_axes is not None:
            if self.per == "channel":
                raise ValueError(f"shared_axes={shared_axes} is for per='element'; received per='channel'. Leave one of them out.")
            axes = shared_axes if isinstance(shared_axes, (tuple, list)) else (shared_axes,)
            # Keras would take 0 as the last axis, and -1 as the axis before it.
            self.per, self.shared_axes = "element", tuple(arguments.integer("shared_axes", a, low=1) for a in axes)

    def _argument(self, name):
        return list(self.shared_axes) if name == "shared_axes" and self.shared_axes is not None else super()._argument(name)

    @classmethod
    def from_config(cls, config):
        # Keras's PReLU has no `per`. If its `shared_axes` is None, the elements share nothing.
        return super().from_config({"per": "element"} | config if "shared_axes" in config else config)

    def build_from_weights(self, shapes):
        for parameter, shape in zip(self.declared.values(), shapes, strict=True):
            if not parameter.shared:
                return self.build(self._input_shape(shape[len(parameter.shape) :]))
        return self.build(())

    def compute_output_shape(self, input_shape):
        if self.learned and self.built:
            self._check(input_shape)
        return tuple(input_shape)

    def _check(self, input_shape):
        """Refuse an input that does not fit the weights. Broadcasting might hide the error."""
        for name, parameter in self.declared.items():
            needed, present = self._weight_shape(parameter, input_shape), tuple(getattr(self, name).shape)
            if len(needed) != len(present) or any(n not in (None, p) for n, p in zip(needed, present, strict=True)):
                raise ValueError(
                    f"{self!r} has parameters of shape {present}; received an input of shape {tuple(input_shape)}, which needs {needed}."
                )

    def _weight_shape(self, parameter, input_shape):
        if self.per == "layer" or parameter.shared:
            return parameter.shape
        rank = len(input_shape)
        if self.per == "element":
            shared = self.shared_axes or ()
            if any(axis >= rank for axis in shared):
                raise ValueError(f"shared_axes={list(shared)} are not all axes of an input of shape {tuple(input_shape)}.")
            return (*parameter.shape, *(1 if axis in shared else input_shape[axis] for axis in range(1, rank)))
        if not -rank < self.axis < rank:
            raise ValueError(f"axis={self.axis} is no axis of channels in an input of shape {tuple(input_shape)}.")
        return (*parameter.shape, input_shape[self.axis])

    def _input_shape(self, parameter_shape):
        if self.per == "layer":
            return ()
        if self.per == "element":
            return (None, *parameter_shape)
        before, after = (self.axis, 0) if self.axis > 0 else (1, -self.axis - 1)
        return (None,) * before + (tuple(parameter_shape) or (self.channels,)) + (None,) * after

    def _weights_may_be_missing(self):
        own = any(not parameter.shared for parameter in self.declared.values())
        return self.learned and own and self.per != "layer" and self.channels is None

    def _operands(self, x, **context):
        if self.learned and self.per != "layer":
            self._check(x.shape)
        return super()._operands(x, **context)

    def _aligned(self, weight, x, parameter):
        if self.per != "channel" or parameter.shared or self.axis == -1:
            return weight
        shape = [1] * len(x.shape)
        shape[self.axis] = -1
        return ops.reshape(weight, (*parameter.shape, *shape))
