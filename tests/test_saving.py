"""Every way to save, copy and load, for every activation and every host, also in a new process."""

import copy
import json
import os
import pickle
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
from cases import BACKEND, CASES, parametrize
from keras import ops

import keras_activations as ka
from keras_activations import testing

X = np.random.default_rng(3).normal(size=(2, 6, 4)).astype("float32")

layers = keras.layers
HOSTS = {
    "Activation": lambda a: layers.Activation(a),
    "Dense": lambda a: layers.Dense(4, activation=a),
    "EinsumDense": lambda a: layers.EinsumDense("abc,cd->abd", (None, 4), activation=a),
    "TimeDistributed": lambda a: layers.TimeDistributed(layers.Dense(4, activation=a)),
    "Conv1D": lambda a: layers.Conv1D(4, 2, activation=a),
    "Conv1DTranspose": lambda a: layers.Conv1DTranspose(4, 2, activation=a),
    "SeparableConv1D": lambda a: layers.SeparableConv1D(4, 2, activation=a),
    "DepthwiseConv1D": lambda a: layers.DepthwiseConv1D(2, activation=a, depth_multiplier=1),
    "Conv2D": lambda a: keras.Sequential([layers.Reshape((6, 2, 2)), layers.Conv2D(4, 2, activation=a)]),
    "Conv3D": lambda a: keras.Sequential([layers.Reshape((3, 2, 2, 2)), layers.Conv3D(4, 2, activation=a)]),
    "SimpleRNN": lambda a: layers.SimpleRNN(4, activation=a),
    "LSTM": lambda a: layers.LSTM(4, activation=a, recurrent_activation=ka.Sigmoid()),
    "GRU": lambda a: layers.GRU(4, activation=a, recurrent_activation=ka.HardSigmoid()),
    "Bidirectional": lambda a: layers.Bidirectional(layers.LSTM(4, activation=a)),
    "ConvLSTM1D": lambda a: keras.Sequential([layers.Reshape((3, 2, 4)), layers.ConvLSTM1D(4, 2, activation=a)]),
}
KINDS = {
    "stateless": lambda: ka.Mish(),
    "configured": lambda: ka.LeakyReLU(negative_slope=0.3),
    "learned per layer": lambda: ka.Swish(beta=0.7, learned=True),
    "learned per channel": lambda: ka.Swish(beta=0.7, learned=True, channels=4),
    "along an axis": lambda: ka.Softmax(),
}


def model_with(host, kind):
    return keras.Sequential([keras.Input((6, 4)), HOSTS[host](KINDS[kind]())])


def same(a, b):
    np.testing.assert_array_equal(a.predict(X, verbose=0), b.predict(X, verbose=0))


@parametrize()
def test_config_makes_an_equal_layer(case):
    cls, sample = case
    layer = cls(**sample)
    config = layer.get_config()
    assert json.loads(json.dumps(config)) == config
    saved = {"axis" if name == "axes" else name for name in config}
    assert set(ka.registry.constructor_arguments(cls)) - {"kernel", "activity_regularizer"} <= saved
    copies = [cls.from_config(config), ka.deserialize(json.loads(json.dumps(ka.serialize(layer)))), copy.deepcopy(layer)]
    copies += [pickle.loads(pickle.dumps(layer)), keras.models.clone_model(keras.Sequential([keras.Input((6, 4)), layer])).layers[0]]
    for other in copies:
        assert type(other) is cls
        assert other.get_config() | {"name": None} == config | {"name": None}
        np.testing.assert_array_equal(testing.array(other(X)), testing.array(layer(X)))


def test_kernel_is_saved_only_where_it_was_chosen():
    assert "kernel" not in ka.Mish().get_config()
    assert ka.Mish.from_config(ka.Mish(kernel="fallback").get_config()).kernel == "fallback"


def test_regularizers_and_constraints_are_saved():
    layer = ka.Swish(learned=True, regularizer="l2", constraint=keras.constraints.NonNeg(), activity_regularizer="l1")
    again = ka.deserialize(json.loads(json.dumps(ka.serialize(layer))))
    assert isinstance(again.regularizer, keras.regularizers.L2)
    assert isinstance(again.constraint, keras.constraints.NonNeg)
    assert isinstance(again.activity_regularizer, keras.regularizers.L1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", HOSTS)
def test_hosts(host, kind, tmp_path):
    """An inner activation is there from the start, and whole after loading: also weights into a model that was never called."""
    model = model_with(host, kind)
    weights = len(model.weights)
    model.set_weights([w + 0.01 for w in model.get_weights()])  # as training would
    expected = model.predict(X, verbose=0)
    assert len(model.weights) == weights

    model.save_weights(tmp_path / "model.weights.h5")
    fresh = model_with(host, kind)
    fresh.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(fresh.predict(X, verbose=0), expected)

    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras").predict(X, verbose=0), expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", ["Dense", "LSTM", "Bidirectional", "Conv2D"])
