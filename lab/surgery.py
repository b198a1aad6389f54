"""`replace` on every model of keras.applications, as a Markdown table.

Each model is made with random weights. Each of its activations is replaced by the activation of this package that computes the same. The
table has how many there were, how many were changed and kept, whether all weights are equal to the bit, and by how much predictions differ.
As a control, the hidden activations are replaced by another function. Predictions must differ then: an untrained model may give the same
numbers with any activation.
`make applications` writes docs/applications.md. `python -m lab.surgery MobileNet` prints the row of one model.
"""

import gc
import inspect
import sys
import time
from pathlib import Path

import keras
import numpy as np

import keras_activations as ka

SIZE = 32
LARGER = {"Inception": 75, "Xception": 71, "NASNet": 32}  # the least that they take
CLASSES = 10
RNG = np.random.default_rng(1)
OTHER = "softsign"


def models():
    """The functions of keras.applications that make a model, by name."""
    return {name: make for name, make in sorted(vars(keras.applications).items()) if inspect.isfunction(make)}


def size_of(name):
    return next((size for part, size in LARGER.items() if part in name), SIZE)


def made(name, make):
    keras.utils.set_random_seed(1)
    keras.utils.clear_session()
    shape = (size_of(name),) * 2 + (3,)
    model, x = make(weights=None, input_shape=shape, classes=CLASSES), RNG.uniform(-1, 1, (4, *shape)).astype("float32")
    settle(model, x)
    return model, x


def settle(model, x):
    """Give the model weights with which its activations matter, and normalization layers the statistics of x.

    The first weights of ConvNeXt's blocks are so small that the blocks do nothing. Without statistics, values vanish from layer to layer.
    """
    for layer in model.layers:
        if getattr(layer, "gamma", None) is not None:
            layer.gamma.assign(RNG.uniform(0.5, 1.5, layer.gamma.shape))
        for name in ("beta", "bias"):
            if isinstance(weight := getattr(layer, name, None), keras.Variable):
                weight.assign(RNG.normal(0, 0.1, weight.shape))
    momenta = {layer: layer.momentum for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)}
    for layer in momenta:
        layer.momentum = 0.0
    model(x, training=True)
    for layer, momentum in momenta.items():
        layer.momentum = momentum


def difference(model, other, x):
    first, second = (keras.ops.convert_to_numpy(each(x, training=False)) for each in (model, other))
    return float(np.abs(first - second).max())


def same(model):
    """The mapping that replaces each activation by the one of this package that computes the same."""
    names = sorted({place.name for place in ka.find_activations(model) if not place.is_linear})
    return {name: name for name in names}


def row(name, make):
    began = time.perf_counter()
    model, x = made(name, make)
    weights, config = model.get_weights(), model.to_json()
    places = [place for place in ka.find_activations(model) if not place.is_linear]
    count = {name: sum(place.name == name for place in places) for name in sorted({place.name for place in places})}
    result = ka.replace(model, same(model), roles=("hidden", "output"))
    control = ka.replace(model, {lambda place: not place.is_linear: OTHER}).model
    apart = difference(model, result.model, x)
    carried = all(np.array_equal(a, b) for a, b in zip(weights, result.model.get_weights(), strict=True))
    untouched = config == model.to_json() and all(np.array_equal(a, b) for a, b in zip(weights, model.get_weights(), strict=True))
    found = ", ".join(f"{number} {name}" for name, number in count.items())
    return [
        name,
        found,
        str(len(result.changed)),
        str(len(result.kept)),
        "yes" if carried else "NO",
        "yes" if untouched else "NO",
        f"{apart:.1e}" if apart else "0",
        f"{difference(model, control, x):.1e}",
        f"{time.perf_counter() - began:.0f}",
    ]


HEADER = ["model", "activations", "changed", "kept", "weights equal", "original unchanged", "difference", "of another function", "seconds"]
PAGE = Path(__file__).parents[1] / "docs" / "applications.md"
INTRODUCTION = """# The models of keras.applications

<!-- Written by `make applications`, not by hand. -->

What `keras_activations.replace` does with each of them, with random weights: every activation is replaced by the one of this package that
computes the same, also that of the output. Predictions differ by "difference". The control is the column "of another function": how much
predictions differ if every activation but that of the output is replaced by softsign.
"""


def line(cells):
    return "| " + " | ".join(cells) + " |"


def main(names):
    lines = [line(HEADER), line(["---"] * len(HEADER))]
    print(*lines, sep="\n", flush=True)
    for name, make in models().items():
        if not names or name in names:
            lines.append(line(row(name, make)))
            print(lines[-1], flush=True)
            gc.collect()
    if not names:
        versions = f"keras {keras.__version__} on {keras.backend.backend()}"
        PAGE.write_text("\n".join([INTRODUCTION, f"Measured with {versions}.", "", *lines, ""]))


if __name__ == "__main__":
    main(sys.argv[1:])
