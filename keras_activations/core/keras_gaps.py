"""Gaps in Keras's support for a layer that another layer holds, and their workarounds.

Each gap is described with the Keras versions that have it. A test in `tests/test_keras_gaps.py` fails as soon as Keras has closed it. No
other file of the package reads the call stack.
"""

import contextlib
import functools
import inspect
import itertools
import os
import sys
import warnings
import weakref
from types import FrameType, FunctionType
from typing import cast

import keras
from keras import ops

from .autodiff import is_compiling

# A Keras layer lists the weights of the layers that it holds in these two properties.
_LISTS = {cast("FunctionType", prop.fget).__code__ for prop in (keras.layers.Layer.variables, keras.layers.Layer.weights)}

_OF_TENSORFLOW = ("_self_setattr_", "_self_unconditional_", "_self_name_based_", "_self_update_", "_self_saveable_", "_self_tracked_")

_settled = weakref.WeakKeyDictionary()  # by layer: a weak reference to the model in which its paths are unique
_first_paths = weakref.WeakKeyDictionary()  # by layer: the paths that Keras gave to its weights
_loaded = weakref.WeakKeyDictionary()  # by open file or shards, then by the layer's name: layers that have loaded weights of their own
_originals = weakref.WeakKeyDictionary()  # by the copy of an activation: the layer that a Bidirectional was copying


def held_layers(model, kind):
    """Pairs (holder, layer): a layer of class `kind`, and the layer that holds it, which is `model` or a layer of `model`."""
    for holder in model._flatten_layers():
        for layer in holder._flatten_layers(include_self=False, recursive=False):
            if isinstance(layer, kind):
                yield holder, layer


def children(layer):
    """The layers that `layer` holds directly, also those in its lists and dicts. Keras has no public name for them (keras 3.10 to 3.15)."""
    return layer._flatten_layers(include_self=False, recursive=False)


def producer(tensor):
    """(operation, inputs): what made a symbolic tensor, and from which tensors. Keras has no public name for it (keras 3.10 to 3.15)."""
    operation, node, _ = tensor._keras_history
    return operation, operation._inbound_nodes[node].input_tensors


def declares_width(host, layer):
    """Whether `host` is a layer of Keras that applies `layer` as its activation. Such a host declares the width of its output by itself."""
    of_keras = type(host).__module__.startswith("keras.") and not isinstance(host, keras.Model)
    return of_keras and any(getattr(host, name, None) is layer for name in ("activation", "recurrent_activation"))


def warn_in_host(layer, stacklevel):
    """Warn if a host calls `layer`, which returns another width than the host declares.

    Keras does not tell a layer its host, neither when the host is made nor when it is built. The next layer would raise an error that does
    not mention the cause. This is a warning and not an error, because a last layer works by chance.
    """
    if is_compiling():
        return
    frame = sys._getframe(stacklevel)
    # Only Keras's own frames are read. Reading the locals of a frame keeps them alive until the frame ends.
    host = frame.f_locals.get("self") if frame.f_globals.get("__name__", "").startswith("keras.") else None
    if host is not None and declares_width(host, layer):
        warnings.warn(
            f"{layer!r} changes the width of its input, which {host.name} does not know. {layer.advice}", stacklevel=stacklevel + 1
        )


@functools.cache
def _names_of_keras():
    return frozenset(vars(keras.layers.Layer(name="layer")))


def own_attributes(layer):
    """The attributes of the layer, without those of every Keras layer and those in which TensorFlow tracks weights."""
    own = layer.__dict__.keys() - _names_of_keras()
    return {name: layer.__dict__[name] for name in own if not name.startswith("_self_")}


def held_attributes(layer):
    """The attributes of the layer by name, without those of every Keras layer and those in which TensorFlow tracks layers and weights.

    Torch keeps those that are layers apart.
    """
    held = {name: value for name, value in getattr(layer, "_modules", {}).items() if value is not None}
    held |= {name: value for name, value in layer.__dict__.items() if name not in _names_of_keras()}
    return {name: value for name, value in held.items() if not name.startswith(_OF_TENSORFLOW)}