def test_formats(host, kind, tmp_path):
    model = model_with(host, kind)
    model.set_weights([w + 0.01 for w in model.get_weights()])
    loaded = []
    # Legacy H5 files refuse a model inside a model, and two weights of one path, which Bidirectional makes of a copied activation.
    if host != "Conv2D" and not (host == "Bidirectional" and kind.startswith("learned")):
        model.save(tmp_path / "model.h5")
        loaded.append(keras.models.load_model(tmp_path / "model.h5"))
    for other in (keras.models.clone_model(model), keras.models.model_from_json(model.to_json())):
        other.set_weights(model.get_weights())
        loaded.append(other)
    loaded += [pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    for other in loaded:
        same(model, other)


def test_resuming_training_continues_it(tmp_path):
    """The optimizer's state belongs to the learned parameters too."""
    x, y = X.reshape(-1, 4), np.arange(12) % 2
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, ka.Swish(learned=True)), layers.Dense(1, ka.Sigmoid())])
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y, epochs=2, verbose=0, shuffle=False)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    for other in (model, again):
        other.fit(x, y, epochs=1, verbose=0, shuffle=False)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert model.layers[0].activation.beta.numpy() != 1 if BACKEND == "tensorflow" else True


@pytest.mark.parametrize("act", [lambda: ka.Swish(learned=True, per="channel"), lambda: ka.Swish(learned=True, per="element")])
def test_weights_made_by_the_first_call_are_loaded_before_it(act, tmp_path):
    def build():
        return keras.Sequential([keras.Input((6, 4)), layers.Dense(4, activation=act())])

    model = build()
    model.predict(X, verbose=0)
    model.set_weights([w + 0.5 for w in model.get_weights()])
    model.save_weights(tmp_path / "model.weights.h5")
    fresh = build()
    with pytest.warns(UserWarning, match="was not built: it is built with their shapes"):
        fresh.load_weights(tmp_path / "model.weights.h5")
    same(model, fresh)
    model.save(tmp_path / "model.keras")
    same(model, keras.models.load_model(tmp_path / "model.keras"))


def test_weights_saved_before_the_first_call_say_so(tmp_path):
    def build():
        return keras.Sequential([keras.Input((6, 4)), layers.Dense(4, activation=ka.Swish(learned=True, per="channel"))])

    build().save_weights(tmp_path / "model.weights.h5")
    called = build()
    called.predict(X, verbose=0)
    with pytest.warns(UserWarning, match="has no weights in the file"):
        called.load_weights(tmp_path / "model.weights.h5")


def test_a_shared_learned_instance_is_recovered_at_load(tmp_path):
    act = ka.Swish(learned=True)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation=act), layers.Dense(4, activation=act)])
    act.beta = 0.3
    model.save(tmp_path / "model.keras")
    with pytest.warns(UserWarning, match="one instance in two layers"):
        loaded = keras.models.load_model(tmp_path / "model.keras")
    same_input = X.reshape(-1, 4)
    np.testing.assert_array_equal(loaded.predict(same_input, verbose=0), model.predict(same_input, verbose=0))
    assert len(loaded.weights) == len(model.weights) + 1


def test_weights_of_another_kind_of_layer_are_refused(tmp_path):
    keras.Sequential([keras.Input((4,)), ka.Swish(beta=9.0)]).save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(ValueError, match="expected 1 variables, but received 0"):
        keras.Sequential([keras.Input((4,)), ka.Swish(learned=True)]).load_weights(tmp_path / "model.weights.h5")


def test_weights_are_called_the_same_however_often_they_are_built():
    def state():
        layer = ka.Swish(learned=True, name="a")
        model = keras.Sequential([keras.Input((4,)), layer], name="m")
        model.compile("sgd", "mse")
        return model, layer

    (first, trained), (second, other) = state(), state()
    trained.beta = 7.0
    second.set_state_tree(first.get_state_tree())
    assert testing.array(other.beta) == 7.0


def test_as_a_layer_of_a_functional_model_an_instance_may_be_shared(tmp_path):
    act, inputs = ka.Swish(learned=True), keras.Input((4,))
    model = keras.Model(inputs, act(layers.Dense(4)(act(inputs))))
    act.beta = 0.3
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.predict(X[0], verbose=0), model.predict(X[0], verbose=0))
    ka.check(model)


def all_in_one():
    """A model in which every case stands as a layer and, unless it is a splitter, as a Dense activation; an output for each."""
    inputs, outputs = keras.Input((6, 4)), []
    for cls, sample in CASES:
        outputs.append(cls(**sample)(inputs))
        if not issubclass(cls, ka.Splitting):
            outputs.append(layers.Dense(4, activation=cls(**sample))(inputs))
    return keras.Model(inputs, outputs)


