"""Gaps in Keras's support for a layer that another layer holds, and their workarounds.

Each gap is described with the Keras versions that have it. A test in `tests/test_keras_gaps.py` fails as soon as Keras has closed it. No
other file of the package reads the call stack.
"""

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
    """The attributes of the layer by name, as `own_attributes`. Torch keeps those that are layers apart."""
    return own_attributes(layer) | {name: value for name, value in getattr(layer, "_modules", {}).items() if value is not None}


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
