"""A copy of a model that shares nothing with it, and which layer and variable of the copy stands for which of the original."""

import inspect
import warnings
from typing import Any

import keras

from ..core import keras_gaps
from .finding import LAYERS, find_activations, graph_of, held_activations


class Copy:
    """A copy of a model with all its weights. `layers` and `variables` have the new one for the `id` of the old one.

    A functional or sequential model is copied layer by layer, so that a layer stays one however many models have it. Every other layer is
    made again from its config, and the layers in it are matched by the attributes that hold them.
    """

    def __init__(self, model):
        self.layers: dict[int, Any] = {}
        self.variables: dict[int, Any] = {}
        self._pairs: list[tuple[Any, Any]] = []
        self._by_config: list[Any] = []
        self._known = _custom_objects(model)
        self.model = self.twin(model)
        for old, new in self._pairs:
            if isinstance(old, keras.layers.Layer):
                self._carry(old, new)
        if lost := [weight.path for weight in model.weights if id(weight) not in self.variables]:
            raise ValueError(f"{', '.join(lost)} of {model.name} are in no layer of the copy. Hold each layer in an attribute.")

    def twin(self, old):
        """The layer or operation of the copy that stands for `old`. It is made if there is none yet."""
        if id(old) not in self.layers:
            if keras_gaps.is_plain_graph(old):
                self._remember(old, keras_gaps.copied_graph(old, self.twin))
            elif type(old) is keras.Sequential:
                self._remember(old, keras.Sequential([self.twin(layer) for layer in keras_gaps.children(old)], name=old.name))
            else:
                new = _rebuilt(old, self._known)
                if _is_of_user(old):
                    self._by_config.append(new)
                self._match(old, new, old.name)
        return self.layers[id(old)]

    def _remember(self, old, new):
        self.layers[id(old)] = new
        self._pairs.append((old, new))

    def _match(self, old, new, path):
        """Let `new`, made from the config of `old`, stand for it, and the layers in it for those in `old`."""
        if id(old) in self.layers:
            if self.layers[id(old)] is not new:
                raise ValueError(
                    f"{path} is one layer in two places, and two layers in a copy by config. Make the model without sharing it."
                )
            return
        if type(old) is not type(new):
            raise ValueError(
                f"{path} is {type(old).__name__}, and {type(new).__name__} in a copy by config. The get_config of the layer around it must "
                "have what its constructor was given."
            )
        self._remember(old, new)
        if not isinstance(old, keras.layers.Layer):
            return
        if not new.built and old.built and (config := old.get_build_config()):
            new.build_from_config(config)
        self._same_activations(old, new)
        if isinstance(old, keras.layers.Lambda):
            # A config has the code of a function, and not the names that it uses.
            new.function, new.arguments = old.function, old.arguments
        before, after = _parts(old), _parts(new)
        if missing := before.keys() ^ after.keys():
            raise ValueError(
                f"{path} and its copy by config do not hold the same layers: {', '.join(map(str, missing))}. The constructor and the "
                f"build of {type(old).__name__} must make all its layers."
            )
        for place, child in before.items():
            if keras_gaps.is_plain_graph(child) or type(child) is keras.Sequential or id(child) in self.layers:
                if self.twin(child) is not after[place]:
                    keras_gaps.replace_child(new, after[place], self.twin(child))
            else:
                self._match(child, after[place], f"{path}/{child.name}")

    def _same_activations(self, old, new):
        """Activations that were set later are not in the config. A function of the user may have the name of another one there."""
        after = held_activations(new)
        for name, activation in held_activations(old).items():
            if isinstance(activation, keras.layers.Layer):
                if type(after.get(name)) is not type(activation):
                    keras_gaps.set_attribute(new, name, _rebuilt(activation, self._known))
            elif after.get(name) is not activation:
                keras_gaps.set_attribute(new, name, activation)
        others = keras_gaps.children_by_place(new)
        for place, child in keras_gaps.children_by_place(old).items():
            if isinstance(child, (*LAYERS, keras.layers.Activation)) and place in others and type(child) is not type(others[place]):
                keras_gaps.replace_child(new, others[place], _rebuilt(child, self._known))

    def _carry(self, old, new):
        """Carry over the weights and the flags."""
        before, after = keras_gaps.own_variables(old), keras_gaps.own_variables(new)
        if [tuple(variable.shape) for variable in before] != [tuple(variable.shape) for variable in after]:
            shapes = [[tuple(variable.shape) for variable in variables] for variables in (before, after)]
            raise ValueError(
                f"{old.name} ({type(old).__name__}) has weights of shapes {shapes[0]}, and {shapes[1]} in a copy by config. Give it a "
                "get_config and a get_build_config that make it again."
            )
        new.name = old.name
        if old.dtype_policy.name != new.dtype_policy.name:
            new.dtype_policy = old.dtype_policy
        if old.trainable != new.trainable:
            new.trainable = old.trainable
        for variable, other in zip(before, after, strict=True):
            keras_gaps.assign(other, variable)
            if variable.trainable != other.trainable:
                other.trainable = variable.trainable
            self.variables[id(variable)] = other

    def compile(self) -> list[str]:
        """Compile the models of the copy as those of the original. Returns notes on the optimizers and on what is not compiled."""
        models = [(old, new) for old, new in self._pairs if isinstance(old, keras.Model) and old.compiled]
        return [note for old, new in models for note in compile_like(old, new, self.variables)]

    def forgotten(self) -> list[str]:
        """Notes on layers of the user whose config does not have the activations that they have now, so that a file has others."""
        notes = []
        for layer in self._by_config:
            again = _rebuilt(layer, self._known)
            if _names(again) != _names(layer):
                notes.append(
                    f"The config of {layer.name} ({type(layer).__name__}) does not have its new activations. A file of the model loads "
                    "with the old ones. Write the activations into its get_config, or call replace on the loaded model."
                )
        return notes


