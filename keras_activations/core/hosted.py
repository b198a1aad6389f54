"""A Keras layer that survives in any host: as `Dense(activation=...)`, inside an RNN cell, in a saved file. No mathematics here.

Keras hosts neither build an inner activation, nor give it their dtype, nor restore a weight that two of them share; and a class in
place of an instance is discovered late. What a third party can do about it is done here, through public hooks only.
"""

import functools
import inspect
import warnings
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar, cast

import keras
import numpy as np
from keras import ops

from . import arguments, keras_gaps

_LAYER_ARGUMENTS = ("name", "dtype", "trainable", "activity_regularizer")


_Constructor = TypeVar("_Constructor", bound=Callable)


def renamed(**names: str) -> Callable[[_Constructor], _Constructor]:
    """Decorator of a constructor: names that Keras 2, TensorFlow Addons or PyTorch give its arguments, accepted with a warning.

    Args:
        **names: The name here by the name there, such as ``alpha="negative_slope"``.
    """

    def decorated(init: Any) -> Any:
        @functools.wraps(init)
        def accepting(self, *args, **kwargs):
            init(self, *args, **translated(type(self), kwargs, {}))

        # Keras reads `__signature__` and does not follow `__wrapped__`.
        vars(accepting).update(renamed=names, __signature__=inspect.signature(init))
        return accepting

    return decorated


def _other_names(cls):
    """What `renamed` says in the class and in those above it, but of names that the constructor itself has."""
    found = [getattr(vars(base).get("__init__"), "renamed", {}) for base in reversed(cls.__mro__)]
    return {old: new for names in found for old, new in names.items() if old not in constructor_arguments(cls)}


other_names: Callable[[type], dict[str, str]] = functools.cache(_other_names)


def translated(cls, given, words):
    """The arguments `given`, a dict, by the names that the constructor of `cls` has for them.

    This comes before defaults are added, which an argument by another name would not replace. `words` are those of the library that the
    user has named: the name here by the name there, or a function of name and value that returns arguments here. Names that are
    accepted without it, `other_names`, bring a warning.
    """
    further, result, sources = other_names(cls), {}, {}
    for name, value in given.items():
        meaning = words.get(name) or further.get(name, name)
        meant: Any = meaning(name, value) if callable(meaning) else {meaning: value}
        for new in meant:
            if new in result:
                raise TypeError(f"{cls.__name__} takes {new} once; received both {sources[new]} and {name}. Leave one of them out.")
        result |= meant
        sources |= dict.fromkeys(meant, name)
    for old, new in further.items():
        if old in given and old not in words:
            warnings.warn(f"{old} of {cls.__name__} is called {new} here. Write {new}={given[old]!r}.", stacklevel=3)
    return result


def _shown(value):
    """The call that makes the value: of a Keras regularizer, constraint or initializer, `repr` shows only an address."""
    if not isinstance(value, (keras.regularizers.Regularizer, keras.constraints.Constraint, keras.initializers.Initializer)):
        return repr(value)
    config: Any = keras.saving.serialize_keras_object(value)
    given = ", ".join(f"{name}={argument!r}" for name, argument in config["config"].items())
    return f"{config['module']}.{config['class_name']}({given})"


def is_array(x):
    """Whether x is a tensor or an array, and no number."""
    return isinstance(x, (keras.KerasTensor, keras.Variable)) or ops.is_tensor(x) or (hasattr(x, "__array__") and np.ndim(x) > 0)


def _floats(dtype):
    """A dtype or policy of floats, or None, as it is."""
    if dtype is not None and "float" not in arguments.found("dtype", keras.dtype_policies.get, dtype).compute_dtype:
        raise ValueError(f"dtype must be a dtype or policy of floats, such as 'float32' or 'mixed_float16'; received {dtype!r}.")
    return dtype


class _Signature:
    """The signature of a class that `help` and notebooks show. They would find the arguments of `__new__`, and none of those handed on.

    An instance has that of its `call`, which `tf.function` reads.
    """

    def __get__(self, instance, cls):
        if instance is not None:
            raise AttributeError("__signature__")
        own = inspect.signature(cls.__init__).parameters
        found = [p if name in own else p.replace(kind=p.KEYWORD_ONLY) for name, p in constructor_arguments(cls).items()]
        return inspect.Signature(sorted(found, key=lambda p: p.kind))


