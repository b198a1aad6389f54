"""Files and objects of others predict and compute here what they did there.

The archives in tests/data/legacy hold real files of Keras 2 and of TensorFlow Addons, with predictions: `make legacy` writes them.
"""

import copy
import json
import re
import shutil
import sys
import warnings
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations import compat, testing

DATA = Path(__file__).parent / "data"
# The GELU of TensorFlow Addons, and the native ones of torch and JAX, compute 1 + erf or 1 + tanh in float32, which has no more digits for
# negative numbers.
TOLERANCE = {"rtol": 2e-6, "atol": 1e-6}
ARCHIVES = sorted((DATA / "legacy").glob("*.zip"))
FILES = [(a.stem, name) for a in ARCHIVES for name in zipfile.ZipFile(a).namelist() if not name.endswith(".npz")]


@pytest.fixture(scope="module")
def legacy(tmp_path_factory):
    """The folder with the files of each version of Keras 2."""
    folder = tmp_path_factory.mktemp("legacy")
    for archive in ARCHIVES:
        shutil.unpack_archive(archive, folder / archive.stem)
    return folder


OWN = {"squash": "keras_contrib.squash"}  # a name that others gave to another function


def predictions(model, x):
    return [testing.array(y) for y in keras.tree.flatten(model(x, training=False))]


def assert_predicts(model, golden):
    with np.load(golden) as file:
        outputs = predictions(model, file["x"])
        assert len(outputs) == len(file.files) - 1
        for index, y in enumerate(outputs):
            expected = file[f"{index:02}"]
            np.testing.assert_allclose(y, expected, rtol=0, atol=1e-6 * max(1, abs(expected).max()), err_msg=f"output {index}")


def config_of(path):
    if zipfile.is_zipfile(path):
        return json.loads(zipfile.ZipFile(path).read("config.json"))
    with h5py.File(path) as file:
        return json.loads(file.attrs["model_config"])


def edited(path, new, change, version=None):
    """A copy of the file at `new`, with the config that `change` returns, and another version of Keras if one is given."""
    config = change(config_of(path))
    if not zipfile.is_zipfile(path):
        shutil.copy(path, new)
        with h5py.File(new, "r+") as file:
            file.attrs["model_config"] = json.dumps(config).encode()
            if version:
                file.attrs["keras_version"] = version.encode()
        return new
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(new, "w") as target:
        for name in source.namelist():
            texts = {"config.json": json.dumps(config)}
            if version:
                texts["metadata.json"] = json.dumps({"keras_version": version})
            target.writestr(name, texts.get(name) or source.read(name))
    return new


def replaced(old, new):
    """A change of the text of a config."""

    def change(config):
        text = json.dumps(config)
        assert old in text
        return json.loads(text.replace(old, new))

    return change


def small(path, *layers):
    """A file of Keras 3 with these layers on four numbers."""
    model = keras.Sequential([keras.Input((4,)), *layers])
    model.save(path)
    return model


@pytest.mark.parametrize(("version", "name"), FILES, ids=[f"{version}-{name}" for version, name in FILES])
def test_a_file_of_keras_2_predicts_what_it_predicted(legacy, version, name):
    path = legacy / version / name
    assert_predicts(compat.load_model(path, custom_objects=OWN), path.with_suffix(".npz"))


def test_there_are_files_of_all_kinds(legacy):
    assert {version for version, _ in FILES} == {"2.12.0", "2.15.0", "2.21.0"}
    report = compat.inspect(legacy / "2.12.0" / "functions.keras")
    assert (report.format, report.keras_version) == ("h5", "2.12.0")  # the suffix is not what decides
    assert compat.inspect(legacy / "2.21.0" / "functions.keras").format == "keras"


@pytest.mark.parametrize("name", ["contrib.keras", "network.h5", "addons_layers.keras"])
def test_a_loaded_model_is_saved_and_loaded_by_keras_alone(legacy, tmp_path, name):
    path = legacy / "2.15.0" / name
    compat.load_model(path, custom_objects=OWN).save(tmp_path / "new.keras")
    # Keras 3.10 writes the input of a functional model as a list of one, and warns when it is called without a list.
    warnings.filterwarnings("ignore", "(?s).*The structure of `inputs` doesn't match")
    assert_predicts(keras.models.load_model(tmp_path / "new.keras"), path.with_suffix(".npz"))