def settle_paths(layer, kind):
    """Give each weight of `layer` a unique path in the model that is about to list its weights.

    The path of a weight that exists from construction has no host, only the name of its layer. Names repeat in copies, configs and loaded
    files. Paths are the keys of torch's parameters and of Keras's state trees. If two weights have one path, torch clears the gradient of
    only one of them. The other is trained on the sum over all steps (keras 3.10 to 3.15; keras-team/keras#19908 proposes other keys).

    The new path depends on the model alone, so that a state fits the model's clone. The first weight in the model keeps its path.
    No argument tells a layer which model holds it. The call stack does.
    """
    # Dynamo does not allow reading the stack. The model that it compiles has listed its weights before.
    if is_compiling():
        return
    frame: FrameType | None = sys._getframe(2)
    model = None
    while frame and frame.f_code in _LISTS:
        model, frame = frame.f_locals["self"], frame.f_back
    if model is None or (layer in _settled and _settled[layer]() is model) or not layer.weights:
        return

    held = [(holder, layer) for holder, layer in held_layers(model, kind) if layer.weights]
    _settled.update({layer: weakref.ref(model) for _, layer in held})
    owners = {id(weight): pair for pair in reversed(held) for weight in pair[1].weights}
    listed = model.variables
    taken = {weight.path for weight in listed if id(weight) not in owners}
    for holder, layer in dict.fromkeys(owners[id(weight)] for weight in listed if id(weight) in owners):
        weights = layer.weights
        first = _first_paths.setdefault(layer, [weight.path for weight in weights])
        prefixes = (f"{holder.name}/{layer.name}" + (f"_{count}" if count else "") for count in itertools.count())
        choices = itertools.chain([first], ([f"{prefix}/{weight.name}" for weight in weights] for prefix in prefixes))
        paths = next(paths for paths in choices if taken.isdisjoint(paths))
        taken.update(paths)
        for weight, path in zip(weights, paths, strict=True):
            weight._path = path


def siblings_in(store):
    """Layers that have loaded weights from this file, by name. The caller adds its own.

    If two hosts share one instance with weights, only the first host finds weights in the file (keras 3.10 to 3.15; keras-team/keras#18821
    asks for shared weights).
    """
    return _loaded.setdefault(store, {}) if hasattr(store, "h5_file") else {}


def array_as_tensor(array, dtype):
    """An array or a number as a tensor of `dtype`.

    On torch, Keras keeps the dtype of an array of bfloat16, whatever dtype is requested (keras 3.15; no issue was found).
    """
    return ops.cast(ops.convert_to_tensor(array, dtype=dtype), dtype)


def with_several_axes(config):
    """The config, with `axis` under another name if it is a tuple or a list.

    Keras drops an "axis" that is a list of several when it loads a legacy H5 file, in any layer, silently (keras 3.10 to 3.15;
    keras-team/keras#20963 was mended for a single number).
    """
    if isinstance(config.get("axis"), (tuple, list)):
        config["axes"] = config.pop("axis")
    return config


def with_axis(config):
    """The reverse of `with_several_axes`."""
    return {"axis" if name == "axes" else name: value for name, value in config.items()}


def with_logits(y, x):
    """y, marked so that Keras's cross-entropy losses use its input x. They use y itself if x is None.

    On TensorFlow the losses read an attribute of y, which Keras's own sigmoid and softmax set. They have no argument for it (keras 3.10 to
    3.15; keras-team/keras#15271). Without the attribute they lose every digit of a saturated output. Keras sets it for any axis, also
    where it is wrong.
    """
    if x is not None:
        y._keras_logits = x
    elif hasattr(y, "_keras_logits"):
        del y._keras_logits
    return y


def keep_copied(layer):
    """Keep the layer that a Bidirectional is copying alive as long as `layer`, the new copy of its activation.

    Keras frees the original. For the rest of a load, Keras takes a new object at the same address for the original. In 3 of 143 loads of
    a model with 181 such hosts, two of them shared one recurrent layer (keras 3.15).
    """
    frame = inspect.currentframe()
    while frame and frame.f_code is not keras.layers.Bidirectional.__init__.__code__:
        frame = frame.f_back
    if frame is not None:
        _originals[layer] = frame.f_locals["layer"]


