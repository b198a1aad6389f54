"""What a layer cannot see of its host, checked on the whole model."""

import keras

from ..core.activation import Activation, canonical_name
from ..core.axis import Splitting
from ..core.keras_gaps import declares_width, held_layers


def check(model: keras.layers.Layer) -> None:
    """Look for activations that stand where they will fail, which Keras notices late or never. Call it before `fit` or `save`.

    It finds an instance with weights that several layers share: the model trains and saves, but the file does not load as saved.
    And it finds a splitter such as GLU as the activation of a layer, which declares its own width, not the width that it returns.

    Args:
        model: A Keras model or layer, built or not.

    Raises:
        ValueError: that names every such activation, the layers that hold it, and what to write instead.
        TypeError: where model is not a Keras layer.

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
        # A model that holds it as a layer, beside a part of its own that does, saves and loads it once.
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
