"""Configs, copies and files of every activation, and the errors that may happen with them.

test_survival.py tests what hosts do to them.
"""

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
from keras import ops

import keras_activations as ka
from keras_activations import testing
from keras_activations.core.hosted import constructor_arguments
from lab.cases import BACKEND, parametrize

X = np.random.default_rng(3).normal(size=(2, 6, 4)).astype("float32")

layers = keras.layers


def same(a, b):
    np.testing.assert_array_equal(a.predict(X, verbose=0), b.predict(X, verbose=0))


@parametrize()
def test_config_makes_an_equal_layer(case):
    cls, sample = case
    layer = cls(**sample)
    config = layer.get_config()
    assert json.loads(json.dumps(config)) == config
    saved = {"axis" if name == "axes" else name for name in config}
    assert set(constructor_arguments(cls)) - {"kernel", "activity_regularizer"} <= saved
    copies = [cls.from_config(config), ka.deserialize(json.loads(json.dumps(ka.serialize(layer)))), copy.deepcopy(layer)]
    copies += [pickle.loads(pickle.dumps(layer)), keras.models.clone_model(keras.Sequential([keras.Input((6, 4)), layer])).layers[0]]
    for other in copies:
        assert type(other) is cls
        assert other.get_config() | {"name": None} == config | {"name": None}
        np.testing.assert_array_equal(testing.array(other(X)), testing.array(layer(X)))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("LeakyReLU", {}),
        ("LeakyReLU", {"negative_slope": 0.25, "dtype": "float16"}),
        ("ELU", {}),
        ("ELU", {"alpha": 1.5}),
        ("ReLU", {}),
        ("ReLU", {"max_value": 1.0, "negative_slope": 0.25, "threshold": 0.5, "name": "mine", "trainable": False}),
        ("Softmax", {}),
        ("Softmax", {"axis": 1}),
        ("Softmax", {"axis": (1, 2)}),
        ("Softmax", {"axis": [-1]}),
    ],
)
def test_a_config_of_a_layer_of_keras_makes_the_same_function(name, arguments):
    """PReLU has weights, so its test is in test_learning.py."""
    theirs = getattr(layers, name)(**arguments)
    config = json.loads(json.dumps(theirs.get_config()))
    for ours in (getattr(ka, name).from_config(config), ka.get({"class_name": name, "config": config})):
        assert (ours.name, ours.trainable, ours.compute_dtype) == (theirs.name, theirs.trainable, theirs.compute_dtype)
        np.testing.assert_allclose(testing.array(ours(X)), testing.array(theirs(X)), rtol=2e-6)


def test_kernel_is_saved_only_where_it_was_chosen():
    assert "kernel" not in ka.Mish().get_config()
    assert ka.Mish.from_config(ka.Mish(kernel="fallback").get_config()).kernel == "fallback"


def test_regularizers_and_constraints_are_saved():
    layer = ka.Swish(learned=True, regularizer="l2", constraint=keras.constraints.NonNeg(), activity_regularizer="l1")
    again = ka.deserialize(json.loads(json.dumps(ka.serialize(layer))))
    assert isinstance(again.regularizer, keras.regularizers.L2)
    assert isinstance(again.constraint, keras.constraints.NonNeg)
    assert isinstance(again.activity_regularizer, keras.regularizers.L1)


def test_resuming_training_continues_it(tmp_path):
    """The optimizer also has a state for the learned parameters."""
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


def test_a_shared_learned_instance_is_recovered_from_shards(tmp_path):
    act = ka.Swish(learned=True)
    model = keras.Sequential([keras.Input((6, 4)), layers.Dense(4, activation=act), layers.Dense(4, activation=act)])
    act.beta = 0.3
    model.save_weights(tmp_path / "model.weights.json", max_shard_size=1e-7)
    assert len(list(tmp_path.glob("*.h5"))) > 1
    loaded = keras.Sequential.from_config(model.get_config())
    with pytest.warns(UserWarning, match="one instance in two layers"):
        loaded.load_weights(tmp_path / "model.weights.json")
    same(loaded, model)


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


def test_the_initial_value_is_in_the_config_and_the_learned_one_in_the_weights():
    layer = ka.Swish(beta=0.5, learned=True)
    layer.beta = 2.0
    assert layer.get_config()["beta"] == 0.5
    assert float(ops.convert_to_numpy(layer.beta)) == 2.0
    again = pickle.loads(pickle.dumps(layer))
    assert float(ops.convert_to_numpy(again.beta)) == 2.0
