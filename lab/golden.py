"""Write the files that this release saves, once for each release: `make golden`.

tests/data/<version>.keras holds every class with every sample of hyperparameters. The .npz file beside it holds an input and the outputs.
`tests/test_golden.py` loads the files of all releases.
"""

from pathlib import Path

import keras
import numpy as np

import keras_activations as ka

DATA = Path(__file__).parents[1] / "tests" / "data"


def main():
    inputs = keras.Input((6, 4))
    layers = [entry.cls(**sample) for entry in ka.catalogue().values() for sample in entry.cls.samples]
    model = keras.Model(inputs, [layer(inputs) for layer in layers])
    for layer in layers:
        # The weights move away from their initial values, as in training.
        weights = zip(layer.weights, layer.get_weights(), strict=True)
        layer.set_weights([value if "seed" in weight.path else value + 0.0625 for weight, value in weights])
    x = np.random.default_rng(0).normal(size=(2, 6, 4)).astype("float32")
    DATA.mkdir(exist_ok=True)
    model.save(DATA / f"{ka.__version__}.keras")
    outputs = {f"{index:03}": y for index, y in enumerate(model.predict(x, verbose=0))}
    np.savez_compressed(DATA / f"{ka.__version__}.npz", x=x, **outputs)


if __name__ == "__main__":
    main()
