"""Checks of the whole model, for errors that a layer cannot see because it does not know its host."""

import warnings
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from .. import Activation, Splitting
from ..core import keras_gaps
from ..core.activation import canonical_name
from .finding import ends_of, find_activations, graph_of, shown
from .table import Printed

PROBABILITIES = ("sigmoid", "softmax")
LEAST_VALUES = 32  # of a unit, to say that it is dead
MOST_DEAD = 0.5  # of the units of a layer
LEAST_OMEGA = 10.0  # of a SIREN
MARGIN = 0.01
"""How near to a bound an output is saturated, relative to the distance of the bounds."""
BOUNDS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "hard_sigmoid": (0.0, 1.0), "hard_tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0)}
MOST_CHANGE = 1e3  # of the standard deviation between the first activation and a later one


@dataclass(frozen=True, repr=False)
class Check(Printed):
    """What `check` warns of. It prints one line each.

    Attributes:
        model: The name of the model.
        warnings: Sentences on what may be wrong, and what to write instead. Empty for a sound model.
    """

    model: str
    warnings: tuple[str, ...]

    def to_dict(self) -> dict:
        return {"model": self.model, "warnings": list(self.warnings)}

    def __str__(self) -> str:
        return "\n".join(self.warnings) if self.warnings else f"{self.model}: nothing found"


def check(model: keras.layers.Layer, x: Any = None) -> Check:
    """Look for activations in places where they fail. Keras notices such errors late or never. Call it before `fit` or `save`.

    These are errors:

    * an instance with weights that several layers share. The model trains and saves, but the file does not load as saved;
    * a splitter such as GLU as the activation of a layer. That layer declares its own width, not that of the splitter;
    * a softmax over one number, which is always 1;
    * a compiled cross-entropy with ``from_logits=True`` after a sigmoid or softmax, or one without after a layer that has no activation.
      This is seen in functional and sequential models.

    These are warnings, because the model may be meant so:

    * in a model that has not been trained: SELU in a layer whose weights do not have the variance 1/n for n inputs, with which alone it
      normalizes itself, the sine of a SIREN in a layer with Keras's default initializer, and layers that start with equal weights,
      because they were given one and the same initializer;
    * with `x`: layers in which most units are dead, which means that they give the same number for all of x; layers in which most units
      are saturated; values that vanish or explode from layer to layer; and values that are not finite.

    Args:
        model: A Keras model or layer, built or not.
        x: Inputs as the model takes them, of 32 samples or more, on which units are looked at. They are judged for these inputs only.
            Default None: units are not looked at.

    Returns:
        A `Check` with the warnings, which are also given as Python's warnings.

    Raises:
        ValueError: if there is an error. It names each one, where it is, and what to write instead.
        TypeError: if model is not a Keras layer.

    Example:
        >>> act = Swish(learned=True, name="act")
        >>> check(keras.Sequential([keras.layers.Dense(4, act, name="first"), keras.layers.Dense(4, act, name="second")]))
        Traceback (most recent call last):
            ...
        ValueError: act has weights and is shared by first, second: ...
    """
    if not isinstance(model, keras.layers.Layer):
        raise TypeError(f"check takes a Keras model or layer; received {model!r} ({type(model).__name__}).")
    if problems := [*_misplaced(model), *_constant(model), *_against_the_loss(model)]:
        raise ValueError("\n".join(problems))
    doubts = (*_initializers(model), *_equal_weights(model)) + (() if x is None else tuple(_units(model, x)))
    for doubt in doubts:
        warnings.warn(doubt, stacklevel=2)
    return Check(model.name, doubts)


