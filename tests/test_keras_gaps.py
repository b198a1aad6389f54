"""Features that Keras lacks for a layer inside another layer, and the code here that adds them.

The tests named `test_keras_still_...` fail as soon as Keras adds such a feature. The code for it in
`keras_activations/keras_gaps.py` can then be removed.
"""

import copy
import gc
import os
import pickle
import subprocess
import sys
import weakref

import keras
import numpy as np
import pytest

import keras_activations as ka
from keras_activations.testing import array
from lab.cases import BACKEND

layers = keras.layers
X = np.linspace(-2, 2, 32, dtype="float32").reshape(8, 4)

# Every way to make a second activation with the name of the first.
COPIES = {
    "deepcopy": copy.deepcopy,
    "from_config": lambda act: type(act).from_config(act.get_config()),
    "get": lambda act: ka.get(ka.serialize(act)),
    "pickle": lambda act: pickle.loads(pickle.dumps(act)),
    "the same name": lambda act: ka.PReLU(name=act.name),
}


def network(*activations):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((4,)), *(layers.Dense(4, activation=act) for act in activations), layers.Dense(1)])


def train(model):
    model.compile(keras.optimizers.SGD(0.05, momentum=0.5, name="sgd"), keras.losses.MeanSquaredError())
    model.fit(X, X[:, :1] ** 2, epochs=4, shuffle=False, verbose=0)
    return [array(weight) for weight in model.weights]


def assert_equal(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def assert_all_are_known(model):
    """Every weight has its own path. Every weight is one of torch's parameters, whose gradients are cleared."""
    assert len({weight.path for weight in model.weights}) == len(model.weights)
    if BACKEND == "torch":
        assert len([*model.parameters()]) == len(model._torch_params) == len(model.variables)


@pytest.mark.parametrize("way", COPIES)
def test_two_of_one_name_learn_like_two_of_different_names(way):
    apart = train(network(ka.PReLU(name="one"), ka.PReLU(name="other")))
    act = ka.PReLU()
    model = network(act, COPIES[way](act))
    assert_equal(train(model), apart)
    assert_all_are_known(model)


def test_one_config_in_two_hosts():
    apart = train(network(ka.PReLU(name="one"), ka.PReLU(name="other")))
    config = ka.serialize(ka.PReLU())
    model = network(ka.get(config), ka.get(config))
    assert_equal(train(model), apart)
    keras_config = {"units": 4, "activation": config}
    hosts = [layers.Dense.from_config(keras_config | {"name": name}) for name in "ab"]
    assert_all_are_known(keras.Sequential([keras.Input((4,)), *hosts]))


def test_a_loaded_model_beside_a_new_layer(tmp_path):
    def extended(base, act):
        keras.utils.set_random_seed(1)
        head = layers.Dense(4, activation=act, name="head")
        return keras.Model(base.inputs, layers.Dense(1, name="last")(head(base.layers[0].output)))

    saved = network(ka.PReLU(name="act"))
    saved.save(tmp_path / "base.keras")
    loaded = [keras.models.load_model(tmp_path / "base.keras") for _ in range(2)]
    apart = train(extended(loaded[0], ka.PReLU(name="another")))
    model = extended(loaded[1], ka.PReLU(name="act"))
    assert_equal(train(model), apart)
    assert_all_are_known(model)
    # The first activation keeps the path that it had in the model of the file. A state of one model therefore fits the other model.
    assert "act/alpha" in {weight.path for weight in loaded[1].weights} & {weight.path for weight in model.weights}


def test_a_clone_beside_its_original():
    class Pair(keras.Model):
        def __init__(self, rename):
            super().__init__()
            keras.utils.set_random_seed(0)
            self.original = keras.Sequential([keras.Input((4,)), ka.PReLU(name="one"), ka.Swish(learned=True, name="other")])
            self.copied = keras.models.clone_model(
                self.original, clone_function=lambda layer: layer.from_config(layer.get_config() | {"name": rename(layer.name)})
            )
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(self.copied(self.original(x)))

    apart = train(Pair(lambda name: f"{name}_copied"))
    model = Pair(lambda name: name)
    assert_equal(train(model), apart)
    assert_all_are_known(model)


def test_two_in_one_host_and_in_both_directions():
    for host in (
        lambda: layers.LSTM(3, activation=ka.Swish(learned=True, name="act"), recurrent_activation=ka.Swish(learned=True, name="act")),
        lambda: layers.Bidirectional(layers.GRU(3, activation=ka.Swish(learned=True))),
    ):
        model = keras.Sequential([keras.Input((5, 4)), host(), layers.Dense(1, ka.Swish(learned=True, name="act"))])
        assert_all_are_known(model)
        tree = with_optimizer(model).get_state_tree("numpy_array")
        assert len(keras.tree.flatten(tree["trainable_variables"])) == len(model.trainable_weights)


def test_attributes_of_a_users_model():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = ka.PReLU(name="act"), ka.PReLU(name="act")
            self.dense = layers.Dense(1, ka.PReLU(name="act"))

        def call(self, x):
            return self.dense(self.second(self.first(x)))

    model = Net()
    model(X)
    assert_all_are_known(model)


def test_a_name_that_a_layer_of_keras_has():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(1, ka.PReLU(name="act"))(layers.PReLU(name="act")(inputs)))
    assert_all_are_known(model)