def _names(layer):
    return sorted((place.name, place.attribute or "") for place in find_activations(layer))


def _is_of_user(layer):
    return isinstance(layer, keras.layers.Layer) and not type(layer).__module__.startswith("keras.") and not isinstance(layer, LAYERS)


def _parts(layer) -> dict[Any, Any]:
    """The layers and operations that a layer holds, by something that does not change in a copy by config."""
    if graph_of(layer):
        return dict(enumerate(layer.operations))
    children = keras_gaps.children(layer)
    if isinstance(layer, keras.Sequential):
        return dict(enumerate(children))
    found = keras_gaps.children_by_place(layer)
    if unseen := {child.name for child in children} - {child.name for child in found.values()}:
        raise ValueError(f"{layer.name} holds {', '.join(sorted(unseen))} in no attribute, list, tuple or dict, so they cannot be copied.")
    return found


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
    others = "" if carried == count else "; it is new for the others"
    return [f"The optimizer of {old.name} keeps its state for {carried} of {count} weights{others}."]


def _fresh(metric):
    return type(metric).from_config(metric.get_config()) if isinstance(metric, keras.Metric) else metric


def _rebuilt(layer, known):
    """The layer or operation, made again from its config."""
    cls = type(layer)
    known = {name: thing for name, thing in known.items() if thing is cls or name != cls.__name__}
    config = {"module": cls.__module__, "class_name": cls.__name__, "registered_name": keras.saving.get_registered_name(cls)}
    try:
        with warnings.catch_warnings():
            # Nothing is saved. The copy gets the function itself.
            warnings.filterwarnings("ignore", "The object being serialized includes a `lambda`")
            config["config"] = layer.get_config()
        if isinstance(layer, keras.layers.Layer):
            config["build_config"] = layer.get_build_config()
        return keras.saving.deserialize_keras_object(_cleaned(config, known), custom_objects=known, safe_mode=False)
    except Exception as error:
        raise ValueError(
            f"{layer.name} ({cls.__name__}) cannot be made again from its config: {' '.join(str(error).split())[:300]} A new model needs a "
            "get_config with the arguments of the constructor, in each class of your own. To change this model itself, write "
            "set_activation."
        ) from error


def _cleaned(config, known):
    """The config without two things: how models in it are compiled, and arguments of every layer that the user's constructor does not take.

    Keras writes a dtype and a flag into the config of a class without a get_config, and then calls the constructor with them.
    """
    if type(config) in (list, tuple):
        return type(config)(_cleaned(item, known) for item in config)
    if not isinstance(config, dict):
        return config
    # Keras cannot make an activation from the config of a lambda. The copy gets the function itself.
    lambdas = (name for name, value in config.items() if name.endswith("activation") and isinstance(value, dict) and "value" in value)
    config |= dict.fromkeys(lambdas, "linear")
    config = {name: _cleaned(value, known) for name, value in config.items() if name != "compile_config"}
    cls, given = known.get(config.get("registered_name")), config.get("config")
    if isinstance(cls, type) and isinstance(given, dict):
        taken = inspect.signature(cls).parameters
        if all(parameter.kind is not parameter.VAR_KEYWORD for parameter in taken.values()):
            common = ("name", "dtype", "trainable")
            config["config"] = {name: value for name, value in given.items() if name in taken or name not in common}
    return config


def _custom_objects(model):
    """The classes and functions in the model that are not registered with Keras, by the names that configs have for them."""
    layers = [model, *(layer for _, layer in keras_gaps.held_layers(model, keras.layers.Layer))]
    found = {}
    for layer in layers:
        functions = [value for value in held_activations(layer).values() if inspect.isfunction(value)]
        for thing in (type(layer), *functions):
            registered = keras.saving.get_registered_object(keras.saving.get_registered_name(thing))
            if registered is None and not thing.__module__.startswith("keras.") and not hasattr(keras.activations, thing.__name__):
                found[thing.__name__] = thing
    return found
