"""Checks of the whole model, for errors that a layer cannot see because it does not know its host."""

import keras

from ..core.activation import Activation, canonical_name
from ..core.axis import Splitting
from ..core.keras_gaps import declares_width, held_layers


def check(model: keras.layers.Layer) -> None:
    """Look for activations in places where they will fail. Keras notices such errors late or never. Call it before `fit` or `save`.

    It finds an instance with weights that several layers share. The model trains and saves, but the file does not load as saved.
    It also finds a splitter such as GLU as the activation of a layer. That layer declares its own width, not that of the splitter.

    Args:
        model: A Keras model or layer, built or not.

    Raises:
        ValueError: if there is such an activation. It names each one, the layers that hold it, and what to write instead.
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
    owners = {}
    for holder, layer in held_layers(model, Activation):
        owners.setdefault(layer, []).append(holder)
    problems = []
    for layer, holders in owners.items():
        names = ", ".join(sorted({holder.name for holder in holders}))
        # A model may hold the activation as a layer, and a part of the model may, too. Keras saves and loads it once then.
        if all(isinstance(holder, keras.Model) for holder in holders):
            holders = [holder for holder in holders if holder is not model]
        if len(holders) > 1 and (layer.weights or not layer.built):
            problems.append(
                f"{layer.name} has weights and is shared by {names}: the saved model will not load as it was. "
                f"Give each layer an activation of its own, such as get({canonical_name(type(layer))!r}, ...)."
            )
        if isinstance(layer, Splitting) and any(declares_width(holder, layer) for holder in holders):
            problems.append(f"{layer.name} changes the width of its input, which {names} does not know. {layer.advice}")
    if problems:
        raise ValueError("\n".join(problems))