def _misplaced(model):
    """Instances with weights in several layers, and splitters in hosts."""
    owners = {}
    for holder, layer in keras_gaps.held_layers(model, Activation):
        owners.setdefault(layer, []).append(holder)
    for layer, holders in owners.items():
        names = ", ".join(sorted({holder.name for holder in holders}))
        # A model may hold the activation as a layer, and a part of the model may, too. Keras saves and loads it once then.
        if all(isinstance(holder, keras.Model) for holder in holders):
            holders = [holder for holder in holders if holder is not model]
        # A layer may give its own argument to a layer in it. It does so when the file is loaded, too.
        holders = [holder for holder in holders if not any(child in holders for child in keras_gaps.children(holder))]
        if len(holders) > 1 and (layer.weights or not layer.built):
            yield (
                f"{layer.name} has weights and is shared by {names}: the saved model will not load as it was. "
                f"Give each layer an activation of its own, such as get({canonical_name(type(layer))!r}, ...)."
            )
        if isinstance(layer, Splitting) and any(keras_gaps.declares_width(holder, layer) for holder in holders):
            yield f"{layer.name} changes the width of its input, which {names} does not know. {layer.advice}"


def _constant(model):
    """Softmaxes of one number."""
    for place in find_activations(model):
        axis = getattr(place.activation, "axis", -1)
        if place.name == "softmax" and isinstance(axis, int):
            for _, outputs in keras_gaps.calls_of(place.layer):
                if outputs[0].shape[axis] == 1:
                    yield f"{place.path} is a softmax of one number, which is always 1. For two classes and one unit, write 'sigmoid'."
                    break


def _against_the_loss(model):
    """Cross-entropies that take logits where there are probabilities, or the other way round."""
    if not (isinstance(model, keras.Model) and model.compiled and (graph_of(model) or isinstance(model, keras.Sequential))):
        return
    for loss, tensor in _losses(model):
        takes_logits = _takes_logits(loss)
        places = {id(place.layer): place for place in find_activations(model)}
        for layer in [] if takes_logits is None else ends_of(model, tensor):
            place = places.get(id(layer))
            name = getattr(loss, "name", None) or getattr(loss, "__name__", loss)
            if place and takes_logits and place.name in PROBABILITIES:
                yield (
                    f"{name} has from_logits=True, but {place.path} is {shown(place.activation)}, so that it would be applied twice. "
                    "Leave from_logits out, or the activation."
                )
            if place and not takes_logits and place.is_linear:
                activation = "sigmoid" if "binary" in name else "softmax"
                yield (
                    f"{name} takes probabilities, but {place.path} is linear. Write activation={activation!r}, or a loss with "
                    "from_logits=True."
                )


def _losses(model):
    """Pairs of a loss and the output, a symbolic tensor or None for a model that has one output."""
    loss = keras_gaps.compile_arguments(model)["loss"]
    outputs = model.output if graph_of(model) else None
    if outputs is None or not isinstance(outputs, (list, tuple, dict)):
        found = keras.tree.flatten(loss)
        return [(found[0], outputs)] if len(found) == 1 else []
    if isinstance(loss, dict):
        tensors = outputs if isinstance(outputs, dict) else dict(zip(model.output_names, outputs, strict=True))
        return [(each, tensors[name]) for name, each in loss.items() if name in tensors]
    tensors = keras.tree.flatten(outputs)
    losses = list(loss) if isinstance(loss, (list, tuple)) else [loss] * len(tensors)
    return list(zip(losses, tensors, strict=True)) if len(losses) == len(tensors) else []


def _takes_logits(loss):
    """Whether a cross-entropy takes logits, or None for another loss."""
    if isinstance(loss, str):
        loss = keras.losses.get(loss)
    if isinstance(loss, keras.losses.Loss):
        return getattr(loss, "from_logits", None)
    return False if "crossentropy" in getattr(loss, "__name__", "") and loss in vars(keras.losses).values() else None


def _initializers(model):
    """Initializers that do not fit the two activations that work with one of their own alone."""
    for place in [] if _is_trained(model) else find_activations(model):
        initializer = getattr(place.layer, "kernel_initializer", None)
        if initializer is None:
            continue
        if place.name == "selu" and not _is_lecun(initializer):
            yield (
                f"{place.path} is SELU, but the kernel has {type(initializer).__name__}. SELU keeps the variance of its input only with "
                "kernel_initializer='lecun_normal'."
            )
        omega = getattr(place.activation, "omega", 1.0)
        if place.name == "sine" and omega >= LEAST_OMEGA and isinstance(initializer, keras.initializers.GlorotUniform):
            yield (
                f"{place.path} is a sine with omega={omega:g}, but the kernel has {type(initializer).__name__}, Keras's default. Write "
                f"kernel_initializer=keras_activations.initializer('sine(omega={omega:g})'), with inputs=n in the first layer of n inputs."
            )


