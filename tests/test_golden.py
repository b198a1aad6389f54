"""The files of every release can always be loaded. They compute the same results as before."""

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import testing
from lab.golden import DATA

FILES = sorted(DATA.glob("*.keras"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_release(file):
    model = keras.models.load_model(file)
    with np.load(file.with_suffix(".npz")) as golden:
        names = [name for name in golden.files if name != "x"]
        outputs = model(golden["x"], training=False)  # `predict` would compile all layers on JAX
        assert len(names) == len(outputs) == len(model.layers) - 1
        for name, layer, y in zip(names, model.layers[1:], outputs, strict=True):
            np.testing.assert_allclose(testing.array(y), golden[name], rtol=2e-5, atol=2e-6, err_msg=repr(layer))


def test_this_release_has_a_file():
    assert ka.__version__ in [file.stem for file in FILES], "Write it: make golden"