def with_optimizer(model):
    model.compile(keras.optimizers.SGD(0.05, momentum=0.5, name="sgd"), keras.losses.MeanSquaredError())
    model.optimizer.build(model.trainable_variables)
    return model


def test_a_state_fits_the_model_and_its_clone():
    act = ka.PReLU()
    model = network(act, copy.deepcopy(act))
    trained = train(model)
    clone = with_optimizer(keras.models.clone_model(model))
    fresh = ka.PReLU(name=act.name)  # another living layer must make no difference
    tree = model.get_state_tree("numpy_array")
    clone.set_state_tree(tree)
    assert_equal([array(weight) for weight in clone.weights], trained)
    assert_equal(keras.tree.flatten(clone.get_state_tree("numpy_array")), keras.tree.flatten(tree))
    if BACKEND == "torch":
        another = keras.models.clone_model(model)
        another.load_state_dict(model.state_dict())
        assert_equal([array(weight) for weight in another.weights], trained)
    assert fresh.name == act.name


def test_a_path_that_is_unique_stays_as_it_was_in_earlier_releases():
    model = network(ka.PReLU(name="one"), ka.Swish(learned=True, name="other"))
    paths = [weight.path for weight in model.weights if "/" in weight.path]
    assert [path for path in paths if path.startswith(("one", "other"))] == ["one/alpha", "other/beta"]


@pytest.mark.skipif(BACKEND != "torch", reason="about torch's parameters")
def test_keras_still_keys_torch_parameters_by_path():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = (layers.Dense(1, use_bias=False, name="dense") for _ in range(2))

        def call(self, x):
            return self.second(self.first(x))

    model = Net()
    model(X)
    assert len([*model.parameters()]) == 1 < len(model.weights), "keras_gaps.settle_paths may be needed by state trees alone."


def test_keras_still_refuses_a_state_of_equal_paths():
    class Twins(layers.Layer):
        def __init__(self):
            super().__init__()
            self.first, self.second = (layers.Dense(1, name="dense") for _ in range(2))

        def build(self, shape):
            self.first.build(shape)
            self.second.build(shape)

        def call(self, x):
            return self.first(x) + self.second(x)

    with pytest.raises(ValueError, match="path is found twice"):
        with_optimizer(keras.Sequential([keras.Input((4,)), Twins()])).get_state_tree()


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about an attribute of TensorFlow's tensors")
def test_keras_still_reads_logits_off_an_attribute():
    x = keras.ops.convert_to_tensor([[30.0, 40.0]])
    probabilities = keras.activations.sigmoid(x)
    assert probabilities._keras_logits is x, "keras_gaps.with_logits may be needed no longer."
    loss = keras.losses.BinaryCrossentropy(reduction=None)
    exact, rounded = (loss(keras.ops.zeros_like(x), y) for y in (probabilities, keras.ops.convert_to_tensor(array(probabilities))))
    assert array(exact)[0] == pytest.approx(35.0)
    assert array(rounded)[0] < 20