LOADER = """
import sys
import numpy as np
import keras, keras_activations
folder = sys.argv[1]
x = np.load(folder + "/x.npy")
from_json = keras.models.model_from_json(open(folder + "/model.json").read())
from_json.load_weights(folder + "/model.weights.h5")
models = [keras.models.load_model(folder + "/model.keras"), keras.models.load_model(folder + "/model.h5"), from_json]
for k, model in enumerate(models):
    np.savez(folder + f"/loaded{k}.npz", *model.predict(x, verbose=0))
"""


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_new_process_loads_every_activation(tmp_path):
    """Which has imported only keras and keras_activations: the predictions are equal to the last bit."""
    model = all_in_one()
    expected = model.predict(X, verbose=0)
    np.save(tmp_path / "x.npy", X)
    model.save(tmp_path / "model.keras")
    model.save(tmp_path / "model.h5")
    model.save_weights(tmp_path / "model.weights.h5")
    (tmp_path / "model.json").write_text(model.to_json())
    run = subprocess.run([sys.executable, "-c", LOADER, str(tmp_path)], capture_output=True, text=True, env=os.environ, timeout=300)
    assert run.returncode == 0, run.stderr[-3000:]
    for k in range(3):
        with np.load(tmp_path / f"loaded{k}.npz") as loaded:
            for index, output in enumerate(expected):
                np.testing.assert_array_equal(loaded[f"arr_{index}"], output)


def test_without_the_import_keras_names_the_missing_class(tmp_path):
    keras.Sequential([keras.Input((4,)), ka.Mish()]).save(tmp_path / "model.keras")
    program = f"import keras; keras.models.load_model({str(tmp_path / 'model.keras')!r})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=os.environ, timeout=300)
    assert run.returncode != 0
    assert "Could not locate class 'Mish'" in run.stderr


def test_a_decoy_of_the_same_name_changes_nothing(tmp_path):
    keras.Sequential([keras.Input((4,)), ka.Mish()]).save(tmp_path / "model.keras")
    with keras.saving.custom_object_scope({"Mish": lambda x: x * 0 + 42, "mish": lambda x: x * 0 + 42}):
        loaded = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.layers[0], ka.Mish)


def test_the_dict_form_needs_nothing_but_the_import():
    config = {"class_name": "keras_activations>LeakyReLU", "config": {"negative_slope": 0.5}}
    for host in (layers.Dense(4, activation=config), layers.Activation(config), layers.LSTM(4, activation=config)):
        model = keras.Sequential([keras.Input((6, 4)), host])
        assert model.predict(X, verbose=0) is not None
        assert repr(host.activation) == "LeakyReLU(negative_slope=0.5)"


def test_importing_changes_nothing_inside_keras():
    program = textwrap.dedent("""
        import json, keras
        from keras.src import activations
        def state():
            return sorted(activations.ALL_OBJECTS_DICT), sorted(dir(keras.activations)), sorted(dir(keras.layers))
        before, custom = state(), set(keras.saving.get_custom_objects())
        import keras_activations
        assert state() == before
        names = {f"keras_activations>{entry.cls.__name__}" for entry in keras_activations.catalogue().values()}
        assert keras.saving.get_custom_objects().keys() - custom == names
    """)
    subprocess.run([sys.executable, "-c", program], check=True, timeout=300)


def test_files_of_other_backends(tmp_path):
    """A weights file is only numbers: what one backend writes, NumPy reads."""
    model = keras.Sequential(
        [keras.Input((6, 4)), layers.Dense(4, activation=ka.Swish(learned=True)), ka.GELU(kernel="fallback"), ka.Softmax()]
    )
    expected = model.predict(X, verbose=0)
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "x.npy", X)
    program = """if True:
        import sys, numpy as np, keras, keras_activations
        model = keras.models.load_model(sys.argv[1] + "/model.keras")
        np.save(sys.argv[1] + "/y.npy", model.predict(np.load(sys.argv[1] + "/x.npy"), verbose=0))
    """
    env = os.environ | {"KERAS_BACKEND": "numpy"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, env=env, timeout=300)
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), expected, atol=1e-6)


def test_the_initial_value_is_in_the_config_and_the_learned_one_in_the_weights():
    layer = ka.Swish(beta=0.5, learned=True)
    layer.beta = 2.0
    assert layer.get_config()["beta"] == 0.5
    assert float(ops.convert_to_numpy(layer.beta)) == 2.0
    again = pickle.loads(pickle.dumps(layer))
    assert float(ops.convert_to_numpy(again.beta)) == 2.0