def _equal_weights(model):
    """Layers of one shape that share a random initializer. It draws the same numbers for each of them."""
    sharing = {}
    for place in [] if _is_trained(model) else find_activations(model):
        initializer, kernel = getattr(place.layer, "kernel_initializer", None), getattr(place.layer, "kernel", None)
        if initializer is not None and kernel is not None:
            sharing.setdefault((id(initializer), tuple(kernel.shape)), {})[id(place.layer)] = place.layer
    for layers in sharing.values():
        if len(layers) == 1:
            continue
        first, *others = (keras.ops.convert_to_numpy(layer.kernel) for layer in layers.values())
        if np.ptp(first) > 0 and all(np.array_equal(first, other) for other in others):
            yield (
                f"{', '.join(layer.name for layer in layers.values())} have equal weights: they share one initializer, which draws the "
                "same numbers in every call. Make one for each layer."
            )


def _is_lecun(initializer):
    config = initializer.get_config()
    lecun = isinstance(initializer, (keras.initializers.LecunNormal, keras.initializers.LecunUniform))
    return lecun or (config.get("scale"), config.get("mode")) == (1.0, "fan_in")


def _is_trained(model):
    optimizer = getattr(model, "optimizer", None)
    return optimizer is not None and int(keras.ops.convert_to_numpy(optimizer.iterations)) > 0


def _units(model, x):
    """Layers whose units are dead or saturated on x, and where values vanish or explode."""
    # The state of a recurrent layer is not visible from outside of its loop.
    places = [place for place in find_activations(model) if place.role in ("hidden", "output") and not place.is_linear]
    layers = list({id(place.layer): place.layer for place in places if isinstance(place.layer, keras.layers.Layer)}.values())
    with keras_gaps.watched(layers) as outputs:
        model(x, training=False)
    first = None
    for place in places:
        found = next(iter(outputs.get(id(place.layer), ())), None)
        found = None if found is None else _by_unit(place.layer, found)
        if place.role != "hidden" or found is None or len(found) < LEAST_VALUES:
            continue
        where = f"{place.path} ({place.name})"
        if not np.isfinite(found).all():
            yield f"{where}: some outputs are not finite. Look for such numbers in x and in the weights: a training may have diverged."
            return  # it is the same in all layers after this one
        dead, saturated, deviation = (np.ptp(found, axis=0) == 0).mean(), _saturated(place.name, found), found.std()
        first = first or deviation
        if saturated > MOST_DEAD:
            yield (
                f"{where}: {saturated:.0%} of the units are saturated on all of x, so they hardly learn. Normalize x, or give the layer "
                "smaller weights."
            )
        elif dead > MOST_DEAD:
            yield (
                f"{where}: {dead:.0%} of the units give the same number for all of x, so they are dead. Look at the bias and at the scale "
                "of x, or use an activation with a slope everywhere, such as 'leaky_relu'."
            )
        elif first and not 1 / MOST_CHANGE < deviation / first < MOST_CHANGE:
            yield (
                f"{where}: the deviation is {deviation:.1e}, and {first:.1e} at the first activation. The initializer does not fit: "
                "'he_normal' fits rectifiers, and normalization layers fit all."
            )
            return  # it is the same in all layers after this one


def _saturated(name, found):
    """The part of the units all of whose outputs are at one of the bounds of the function."""
    if name not in BOUNDS:
        return 0.0
    low, high = BOUNDS[name]
    margin = MARGIN * (high - low)
    return ((found < low + margin) | (found > high - margin)).all(axis=0).mean()


def _by_unit(layer, output):
    """The output as an array of samples by units, or None if it is no array of numbers."""
    if keras.tree.is_nested(output):
        return None
    try:
        array = keras.ops.convert_to_numpy(output)
    except Exception:  # inside a loop of the backend
        return None
    first = getattr(layer, "data_format", None) == "channels_first"
    array = np.moveaxis(array, 1, -1) if first else array
    return array.reshape(-1, array.shape[-1]).astype("float64") if array.ndim > 1 else None