def test_keras_still_drops_several_axes_from_legacy_files(tmp_path):
    @keras.saving.register_keras_serializable("gaps")
    class OverAxes(layers.Layer):
        def __init__(self, axis=-1, **kwargs):
            super().__init__(**kwargs)
            self.axis = axis

        def call(self, x):
            return x

        def get_config(self):
            return super().get_config() | {"axis": self.axis}

    keras.Sequential([keras.Input((2, 4)), OverAxes(axis=[1, 2]), layers.Dense(1)]).save(tmp_path / "model.h5")
    loaded = keras.saving.load_model(tmp_path / "model.h5", compile=False)
    assert loaded.layers[0].axis != [1, 2], "keras_gaps.with_several_axes is needed no longer, but for files that have been written."


@pytest.mark.skipif(BACKEND != "torch", reason="about torch's tensors")
def test_keras_still_leaves_arrays_of_bfloat16_on_torch():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    tensor = keras.ops.convert_to_tensor(np.ones(2, ml_dtypes.bfloat16), dtype="float32")
    assert keras.backend.standardize_dtype(tensor.dtype) == "bfloat16", "keras_gaps.array_as_tensor is needed no longer."


def test_keras_still_saves_shared_weights_once(tmp_path):
    shared, one, other = layers.PReLU(), layers.PReLU(), layers.PReLU()
    for layer in (shared, one, other):
        layer.build((None, 4))
    model, apart = (
        keras.Sequential([keras.Input((4,)), layers.Dense(4, activation=first), layers.Dense(4, activation=second)])
        for first, second in ((shared, shared), (one, other))
    )
    shared.set_weights([np.full(4, 0.75)])
    model.save_weights(tmp_path / "model.weights.h5")
    # keras_gaps.siblings_in is no longer needed if this raises no error.
    with pytest.raises(ValueError, match="received 0 variables"):
        apart.load_weights(tmp_path / "model.weights.h5")
    assert array(one.alpha).tolist() == [0.75] * 4


def test_what_a_bidirectional_copies_lives_as_long_as_the_copies():
    # Otherwise Keras would confuse it with another object at the same address while it loads a model.
    layer = layers.GRU(2, activation=ka.Swish())
    original = weakref.ref(layer)
    host = layers.Bidirectional(layer)
    del layer
    gc.collect()
    assert original() is not None
    del host
    gc.collect()  # frees the copies
    gc.collect()  # frees the objects that they kept
    assert original() is None


@pytest.mark.skipif(BACKEND != "jax", reason="the same on every backend, and slow beside a large heap")
def test_keras_still_knows_freed_objects_by_their_addresses():
    from keras.src.saving.serialization_lib import ObjectSharingScope

    hosts = []

    def make():
        for _ in range(300):
            hosts.append(layers.Bidirectional(layers.GRU(2)))
            gc.collect()

    with ObjectSharingScope(), pytest.raises(ValueError, match="should have different `go_backwards`"):
        make()


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about TensorFlow's variable, and a process of its own")
@pytest.mark.parametrize(("value", "warned"), [("1", True), ("0", False)])
def test_import_warns_where_tensorflow_means_keras_2(value, warned):
    environment = os.environ | {"TF_USE_LEGACY_KERAS": value, "KERAS_BACKEND": "numpy"}
    run = subprocess.run([sys.executable, "-c", "import keras_activations"], capture_output=True, text=True, env=environment, timeout=300)
    assert run.returncode == 0
    assert ("<string>:1: UserWarning: TF_USE_LEGACY_KERAS is set" in run.stderr) == warned
