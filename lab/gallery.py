"""What the gallery shows and cannot compute itself: `make gallery-data` writes keras_activations/tools/gallery/stored.json.

* samples: values and derivatives of the activations without a formula.
* equivalents: the calls of torch and JAX with equal values.
"""

import inspect
import json

import numpy as np

import keras_activations as ka
from keras_activations.tools.compat.objects import MODULES
from keras_activations.tools.curves import curves_of, entry_of
from keras_activations.tools.describing import describe
from keras_activations.tools.drawing import suitable_half
from keras_activations.tools.gallery.data import STORED
from keras_activations.tools.gallery.parameters import values

POINTS = 257
TORCH_WORDS = {"approximate": {"true": "tanh", "false": "none"}}
DRAWS = {"gumbel_softmax", "rrelu"}
"""Activations that draw random numbers in training, in other ways than their namesakes may."""


def samples():
    """{name: {half, value, slope}} on an even grid from -half to half."""
    found = {}
    for entry in ka.catalogue().values():
        if entry.formula is None:
            layer = entry.layer()
            half = suitable_half(describe(layer))
            x = np.linspace(-half, half, POINTS)
            pieces = [[part[:, 0] for part in curve.with_slope(x)] for curve in curves_of(layer)[0]]
            found[entry.name] = {"half": half, "curves": [[_short(part) for part in piece] for piece in pieces]}
    return found


def equivalents():
    return {"torch": dict(torch_calls()), "jax": dict(jax_calls())}


def torch_calls():
    """(name, call) of the modules of torch that `to_torch` makes, and of PReLU."""
    import torch

    for cls, (module, words) in {**MODULES, "PReLU": ("PReLU", {"init": "alpha"})}.items():
        entry = next(entry for entry in ka.catalogue().values() if entry.cls.__name__ == cls)
        axis = {"dim": -1} if "dim" in words else {}
        required = {word: 0.0 for word in words} if cls == "Threshold" else {}
        layer = ka.compat.from_torch(getattr(torch.nn, module)(**axis, **required))
        moved = {word: name for word, name in words.items() if word != "dim"}
        yield entry.name, _call(entry, f"torch.nn.{module}", moved, layer, axis, TORCH_WORDS if module == "GELU" else {})


def jax_calls():
    """(name, call) of the functions of jax.nn with the same values. Of two names, that of the activation here comes last, and stays."""
    import jax

    for name in sorted(dir(jax.nn), key=lambda name: ("swish" not in name, name)):
        function = getattr(jax.nn, name)
        try:
            layer = ka.get(name, like="jax")
        except (ValueError, TypeError):
            continue  # not an activation
        entry = entry_of(layer)
        taken = set(inspect.signature(function).parameters) & set(values(entry, entry.layer()))
        if entry.name not in DRAWS and name != "identity":
            yield entry.name, _call(entry, f"jax.nn.{name}", {word: word for word in sorted(taken)}, layer, {}, {})


def _call(entry, call, moved, layer, fixed, words):
    """The call, the arguments that follow the parameters, and the values that the other parameters must have."""
    others = {name: value for name, value in values(entry, layer).items() if name not in moved.values()}
    return {"call": call, "arguments": moved, "where": others, "fixed": fixed, "words": words}


def _short(numbers):
    return [float(f"{number:.7g}") for number in numbers]


def main():
    found = {"samples": samples(), "equivalents": equivalents()}
    STORED.write_text(json.dumps(found, separators=(",", ":"), sort_keys=True) + "\n")
    print({name: list(part) for name, part in found.items()})


if __name__ == "__main__":
    main()