def test_the_report_says_what_becomes_of_each(legacy):
    path = legacy / "2.21.0" / "advanced.keras"
    report = compat.inspect(path)
    assert [(entry.where, entry.before, entry.after) for entry in report.translated] == [
        ("thresholded_re_lu", "ThresholdedReLU", "Threshold(threshold=0.75, default_value=0.0)"),
        ("conv2d_1.activation", "ThresholdedReLU", "Threshold(threshold=0.25, default_value=0.0)"),
        ("nested/thresholded_re_lu_2", "ThresholdedReLU", "Threshold(threshold=0.5, default_value=0.0)"),
    ]
    assert report.unknown == ()
    assert str(report).splitlines()[0] == f"{path}: keras file of Keras 2.21.0"
    assert "  nested/thresholded_re_lu_2  ThresholdedReLU  Threshold(threshold=0.5, default_value=0.0)" in str(report)
    assert json.loads(json.dumps(report.to_dict()))["translated"][1]["where"] == "conv2d_1.activation"
    report = compat.inspect(legacy / "2.12.0" / "recurrent.h5")
    assert {entry.where: entry.after for entry in report.translated} == {
        "lstm.recurrent_activation": "HardSigmoid(slope=0.2)",
        "lstm_2.recurrent_activation": "HardSigmoid(slope=0.2)",
        "gru.recurrent_activation": "HardSigmoid(slope=0.2)",
        "bidirectional/gru_1.recurrent_activation": "HardSigmoid(slope=0.2)",
        "rnn/stacked_rnn_cells/lstm_cell_1.recurrent_activation": "HardSigmoid(slope=0.2)",
        "rnn/stacked_rnn_cells/gru_cell_4.recurrent_activation": "HardSigmoid(slope=0.2)",
        "time_distributed/dense.activation": "HardSigmoid(slope=0.2)",
        "time_distributed_1/thresholded_re_lu": "Threshold(threshold=0.5, default_value=0.0)",
    }