def warn_of_keras_2(stacklevel):
    """Warn if TensorFlow uses Keras 2 as `tf.keras`, because Keras 2 does not support layers of Keras 3."""
    # TensorFlow reads the variable in the same way.
    if os.environ.get("TF_USE_LEGACY_KERAS") in ("1", "true", "True"):
        warnings.warn(
            "TF_USE_LEGACY_KERAS is set, so that tf.keras is tf_keras, which is Keras 2. In its layers, activations of keras_activations "
            "are plain functions: learned parameters are neither trained nor saved, and saved models do not load. Build models with keras.",
            stacklevel=stacklevel,
        )


# The rest changes or copies layers that are built. Keras has no public way to do so (keras 3.10 to 3.15).


def set_attribute(layer, name, value):
    """Set an attribute of a layer to another layer or function, also where the layer is built.

    Keras locks a built layer against new layers. It also goes on listing a layer whose attribute has another value now. Torch does not
    let a function take the place of a layer.
    """
    old, tracker = held_attributes(layer)[name], layer._tracker
    was_locked = tracker.locked
    tracker.unlock()
    try:
        if isinstance(old, keras.layers.Layer):
            getattr(layer, "_modules", {}).pop(name, None)
            if all(value is not old for key, value in held_attributes(layer).items() if key != name):
                tracker.untrack(old)
        setattr(layer, name, value)
    finally:
        if was_locked:
            tracker.lock()


def _plain(value):
    """Keras's tracked lists and dicts as plain ones."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    # TensorFlow wraps tuples.
    return tuple(map(_plain, value)) if isinstance(value, tuple) and not hasattr(value, "_fields") else value


def _items(value):
    return value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()


def children_by_place(layer):
    """The layers that `layer` holds, by where: the name of the attribute, and the positions in its lists, tuples and dicts."""
    found = {}

    def add(place, value):
        if isinstance(value, keras.layers.Layer):
            found[place] = value
        for key, item in _items(value):
            add((*place, key), item)

    for name, value in held_attributes(layer).items():
        add((name,), value)
    held = {id(child) for child in children(layer)}
    return {place: child for place, child in sorted(found.items(), key=lambda pair: str(pair[0])) if id(child) in held}


def replace_child(holder, old, new):
    """Let `holder` hold the layer `new` in every place where it holds `old`: in attributes, lists, tuples and dicts."""

    def replaced(value):
        if value is old:
            return new
        if isinstance(value, dict):
            return {key: replaced(item) for key, item in value.items()}
        if isinstance(value, list):
            return list(map(replaced, value))
        return tuple(map(replaced, value)) if type(value) is tuple else value

    names = {place[0] for place, child in children_by_place(holder).items() if child is old}
    tracker = holder._tracker
    was_locked = tracker.locked
    tracker.unlock()
    try:
        # The order of the layers stays. A sequential model has a list of its own.
        if tracker.is_in_store("layers", old):
            tracker.replace_tracked_value("layers", old, new)
        holder._layers[:] = [new if layer is old else layer for layer in holder._layers]
        for name in names:
            setattr(holder, name, replaced(_plain(held_attributes(holder)[name])))
    finally:
        if was_locked:
            tracker.lock()


def graphs(model):
    """The functional graphs in the model and below it. A sequential model that is built has one, and holds it in an attribute."""
    layers = [model, *(layer for layer in model._flatten_layers() if layer is not model)]
    found = [getattr(layer, "_functional", None) or layer for layer in layers]
    return [graph for graph in found if hasattr(graph, "_nodes_by_depth")]


def is_plain_graph(layer):
    """Whether the layer is a functional model that its inputs and outputs make, and not a constructor of the user."""
    functional = next((cls for cls in type(layer).__mro__ if cls.__name__ == "Functional"), None)
    return functional is not None and type(layer).__init__ is functional.__init__


def copied_graph(model, twin):
    """A functional model in which ``twin(operation)`` runs in place of each operation. `clone_model` would lose optional inputs."""
    inputs = keras.tree.map_structure(lambda x: twin(producer(x)[0]).output, model._inputs_struct)
    outputs = model._run_through_graph(inputs, operation_fn=twin)
    return type(model)(inputs, outputs, name=model.name)


def calls_of(operation):
    """(input tensors, output tensors) of each call of a layer or operation on symbolic tensors."""
    return [(node.input_tensors, node.outputs) for node in operation._inbound_nodes]


def replace_operation(model, old, new):
    """Let `new` run wherever the operation `old` runs in a functional or sequential model, or in a model in it."""
    for index, node in enumerate(old._inbound_nodes):
        node.operation = new
        new._inbound_nodes.append(node)
        for position, tensor in enumerate(node.outputs):
            tensor._keras_history = type(tensor._keras_history)(new, index, position)
    new._outbound_nodes.extend(old._outbound_nodes)
    for graph in graphs(model):
        if any(operation is old for operation in graph._operations):
            again = keras.Function(graph._inputs_struct, graph._outputs_struct)
            for name in ("_nodes", "_nodes_by_depth", "_operations", "_operations_by_depth"):
                vars(graph)[name] = vars(again)[name]
            replace_child(graph, old, new)


def retrack(model):
    """Let torch's modules list the parameters that the layers have now. They list those that they had when they were built."""
    for layer in reversed(model._flatten_layers()):
        if hasattr(layer, "_torch_params"):
            layer._track_variables()