class Hosted(keras.layers.Layer):
    """Base class: a layer of one tensor that keeps its input's dtype and whose config is its constructor's arguments.

    Subclasses validate their arguments in `__init__`, set each as an attribute of the same name, forward ``**kwargs``, and define
    `call`. Everything else (config, repr, dtype, symbolic shape, masks, loading) follows.

    Args:
        name: The layer's name. Weights are known by it in torch's parameters and in Keras's state trees, and by the name of the
            host too where another weight of the model has that name already.
        dtype: None, the default, computes in the dtype of the input tensor, whatever the policy was when the layer was made; arrays,
            lists and integers become what that policy says, as in every Keras layer. A dtype or a policy casts the input to it.
        trainable: As in every Keras layer.
        activity_regularizer: As in every Keras layer.
    """

    __signature__ = _Signature()

    def __new__(cls, *args, **kwargs):
        if any(map(is_array, args)):
            raise TypeError(f"{cls.__name__} was called with a tensor, but it is a class: parentheses are missing. Write {cls._use()}.")
        positional = positional_arguments(cls)
        if len(args) > len(positional):
            raise TypeError(
                f"{cls.__name__} takes {len(positional)} positional argument(s) {positional}; received {args}. "
                f"Its arguments are: {', '.join(constructor_arguments(cls))}."
            )
        return super().__new__(cls, *args, **kwargs)

    @classmethod
    def _use(cls):
        """How to use an instance."""
        return f"Dense(activation={cls.__name__}()) or {cls.__name__}()(x)"

    def __init__(self, *, name: str | None = None, dtype=None, trainable: bool = True, activity_regularizer=None, **kwargs):
        layer_arguments = {key: kwargs.pop(key) for key in ("input_shape", "input_dim") if key in kwargs}
        if kwargs:
            raise TypeError(
                f"{type(self).__name__} has no argument {', '.join(map(repr, kwargs))}. "
                f"Its arguments are: {', '.join(constructor_arguments(type(self)))}."
            )
        super().__init__(name=name, dtype=_floats(dtype), trainable=trainable, activity_regularizer=activity_regularizer, **layer_arguments)
        self._follow(dtype)
        self.supports_masking = True
        # Keras calls a `build` of a subclass only while `built` is False.
        if type(self).build is keras.layers.Layer.build:
            self.built = True

    # The getter is Keras's own, because torch's Dynamo cannot follow a property of `super()`.
    @keras.layers.Layer.dtype_policy.setter
    def dtype_policy(self, value):
        cast("FunctionType", keras.layers.Layer.dtype_policy.fset)(self, _floats(value))
        self._follow(value)

    def _follow(self, dtype):
        """Cast the input to `dtype`, or follow its dtype where that is None."""
        self._follows_input = dtype is None
        # Autocasting would use the policy under which this layer was made. The host may have another one.
        self.autocast = not self._follows_input

    @property
    def variables(self):
        keras_gaps.settle_paths(self, Hosted)
        return super().variables

    @property
    def weights(self):
        keras_gaps.settle_paths(self, Hosted)
        return super().weights

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        return super().__call__(self._as_tensor(inputs), *args, **kwargs)

    def _as_tensor(self, inputs):
        """Arrays, lists and numbers as tensors of the layer's compute dtype, which is floatx by default; tensors as they are."""
        if isinstance(inputs, keras.KerasTensor) or ops.is_tensor(inputs):
            return inputs
        if isinstance(inputs, keras.Variable):
            return ops.convert_to_tensor(inputs)
        if isinstance(inputs, (dict, list, tuple)) and any(map(is_array, keras.tree.flatten(inputs))):
            # NumPy would stack the arrays silently. The user meant one call for each.
            raise TypeError(
                f"{type(self).__name__} takes one tensor; received a {type(inputs).__name__} of {len(inputs)}. "
                "Call it on each of them, or stack or concatenate them first."
            )
        try:
            array = np.asarray(inputs)
            # The conversion keeps only the real part of complex numbers. TensorFlow's converts strings and dates to numbers.
            if array.dtype.kind in "cSUmM":
                raise TypeError("These are no real numbers.")
            return keras_gaps.array_as_tensor(array if isinstance(inputs, (list, tuple)) else inputs, self.compute_dtype)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{type(self).__name__} takes real numbers, as a tensor, an array or a list; received {inputs!r} ({type(inputs).__name__})."
            ) from error

    def _output_dtype(self, dtype):
        """The dtype in which an input of `dtype` is computed and returned."""
        dtype = keras.backend.standardize_dtype(dtype)
        if self._follows_input and "float" in dtype:
            return dtype
        if dtype.startswith("complex"):
            raise TypeError(f"{type(self).__name__} takes real numbers; received {dtype}.")
        return self.compute_dtype

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def compute_output_spec(self, inputs, *args, **kwargs):
        return keras.KerasTensor(self.compute_output_shape(inputs.shape), dtype=self._output_dtype(inputs.dtype))

    # An activation has nothing to quantize. A quantized host gives it floating point numbers.
    def quantize(self, *args, **kwargs):
        pass

    def quantized_call(self, *args, **kwargs):
        return self.call(*args, **kwargs)

    def get_config(self) -> dict:
        config = super().get_config()
        if self._follows_input:
            config["dtype"] = None
        for name in constructor_arguments(type(self)):
            if name not in _LAYER_ARGUMENTS:
                config[name] = keras.saving.serialize_keras_object(self._argument(name))
        return config

    @classmethod
    def from_config(cls, config):
        known = constructor_arguments(cls)
        if unknown := [name for name in config if name not in known and name not in other_names(cls)]:
            # A config of this package has every argument except two, which are written only if they are set.
            whole = known.keys() - {"kernel", "activity_regularizer"} <= config.keys()
            raise ValueError(
                f"The config of {cls.__name__} has the unknown argument(s) {', '.join(map(repr, unknown))}; known are: {', '.join(known)}."
                + (" It may come from a newer version of the package: upgrade it." if whole else "")
            )
        layer = super().from_config(config)
        keras_gaps.keep_copied(layer)
        return layer

    def _argument(self, name):
        """The value with which the constructor argument `name` makes an equal layer."""
        if name == "dtype":
            return None if self._follows_input else self.dtype_policy.name
        try:
            return getattr(self, name)
        except AttributeError as error:
            raise AttributeError(
                f"{type(self).__name__} forgets its argument {name}. Write self.{name} = {name} in its constructor."
            ) from error

    def __repr__(self) -> str:
        shown = []
        for name, parameter in constructor_arguments(type(self)).items():
            value = self._argument(name)
            if name != "name" and (parameter.kind is not parameter.KEYWORD_ONLY or value != parameter.default):
                shown.append(f"{name}={_shown(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def load_own_variables(self, store):
        """Load the weights that a file has for this layer, and recover where Keras alone would fail.

        Keras hosts do not build their activation, and of two hosts that share one instance only the first finds weights in the file.
        """
        if store.keys() and not self.built:
            warnings.warn(f"{self.name} has weights in the file but was not built: it is built with their shapes.", stacklevel=2)
            self.build_from_weights([store[key].shape for key in sorted(store.keys(), key=int)])
        siblings = keras_gaps.siblings_in(store)
        if store.keys() or not self.weights:
            super().load_own_variables(store)
            siblings[self.name] = self
        elif self.name in siblings:
            warnings.warn(
                f"{self.name} was one instance in two layers when the model was saved. It is two now, with equal weights. "
                "Give each layer an activation of its own.",
                stacklevel=2,
            )
            self.set_weights(siblings[self.name].get_weights())
        elif not self._weights_may_be_missing():
            super().load_own_variables(store)  # raises an error
        else:
            warnings.warn(
                f"{self.name} has no weights in the file, which was written before its first call: it keeps its own.", stacklevel=2
            )

    def _weights_may_be_missing(self):
        """Whether a layer like this one is without weights until it is called."""
        return False

    def build_from_weights(self, shapes):
        """Build the layer so that its weights have these shapes."""
        raise NotImplementedError(f"{type(self).__name__} has weights but does not say how to build them from {shapes}.")


def _constructor_arguments(cls):
    """The parameters of the constructor of `cls` by name and, where it forwards ``**kwargs``, those of the classes above it."""
    collected = {}
    for base in cls.__mro__:
        if "__init__" not in vars(base):
            continue
        _, *parameters = inspect.signature(base.__init__).parameters.values()
        for parameter in parameters:
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                collected.setdefault(parameter.name, parameter)
        if base is Hosted or not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            break
    return collected


constructor_arguments: Callable[[type], dict[str, inspect.Parameter]] = functools.cache(_constructor_arguments)


def positional_arguments(cls):
    """The names of those that may be given without their names, in order."""
    return [p.name for p in constructor_arguments(cls).values() if p.kind is not p.KEYWORD_ONLY]
