"""What converters make of the activations: few of them on few numbers; `benchmarks/export.py` measures every class."""

from pathlib import Path

import export
import keras
import numpy as np
import pytest
from cases import BACKEND

import keras_activations as ka

X = export.grid()[::8]
UNITS = export.units(every_sample=False)

pytestmark = [
    pytest.mark.skipif(BACKEND not in export.FORMATS, reason="exports nothing"),
    pytest.mark.filterwarnings("ignore"),  # of converters, which are nobody's here
]


def wrong(form, group):
    exporter, packages = export.FORMATS[BACKEND].get(form, (None, []))
    if exporter is None:
        pytest.skip(f"{BACKEND} is not exported to {form}")
    for package in packages:
        pytest.importorskip(package)
    return {name: word for name, word in export.attempt(exporter, group, X).items() if word}


@pytest.mark.parametrize("start", range(0, len(UNITS), 49))
def test_saved_model(start):
    """Every class; also fine-tuned, for which the custom gradients must be in the file."""
    assert not wrong("SavedModel, gradients", UNITS[start : start + 49])


@pytest.mark.parametrize("form", ["SavedModel", "ONNX", "LiteRT", "OpenVINO", "torch.export"])
def test_converters(form):
    """Those that did not survive as they first were, and one of each kind."""
    names = ["celu", "elu", "mish", "softplus", "log_sigmoid", "exponential", "gelu", "erf_act", "arctan", "xatglu", "glu", "crelu"]
    names += ["maxout", "prelu", "softmax", "gumbel_softmax"]
    group = [unit for unit in UNITS if unit.name in names]
    assert len(group) == len(names)
    assert not wrong(form, group)


def test_a_reloaded_saved_model_is_trained(tmp_path):
    """As a layer, without this package's classes: the loss falls, and the learned parameter moves."""
    if BACKEND != "tensorflow":
        pytest.skip("TensorFlow's own format")
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, ka.Mish()), ka.Swish(learned=True), keras.layers.Dense(1)])
    model.export(tmp_path, format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(tmp_path)
    x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    y = np.sin(x.sum(axis=1, keepdims=True))
    losses, before = [], [v.numpy() for v in loaded.trainable_variables]
    for _ in range(20):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((loaded.serve(x) - y) ** 2)
        for v, g in zip(loaded.trainable_variables, tape.gradient(loss, loaded.trainable_variables), strict=True):
            v.assign_sub(0.05 * g)
        losses.append(float(loss))
    assert losses[-1] < 0.9 * losses[0]
    assert all((v.numpy() != b).any() for v, b in zip(loaded.trainable_variables, before, strict=True))


def test_the_page_names_every_gap():
    tables = {"tensorflow": {"LiteRT": {"mish": None, "sine": "x 'tf.Sin' op is neither a custom op nor a flex op", "keras.ops.erf": None}}}
    text = export.page(tables, ", all,")
    assert "| tensorflow | LiteRT | 1 | `sine` |" in text
    assert "* `sine` from tensorflow to LiteRT: LiteRT has no builtin operator for TensorFlow's Sin." in text


def test_the_page_has_every_activation():
    page = (Path(__file__).parents[1] / "docs" / "export.md").read_text()
    assert [unit.name for unit in UNITS if f"| `{unit.name}` |" not in page] == []
