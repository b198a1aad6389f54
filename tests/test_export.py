"""The results of converters for a few activations on a few numbers. `lab/export.py` measures every class."""

import json

import keras
import numpy as np
import pytest

import keras_activations as ka
from lab import export
from lab.cases import BACKEND

X = export.grid()[::8]
UNITS = export.units(every_sample=False)

pytestmark = [
    pytest.mark.skipif(BACKEND not in export.FORMATS, reason="exports nothing"),
    pytest.mark.filterwarnings("ignore"),  # the warnings come from converters, not from this package
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
    """Every class is saved and also fine-tuned. Fine-tuning needs the custom gradients in the file."""
    assert not wrong("SavedModel, gradients", UNITS[start : start + 49])


@pytest.mark.parametrize("form", ["SavedModel", "ONNX", "LiteRT", "OpenVINO", "torch.export"])
def test_converters(form):
    """The test takes the activations whose first version did not survive the conversion, and one activation of each kind."""
    names = ["celu", "elu", "mish", "softplus", "log_sigmoid", "exponential", "gelu", "erf_act", "arctan", "xatglu", "glu", "crelu"]
    names += ["maxout", "prelu", "softmax", "gumbel_softmax"]
    group = [unit for unit in UNITS if unit.name in names]
    assert len(group) == len(names)
    assert not wrong(form, group)


EVERYWHERE = "elu glu hard_silu leaky_relu log_softmax relu relu6 selu sigmoid silu softmax softsign swish tanh tanh_shrink"
# Keras's own gelu and celu cannot be converted from TensorFlow to ONNX.
FROM_TORCH = ["celu", "gelu", "hard_tanh", "softplus"] if BACKEND == "torch" else []


@pytest.mark.parametrize("form", ["ONNX", "LiteRT"])
@pytest.mark.parametrize("name", EVERYWHERE.split() + FROM_TORCH)
def test_the_file_has_the_operators_of_that_of_keras(name, form, tmp_path):
    found = [file_of(subject, form, tmp_path) for subject in export.pairs()[name]]
    assert [file["wrong"] for file in found] == [None, None]
    # On torch, a layer of this package casts its input to the dtype that the input already has. onnxruntime removes this cast.
    ours, theirs = ([name for name in file["operators"] if BACKEND != "torch" or name != "Cast"] for file in found)
    assert ours == theirs


TOO_MANY = pytest.mark.xfail(reason="three operators hold the input above -infinity first", strict=True)


@pytest.mark.parametrize(
    ("name", "operator"), [("elu", "ELU"), ("hard_silu", "HARD_SWISH"), ("tanh", "TANH"), pytest.param("gelu", "GELU", marks=TOO_MANY)]
)
def test_litert_has_the_activation_as_one_operator(name, operator, tmp_path):
    assert file_of(export.pairs()[name][0], "LiteRT", tmp_path)["operators"] == [operator]


@pytest.mark.parametrize(("form", "operator"), [("ONNX", "Erf" if BACKEND == "tensorflow" else "Gelu"), ("LiteRT", "GELU")])
def test_gelu_is_one_operator_of_the_format(form, operator, tmp_path):
    """The operator in ONNX is one that every runtime has. The operator in LiteRT is the builtin one."""
    file = file_of(export.pairs()["gelu"][0], form, tmp_path)
    assert file["operators"].count(operator) == 1
    assert len(file["operators"]) <= 8
    assert file["wrong"] is None


@pytest.mark.parametrize("form", ["ONNX", "LiteRT"])
@pytest.mark.parametrize("name", ["softplus", "log_sigmoid"])
def test_they_stay_finite(name, form, tmp_path):
    """The values are finite from -200 to 200. LiteRT's own softplus is infinite at these ends."""
    assert abs(export.grid()).max() == 200
    assert file_of(export.pairs()[name][0], form, tmp_path)["wrong"] is None


def file_of(subject, form, folder):
    if form not in export.FILES.get(BACKEND, {}):
        pytest.skip(f"of {BACKEND} and {form} no files are compared")
    for package in export.FORMATS[BACKEND][form][1]:
        pytest.importorskip(package)
    return export.file_of(subject, export.FILES[BACKEND][form], folder)[0]


def test_a_reloaded_saved_model_is_trained(tmp_path):
    """The model is reloaded as a layer, without the classes of this package. The loss falls, and the learned parameter moves."""
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


def side(*operators, wrong=None):
    return {"operators": operators, "bytes": 1716, "wrong": wrong}


def test_the_page_shows_what_has_more_nodes_than_keras():
    celu = "InvalidGraph: No Op registered for Expm1 with domain_version of 15"
    rows = {
        "gelu": {"ours": side("GELU"), "theirs": side("GELU"), "times": {"ours": 1e-3, "theirs": 2e-3, "ratio": 0.5}},
        "silu": {"ours": side("EXP", "DIV"), "theirs": side("SILU"), "times": {"ours": 8e-3, "theirs": 1e-3, "ratio": 8.0}},
        "celu": {"ours": side("ELU"), "theirs": side("EXPM1", "MAX", wrong=celu), "times": None},
    }
    has = {"processor": "a processor", "cores": 2, "versions": "keras 3.15.1"}
    lines = export.sizes_section({"tensorflow": {"environment": has, "rows": {"ONNX": rows}}})
    assert "* tensorflow: a processor, 2 cores, keras 3.15.1." in lines
    assert "| tensorflow | ONNX | 3 | 1 | 1 | `silu` | `celu` | 2.00 (`silu` 8.00) |" in lines
    assert "| `gelu` | 1 / 1 | 1,716 / 1,716 | 1.00 / 2.00 | 0.50 |  |" in lines
    assert "| `celu` | 1 / 2 | 1,716 / 1,716 |  |  | ONNX has no operator Expm1, and the converter writes it all the same |" in lines


def test_sizes_of_a_few_names_leave_the_rest_of_the_page(tmp_path, monkeypatch):
    """The sizes are written between the marks only if every name was measured here. Otherwise the page does not change."""
    page = tmp_path / "export.md"
    page.write_text("\n".join(["before", export.START, "old", export.END, "after"]))
    monkeypatch.setattr(export, "PAGE", page)
    monkeypatch.setattr(export, "SIZES", tmp_path)
    monkeypatch.setattr(export, "pairs", lambda: {"gelu": None, "silu": None})
    row = {"ours": side("GELU"), "theirs": side("GELU"), "times": {"ours": 1e-3, "theirs": 2e-3, "ratio": 0.5}}
    has = {"processor": "a processor", "cores": 2, "versions": "keras 3.15.1"}

    def written(*names):
        for backend, table in export.FILES.items():
            rows = {form: dict.fromkeys(names, row) for form in table}
            (tmp_path / f"{backend}.json").write_text(json.dumps({"environment": has, "rows": rows}))
        export.write_sizes()
        return page.read_text().splitlines()

    assert written("gelu") == ["before", export.START, "old", export.END, "after"]
    lines = written("gelu", "silu")
    assert lines[:2] == ["before", export.START]
    assert lines[-2:] == [export.END, "after"]
    assert "old" not in lines


def test_the_page_names_every_gap():
    tables = {"tensorflow": {"LiteRT": {"mish": None, "sine": "x 'tf.Sin' op is neither a custom op nor a flex op", "keras.ops.erf": None}}}
    text = export.page(tables, ", all,")
    assert "| tensorflow | LiteRT | 1 | `sine` |" in text
    assert "* `sine` from tensorflow to LiteRT: LiteRT has no builtin operator for TensorFlow's Sin." in text
    assert f"{export.START}\n{export.END}" in text  # the sizes are written here later