def own_variables(layer):
    """The variables of the layer itself, without those of the layers in it, and with the states of its random numbers."""
    seeds = [generator.state for generator in layer._seed_generators]
    return [*layer._trainable_variables, *layer._non_trainable_variables, *seeds]


def compile_arguments(model):
    """The arguments with which the model was compiled. `get_compile_config` has none that Keras cannot serialize, such as a lambda."""
    return dict(model._compile_config.config)


def assign(variable, value):
    """Give the variable the value of another one. On JAX, two variables would share one buffer, which `fit` frees."""
    variable.assign(ops.copy(ops.convert_to_tensor(value)))


def carry_optimizer(old, new, twins):
    """Give the optimizer `new`, which is built, the state of `old`. `twins` has the new variable for the identity of an old one.

    Returns:
        (number of variables trained by `new`, number of those whose state was carried over).
    """
    places = {id(variable): place for place, variable in enumerate(new._trainable_variables)}
    twin = {index: places.get(id(twins.get(id(variable)))) for index, variable in enumerate(old._trainable_variables)}
    for name, value in vars(old).items():
        other = vars(new).get(name)
        if isinstance(value, keras.Variable) and isinstance(other, keras.Variable):
            assign(other, value)
        elif isinstance(value, list) and len(value) == len(twin) and name not in ("_trainable_variables", "_variables"):
            for index, place in twin.items():
                if place is not None and isinstance(value[index], keras.Variable):
                    assign(other[place], value[index])
    if hasattr(old, "inner_optimizer"):
        return carry_optimizer(old.inner_optimizer, new.inner_optimizer, twins)
    return len(places), sum(place is not None for place in twin.values())


@contextlib.contextmanager
def watched(layers):
    """While this context is open, the outputs of the layers go into the lists that it yields, by the `id` of the layer."""
    outputs = {id(layer): [] for layer in layers}

    def watching(layer):
        call = layer.call

        @functools.wraps(call)
        def run(*args, **kwargs):
            result = call(*args, **kwargs)
            outputs[id(layer)].append(result)
            return result

        return run

    with shadowed((layer, "call", watching(layer)) for layer in layers):
        yield outputs


@contextlib.contextmanager
def shadowed(shadows):
    """While this context is open, objects have other attributes: `shadows` lists (object, name, value).

    Nothing else changes. Keras's own assignment of an attribute lists layers anew, and torch's refuses a function in place of a layer.
    """
    before = []
    try:
        for holder, name, value in shadows:
            before.append((vars(holder), name, name in vars(holder), vars(holder).get(name)))
            vars(holder)[name] = value
        yield
    finally:
        for attributes, name, was_there, value in reversed(before):
            if was_there:
                attributes[name] = value
            else:
                del attributes[name]
