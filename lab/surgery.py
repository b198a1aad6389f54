"""`replace` on every model of keras.applications, as a Markdown table.

Each model is made with random weights. Each of its activations is replaced by the activation of this package that computes the same. The
table has how many there were, how many were changed and kept, whether all weights are equal to the bit, and by how much predictions differ.
As a control, the hidden activations are replaced by another function. Predictions must differ then: an untrained model may give the same
numbers with any activation.
Run it as `python -m lab.surgery`, or with the names of some of the models.
"""

import gc
import inspect
import sys
import time

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


def main(names):
    header = [
        "model",
        "activations",
        "changed",
        "kept",
        "weights equal",
        "original unchanged",
        "difference",
        "of another function",
        "seconds",
    ]
    print(f"| {' | '.join(header)} |", "|---" * len(header) + "|", sep="\n", flush=True)
    for name, make in models().items():
        if not names or name in names:
            print("| " + " | ".join(row(name, make)) + " |", flush=True)
            gc.collect()


if __name__ == "__main__":
    main(sys.argv[1:])
