"""What Keras leaves undone for a layer that another layer holds, and what makes up for it.

Each gap is told with the versions it was seen in. A test in `tests/test_keras_gaps.py` fails as soon as Keras has closed it. Nothing else
in the package looks at the stack.
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

# The two properties in which a Keras layer lists the weights of the layers that it holds.
_LISTS = {cast("FunctionType", prop.fget).__code__ for prop in (keras.layers.Layer.variables, keras.layers.Layer.weights)}

_settled = weakref.WeakKeyDictionary()  # the model in which the paths of a layer are unique, as a weak reference
_first_paths = weakref.WeakKeyDictionary()  # the paths that Keras gave to the weights of a layer
_loaded = weakref.WeakKeyDictionary()  # layers that have loaded weights of their own, by the open file or shards and the layer's name
_originals = weakref.WeakKeyDictionary()  # what a Bidirectional copies, by the copy of its activation


def held_layers(model, kind):
    """Pairs of a layer of `model`, itself included, and a layer of class `kind` that it holds."""
    for holder in model._flatten_layers():
        for layer in holder._flatten_layers(include_self=False, recursive=False):
            if isinstance(layer, kind):
                yield holder, layer


def declares_width(host, layer):
    """Whether `host` is a layer of Keras that applies `layer` as its activation. It declares the width of its output by itself."""
    of_keras = type(host).__module__.startswith("keras.") and not isinstance(host, keras.Model)
    return of_keras and any(getattr(host, name, None) is layer for name in ("activation", "recurrent_activation"))


def warn_in_host(layer, stacklevel):
    """Warn where a host calls `layer`, which returns another width than the host declares.

    Keras hands a layer no sign of its host, neither when the host is made nor when it is built. The next layer would raise an error that
    does not mention the cause. It is no error here: a last layer works by chance.
    """
    if is_compiling():
        return
    frame = sys._getframe(stacklevel)
    # Of Keras's own frames alone: the locals of a frame, once asked for, live until it ends.
    host = frame.f_locals.get("self") if frame.f_globals.get("__name__", "").startswith("keras.") else None
    if host is not None and declares_width(host, layer):
        warnings.warn(
            f"{layer!r} changes the width of its input, which {host.name} does not know. {layer.advice}", stacklevel=stacklevel + 1
        )


@functools.cache
def _names_of_keras():
    return frozenset(vars(keras.layers.Layer(name="layer")))


def own_attributes(layer):
    """The attributes of the layer that neither every Keras layer has, nor TensorFlow, which tracks weights in some."""
    own = layer.__dict__.keys() - _names_of_keras()
    return {name: layer.__dict__[name] for name in own if not name.startswith("_self_")}


def settle_paths(layer, kind):
    """Give each weight of `layer` a path of its own in the model that is about to list its weights.

    A weight that exists from construction has no host in its path, only the name of its layer. Names repeat in copies, configs and loaded
    files. torch's parameters and Keras's state trees are keyed by paths. Of two weights with one path, torch clears the gradient of only
    one, and the other is trained on the sum over all steps (keras 3.10 to 3.15; keras-team/keras#19908 proposes other keys).

    The new path depends on the model alone, so that a state fits the model's clone. The first weight in the model keeps its path.
    No argument tells a layer who holds it. The stack does.
    """
    # Dynamo refuses a look at the stack. It compiles a model that has listed its weights before.
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

    Of two hosts that share one instance with weights, only the first finds weights in the file (keras 3.10 to 3.15).
    """
    return _loaded.setdefault(store, {}) if hasattr(store, "h5_file") else {}


def as_tensor(array, dtype):
    """An array or a number as a tensor of `dtype`.

    On torch, Keras leaves an array of bfloat16 as it is, whatever dtype it is asked for (keras 3.15).
    """
    return ops.cast(ops.convert_to_tensor(array, dtype=dtype), dtype)


def with_several_axes(config):
    """A config whose `axis`, if it is a tuple, has another name.

    From a legacy H5 file Keras drops an "axis" that is a list of several, in any layer, without a word (keras 3.10 to 3.15).
    """
    if isinstance(config.get("axis"), (tuple, list)):
        config["axes"] = config.pop("axis")
    return config


def with_axis(config):
    """The config that `with_several_axes` was given."""
    return {"axis" if name == "axes" else name: value for name, value in config.items()}


def with_logits(y, x):
    """y, from whose input x Keras's cross-entropy losses compute. For x=None, they compute from y.

    On TensorFlow the losses look for an attribute of y, which Keras's own sigmoid and softmax set, and have no argument for it (keras
    3.10 to 3.15). Without it they lose every digit of a saturated output. Keras sets it along any axis, where it is wrong.
    """
    if x is not None:
        y._keras_logits = x
    elif hasattr(y, "_keras_logits"):
        del y._keras_logits
    return y


def keep_copied(layer):
    """Let what a Bidirectional is copying live as long as `layer`, the copy of its activation that has just been made.

    Keras frees the original, and for the rest of a load takes what comes to lie at its address for the same object: in 3 of 143 loads of
    a model of 181 such hosts, two of them shared one recurrent layer (keras 3.15).
    """
    frame = inspect.currentframe()
    while frame and frame.f_code is not keras.layers.Bidirectional.__init__.__code__:
        frame = frame.f_back
    if frame is not None:
        _originals[layer] = frame.f_locals["layer"]


def warn_of_keras_2(stacklevel):
    """Warn where TensorFlow takes Keras 2 for `tf.keras`, which knows nothing of layers of Keras 3."""
    # TensorFlow reads the variable in the same way.
    if os.environ.get("TF_USE_LEGACY_KERAS") in ("1", "true", "True"):
        warnings.warn(
            "TF_USE_LEGACY_KERAS is set, so that tf.keras is tf_keras, which is Keras 2. In its layers, activations of keras_activations "
            "are plain functions: learned parameters are neither trained nor saved, and saved models do not load. Build models with keras.",
            stacklevel=stacklevel,
        )