def test_the_function_gelu_of_addons_is_the_approximation(legacy):
    report = compat.inspect(legacy / "2.12.0" / "addons_functions.h5")
    assert ("activation_gelu.activation", "Addons>gelu", "GELU(approximate=True)") in [
        (entry.where, entry.before, entry.after) for entry in report.translated
    ]


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_a_file_of_keras_3_keeps_its_meaning(tmp_path, suffix):
    path = tmp_path / f"three{suffix}"
    model = small(path, keras.layers.Dense(3, "hard_sigmoid"), keras.layers.LeakyReLU(), ka.Snake(0.5), keras.layers.Dense(2, ka.PReLU()))
    report = compat.inspect(path)
    assert report.translated == report.unknown == ()
    assert str(report).endswith("nothing in it has to be translated")
    x = np.linspace(-3, 3, 8, dtype="float32").reshape(2, 4)
    np.testing.assert_array_equal(predictions(compat.load_model(path), x), predictions(model, x))


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("suffix", [".h5", ".keras"])
def test_names_of_addons_in_a_file_of_keras_3(tmp_path, suffix):
    model = small(tmp_path / f"three{suffix}", keras.layers.Dense(3, "hard_sigmoid"))
    path = edited(tmp_path / f"three{suffix}", tmp_path / f"addons{suffix}", replaced('"hard_sigmoid"', '"Addons>mish"'))
    loaded = compat.load_model(path)
    assert repr(loaded.layers[0].activation) == "Mish()"
    np.testing.assert_array_equal(loaded.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("listed", [True, False], ids=["list", "dict"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_the_first_releases_of_keras_2(tmp_path, listed):
    model = small(tmp_path / "new.h5", keras.layers.Dense(3, "tanh"), keras.layers.Dense(2, "hard_sigmoid"))
    kernel, bias = model.layers[1].get_weights()
    x = np.linspace(-3, 3, 8, dtype="float32").reshape(2, 4)

    def old(config):
        dense = [
            {"class_name": "Dense", "config": {"name": layer.name, "trainable": True, "units": layer.units, "activation": activation}}
            for layer, activation in zip(model.layers, ("tanh", "hard_sigmoid"), strict=True)
        ]
        dense[0]["config"] |= {"batch_input_shape": [None, 4], "dtype": "float32"}
        return {"class_name": "Sequential", "config": dense if listed else {"name": "sequential_1", "layers": dense}}

    loaded = compat.load_model(edited(tmp_path / "new.h5", tmp_path / "old.h5", old, version="2.1.6"))
    inner = np.tanh(x @ model.layers[0].get_weights()[0] + model.layers[0].get_weights()[1])
    expected = np.clip(0.2 * (inner @ kernel + bias) + 0.5, 0, 1)
    np.testing.assert_allclose(predictions(loaded, x)[0], expected, rtol=1e-5, atol=1e-6)


def test_a_policy_of_mixed_precision(legacy, tmp_path):
    policy = '"dtype": {"module": "keras.mixed_precision", "class_name": "Policy", "config": {"name": "mixed_float16"}}'
    path = edited(
        legacy / "2.21.0" / "functions.keras", tmp_path / "mixed.keras", replaced('"dtype": "float32", "units"', f'{policy}, "units"')
    )
    dense = compat.load_model(path).get_layer("dense")
    assert (dense.compute_dtype, dense.variable_dtype) == ("float16", "float32")


UNKNOWN = [
    ("advanced", '"class_name": "Softmax"', '"class_name": "TFOpLambda"', "softmax: TFOpLambda (it holds a TensorFlow operation)"),
    ("advanced", '"class_name": "Softmax"', '"class_name": "Lambda"', "softmax: Lambda (it holds Python code, which is not run)"),
    ("advanced", '"class_name": "Softmax"', '"class_name": "Addons>Maxout"', "softmax: Addons>Maxout (it compares channels"),
    ("advanced", '"class_name": "Softmax"', '"class_name": "MyLayer"', "softmax: MyLayer (there is none by this name)"),
    ("advanced", '"class_name": "PReLU"', '"class_name": "MyLayer"', "nested/p_re_lu_2: MyLayer (there is none by this name)"),
    ("contrib", '"epsilon": 0.25', '"scale": 0.25', "sine_re_lu_1: SineReLU (there is none by this name)"),
    ("contrib", '"activation": "squash"', '"activation": "squash"', "activation.activation: squash (that of keras-contrib is"),
    ("network", '"relu6"', '"my_act"', "block/activation.activation: my_act (there is none by this name)"),
    ("recurrent", '"time_major": false', '"time_major": true', "lstm.time_major: LSTM(time_major=True) (Keras 3 has no such argument)"),
    ("functions", '"softsign"', '"Addons>softsign"', "activation_softsign.activation: Addons>softsign (there is none by this name)"),
    ("functions", '"softsign"', '"<lambda>"', "activation_softsign.activation: <lambda> (there is none by this name)"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), UNKNOWN, ids=[f"{row[0]}-{index}" for index, row in enumerate(UNKNOWN)])
def test_what_is_unknown_is_named_with_its_place(legacy, tmp_path, name, old, new, message):
    path = edited(legacy / "2.12.0" / f"{name}.h5", tmp_path / "unknown.h5", replaced(old, new))
    with pytest.raises(ValueError, match=r"has parts that Keras .* and this package do not know") as error:
        compat.load_model(path)
    assert message in str(error.value)
    assert f"{compat.inspect(path)}".count("UNKNOWN") == len(compat.inspect(path).unknown) == str(error.value).count("\n  ")


@pytest.mark.parametrize("meaning", ["relu(max_value=6)", ka.ReLU6, ka.ReLU(max_value=6.0), keras.ops.relu6], ids=repr)
@pytest.mark.parametrize("file", ["2.12.0/network.h5", "2.21.0/network.keras"])
def test_the_user_says_what_a_name_means(legacy, tmp_path, file, meaning):
    path = legacy / file
    new = edited(path, tmp_path / path.name, replaced('"relu6"', '"my_act"'))
    assert_predicts(compat.load_model(new, custom_objects={"my_act": meaning}), path.with_suffix(".npz"))


def test_the_user_gives_a_class_for_a_layer(legacy, tmp_path):
    path = edited(legacy / "2.12.0" / "advanced.h5", tmp_path / "mine.h5", replaced('"class_name": "Softmax"', '"class_name": "Mine"'))
    for meaning in ("softmax(axis=1)", type("Mine", (keras.layers.Softmax,), {})):
        model = compat.load_model(path, custom_objects={"Mine": meaning})
        assert_predicts(model, legacy / "2.12.0" / "advanced.npz")
        assert model.get_layer("softmax")


def test_a_model_of_one_tensor_takes_and_returns_one(legacy):
    for name in ("2.12.0/network.h5", "2.21.0/network.keras"):
        head = compat.load_model(legacy / name).get_layer("head")
        assert isinstance(head.input, keras.KerasTensor)
        assert isinstance(head.output, keras.KerasTensor)


def test_another_order_of_layers_is_refused(legacy, tmp_path):
    def swapped(config):
        layers = config["config"]["layers"]
        places = [index for index, layer in enumerate(layers) if layer["class_name"] == "Conv2D"]
        assert len(places) == 2
        layers[places[0]], layers[places[1]] = layers[places[1]], layers[places[0]]
        return config

    path = edited(legacy / "2.21.0" / "advanced.keras", tmp_path / "order.keras", swapped)
    with pytest.raises(ValueError, match="in another order"):
        compat.load_model(path)


def test_compile_is_refused_where_keras_cannot(legacy):
    path = legacy / "2.21.0" / "network.keras"
    with pytest.raises(ValueError, match=r"holds no training configuration that Keras .* reads. Leave out compile=True"):
        compat.load_model(path, compile=True)


def test_compile_where_keras_can(tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("sgd", keras.losses.MeanSquaredError())
    model.save(tmp_path / "compiled.keras")
    assert compat.load_model(tmp_path / "compiled.keras", compile=True).compiled
    assert not compat.load_model(tmp_path / "compiled.keras").compiled


def no_file(folder, legacy):
    return folder / "missing.h5"


def folder_of_nothing(folder, legacy):
    return folder


def saved_model(folder, legacy):
    (folder / "saved_model.pb").touch()
    return folder


def text(folder, legacy):
    (folder / "text.h5").write_text("no model")
    return folder / "text.h5"


def truncated(folder, file):
    (folder / file.name).write_bytes(file.read_bytes()[:-2000])
    return folder / file.name


def weights_only(folder, legacy):
    with h5py.File(folder / "weights.h5", "w") as file, h5py.File(legacy / "2.12.0" / "network.h5") as source:
        file.copy(source["model_weights"], "model_weights")
    return folder / "weights.h5"


def other_archive(folder, legacy):
    with zipfile.ZipFile(folder / "other.keras", "w") as file:
        file.writestr("config.json", "{}")
    return folder / "other.keras"


def other_content(folder, legacy):
    with zipfile.ZipFile(folder / "other.keras", "w") as file:
        file.writestr("config.json", "no JSON")
    return folder / "other.keras"


def flipped(folder, legacy):
    data = bytearray((legacy / "2.21.0" / "network.keras").read_bytes())
    data[len(data) // 2] ^= 255
    (folder / "flipped.keras").write_bytes(data)
    return folder / "flipped.keras"


def of_keras_1(folder, legacy):
    return edited(legacy / "2.12.0" / "network.h5", folder / "one.h5", lambda config: config, version="1.2.2")


def of_no_version(folder, legacy):
    return edited(legacy / "2.12.0" / "network.h5", folder / "none.h5", lambda config: config, version="nightly")


BAD = [
    (no_file, FileNotFoundError, "There is no file"),
    (folder_of_nothing, ValueError, "is a folder"),
    (saved_model, ValueError, "is a SavedModel.*Load it with tf_keras"),
    (text, ValueError, "is no model file: neither a zip archive"),
    (lambda folder, legacy: truncated(folder, legacy / "2.12.0" / "network.h5"), ValueError, "is damaged or was cut off"),
    (lambda folder, legacy: truncated(folder, legacy / "2.21.0" / "network.keras"), ValueError, "is damaged or was cut off"),
    (flipped, ValueError, "is damaged: model.weights.h5 in it cannot be read"),
    (weights_only, ValueError, "holds weights and no model"),
    (other_archive, ValueError, "is a zip archive, but holds no model"),
    (other_content, ValueError, "is damaged or was cut off"),
    (of_keras_1, ValueError, "is of Keras 1.2.2"),
    (of_no_version, ValueError, "does not say which version of Keras wrote it"),
]


@pytest.mark.parametrize(("make", "kind", "message"), BAD, ids=[row[2].split("*")[0] for row in BAD])
def test_a_bad_file(legacy, tmp_path, make, kind, message):
    path = make(tmp_path, legacy)
    for read in (compat.inspect, compat.load_model):
        with pytest.raises(kind, match=message) as error:
            read(path)
        assert str(path) in str(error.value)


def test_the_file_itself_is_only_read(legacy):
    for name in ("2.12.0/contrib.h5", "2.21.0/contrib.keras"):
        before = (legacy / name).read_bytes()
        compat.load_model(legacy / name, custom_objects=OWN)
        assert (legacy / name).read_bytes() == before


# By class of torch: arguments of several instances.
TORCH = {
    "CELU": [{}, {"alpha": 0.3}],
    "ELU": [{}, {"alpha": 0.3}],
    "GELU": [{}, {"approximate": "tanh"}],
    "GLU": [{}, {"dim": 1}],
    "Hardshrink": [{}, {"lambd": 1.25}],
    "Hardsigmoid": [{}],
    "Hardswish": [{}],
    "Hardtanh": [{}, {"min_val": -2.0, "max_val": 0.1}],
    "LeakyReLU": [{}, {"negative_slope": 0.3, "inplace": True}],
    "LogSigmoid": [{}],
    "LogSoftmax": [{"dim": 1}],
    "Mish": [{}],
    "PReLU": [{}, {"num_parameters": 4}],
    "ReLU": [{}],
    "ReLU6": [{}],
    "RReLU": [{}, {"lower": 0.2, "upper": 0.7}],
    "SELU": [{}],
    "SiLU": [{}],
    "Sigmoid": [{}],
    "Softmax": [{"dim": 1}, {"dim": -2}],
    "Softmax2d": [{}],
    "Softmin": [{"dim": 2}],
    "Softplus": [{}, {"beta": 2.5}],
    "Softshrink": [{}, {"lambd": 1.25}],
    "Softsign": [{}],
    "Tanh": [{}],
    "Tanhshrink": [{}],
    "Threshold": [{"threshold": 0.1, "value": 20.0}],
}
X = np.random.default_rng(1).normal(scale=2.0, size=(2, 4, 3, 6)).astype("float32")


def made(name, arguments):
    torch = pytest.importorskip("torch")
    module = getattr(torch.nn, name)(**arguments)
    for weight in module.parameters():
        torch.nn.init.uniform_(weight, -1.0, 1.0)
    return module.eval()


def computed(module, x):
    import torch

    # A module may write into its input.
    return copy.deepcopy(module).double().eval()(torch.tensor(x, dtype=torch.float64)).detach().numpy()


def test_every_activation_of_torch_is_here():
    torch = pytest.importorskip("torch")
    assert set(torch.nn.modules.activation.__all__) == {*TORCH, "MultiheadAttention"}
    assert {name for name, _ in compat.objects.MODULES.values()} == {*TORCH, "Identity"} - {"PReLU", "Softmax2d"}


@pytest.mark.parametrize(("name", "arguments"), [(name, arguments) for name, rows in TORCH.items() for arguments in rows])
def test_torch_there_and_back(name, arguments):
    module = made(name, arguments)
    layer = compat.from_torch(module)
    expected = computed(module, X)
    np.testing.assert_allclose(testing.array(layer(X)), expected, **TOLERANCE)
    if name == "Softmax2d":
        assert layer.axis == -3
    else:
        back = compat.to_torch(layer)
        assert repr(back) == repr(made(name, {key: value for key, value in arguments.items() if key != "inplace"}))
    np.testing.assert_array_equal(computed(compat.to_torch(layer), X), expected)


def test_channels_last():
    module = made("PReLU", {"num_parameters": 4})
    layer = compat.from_torch(module, channel_axis=-1)
    moved = np.moveaxis(X, 1, -1)
    np.testing.assert_allclose(np.moveaxis(testing.array(layer(moved)), -1, 1), computed(module, X), rtol=1e-6)
    with pytest.raises(ValueError, match=r"has its channels at axis -1, and torch has them at axis 1. Write channel_axis=-1"):
        compat.to_torch(layer)
    np.testing.assert_array_equal(computed(compat.to_torch(layer, channel_axis=-1), X), computed(module, X))
    module = made("Softmax2d", {})
    layer = compat.from_torch(module, channel_axis=-1)
    np.testing.assert_allclose(np.moveaxis(testing.array(layer(moved)), -1, 1), computed(module, X), rtol=2e-6)


def test_identity_and_what_is_no_activation():
    torch = pytest.importorskip("torch")
    assert repr(compat.from_torch(torch.nn.Identity())) == "Linear()"
    assert isinstance(compat.to_torch("linear"), torch.nn.Identity)
    own = type("SiLU", (torch.nn.SiLU,), {})()
    others = [torch.nn.MultiheadAttention(4, 2), torch.nn.Linear(2, 2), torch.nn.Sequential(torch.nn.SiLU()), own, torch.nn.SiLU, "silu"]
    for other in others:
        with pytest.raises(TypeError, match=r"from_torch takes an activation module such as torch.nn.SiLU\(\); received"):
            compat.from_torch(other)
    with pytest.raises(ValueError, match=r"Softplus\(beta=2.0, threshold=1.0\) has a step at 0.5"):
        compat.from_torch(torch.nn.Softplus(2.0, threshold=1.0))
    with pytest.raises(ValueError, match="dim=None lets torch choose the axis"):
        compat.from_torch(torch.nn.Softmax())


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        (ka.ReLU(negative_slope=0.25), "LeakyReLU(negative_slope=0.25)"),
        (ka.ReLU(max_value=6.0), "ReLU6()"),
        (ka.Swish(), "SiLU()"),
        (ka.PReLU(0.125, learned=False), "LeakyReLU(negative_slope=0.125)"),
        ("gelu_new", "GELU(approximate='tanh')"),
    ],
    ids=repr,
)
def test_what_torch_has_under_another_name(activation, expected):
    pytest.importorskip("torch")
    module = compat.to_torch(activation)
    assert repr(module) == expected
    np.testing.assert_allclose(computed(module, X), testing.array(ka.get(activation)(X)), **TOLERANCE)


@pytest.mark.parametrize(
    "activation",
    [
        ka.Swish(2.0),
        ka.Swish(learned=True),
        ka.HardSigmoid(slope=0.2),
        ka.HardSiLU(slope=0.2),
        ka.ReLU(max_value=1.0),
        ka.ReLU(negative_slope=0.1, max_value=6.0),
        ka.ReLU(threshold=1.0),
        ka.GLU(gate="first"),
        ka.Softmax(axis=[-2, -1]),
        ka.Snake(),
        ka.Sparsemax(),
    ],
    ids=repr,
)
def test_what_torch_lacks_is_named(activation):
    pytest.importorskip("torch")
    with pytest.raises(ValueError, match=f"^torch has no module that computes {re.escape(repr(activation))}"):
        compat.to_torch(activation)


def test_prelu_that_torch_cannot_hold():
    pytest.importorskip("torch")
    layer = ka.PReLU(per="element")
    with pytest.raises(ValueError, match=r"which is not built. Call it first."):
        compat.to_torch(layer)
    layer(X)
    with pytest.raises(ValueError, match="which has one for each element"):
        compat.to_torch(layer)
    with pytest.raises(TypeError, match="to_torch takes an activation of keras_activations; received"):
        compat.to_torch(keras.ops.relu)


def test_to_torch_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"pip install torch$"):
        compat.to_torch("relu")


HF = json.loads((DATA / "transformers.json").read_text())


@pytest.mark.parametrize("name", sorted(HF.keys() - {"x", "version"}))
def test_names_of_hugging_face(name):
    y = testing.array(compat.from_hf(name)(np.array(HF["x"], "float32")))
    np.testing.assert_allclose(y, HF[name], **TOLERANCE)


def test_from_hf_knows_no_other_names():
    assert HF.keys() - {"x", "version"} == compat.objects.HUGGING_FACE
    with pytest.raises(ValueError, match=r"transformers has no activation 'snake'. It has gelu, gelu_10, .*xielu"):
        compat.from_hf("snake")
    with pytest.raises(ValueError, match=r"'gated-gelu' is a gated block .* from_hf\('gelu_new'\)"):
        compat.from_hf("gated-gelu")
    with pytest.raises(TypeError, match="name must be a string"):
        compat.from_hf(None)


def test_the_names_of_the_room():
    assert [name for name in dir(compat) if not name.startswith("__")] == sorted(compat.__all__)
