"""A copy of a model that shares nothing with it, and which layer and variable of the copy stands for which of the original."""

import inspect
from typing import Any

import keras

from ..core import keras_gaps
from .finding import graph_of, held_activations


class Copy:
    """A copy of a model by its config, with all its weights. `layers` and `variables` have the new one for the `id` of the old one."""

    def __init__(self, model):
        self.original = model
        self.model = _rebuilt(model)
        self.layers: dict[int, Any] = {}
        self.variables: dict[int, Any] = {}
        self._pairs: list[tuple[Any, Any]] = []
        self._pair(model, self.model, model.name)
        for old, new in self._pairs:
            _build(old, new)
        # A layer that makes its layers when it is built has them only now.
        self.layers, self._pairs = {}, []
        self._pair(model, self.model, model.name)
        for old, new in self._pairs:
            if isinstance(old, keras.layers.Layer):
                self._carry(old, new)

    def _pair(self, old, new, path):
        known = self.layers.get(id(old))
        if known is new:
            return
        if known is not None:
            raise ValueError(f"{path} is one layer in the model and two in a copy of it by its config. Layers cannot be swapped in it.")
        if type(old) is not type(new):
            raise ValueError(
                f"{path} is {type(old).__name__} in the model and {type(new).__name__} in a copy of it by its config. Its get_config must "
                "have what its constructor was given."
            )
        self.layers[id(old)] = new
        self._pairs.append((old, new))
        if not isinstance(old, keras.layers.Layer):
            return
        if graph_of(old):
            by_name = {operation.name: operation for operation in new.operations}
            matched = [(operation, by_name.get(operation.name)) for operation in old.operations]
        else:
            children, others = keras_gaps.children(old), keras_gaps.children(new)
            if len(children) != len(others) and old.built == new.built:
                raise ValueError(
                    f"{path} holds {len(children)} layers, and {len(others)} in a copy of it by its config. Its constructor and its build "
                    "must make all its layers."
                )
            matched = list(zip(children, others, strict=False))
        for child, other in matched:
            self._pair(child, other, f"{path}/{child.name}")

    def _carry(self, old, new):
        """Carry over the weights, whether they are trained, and the functions that a config may have confused with others."""
        before, after = keras_gaps.own_variables(old), keras_gaps.own_variables(new)
        if [tuple(variable.shape) for variable in before] != [tuple(variable.shape) for variable in after]:
            shapes = [[tuple(variable.shape) for variable in variables] for variables in (before, after)]
            raise ValueError(
                f"{old.name} ({type(old).__name__}) has weights of shapes {shapes[0]}, and {shapes[1]} in a copy of it by its config. "
                "Call the model once, or give the layer a get_config and a get_build_config that make it again."
            )
        if old.trainable != new.trainable:
            new.trainable = old.trainable
        for variable, other in zip(before, after, strict=True):
            keras_gaps.assign(other, variable)
            if variable.trainable != other.trainable:
                other.trainable = variable.trainable
            self.variables[id(variable)] = other
        for name, activation in held_activations(old).items():
            if inspect.isfunction(activation) and held_activations(new).get(name) is not activation:
                keras_gaps.set_attribute(new, name, activation)

    def compile(self) -> list[str]:
        """Compile the models of the copy as those of the original. Returns notes on what could not be carried over."""
        notes = []
        for old, new in self._pairs:
            if isinstance(old, keras.Model) and old.compiled:
                notes += compile_like(old, new, self.variables)
        return notes


def compile_like(old, new, variables) -> list[str]:
    """Compile the model `new` as `old`, with an optimizer in the same state. `variables` are as in `Copy`."""
    if type(old).compile is not keras.Model.compile:
        return [f"{old.name} is not compiled: {type(old).__name__} has a compile of its own. Compile it again."]
    arguments = keras_gaps.compile_arguments(old)
    metrics = {name: keras.tree.map_structure(_fresh, arguments.pop(name)) for name in ("metrics", "weighted_metrics")}
    optimizer = old.optimizer and type(old.optimizer).from_config(old.optimizer.get_config())
    new.compile(**{**arguments, **metrics, "optimizer": optimizer})
    if optimizer is None or not old.optimizer.built:
        return []
    optimizer.build(new.trainable_variables)
    count, carried = keras_gaps.carry_optimizer(old.optimizer, optimizer, variables)
    return [f"The optimizer of {old.name} keeps its state for {carried} of {count} weights; it is new for the others."]


def _fresh(metric):
    return type(metric).from_config(metric.get_config()) if isinstance(metric, keras.Metric) else metric


def _rebuilt(model):
    """The model, made again from its config."""
    cls = type(model)
    with keras_gaps.sharing():
        try:
            config = {
                "module": cls.__module__,
                "class_name": cls.__name__,
                "registered_name": keras.saving.get_registered_name(cls),
                "config": _without_compiling(model.get_config()),
                "build_config": model.get_build_config(),
            }
            return keras.saving.deserialize_keras_object(config, custom_objects=_custom_objects(model), safe_mode=False)
        except Exception as error:
            raise ValueError(
                f"{model.name} ({cls.__name__}) cannot be made again from its config: {_first_line(error)} A new model needs a get_config "
                "with the arguments of the constructor, in each class of your own. To change this model itself, write set_activation."
            ) from error


def _first_line(error):
    return str(error).strip().partition("\n")[0][:300]


def _without_compiling(config):
    """The config without those of compiled models in it, which `Copy.compile` compiles."""
    if isinstance(config, dict):
        return {name: _without_compiling(value) for name, value in config.items() if name != "compile_config"}
    return type(config)(map(_without_compiling, config)) if type(config) in (list, tuple) else config


def _custom_objects(model):
    """The user's classes and functions in the model, by the names that configs have for them."""
    layers = [model, *(layer for _, layer in keras_gaps.held_layers(model, keras.layers.Layer))]
    found = {}
    for layer in layers:
        functions = [value for value in held_activations(layer).values() if inspect.isfunction(value)]
        for thing in (type(layer), *functions):
            own = not thing.__module__.startswith("keras.") and not hasattr(keras.activations, thing.__name__)
            if own:
                found |= {thing.__name__: thing, keras.saving.get_registered_name(thing): thing}
    return found


def _build(old, new):
    if isinstance(old, keras.layers.Layer) and old.built and not new.built and (config := old.get_build_config()):
        new.build_from_config(config)
